"""Follows the manual, docs/school, from its first lesson to its last: each course in a fresh folder.

Every command of a lesson is run and what it prints is compared (tests/walk.py says how a lesson is read), and what is shown
as a part of educa.toml (a `toml` block without a title) must be one. `--bless` writes into the lessons what commands print
now; look at the difference before you commit it. Names of courses among the arguments choose what is walked.
"""

import collections
import concurrent.futures
import re
import subprocess
import sys
import tempfile
import time

from served import EDUCA, ROOT
from walk import Mismatch, Walk, blocks

CONTENT = ROOT / "docs" / "school" / "content"


def main():
    blesses = "--bless" in sys.argv
    wanted = set(sys.argv[1:]) - {"--bless"}
    courses = [page.parent for page in sorted(CONTENT.glob("*/*/course.md"))]
    courses = [course for course in courses if not wanted or course.name in wanted]
    # Each waits for disks and sockets most of the time.
    with concurrent.futures.ThreadPoolExecutor() as pool:
        followed = list(pool.map(lambda course: follow(course, blesses), courses))
    lessons = [lesson for course, _ in followed for lesson in course]
    counts = sum((counts for _, counts in followed), collections.Counter())
    print(
        f"{len(courses)} courses, {len(lessons)} lessons: {counts['commands']} commands did what they say, "
        f"{counts['files']} files were written, {counts['settings']} settings are known; "
        f"{counts['needs']} blocks need what a test has not, and were held against --help"
    )
    check_references(lessons)
    if not wanted:
        assert len(courses) == 3 and len(lessons) >= 25, "the manual was found"
        assert counts["commands"] > 5 * counts["needs"], "nearly all that is shown is run"


def follow(course, blesses):
    """Does what the lessons of a course show, in their order: the lessons, and how much there was to do."""
    counts = collections.Counter()
    lessons = sorted(course.glob("[0-9]*/[0-9]*.md"))
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        walk = Walk(folder, quiet=True, blesses=blesses)
        for lesson in lessons:
            text = lesson.read_text()
            shown = blocks(text)
            try:
                for block in shown:
                    do(walk, block, counts)
                    if blesses:
                        write_back(lesson, shown)
            except Mismatch as mismatch:
                raise SystemExit(f"{lesson.relative_to(ROOT)}:{block.at}: {mismatch}") from None
            finally:
                walk.stop()
    print(f"{course.name}: {time.monotonic() - began:.1f} s")
    return lessons, counts


def do(walk, block, counts):
    if block.language == "toml" and not block.title:
        check_settings(block)
        counts["settings"] += 1
        return
    counts["commands"] += walk.block(block)
    if block.title:
        counts["needs" if block.language == "console" else "files"] += 1


def check_settings(block):
    """Holds a part of educa.toml against a school: every setting in it must be known, and sound."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([EDUCA, "init", f"{folder}/school"], check=True, capture_output=True)
        with open(f"{folder}/school/educa.toml", "w") as settings:
            settings.write("\n".join(block.lines))
        run = subprocess.run([EDUCA, "--root", f"{folder}/school", "check", "--strict"], capture_output=True, text=True)
        if run.returncode:
            raise Mismatch(f"these are no settings:\n{run.stderr}")


def write_back(lesson, shown):
    """A lesson with the blocks as they are now."""
    lines, out, at = lesson.read_text().splitlines(), [], 0
    for block, was in zip(shown, blocks(lesson.read_text())):
        out += lines[at : was.at] + block.lines
        at = was.at + len(was.lines)
    lesson.write_text("\n".join(out + lines[at:]) + "\n")


def check_references(lessons):
    """Lessons name files of the repository for more: they must be there."""
    for lesson in lessons:
        for name in re.findall(r"`((?:docs|examples|themes/school|tests|src)/[\w./-]+)`", lesson.read_text()):
            if not (ROOT / name).exists():
                raise SystemExit(f"{lesson.relative_to(ROOT)} names {name}, which is not there")


main()
