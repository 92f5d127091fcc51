//! Messages as HTML: the rules of docs/chat.md by example, and what holds for whatever anybody writes.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::message_html;

fn link(address: &str) -> String {
    format!("<a href=\"{address}\" rel=\"nofollow noopener ugc\">{address}</a>")
}

#[test]
fn marks() {
    for (text, html) in [
        ("a < b & \"c\" 'd'", "a &lt; b &amp; &quot;c&quot; &#39;d&#39;"),
        ("one\ntwo  three", "one\ntwo  three"),
        ("say `<b> *x*` now", "say <code>&lt;b&gt; *x*</code> now"),
        ("``a` b", "`<code>a</code> b"),
        ("a ` b\n` c", "a ` b\n` c"),
        ("**bold** and *italic*", "<strong>bold</strong> and <em>italic</em>"),
        ("**bold *and italic***", "<strong>bold <em>and italic</em></strong>"),
        ("***both***, *so **it** is*", "<strong><em>both</em></strong>, <em>so <strong>it</strong> is</em>"),
        ("*a **b* c**", "<em>a **b</em> c**"),
        ("2*3*4 and 2 * 3 * 4 and **", "2*3*4 and 2 * 3 * 4 and **"),
        ("*one\ntwo*", "*one\ntwo*"),
        ("****x****", "****x****"),
        ("(*x*), «**y**»", "(<em>x</em>), «<strong>y</strong>»"),
    ] {
        assert_eq!(message_html(text), html, "{text}");
    }
}

#[test]
fn links() {
    for (text, address) in [
        ("see https://x.org/a?b=1#c.", "https://x.org/a?b=1#c"),
        ("(http://x.org/a_(b))", "http://x.org/a_(b)"),
        ("HTTP://X.ORG, and", "HTTP://X.ORG"),
        ("\"https://x.org/\"!", "https://x.org/"),
        ("<https://x.org/…>", "https://x.org/"),
        ("https://x.org/a…", "https://x.org/a"),
        ("https://ü.example/straße», ", "https://ü.example/straße"),
        ("https://x.org/a\u{202e}b", "https://x.org/a"),
        ("https://a.org@b.org/", "https://a.org@b.org/"),
    ] {
        assert!(message_html(text).contains(&link(address)), "{text}: {}", message_html(text));
    }
    let ampersand =
        "<a href=\"https://x.org/?a=1&amp;b=&#39;2\" rel=\"nofollow noopener ugc\">https://x.org/?a=1&amp;b=&#39;2</a>";
    assert_eq!(message_html("https://x.org/?a=1&b='2'"), format!("{ampersand}&#39;"));
    assert_eq!(message_html("**https://x.org/**"), format!("<strong>{}</strong>", link("https://x.org/")));
    for text in ["javascript:alert(1)", "ftp://x.org", "xhttp://x.org", "http://", "https:// x", "http://.", "//x.org"]
    {
        assert!(!message_html(text).contains('<'), "{text}");
    }
}

/// Quadratic work on these would be ten thousand million steps.
#[test]
fn the_time_is_linear() {
    for piece in ["*a ", "**a ", "`a\n", "`", "*", "(*", "http://a", "http://", "https://a)))", ")", "&", "h"] {
        let text = piece.repeat(200_000 / piece.len());
        let begun = Instant::now();
        assert!(message_html(&text).len() >= text.len());
        assert!(begun.elapsed() < Duration::from_secs(5), "{piece:?}: {:?}", begun.elapsed());
    }
    let address = format!("https://a{}", ")".repeat(200_000));
    assert!(message_html(&address).starts_with(&link("https://a")));
}

/// The elements of a message's HTML, each opened and closed in its turn, and the text between them.
fn read_back(html: &str) -> String {
    let (mut open, mut text, mut rest) = (Vec::new(), String::new(), html);
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let (tag, after) = rest[at + 1..].split_once('>').expect("a tag ends");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{html}"),
            None if tag.starts_with("a ") => {
                let href =
                    tag.strip_prefix("a href=\"").and_then(|tag| tag.strip_suffix("\" rel=\"nofollow noopener ugc\""));
                let href = href.expect("an address and nothing else");
                let scheme = href.to_ascii_lowercase();
                assert!(scheme.starts_with("http://") || scheme.starts_with("https://"), "{href}");
                assert!(!href.contains(['"', '\'']) && !href.contains(char::is_whitespace), "{href}");
                assert!(after.starts_with(&format!("{href}</a>")), "what is shown is where it leads: {html}");
                open.push("a");
            }
            None => {
                assert!(["code", "strong", "em"].contains(&tag), "{tag} in {html}");
                open.push(tag);
            }
        }
        rest = after;
    }
    assert!(open.is_empty(), "{html}");
    text.push_str(rest);
    assert!(!text.contains(['>', '"', '\'']), "{text}");
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'")];
    let text = entities.iter().fold(text, |text, (entity, character)| text.replace(entity, character));
    assert_eq!(text.matches('&').count(), text.matches("&amp;").count(), "{text}");
    text.replace("&amp;", "&")
}

fn texts() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "*",
        "**",
        "***",
        "`",
        "http://",
        "https://",
        "HTTPS://a",
        "javascript:",
        "<",
        ">",
        "&",
        "\"",
        "'",
        "&lt;",
        "\n",
        " ",
        "a",
        "ü",
        ".",
        ")",
        "(",
        "\u{202e}",
        "h",
        "<script>",
        "=\"x\"",
        "/",
        "@",
        "😀",
    ]);
    prop::collection::vec(prop_oneof![3 => special.prop_map(str::to_owned), 1 => "\\PC{0,6}"], 0..40)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn nothing_that_is_written_becomes_markup(text in texts()) {
        let plain = |text: &str| text.replace(['*', '`'], "");
        prop_assert_eq!(plain(&read_back(&message_html(&text))), plain(&text));
    }
}
