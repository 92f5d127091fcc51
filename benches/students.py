"""A school with many courses and many students, whose store is written and read as its dump."""

import json
import subprocess
import sys

import servers

COURSE = '+++\nid = {id}\ntitle = "Course {id}"\nowner = "ada"\ncreated = 2026-02-05T12:00:00Z\n+++\nShort.\n'
SETTINGS = '[site]\ntitle = "Measured"\n[server]\nmetrics = "127.0.0.1:0"\n'


def school_of(n_courses):
    """The files of a school with many courses of one page each."""
    files = {name: text for name, text in servers.SCHOOL.items() if "/sets" not in name}
    for number in range(1, n_courses + 1):
        folder = f"content/maths/course-{number}"
        files[f"{folder}/course.md"] = COURSE.format(id=number)
        files[f"{folder}/01-basics/module.md"] = '+++\ntitle = "Basics"\n+++\n'
        files[f"{folder}/01-basics/01-union.md"] = '+++\ntitle = "Union"\n+++\nA page.\n'
    return {**files, "educa.toml": SETTINGS}


def dumped(educa, school):
    """What is in the store: the lines of a dump."""
    command = [educa, "--root", school, "dump", "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in said.splitlines()]


def add_students(educa, school, count, course=None):
    """Adds students with the password of the reader, whose hash is made once; with a place in a course if one is named."""
    lines = dumped(educa, school)
    reader = next(line["account"] for line in lines if "account" in line)
    students = [{"account": {**reader, "id": reader["id"] + n, "username": f"student-{n}"}} for n in range(1, count + 1)]
    # Accounts stand before what names them.
    others = [line for line in lines if "account" not in line and "educa" not in line]
    for line in others:
        if "last" in line:
            line["last"]["account"] = reader["id"] + count
    ids = (line["account"]["id"] for line in students if course)
    seats = [{"seat": {"account": id, "course": course, "state": "enrolled", "since": reader["created"]}} for id in ids]
    written = "".join(json.dumps(line) + "\n" for line in [lines[0], {"account": reader}, *students, *seats, *others])
    command = [educa, "--root", school, "load", "-", "--replace"]
    subprocess.run(command, input=written, check=True, text=True, stdout=sys.stderr)
