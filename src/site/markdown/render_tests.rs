//! What Markdown becomes, case by case.

use super::*;
use crate::site::markdown::{Resolved, fill};

const DIALECT: Dialect = Dialect { raw_html: false, highlight: true, math: true };

fn rendered(text: &str) -> (Fragment, Vec<String>) {
    rendered_as(DIALECT, text)
}

fn rendered_as(dialect: Dialect, text: &str) -> (Fragment, Vec<String>) {
    let mut diagnostics = Diagnostics::new();
    let words = MarkdownWords {
        alerts: ["Note", "Tip", "Important", "Warning", "Caution"].map(Into::into),
        back: "Back".into(),
        tasks: ["open".into(), "done".into()],
    };
    let options = RenderOptions { top_level: 3, id_prefix: "sets--".into(), dialect, words };
    let fragment = render(&options, SourceText { path: "a.md", text }, 0, &mut diagnostics);
    (fragment, diagnostics.sorted().iter().map(ToString::to_string).collect())
}

fn html(text: &str) -> String {
    let (fragment, said) = rendered(text);
    assert!(said.is_empty(), "{said:?}");
    let resolved = Resolved { href: "/x?a&b".into(), size: Some((3, 4)), srcset: String::new() };
    fill(&fragment.pieces, &vec![resolved; fragment.links.len()])
}

#[test]
fn headings_get_their_level_and_an_id_each() {
    let (fragment, said) = rendered("## Two sets\n\n### `Two` sets\n\n#### Own {#mine}\n");
    assert!(said.is_empty(), "{said:?}");
    let seen: Vec<_> = fragment.headings.iter().map(|h| (h.level, h.id.as_str(), h.title.as_str())).collect();
    assert_eq!(
        seen,
        [(3, "sets--two-sets", "Two sets"), (4, "sets--two-sets-2", "Two sets"), (5, "sets--mine", "Own")]
    );
    assert!(fill(&fragment.pieces, &[]).starts_with("<h3 id=\"sets--two-sets\">Two sets<a class=\"anchor\""));
}

#[test]
fn links_into_the_school_are_holes_and_others_stay() {
    let (fragment, _) = rendered("[a](b.md#c) ![pic *one*](p.png \"T\") [d](https://e.org/?f&g) <me@e.org>");
    let targets: Vec<_> = fragment.links.iter().map(|link| (link.target.as_str(), link.kind)).collect();
    assert_eq!(targets, [("b.md#c", LinkKind::Page), ("p.png", LinkKind::Image)]);
    let html = html("[a](b.md#c) ![pic *one*](p.png \"T\") [d](https://e.org/?f&g)");
    assert!(html.contains("<a href=\"/x?a&amp;b\">a</a>"), "{html}");
    assert!(html.contains("<img src=\"/x?a&amp;b\" width=\"3\" height=\"4\" title=\"T\""), "{html}");
    assert!(html.contains("alt=\"pic one\">"), "{html}");
    assert!(html.contains("href=\"https://e.org/?f&amp;g\""), "{html}");
}

#[test]
fn a_script_has_no_way_in() {
    for text in ["[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))", "![a](data:text/html,x)", "[a](vbscript:x)"] {
        let (_, said) = rendered(text);
        assert!(said.len() == 1 && said[0].contains("are not allowed"), "{text}: {said:?}");
    }
    let (fragment, said) = rendered("a <b onclick=\"x\">c</b>\n\n<script>x</script>\n\n## T {onclick=x}\n");
    let html = fill(&fragment.pieces, &[]);
    assert!(!html.contains("<script") && !html.contains("<b ") && !html.contains("onclick=x"), "{html}");
    assert_eq!(said.len(), 2, "one for each element: {said:?}");
}

#[test]
fn footnotes_are_gathered_in_the_order_of_their_use() {
    let html = html("One[^b] two[^a] again[^b].\n\n[^a]: A.\n[^b]: B.\n");
    let b = html.find("<li id=\"sets--fn-1\">\n<p>B.").expect("b is first");
    let a = html.find("<li id=\"sets--fn-2\">\n<p>A.").expect("a is second");
    assert!(b < a && html.contains("id=\"sets--fnref-1-2\""), "{html}");
}

#[test]
fn tables_tasks_alerts_and_code_are_usable_by_all() {
    let html = html("> [!TIP]\n> Try.\n\n- [x] did\n\n| a |\n|--:|\n| b |\n\n```rust,ignore\nlet a = 1 < 2;\n```\n");
    for part in [
        "<blockquote class=\"markdown-alert-tip\">\n<p class=\"alert-title\">Tip</p>",
        "<input type=\"checkbox\" disabled checked aria-label=\"done\">",
        "<div class=\"table-scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\" class=\"align-right\">a</th>",
        "<td class=\"align-right\">b</td>",
        "<pre tabindex=\"0\"><code class=\"language-rust\"><span class=\"k\">let</span> a = ",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
}

#[test]
fn a_second_title_is_a_warning_at_its_line() {
    let (fragment, said) = rendered("text\n\n# Title\n");
    assert_eq!(fragment.lead, "text");
    assert!(said[0].starts_with("a.md:3:1: warning: a heading `#`"), "{said:?}");
}

#[test]
fn a_formula_is_mathml_and_money_is_not() {
    let html = html("$a^2$ costs \\$5, `$y$`\n\nOne for $5 and two for $10.\n\n$$\\frac{1}{2}$$\n");
    assert!(html.contains("<math><msup><mi>a</mi><mn>2</mn></msup></math> costs $5, <code>$y$</code></p>\n<p>One for $5 and two for $10.</p>"), "{html}");
    assert!(html.contains("<p><span class=\"formula\"><math display=\"block\"><mfrac>"), "{html}");
    let (fragment, said) = rendered_as(Dialect { math: false, ..DIALECT }, "$a^2$");
    assert_eq!((fill(&fragment.pieces, &[]).as_str(), said.len()), ("<p>$a^2$</p>\n", 0));
}

#[test]
fn a_formula_in_a_title_or_an_image_is_its_source() {
    let (fragment, said) = rendered("The $x$ axis.\n\n## About $x^2$\n\n![see $y$](https://e.org/p.png)\n");
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(fragment.lead, "The x axis.");
    assert_eq!((fragment.headings[0].title.as_str(), fragment.headings[0].anchor.as_str()), ("About x^2", "about-x-2"));
    assert!(fill(&fragment.pieces, &[]).contains("alt=\"see y\""));
}

#[test]
fn a_bad_formula_is_an_error_at_its_place_and_stays_readable() {
    let (fragment, said) = rendered("One\n\ntwo $\\nosuch<$ x\n");
    assert!(said[0].starts_with("a.md:3:5: error: this formula cannot be read: "), "{said:?}");
    assert!(fill(&fragment.pieces, &[]).contains("<code>\\nosuch&lt;</code>"));
}

#[test]
fn a_code_block_shows_file_numbers_and_marks() {
    let html = html("```rust title=\"a<b.rs\" hl=2 start=9\n/* a\nb */ fn\n```\n");
    assert_eq!(
        html,
        "<figure class=\"code\"><figcaption>a&lt;b.rs</figcaption><pre tabindex=\"0\">\
         <code class=\"language-rust lines numbered\"><span class=\"line\" data-n=\"9\"><span class=\"c\">/* a\n</span></span>\
         <mark class=\"line\" data-n=\"10\"><span class=\"c\">b */</span> <span class=\"k\">fn</span>\n</mark></code></pre></figure>\n"
    );
}

#[test]
fn slips_in_a_fence_are_warnings_at_the_word() {
    for (text, begin, help) in [
        ("\n```pyhton\nx\n```\n", "a.md:2:4: warning: no language is known as `pyhton`", "did you mean `python`?"),
        ("> ```rust titel=x\n> x\n> ```\n", "a.md:1:11: warning: a code block has no option `titel`", "`title`"),
        ("```rust hl=2-1\nx\n```\n", "a.md:1:9: warning: `hl` has no use", "hl=2,4-6"),
        (
            "```rust hl=7\nx\n```\n",
            "a.md:1:4: warning: line 7 is to be highlighted, but this code has 1",
            "count from 1",
        ),
    ] {
        let (fragment, said) = rendered(text);
        assert!(said.len() == 1 && said[0].starts_with(begin) && said[0].contains(help), "{said:?}");
        assert!(fill(&fragment.pieces, &[]).contains("<code class=\"language-"));
    }
    let (fragment, _) = rendered_as(Dialect { highlight: false, ..DIALECT }, "```rust\nfn a() {}\n```\n");
    assert_eq!(
        fill(&fragment.pieces, &[]),
        "<pre tabindex=\"0\"><code class=\"language-rust\">fn a() {}\n</code></pre>\n"
    );
}

#[test]
fn diagrams_and_output_are_readable_as_they_are() {
    let html = html("```mermaid\ngraph TD; A-->B\n```\n\n    indented\n");
    assert!(html.contains("<code class=\"language-mermaid\">graph TD; A--&gt;B\n</code>"), "{html}");
    assert!(html.contains("<code>indented\n</code>"), "{html}");
}
