"""Lessons in a language without spaces, for measurements of the search: words are invented, of signs that are not."""

import itertools
import random

from school import settings

COURSES = 5
LESSONS = 100
SIGNS = "数学式形面積角度線点集合関係図表木構造探索整列計算機科言語文法音楽歴史地理化物質力光熱電気水空星海山川生命細胞遺伝進"
PARTICLES = ["は", "が", "を", "に", "の", "と", "で", "から", "まで"]
ENDS = ["である。", "とする。", "になる。", "を示す。"]


def words(seed, count=2000):
    """Invented words of two to four signs, the first the most frequent."""
    draw = random.Random(f"{seed}/japanese")
    found = {}
    while len(found) < count:
        found["".join(draw.choices(SIGNS, k=draw.randint(2, 4)))] = None
    return list(found)


def write(school, seed, first_course=901):
    """Adds courses to a school, below its first subject; their numbers begin behind those that it has."""
    vocabulary = words(seed)
    weights = list(itertools.accumulate(1 / (rank + 5) for rank in range(len(vocabulary))))
    draw = random.Random(f"{seed}/japanese lessons")

    def sentence():
        parts = draw.choices(vocabulary, cum_weights=weights, k=draw.randint(3, 7))
        return "".join(word + draw.choice(PARTICLES) for word in parts) + draw.choice(ENDS)

    subject = sorted(path.parent for path in school.glob("content/*/subject.md"))[0]
    for number in range(first_course, first_course + COURSES):
        course = subject / f"japanese-{number}"
        module = course / "01-first"
        module.mkdir(parents=True)
        (course / "course.md").write_text(
            settings(id=number, title=draw.choice(vocabulary), owner="teacher-1", lang="ja", access="public", layout="lesson")
            + sentence() + "\n"
        )
        (module / "module.md").write_text(settings(title=draw.choice(vocabulary)) + sentence() + "\n")
        for nth in range(1, LESSONS + 1):
            text = "\n\n".join("".join(sentence() for _ in range(5)) for _ in range(8))
            title = "".join(draw.choices(vocabulary, k=2))
            (module / f"{nth:03}-lesson-{nth}.md").write_text(settings(title=title) + text + "\n")
    ids = school / "content/ids.toml"
    last = first_course + COURSES - 1
    ids.write_text("".join(f"course = {last}\n" if line.startswith("course") else line for line in ids.open()))
