"""What a search in the browser reads, and the gate: nothing of a gated text is public, under no name and in no form."""

import gzip
import json

from .pages import is_there
from .school import BASE, ODD, SECRET

# The shapes that src/site/outputs/search/ describes.
INDEX = {"pages": int, "words": [[str]], "endings": [[str]]}
COURSE = {"id": int, "title": str, "address": str, "lang": str, "dir": str}
PAGE = {"address": str, "title": str, "module": str, "headings": [[str]], "text": str}
BLOCK = {"course": COURSE, "pages": [PAGE]}
# Address, title and the module's title of each page.
TITLES = {"course": COURSE, "pages": [[str]]}
PAGES_IN_BLOCK = 8


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


def unpacked(path):
    """The bytes of a file; those of a packed one as they were before."""
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix in (".gz", ".bin") else data


def read(path, shape, wrong):
    """A file of JSON with a shape; nothing if it is not that."""
    name = "/".join(path.parts[-3:])
    try:
        value = json.loads(unpacked(path))
    except (OSError, EOFError, ValueError) as error:
        wrong(name, f"no JSON: {error}")
        return None
    if reason := unlike(value, shape):
        wrong(name, reason)
        return None
    return value


def numbers(data):
    """Numbers of seven bits a byte, and slices between them."""
    at = 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def take(length):
        nonlocal at
        at += length
        return data[at - length:at]

    return number, take, lambda: at < len(data)


def shard(data, has_postings):
    """The words of a shard, each with its pages: course and number."""
    number, take, has_more = numbers(data)
    word = b""
    while has_more():
        word = word[:number()] + take(number())
        pages = list(postings(take(number()))) if has_postings else []
        yield word.decode(), pages


def postings(data):
    """The pages of a word."""
    number, _, has_more = numbers(data)
    course = 0
    while has_more():
        course += number()
        page = 0
        for _ in range(number()):
            page += number() >> 3
            yield course, page


def collection(room, index_path, folder, wrong):
    """The words of an index, and the files that it names."""
    index = read(room / index_path, INDEX, wrong) or {"words": [], "endings": []}
    words, named = {}, {index_path}
    for kind in ("words", "endings"):
        for first, name in index[kind]:
            path = f"search/{folder}/{name}.bin"
            named.add(path)
            try:
                found = dict(shard(unpacked(room / path), kind == "words"))
            except (OSError, EOFError, ValueError, IndexError) as error:
                wrong(path, f"cannot be read: {error}")
                continue
            if next(iter(found), None) != first:
                wrong(path, f"does not begin with {first!r}")
            if kind == "words":
                words |= found
            elif any(word[::-1] not in words for word in found):
                wrong(path, "has an ending of no word")
    if list(words) != sorted(words):
        wrong(index_path, "has words out of order")
    return words, named


def search(built, wrong):
    """All words lead to pages of blocks that are there, and all files of the search are named by an index."""
    ids = {int(path.parent.name) for path in built.public.glob("search/*/0.bin")}
    n_words = n_pages = 0
    titles = set()
    rooms = [("public", built.public, "search/index.json", "all", ids, lambda course: course)]
    for path in sorted(built.private.glob("search/*-enrolled.json")):
        folder = path.name.removesuffix(".json")
        rooms.append(("private", built.private, f"search/{path.name}", folder, {int(folder.split("-")[0])}, lambda _, f=folder: f))
    there = {("public", path) for path in built.files("search/**/*.bin")} | {("public", "search/index.json")}
    there |= {("private", str(path.relative_to(built.private))) for path in built.private.glob("search/**/*") if path.is_file()}
    there |= {("public", path) for path in built.files("search/*.json")}
    named = set()
    for name, room, index_path, folder, courses, of in rooms:
        words, files = collection(room, index_path, folder, wrong)
        pages = {}
        for course in sorted(courses):
            blocks = sorted(room.glob(f"search/{of(course)}/[0-9].bin"))
            in_blocks = []
            for nth, path in enumerate(blocks):
                files.add(str(path.relative_to(room)))
                block = read(path, BLOCK, wrong)
                if block:
                    titles.add(block["course"]["title"])
                    in_blocks += [[page["address"], page["title"], page["module"]] for page in block["pages"]]
                    pages |= look_at(built, block, course, nth, name, path, wrong)
            path = room / f"search/{of(course)}/titles.bin"
            files.add(str(path.relative_to(room)))
            if (read(path, TITLES, wrong) or {"pages": None})["pages"] != in_blocks:
                wrong(str(path.relative_to(room)), "has other titles than the blocks")
        for word, found in words.items():
            if lost := [page for page in found if page not in pages]:
                wrong(index_path, f"says that {word!r} is on {lost[0]}, which is not there")
        named |= {(name, file) for file in files}
        n_words, n_pages = n_words + len(words), n_pages + len(pages)
    if ODD not in titles:
        wrong("search/index.json", f"does not know the title {ODD}")
    for name, path in there ^ named:
        wrong(path, f"is in {name}/ and not in the index, or in the index and not in {name}/")
    return f"{n_words} words of {n_pages} pages in {len(rooms)} collections"


def look_at(built, block, course, nth, room, path, wrong):
    """What a block says of each page. Returns them, by course and number."""
    name = "/".join(path.parts[-3:])
    if block["course"]["id"] != course:
        wrong(name, f"is of course {block['course']['id']}")
    for each in block["pages"]:
        reason = is_there(built, BASE + each["address"], room)
        # Of a page with all contents of a module each content has an anchor, and each heading another.
        below = each["address"].partition("#")[0]
        for heading in each["headings"]:
            if len(heading) != 2:
                wrong(name, f"has a heading {heading}")
            reason = reason or is_there(built, f"{BASE}{below}#{heading[0]}", room)
        if reason:
            wrong(name, reason)
    return {(course, nth * PAGES_IN_BLOCK + at): each for at, each in enumerate(block["pages"])}


def gate(built, wrong):
    """The word that stands in every kind of gated text stands in no public file and in no name of one."""
    marked = [path for path in built.private.rglob("*") if path.is_file() and has_secret(path)]
    # Two pages and their module's, the contents for the API, a block and a shard for a search.
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
    text = f"{path.name}\n{unpacked(path).decode('utf-8', 'replace')}".lower()
    # In a shard its first letters may be those of the word before.
    return SECRET in text or (path.suffix == ".bin" and SECRET[3:] in text)


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
