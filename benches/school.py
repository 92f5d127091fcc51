#!/usr/bin/env python3
"""Writes a school of any size, to measure builds with. The same arguments give the same bytes.

    python3 benches/school.py /tmp/school --lessons 10000 --seed 1

Each lesson has about 4 KB of Markdown: headings, paragraphs, lists, a table, links to its neighbours, two blocks of
code and some formulas. The words are invented, but as long and as unevenly frequent as real ones. A lesson depends on
the seed, its number and its neighbours alone, so that a small school is the beginning of a large one.
"""

import argparse
import functools
import itertools
import random
import sys
from dataclasses import dataclass
from pathlib import Path

from snippets import CODE, DISPLAY_FORMULAS, INLINE_FORMULAS, filled

COURSES_PER_SUBJECT = 10
COURSES_PER_INSTRUCTOR = 10
VOCABULARY_SIZE = 3000
MEAN_LESSON_BYTES = 3100  # before the last section, which goes beyond it

CONSONANTS = ["b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pl", "br", "th", "ch"]
VOWELS = ["a", "e", "i", "o", "u", "ea", "ou", "ai"]
KEPT_SPACE = "\0"  # a formula whose next line began with + or - would become a list
ENDINGS = ["", "", "", "n", "r", "s", "t", "l", "nd", "ng"]


@dataclass(frozen=True)
class Options:
    """What a school is made from."""

    lessons: int
    seed: int = 1
    lessons_per_module: int = 10
    modules_per_course: int = 10
    gated: bool = False
    math: bool = True
    code: bool = True
    vocabulary: int = VOCABULARY_SIZE


class Words:
    """Invented words, the first of them the most frequent."""

    def __init__(self, seed, size=VOCABULARY_SIZE):
        draw = random.Random(f"{seed}/vocabulary")
        found = {}
        while len(found) < size:
            found[invented_word(draw, syllables=1 + len(found) // 150)] = None
        self.all = list(found)
        self.names = [word for word in self.all if 5 <= len(word) <= 9]
        self.weights = list(itertools.accumulate(1 / (rank + 5) for rank in range(len(self.all))))

    def take(self, draw, count):
        """That many words, as frequent as they are."""
        return draw.choices(self.all, cum_weights=self.weights, k=count)

    def title(self, draw):
        """Two or three of the rarer words, as a title."""
        return " ".join(draw.sample(self.names, draw.randint(2, 3))).capitalize()


def invented_word(draw, syllables):
    """A word that can be spoken, of at most this many syllables, and never more than four."""
    count = draw.randint(1, min(syllables, 4))
    return "".join(draw.choice(CONSONANTS) + draw.choice(VOWELS) for _ in range(count)) + draw.choice(ENDINGS)


def sentence(draw, words):
    """Some words with a capital, sometimes a comma, emphasis or code, and a full stop."""
    parts = words.take(draw, draw.randint(6, 18))
    if len(parts) > 9:
        parts[len(parts) // 2] += ","
    ornament = draw.random()
    if ornament < 0.10:
        parts[3] = f"*{parts[3]}*"
    elif ornament < 0.18:
        parts[2] = f"**{parts[2]} {parts[3]}**"
        del parts[3]
    elif ornament < 0.26:
        parts[4] = f"`{parts[4]}`"
    parts[0] = parts[0].capitalize()
    return " ".join(parts) + "."


def wrapped(text, width=110):
    """The text with lines of at most this width, as authors write it; a kept space is no place to break."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line]).replace(KEPT_SPACE, " ")


def paragraph(draw, words, *phrases):
    """Three to six sentences; each of the phrases stands at the end of one."""
    sentences = [sentence(draw, words) for _ in range(draw.randint(3, 6))]
    for index, phrase in enumerate(phrases):
        sentences[index] = f"{sentences[index][:-1]} {phrase.replace(' ', KEPT_SPACE)}."
    return wrapped(" ".join(sentences))


def list_of_items(draw, words):
    """A list of three to six items, every other time numbered."""
    numbered = draw.random() < 0.5
    items = [sentence(draw, words) for _ in range(draw.randint(3, 6))]
    return "\n".join(f"{index}. {item}" if numbered else f"- {item}" for index, item in enumerate(items, 1))


def table(draw, words):
    """A table of three columns, the last with numbers."""
    first, second = draw.sample(words.names, 2)
    rows = [f"| {first.capitalize()} | {second} | number |", "|---|---|---:|"]
    for _ in range(draw.randint(3, 7)):
        cells = words.take(draw, 4)
        rows.append(f"| {cells[0]} | {' '.join(cells[1:])} | {draw.randint(1, 9999) / 10} |")
    return "\n".join(rows)


def code_block(draw, words):
    """A fenced block in one of the languages, with names of its own."""
    language, template = draw.choice(CODE)
    return f"```{language}\n{filled(template, draw, words.names)}```"


class School:
    """Where everything lies and what it is called; texts are made one by one when they are written."""

    def __init__(self, options):
        self.options = options
        self.words = Words(options.seed, options.vocabulary)
        self.lessons_per_course = options.lessons_per_module * options.modules_per_course
        self.courses = -(-options.lessons // self.lessons_per_course)
        self.subjects = -(-self.courses // COURSES_PER_SUBJECT)
        self.instructors = -(-self.courses // COURSES_PER_INSTRUCTOR)

    @functools.lru_cache(maxsize=1024)  # a lesson and its neighbours ask for the same names
    def named(self, kind, number):
        """Title and slug of the subject, course, module or lesson with this number, counted from 0."""
        title = self.words.title(random.Random(f"{self.options.seed}/{kind}/{number}"))
        return title, title.lower().replace(" ", "-")

    def subject_folder(self, subject):
        """Where a subject lies, from content/."""
        return f"{self.named('subject', subject)[1]}-{subject + 1}"

    def course_folder(self, course):
        """Where a course lies; its number keeps its address apart from all others."""
        return f"{self.subject_folder(course // COURSES_PER_SUBJECT)}/{self.named('course', course)[1]}-{course + 1}"

    def module_folder(self, module):
        """Where a module lies."""
        course, place = divmod(module, self.options.modules_per_course)
        number = numbered(place, self.options.modules_per_course)
        return f"{self.course_folder(course)}/{number}-{self.named('module', module)[1]}"

    def lesson_file(self, lesson):
        """What a lesson's file is called."""
        per_module = self.options.lessons_per_module
        return f"{numbered(lesson % per_module, per_module)}-{self.named('lesson', lesson)[1]}.md"

    def lesson_path(self, lesson):
        """Where a lesson lies, from content/."""
        return f"{self.module_folder(lesson // self.options.lessons_per_module)}/{self.lesson_file(lesson)}"

    def link(self, lesson, neighbour):
        """A link from one lesson to another of the same course."""
        module, other = (number // self.options.lessons_per_module for number in (lesson, neighbour))
        title = self.named("lesson", neighbour)[0]
        if module == other:
            return f"[{title}]({self.lesson_file(neighbour)})"
        return f"[{title}](../{self.module_folder(other).rsplit('/', 1)[1]}/{self.lesson_file(neighbour)})"

    def neighbours(self, lesson):
        """The lessons before and after, within the course."""
        course = lesson // self.lessons_per_course
        near = (lesson - 1, lesson + 1)
        return [n for n in near if 0 <= n < self.options.lessons and n // self.lessons_per_course == course]

    def lesson_text(self, lesson):
        """A lesson: sections until it is long enough, with everything once that each lesson has."""
        draw = random.Random(f"{self.options.seed}/text/{lesson}")
        target = max(1800, draw.gauss(MEAN_LESSON_BYTES, 900))
        special = self.special_blocks(draw, lesson)
        blocks, size, headings = [paragraph(draw, self.words)], 0, set()
        while special or size < target:
            blocks.append(self.heading(draw, headings))
            blocks.append(paragraph(draw, self.words))
            blocks.extend(special[:2])
            del special[:2]
            size = sum(map(len, blocks)) + sum(map(len, special))
        return settings(title=self.named("lesson", lesson)[0]) + "\n" + "\n\n".join(blocks) + "\n"

    def special_blocks(self, draw, lesson):
        """What every lesson has, in an order of its own."""
        links = [f"as in {self.link(lesson, neighbour)}" for neighbour in self.neighbours(lesson)]
        outside = f"(see [{draw.choice(self.words.names)}](https://example.org/{draw.choice(self.words.names)}))"
        blocks = [
            paragraph(draw, self.words, *links, outside),
            list_of_items(draw, self.words),
            table(draw, self.words),
        ]
        if self.options.math:
            formulas = [filled(formula, draw, self.words.names) for formula in draw.sample(INLINE_FORMULAS, 3)]
            blocks.append(paragraph(draw, self.words, *formulas))
            blocks.append(f"$$\n{filled(draw.choice(DISPLAY_FORMULAS), draw, self.words.names)}\n$$")
        if self.options.code:
            blocks.extend(code_block(draw, self.words) for _ in range(2))
        draw.shuffle(blocks)
        return blocks

    def heading(self, draw, taken):
        """A heading that this lesson does not have yet; after the first, one of three is a level lower."""
        level = "###" if taken and draw.random() < 0.33 else "##"
        title = self.words.title(draw)
        while title in taken:
            title = self.words.title(draw)
        taken.add(title)
        return f"{level} {title}"

    def description(self, kind, number):
        """A short text for what is no lesson."""
        return "\n" + paragraph(random.Random(f"{self.options.seed}/{kind} text/{number}"), self.words) + "\n"

    def files(self):
        """Every file of the school with its text."""
        yield "educa.toml", EDUCA_TOML
        counts = {"subject": self.subjects, "course": self.courses, "instructor": self.instructors}
        yield "content/ids.toml", "".join(f"{kind} = {count}\n" for kind, count in counts.items())
        for number in range(self.instructors):
            head = settings(id=number + 1, name=self.named("instructor", number)[0].title())
            yield f"content/instructors/teacher-{number + 1}.md", head + self.description("instructor", number)
        for number in range(self.subjects):
            head = settings(id=number + 1, title=self.named("subject", number)[0])
            yield f"content/{self.subject_folder(number)}/subject.md", head + self.description("subject", number)
        for number in range(self.courses):
            yield f"content/{self.course_folder(number)}/course.md", self.course_text(number)
        for number in range(-(-self.options.lessons // self.options.lessons_per_module)):
            head = settings(title=self.named("module", number)[0])
            yield f"content/{self.module_folder(number)}/module.md", head + self.description("module", number)
        for number in range(self.options.lessons):
            yield f"content/{self.lesson_path(number)}", self.lesson_text(number)

    def course_text(self, number):
        """course.md: settings and an overview."""
        draw = random.Random(f"{self.options.seed}/course text/{number}")
        head = settings(
            id=number + 1,
            title=self.named("course", number)[0],
            owner=f"teacher-{number // COURSES_PER_INSTRUCTOR + 1}",
            created=f"{2015 + number % 10}-{1 + number % 12:02}-{1 + number % 28:02}T08:30:00Z",
            summary=sentence(draw, self.words).replace("*", "").replace("`", ""),
            tags=draw.sample(self.words.names, 3),
            layout="lesson",
            access="enrolled" if self.options.gated else "public",
        )
        return head + self.description("course overview", number)


EDUCA_TOML = """[site]
title = "A school to measure"
description = "Invented courses, to see how long a build takes."
lang = "en"
"""


def settings(**values):
    """Front matter in TOML. Timestamps stand bare, as TOML has them."""
    lines = []
    for name, value in values.items():
        if isinstance(value, list):
            value = "[" + ", ".join(f'"{item}"' for item in value) + "]"
        elif isinstance(value, str) and name != "created":
            value = f'"{value}"'
        lines.append(f"{name} = {value}\n")
    return "+++\n" + "".join(lines) + "+++\n"


def numbered(place, out_of):
    """The number at the start of a name, with as many digits as its last sibling needs, and at least two."""
    return str(place + 1).zfill(max(2, len(str(out_of))))


def write(folder, options):
    """Writes the school into the folder, which must be empty or absent."""
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    made = set()
    for name, text in School(options).files():
        path = folder / name
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_bytes(text.encode())


def parsed_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="DIR", help="where to; must be empty or absent")
    parser.add_argument("--lessons", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lessons-per-module", type=int, default=10)
    parser.add_argument("--modules-per-course", type=int, default=10)
    parser.add_argument("--vocabulary", type=int, default=VOCABULARY_SIZE, metavar="N", help="how many words there are")
    parser.add_argument("--gated", action="store_true", help="courses for the enrolled alone; otherwise all are public")
    parser.add_argument("--no-math", dest="math", action="store_false", help="without formulas")
    parser.add_argument("--no-code", dest="code", action="store_false", help="without blocks of code")
    return parser.parse_args()


def main():
    """Writes a school as the command line says."""
    arguments = vars(parsed_arguments())
    folder = arguments.pop("folder")
    try:
        write(folder, Options(**arguments))
    except FileExistsError as error:
        sys.exit(f"school.py: {error}")


if __name__ == "__main__":
    main()
