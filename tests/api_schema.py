"""Row R27: the OpenAPI document is true. A client made of it compiles and works, and no request that anybody could make of
it is answered otherwise than it says.

Schemathesis makes requests by the document, good ones and bad ones, and holds each answer against it with all its checks:
as nobody, with a token and with a password. Needs schemathesis, which scripts/test installs, and npm.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import requests

from served import EDUCA, ROOT, school

PASSWORD = "correct horse x9"
# As the command line of schemathesis counts them.
LEAST_CASES = 2_000

# Limits would end the run, not the server: they have tests of their own (tests/suite/api_throttle.rs).
SETTINGS = """
[api.throttle]
anon = "off"
user = "off"
login = "off"
enroll = "off"
"""

# What the document says is well formed can still be refused for what only the school knows: a name that is taken, a password
# that is wrong or weak, an address that was invited already. These answers are 400, which is documented; all else that is
# well formed must be taken.
CONFIG = """
[[operations]]
include-operation-id = ["login", "register", "invite"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "429"]
"""

# Each request comes from an address of its own, as behind a front server: whoever guesses passwords has to wait, and that is
# tested elsewhere (tests/suite/sign_in_limits.rs).
HOOKS = """
import itertools

import schemathesis

numbers = itertools.count(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    n = next(numbers)
    case.headers["X-Forwarded-For"] = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
"""

STUDENT = "stu"


def sample_school(folder):
    """The sample school with its content, and a store of its own."""
    root = folder / "school"
    shutil.copytree(ROOT / "content", root / "content")
    settings = (ROOT / "educa.toml").read_text(encoding="utf-8")
    (root / "educa.toml").write_text(settings + SETTINGS, encoding="utf-8")
    return root


def add(url, username):
    """Registers somebody."""
    form = {"username": username, "password": PASSWORD}
    answer = requests.post(f"{url}/api/auth/register/", json=form, timeout=20)
    assert answer.status_code == 201, answer.text
    return answer.json()["token"]


def generated_client(url, folder):
    """Makes a client of the document, compiles it, and lets it enroll and read."""
    work = folder / "client"
    shutil.copytree(ROOT / "tests" / "generated_client", work, ignore=shutil.ignore_patterns("node_modules"))
    run = lambda *command: subprocess.run(command, cwd=work, check=True)
    run("npm", "ci", "--silent", "--no-fund", "--no-audit")
    run("npx", "openapi-typescript", f"{url}/api/schema/", "--output", "schema.d.ts")
    run("npx", "tsc")
    run("node", "built/client.js", url, STUDENT, PASSWORD)


def requests_by_the_thousand(url, folder, who, n_examples, *credentials):
    """Lets schemathesis loose; how many requests it made."""
    (folder / "schemathesis.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "hooks.py").write_text(HOOKS, encoding="utf-8")
    command = [
        pathlib.Path(sys.executable).parent / "schemathesis", "run", f"{url}/api/schema/", "--checks", "all", "--max-examples",
        str(n_examples), "--phases", "examples,coverage,fuzzing,stateful", "--generation-deterministic", "--no-color",
        "--continue-on-failure", *credentials,
    ]  # fmt: skip
    hooked = os.environ | {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(folder)}
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=hooked)
    n_cases = re.search(r"([\d,]+) generated", said.stdout)
    if said.returncode or not n_cases:
        print(said.stdout[-20_000:], said.stderr[-4_000:], file=sys.stderr)
        raise SystemExit(f"as {who} the document and the server do not agree")
    n_cases = int(n_cases[1].replace(",", ""))
    print(f"as {who}: {n_cases} requests, all answered as the document says")
    return n_cases


def runs():
    """Who asks for what. Wrong passwords are tried for each address that needs one, always under one name: a school that is
    new does not yet delay that name, so each run has one of its own."""
    yield "nobody", lambda token: []
    out = ["--exclude-operation-id", "logout", "--exclude-operation-id", "logout_all"]
    for group in (["--include-tag", "courses"], ["--exclude-tag", "courses"]):
        yield "a student with a token", lambda token: ["--header", f"Authorization: Token {token}", *group, *out]
        yield "a student with a password", lambda token: ["--auth", f"{STUDENT}:{PASSWORD}", *group]


def main():
    """Starts the school, makes the client, asks."""
    n_examples = int(os.environ.get("EXAMPLES", "10"))
    trusted = {"EDUCA_SERVER_TRUSTED_PROXIES": '["127.0.0.1"]'}
    n_cases = 0
    with tempfile.TemporaryDirectory() as given:
        folder = pathlib.Path(given)
        root = sample_school(folder)
        with school(root=root, environment=trusted) as url:
            document = requests.get(f"{url}/api/schema/", timeout=20).json()
            assert document["openapi"].startswith("3.1."), document["openapi"]
            add(url, STUDENT)
            generated_client(url, folder)
        for who, credentials in runs():
            with school("--no-build", root=root, environment=trusted) as url:
                token = add(url, STUDENT)
                n_cases += requests_by_the_thousand(url, folder, who, n_examples, *credentials(token))
    assert n_cases >= LEAST_CASES, f"{n_cases} requests are too few"
    print(f"{n_cases} requests in all, {len(document['paths'])} addresses")


if __name__ == "__main__":
    main()
