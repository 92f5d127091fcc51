"""Runs the commands of README.md and compares what they print with what it says they print.

Every block marked `console` is run, line by line, in one shell and against one server on a free port. Only the port
differs from the text.
"""

import pathlib
import re
import subprocess
import tempfile

from served import EDUCA, ROOT, school

PRINTED = "127.0.0.1:8000"


def steps(text):
    """Yields each command of the console blocks with the lines it is said to print."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        command, printed = None, []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield command, printed
                command, printed = line[2:], []
            elif command and command.endswith("\\"):
                command = command[:-1] + line.strip()
            else:
                printed.append(line)
        if command:
            yield command, printed


def main():
    readme = (ROOT / "README.md").read_text()
    commands = list(steps(readme))
    assert len(commands) >= 6, "the README's walk was found"
    with school() as url, tempfile.TemporaryDirectory() as folder:
        host = url.removeprefix("http://")
        bin_folder = pathlib.Path(folder, "bin")
        bin_folder.mkdir()
        (bin_folder / "educa").symlink_to(EDUCA)
        for command, printed in commands:
            run = subprocess.run(
                ["bash", "-c", f'PATH="{bin_folder}:$PATH"; {command.replace(PRINTED, host)}'],
                cwd=folder, capture_output=True, text=True, timeout=60,
            )
            got = run.stdout.replace(host, PRINTED).rstrip("\n")
            expected = "\n".join(printed).rstrip("\n")
            print(f"$ {command}\n{got}")
            # A line of the README that ends in … goes on.
            pattern = "".join(".*" if part == "…" else re.escape(part) for part in re.split("(…)", expected))
            if not re.fullmatch(pattern, got, re.DOTALL) or run.returncode:
                raise SystemExit(f"\nthe README says:\n{expected}\n\nstandard error:\n{run.stderr}")


main()
