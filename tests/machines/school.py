"""The school that is looked at: the sample school and one course more, which has what the sample lacks."""

import functools
import pathlib
import shutil
import struct
import subprocess
import zlib

from served import EDUCA, ROOT

BASE = "https://school.example"
# Of every kind of text that only the enrolled may read. It stands nowhere else.
SECRET = "pelargonium"
# What HTML, XML, JSON and the scripts that JSON lies in must each escape in their own way; XML cannot write the bell at all.
ODD = "R&D <b>'x'</b> \"quoted\" ]]> --> </script> 🦉 الحروف"
ODD_SUBJECT = "العلوم & \"Λόγος\" <i>x</i> ]]>\a"

SETTINGS = {
    '# base_url = "https://school.example"': f'base_url = "{BASE}"',
    '# compress = ["br", "gz"]': 'compress = ["gz"]',
}


def toml(text):
    """A text as TOML writes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\a", "\\u0007") + '"'


TEXTS = {
    "content/ids.toml": "subject = 99\ncourse = 99\ninstructor = 99\n",
    "content/instructors/o-dd.md": f"+++\nid = 99\nname = {toml('Ö & <i>D</i>')}\n+++\n\nWrites & counts.\n",
    "content/odd/subject.md": f'+++\nid = 99\ntitle = {toml(ODD_SUBJECT)}\nlang = "ar"\n+++\n',
    "content/odd/ends/course.md": f"""+++
id = 99
title = {toml(ODD)}
owner = "o-dd"
created = 2026-06-01T08:30:00.5+02:00
tags = ["a & b", "<c>", "ü"]
lang = "ar"
layout = "lesson"
aliases = ["/old/", "/alt/über & mehr/"]
+++

نص "quoted" & <em>not</em> ]]> text.
""",
    "content/odd/ends/01-open/module.md": """+++
title = "Open & <free>"
preview = true
aliases = ["/alt/open/"]
+++
For everyone & all.
""",
    "content/odd/ends/01-open/01-one.md": """+++
title = "One ]]> & two"
created = 2026-06-02T00:00:00Z
updated = 2026-06-03T10:20:30.5Z
aliases = ["/alt/one/"]
+++
Open words & <more>.

```python title="a & b.py"
print("<&>" if 1 < 2 else ']]>')
```

$$\\frac{a}{b} < \\sqrt{2}$$

## A "heading" & <more>

![A picture & more](p.png)
""",
    # What a module is about stands in its course's outline, which is public.
    "content/odd/ends/02-shut/module.md": """+++
title = "Shut"
aliases = ["/gone/"]
+++
For those who joined.
""",
    "content/odd/ends/02-shut/01-two.md": f"""+++
title = "Two"
created = 2026-06-04T00:00:00Z
+++
A {SECRET}.

```python title="{SECRET}.py"
{SECRET} = 1
```

$\\text{{{SECRET}}}$

## {SECRET.title()}

![{SECRET}](p.png)[^1]

[^1]: {SECRET.upper()}.
""",
    "content/odd/ends/02-shut/02-look.md": f"""+++
title = "Look"
created = 2026-06-05T00:00:00Z
image = "p.png"
+++
{SECRET.title()}.
""",
}
PICTURES = ["content/odd/ends/01-open/p.png", "content/odd/ends/02-shut/p.png"]


def picture(width, height):
    """A PNG, wide enough to be published in smaller sizes too."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    line = b"\0" + bytes(at * 3 % 256 for at in range(3 * width))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(line * height)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def make(folder):
    """Lays the school into a folder and builds it."""
    for name in ["content", "themes"]:
        shutil.copytree(ROOT / name, folder / name)
    settings = (ROOT / "educa.toml").read_text()
    for given, wanted in SETTINGS.items():
        assert given in settings, f"educa.toml has no line {given}"
        settings = settings.replace(given, wanted)
    (folder / "educa.toml").write_text(settings)
    for path, text in TEXTS.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    for path in PICTURES:
        (folder / path).write_bytes(picture(900, 60))
    # It warns of what looks like HTML in the texts above, as it should.
    run = subprocess.run([EDUCA, "--root", folder, "build"], capture_output=True, text=True, timeout=120)
    if run.returncode:
        raise SystemExit(f"the school does not build:\n{run.stdout}{run.stderr}")
    print(run.stdout.strip())
    return Built(folder)


class Built:
    """What a build made: `public/`, which every host hands out, and `private/`, which only the server opens."""

    def __init__(self, folder):
        self.public = pathlib.Path(folder, "public")
        self.private = pathlib.Path(folder, "private")

    def files(self, pattern="*"):
        """The public files of a kind, as paths below `public/`; without what a build leaves there for itself."""
        found = (path.relative_to(self.public) for path in self.public.rglob(pattern) if path.is_file())
        return sorted(str(path) for path in found if not path.name.startswith("."))

    def text(self, path):
        return (self.public / path).read_text("utf-8")

    def courses(self):
        """The slugs of all courses: each has an overview for everyone."""
        overviews = self.public.glob("course/*/index.html")
        return sorted(path.parent.name for path in overviews)

    def subjects(self):
        return sorted(path.parent.name for path in self.public.glob("course/subject/*/index.html"))

    def at(self, address, rooms="public"):
        """The file at an address, decoded and without query and anchor; `rooms` are the folders to look into."""
        below = address.removeprefix("/")
        below += "index.html" if not below or below.endswith("/") else ""
        found = (getattr(self, room) / below for room in rooms.split())
        return next((path for path in found if path.is_file()), None)


@functools.cache
def address_of(path):
    """The address of a public file: `/course/` of `course/index.html`."""
    folder, _, name = path.rpartition("/")
    return f"/{folder}/".replace("//", "/") if name == "index.html" else f"/{path}"
