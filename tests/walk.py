"""Walks through a text that shows commands: runs them, and compares what they print with what the text says.

What a text may hold, as fenced blocks:

- `console`: lines that begin with `$ ` are commands, the others what these print, on standard output and standard error.
  `…` stands for whatever differs. A command may fail if, and only if, the text shows a mistake that it says, or asks for
  its exit code next. A command that serves is left running. A block without a command is what the server says
  meanwhile, and after a line `^C`, what it says when it is stopped.
- `console title="needs …"`: cannot be run here. Commands and options of educa's must be in its `--help`.
- any language with `title="path"`: a file, written where the walk is at that moment.

An address `127.0.0.1:<port>` in a text is another, free one in the walk.
"""

import dataclasses
import itertools
import os
import pathlib
import random
import re
import shlex
import signal
import socket
import subprocess
import tempfile
import time

from served import EDUCA

# Where a server listens if nobody says otherwise, and so what texts say of it.
USUAL = "127.0.0.1:8000"
PATIENCE = 20


@dataclasses.dataclass
class Block:
    """A fenced block of a text."""

    language: str
    title: str
    lines: list
    # Of the fence, counted from 1.
    at: int

    def steps(self):
        """Each command with the lines that it is said to print; no command for lines before the first."""
        steps = [Step([], [])]
        for line in self.lines:
            if steps[-1].goes_on():
                steps[-1].typed.append(line)
            elif line.startswith("$ "):
                steps.append(Step([line], []))
            else:
                steps[-1].printed.append(line)
        return [step for step in steps if step.typed or step.printed]


@dataclasses.dataclass
class Step:
    """A command of a block, and what the text says that it prints."""

    typed: list
    printed: list

    def goes_on(self):
        return bool(self.typed) and self.typed[-1].endswith("\\")

    def command(self):
        """As one line."""
        return "".join(line.removesuffix("\\") for line in [self.typed[0][2:], *map(str.strip, self.typed[1:])])

    def expected(self):
        return "\n".join(self.printed)


def blocks(text):
    """The fenced blocks of a text in their order."""
    found, fence = [], None
    for at, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"(`{3,})(.*)$", line)
        if fence is None and mark:
            language = re.match(r"[^\s=]*(?=\s|$)", mark[2])
            title = re.search(r'title="([^"]*)"', mark[2])
            found.append(Block(language[0] if language else "", title[1] if title else "", [], at))
            fence = mark[1]
        elif fence and mark and mark[1].startswith(fence) and not mark[2].strip():
            fence = None
        elif fence:
            found[-1].lines.append(line)
    assert fence is None, f"the block of line {found[-1].at} has an end"
    return found


class Mismatch(Exception):
    """What happened is not what the text says."""


def agree(expected, got):
    """Whether an output is what a text says of it."""
    parts = re.split("(…)", expected.rstrip("\n"))
    return re.fullmatch("".join(".*" if part == "…" else re.escape(part) for part in parts), got.rstrip("\n"), re.DOTALL)


def free_port():
    """A port that nobody has, and that the system gives to no connection meanwhile."""
    while True:
        with socket.socket() as socket_of_nobody:
            try:
                port = random.randrange(10_000, 32_000)
                socket_of_nobody.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def settled(output):
    """An output with `…` for what is another each time, or with each change of a theme."""
    output = re.sub(r"\d+ files? written, .*, in [\d.]+ s$", "… in … s", output, flags=re.MULTILINE)
    return re.sub(r"\b\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d\d:\d\d:\d\d\b|\b\d+(?= ms\b)", "…", output)


class Walk:
    """A shell in a folder of its own, in which `educa` is the program under test."""

    def __init__(self, folder, addresses=None, quiet=False, blesses=False):
        self.folder = self.here = pathlib.Path(folder, "walk")
        self.folder.mkdir()
        self.bin = pathlib.Path(folder, "bin")
        self.bin.mkdir()
        (self.bin / "educa").symlink_to(EDUCA)
        self.place = pathlib.Path(folder, "place")
        # As the text has them, and as they are here.
        self.addresses = dict(addresses or {})
        self.quiet = quiet
        # Whether outputs that are others than the text says become the text's.
        self.blesses = blesses
        self.status = 0
        self.server = None

    def block(self, block):
        """Does what a block shows; how many commands that were."""
        if block.language != "console":
            if block.title:
                self.write(block)
            return 0
        if block.title:
            assert block.title.startswith("needs "), f'"{block.title}" says what these commands need'
            check_help(block)
            return 0
        steps = block.steps()
        for at, step in enumerate(steps):
            if not step.typed:
                self.meanwhile(step.expected())
                continue
            got = self.run(step.command())
            if self.blesses and not agree(step.expected(), got):
                step.printed = settled(got).rstrip("\n").split("\n") if got.strip() else []
            asked = at + 1 < len(steps) and "$?" in "".join(steps[at + 1].typed)
            self.compare(step, got, asked)
        block.lines = [line for step in steps for line in step.typed + step.printed]
        return sum(bool(step.typed) for step in steps)

    def write(self, block):
        """Writes the file that a block shows."""
        path = self.here / block.title
        assert self.folder in path.resolve().parents, f"{block.title} lies in the walk's folder"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.there("\n".join(block.lines)) + "\n")
        if self.server and self.server.follows:
            self.server.until(lambda said: "built" in said)

    def run(self, command):
        """What a command prints."""
        serves = subcommand(command) in ("serve", "dev")
        if serves:
            self.stop()
        output = tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace")
        script = f'cd "{self.here}" && (exit {self.status}); {self.there(command)}\ns=$?; pwd >"{self.place}"; exit $s'
        if serves:
            # So that a signal reaches the program itself.
            script = f'cd "{self.here}" && exec env {self.there(command)}'
        process = subprocess.Popen(
            ["bash", "-c", script], env=self.environment(), cwd=self.folder, text=True,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )
        if serves:
            self.server = Server(process, output, follows=subcommand(command) == "dev")
            got = self.server.begin()
            self.status = process.poll() or 0
            if process.poll() is not None:
                self.server = None
        else:
            try:
                self.status = process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                raise Mismatch(f"$ {command}\ndoes not end") from None
            output.seek(0)
            got = output.read()
            self.here = pathlib.Path(self.place.read_text().strip())
        got = self.as_in_the_text(got)
        self.say(f"$ {command}\n{got.rstrip()}")
        return got

    def compare(self, step, got, asked):
        """Whether a command did what the text says; its exit code may be `asked` for by the next one."""
        command, expected = step.command(), step.expected()
        if not agree(expected, got):
            raise Mismatch(f"$ {command}\nprints:\n{got}\nbut the text says:\n{expected}\n")
        shown = set(re.findall(r"^(?:educa: )?(error|warning)\b", expected, re.MULTILINE))
        if self.status and not shown and not asked:
            raise Mismatch(f"$ {command}\nfails ({self.status}), and the text does not say so:\n{got}")
        if not self.status and "error" in shown:
            raise Mismatch(f"$ {command}\nsucceeds, and the text shows an error")

    def meanwhile(self, expected):
        """What the server said since it was last looked at; and stops it if the text does."""
        if self.server is None:
            raise Mismatch(f"no server is running that could say:\n{expected}")
        server, stops = self.server, expected.startswith("^C\n")
        if stops:
            self.server = None
            server.end(signal.SIGINT)
            expected = expected.removeprefix("^C\n")
        said = server.until(lambda said: agree(expected, self.as_in_the_text(said)))
        server.seen += len(said)
        self.say(f"(the server) {said}")

    def stop(self):
        """Ends the server, if there is one."""
        if self.server:
            self.server.end(signal.SIGTERM)
            self.server = None

    def environment(self):
        """That of a person who never heard of educa, but for the port."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("EDUCA_", "PG"))}
        environment |= {"PATH": f"{self.bin}:{environment['PATH']}", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        settings = self.here / "educa.toml"
        listens = settings.is_file() and re.search(r"^listen = ", settings.read_text(), re.MULTILINE)
        if not listens:
            environment["EDUCA_SERVER_LISTEN"] = self.there(USUAL)
        return environment

    def there(self, text):
        """A text with the addresses of this walk."""
        for address in re.findall(r"127\.0\.0\.1:[1-9]\d*", text):
            if address not in self.addresses:
                self.addresses[address] = f"127.0.0.1:{free_port()}"
        return re.sub(r"127\.0\.0\.1:[1-9]\d*", lambda found: self.addresses[found[0]], text)

    def as_in_the_text(self, output):
        """An output with the addresses and folders that the text has."""
        for address, own in self.addresses.items():
            output = output.replace(own, address)
        return output.replace(f"{self.folder}/", "/home/you/")

    def say(self, text):
        if not self.quiet:
            print(text)


class Server:
    """A server that a walk started, and what it says."""

    def __init__(self, process, output, follows):
        self.process, self.output, self.follows = process, output, follows
        self.seen = 0

    def said(self):
        self.output.seek(0)
        return self.output.read()

    def begin(self):
        """What it says until it serves, or ends."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            ended = self.process.poll() is not None
            said = self.said()
            if serving := re.search(r"^.*^serving on [^\n]*\n", said, re.DOTALL | re.MULTILINE):
                self.seen = serving.end()
                return said[: self.seen]
            if ended:
                return said
            time.sleep(0.02)
        raise Mismatch(f"nothing is served; it said:\n{self.said()}")

    def until(self, enough):
        """What it said since it was last looked at, as soon as that is enough."""
        until = time.monotonic() + PATIENCE
        while not enough(said := self.said()[self.seen :]):
            if time.monotonic() > until:
                raise Mismatch(f"the server said only:\n{said}")
            time.sleep(0.02)
        return said

    def end(self, by):
        self.process.send_signal(by)
        try:
            self.process.wait(timeout=PATIENCE)
        finally:
            self.process.kill()


_help = {}


def help_of(*command):
    """What `educa … --help` says, asked once."""
    if command not in _help:
        run = subprocess.run([EDUCA, *command, "--help"], capture_output=True, text=True, timeout=30)
        _help[command] = run.stdout if run.returncode == 0 else ""
    return _help[command]


def subcommands(*command):
    """The commands that there are below one."""
    listed = re.search(r"^Commands:\n((?:  .*\n)+)", help_of(*command), re.MULTILINE)
    return set(re.findall(r"^  (\S+)", listed[1], re.MULTILINE)) - {"help"} if listed else set()


def calls(line):
    """What a line gives educa to do: the words behind its name, for each time it is called."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;")
    lexer.whitespace_split = True
    for separates, words in itertools.groupby(lexer, lambda word: set(word) <= set("|&;")):
        words = [] if separates else list(words)
        while words and (words[0] == "sudo" or re.match(r"[A-Z_]+=", words[0])):
            del words[: 3 if words[1:2] == ["-u"] else 1]
        if words[:1] == ["educa"]:
            yield words[1:]


def subcommand(line):
    """Which of educa's commands a line is; None if it is another program's, or more than that."""
    words = next(calls(line), None)
    if words is None or re.search(r"&&|\||;|--help|--version", line):
        return None
    return next((word for word in words if word in subcommands()), "serve")


def check_help(block):
    """Holds educa's part of commands that cannot be run against what it says it can do."""
    for line in (step.command() for step in block.steps() if step.typed):
        for words in calls(line):
            path = ()
            for word in words:
                path += (word,) if word in subcommands(*path) else ()
            if path and subcommands(*path) or not path and words and not words[0].startswith("-"):
                raise Mismatch(f"`educa {' '.join(path)}` is no command: {line}")
            for option in (word.split("=")[0] for word in words if word.startswith("--")):
                if not re.search(rf"(^|\s){option}\b", help_of(*path)):
                    raise Mismatch(f"`educa {' '.join(path)}` has no option {option}: {line}")
