"""Runs the commands of README.md and compares what they print with what it says they print.

They run in one folder and against one server, which the README asks its reader to start in another terminal.
"""

import tempfile

from served import ROOT, school
from walk import USUAL, Mismatch, Walk, blocks


def main():
    shown = [block for block in blocks((ROOT / "README.md").read_text()) if block.language == "console"]
    with school() as url, tempfile.TemporaryDirectory() as folder:
        walk = Walk(folder, {USUAL: url.removeprefix("http://")})
        try:
            n_commands = sum(walk.block(block) for block in shown)
        except Mismatch as mismatch:
            raise SystemExit(f"\nREADME.md: {mismatch}") from None
    assert n_commands >= 6, "the README's walk was found"


main()
