"""The servers that benches/serve measures: a small school behind educa and nginx, and what each costs."""

import http.client
import os
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

PUBLIC = "/course/sets/"
GATED = "/course/sets/basics/"
PASSWORD = "a long walk at dusk"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

SCHOOL = {
    "educa.toml": '[site]\ntitle = "Measured"\n',
    "content/instructors/ada.md": '+++\nid = 1\nname = "Ada Okafor"\n+++\nTeaches.\n',
    "content/maths/subject.md": '+++\nid = 1\ntitle = "Mathematics"\n+++\nNumbers.\n',
    "content/maths/sets/course.md": '+++\nid = 1\ntitle = "Sets"\nowner = "ada"\ncreated = 2026-02-05T12:00:00Z\n+++\n',
    "content/maths/sets/01-basics/module.md": '+++\ntitle = "Basics"\n+++\nThe beginning.\n',
    "content/maths/sets/01-basics/01-union.md": '+++\ntitle = "Union"\n+++\n',
}
# What the theme puts around it makes 10 KB of each.
PARAGRAPHS = {"content/maths/sets/course.md": 114, "content/maths/sets/01-basics/01-union.md": 121}

NGINX = """
daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 16384; }}
http {{
    types {{ text/html html; }}
    sendfile on;
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


class Server:
    """A running server: its address and its process with all children."""

    def __init__(self, child, port):
        self.child = child
        self.port = port

    def url(self, path):
        """The whole address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def processes(self):
        """The ids of the process and its children."""
        children = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children").read_text(encoding="ascii").split()
        return [self.child.pid, *map(int, children)]

    def cpu(self):
        """Processor seconds so far."""
        ticks = 0
        for process in self.processes():
            fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def megabytes(self, field="VmRSS"):
        """Memory in use, or at most so far (`VmHWM`)."""
        total = 0
        for process in self.processes():
            for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
                if line.startswith(f"{field}:"):
                    total += int(line.split()[1]) / 1024
        return total

    def kill(self):
        """Ends it at once, as a crash would."""
        self.child.kill()
        self.child.wait()

    def stop(self):
        """Ends it."""
        self.child.terminate()
        self.child.wait()


def write_school(folder, educa, files=SCHOOL):
    """Writes a school, builds it, and adds the student who will read."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = (f"Paragraph {n} of words that fill a page, as lessons do." for n in range(PARAGRAPHS.get(name, 0)))
        path.write_text(text + "\n\n".join(lines) + "\n", encoding="utf-8")
    subprocess.run([educa, "--root", folder, "build"], check=True, stdout=sys.stderr)
    command = [educa, "--root", folder, "user", "add", "reader", "--password-stdin"]
    subprocess.run(command, input=PASSWORD.encode(), check=True, stdout=sys.stderr)


def start_educa(educa, school):
    """`educa serve` on a free port, once it says that it listens."""
    command = [educa, "--root", school, "serve", "--no-build", "--listen", "127.0.0.1:0"]
    with (school / "log").open("wb") as log:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    for line in child.stdout:
        if "serving on http://" in line:
            return Server(child, urlsplit(line[line.index("http://"):].split()[0]).port)
    sys.exit(f"`educa serve` ended with {child.wait()} before it said where it serves: {(school / 'log').read_text()}")


def start_nginx(nginx, folder, school):
    """nginx with the same two files, open to everyone."""
    for path, room in ((PUBLIC, "public"), (GATED, "private")):
        copy = folder / "files" / path.strip("/") / "index.html"
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((school / room / path.strip("/") / "index.html").read_bytes())
    # Workers of a server started by root are nobody, who must be allowed in.
    for parent in (folder, folder.parent):
        parent.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = folder / "nginx.conf"
    settings.write_text(NGINX.format(folder=folder, port=port), encoding="utf-8")
    child = subprocess.Popen([nginx, "-c", settings, "-e", folder / "error.log"], stderr=sys.stderr)
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return Server(child, port)
        time.sleep(0.02)
    sys.exit(f"nginx does not listen: {(folder / 'error.log').read_text(encoding='utf-8')}")


def signed_in_cookie(server, username):
    """Signs somebody in; their cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("POST", "/accounts/login/", urlencode({"username": username, "password": PASSWORD}), FORM)
    answer = connection.getresponse()
    answer.read()
    return (answer.headers["Set-Cookie"] or sys.exit(f"{username} was not signed in")).split(";")[0]


def enrolled_cookie(server):
    """Signs the student in and enrolls them; their cookie."""
    cookie = signed_in_cookie(server, "reader")
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("POST", "/students/enroll-course/", "course=1", {**FORM, "Cookie": cookie})
    connection.getresponse().read()
    return cookie


def checked(server, path, cookie=None):
    """The size of a page, which must be there; one with a cookie must not be there without."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    for headers, wanted in ([({}, 302)] if cookie else []) + [({"Cookie": cookie} if cookie else {}, 200)]:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != wanted:
            sys.exit(f"{server.url(path)} answers {answer.status}, not {wanted}")
    return len(body)


def idle_connections(server, count):
    """Opens connections that have been served once and now rest."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    request = f"GET {PUBLIC} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
    opened = []
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.sendall(request)
        got = b""
        while b"</html>" not in got:
            got = got[-8:] + (connection.recv(65536) or sys.exit("a connection was closed"))
        opened.append(connection)
    return opened
