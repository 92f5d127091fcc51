"""Faults that the checks must find: what is broken, which check says so, and words of what it says."""

import dataclasses
import gzip
import re
import typing

from .school import BASE, SECRET


@dataclasses.dataclass
class Fault:
    name: str
    check: str
    damage: typing.Callable
    reason: str


def write(path, data):
    """Lays a new file; the old one may be linked to what other faults are planted in."""
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def edit(path, old, new, room="public"):
    """Puts other words for the first place that a pattern matches. A pattern that matches nothing is a mistake here."""

    def damage(built):
        file = getattr(built, room) / path
        text, n_found = re.subn(old, lambda _: new, file.read_text("utf-8"), count=1, flags=re.DOTALL)
        assert n_found, f"{path} has no {old}"
        write(file, text.encode())

    return damage


def repack(path, old, new):
    """The same in a packed file."""

    def damage(built):
        file = built.public / path
        text, n_found = re.subn(old, lambda _: new, gzip.decompress(file.read_bytes()).decode(), count=1, flags=re.DOTALL)
        assert n_found, f"{path} has no {old}"
        write(file, gzip.compress(text.encode()))

    return damage


def lay(path, data):
    return lambda built: write(built.public / path, data.encode() if isinstance(data, str) else data)


def add(path, text):
    return lambda built: write(built.public / path, (built.text(path) + text).encode())


def drop(path):
    return lambda built: (built.public / path).unlink()


SITEMAP, FEED = "sitemap.xml", "course/ends/feed.xml"
COURSE, OPEN = "course/ends/index.html", "course/ends/open/index.html"
ENTRY = f"<url>\n  <loc>{BASE}/course/ends/</loc>\n </url>"
SHUT = f"<url>\n  <loc>{BASE}/course/ends/shut/</loc>\n </url>"

FAULTS = [
    Fault(*row)
    for row in [
        ("an element that is not closed", "HTML", edit(COURSE, "</article>", "<div>"), "html5lib"),
        ("an attribute twice, in a gated page", "HTML",
         edit("course/ends/shut/two/index.html", "<main ", "<main id=x ", "private"), "duplicate-attribute"),
        ("a character that is none", "HTML", edit("404.html", "<h1>", "<h1>\x01"), "invalid-codepoint"),
        ("a relative address", "sitemap.xml", edit(SITEMAP, f"<loc>{BASE}/", "<loc>/"), "does not begin with"),
        ("a priority of 7", "sitemap.xml", edit(SITEMAP, "</loc>", "</loc><priority>7</priority>"), "'7'"),
        ("a day that is none", "sitemap.xml", edit(SITEMAP, "<lastmod>[^<]*", "<lastmod>2026-13-01"), "2026-13-01"),
        ("elements in another order", "sitemap.xml",
         edit(SITEMAP, "<loc>", "<lastmod>2026-01-01</lastmod><loc>"), "not expected"),
        ("a gated page", "sitemap.xml", edit(SITEMAP, "</urlset>", f"{SHUT}</urlset>"), "leads to nothing in public"),
        ("a page twice", "sitemap.xml", edit(SITEMAP, "</urlset>", f"{ENTRY}</urlset>"), "listed twice"),
        ("a page left out", "sitemap.xml", edit(SITEMAP, "<url>.*?</url>", ""), "may be listed and is not"),
        ("a sign that is not escaped", "sitemap.xml", edit(SITEMAP, "</loc>", "?a&b</loc>"), "no XML"),
        ("a rule without a colon", "robots.txt", edit("robots.txt", "Disallow: /api/", "Disallow /api/"), "no rule"),
        ("everything closed", "robots.txt", edit("robots.txt", "Disallow: /api/", "Disallow: /"), "closes"),
        ("no rules", "robots.txt", edit("robots.txt", "Disallow: /accounts/\n", ""), "does not close"),
        ("no sitemap", "robots.txt", edit("robots.txt", "Sitemap: .*", ""), "names the sitemaps"),
        ("a feed without a date", "Atom feeds", edit(FEED, "<updated>[^<]*</updated>", ""), "updated"),
        ("a feed without an author", "Atom feeds", edit(FEED, "<author>.*?</author>", ""), "must have an atom:author"),
        ("an entry without a link", "Atom feeds",
         edit(FEED, "(?<=<entry>).*?<link [^>]*>", "<id>x:y</id><title>x</title>"), "at least one atom:link"),
        ("a date without a zone", "Atom feeds", edit("feed.xml", "<updated>[^<]*", "<updated>gestern"), "is no date"),
        ("a kind of title that is none", "Atom feeds", edit("feed.xml", "<title>", "<title type='tex'>"), "title"),
        ("two titles", "Atom feeds", edit("feed.xml", "<title>", "<title>x</title><title>"), "title"),
        ("an id twice", "Atom feeds",
         edit("feed.xml", "2026-05-04:course/6<", "2026-06-01:course/99<"), "names two things"),
        ("a link to nowhere", "Atom feeds", edit(FEED, 'open/one/"', 'open/none/"'), "leads to nothing"),
        ("an anchor that is not there", "Atom feeds",
         edit("course/harmonielehre/feed.xml", '#[a-z-]*"', '#none"'), "leads to no place"),
        ("a title escaped twice", "Atom feeds", edit(FEED, "&amp;D", "&amp;amp;D"), "the title of the course reads"),
        ("a sign that is not escaped", "Atom feeds", edit(FEED, "&amp;D", "&D"), "no XML"),
        ("a feed is missing", "Atom feeds", drop(FEED), "is missing"),
        ("another address", "OpenGraph",
         edit(COURSE, '"og:url" content="[^"]*', f'"og:url" content="{BASE}/'), "but canonical"),
        ("no title", "OpenGraph", edit(COURSE, '<meta property="og:title"[^>]*>', ""), "has no og:title"),
        ("a title escaped twice", "OpenGraph",
         edit(COURSE, 'og:title" content="R&amp;', 'og:title" content="R&amp;amp;'),
         "og:title reads as"),
        ("a kind that is none", "OpenGraph", edit(COURSE, '"article"', '"course"'), "og:type is course"),
        ("a picture that is not there", "OpenGraph",
         edit(COURSE, "<meta property", f'<meta property="og:image" content="{BASE}/no.png"><meta property'), "og:image"),
        ("a property that is none", "JSON-LD", edit(COURSE, '"dateCreated":', '"dateMade":'), "has no property"),
        ("a property of something else", "JSON-LD", edit(COURSE, '"courseMode":', '"jobTitle":'), "has no property"),
        ("a type that is none", "JSON-LD", edit(COURSE, '"@type":"Course"', '"@type":"Kurs"'), "is no type"),
        ("a thing of the wrong type", "JSON-LD",
         edit(COURSE, '"@type":"Organization"', '"@type":"Course"'), "Course.provider is a Course"),
        ("a text for a thing", "JSON-LD",
         edit(COURSE, '"provider":{.*?}', '"provider":"school"'), "but takes Organization"),
        ("a text for yes and no", "JSON-LD",
         edit(OPEN, '"isAccessibleForFree":true', '"isAccessibleForFree":"yes"'), "but takes Boolean"),
        ("a day that is none", "JSON-LD",
         edit(COURSE, '"dateCreated":"[^"]*', '"dateCreated":"2026-13-01'), "but takes Date"),
        ("a course of nobody", "JSON-LD", edit(COURSE, '"provider":{.*?},', ""), "without provider"),
        ("a crumb out of order", "JSON-LD", edit(COURSE, '"position":3', '"position":4'), "numbered"),
        ("a crumb that leads nowhere", "JSON-LD",
         edit(COURSE, "/course/subject/odd/", "/course/subject/none/"), "leads to nothing"),
        ("a text for a page", "JSON-LD", edit(COURSE, '"item":{[^}]*}', f'"item":"{BASE}/"'), "but takes Thing"),
        ("no end", "JSON-LD", edit(COURSE, "}]}</script>", "}]</script>"), "no JSON-LD"),
        ("a line without a colon", "_headers",
         edit("_headers", "x-frame-options: DENY", "x-frame-options DENY"), "is no header"),
        ("a path without a slash", "_headers", edit("_headers", "\n/assets", "\nassets"), "is no path"),
        ("a header twice", "_headers",
         add("_headers", "/search/index.json\n  cache-control: no-store\n"), "two rules set"),
        ("a line that is too long", "_headers", add("_headers", f"/feed.xml\n  x-long: {'x' * 2_000}\n"), "characters"),
        ("too many rules", "_headers", add("_headers", "/feed.xml\n  x-a: b\n" * 100), "has 110 rules"),
        ("a rule for nothing", "_headers", add("_headers", "/none/*\n  x-a: b\n"), "is the path of nothing"),
        ("another policy", "_headers", edit("_headers", "default-src 'none'", "default-src 'self'"), "has the policy"),
        ("a dead end", "_redirects", edit("_redirects", "/course/ends/ 301", "/course/none/ 301"), "leads to nothing"),
        ("a status that is none", "_redirects", edit("_redirects", " 301", " 200"), "has the status 200"),
        ("a page that would be hidden", "_redirects",
         add("_redirects", "/course/ends/ / 301\n"), "but a page lies there"),
        ("a circle", "_redirects", add("_redirects", "/course/ends/ /old/ 301\n"), "and so is what leads to it"),
        ("an address twice", "_redirects", add("_redirects", "/old/ /course/ends/ 301\n"), "redirected twice"),
        ("a space that is not escaped", "_redirects", edit("_redirects", "%20", " "), "is no redirect"),
        ("another canonical", "old addresses",
         edit("old/index.html", 'canonical" href="[^"]*', f'canonical" href="{BASE}/old/'), "but canonical is"),
        ("a page that is gone", "old addresses", drop(OPEN), "leads to nothing"),
        ("an old address that may be listed", "old addresses",
         edit("old/index.html", '<meta name="robots"[^>]*>', ""), "may be listed"),
        ("a list for a number", "search documents", edit("search/index.json", '"pages":[0-9]*', '"pages":[]'), "no int"),
        ("a key more", "search documents",
         repack("search/99/0.bin", '"text":', '"words":"","text":'), "has the keys"),
        ("a title that leads elsewhere", "search documents",
         repack("search/99/titles.bin", "open/one/", "open/two/"), "other titles than the blocks"),
        ("a page that is not there", "search documents",
         repack("search/99/0.bin", "open/one/", "open/none/"), "leads to nothing"),
        ("a heading that is not there", "search documents",
         repack("search/99/0.bin", r'\[\["[^"]*', '[["none'), "leads to no place"),
        ("a page less", "search documents",
         repack("search/99/0.bin", r',{"address":"(?!.*{"address").*?}\]', "]"), "which is not there"),
        ("a shard less", "search documents", edit("search/index.json", r'\["[^"]*","[0-9a-f]*"\]', '["a","0"]'), "cannot be read"),
        ("a gated index in public", "search documents", lay("search/99-enrolled.json", "{}"), "not in the index"),
        ("a gated page in a public block", "search documents",
         repack("search/99/0.bin", "course/ends/open/one/", "course/ends/shut/two/"), "leads to nothing in public"),
        ("a gated text in public", "the gate",
         repack("search/99/0.bin", '"text":"', f'"text":"{SECRET}'), "has a word of a gated text"),
        ("a gated text in a compressed form", "the gate",
         lay("search/99.json.gz", gzip.compress(SECRET.encode())), "has a word of a gated text"),
        ("a gated name", "the gate", lay(f"assets/{SECRET}.css", ""), "has a word of a gated text"),
        ("a gated file in public", "the gate", lay("course/ends/shut/p.png", b"x"), "is public and gated"),
        ("an old compressed form", "compressed forms", add("sitemap.xml", "<!-- new -->"), "something else"),
    ]
]
