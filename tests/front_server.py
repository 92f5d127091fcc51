"""The front servers of docs/deploy, as their files set them up: nginx in both ways, and Caddy, before a real educa.

Every gated file is asked for by everybody, plainly and by every trick that makes two programs read one path differently,
as raw bytes. Nobody but the enrolled may get a byte of one, with whatever headers, and nobody at all once educa is gone.
"""

import concurrent.futures
import contextlib
import http.client
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse

from served import ROOT, school

SECRET = b"the-hidden-words"
PASSWORD = "correct horse x9"
DEPLOY = ROOT / "docs" / "deploy"
HEADERS = ["x-content-type-options", "x-frame-options", "content-security-policy", "referrer-policy", "content-type"]

SCHOOL = {
    "educa.toml": '[site]\ntitle = "Test school"\nbase_url = "https://school.example"\n[server]\nallowed_hosts = ["127.0.0.1"]\n',
    "content/instructors/ada.md": '+++\nid = 1\nname = "Ada Okafor"\n+++\nTeaches.\n',
    "content/maths/subject.md": '+++\nid = 1\ntitle = "Mathematics"\n+++\nNumbers.\n',
    "content/maths/sets/course.md": '+++\nid = 1\ntitle = "Sets"\nowner = "ada"\ncreated = 2026-02-05T12:00:00Z\n+++\nAbout sets.\n',
    "content/maths/sets/01-basics/module.md": '+++\ntitle = "Basics"\n+++\nThe beginning.\n',
    "content/maths/sets/01-basics/01-union.md": '+++\ntitle = "Union"\n+++\nthe-hidden-words, [data](data.csv)\n',
    "content/maths/sets/01-basics/data.csv": "the-hidden-words,1\n",
    "content/maths/sets/01-basics/02-sheet one.pdf": "%PDF-1.4 the-hidden-words",
    "content/maths/sets/01-basics/03-film.mp4": "the-hidden-words " * 60_000,
    "content/maths/sets/01-basics/04-half 50% off.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><title>the-hidden-words</title></svg>',
    "content/maths/sets/02-look/module.md": '+++\ntitle = "Look"\npreview = true\n+++\nLook.\n',
    "content/maths/sets/02-look/01-open.md": '+++\ntitle = "Open"\n+++\nFor everyone.\n',
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def replaced(name, *changes):
    """A file of docs/deploy with what an operator has to change."""
    text = (DEPLOY / name).read_text()
    for old, new in changes:
        assert old in text, f"{name} does not say {old}"
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def running(command, port, **options):
    with subprocess.Popen(command, **options) as server:
        try:
            for _ in range(200):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                assert server.poll() is None, f"{command[0]} ended at once"
                time.sleep(0.05)
            yield
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)


@contextlib.contextmanager
def nginx(name, folder, root, educa):
    port, plain = free_port(), free_port()
    site = replaced(
        name,
        ("/etc/ssl/school.example.pem", f"{folder}/certificate.pem"),
        ("/etc/ssl/private/school.example.key", f"{folder}/key.pem"),
        ("/srv/school", str(root)),
        ("127.0.0.1:8000", educa),
        ("/var/log/nginx/school.log", f"{folder}/access.log"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
    )
    temporary = "".join(f"{what}_temp_path {folder}/{what};" for what in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
    user = "user root;" if pathlib.Path.home() == pathlib.Path("/root") else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; events {{ }}\n"
        f"http {{ include /etc/nginx/mime.types; default_type application/octet-stream; {temporary}\n{site}}}\n"
    )
    command = ["nginx", "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
    with running(command, port):
        yield port


@contextlib.contextmanager
def caddy(folder, root, educa):
    port = free_port()
    site = replaced(
        "Caddyfile",
        ("school.example {", f"https://127.0.0.1:{port} {{\ntls {folder}/certificate.pem {folder}/key.pem"),
        ("/var/log/caddy/school.log", f"{folder}/access.log"),
        ("/srv/school", str(root)),
        ("127.0.0.1:8000", educa),
    )
    (folder / "Caddyfile").write_text(f"{{\nadmin off\nauto_https off\n}}\n{site}")
    home = {"XDG_DATA_HOME": f"{folder}/data", "XDG_CONFIG_HOME": f"{folder}/config", "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]
    with open(folder / "caddy.log", "w") as log, running(command, port, stderr=log, env=home):
        yield port


UNVERIFIED = ssl.create_default_context()
UNVERIFIED.check_hostname = False
UNVERIFIED.verify_mode = ssl.CERT_NONE


class Visitor:
    """Somebody with a browser that knows no redirects."""

    def __init__(self, port):
        self.port, self.cookie = port, None

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=UNVERIFIED, timeout=20)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.bytes = answer.read()
        connection.close()
        for cookie in answer.headers.get_all("set-cookie") or []:
            if cookie.startswith("sessionid="):
                assert "Secure" in cookie and "HttpOnly" in cookie, cookie
                self.cookie = cookie.split(";")[0]
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def raw(self, method, target, *lines):
        """What comes back for these very bytes."""
        cookie = [f"Cookie: {self.cookie}"] if self.cookie else []
        head = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close", *cookie, *lines]
        with socket.create_connection(("127.0.0.1", self.port), 20) as plain:
            with UNVERIFIED.wrap_socket(plain) as stream:
                stream.sendall("\r\n".join([*head, "", ""]).encode("latin-1"))
                got = b""
                with contextlib.suppress(OSError):
                    while chunk := stream.recv(65536):
                        got += chunk
        return got


def registered(port, name):
    visitor = Visitor(port)
    form = {"username": name, "password1": PASSWORD, "password2": PASSWORD}
    answer = visitor.ask("POST", "/students/register/", form)
    assert answer.status == 302, (answer.status, answer.bytes[:2000])
    return visitor


def gated(root):
    """The paths of what lies in private/ as a browser asks for them; those that are no addresses last."""
    files = sorted(str(path.relative_to(root / "private")) for path in (root / "private").rglob("*") if path.is_file())
    listed = [file for file in files if file.startswith(("course/", "search/"))]
    assert len(listed) >= 5 and "catalog.json" in files, files
    path = lambda file: "/" + urllib.parse.quote(re.sub(r"(^|/)index\.html$", r"\1", file))
    return [path(file) for file in listed], ["/" + urllib.parse.quote(file) for file in files if file not in listed]


def tricks(path):
    plain = urllib.parse.unquote(path)[1:]
    encoded = "".join(f"%{byte:02x}" for byte in plain.encode())
    slashes = plain.replace(" ", "%20").replace("/", "%2f")
    return [
        path, f"{path}index.html", f"{path}?x=/", f"{path}?/../../", f"{path}#x", f"{path};.css", f"{path}%00", f"{path}%00.css",
        f"{path}%20", f"{path}.", f"{path}..", f"{path}/", f"{path}%2f", f"{path.rstrip('/')}", f"/.{path}", f"/%2e{path}",
        f"/x/..{path}", f"/x/%2e%2e{path}", f"/x/%2E%2E{path}", f"/x/..%2f{path[1:]}", f"/course/..{path}", f"/course/%2e%2e{path}",
        f"/{path}", f"//127.0.0.1{path}", f"/{slashes}", f"/{slashes.replace('%', '%25')}", f"/{encoded}",
        f"/{path[1:].replace('/', chr(92))}", f"/{path[1:].replace('/', '%5c')}", f"/private{path}", f"/../private{path}",
        f"/assets/../../private{path}", f"/assets/%2e%2e/%2e%2e/private{path}", f"/assets/..%2f..%2fprivate{path}",
        f"/assets../private{path}", f"/protected{path}", f"/protected/..{path}", f"/protected../private{path}",
        f"/gate/check{path}", f"/gate/check?{path}", f"/course/sets/look/..{path}", f"/course/sets/{path[1:]}",
        f"/course/sets/look/../..{path}", f"/assets/..{path}", f"/accounts/..{path}", f"/api/%2e%2e{path}", f"/feed.xml/..{path}",
        f"{path}feed.xml/../", f"https://127.0.0.1{path}", f"http://school.example{path}", path.upper(),
    ]  # fmt: skip


SPOOFS = [
    ["X-Original-URI: /"], ["X-Forwarded-Uri: /"], ["X-Original-URI: /", "X-Forwarded-Uri: /"], ["X-Original-Url: /"],
    ["X-Rewrite-URL: /"], ["X-Original-Method: OPTIONS"], ["X-Forwarded-Method: OPTIONS"], ["X-Forwarded-For: 127.0.0.1"],
    ["Forwarded: for=127.0.0.1;host=school.example"], ["X-Forwarded-Host: school.example"], ["X-Accel-Redirect: /protected/"],
    ["X-Forwarded-Prefix: /x"], ["Connection: close, Cookie"], ["Connection: close, X-Original-URI"], ["Connection: close, X-Forwarded-Uri"],
    ["Range: bytes=0-9"], ["If-None-Match: *"], ["If-Modified-Since: Sat, 01 Jan 2028 00:00:00 GMT"], ["Upgrade: h2c"],
    ["Cookie: sessionid=0"], ["Cookie: sessionid="], ["Authorization: Basic YWRhOmFkYQ=="], ["Expect: 100-continue"],
]  # fmt: skip


def nobody_else_gets_a_byte(root, sue, others):
    listed, unlisted = gated(root)
    paths = [trick for path in [*listed, *unlisted] for trick in tricks(path) if all(ord(one) > 32 for one in trick)]
    requests = [(other, "GET", path) for path in paths for other in others]
    methods = ["GET", "HEAD", "POST", "OPTIONS", "PROPFIND", "get", "G%45T"]
    requests += [
        (other, method, path, *spoof) for path in listed for spoof in SPOOFS for method in methods for other in others
    ]
    # What has no address is nobody's, whoever asks.
    requests += [(sue, "GET", path) for file in unlisted for path in tricks(file) if all(ord(one) > 32 for one in path)]
    with concurrent.futures.ThreadPoolExecutor(8) as clients:
        for n_asked, _ in enumerate(clients.map(lambda request: got_nothing(*request), requests)):
            pass
    return n_asked + 1


def got_nothing(visitor, method, target, *lines):
    got = visitor.raw(method, target, *lines)
    asked = (method, target, lines, got[:400])
    assert SECRET not in got, asked
    assert not got or re.match(rb"HTTP/1\.1 (100|[234]\d\d) ", got), asked


def the_enrolled_read(root, front, sue, direct, name):
    """Each gated file, with the bytes and the headers that educa itself would send."""
    listed, _ = gated(root)
    for path in listed:
        answer, own = sue.get(path), direct.get(path)
        assert (answer.status, answer.bytes) == (200, own.bytes), (path, answer.status)
        assert answer.headers["last-modified"], f"{path} is sent by the front server"
        for header in [*HEADERS, "cache-control", "vary"]:
            same(path, header, answer, own)
        part = sue.get(path, Range="bytes=2-9")
        assert (part.status, part.bytes) == (206, own.bytes[2:10]), (path, part.status)
        head = sue.ask("HEAD", path)
        assert (head.status, head.bytes) == (200, b""), path
        again = sue.get(path, If_None_Match=answer.headers["etag"])
        assert (again.status, again.bytes) == (304, b""), path
        post = sue.ask("POST", path, {"a": "b"})
        assert post.status == 405 and SECRET not in post.bytes, (path, post.status)
    print(f"{name}: {len(listed)} gated files as educa would send them")


def same(path, header, answer, own):
    # Two names of one type; nginx and Caddy know the one, educa the other.
    told = lambda given: [value.replace("application/javascript", "text/javascript") for value in given.headers.get_all(header) or []]
    values, ours = told(answer), told(own)
    assert values == ours, f"{path}: {header} is {values}, of educa {ours}"


def everyone_reads(root, front, direct, name):
    files = [path.relative_to(root / "public") for path in (root / "public").rglob("*") if path.is_file()]
    files = [str(file) for file in files if not file.name.startswith(("_", "."))]
    assert len(files) > 10, files
    for file in files:
        path = "/" + urllib.parse.quote(re.sub(r"(^|/)index\.html$", r"\1", file))
        answer, own = front.get(path), direct.get(path)
        assert (answer.status, answer.bytes) == (200, own.bytes), (path, answer.status)
        assert answer.headers["last-modified"], f"{path} is sent by the front server"
        for header in [*HEADERS, "cache-control"]:
            same(path, header, answer, own)
    for path, status in [("/course/sets", 301), ("/nothing/", 404), ("/course/", 404), ("/health/live", 404), ("/_headers", 404)]:
        assert front.get(path).status == status, (path, front.get(path).status)
    assert front.ask("POST", "/course/sets/", {"a": "b"}).status == 405
    print(f"{name}: {len(files)} files for everyone as educa would send them")


class Direct(Visitor):
    """Somebody at educa itself."""

    def __init__(self, url, cookie):
        self.host, self.cookie = url.removeprefix("http://"), cookie

    def get(self, path):
        connection = http.client.HTTPConnection(self.host, timeout=20)
        connection.request("GET", path, headers={"Cookie": self.cookie} if self.cookie else {})
        answer = connection.getresponse()
        answer.bytes = answer.read()
        return answer


def links_stay_out_of_the_log(folder, front, name):
    """Whoever reads the log must not be able to do what a letter's link is for."""
    token = "5ec2e7" * 10 + "beef"
    for path in ["/accounts/reset/", "/accounts/confirm/", "/students/invitation/"]:
        for asked in [f"{path}{token}/", f"{path}{token}", f"/accounts/login/?next={path}{token}/"]:
            answer = front.get(asked, Referer=f"https://127.0.0.1:{front.port}{path}{token}/")
            assert answer.status < 500, (asked, answer.status)
    front.get("/course/sets/?q=last-of-all")
    log = folder / "access.log"
    for _ in range(100):
        if "/course/sets/" in log.read_text().rsplit("login", 1)[-1]:
            break
        time.sleep(0.05)
    said = log.read_text()
    assert said.count("/accounts/confirm/...") >= 2 and said.count("/students/invitation/...") >= 2, said
    assert token not in said and "last-of-all" not in said, said
    assert "sessionid" not in said and PASSWORD not in said, said
    print(f"{name}: the log has {len(said.splitlines())} lines and no link of a letter")


def walk(name, start, settings, folder):
    root = folder / "school"
    for path, text in SCHOOL.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    trusted = {"EDUCA_SERVER_TRUSTED_PROXIES": '["127.0.0.1"]'} | settings
    with contextlib.ExitStack() as servers:
        educa = contextlib.ExitStack()
        servers.enter_context(educa)
        url = educa.enter_context(school(root=root, environment=trusted))
        port = servers.enter_context(start(folder, root, url.removeprefix("http://")))
        front = Visitor(port)
        everyone_reads(root, front, Direct(url, None), name)
        page = "/course/sets/basics/"
        assert front.get(page).headers["location"] == f"/accounts/login/?next={page}"
        bob, sue = registered(port, "bob"), registered(port, "sue")
        answer = bob.get(page)
        assert answer.status == 403 and b"enroll" in answer.bytes.lower()
        assert sue.ask("POST", "/students/enroll-course/", {"course": "1"}).status == 302
        assert sue.get("/students/course/1/").headers["location"] == page
        api = front.get("/api/", Accept="application/json").bytes.decode()
        assert f"https://127.0.0.1:{port}/api/courses/" in api, api
        # A stranger's own educa would be told of files; this one is asked without the front server, as it never is.
        direct = Direct(url, sue.cookie)
        if "EDUCA_SERVER_ACCEL_REDIRECT" in settings:
            told = direct.get(page)
            assert told.headers["x-accel-redirect"] == "/protected/course/sets/basics/index.html"
            assert "x-accel-redirect" not in sue.get(page).headers, "it is for the front server alone"
            plain = servers.enter_context(school("--no-build", root=root))
            direct = enrolled_elsewhere(plain)
        the_enrolled_read(root, front, sue, direct, name)
        n_asked = nobody_else_gets_a_byte(root, sue, [front, bob])
        print(f"{name}: {n_asked} requests of others got nothing")
        assert sue.ask("POST", "/students/leave-course/", {"course": "1"}).status == 302
        assert sue.get(page).status == 403, "the next request after leaving"
        assert sue.ask("POST", "/students/enroll-course/", {"course": "1"}).status == 302
        assert sue.get(page).status == 200
        links_stay_out_of_the_log(folder, front, name)
        educa.close()
        for path in gated(root)[0]:
            answer = sue.get(path)
            assert answer.status >= 500 and SECRET not in answer.bytes, (path, answer.status)
        assert front.get("/course/sets/").status == 200, "what is for everyone stays"
        print(f"{name}: without educa nobody gets anything gated")


def enrolled_elsewhere(url):
    """Somebody enrolled at another educa over the same school."""
    host = url.removeprefix("http://")
    form = urllib.parse.urlencode({"username": "sue", "password1": PASSWORD, "password2": PASSWORD})
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    connection = http.client.HTTPConnection(host)
    connection.request("POST", "/students/register/", form, kind)
    answer = connection.getresponse()
    answer.read()
    cookie = answer.headers["set-cookie"].split(";")[0]
    connection.request("POST", "/students/enroll-course/", "course=1", kind | {"Cookie": cookie})
    assert connection.getresponse().status == 302
    return Direct(url, cookie)


def main():
    accel = {"EDUCA_SERVER_ACCEL_REDIRECT": "/protected/"}
    fronts = {
        "nginx.conf": (lambda *given: nginx("nginx.conf", *given), {}),
        "nginx-accel.conf": (lambda *given: nginx("nginx-accel.conf", *given), accel),
        "Caddyfile": (caddy, {}),
    }
    wanted = sys.argv[1:] or list(fronts)
    for name in wanted:
        start, settings = fronts[name]
        with tempfile.TemporaryDirectory() as given:
            folder = pathlib.Path(given)
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                 "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
                check=True, capture_output=True,
            )  # fmt: skip
            try:
                walk(name, start, settings, folder)
            except BaseException:
                for log in ["error.log", "caddy.log"]:
                    if (folder / log).exists():
                        print((folder / log).read_text()[-4000:], file=sys.stderr)
                raise


main()
