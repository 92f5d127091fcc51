//! Rows A1–A4: what authors write into files and names, and what it means.

use educa::site::{Changed, Engine, Quiet};

use crate::support::Site;

fn catalog(site: &Site) -> serde_json::Value {
    serde_json::from_str(&site.read("private/catalog.json")).expect("JSON")
}

/// Row A1: subjects, courses and modules with all their settings, in both languages.
#[test]
fn toml_and_yaml_say_the_same() {
    let toml = Site::smallest();
    let settings = "id = 1\ntitle = \"Sets: a start\"\nowner = \"ada\"\ncreated = 2026-02-05T12:00:00Z\ntags = [\"a\", \"b\"]\n\
                    summary = \"Short\"\naccess = \"public\"\nlayout = \"lesson\"\nlang = \"pt-BR\"\ndraft = false\n";
    toml.write("content/maths/sets/course.md", format!("+++\n{settings}+++\nAll.\n"));
    let yaml = toml.copy();
    let settings = "id: 1\ntitle: \"Sets: a start\"\nowner: ada\ncreated: 2026-02-05T12:00:00Z\ntags:\n  - a\n  - b\n\
                    summary: Short\naccess: public\nlayout: lesson\nlang: pt-BR\ndraft: false\n";
    yaml.write("content/maths/sets/course.md", format!("---\n{settings}---\nAll.\n"));
    toml.build();
    yaml.build();
    assert_eq!(toml.published(), yaml.published());
    // The same with the line ends of another system, and with a byte order mark.
    let text = yaml.read("content/maths/sets/course.md").replace('\n', "\r\n");
    yaml.write("content/maths/sets/course.md", format!("\u{feff}{text}"));
    yaml.build();
    assert_eq!(toml.published(), yaml.published());
}

/// Rows A2, A4: the number in the name or `order`; gaps are kept; what has neither comes last; the first is 0.
#[test]
fn contents_are_ordered_by_their_numbers() {
    let site = Site::smallest();
    let module = "content/maths/sets/01-basics";
    let content = |title: &str, more: &str| format!("+++\ntitle = \"{title}\"\n{more}+++\nText\n");
    site.write(&format!("{module}/05-fifth.md"), content("Fifth", ""));
    site.write(&format!("{module}/last.md"), content("Last", ""));
    site.write(&format!("{module}/10-second.md"), content("Second", "order = 1\n"));
    site.build();
    let contents: serde_json::Value = serde_json::from_str(&site.read("private/contents/1.json")).expect("JSON");
    let orders: Vec<_> = contents["modules"][0]["contents"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|content| content["order"].as_u64())
        .collect();
    assert_eq!(orders, [0, 1, 4, 5]);
    let page = site.gated("/course/sets/basics/");
    let titles: Vec<_> =
        page.split("<h2><a class=\"self\" href=\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(titles, ["union", "second", "fifth", "last"]);
}

/// Row A4, for modules.
#[test]
fn modules_are_ordered_by_their_numbers() {
    let site = Site::smallest();
    let module = |title: &str, more: &str| format!("+++\ntitle = \"{title}\"\n{more}+++\n");
    site.write("content/maths/sets/07-seventh/module.md", module("Seventh", ""));
    site.write("content/maths/sets/extra/module.md", module("Extra", ""));
    site.write("content/maths/sets/09-given/module.md", module("Given", "order = 3\nslug = \"own\"\n"));
    site.build();
    let modules = catalog(&site)["courses"][0]["modules"].clone();
    let seen: Vec<_> = modules
        .as_array()
        .expect("a list")
        .iter()
        .map(|module| format!("{} {}", module["order"], module["address"].as_str().unwrap_or_default()))
        .collect();
    let expected = ["0 /course/sets/basics/", "1 /course/sets/more/", "3 /course/sets/own/"];
    assert_eq!(seen[..3], expected);
    assert_eq!(seen[3..], ["6 /course/sets/seventh/", "7 /course/sets/extra/"]);
}

/// Row A1: slugs are unique, made of the name or given; the id stays whatever the name becomes.
#[test]
fn a_renamed_course_keeps_its_id() {
    let site = Site::smallest();
    site.build();
    site.rename("content/maths/sets", "content/maths/Set theory & more");
    site.write("content/music/subject.md", "+++\nid = 2\ntitle = \"Music\"\n+++\n");
    site.build();
    assert_eq!(catalog(&site)["courses"][0]["slug"], "set-theory-more");
    site.rename("content/maths/Set theory & more", "content/music/sets");
    site.build();
    let course = &catalog(&site)["courses"][0];
    assert_eq!((&course["id"], &course["slug"], &course["subject"]), (&1.into(), &"sets".into(), &2.into()));
}

/// Row A3: times of a content are written by its author, or known to git.
#[test]
fn contents_have_times() {
    let site = Site::smallest();
    let course = site.read("content/maths/sets/course.md").replace("owner", "layout = \"lesson\"\nowner");
    site.write("content/maths/sets/course.md", course);
    let settings = "title = \"Union\"\ncreated = 2024-05-01\nupdated = 2025-06-02T10:00:00+02:00\n";
    site.write("content/maths/sets/01-basics/01-union.md", format!("+++\n{settings}+++\n"));
    git(&site, &["init", "-q"], "2026-01-01T00:00:00Z");
    git(&site, &["add", "."], "2026-01-01T00:00:00Z");
    git(&site, &["commit", "-qm", "first"], "2026-01-01T00:00:00Z");
    site.write("content/maths/sets/02-more/01-product.md", "+++\ntitle = \"Product\"\n+++\nNew.\n");
    git(&site, &["commit", "-qam", "second"], "2026-03-04T05:06:07Z");
    site.build();
    let written = site.gated("/course/sets/basics/union/");
    assert!(written.contains("<time datetime=\"2025-06-02T08:00:00Z\">2 June 2025</time>"), "{written}");
    let known = site.gated("/course/sets/more/product/");
    assert!(known.contains("<time datetime=\"2026-03-04T05:06:07Z\">4 March 2026</time>"), "{known}");
}

/// A clone has other file times; git's are the same, and so is every byte that is built.
#[test]
fn a_clone_builds_the_same_bytes() {
    let site = Site::smallest();
    git(&site, &["init", "-q"], "2026-01-01T00:00:00Z");
    git(&site, &["add", "."], "2026-01-01T00:00:00Z");
    git(&site, &["commit", "-qm", "first"], "2026-01-01T00:00:00Z");
    let clone = site.copy();
    for path in ["content/maths/sets/01-basics/01-union.md", "content/maths/sets/course.md"] {
        let text = clone.read(path);
        clone.remove(path);
        clone.write(path, text);
    }
    site.build();
    clone.build();
    assert_eq!(site.published(), clone.published());
}

/// Who keeps all in memory starts no program to learn that no commit was made, and still learns of each that was.
#[test]
fn a_preview_dates_by_commits_made_meanwhile() {
    let site = Site::smallest();
    let course = site.read("content/maths/sets/course.md").replace("owner", "layout = \"lesson\"\nowner");
    site.write("content/maths/sets/course.md", course);
    let path = "content/maths/sets/01-basics/01-union.md";
    let mut engine = Engine::new(site.config.clone());
    let mut is_dated = |at: &str| {
        // Signs are trusted from the third build on that finds them as they were.
        (0..4).all(|nth| {
            site.write(path, format!("+++\ntitle = \"Union\"\n+++\nNumber {nth} of {at}.\n"));
            engine.build(&Changed::Paths(vec![site.path(path)]), &Quiet).expect("built");
            let page = site.gated("/course/sets/basics/union/");
            assert!(page.contains(&format!("Number {nth} of {at}.")), "{page}");
            page.contains(&format!("datetime=\"{at}\""))
        })
    };
    let dates = ["2026-03-04T05:06:07Z", "2026-05-06T07:08:09Z", "2026-06-07T08:09:10Z"];
    assert!(!is_dated(dates[0]), "no repository");
    git(&site, &["init", "-q"], dates[0]);
    assert!(!is_dated(dates[0]), "no commit");
    git(&site, &["add", "content"], dates[0]);
    git(&site, &["commit", "-qm", "first"], dates[0]);
    assert!(is_dated(dates[0]));
    git(&site, &["commit", "-qam", "second"], dates[1]);
    assert!(is_dated(dates[1]));
    git(&site, &["checkout", "-q", "--orphan", "other"], dates[2]);
    git(&site, &["commit", "-qm", "begin again"], dates[2]);
    assert!(is_dated(dates[2]));
}

fn git(site: &Site, arguments: &[&str], at: &str) {
    let mut command = std::process::Command::new("git");
    command.current_dir(site.root()).args(["-c", "user.name=Ada", "-c", "user.email=ada@e.org"]).args(arguments);
    let times = [("GIT_AUTHOR_DATE", at), ("GIT_COMMITTER_DATE", at), ("GIT_CONFIG_GLOBAL", "/dev/null")];
    let output = command.envs(times).output().expect("git runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn drafts_and_what_is_to_be_published_later_have_no_page() {
    let mut site = Site::smallest();
    let hidden = |title: &str, how: &str| format!("+++\ntitle = \"{title}\"\n{how}\n+++\nHidden\n");
    site.write("content/maths/sets/01-basics/02-a.md", hidden("A", "draft = true"));
    site.write("content/maths/sets/01-basics/03-b.md", hidden("B", "publish_on = 2026-11-20T12:00:01Z"));
    site.write("content/maths/sets/01-basics/04-c.md", hidden("C", "publish_on = 2026-11-20"));
    site.write("content/maths/sets/03-d/module.md", hidden("D", "draft = true"));
    site.write("content/maths/sets/03-d/picture.svg", "<svg/>");
    site.write("content/maths/e/course.md", hidden("E", "id = 2\nowner = \"ada\"\ndraft = true"));
    site.write("content/f/subject.md", hidden("F", "id = 2\ndraft = true"));
    site.build();
    let page = site.gated("/course/sets/basics/");
    assert!(!page.contains("id=\"a\"") && !page.contains("id=\"b\"") && page.contains("id=\"c\""), "{page}");
    assert!(!site.has("private/course/sets/d") && !site.has("public/course/e") && !site.has("public/course/subject/f"));
    site.config.drafts = true;
    site.build();
    let page = site.gated("/course/sets/basics/");
    assert!(page.contains("id=\"a\"") && page.contains("id=\"b\""), "{page}");
    site.public("/course/e/");
    site.public("/course/subject/f/");
    assert!(site.has("private/course/sets/d/picture.svg"));
}

#[test]
fn an_old_address_leads_to_the_new_one() {
    let site = Site::smallest();
    site.write(
        "content/maths/sets/02-more/01-product.md",
        "+++\ntitle = \"P\"\naliases = [\"/old/product/\", \"/older.html\"]\n+++\n",
    );
    site.build();
    for page in [site.public("/old/product/"), site.read("public/older.html")] {
        assert!(page.contains("http-equiv=\"refresh\" content=\"0; url=/course/sets/more/\""), "{page}");
        assert!(page.contains("<a href=\"/course/sets/more/\">") && page.contains("noindex"), "{page}");
    }
}
