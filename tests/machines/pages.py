"""A page as a machine reads it: parsed by html5lib, by the same rules as in browsers, and reduced to what is asked for."""

import functools
import urllib.parse

import html5lib

from .school import BASE, address_of


class Page:
    """What a page's elements say; a name that stands in several is a list of several."""

    def __init__(self, data):
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        tree = parser.parse(data, transport_encoding="utf-8")
        self.errors = [(place[0], name) for place, name, _ in parser.errors]
        self.meta, self.links, self.linked_data, self.ids, self.hrefs = {}, {}, [], set(), set()
        for element in tree.iter():
            attributes = element.attrib
            self.ids.add(attributes.get("id"))
            if element.tag == "meta":
                # One element may be for two readers: `name` for search engines, `property` for previews.
                for name in filter(None, map(attributes.get, ["name", "property", "http-equiv"])):
                    self.meta.setdefault(name.lower(), []).append(attributes.get("content", ""))
            elif element.tag == "link":
                key = f"{attributes.get('rel')} {attributes.get('type', '')}".strip()
                self.links.setdefault(key, []).append(attributes.get("href", ""))
            elif element.tag == "script" and attributes.get("type") == "application/ld+json":
                self.linked_data.append(element.text or "")
            elif element.tag == "a":
                self.hrefs.add(attributes.get("href"))

    @property
    def is_indexed(self):
        return "noindex" not in self.meta.get("robots", [])

    @property
    def moved_to(self):
        """The address that a page sends its readers to at once, if it does."""
        delay, _, url = self.meta.get("refresh", [""])[0].partition("; url=")
        return url if delay == "0" else None


# Most pages are the same before and after a fault was planted.
@functools.cache
def parsed(data):
    return Page(data)


def page(path):
    return parsed(path.read_bytes())


def pages(built):
    """All public pages, each with its path below `public/`."""
    return [(path, page(built.public / path)) for path in built.files("*.html")]


def html(built, wrong):
    """Every page, public or gated, is HTML as the standard has it: nothing that a browser must put right."""
    files = [*built.public.rglob("*.html"), *built.private.rglob("*.html")]
    for file in files:
        for line, name in page(file).errors:
            # The bell in a title, which browsers pass over and XML cannot write.
            if name != "invalid-codepoint" or b"\a" not in file.read_bytes():
                wrong(f"{'/'.join(file.parts[-3:])}:{line}", f"html5lib: {name}")
    return f"{len(files)} pages, parsed without an error"


def indexed(built):
    """The pages that search engines may list: by URL, with the path and the page."""
    return {url_of(path): (path, each) for path, each in pages(built) if each.is_indexed}


def url_of(path):
    return BASE + urllib.parse.quote(address_of(path), safe="/&!$'()*+,;=:@~")


def is_there(built, url, rooms="public"):
    """Why a URL of this school leads to nothing; nothing if it leads to a file and to a place in it."""
    if not url.startswith(f"{BASE}/"):
        return f"{url} does not begin with {BASE}/"
    parts = urllib.parse.urlsplit(url)
    file = built.at(urllib.parse.unquote(parts.path), rooms)
    if file is None:
        return f"{url} leads to nothing in {rooms.replace(' ', ' or ')}"
    if parts.fragment and urllib.parse.unquote(parts.fragment) not in page(file).ids:
        return f"{url} leads to no place in its page"
    return None
