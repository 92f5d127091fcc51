"""educa gets a certificate from a real authority: Pebble, which Let's Encrypt makes for such tests.

It proves its name by the very port that it serves on, keeps account and key to itself, and serves from them when the
authority is gone.
"""

import contextlib
import http.client
import json
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.request

from served import EDUCA, school

NAME = "school.example"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(*command, **environment):
    with subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        try:
            yield
        finally:
            program.terminate()
            program.wait(20)


def answered(port):
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on {port}")


@contextlib.contextmanager
def authority(folder, school_port):
    """Yields the address of its directory and a way to its root; every name leads to this machine."""
    directory, management, names, control = (free_port() for _ in range(4))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE",
         "-keyout", folder / "pebble.key", "-out", folder / "pebble.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    config = {
        "listenAddress": f"127.0.0.1:{directory}", "managementListenAddress": f"127.0.0.1:{management}",
        "certificate": f"{folder}/pebble.pem", "privateKey": f"{folder}/pebble.key", "httpPort": free_port(), "tlsPort": school_port,
    }  # fmt: skip
    (folder / "pebble.json").write_text(json.dumps({"pebble": config}))
    domains = running("pebble-challtestsrv", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-dns01", f"127.0.0.1:{names}",
                      "-management", f"127.0.0.1:{control}", "-http01", "", "-https01", "", "-tlsalpn01", "")  # fmt: skip
    pebble = running("pebble", "-config", f"{folder}/pebble.json", "-dnsserver", f"127.0.0.1:{names}", PEBBLE_VA_NOSLEEP="1")
    with domains, pebble:
        answered(control)
        answered(directory)
        unverified = ssl._create_unverified_context()
        root = urllib.request.urlopen(f"https://127.0.0.1:{management}/roots/0", context=unverified).read().decode()
        yield f"https://localhost:{directory}/dir", ssl.create_default_context(cadata=root)


def page(port, context):
    """The page that the school shows to who trusts the authority alone."""
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        with context.wrap_socket(plain, server_hostname=NAME) as stream:
            stream.sendall(f"GET / HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
            answer = http.client.HTTPResponse(stream)
            answer.begin()
            return answer.status


def main():
    with tempfile.TemporaryDirectory() as given:
        folder = pathlib.Path(given)
        root, port = folder / "school", free_port()
        subprocess.run([EDUCA, "init", root], check=True, capture_output=True)
        environment = {
            "EDUCA_SITE_BASE_URL": f"https://{NAME}", "EDUCA_SERVER_TLS_ACME": f'["{NAME}"]', "SSL_CERT_FILE": f"{folder}/pebble.pem",
        }  # fmt: skip
        listen = f"127.0.0.1:{port}"
        with authority(folder, port) as (directory, context):
            environment["EDUCA_SERVER_TLS_ACME_DIRECTORY"] = directory
            with school(root=root, environment=environment, listen=listen) as url:
                assert url == f"https://{listen}", url
                deadline = time.monotonic() + 40
                while True:
                    try:
                        assert page(port, context) == 200
                        break
                    except OSError as error:
                        assert time.monotonic() < deadline, error
                        time.sleep(0.3)
        kept = sorted((root / ".educa" / "acme").iterdir())
        assert len(kept) == 3 and kept[0].name.startswith("account-"), kept
        for file in kept:
            assert file.stat().st_mode & 0o077 == 0, f"{file} can be read by others"
        before = [file.read_bytes() for file in kept]
        with school("--no-build", root=root, environment=environment, listen=listen):
            assert page(port, context) == 200, "without the authority, from what is kept"
        assert before == [file.read_bytes() for file in kept]
        print("a certificate by TLS-ALPN-01, kept to itself, served again without the authority")


main()
