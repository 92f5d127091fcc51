"""`sitemap.xml`, by the schema of sitemaps.org, and `robots.txt`, by RFC 9309 and Python's own reader of it."""

import re
import urllib.robotparser

from lxml import etree

from served import ROOT
from .pages import indexed, is_there
from .school import BASE

SITEMAP = "sitemap.xml"
SCHEMA = etree.XMLSchema(etree.parse(ROOT / "tests" / "schemas" / "sitemap.xsd"))
LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
# What only our server answers, and what it answers there is for no search engine.
CLOSED = ["/accounts/login/", "/students/courses/", "/api/courses/", "/chat/room/1/", "/ws/chat/room/1/"]
ROBOTS_LINE = re.compile(r"(#.*|(User-agent|Allow|Disallow|Sitemap):\s*\S.*|)", re.IGNORECASE)


def locations(built):
    return [loc.text for loc in etree.fromstring((built.public / SITEMAP).read_bytes()).iter(LOCATION)]


def sitemap(built, wrong):
    """It keeps to the schema and lists every page that may be listed, once, and nothing else."""
    try:
        tree = etree.fromstring((built.public / SITEMAP).read_bytes())
    except etree.XMLSyntaxError as error:
        wrong(SITEMAP, f"no XML: {error}")
        return "unreadable"
    if not SCHEMA.validate(tree):
        for error in SCHEMA.error_log:
            wrong(f"{SITEMAP}:{error.line}", error.message)
    listed = locations(built)
    for url in listed:
        if reason := is_there(built, url):
            wrong(SITEMAP, reason)
    for url in {url for url in listed if listed.count(url) > 1}:
        wrong(SITEMAP, f"{url} is listed twice")
    expected = indexed(built)
    for url in expected.keys() - set(listed):
        wrong(SITEMAP, f"{url} may be listed and is not")
    for url in set(listed) - expected.keys():
        wrong(SITEMAP, f"{url} is listed and may not be")
    return f"{len(listed)} addresses, valid by the schema, each a page that may be listed"


def robots(built, wrong):
    """Every line can be read, all pages are open, what the server answers is closed, the sitemap is named."""
    lines = built.text("robots.txt").splitlines()
    for number, line in enumerate(lines, 1):
        if not ROBOTS_LINE.fullmatch(line):
            wrong(f"robots.txt:{number}", f"no rule: {line}")
    reader = urllib.robotparser.RobotFileParser()
    reader.parse(lines)
    if reader.site_maps() != [f"{BASE}/{SITEMAP}"]:
        wrong("robots.txt", f"names the sitemaps {reader.site_maps()}")
    listed = locations(built)
    for url in listed:
        if not reader.can_fetch("AnyBot", url):
            wrong("robots.txt", f"closes {url}")
    for address in CLOSED:
        if reader.can_fetch("AnyBot", BASE + address):
            wrong("robots.txt", f"does not close {address}")
    return f"{len(listed)} addresses open, {len(CLOSED)} closed, the sitemap named"
