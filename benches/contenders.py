"""The generators that are compared: how each one's folder is made from a generated school, and how it is built.

All get the same texts. Hugo and Eleventy get their links as addresses, because they do not follow links between files
as educa and mdBook do; that work is spared to them. Their layouts in peers/ make the same pages as educa's theme.
"""

import atexit
import json
import re
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

import tools

PEERS = Path(__file__).resolve().parent / "peers"
THEME_ASSETS = tools.REPOSITORY / "themes" / "school" / "assets"
LINK_TO_FILE = re.compile(r"\]\(((?:\.\./)?[\w/-]+)\.md\)")


def front_and_body(path):
    """The settings and the text of a file of the school."""
    _, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    return tomllib.loads(front), body.lstrip("\n")


def lessons(school):
    """All lessons of a school, as paths from content/, in their order."""
    content = school / "content"
    return sorted(path.relative_to(content) for path in content.glob("*/*/*/[0-9]*.md"))


def educa_address(lesson):
    """Where educa serves a lesson: without its subject, and without the numbers of module and lesson."""
    _, course, module, file = lesson.parts
    module, file = (name.split("-", 1)[1] for name in (module, file[:-3]))
    return f"/course/{course}/{module}/{file}/"


def graveyard(folder):
    """Where old outputs lie until the program ends; on the same file system, so that going there is a rename."""
    place = folder / "old-outputs"
    if place not in GRAVEYARDS:
        place.mkdir(exist_ok=True)
        GRAVEYARDS.add(place)
        atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place


GRAVEYARDS = set()


class Contender:
    """One generator in one variant. Folders: `site` is all it reads; `made` is what a clean build finds absent."""

    tool = ""
    math = False
    made = ()
    own_layout = ()  # marks that its pages have instead of the parts that all others share

    def __init__(self, folder, highlight):
        self.name = f"{self.tool} with highlighting" if highlight else self.tool
        self.site = folder / self.name.replace(" ", "-").replace(",", "")
        self.highlight = highlight

    def prepare(self, school):
        """Makes the folder from the school, once; a folder that is whole is taken as it is."""
        done = self.site / ".prepared"
        if not done.exists():
            shutil.rmtree(self.site, ignore_errors=True)
            self.site.mkdir(parents=True)
            self.fill(school)
        self.configure()
        done.touch()
        # Whoever builds first does not pay for reading the disk.
        for path in (self.site / "content").rglob("*"):
            if path.is_file():
                path.read_bytes()

    def configure(self):
        """Writes what may change between two runs of this program on one prepared folder."""

    def clean(self):
        """Puts output and caches out of the way.

        They are deleted when the program ends: for some minutes after ten thousand files were deleted, ext4 makes new
        ones several times as slowly, which would be charged to whoever builds next.
        """
        for name in self.made:
            if (self.site / name).exists():
                (self.site / name).rename(Path(tempfile.mkdtemp(dir=graveyard(self.site.parent))) / name)

    def environment(self):
        """What is added to the environment of a build."""
        return {}

    def edit(self, lesson, marker):
        """Ends a lesson with a paragraph that no build has seen."""
        path = self.source_of(lesson)
        text = path.read_text(encoding="utf-8").partition("\nEdited ")[0]
        path.write_text(f"{text}\nEdited {marker}.\n", encoding="utf-8")

    def source_of(self, lesson):
        """The file that an author would change."""
        return self.site / "content" / lesson

    def pages(self):
        """How many pages were made, and how large all of the output is, in MB."""
        files = [path for path in (self.site / self.made[0]).rglob("*") if path.is_file()]
        return sum(path.suffix == ".html" for path in files), sum(path.stat().st_size for path in files) / 1e6


class Educa(Contender):
    """educa itself. What it does besides (contents for its API, the catalog of its server) is measured with it."""

    tool = "educa"
    made = ("public", "private", ".educa")

    def __init__(self, folder, highlight, program):
        super().__init__(folder, highlight)
        self.program = program

    def fill(self, school):
        shutil.copytree(school / "content", self.site / "content")
        shutil.copy(school / "educa.toml", self.site / "school.toml")

    def settings(self):
        """What the others do not make is left out: formulas, documents for a search, files for static hosts."""
        return {"highlight": self.highlight, "math": False, "search": False, "static_host_files": False}

    def configure(self):
        lines = [f"{key} = {str(value).lower()}\n" for key, value in self.settings().items()]
        text = (self.site / "school.toml").read_text() + ("\n[build]\n" + "".join(lines) if lines else "")
        (self.site / "educa.toml").write_text(text)

    def version(self):
        return first_line(self.program, "--version")

    def command(self):
        return [self.program, "--root", self.site, "build"]

    def page_of(self, lesson):
        return self.site / "public" / educa_address(lesson)[1:] / "index.html"


class EducaAsItIs(Educa):
    """educa with the settings that a school has from the start: highlighting, formulas, documents for a search."""

    tool = "educa by default,"
    math = True

    def __init__(self, folder, program):
        super().__init__(folder, True, program)

    def settings(self):
        return {}


class Hugo(Contender):
    """Hugo with Chroma's classes, or without highlighting."""

    tool = "hugo"
    made = ("public", "resources", "cache")

    def fill(self, school):
        shutil.copytree(PEERS / "hugo" / "layouts", self.site / "layouts")
        shutil.copytree(THEME_ASSETS, self.site / "static" / "assets")
        translate(school, self.site / "content", "_index.md", hugo_front)

    def configure(self):
        text = (PEERS / "hugo" / "hugo.toml").read_text().replace("@highlight@", str(self.highlight).lower())
        (self.site / "hugo.toml").write_text(text)

    def version(self):
        return first_line(tools.hugo(), "version").split("-")[0]

    def command(self):
        return [tools.hugo(), "--quiet", "--noBuildLock", "--cacheDir", self.site / "cache"]

    def page_of(self, lesson):
        return self.site / "public" / lesson.with_suffix("") / "index.html"


class Eleventy(Contender):
    """Eleventy with Nunjucks layouts; highlighting by its own plugin."""

    tool = "eleventy"
    made = ("_site", ".cache")

    def fill(self, school):
        shutil.copytree(PEERS / "eleventy", self.site, dirs_exist_ok=True)
        shutil.copytree(THEME_ASSETS, self.site / "assets")
        (self.site / "node_modules").symlink_to(tools.eleventy())
        translate(school, self.site / "content", "index.md", eleventy_front)

    def version(self):
        return f"eleventy {tools.ELEVENTY} on node {first_line('node', '--version')}"

    def command(self):
        return ["node", tools.eleventy() / "@11ty" / "eleventy" / "cmd.cjs", "--quiet"]

    def environment(self):
        return {"HIGHLIGHT": "1" if self.highlight else "0"}

    def page_of(self, lesson):
        return self.site / "_site" / lesson.with_suffix("") / "index.html"


class MdBook(Contender):
    """mdBook with its own layout: a script draws the sidebar and the list of headings, and there are no breadcrumbs."""

    tool = "mdbook"
    made = ("book",)
    own_layout = ('id="mdbook-sidebar"', 'rel="prev"', 'rel="next')

    def fill(self, school):
        shutil.copy(PEERS / "mdbook" / "book.toml", self.site / "book.toml")
        names = {"subject.md": 0, "course.md": 1, "module.md": 2}
        summary = ["# Summary\n"]
        for path in in_reading_order(school / "content"):
            front, body = front_and_body(path)
            place = path.relative_to(school / "content")
            target = self.site / "src" / place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(f"# {front['title']}\n\n{body}", encoding="utf-8")
            summary.append(f"{'  ' * names.get(path.name, 3)}- [{front['title']}]({place})")
        (self.site / "src" / "SUMMARY.md").write_text("\n".join(summary) + "\n", encoding="utf-8")

    def version(self):
        return first_line(tools.mdbook(), "--version")

    def command(self):
        return [tools.mdbook(), "build"]

    def source_of(self, lesson):
        return self.site / "src" / lesson

    def page_of(self, lesson):
        return self.site / "book" / lesson.with_suffix(".html")


def in_reading_order(content):
    """Every text of the school but its instructors, each level's own text before what it holds."""
    def walk(folder):
        own = [path for path in folder.glob("*.md") if not path.name[0].isdigit()]
        yield from own
        for path in sorted(path for path in folder.iterdir() if path not in own):
            yield from walk(path) if path.is_dir() else [path]
    for subject in sorted(path for path in content.iterdir() if path.is_dir() and path.name != "instructors"):
        yield from walk(subject)


def translate(school, target, index, front_of):
    """Writes the texts of a school for another generator."""
    target.mkdir(parents=True)
    (target / index).write_text(front_of("home", {"title": "All courses"}, 0, ""), encoding="utf-8")
    for order, path in enumerate(in_reading_order(school / "content"), 1):
        front, body = front_and_body(path)
        kind = path.stem if path.name in ("subject.md", "course.md", "module.md") else "lesson"
        place = path.relative_to(school / "content")
        file = target / (place if kind == "lesson" else place.with_name(index))
        file.parent.mkdir(parents=True, exist_ok=True)
        text = front_of(kind, front, order, body) + "\n" + LINK_TO_FILE.sub(r"](../\1/)", body)
        file.write_text(text, encoding="utf-8")


def hugo_front(kind, front, order, body):
    """Front matter as Hugo has it."""
    values = {"title": front["title"], "layout": kind, "weight": order}
    lines = [f"{key}: {json.dumps(value)}\n" for key, value in (values | common(front, body)).items()]
    return "---\n" + "".join(lines) + "---\n"


def eleventy_front(kind, front, order, body):
    """Front matter as Eleventy has it; `kind` and `order` are for our own layouts."""
    values = {"title": front["title"], "layout": f"{kind}.njk", "kind": kind, "order": order, **common(front, body)}
    if "date" in values:
        values["created"] = values.pop("date")
    return "---\n" + "".join(f"{key}: {json_or_date(value)}\n" for key, value in values.items()) + "---\n"


def common(front, body):
    """What both show besides the title: a description for the page's head, and the facts about a course."""
    values = {"description": front.get("summary") or body.split("\n\n")[0].split(". ")[0].replace("\n", " ")}
    if "owner" in front:
        created = front["created"].strftime("%Y-%m-%dT%H:%M:%SZ")
        values |= {"owner": front["owner"], "words": front["tags"], "date": created}
    return values


def json_or_date(value):
    """JSON is YAML too, but a date in quotes would be a text."""
    return value if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+Z", value) else json.dumps(value)


def first_line(*command):
    """The first line that a program says."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
