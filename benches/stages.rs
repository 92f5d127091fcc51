//! The stages of a build one by one, on a lesson of about 4 KB: `cargo bench --bench stages`.
//!
//! What a whole build costs beside other generators is `benches/compare`; this shows which stage a change touched.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use educa::course::Language;
use educa::diag::{Diagnostics, SourceText};
use educa::digest::Digest;
use educa::site::{Dialect, MarkdownWords, RenderOptions, render_markdown, split_front_matter};
use educa::theme::{
    CourseNav, HeadingView, LessonView, LinkView, NavModule, Neighbours, OutlineContent, PageView, Shared, SiteView,
    Theme, ThemeOptions,
};
use std::hint::black_box;
use std::path::Path;

/// A lesson with headings, lists, a table, links, two blocks of code and formulas.
fn lesson() -> String {
    let paragraph = "A set is *fully described* by its members: two sets that have the same are one, whatever they are \
                     called, and in whatever order somebody wrote them down. See [the next](02-next.md#here).\n\n";
    let list = "- the first thing\n- the second, with `code`\n- the third\n\n";
    let table = "| name | size |\n|------|-----:|\n| one  | 1    |\n| two  | 2    |\n\n";
    let rust =
        "```rust\nfn gcd(a: u64, b: u64) -> u64 {\n    if b == 0 { a } else { gcd(b, a % b) } // Euclid\n}\n```\n\n";
    let python = "```python\ndef gcd(a, b):\n    \"\"\"Euclid's.\"\"\"\n    while b:\n        a, b = b, a % b\n    return a\n```\n\n";
    let formula = "With $a^2 + b^2 = c^2$ and $\\frac{1}{n}$:\n\n$$\\sum_{k=1}^n k = \\frac{n(n+1)}{2}$$\n\n";
    let part = |n: usize| format!("## Part {n}\n\n{}{list}", paragraph.repeat(3));
    format!("+++\ntitle = \"Sets\"\norder = 3\n+++\n{}{table}{rust}{}{python}{formula}{}", part(1), part(2), part(3))
}

fn options(highlight: bool, math: bool) -> RenderOptions {
    let dialect = Dialect { raw_html: false, highlight, math };
    RenderOptions { top_level: 2, id_prefix: String::new(), dialect, words: MarkdownWords::default() }
}

fn texts(criterion: &mut Criterion) {
    let text = lesson();
    let source = SourceText { path: "01-sets.md", text: &text };
    let body = split_front_matter(source).ok().flatten().expect("it has settings").body;
    let mut group = criterion.benchmark_group("text");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("digest", |bencher| bencher.iter(|| Digest::of(black_box(text.as_bytes()))));
    group.bench_function("front matter", |bencher| bencher.iter(|| split_front_matter(black_box(source))));
    for (name, highlight, math) in [("markdown", false, false), ("markdown with math", false, true)] {
        let options = options(highlight, math);
        group.bench_function(name, |bencher| {
            bencher.iter(|| render_markdown(&options, black_box(source), body, &mut Diagnostics::new()));
        });
    }
    // A block that was coloured before is remembered: each text gets blocks of its own.
    let options = options(true, false);
    let mut nth = 0;
    group.bench_function("markdown with highlighting", |bencher| {
        bencher.iter_batched(
            || {
                nth += 1;
                text.replace("gcd", &format!("gcd{nth}"))
            },
            |text| {
                let source = SourceText { path: "01-sets.md", text: &text };
                render_markdown(&options, source, body, &mut Diagnostics::new())
            },
            criterion::BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn link(n: usize) -> LinkView {
    LinkView { title: format!("Lesson {n}"), address: format!("/course/sets/part/lesson-{n}/") }
}

fn pages(criterion: &mut Criterion) {
    let site = SiteView { title: "School".into(), description: String::new(), lang: "en".into(), search: true };
    let options = ThemeOptions { themes: Path::new("themes"), name: "school", site: &site, minify: true };
    let theme = Theme::load(&options, &mut Diagnostics::new()).expect("read").expect("no mistakes");
    let language: Language = "en".parse().expect("a language");
    let module = |number| NavModule { number, title: format!("Module {number}"), address: link(number).address };
    let nav = Shared::new(CourseNav {
        id: 1,
        course: link(0),
        subject: link(0),
        modules: (1..=10).map(module).collect(),
        chat: "/chat/room/1/".into(),
    });
    let content = |n| OutlineContent { title: link(n).title, kind: "text", address: link(n).address };
    let contents = Shared::new((1..=10).map(content).collect::<Vec<_>>());
    let heading = |n| HeadingView { level: 2, anchor: format!("part-{n}"), title: format!("Part {n}") };
    let view = LessonView {
        page: PageView {
            title: "Sets".into(),
            lang: language.to_string(),
            dir: "ltr",
            description: "A set is fully described by its members.".into(),
            address: link(3).address,
            canonical: None,
            indexed: true,
            feed: None,
            kind: "article",
            locale: None,
            linked_data_html: String::new(),
        },
        nav: &nav,
        neighbours: Neighbours { previous: Some(link(2)), next: Some(link(4)) },
        module: link(0),
        mark: None,
        contents: &contents,
        kind: "text",
        html: "<p>A set is fully described by its members.</p>\n".repeat(100),
        headings: (1..=5).map(heading).collect(),
        created: "2026-02-05T12:00:00Z".into(),
        updated: "2026-02-05T12:00:00Z".into(),
    };
    let mut group = criterion.benchmark_group("page");
    group.bench_function("key", |bencher| bencher.iter(|| theme.key(black_box(&view))));
    group.bench_function("draw", |bencher| bencher.iter(|| theme.render(black_box(&view)).expect("it draws").len()));
    group.finish();
}

criterion_group!(stages, texts, pages);
criterion_main!(stages);
