//! Rows C1–C9, C20: the pages that everyone may read, from the catalog down to a course's overview.

use crate::support::Site;

/// A school with three courses in two subjects, and a third subject without any.
fn school() -> Site {
    let course = |id: u32, title: &str, created: &str, more: &str| {
        format!("+++\nid = {id}\ntitle = \"{title}\"\nowner = \"ada\"\ncreated = {created}\n{more}+++\nAbout it.\n")
    };
    Site::smallest()
        .with("content/art/subject.md", "+++\nid = 3\ntitle = \"art\"\n+++\n")
        .with("content/music/subject.md", "+++\nid = 2\ntitle = \"Music & <Sound>\"\n+++\nWhat is *heard*.\n")
        .with("content/music/scales/course.md", course(2, "Scales", "2026-03-01", "summary = \"Up and down\"\n"))
        .with("content/music/rhythm/course.md", course(3, "Rhythm", "2025-01-01", "tags = [\"drum\", \"beat\"]\n"))
}

/// The parts of a text that stand between `before` and `after`.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split_once(after)).map(|(part, _)| part).collect()
}

/// The titles of the courses that a page lists, in order.
fn listed(page: &str) -> Vec<&str> {
    between(page, "<a class=\"cover\" href=\"", "</a>")
        .iter()
        .filter_map(|link| Some(link.split_once('>')?.1))
        .collect()
}

/// Rows C1, C3, C6.
#[test]
fn the_catalog_lists_all_courses_newest_first() {
    let site = school();
    site.build();
    let page = site.public("/");
    assert!(
        page.contains("<h1>All courses</h1>") && page.contains("<title>All courses · Test school</title>"),
        "{page}"
    );
    assert_eq!(listed(&page), ["Scales", "Sets", "Rhythm"]);
}

/// Rows C2, C3, C4, C6.
#[test]
fn a_subjects_page_lists_its_courses_and_all_subjects_with_their_number_of_courses() {
    let site = school();
    site.build();
    let page = site.public("/course/subject/music/");
    assert!(page.contains("<h1>Music &amp; &lt;Sound&gt; courses</h1>"), "{page}");
    assert!(page.contains("<p>What is <em>heard</em>.</p>"), "{page}");
    assert_eq!(listed(&page), ["Scales", "Rhythm"]);
    let side = between(&page, "id=\"page_subjects\">", "</nav>")[0];
    assert!(side.starts_with("Subjects</h2>"), "{side}");
    let entries: Vec<_> = between(side, "<a href=\"", "<span")
        .iter()
        .map(|entry| entry.replace("<small aria-hidden=\"true\">", "").replace("</small>", ""))
        .collect();
    assert_eq!(
        entries,
        [
            "/\">All 3",
            "/course/subject/art/\">art 0",
            "/course/subject/maths/\">Mathematics 1",
            "/course/subject/music/\" aria-current=\"page\">Music &amp; &lt;Sound&gt; 2",
        ]
    );
    assert!(site.public("/").contains("<a href=\"/\" aria-current=\"page\">All "));
    assert!(site.public("/course/subject/art/").contains("No courses yet."));
    assert!(!site.has("public/course/subject/sports/index.html"));
}

/// Row C5.
#[test]
fn an_entry_names_its_subject_the_number_of_modules_and_the_instructor() {
    let site = school();
    site.build();
    let page = site.public("/");
    let cards = between(&page, "<li class=\"card\"", "</ul>\n</li>");
    assert_eq!(cards.len(), 3, "{page}");
    for part in [
        "href=\"/course/sets/\">Sets</a>",
        "href=\"/course/subject/maths/\">Mathematics</a>",
        ">2 modules<",
        "href=\"/instructor/ada/\">Ada Okafor</a>",
    ] {
        assert!(cards[1].contains(part), "{part} in {}", cards[1]);
    }
    assert!(cards[0].contains(">0 modules<") && cards[0].contains("Up and down"), "{}", cards[0]);
    assert!(cards[2].contains("<li>drum</li><li>beat</li>"), "{}", cards[2]);
}

/// Rows C7, C8: the link of someone unknown leads to a page of the server, which decides.
#[test]
fn a_courses_page_has_its_overview_and_outline() {
    let site = school();
    site.build();
    let page = site.public("/course/sets/");
    for part in [
        "<h1>Sets</h1>",
        "<p>All about sets.</p>",
        "<dd><a href=\"/course/subject/maths/\">Mathematics</a></dd>",
        "<dd>2 modules</dd>",
        "<dd><a href=\"/instructor/ada/\">Ada Okafor</a></dd>",
        "<time datetime=\"2026-02-05T12:00:00Z\">5 February 2026</time>",
        "<small>Module 1</small> <a href=\"/course/sets/basics/\">Basics</a>",
        "<small>Module 2</small> <a href=\"/course/sets/more/\">More</a>",
        "href=\"/course/sets/basics/#union\">Union</a>",
        "<p>The beginning.</p>",
        "data-enrollment=\"1\"",
        "href=\"/students/enroll-course/?course=1\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("secret"), "{page}");
    assert!(site.public("/course/scales/").contains("No modules yet."));
}

#[test]
fn an_instructors_page_lists_the_courses() {
    let site = school();
    site.write("content/instructors/ada.md", "+++\nid = 1\nname = \"Ada Okafor\"\n+++\n![Me](ada.svg)\n");
    site.write("content/instructors/ada.svg", "<svg viewBox=\"0 0 4 3\"></svg>");
    site.build();
    let page = site.public("/instructor/ada/");
    assert!(page.contains("<h1>Ada Okafor</h1>"), "{page}");
    assert!(page.contains("<img src=\"/instructor/ada.svg\" width=\"4\" height=\"3\""), "{page}");
    assert!(site.has("public/instructor/ada.svg"));
    assert_eq!(listed(&page), ["Scales", "Sets", "Rhythm"]);
}

#[test]
fn there_is_a_page_for_what_does_not_exist() {
    let site = school();
    site.build();
    let page = site.read("public/404.html");
    assert!(page.contains("<h1>Page not found</h1>") && page.contains("noindex"), "{page}");
}

/// Row C20.
#[test]
fn pages_are_in_the_sites_language_and_a_course_may_be_in_another() {
    let mut site = school();
    site.config.lang = "de".parse().expect("a language");
    let settings = "id = 4\ntitle = \"المجموعات\"\nowner = \"ada\"\nlang = \"ar\"\n";
    site.write("content/maths/arabic/course.md", format!("+++\n{settings}+++\nعن المجموعات.\n"));
    site.write("content/maths/arabic/01-a/module.md", "+++\ntitle = \"أ\"\nslug = \"a\"\n+++\n");
    let settings = "id = 5\ntitle = \"Forced\"\nowner = \"ada\"\ndir = \"rtl\"\n";
    site.write("content/maths/forced/course.md", format!("+++\n{settings}+++\n"));
    site.build();
    let catalog = site.public("/");
    assert!(catalog.contains("<html lang=\"de\" dir=\"ltr\">") && catalog.contains("<h1>Alle Kurse</h1>"), "{catalog}");
    assert!(catalog.contains("<li class=\"card\" lang=\"ar\" dir=\"rtl\">"), "{catalog}");
    assert!(site.public("/course/arabic/").contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(site.gated("/course/arabic/a/").contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(site.public("/course/forced/").contains("<html lang=\"de\" dir=\"rtl\">"));
    assert!(site.public("/course/sets/").contains("<html lang=\"de\" dir=\"ltr\">"));
}

/// What the server learns of all this.
#[test]
fn the_catalog_file_says_who_may_read_what() {
    let site = school();
    site.build();
    let catalog: serde_json::Value = serde_json::from_str(&site.read("private/catalog.json")).expect("JSON");
    let titles = |key: &str| -> Vec<String> {
        let list = catalog[key].as_array().expect("a list");
        list.iter().filter_map(|entry| entry["title"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(titles("subjects"), ["art", "Mathematics", "Music & <Sound>"]);
    assert_eq!(titles("courses"), ["Scales", "Sets", "Rhythm"]);
    assert_eq!(catalog["courses"][1]["overview"], "All about sets.");
    assert_eq!(catalog["courses"][1]["modules"][1]["address"], "/course/sets/more/");
    assert_eq!(catalog["files"]["/course/sets/basics/"]["course"], 1);
    assert!(catalog["files"]["/course/sets/"]["course"].is_null());
    for (path, bytes) in site.published() {
        let inside = path.split_once('/').expect("in a folder").1;
        let address = format!("/{}", inside.strip_suffix("index.html").unwrap_or(inside));
        let listed = &catalog["files"][&address];
        match inside {
            ".educa" | "catalog.json" | "_headers" | "_redirects" => assert!(listed.is_null()),
            inside if inside.starts_with("contents/") => assert!(listed.is_null()),
            _ => assert_eq!(listed["size"], bytes.len(), "{address}"),
        }
    }
}
