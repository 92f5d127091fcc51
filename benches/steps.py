"""Steps that several measurements share: a school of a size, and one build in a scenario."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from measure import progress, run

SCENARIOS = {"clean": "Clean build", "unchanged": "Nothing changed", "one changed": "One lesson's text changed"}


def generate(folder, lessons, seed=1):
    """Writes a school, in a process of its own: memory of this one would count as the children's."""
    generator = Path(__file__).resolve().parent / "school.py"
    subprocess.run([sys.executable, generator, folder, "--lessons", str(lessons), "--seed", str(seed)], check=True)


def school_of(work, lessons, seed):
    """The folder for all that belongs to a size, and the school in it, written if it is not there yet."""
    folder = work / f"{lessons}-lessons-seed-{seed}"
    school = folder / "school"
    if not (folder / ".whole").exists():
        progress(f"writing {lessons} lessons to {school}")
        shutil.rmtree(folder, ignore_errors=True)
        generate(school, lessons, seed)
        (folder / ".whole").touch()
    return folder, school


def build_after(scenario, entrant, lessons):
    """One build, after what the scenario says has happened."""
    if scenario == "clean":
        entrant.clean()
    elif scenario == "one changed":
        entrant.edit(lessons[len(lessons) // 2], f"at {time.time_ns()}")
    return run(entrant.command(), entrant.site, entrant.environment())
