"""Rows W2, W3, W8, W10 and W14: two students talk, see each other come and go, and lose nothing in a tunnel.

By the `websockets` library, which scripts/test installs, as programs written for the reference application use it.
"""

import asyncio
import json
import re

import requests
import websockets

from served import school

PASSWORD = "correct horse x9"
COURSE = 1
ROOM = f"/ws/chat/room/{COURSE}/"
PRESENCE = f"/ws/presence/{COURSE}/"


def student(url, name):
    """Registers, enrolls, and returns the session's cookie."""
    form = {"username": name, "password1": PASSWORD, "password2": PASSWORD}
    with requests.Session() as browser:
        browser.post(f"{url}/students/register/", data=form, timeout=10).raise_for_status()
        enrolled = f"{url}/api/courses/{COURSE}/enroll/"
        requests.post(enrolled, auth=(name, PASSWORD), timeout=10).raise_for_status()
        return f"sessionid={browser.cookies['sessionid']}"


def opens(url, path, cookie):
    return websockets.connect(url.replace("http", "ws", 1) + path, additional_headers={"Cookie": cookie})


async def hears(socket):
    return json.loads(await asyncio.wait_for(socket.recv(), 10))


async def refused(url, path, cookie, status):
    try:
        async with opens(url, path, cookie):
            raise AssertionError(f"{path} was opened")
    except websockets.InvalidStatus as error:
        assert error.response.status_code == status, error
        assert json.loads(error.response.body)["detail"], error


async def talk(url, ada, bob):
    async with opens(url, ROOM, ada) as room, opens(url, ROOM, bob) as other:
        for socket in (room, other):
            assert await hears(socket) == {"type": "chat_history", "messages": []}
        # What the reference application's page sends, and what it reads of the answer.
        await room.send(json.dumps({"message": "hello"}))
        for socket in (room, other):
            message = await hears(socket)
            assert (message["type"], message["message"], message["user"]) == ("chat_message", "hello", "ada"), message
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", message["datetime"]), message
        await other.send(json.dumps({"message": "ä" * 2000, "client_id": "mine"}))
        frames = [await hears(other), await hears(other)]
        assert {"type": "ack", "client_id": "mine", "id": 2} in frames, frames
        assert (await hears(room))["message"] == "ä" * 2000
        await room.send("no JSON")
        assert (await hears(room))["type"] == "error"
        await room.send(b"binary")
        try:
            await hears(room)
            raise AssertionError("it was understood")
        except websockets.ConnectionClosedError as error:
            assert error.rcvd.code == 1003, error
    print("Two students talked")


async def resume(url, ada, bob):
    async with opens(url, ROOM, ada) as room:
        last = (await hears(room))["messages"][-1]["id"]
        async with opens(url, ROOM, bob) as other:
            await hears(other)
            # No farewell: the network is gone.
            room.transport.abort()
            for n in range(5):
                await other.send(json.dumps({"message": f"in the tunnel {n}"}))
                await hears(other)
    async with opens(url, f"{ROOM}?after={last}", ada) as room:
        missed = [await hears(room) for _ in range(5)]
        assert [message["message"] for message in missed] == [f"in the tunnel {n}" for n in range(5)], missed
        assert [message["id"] for message in missed] == list(range(last + 1, last + 6)), missed
    print("One of them missed nothing")


async def see_each_other(url, ada, bob):
    async with opens(url, PRESENCE, ada) as here:
        state = await hears(here)
        assert (state["type"], state["users"][0]) == ("presence_state", "ada"), state
        if "bob" in state["users"]:
            assert await hears(here) == {"username": "bob", "is_logged_in": False}
        async with opens(url, ROOM, bob):
            assert await hears(here) == {"username": "bob", "is_logged_in": True}
        assert await hears(here) == {"username": "bob", "is_logged_in": False}
    print("They saw each other come and go")


async def main(url):
    ada, bob = student(url, "ada"), student(url, "bob")
    await refused(url, ROOM, "sessionid=x", 401)
    await refused(url, "/ws/chat/room/999/", ada, 403)
    await refused(url, "/ws/nothing/", ada, 404)
    await talk(url, ada, bob)
    await resume(url, ada, bob)
    await see_each_other(url, ada, bob)
    session = opens(url, ROOM, ada)
    async with session as room:
        await hears(room)
        headers = {"Cookie": ada, "Origin": url}
        requests.post(f"{url}/accounts/logout/", headers=headers, timeout=10).raise_for_status()
        try:
            while True:
                await asyncio.wait_for(room.recv(), 3)
        except websockets.ConnectionClosedError as error:
            assert error.rcvd.code == 4401, error
    print("Who signed out is out")


with school() as url:
    asyncio.run(main(url))
