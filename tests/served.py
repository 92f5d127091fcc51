"""The stage of the Python tests: the release build, serving the sample school with a store of its own."""

import contextlib
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Another build of the program can be named, to try a test without a release build.
EDUCA = pathlib.Path(os.environ.get("PROGRAM", ROOT / "target" / "release" / "educa"))


@contextlib.contextmanager
def school(*arguments, root=ROOT, environment=None, listen="127.0.0.1:0"):
    """Yields the URL of a running server on a free port; ends it afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        command = [EDUCA, "--root", root, "serve", "--listen", listen, "--data", f"{folder}/data", *arguments]
        environment = os.environ | (environment or {})
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
            try:
                line = next((line for line in server.stdout if line.startswith("serving on ")), None)
                if line is None:
                    raise SystemExit("educa ended before it served anything")
                yield line.split()[2].rstrip("/")
            finally:
                server.terminate()
                server.communicate()
