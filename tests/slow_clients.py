"""Slow clients: slowhttptest attacks a school in its four ways, while readers read.

Heads and bodies that come drop by drop, answers that are taken drop by drop, and ranges without number. Readers must
notice nothing: every answer is 200 and comes about as fast as from the calm server, measured in the same run. The server's
memory stays bounded, and afterwards it is as healthy as before.
"""

import contextlib
import http.client
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from served import EDUCA, ROOT, school

READERS = 4
SECONDS = 12
CONNECTIONS = 800

# What a reader may wait longer than from the calm server, in seconds. The attacker needs a core by itself, and CI has two.
SLACK = 0.15
# What the server may need more than before, in megabytes: 800 connections with buffers of 64 kB would be 50.
MEMORY = 96

PAGES = ["/", "/course/python-for-beginners/", "/accounts/login/", "/health/ready"]

ATTACKS = {
    "slow heads": ["-H", "-i", "5", "-x", "24", "-t", "GET", "-u", "/course/python-for-beginners/"],
    "slow bodies": ["-B", "-i", "5", "-s", "8192", "-x", "24", "-t", "POST", "-u", "/accounts/login/"],
    "slow reading": ["-X", "-n", "5", "-w", "1", "-y", "64", "-z", "16", "-k", "8", "-u", "{asset}"],
    "ranges without number": ["-R", "-a", "1", "-b", "3000", "-t", "HEAD", "-u", "{asset}"],
}


def main():
    with tempfile.TemporaryDirectory() as folder, built(pathlib.Path(folder)) as url:
        process = served_by(url)
        asset = "/assets/" + re.search(r'/assets/([^"]+\.css)', page(url, "/").decode())[1]
        calm = reading(url, lambda: time.sleep(SECONDS / 2))
        before = memory(process)
        print(f"calm: {calm.words()}, {before} MB")
        for name, arguments in ATTACKS.items():
            during, most = under_attack(url, process, [argument.format(asset=asset) for argument in arguments])
            print(f"{name}: {during.words()}, at most {most} MB")
            assert not during.mistakes, f"{name}: readers got {during.mistakes[:5]}"
            assert len(during.times) > 200, f"{name}: readers were held up: {len(during.times)} answers"
            assert during.slowest_of_100() < calm.slowest_of_100() + SLACK, f"{name}: readers waited {during.words()}"
            assert most < before + MEMORY, f"{name}: {before} MB became {most} MB"
            wait_until_healthy(url)
        after = reading(url, lambda: time.sleep(SECONDS / 4))
        print(f"afterwards: {after.words()}, {memory(process)} MB")
        assert not after.mistakes and after.slowest_of_100() < calm.slowest_of_100() + SLACK


@contextlib.contextmanager
def built(root):
    """A school of the sample's files, built and served."""
    for name in ["content", "themes"]:
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "educa.toml", root)
    with school(root=root) as url:
        yield url


class Readings:
    """How long answers took, and what was no answer."""

    def __init__(self):
        self.times, self.mistakes = [], []

    def slowest_of_100(self):
        return sorted(self.times)[len(self.times) * 99 // 100]

    def words(self):
        middle = sorted(self.times)[len(self.times) // 2]
        return f"{len(self.times)} answers, half within {middle * 1000:.1f} ms, 99 % within {self.slowest_of_100() * 1000:.1f} ms"


def reading(url, meanwhile):
    """A few people read, each with a connection of their own, half of them with a new one for each page."""
    readings, over = Readings(), threading.Event()

    def read(nth):
        connection = None
        while not over.is_set():
            path = PAGES[len(readings.times) % len(PAGES)]
            began = time.monotonic()
            try:
                if connection is None or nth % 2:
                    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    readings.mistakes.append((path, answer.status))
            except OSError as error:
                readings.mistakes.append((path, repr(error)))
                connection = None
            readings.times.append(time.monotonic() - began)
            # People, not a load test: who attacks must be what is measured.
            time.sleep(0.02)

    readers = [threading.Thread(target=read, args=(nth,)) for nth in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        meanwhile()
    finally:
        over.set()
        for reader in readers:
            reader.join()
    return readings


def under_attack(url, process, arguments):
    """What readers see while somebody attacks, and the most memory that the server needs for it."""
    most = []
    *options, path = arguments
    command = ["slowhttptest", *options, url + path, "-c", str(CONNECTIONS), "-r", "400", "-l", str(SECONDS), "-p", "3"]

    def attack():
        end = time.monotonic() + SECONDS
        # Ranges are answered at once, so that attack is over before its time: again, then.
        while time.monotonic() < end - 2:
            once()

    def once():
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as attacker:
            said = []
            listening = threading.Thread(target=lambda: said.extend(attacker.stdout))
            listening.start()
            while attacker.poll() is None:
                most.append(memory(process))
                time.sleep(0.2)
            listening.join()
        words = re.sub(r"\x1b\[[0-9;]*m", "", "".join(said))
        # An attack that never happened proves nothing.
        connected = [int(number) for number in re.findall(r"connected:\s+(\d+)", words)]
        closed = [int(number) for number in re.findall(r"closed:\s+(\d+)", words)]
        answered = "No open connections left" in words
        assert answered or max(connected + closed, default=0) > CONNECTIONS / 4, words[-2000:]
        assert "service available:   NO" not in words, words[-2000:]

    return reading(url, attack), max(most)


def page(url, path):
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 200, (path, answer.status)
    return answer.read()


def wait_until_healthy(url):
    deadline = time.monotonic() + 10
    while True:
        try:
            return page(url, "/health/ready")
        except (OSError, AssertionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def served_by(url):
    """The process that listens there: a child of this one."""
    children = pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert len(children) == 1, children
    return children[0]


def memory(process):
    """Resident, in megabytes."""
    status = pathlib.Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024


if __name__ == "__main__":
    if not pathlib.Path("/proc/self/status").exists():
        sys.exit("this test needs Linux: it looks at the memory of a process")
    main()
