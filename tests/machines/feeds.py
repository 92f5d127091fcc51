"""Atom feeds: by the whole grammar and the rules of RFC 4287's appendix B, and as feedparser reads them."""

import datetime

import feedparser
from lxml import etree, isoschematron

from served import ROOT
from .pages import is_there, pages, url_of
from .school import ODD, address_of

GRAMMAR = etree.parse(ROOT / "tests" / "schemas" / "atom.rng")
RELAX_NG = etree.RelaxNG(GRAMMAR)
SCHEMATRON = isoschematron.Schematron(GRAMMAR, store_report=True)
ATOM = {"a": "http://www.w3.org/2005/Atom"}
MESSAGE = "{http://purl.oclc.org/dsdl/svrl}text"


def feeds(built, wrong):
    """The site, every subject and every course has a feed; each is valid, and all that it names is there."""
    subjects = [f"course/subject/{slug}/feed.xml" for slug in built.subjects()]
    expected = ["feed.xml", *subjects, *(f"course/{slug}/feed.xml" for slug in built.courses())]
    found = built.files("feed.xml")
    for path in set(expected) ^ set(found):
        wrong(path, "is missing" if path in expected else "is the feed of nothing")
    named, n_entries = {}, 0
    for path in found:
        try:
            tree = etree.fromstring((built.public / path).read_bytes())
        except etree.XMLSyntaxError as error:
            wrong(path, f"no XML: {error}")
            continue
        validate(tree, path, wrong)
        n_entries += look_at(built, tree, path, wrong)
        read_as_readers_do(built, tree, path, wrong)
        for entry in [tree, *tree.findall("a:entry", ATOM)]:
            note_id(named, entry, path, wrong)
    led_to = {href for _, page in pages(built) for href in page.links.get("alternate application/atom+xml", [])}
    for address in led_to ^ {address_of(path) for path in found}:
        wrong(address, "pages lead to a feed that is not there, or to a feed no page leads")
    return f"{len(found)} feeds with {n_entries} entries, valid by RFC 4287 and read by feedparser"


def validate(tree, path, wrong):
    """By the grammar, and by the rules that a grammar cannot say."""
    if not RELAX_NG.validate(tree):
        error = RELAX_NG.error_log[0]
        wrong(f"{path}:{error.line}", error.message)
    if not SCHEMATRON.validate(tree):
        for text in SCHEMATRON.validation_report.iter(MESSAGE):
            wrong(path, text.text)


def look_at(built, tree, path, wrong):
    """What no schema knows: where links lead, and the order of dates. Returns the number of entries."""
    own = [link.get("href") for link in tree.findall("a:link[@rel='self']", ATOM)]
    if own != [url_of(path)]:
        wrong(path, f"says that it lies at {own}")
    entries = tree.findall("a:entry", ATOM)
    if not entries:
        wrong(path, "has no entries")
    # Titles and addresses of gated contents stand in the public outline of their course.
    links = [(link, "public") for link in tree.findall("a:link", ATOM)]
    links += [(link, "public private") for entry in entries for link in entry.findall("a:link", ATOM)]
    for link, rooms in links:
        if reason := is_there(built, link.get("href"), rooms):
            wrong(path, reason)
    for uri in tree.findall(".//a:uri", ATOM):
        if reason := is_there(built, uri.text):
            wrong(path, reason)
    updated = moment(tree, "updated", path, wrong)
    for entry in entries:
        first, last = (moment(entry, name, path, wrong) for name in ["published", "updated"])
        if not first <= last <= updated:
            name = entry.findtext("a:id", "", ATOM)
            wrong(path, f"{name}: published {first}, updated {last}, the feed {updated}")
    return len(entries)


def moment(element, name, path, wrong):
    """A date of RFC 3339 with its zone."""
    text = element.findtext(f"a:{name}", "", ATOM)
    try:
        return datetime.datetime.fromisoformat(text).astimezone(datetime.timezone.utc)
    except ValueError:
        wrong(path, f"{name} is no date: {text!r}")
        return datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)


def read_as_readers_do(built, tree, path, wrong):
    """feedparser has nothing to put up with, and finds the same entries with the same titles."""
    read = feedparser.parse((built.public / path).read_bytes())
    if read.bozo or read.version != "atom10":
        wrong(path, f"feedparser: {read.get('bozo_exception', read.version)}")
    titles = [title.text for title in tree.findall("a:entry/a:title", ATOM)]
    if [entry.get("title") for entry in read.entries] != titles:
        wrong(path, "feedparser reads other titles than the XML has")
    if path == "course/ends/feed.xml" and read.feed.get("title") != ODD:
        wrong(path, f"the title of the course reads as {read.feed.get('title')!r}")


def note_id(named, element, path, wrong):
    """One name for one thing: what has a name twice is the same entry in two feeds, which leads to the same page."""
    name = element.findtext("a:id", "", ATOM)
    pages = [link.get("href") for link in element.findall("a:link", ATOM) if link.get("rel") != "self"]
    inside = name, path, element.tag
    if named.setdefault(name, pages) != pages or inside in named:
        wrong(path, f"the id {name} names two things")
    named[inside] = pages
