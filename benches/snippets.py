"""Code and formulas for generated lessons.

@a@, @b@, @c@ stand for names (@A@, @B@ with a capital, @C@ in capitals), @n@ and @m@ for numbers of two digits, @k@
and @d@ for single digits. `filled` puts other ones in each time.
"""

import re

PLACEHOLDER = re.compile("@([abcnmkdABC])@")

CODE = [
    ("python", '''from dataclasses import dataclass


@dataclass(frozen=True)
class @A@:
    """One @b@ with its @c@, as the readings give it."""

    name: str
    weight: float = @n@.5

    def scaled(self, factor: int = @m@) -> "@A@":
        return @A@(self.name.strip(), self.weight * factor)


def total_@b@(entries: list[@A@]) -> float:
    # empty names are those that nobody filled in
    return sum(entry.weight for entry in entries if entry.name)


print(f"{total_@b@([@A@('@c@'), @A@('@a@', @k@)]):.2f}")
'''),
    ("python", '''import csv
from collections import Counter
from pathlib import Path


def count_@a@(path: Path, limit: int = @n@) -> Counter:
    counts = Counter()
    with path.open(newline="", encoding="utf-8") as source:
        for row in csv.DictReader(source):
            if int(row["@b@"]) > limit:
                counts[row["@c@"]] += 1
    return counts


for name, number in count_@a@(Path("@c@.csv")).most_common(@m@):
    print(f"{name:>12} {number:5d}")
'''),
    ("rust", '''use std::collections::BTreeMap;

/// Counts each @a@ by its @b@.
pub fn count_@a@(lines: &[&str]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in lines.iter().filter(|line| line.len() > @n@) {
        let key = line.split(',').next().unwrap_or("@c@");
        *counts.entry(key.to_owned()).or_insert(0) += 1;
    }
    counts
}

fn main() {
    let counts = count_@a@(&["@b@,@m@", "@c@,@k@"]);
    println!("{counts:#?}");
}
'''),
    ("rust", '''#[derive(Debug, Clone, PartialEq)]
enum @A@ {
    Empty,
    @B@ { @c@: u32 },
    Many(Vec<@A@>),
}

impl @A@ {
    fn depth(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::@B@ { @c@ } if *@c@ > @n@ => 2,
            Self::@B@ { .. } => 1,
            Self::Many(inner) => 1 + inner.iter().map(Self::depth).max().unwrap_or(@m@),
        }
    }
}
'''),
    ("javascript", '''const @a@ = new Map([["@b@", @n@], ["@c@", @m@]]);

export async function load@B@(address, { retries = @k@ } = {}) {
  for (let attempt = 1; attempt <= retries; attempt += 1) {
    const response = await fetch(`${address}?attempt=${attempt}`);
    if (response.ok) {
      const { @c@, ...rest } = await response.json();
      return { @c@: @c@ ?? @a@.get("@c@"), rest };
    }
    console.warn("no @b@ yet", response.status);
  }
  throw new Error(`gave up after ${retries} attempts`);
}
'''),
    ("typescript", '''interface @A@ {
  readonly id: number;
  @b@: string;
  @c@?: Array<number>;
}

type Loaded<T> = { state: "loading" } | { state: "done"; value: T };

export function mean(item: @A@): number {
  const values = item.@c@ ?? [@n@, @m@];
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const first: Loaded<@A@> = { state: "done", value: { id: @k@, @b@: "@c@" } };
'''),
    ("sql", '''CREATE TABLE @a@ (
    id INTEGER PRIMARY KEY,
    @b@ VARCHAR(@n@) NOT NULL,
    @c@_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);

-- the @m@ with the most entries
SELECT @a@.@b@, COUNT(*) AS entries, MAX(log.amount) AS largest
FROM @a@
LEFT JOIN @c@_log AS log ON log.@a@_id = @a@.id
WHERE log.amount BETWEEN @k@ AND @n@00 OR @a@.@b@ LIKE '%@c@%'
GROUP BY @a@.@b@
HAVING COUNT(*) > @k@
ORDER BY entries DESC
LIMIT @m@;
'''),
    ("bash", '''#!/usr/bin/env bash
set -euo pipefail

@a@_dir="${1:-/var/tmp/@b@}"
limit=@n@

mkdir -p "$@a@_dir"
for file in "$@a@_dir"/*.@c@; do
  lines=$(wc -l < "$file")
  if (( lines > limit )); then
    echo "$(basename "$file"): $lines lines" >&2
    head -n "$limit" "$file" | sort -u > "$file.short"
  fi
done
find "$@a@_dir" -name '*.short' -mtime +@m@ -delete
'''),
    ("java", '''package school.@a@;

import java.util.List;
import java.util.stream.Collectors;

public final class @B@ {
    private static final int LIMIT = @n@;
    private final List<String> names;

    public @B@(List<String> names) {
        this.names = List.copyOf(names);
    }

    /** All names of at least LIMIT letters, joined. */
    public String joined() {
        return names.stream()
                .filter(name -> name.length() >= LIMIT && !name.equals("@c@"))
                .collect(Collectors.joining(", "));
    }
}
'''),
    ("c", '''#include <stdio.h>
#include <stdlib.h>

#define MAX_@C@ @n@

struct @a@ {
    int @b@;
    double weight;
};

static double sum_@b@(const struct @a@ *items, size_t count) {
    double sum = 0.0;
    for (size_t i = 0; i < count && i < MAX_@C@; i++) {
        sum += items[i].@b@ * items[i].weight; /* not yet rounded */
    }
    return sum;
}

int main(void) {
    struct @a@ items[] = {{@m@, 0.5}, {@k@, 1.25}};
    printf("%.2f\\n", sum_@b@(items, 2));
    return EXIT_SUCCESS;
}
'''),
    ("cpp", '''#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

template <typename T>
T clamp_@a@(const T& value, const T& low, const T& high) {
    return std::max(low, std::min(value, high));
}

int main() {
    std::vector<std::string> @b@{"@c@", "@a@"};
    std::sort(@b@.begin(), @b@.end(), [](const auto& left, const auto& right) {
        return left.size() < right.size();
    });
    std::cout << clamp_@a@(@n@, @m@, @k@00) << " " << @b@.front() << std::endl;
}
'''),
    ("go", '''package @a@

import (
	"errors"
	"fmt"
	"strings"
)

// Err@B@ says that there was no @b@ in the line.
var Err@B@ = errors.New("no @b@")

func Parse(line string) (map[string]int, error) {
	counts := make(map[string]int, @n@)
	for index, word := range strings.Fields(line) {
		if len(word) > @m@ {
			return nil, fmt.Errorf("word %d: %w", index, Err@B@)
		}
		counts[word]++
	}
	return counts, nil
}
'''),
    ("html", '''<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>@a@ and @b@</title>
  <link rel="stylesheet" href="@c@.css">
</head>
<body>
  <!-- the form that @a@ is about -->
  <form action="/@a@/" method="post">
    <label for="@b@">@b@ &amp; @c@</label>
    <input id="@b@" name="@b@" type="number" min="@n@" max="@m@00" required>
    <button type="submit" class="wide @c@">Send</button>
  </form>
</body>
</html>
'''),
    ("css", ''':root {
  --@a@: #@n@a@m@c;
  --gap: @k@px;
}

.@b@ > li:not(:last-child)::after {
  content: " · ";
  color: var(--@a@);
}

@media (min-width: @n@rem) {
  .@c@ {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(@m@0px, 1fr));
    gap: calc(var(--gap) * 2); /* twice as wide here */
  }
}
'''),
    ("json", '''{
  "name": "@a@-@b@",
  "version": "@n@.@m@.@k@",
  "private": true,
  "weights": [@n@, @m@.5, -@k@e3, null],
  "@c@": {
    "enabled": false,
    "words": ["@a@", "@b@", "quoted \\"@c@\\""],
    "limits": { "low": @m@, "high": @n@00 }
  }
}
'''),
    ("yaml", '''# how @a@ is tested
name: @a@
on:
  push:
    branches: [main, "@b@-*"]
jobs:
  @c@:
    runs-on: linux
    timeout-minutes: @n@
    env:
      LIMIT: "@m@"
    steps:
      - name: Build the @b@
        run: |
          make @b@
          make test ARGS="--jobs @k@"
'''),
    ("toml", '''# settings of @a@
title = "@a@ with @b@"
updated = 2024-0@d@-1@d@T08:30:00Z

[@b@]
limit = @n@
ratio = 0.@m@
enabled = true
words = ["@a@", "@c@"]

[[@c@]]
name = "first"
size = { width = @n@0, height = @m@0 }
'''),
]

INLINE_FORMULAS = [
    r"$a^2 + b^2 = c^2$",
    r"$x_@k@ = \frac{@n@}{@m@} \cdot x_0$",
    r"$f(x) = @n@x^2 - @m@x + @k@$",
    r"$\alpha + \beta \leq @n@\pi$",
    r"$\sqrt{x^2 + @n@}$",
    r"$e^{i\pi} + 1 = 0$",
    r"$n \to \infty$",
    r"$P(A \mid B) = 0.@n@$",
    r"$\log_2 @n@ \approx @m@$",
    r"$v = \frac{s}{t}$",
    r"$x \in [@k@, @n@]$",
    r"$\sin^2 \theta + \cos^2 \theta = 1$",
]

DISPLAY_FORMULAS = [
    r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2} + @k@",
    r"x = \frac{-@n@ \pm \sqrt{@n@^2 - 4 \cdot @m@ \cdot @k@}}{2 \cdot @m@}",
    r"\int_0^{@n@} x^{@k@} \, dx = \frac{@n@^{@k@+1}}{@k@+1}",
    r"\lim_{h \to 0} \frac{f(x + h) - f(x)}{h} = @n@x^{@k@}",
    r"\begin{pmatrix} @n@ & @m@ \\ @k@ & 1 \end{pmatrix} \cdot \begin{pmatrix} x \\ y \end{pmatrix} = 0",
    r"e^x = \sum_{n=0}^{\infty} \frac{x^n}{n!}",
    r"\prod_{k=1}^{@n@} \left( 1 + \frac{1}{k} \right) = @n@ + 1",
    r"F = @m@ \cdot \frac{m_1 m_2}{r^2}",
]


def filled(template, draw, vocabulary):
    """The template with a name or number for each placeholder; the same letter means the same one throughout."""
    a, b, c = draw.sample(vocabulary, 3)
    values = {
        "a": a, "b": b, "c": c,
        "n": str(draw.randint(10, 99)), "m": str(draw.randint(10, 99)), "k": str(draw.randint(1, 9)),
        "d": str(draw.randint(1, 9)), "A": a.capitalize(), "B": b.capitalize(), "C": c.upper(),
    }
    return PLACEHOLDER.sub(lambda found: values[found[1]], template)
