//! What Markdown becomes, case by case.

use super::*;
use crate::site::fragment::{Resolved, fill};

fn rendered(text: &str) -> (Fragment, Vec<String>) {
    let mut diagnostics = Diagnostics::new();
    let words = MarkdownWords {
        alerts: ["Note", "Tip", "Important", "Warning", "Caution"].map(Into::into),
        back: "Back".into(),
        tasks: ["open".into(), "done".into()],
    };
    let options = RenderOptions { top_level: 3, id_prefix: "sets--".into(), raw_html: false, words };
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
        "<pre tabindex=\"0\"><code class=\"language-rust\">let a = 1 &lt; 2;\n</code></pre>",
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
