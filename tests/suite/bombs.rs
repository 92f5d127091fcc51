//! Texts made to hurt: each ends with a result or a diagnostic, in seconds and without a crash.

use std::time::{Duration, Instant};

use educa::diag::Severity;

use crate::support::Site;

/// A little below the size that is refused when a file is read; less where nothing is optimized.
const SIZE: usize = if cfg!(debug_assertions) { 256 * 1024 } else { 4 * 1024 * 1024 - 2048 };

fn repeated(part: &str) -> String {
    part.repeat(SIZE / part.len())
}

fn with_text(text: &str) -> Site {
    Site::smallest().with("content/maths/sets/01-basics/02-next.md", format!("+++\ntitle = \"Next\"\n+++\n{text}"))
}

#[test]
fn no_text_hurts_the_build() {
    let n = if cfg!(debug_assertions) { 20_000 } else { 100_000 };
    let bombs = [
        ("quotes in a line", "> ".repeat(n)),
        ("quotes without end", repeated("> ")),
        ("lists in a line", "- ".repeat(n)),
        ("lists", (0..2000).map(|depth| format!("{}- a\n", "  ".repeat(depth))).collect()),
        ("brackets", repeated("[")),
        ("links", format!("{}a{}", "[".repeat(n), "](b)".repeat(n))),
        ("images", repeated("![a](")),
        ("emphasis", format!("{}a{}", "*a _b ".repeat(n), "_ *".repeat(n))),
        ("stars", repeated("**a *")),
        ("ticks", (1..2000).map(|n| format!("{} ", "`".repeat(n))).collect()),
        ("equal headings", repeated("## a\n\n")),
        ("wrong headings", repeated("# a\n\n#### b\n\n")),
        ("a heading", format!("## {}", repeated("a"))),
        ("columns", format!("{}\n{}\n{}", "|a".repeat(n), "|-".repeat(n), "|b\n".repeat(n))),
        ("footnotes", (0..n).map(|n| format!("[^{n}]\n\n[^{n}]: x\n\n")).collect()),
        ("one footnote", repeated("[^a] ") + "\n\n[^a]: x\n"),
        ("languages", repeated("```qq\n```\n")),
        ("formulas", repeated("$x$ ")),
        ("bad formulas", repeated("$\\x$ ")),
        ("dollars", repeated("$")),
        ("deep formula", format!("${}$", repeated("{"))),
        ("HTML", repeated("<a>")),
        ("comments", repeated("<!--")),
        ("entities", repeated("&#x41;")),
        ("broken links", repeated("[a](b.md)\n")),
        ("alerts", repeated("> [!TIP]\n")),
        ("definitions", repeated("a\n: b\n\n")),
        ("code", format!("```ruby\n{}\n```\n", repeated("<!--"))),
        ("zeros", repeated("\0")),
    ];
    for (name, text) in bombs {
        let site = with_text(&text);
        let begin = Instant::now();
        let built = site.try_build();
        let said = &built.diagnostics;
        assert!(begin.elapsed() < Duration::from_secs(60), "{name}: {:?}", begin.elapsed());
        assert!(built.published.is_some() || said.count(Severity::Error) > 0, "{name}");
        assert!(said.count(Severity::Warning) <= 110 && said.count(Severity::Error) <= 110, "{name}");
    }
}

#[test]
fn deep_nesting_is_an_error_at_its_line() {
    let site = with_text(&format!("One.\n\n{}deep\n", "> ".repeat(200)));
    let built = site.try_build();
    let said: Vec<_> = built.diagnostics.iter().map(ToString::to_string).collect();
    assert!(said.len() == 1 && said[0].contains("error: this nests deeper than 128 levels"), "{said:?}");
}
