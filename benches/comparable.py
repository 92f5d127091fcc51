"""Whether pages of several generators can be compared: the same lesson must lead to the same places in all of them.

mdBook has a layout of its own, which is looked at for what it has.
"""

import html
import re

SAMPLES = 20
COUNTED = {"headings": r"<h[23]", "paragraphs": r"<p>", "code blocks": r"<pre", "tables": r"<table", "items": r"<li>"}


def problems(entrants, lessons):
    """What speaks against a comparison; nothing if all is well. Every page must exist, and some are read."""
    found = []
    for entrant in entrants:
        absent = [str(lesson) for lesson in lessons if not entrant.page_of(lesson).exists()]
        if absent:
            found.append(f"{entrant.name}: {len(absent)} lessons without a page, such as {absent[0]}")
    if found:
        return found
    samples = lessons[1 :: max(1, len(lessons) // SAMPLES)]
    for entrant in entrants:
        texts = [entrant.page_of(lesson).read_text(encoding="utf-8") for lesson in samples]
        for lesson, text in zip(samples, texts):
            found += [f"{entrant.name}: {lesson} lacks {mark}" for mark in entrant.own_layout if mark not in text]
        if not entrant.own_layout:
            found += wrong_variant(entrant, texts)
    equal = [entrant for entrant in entrants if not entrant.own_layout]
    for lesson in samples:
        found += differences(lesson, {entrant.name: facts(entrant.page_of(lesson)) for entrant in equal})
    return found


def wrong_variant(entrant, texts):
    """Whether code is colored and formulas are drawn if the variant says so, and only then."""
    colored = any(re.search(r"<pre[^>]*>\s*(<code[^>]*>)?(?s:(?!</pre>).)*?<span", text) for text in texts)
    drawn = any("<math" in text for text in texts)
    found = [f"{entrant.name}: highlighting is {colored}"] if colored != entrant.highlight else []
    return found + ([f"{entrant.name}: math is {drawn}"] if drawn != entrant.math else [])


def differences(lesson, facts_by_name):
    """Where one generator's page says something else than that of the first, or nothing at all."""
    found = []
    first_name, first = next(iter(facts_by_name.items()), (None, {}))
    for name, of in facts_by_name.items():
        for what, value in of.items():
            if not value:
                found.append(f"{name}: {lesson} has no {what}")
            elif value != first[what]:
                found.append(f"{lesson}: {what} is {value} in {name}, but {first[what]} in {first_name}")
    return found


def facts(path):
    """The titles that a page leads to, by the part of the page, and how much of each kind its text has."""
    text = path.read_text(encoding="utf-8")
    side = between(text, 'class="side"', "<main")
    body = between(text, 'class="contents', '<footer class="foot"')
    return {
        "sidebar": [title for title in titles(side) if title != "Course chat"],
        "current lesson": re.findall(r'aria-current="page">([^<]+)', side),
        "breadcrumbs": titles(between(text, 'class="breadcrumbs"', "<article")),
        "contents list": titles(between(text, 'class="toc"', 'class="contents')),
        "previous": re.findall(r'rel="prev"[^>]*><small>Previous</small> ([^<]+)', text),
        "next": re.findall(r'rel="next"[^>]*><small>Next</small> ([^<]+)', text),
    } | {what: len(re.findall(mark, body)) for what, mark in COUNTED.items()}


def between(text, begin, end):
    """The text from one mark to the next; nothing without them."""
    _, _, rest = text.partition(begin)
    return rest.partition(end)[0]


def titles(text):
    """The words of all links."""
    return [html.unescape(title) for title in re.findall(r"<a [^>]*>(?:<small>[^<]*</small> )?([^<]+)</a>", text)]
