"""OpenGraph (ogp.me): the words that previews of links are made of, and that they say of a page what the page says."""

import re

from .pages import indexed, is_there, pages
from .school import ODD
from .sitemap import locations

# Those of ogp.me that a school may have. Each stands once in a page.
PROPERTIES = {"title", "type", "url", "site_name", "description", "locale", "image", "image:alt"}
KINDS = {"website", "article", "profile", "book"}
LOCALE = re.compile(r"[a-z]{2,3}_[A-Z]{2}")


def previews(built, wrong):
    """Each page that may be listed has its words, with the address that the sitemap and the page itself have."""
    listed = set(locations(built))
    n_described, n_pictures = 0, 0
    for path, page in pages(built):
        words = {name.removeprefix("og:"): values for name, values in page.meta.items() if name.startswith("og:")}
        if not page.is_indexed:
            if words.keys() - {"description"}:
                wrong(path, f"is not to be listed, but has {sorted(words)}")
            continue
        for name in words.keys() - PROPERTIES:
            wrong(path, f"og:{name} is no property of OpenGraph")
        for name, values in words.items():
            if len(values) > 1 or not values[0].strip():
                wrong(path, f"og:{name} is {values}")
        for name in {"title", "type", "url", "site_name"} - words.keys():
            wrong(path, f"has no og:{name}")
        only = {name: values[0] for name, values in words.items()}
        look_at_address(page, path, only.get("url"), listed, wrong)
        look_at_words(page, path, only, wrong)
        n_described += "description" in only
        if "image" in only:
            n_pictures += 1
            if reason := is_there(built, only["image"]):
                wrong(path, f"og:image: {reason}")
    n_pages = len(indexed(built))
    return f"{n_pages} pages, {n_described} with a description, {n_pictures} with a picture"


def look_at_address(page, path, url, listed, wrong):
    """One address, wherever a page says it."""
    canonical = page.links.get("canonical", [])
    if [url] != canonical:
        wrong(path, f"og:url is {url}, but canonical is {canonical}")
    if url not in listed:
        wrong(path, f"og:url {url} is not in the sitemap")


def look_at_words(page, path, words, wrong):
    """Words of the right kind, and whole after all that had to be escaped."""
    if words.get("type") not in KINDS:
        wrong(path, f"og:type is {words.get('type')}")
    if "locale" in words and not LOCALE.fullmatch(words["locale"]):
        wrong(path, f"og:locale is {words['locale']}")
    if words.get("description") != page.meta.get("description", [None])[0]:
        wrong(path, "og:description is not the description")
    if path == "course/ends/index.html" and words.get("title") != ODD:
        wrong(path, f"og:title reads as {words.get('title')!r}")
