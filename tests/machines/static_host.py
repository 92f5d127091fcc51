"""`_headers` and `_redirects` by the rules that Netlify and Cloudflare Pages publish, and the pages at old addresses.

https://docs.netlify.com/manage/routing/headers/ and https://developers.cloudflare.com/pages/configuration/headers/;
each has a page on redirects beside it. Where they differ, the stricter one counts.
"""

import re
import urllib.parse

from .pages import is_there, page, pages, url_of
from .school import BASE, address_of

MAX_RULES, MAX_LINE = 100, 2_000
MAX_REDIRECTS, MAX_REDIRECT = 2_000, 1_000
STATUSES = {"301", "302", "303", "307", "308"}
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
PLACEHOLDER = re.compile(r"\\?:[A-Za-z]\w*")
# A policy in a page cannot say who may frame it; that is for the header alone.
HEADER_ONLY = "; frame-ancestors 'none'"
SENT = {
    "index.html": {"cache-control": "public, no-cache", "x-content-type-options": "nosniff"},
    "course/ends/index.html": {"cache-control": "public, no-cache"},
    "feed.xml": {"content-type": "application/atom+xml; charset=utf-8"},
    "course/ends/feed.xml": {"content-type": "application/atom+xml; charset=utf-8", "cache-control": "public, no-cache"},
    "course/subject/odd/feed.xml": {"content-type": "application/atom+xml; charset=utf-8"},
    "search/index.json": {"cache-control": "public, no-cache"},
}


def header_rules(built, wrong):
    """The rules of `_headers`: each a pattern with its headers, names in lower case."""
    rules = []
    for number, line in enumerate(built.text("_headers").splitlines(), 1):
        where = f"_headers:{number}"
        if len(line) > MAX_LINE:
            wrong(where, f"has {len(line)} characters")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line[0].isspace():
            if not line.startswith("/") or line.count("*") > 1 or "*" in line[:-1]:
                wrong(where, f"is no path: {line}")
            rules.append((line, {}))
            continue
        name, colon, value = line.strip().partition(":")
        if not colon or not NAME.fullmatch(name) or not value.strip():
            wrong(where, f"is no header: {line.strip()}")
        elif not rules:
            wrong(where, "stands before any path")
        elif rules[-1][1].setdefault(name.lower(), value.strip()) != value.strip():
            wrong(where, f"{name} is set twice")
    return rules


def pattern(path):
    """A rule's path as a regular expression: `*` is anything, `:name` is one part."""
    path = PLACEHOLDER.sub("[^/]+", re.escape(path).replace(r"\*", "\0"))
    return re.compile(path.replace("\0", ".*"))


def headers(built, wrong):
    """Every rule can be read, no two disagree on a file, and what is sent is what pages and our server say."""
    rules = header_rules(built, wrong)
    if len(rules) > MAX_RULES:
        wrong("_headers", f"has {len(rules)} rules")
    compiled = [(path, pattern(path), set_) for path, set_ in rules]
    idle = {path for path, _ in rules}
    sent = {}
    for file in built.files():
        sent[file] = {}
        for path, matches, values in compiled:
            if not matches.fullmatch(address_of(file)):
                continue
            idle.discard(path)
            for name, value in values.items():
                # Both hosts would join the values with a comma.
                if name in sent[file]:
                    wrong("_headers", f"two rules set {name} of {file}")
                sent[file][name] = value
    for path in idle:
        wrong("_headers", f"{path} is the path of nothing")
    for file, wanted in SENT.items():
        for name, value in wanted.items():
            if sent.get(file, {}).get(name) != value:
                wrong("_headers", f"{name} of {file} is {sent.get(file, {}).get(name)}")
    for file in built.files("assets/*"):
        if "immutable" not in sent[file].get("cache-control", ""):
            wrong("_headers", f"{file} is not immutable")
    look_at_policies(built, sent, wrong)
    return f"{len(rules)} rules for {len(sent)} files, no header set twice, the policy is that of every page"


def look_at_policies(built, sent, wrong):
    for path, each in pages(built):
        policies = each.meta.get("content-security-policy", [])
        header = sent[path].get("content-security-policy", "")
        if [header] != [policy + HEADER_ONLY for policy in policies]:
            wrong(path, f"has the policy {policies}, and is sent with {header}")


def redirects(built, wrong):
    """Every line can be read, leads from an old address and from nothing else, and ends at a page that is there."""
    lines = {}
    for number, line in enumerate(built.text("_redirects").splitlines(), 1):
        where = f"_redirects:{number}"
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split()
        if len(parts) != 3 or not all(part.startswith("/") for part in parts[:2]) or len(line) > MAX_REDIRECT:
            wrong(where, f"is no redirect: {line}")
            continue
        source, target, status = parts
        if status not in STATUSES:
            wrong(where, f"has the status {status}")
        if "*" in line or "/:" in source:
            wrong(where, f"would redirect more than one address: {line}")
        if source in lines:
            wrong(where, f"{source} is redirected twice")
        lines[source] = target
        if reason := is_there(built, BASE + target):
            wrong(where, reason)
        # A file at an address that is redirected is never seen; that of an old address says the same.
        file = built.at(urllib.parse.unquote(source))
        if file and page(file).moved_to != target:
            wrong(where, f"{source} is redirected, but a page lies there")
    if len(lines) > MAX_REDIRECTS:
        wrong("_redirects", f"has {len(lines)} redirects")
    for source in lines.keys() & set(lines.values()):
        wrong("_redirects", f"{source} is redirected, and so is what leads to it")
    moved = {url_of(path) for path, each in pages(built) if each.moved_to and not is_there(built, BASE + each.moved_to)}
    for url in moved ^ {BASE + source for source in lines}:
        wrong("_redirects", f"{url} has a redirect and no page, or a page and no redirect")
    return f"{len(lines)} redirects, each from an old address to a page"


def old_addresses(built, wrong):
    """The pages at old addresses send their readers on, and search engines to the new address."""
    n_moved, n_gated = 0, 0
    for path, each in pages(built):
        if not each.meta.get("refresh"):
            continue
        n_moved += 1
        target = each.moved_to or ""
        if reason := is_there(built, BASE + target, "public private"):
            wrong(path, reason)
        n_gated += bool(is_there(built, BASE + target))
        if each.links.get("canonical") != [BASE + target]:
            wrong(path, f"leads to {target}, but canonical is {each.links.get('canonical')}")
        if each.is_indexed:
            wrong(path, "may be listed")
        if target not in each.hrefs:
            wrong(path, f"has no link to {target} for those whose browsers stay")
    if n_moved < 5 or n_gated < 1:
        wrong("", f"only {n_moved} old addresses, {n_gated} of them of gated pages")
    return f"{n_moved} pages, {n_gated} of them at old addresses of gated pages"
