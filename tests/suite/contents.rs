//! Rows C10–C18: what the contents of a module become, and who may read them.

use crate::support::Site;

const MODULE: &str = "content/maths/sets/01-basics";

/// A school whose first module has one more content, made of these settings and this text.
fn with_content(name: &str, settings: &str, body: &str) -> Site {
    Site::smallest().with(&format!("{MODULE}/{name}"), format!("+++\ntitle = \"Next\"\n{settings}+++\n{body}"))
}

/// The rendered content that follows "Union" on its module's page.
fn item(site: &Site) -> String {
    let page = site.gated("/course/sets/basics/");
    let (_, section) = page.split_once("href=\"#next\">Next</a></h2>").unwrap_or_else(|| panic!("{page}"));
    section.split_once("</section>\n</div>\n<footer").map_or(section, |(section, _)| section).to_owned()
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part}\nin\n{text}");
    }
}

const RICH: &str = r#"First line
second line\
after a break

| a | b |
|---|--:|
| 1 | 2 |

- [x] done
- [ ] open

~~gone~~ and a note[^n]. A [link](<https://e.org/?a&b>).

[^n]: The note.

Term
: What it means

> [!WARNING]
> Careful.

## Two words
### `Two` words
#### Own {#mine}
"#;

/// Row C12: CommonMark with what GitHub's readers know, and more.
#[test]
fn a_text_is_markdown() {
    let site = with_content("02-next.md", "", RICH);
    site.build();
    has(
        &item(&site),
        &[
            "<p>First line\nsecond line<br>\nafter a break</p>",
            "<th scope=\"col\">a</th><th scope=\"col\" class=\"align-right\">b</th>",
            "<input type=\"checkbox\" disabled checked aria-label=\"done\">",
            "<input type=\"checkbox\" disabled aria-label=\"to do\">",
            "<del>gone</del>",
            "<a id=\"next--fnref-1\" href=\"#next--fn-1\" role=\"doc-noteref\">1</a>",
            "<li id=\"next--fn-1\">\n<p>The note. <a class=\"footnote-back\" href=\"#next--fnref-1\"",
            "<a href=\"https://e.org/?a&amp;b\">link</a>",
            "<dl>\n<dt>Term</dt>\n<dd>What it means</dd>\n</dl>",
            "<p class=\"alert-title\">Warning</p>",
            "<h3 id=\"next--two-words\">Two words<a class=\"anchor\" href=\"#next--two-words\"",
            "<h4 id=\"next--two-words-2\"><code>Two</code> words",
            "<h5 id=\"next--mine\">Own",
        ],
    );
}

/// Row C12: authors write raw HTML only where the settings trust them with it; nobody writes a script into a link.
#[test]
fn raw_html_is_shown_as_text_unless_authors_are_trusted() {
    let mut site =
        with_content("02-next.md", "", "a <b onclick=\"x()\">c</b>\n\n<script>x()</script>\n\n<!-- note -->\n");
    assert_eq!(site.build_with_warnings().len(), 2);
    let page = item(&site);
    has(&page, &["a &lt;b onclick=\"x()\"&gt;c&lt;/b&gt;", "&lt;script&gt;x()&lt;/script&gt;"]);
    assert!(!page.contains("<script") && !page.contains("note"), "{page}");
    site.config.raw_html = true;
    site.build();
    has(&item(&site), &["a <b onclick=\"x()\">c</b>", "<script>x()</script>"]);
}

/// Rows C11, C13: the name without its number.
#[test]
fn a_file_has_a_button_to_download_it() {
    let site = with_content("02-next.md", "file = \"2-notes & more.pdf\"\n", "For *print*.\n");
    site.write(&format!("{MODULE}/2-notes & more.pdf"), vec![b'x'; 84_000]);
    site.build();
    has(
        &item(&site),
        &["<p>For <em>print</em>.</p>", "href=\"/course/sets/basics/2-notes%20&amp;%20more.pdf\"", "84 kB", "Download"],
    );
    // Without a text beside it the numbered file would be a content of its own; named by one it is not there twice.
    assert!(!site.gated("/course/sets/basics/").contains("id=\"notes-more\""));
}

/// Rows C14, C18.
#[test]
fn an_image_has_its_title_as_text_its_size_and_is_loaded_late() {
    let site = with_content("02-next.md", "image = \"shapes.svg\"\n", "");
    site.write(&format!("{MODULE}/shapes.svg"), "<svg width=\"640\" height=\"360\"></svg>");
    site.build();
    let tag = "<img src=\"/course/sets/basics/shapes.svg\" alt=\"Next\" width=\"640\" height=\"360\" loading=\"lazy\"";
    has(&item(&site), &[tag]);
    assert!(site.has("private/course/sets/basics/shapes.svg") && !site.has("public/course/sets/basics/shapes.svg"));
}

/// Row C14: a picture inside a text.
#[test]
fn images_in_texts_have_their_size_too() {
    let site = with_content("02-next.md", "", "![A *dot*](../dot.png \"T\") ![](https://e.org/x.png)\n");
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02\x08\x06\0\0\0";
    site.write("content/maths/sets/dot.png", png);
    site.build();
    let img = "<img src=\"/course/sets/dot.png\" width=\"3\" height=\"2\" title=\"T\" loading=\"lazy\" decoding=\"async\" alt=\"A dot\">";
    has(&item(&site), &[img, "<img src=\"https://e.org/x.png\" loading=\"lazy\""]);
    assert!(site.has("public/course/sets/dot.png"), "what lies beside course.md is for everyone, like the overview");
}

/// Row C15: nothing is asked of the provider before somebody presses play.
#[test]
fn a_video_is_embedded_behind_a_cover() {
    let cases = [
        (
            "https://www.youtube.com/watch?v=F5mRW0jo-U4&t=90s",
            "https://www.youtube-nocookie.com/embed/F5mRW0jo-U4?autoplay=1",
            "YouTube",
        ),
        ("https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871?autoplay=1", "Vimeo"),
    ];
    for (url, player, host) in cases {
        let site = with_content("02-next.md", &format!("video = \"{url}\"\n"), "A caption.\n");
        site.build();
        let html = item(&site);
        has(&html, &["srcdoc=\"", &format!("Play on {host}"), &format!("Watch on {host}"), "A caption."]);
        assert!(!html.contains("<iframe src") && !html.contains(" src=\"https"), "{html}");
        let (_, cover) = html.split_once("srcdoc=\"").expect("a cover");
        let (cover, _) = cover.split_once('"').expect("closed");
        let player = player.replace('&', "&amp;");
        assert!(cover.replace("&#x2F;", "/").contains(&player), "{player} in {cover}");
    }
}

/// Row C15.
#[test]
fn a_media_file_plays_in_the_browsers_own_player() {
    let site = with_content("02-next.md", "video = \"talk.webm\"\n", "");
    site.write(&format!("{MODULE}/talk.webm"), "x");
    site.build();
    has(&item(&site), &["<source src=\"/course/sets/basics/talk.webm\" type=\"video/webm\">"]);
    let site = with_content("02-next.md", "video = \"https://media.example/talk.mp4\"\n", "");
    site.build();
    has(&item(&site), &["preload=\"none\"", "<source src=\"https://media.example/talk.mp4\" type=\"video/mp4\">"]);
}

/// Row C10: a numbered media file needs no text beside it.
#[test]
fn a_numbered_media_file_is_a_content_of_its_own() {
    let site = Site::smallest();
    for (name, text) in
        [("02-venn-diagram.svg", "<svg/>"), ("03-talk.mp4", "x"), ("04-handout.pdf", "x"), ("plain.svg", "<svg/>")]
    {
        site.write(&format!("{MODULE}/{name}"), text);
    }
    site.build();
    let page = site.gated("/course/sets/basics/");
    has(
        &page,
        &[
            "<section class=\"content\" id=\"venn-diagram\">\n<h2><a class=\"self\" href=\"#venn-diagram\">Venn diagram</a></h2>",
            "<img src=\"/course/sets/basics/02-venn-diagram.svg\" alt=\"Venn diagram\"",
            "<source src=\"/course/sets/basics/03-talk.mp4\"",
            "download=\"handout.pdf\"",
        ],
    );
    assert!(!page.contains("plain"), "{page}");
    assert!(site.has("private/course/sets/basics/plain.svg"));
}

/// Row C17.
#[test]
fn a_modules_page_lists_all_modules_and_has_a_heading_for_each_content() {
    let site = Site::smallest();
    site.build();
    let page = site.gated("/course/sets/more/");
    has(
        &page,
        &[
            "<a href=\"/course/sets/basics/\"><small>Module 1</small> Basics</a>",
            "<a href=\"/course/sets/more/\" aria-current=\"page\"><small>Module 2</small> More</a>",
            "<h1>More</h1>",
            "<h2><a class=\"self\" href=\"#product\">Product</a></h2>",
            "The secret of products.",
            "href=\"/chat/room/1/\"",
            "rel=\"prev\" href=\"/course/sets/basics/\"",
            "noindex",
        ],
    );
    site.write("content/maths/sets/03-empty/module.md", "+++\ntitle = \"Empty\"\n+++\n");
    site.build();
    assert!(site.gated("/course/sets/empty/").contains("Nothing here yet."));
}

/// Row C17, in the other layout: each content has a page.
#[test]
fn in_the_layout_lesson_each_content_has_its_own_page() {
    let site = Site::smallest();
    let course = site.read("content/maths/sets/course.md").replace("owner", "layout = \"lesson\"\nowner");
    site.write("content/maths/sets/course.md", course);
    site.write(&format!("{MODULE}/02-picture.svg"), "<svg/>");
    site.build();
    let outline = site.gated("/course/sets/basics/");
    has(
        &outline,
        &["href=\"/course/sets/basics/union/\">Union</a>", "href=\"/course/sets/basics/picture/\">Picture</a>"],
    );
    assert!(!outline.contains("secret"), "{outline}");
    let lesson = site.gated("/course/sets/basics/union/");
    has(&lesson, &["<h1>Union</h1>", "The secret of unions.", "rel=\"next\" href=\"/course/sets/basics/picture/\""]);
    has(
        &site.gated("/course/sets/basics/picture/"),
        &["src=\"/course/sets/basics/02-picture.svg\"", "rel=\"next\" href=\"/course/sets/more/\""],
    );
}

/// Row C18: pages and media of a gated course are gated, those of a preview or a public course are not.
#[test]
fn what_is_gated_lies_in_private_and_the_rest_in_public() {
    let site = Site::smallest();
    site.write(&format!("{MODULE}/data.csv"), "1");
    site.write(&format!("{MODULE}/sub/data.csv"), "2");
    site.build();
    site.gated("/course/sets/basics/");
    assert!(site.has("private/course/sets/basics/data.csv") && site.has("private/course/sets/basics/sub/data.csv"));
    site.write(&format!("{MODULE}/module.md"), "+++\ntitle = \"Basics\"\npreview = true\n+++\n");
    site.build();
    site.public("/course/sets/basics/");
    site.gated("/course/sets/more/");
    assert!(site.has("public/course/sets/basics/data.csv") && !site.has("private/course/sets/basics/data.csv"));
    let course = site.read("content/maths/sets/course.md").replace("owner", "access = \"public\"\nowner");
    site.write("content/maths/sets/course.md", course);
    site.build();
    site.public("/course/sets/more/");
    for (path, bytes) in site.published() {
        let secret = String::from_utf8_lossy(&bytes).contains("secret");
        let for_the_api = path.starts_with("private/contents/");
        assert!(!secret || path.starts_with("public/") || for_the_api, "{path}");
    }
}

/// No id stands twice on a page, whatever is called the same.
#[test]
fn ids_are_unique_on_every_page() {
    let site = Site::smallest();
    let body = "## Basics\n\n## Basics\n\nx[^1] y[^1]\n\n[^1]: z\n";
    site.write(&format!("{MODULE}/module.md"), format!("+++\ntitle = \"Basics\"\n+++\n{body}"));
    site.write(&format!("{MODULE}/02-basics.md"), format!("+++\ntitle = \"Basics\"\n+++\n{body}"));
    site.write(&format!("{MODULE}/03-basics-2.md"), format!("+++\ntitle = \"Basics\"\n+++\n{body}"));
    site.build();
    for (path, bytes) in site.published() {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut ids: Vec<_> = text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let n = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(n, ids.len(), "{path}: {ids:?}");
    }
}
