"""The stage of readme.py, client.py and outputs.py: the release build, serving the sample school with a store of its own."""

import contextlib
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
EDUCA = ROOT / "target" / "release" / "educa"


@contextlib.contextmanager
def school(*arguments):
    """Yields the URL of a running server on a free port; ends it afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        command = [EDUCA, "--root", ROOT, "serve", "--listen", "127.0.0.1:0", "--data", f"{folder}/data", *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                line = next((line for line in server.stdout if line.startswith("serving on ")), None)
                if line is None:
                    raise SystemExit("educa ended before it served anything")
                yield line.split()[2].rstrip("/")
            finally:
                server.terminate()
                server.communicate()
