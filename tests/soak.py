"""A soak of a chat room: for some minutes everything happens to it at random, and in the end nobody's log has a hole.

Students join, leave, lose the network, read slowly, say things over sockets and by the form, take messages back, give their
place up and take it again; the server is killed, and told to stop, over and over. Each student keeps what they heard, resumed by
`?after=`. In the end every log is held against the store: each entry once, in order, from where its keeper joined to where
they left; and whatever was told to be stored is stored, once.

    target/python/bin/python tests/soak.py --minutes 10 --seed 7

Chances come from the seed, which is printed; when they fall is the machine's.
"""

import argparse
import asyncio
import collections
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import requests
import websockets

from served import EDUCA

PASSWORD = "correct horse x9"
ROOM, PAGE = "/ws/chat/room/1/", "/chat/room/1/"
FILES = {
    "educa.toml": '[site]\ntitle = "Soaked"\n[live]\nmessage_burst = 100000\nmessages_per_minute = 1000000\nsockets_per_address = 1000\n'
                  "slow_seconds = 1\nping_seconds = 3\nsilence_seconds = 6\n[store]\npath = \"data\"\n",
    "content/instructors/ada.md": '+++\nid = 1\nname = "Ada Okafor"\n+++\nTeaches.\n',
    "content/maths/subject.md": '+++\nid = 1\ntitle = "Mathematics"\n+++\nNumbers.\n',
    "content/maths/sets/course.md": '+++\nid = 1\ntitle = "Sets"\nowner = "ada"\ncreated = 2026-02-05T12:00:00Z\n+++\nSets.\n',
    "content/maths/sets/01-basics/module.md": '+++\ntitle = "Basics"\n+++\nThe beginning.\n',
    "content/maths/sets/01-basics/01-union.md": '+++\ntitle = "Union"\n+++\nA union.\n',
}
# What a client may meet when its server dies: all of it means to come back.
GONE = (OSError, EOFError, TimeoutError, requests.RequestException, websockets.WebSocketException)


class School:
    """A school on a fixed port, whose server dies now and then."""

    def __init__(self, folder):
        self.folder, self.child, self.ends = Path(folder), None, collections.Counter()
        for name, text in FILES.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.run("build")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def run(self, *arguments, said=None):
        """The program, to its end; what it says."""
        command = [EDUCA, "--root", self.folder, *arguments]
        return subprocess.run(command, input=said, check=True, capture_output=True, text=True).stdout

    def start(self):
        """Serves, once it says so."""
        command = [EDUCA, "--root", self.folder, "serve", "--no-build", "--listen", f"127.0.0.1:{self.port}"]
        with (self.folder / "log").open("ab") as log:
            self.child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        for line in self.child.stdout:
            if line.startswith("serving on "):
                return
        raise AssertionError(f"the server did not start: {(self.folder / 'log').read_text()[-2000:]}")

    def end(self, how):
        """By a signal; it must not have ended by itself."""
        assert self.child.poll() is None, f"the server ended by itself with {self.child.returncode}"
        self.child.send_signal(how)
        code = self.child.wait(60)
        self.child.stdout.close()
        assert code == (0 if how == signal.SIGTERM else -how), code
        self.ends[how.name] += 1

    def entries(self):
        """The room as the store has it."""
        lines = map(json.loads, self.run("dump", "-").splitlines())
        return [line["message"] for line in lines if "message" in line]


class Log:
    """What somebody heard without a break, from joining on."""

    def __init__(self, history):
        self.history, self.entries = history, []
        self.last = history[-1]["id"] if history else 0


class Student:
    """Somebody with a session, and all that they heard and said."""

    def __init__(self, school, name, seed):
        self.school, self.name, self.chance = school, name, random.Random(f"{seed} {name}")
        self.logs, self.said, self.taken, self.refused = [], {}, {}, set()
        self.did, self.n_sockets = collections.Counter(), 0
        school.run("user", "add", name, "--password-stdin", said=PASSWORD)

    def post(self, path, **form):
        """A form, as a browser sends it; its status."""
        headers = {"Cookie": self.cookie, "Origin": self.school.url}
        answer = requests.post(self.school.url + path, data=form, headers=headers, allow_redirects=False, timeout=30)
        return answer.status_code

    def sign_in(self):
        """Signs in, and takes a place."""
        form = {"username": self.name, "password": PASSWORD}
        answer = requests.post(f"{self.school.url}/accounts/login/", data=form, allow_redirects=False, timeout=30)
        self.cookie = f"sessionid={answer.cookies['sessionid']}"
        assert self.post("/students/enroll-course/", course=1) == 302

    @property
    def log(self):
        """The log that goes on."""
        return self.logs[-1] if self.logs else None

    def hear(self, text):
        """Takes a frame."""
        frame = json.loads(text)
        match frame["type"]:
            case "chat_history":
                self.logs.append(Log(frame["messages"]))
                self.did["was told that there was more" if "truncated" in frame else "joined"] += 1
            case "chat_message" | "chat_removed":
                # Removals are in no history, so they may be missing between it and the next.
                assert frame["id"] > self.log.last, f"{self.name} has {self.log.last} and hears {frame}"
                self.log.entries.append(frame)
                self.log.last = frame["id"]
            case "ack":
                assert frame["client_id"] not in self.taken, frame
                self.taken[frame["client_id"]] = frame["id"]
            case "error":
                self.refused.add(frame.get("client_id"))
                self.did["was refused"] += 1
            case other:
                assert other in ("muted", "unmuted"), frame

    def next_text(self):
        """Something to say, and its name."""
        name = f"{self.name}/{self.n_sockets}/{len(self.said)}"
        size = self.chance.choice([0, 0, 10, 200, 1900])
        self.said[name] = f"{name} " + "".join(self.chance.choice("aé語😀<&") for _ in range(size)) + "."
        return name, self.said[name]

    async def live(self, until):
        """Comes and goes until then."""
        while time.monotonic() < until:
            try:
                await self.visit(until)
            except GONE as error:
                code = getattr(getattr(error, "rcvd", None), "code", None)
                self.did[f"closed with {code}" if code else "lost the server"] += 1
            await asyncio.sleep(self.chance.random() ** 3 * 3)

    @contextlib.asynccontextmanager
    async def opened(self, slow=False):
        """A socket, new or resumed."""
        after = f"?after={self.log.last}" if self.log and self.chance.random() < 0.85 else ""
        narrow = socket.socket()
        narrow.setblocking(False)
        if slow:
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", self.school.port))
            address = f"ws://127.0.0.1:{self.school.port}{ROOM}{after}"
            room = await websockets.connect(address, sock=narrow, additional_headers={"Cookie": self.cookie}, open_timeout=20)
        except BaseException:
            narrow.close()
            raise
        self.n_sockets += 1
        self.did["resumed" if after else "came anew"] += 1
        try:
            if not after:
                self.hear(await asyncio.wait_for(room.recv(), 20))
            yield room
        finally:
            # Whatever way it ended: nothing that is still in the pipe was heard.
            room.transport.abort()

    async def visit(self, until):
        """Some time in the room."""
        slow = self.chance.random() < 0.15
        leaves = min(until, time.monotonic() + self.chance.uniform(0.3, 6))
        async with self.opened(slow) as room:
            talks = time.monotonic()
            while time.monotonic() < leaves:
                with contextlib.suppress(TimeoutError):
                    self.hear(await asyncio.wait_for(room.recv(), max(0.01, min(talks, leaves) - time.monotonic())))
                if slow and self.chance.random() < 0.2:
                    self.did["did not read for a while"] += 1
                    await asyncio.sleep(self.chance.uniform(1, 4))
                if time.monotonic() >= talks:
                    await self.do_something(room)
                    talks = time.monotonic() + self.chance.expovariate(3)
            if self.chance.random() < 0.5:
                self.did["said goodbye"] += 1
                # What comes until the farewell is answered is not taken; it will be resumed.
                await asyncio.wait_for(room.close(), 20)
            else:
                self.did["went without a word"] += 1

    async def do_something(self, room):
        """One of the things that students do."""
        what = self.chance.random()
        if what < 0.8:
            name, text = self.next_text()
            await room.send(json.dumps({"message": text, "client_id": name}))
        elif what < 0.9:
            name, text = self.next_text()
            if await asyncio.to_thread(self.post, PAGE, message=text) == 302:
                self.taken[name] = None
                self.did["used the form"] += 1
        elif what < 0.97:
            own = [number for number in self.taken.values() if number]
            if own and await asyncio.to_thread(self.post, f"{PAGE}remove/", message=self.chance.choice(own)) == 302:
                self.did["took a message back"] += 1
        else:
            self.did["gave the place up"] += 1
            await asyncio.to_thread(self.post, "/students/leave-course/", course=1)
            await asyncio.sleep(self.chance.random())
            # Whether the server was there or not, they must be in again.
            while await self.is_out():
                await asyncio.sleep(0.2)

    async def is_out(self):
        """Takes the place again; whether that failed."""
        with contextlib.suppress(requests.RequestException):
            return await asyncio.to_thread(self.post, "/students/enroll-course/", course=1) != 302
        return True

    async def catch_up(self, newest):
        """Hears everything that is left."""
        if self.log and self.log.last < newest:
            address = f"ws://127.0.0.1:{self.school.port}{ROOM}?after={self.log.last}"
            async with websockets.connect(address, additional_headers={"Cookie": self.cookie}) as room:
                while self.log.last < newest:
                    self.hear(await asyncio.wait_for(room.recv(), 30))


async def restart_now_and_then(school, until, chance):
    """Kills the server, or has it stop."""
    while True:
        await asyncio.sleep(chance.uniform(2, 3 if until - time.monotonic() < 30 else 20))
        if time.monotonic() >= until:
            return
        await asyncio.to_thread(school.end, chance.choice([signal.SIGKILL, signal.SIGTERM]))
        await asyncio.sleep(chance.random())
        await asyncio.to_thread(school.start)


def is_told(frame, entry, said_texts):
    """Whether a frame is an entry of the store, as it was when it was told or later."""
    if "removal_of" in entry:
        return frame["type"] == "chat_removed" and frame["removed"] == entry["removal_of"]
    if "removed_by" in entry:
        return frame.get("removed") is True or frame["message"] in said_texts
    return frame["message"] == entry["text"]


def check_log(log, entries, said_texts):
    """A log against the store."""
    first, last = (log.history[-1]["id"] if log.history else 0), log.last
    before = [entry for entry in entries[:first] if "removal_of" not in entry]
    shown = before[len(before) - len(log.history):]
    assert [frame["id"] for frame in log.history] == [entry["id"] for entry in shown], "the history is the last messages"
    assert all(is_told(frame, entry, said_texts) for frame, entry in zip(log.history, shown)), "with their texts"
    heard = {frame["id"]: frame for frame in log.entries}
    assert len(heard) == len(log.entries), "each once"
    for entry in entries[first:last]:
        frame = heard.pop(entry["id"], None)
        if frame is None:
            # Whatever had been removed when they joined was told by the history.
            skipped = "removal_of" in entry and entry["id"] < (log.entries[0]["id"] if log.entries else last + 1)
            assert skipped, f"entry {entry['id']} of {first}–{last} was not heard"
        else:
            assert is_told(frame, entry, said_texts), (frame, entry)
    assert not heard, f"these are not in the store: {heard}"


def check(students, entries):
    """Everybody against the store."""
    assert [entry["id"] for entry in entries] == list(range(1, len(entries) + 1)), "numbers have no gaps"
    texts = collections.Counter(entry["text"] for entry in entries if "text" in entry)
    assert set(texts.values()) <= {1}, f"stored twice: {[text for text, n in texts.items() if n > 1][:3]}"
    said = {text: name for student in students for name, text in student.said.items()}
    assert texts.keys() <= said.keys(), "nobody said what is in the store"
    for student in students:
        for name, number in student.taken.items():
            if number is None:
                is_there = student.said[name] in texts or student.did["took a message back"]
            else:
                entry = entries[number - 1]
                is_there = entry.get("text") == student.said[name] or "removed_by" in entry
            assert is_there, f"{name} was told to be stored, as {number}"
        # What was refused may have been refused because nobody knows whether the store has it, but not for its form.
        assert student.refused <= student.said.keys(), student.refused
        own = [said[entry["text"]].split("/") for entry in entries if said.get(entry.get("text"), "").startswith(f"{student.name}/")]
        by_socket = collections.defaultdict(list)
        for _, nth_socket, nth in own:
            by_socket[nth_socket].append(int(nth))
        assert all(order == sorted(order) for order in by_socket.values()), f"{student.name}'s order"
        for log in student.logs:
            check_log(log, entries, said.keys())


async def soak(school, arguments):
    """The soak; what everybody did."""
    students = [Student(school, f"student-{n}", arguments.seed) for n in range(arguments.students)]
    school.start()
    for student in students:
        student.sign_in()
    until = time.monotonic() + arguments.minutes * 60
    chance = random.Random(f"{arguments.seed} the server")
    async with asyncio.TaskGroup() as tasks:
        for student in students:
            tasks.create_task(student.live(until))
        tasks.create_task(restart_now_and_then(school, until, chance))
    newest = len(await asyncio.to_thread(school.entries))
    for student in students:
        await student.catch_up(newest)
    school.end(signal.SIGTERM)
    entries = school.entries()
    assert len(entries) == newest, "nobody was there"
    check(students, entries)
    return students, entries


def main():
    """Soaks, checks, and says what happened."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--students", type=int, default=12)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {arguments.students} students, {arguments.minutes:g} minutes", flush=True)
    with tempfile.TemporaryDirectory(prefix="educa-soak-") as folder:
        school = School(folder)
        try:
            students, entries = asyncio.run(soak(school, arguments))
        finally:
            if school.child and school.child.poll() is None:
                school.child.kill()
                school.child.wait()
    did = sum((student.did for student in students), collections.Counter())
    n_heard = sum(len(log.entries) for student in students for log in student.logs)
    for what, n in sorted(did.items(), key=lambda one: -one[1]):
        print(f"{n:7,} × {what}")
    print(f"{n_heard:,} entries heard of {len(entries):,} stored; the server ended by {dict(school.ends)}")
    for what in ("joined", "resumed", "went without a word"):
        assert did[what], f"nobody ever {what}: that was no soak"
    assert entries and len(school.ends) == 2, "that was no soak"
    print("Every log is what the store has")


if __name__ == "__main__":
    main()
