//! What an author can do wrong, and what educa then says: all of it at once, sorted, with the place and what to do;
//! nothing is published. Reports are kept whole in `reports/`, as a terminal without colours shows them.

use crate::support::{Site, assert_report};

const MODULE: &str = "content/maths/sets/01-basics";

/// Builds with the program, which must fail and publish nothing; compares what it says.
fn check(site: &Site, report: &str) {
    let run = site.program().run(&["build"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{}", run.err);
    assert!(!site.has("public/index.html") && !site.has("private/catalog.json"), "{}", run.err);
    assert_report(report, &run.err);
}

fn content(site: &Site, name: &str, settings: &str, body: &str) {
    site.write(&format!("{MODULE}/{name}"), format!("+++\ntitle = \"T\"\n{settings}+++\n{body}"));
}

#[test]
fn settings_of_a_file() {
    let site = Site::smallest();
    site.write("content/maths/subject.md", "title = \"Mathematics\"\n");
    site.write("content/maths/sets/course.md", "+++\nid = \"one\"\ntitel = \"Sets\"\nowner = \"adda\"\naccess = \"free\"\ncreated = \"yesterday\"\nlang = \"english\"\nlayout = 3\n+++\n");
    site.write("content/instructors/ada.md", "---\nname: Ada: the first\nid: 1\n---\n");
    site.write("content/instructors/Bob Stone.md", "+++\nid = 0\nname = \"\"\n+++\n");
    site.write(&format!("{MODULE}/module.md"), "+++\ntitle = \"Basics\"\npreview = \"yes\"\n");
    site.write(&format!("{MODULE}/01-union.md"), "+++\ntitle = \"Union\nslug = \"a b\"\n+++\n");
    content(&site, "02-two.md", "slug = \"A b\"\ntags = \"x\"\norder = -1\n", "");
    site.write(&format!("{MODULE}/03-three.md"), "---\ntitle: [Union\nslug: x\n---\n");
    site.write(&format!("{MODULE}/04-four.md"), "---\n- title\n---\n");
    site.write(
        &format!("{MODULE}/05-five.md"),
        "+++\ntitle = \"A\"\ntitle = \"B\"\npublish_on = 2026-02-05T12:00:00\n+++\n",
    );
    check(&site, "settings.txt");
}

#[test]
fn what_is_missing_or_there_twice() {
    let site = Site::smallest();
    site.write("content/empty-subject/notes.txt", "x");
    site.write("content/maths/empty-course/notes.txt", "x");
    site.write("content/maths/sets/03-empty/01-a.md", "+++\ntitle = \"A\"\n+++\n");
    site.write("content/music/subject.md", "+++\nid = 1\ntitle = \"Music\"\nslug = \"maths\"\n+++\n");
    site.write("content/music/sets/course.md", "+++\nid = 1\ntitle = \"Sets\"\nowner = \"adda\"\n+++\n");
    site.write("content/music/subject/course.md", "+++\ntitle = \"Subject\"\n+++\n");
    site.write("content/instructors/bob.md", "+++\nid = 1\nname = \"Bob\"\n+++\n");
    site.write("content/maths/sets/02-basics/module.md", "+++\ntitle = \"Basics again\"\n+++\n");
    site.write("content/maths/sets/more/module.md", "+++\ntitle = \"More again\"\norder = 1\n+++\n");
    content(&site, "01-other.md", "", "");
    content(&site, "2-union.md", "", "");
    content(&site, "09-late.md", "order = 0\nslug = \"other\"\n", "");
    content(&site, "05-old.md", "aliases = [\"/course/sets/\", \"old\", \"/accounts/login/\", \"/course\"]\n", "");
    site.write("content/maths/sets/more.txt", "x");
    site.write("content/maths/sets/basics", "a file where a page's folder will be");
    check(&site, "missing_and_twice.txt");
}

#[test]
fn links_to_nowhere() {
    let site = Site::smallest();
    site.write("content/maths/sets/02-more/diagram.svg", "<svg/>");
    site.write("content/maths/sets/01-basics/Übung 1.pdf", "x");
    let body = "\
[a](01-unoin.md) [b](../03-none/module.md) [c](#nowhere) [d](../02-more/01-product.md#x)\n\
[e](/course/none/) [f](../../../../../etc/passwd) [g](javascript:alert(1)) ![h](diagram.svg)\n\
[i](<Übung 2.pdf>) [j](data:text/html,x) <vbscript:x> [k][l]\n\n\
## Real heading\n\n[m](#real-haeding)\n\n[l]: nowhere.md\n";
    content(&site, "02-two.md", "", body);
    let overview = "+++\nid = 1\ntitle = \"Sets\"\nowner = \"ada\"\n+++\n![gated](02-more/diagram.svg)\n";
    site.write("content/maths/sets/course.md", overview);
    check(&site, "links.txt");
}

/// Rows C10, C16.
#[test]
fn kinds_of_content() {
    let site = Site::smallest();
    site.write(&format!("{MODULE}/shapes.svg"), "<svg/>");
    site.write(&format!("{MODULE}/notes.txt"), "x");
    content(&site, "02-a.md", "video = \"https://tube.example/watch?v=1\"\n", "");
    content(&site, "03-b.md", "video = \"https://youtu.be/short\"\n", "");
    content(&site, "04-c.md", "video = \"https://vimeo.com/channels/staff\"\n", "");
    content(&site, "05-d.md", "video = \"talk.mp4\"\n", "");
    content(&site, "06-e.md", "video = \"F5mRW0jo-U4\"\n", "");
    content(&site, "07-f.md", "image = \"shape.svg\"\n", "");
    content(&site, "08-g.md", "image = \"notes.txt\"\n", "");
    content(&site, "09-h.md", "file = \"none.pdf\"\n", "");
    content(&site, "10-i.md", "image = \"shapes.svg\"\nvideo = \"https://vimeo.com/76979871\"\n", "");
    content(&site, "11-j.md", "file = \"../02-more/01-product.md\"\n", "");
    check(&site, "kinds.txt");
}

#[test]
fn files_that_cannot_be_read() {
    let site = Site::smallest();
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("secret.md"), "+++\ntitle = \"S\"\n+++\n").expect("written");
    let link = |to: &std::path::Path, name: &str| {
        std::os::unix::fs::symlink(to, site.path(&format!("{MODULE}/{name}"))).expect("linked");
    };
    link(&outside.path().join("secret.md"), "02-secret.md");
    link(outside.path(), "03-folder");
    link("nowhere.md".as_ref(), "04-dangling.md");
    link(".".as_ref(), "05-loop");
    // What an editor leaves while a file is open.
    link("me@host.1234".as_ref(), ".#01-union.md");
    site.write(&format!("{MODULE}/06-latin.md"), b"+++\ntitle = \"T\"\n+++\nKaffee\nund caf\xe9 und\n");
    site.write(&format!("{MODULE}/07-long.md"), vec![b'x'; 5 * 1024 * 1024]);
    let made = std::process::Command::new("mkfifo").arg(site.path(&format!("{MODULE}/08-pipe.md"))).status();
    assert!(made.expect("mkfifo runs").success());
    site.write(&format!("{MODULE}/09-back\\slash.pdf"), "x");
    check(&site, "unreadable.txt");
}

/// A folder that is called like a text holds files for others to link to, like any folder in a module.
#[test]
fn a_folder_named_like_a_text_is_a_folder() {
    let site = Site::smallest();
    site.write(&format!("{MODULE}/02-two.md/data.csv"), "x");
    content(&site, "03-three.md", "", "[data](02-two.md/data.csv)\n");
    site.build();
    assert!(site.has("private/course/sets/basics/02-two.md/data.csv"));
    assert!(site.gated("/course/sets/basics/").contains("href=\"/course/sets/basics/02-two.md/data.csv\""));
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf8() {
    use std::os::unix::ffi::OsStrExt as _;
    let site = Site::smallest();
    let name = std::ffi::OsStr::from_bytes(b"02-caf\xe9.md");
    std::fs::write(site.path(MODULE).join(name), "+++\ntitle = \"T\"\n+++\n").expect("written");
    let said = site.said();
    assert_eq!(
        said,
        ["content/maths/sets/01-basics/02-caf\u{fffd}.md: error: the file's name is not UTF-8 (rename the file)"]
    );
}

#[test]
fn texts_and_files_that_belong_to_nothing_are_warned_of() {
    let site = Site::smallest();
    site.write("content/stray.md", "x");
    site.write("content/README.md", "x");
    site.write("content/maths/stray.md", "x");
    site.write("content/maths/sets/stray.md", "x");
    site.write("content/maths/sets/01-basics/more/stray.md", "x");
    site.write("content/instructors/more/stray.md", "x");
    content(&site, "02-two.md", "", "# Title\n\n<b>x</b>\n\n<div>\none\ntwo\n</div>\n");
    let run = site.program().run(&["build"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_report("warnings.txt", &run.err);
    assert_eq!(site.program().run(&["check"]).code, 0);
    let strict = site.program().run(&["check", "--strict"]);
    assert_eq!((strict.code, strict.out.is_empty()), (1, true));
    assert!(strict.err.contains("warnings count as errors, because of --strict"), "{}", strict.err);
}

#[test]
fn a_bomb_in_the_settings_is_a_mistake_like_any_other() {
    let site = Site::smallest();
    let deep = format!("+++\ntitle = {}{}\n+++\n", "[".repeat(50_000), "]".repeat(50_000));
    site.write(&format!("{MODULE}/01-union.md"), deep);
    let deep = format!("---\ntitle: {}{}\n---\n", "[".repeat(50_000), "]".repeat(50_000));
    site.write(&format!("{MODULE}/02-two.md"), deep);
    let quotes = format!("+++\ntitle = \"T\"\n+++\n{} x\n", ">".repeat(50_000));
    site.write(&format!("{MODULE}/03-three.md"), quotes);
    let run = site.program().run(&["check", "--format", "json"]);
    assert_eq!(run.code, 1, "{}", run.err);
    let document: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let at = |n: usize| document["diagnostics"][n]["path"].as_str().map(str::to_owned);
    assert_eq!(at(0), Some(format!("{MODULE}/01-union.md")), "{document:#}");
    assert_eq!(at(1), Some(format!("{MODULE}/02-two.md")), "{document:#}");
}
