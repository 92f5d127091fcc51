"""What a search in the browser reads, and the gate: nothing of a gated text is public, under no name and in no form."""

import gzip
import json

from .pages import is_there
from .school import BASE, ODD, SECRET

# The shapes that src/site/outputs/search.rs describes.
COURSE = {"id": int, "title": str, "subject": str, "lang": str, "address": str, "summary": str, "documents": [str]}
INDEX = {"courses": [COURSE]}
DOCUMENT = {"course": int, "lang": str, "pages": [{"address": str, "title": str, "headings": [[str]], "text": str}]}


def unlike(value, shape, where="it"):
    """Why a value has not a shape: a type, a list of one shape, or a table with exactly these keys."""
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{where} is no list"
        return next(filter(None, (unlike(each, shape[0], f"{where}[{at}]") for at, each in enumerate(value))), None)
    if isinstance(shape, dict):
        if not isinstance(value, dict) or value.keys() != shape.keys():
            return f"{where} has the keys {sorted(value) if isinstance(value, dict) else None}, not {sorted(shape)}"
        return next(filter(None, (unlike(value[key], shape[key], f"{where}.{key}") for key in shape)), None)
    return None if type(value) is shape else f"{where} is {value!r}, no {shape.__name__}"


def read(path, shape, wrong):
    """A file of JSON with a shape; nothing if it is not that."""
    name = "/".join(path.parts[-3:])
    try:
        value = json.loads(path.read_bytes())
    except (OSError, json.JSONDecodeError) as error:
        wrong(name, f"no JSON: {error}")
        return None
    if reason := unlike(value, shape):
        wrong(name, reason)
        return None
    return value


def search(built, wrong):
    """The index names all courses and their documents; what documents name is there, in the room they lie in."""
    index = read(built.public / "search/index.json", INDEX, wrong)
    courses = index["courses"] if index else []
    addresses = sorted(course["address"] for course in courses)
    if addresses != sorted(f"/course/{slug}/" for slug in built.courses()):
        wrong("search/index.json", f"knows the courses {addresses}")
    if ODD not in [course["title"] for course in courses]:
        wrong("search/index.json", f"does not know the title {ODD}")
    named = set()
    n_pages = 0
    for course in courses:
        for address in course["documents"]:
            room = "private" if address.endswith("-enrolled.json") else "public"
            named.add((room, address))
            document = read(getattr(built, room) / address[1:], DOCUMENT, wrong)
            if document:
                n_pages += look_at(built, document, course, room, address, wrong)
    there = {("public", f"/{path}") for path in built.files("search/*.json")} - {("public", "/search/index.json")}
    there |= {("private", f"/search/{path.name}") for path in built.private.glob("search/*.json")}
    for room, address in there ^ named:
        wrong(address, f"is in {room}/ and not in the index, or in the index and not in {room}/")
    n_gated = sum(room == "private" for room, _ in named)
    return f"{len(courses)} courses, {len(named)} documents with {n_pages} pages, {n_gated} of them gated"


def look_at(built, document, course, room, address, wrong):
    """What a document says of each page. Returns how many there are."""
    if (document["course"], document["lang"]) != (course["id"], course["lang"]):
        wrong(address, f"is of course {document['course']}, in {document['lang']}")
    for each in document["pages"]:
        reason = is_there(built, BASE + each["address"], room)
        # Of a page with all contents of a module each content has an anchor, and each heading another.
        below = each["address"].partition("#")[0]
        for heading in each["headings"]:
            if len(heading) != 2:
                wrong(address, f"has a heading {heading}")
            reason = reason or is_there(built, f"{BASE}{below}#{heading[0]}", room)
        if reason:
            wrong(address, reason)
    return len(document["pages"])


def gate(built, wrong):
    """The word that stands in every kind of gated text stands in no public file and in no name of one."""
    marked = [path for path in built.private.rglob("*") if path.is_file() and has_secret(path)]
    # Two pages and their module's, the contents for the API, the document for a search.
    if len(marked) < 5:
        wrong("private", f"only {len(marked)} files have the secret: this looks for nothing")
    files = built.files()
    for path in files:
        if has_secret(built.public / path):
            wrong(path, f"has a word of a gated text, {SECRET!r}")
        if (built.private / path).exists():
            wrong(path, "is public and gated")
    return f"{len(files)} public files have no word of the {len(marked)} that are gated"


def has_secret(path):
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    return SECRET in f"{path.name}\n{data.decode('utf-8', 'replace')}".lower()


def compressed(built, wrong):
    """A compressed form holds what the file beside it holds."""
    forms = built.files("*.gz")
    for path in forms:
        file = built.public / path.removesuffix(".gz")
        if not file.is_file() or gzip.decompress((built.public / path).read_bytes()) != file.read_bytes():
            wrong(path, "holds something else than the file beside it")
    if "sitemap.xml.gz" not in forms:
        wrong("sitemap.xml.gz", "is missing")
    return f"{len(forms)} compressed forms, each of the file beside it"
