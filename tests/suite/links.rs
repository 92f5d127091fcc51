//! Links between course files: written as paths, checked, and followed wherever the file's address goes.

use crate::support::Site;

/// A school with a second course whose contents have pages of their own, and a text with these links in it.
fn school(body: &str) -> Site {
    let page = |title: &str, body: &str| format!("+++\ntitle = \"{title}\"\n+++\n{body}");
    Site::smallest()
        .with("content/maths/sets/01-basics/02-links.md", page("Links", body))
        .with("content/maths/sets/01-basics/01-union.md", page("Union", "## Real heading\n"))
        .with("content/maths/sets/01-basics/module.md", page("Basics", "## Of the module\n"))
        .with("content/music/subject.md", "+++\nid = 2\ntitle = \"Music\"\n+++\n")
        .with(
            "content/music/scales/course.md",
            "+++\nid = 2\ntitle = \"Scales\"\nowner = \"ada\"\nlayout = \"lesson\"\n+++\n## Why\n",
        )
        .with("content/music/scales/01-major/module.md", page("Major", ""))
        .with("content/music/scales/01-major/01-steps.md", page("Steps", "## Real heading\n"))
        .with("content/music/scales/01-major/02-sound.mp3", "x")
}

/// Where the links of a text in course "Sets" lead, in order.
fn leads(body: &str) -> Vec<String> {
    let site = school(body);
    site.build();
    hrefs(&site.gated("/course/sets/basics/"))
}

fn hrefs(page: &str) -> Vec<String> {
    let (_, section) = page.split_once("<section class=\"content\" id=\"links\">").expect("the text");
    let (_, prose) = section.split_once("<div class=\"prose\">").expect("its body");
    let (prose, _) = prose.split_once("</div>").expect("closed");
    prose.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[test]
fn a_path_leads_to_the_page_of_its_file() {
    let cases = [
        ("01-union.md", "/course/sets/basics/#union"),
        ("./01-union.md#real-heading", "/course/sets/basics/#union--real-heading"),
        ("../02-more/01-product.md", "/course/sets/more/#product"),
        ("module.md", "/course/sets/basics/"),
        ("module.md#of-the-module", "/course/sets/basics/#module_basics--of-the-module"),
        (".", "/course/sets/basics/"),
        ("../02-more/", "/course/sets/more/"),
        ("../02-more", "/course/sets/more/"),
        ("../course.md", "/course/sets/"),
        ("..", "/course/sets/"),
        ("../../subject.md", "/course/subject/maths/"),
        ("../..", "/course/subject/maths/"),
        ("../../../music/scales/course.md#why", "/course/scales/#why"),
        ("/music/scales/01-major/01-steps.md", "/course/scales/major/steps/"),
        ("/music/scales/01-major/01-steps.md#real-heading", "/course/scales/major/steps/#real-heading"),
        ("/music/scales/01-major/module.md", "/course/scales/major/"),
        ("/music/scales/01-major/02-sound.mp3", "/course/scales/major/02-sound.mp3"),
        ("/instructors/ada.md", "/instructor/ada/"),
        ("/course/scales/", "/course/scales/"),
        ("/students/courses/?x=1#y", "/students/courses/?x=1#y"),
        ("mailto:ada@e.org", "mailto:ada@e.org"),
        ("https://e.org/#x", "https://e.org/#x"),
    ];
    let body: String = cases.iter().map(|(written, _)| format!("[a]({written})\n")).collect();
    let expected: Vec<_> = cases.iter().map(|(_, leads)| (*leads).to_owned()).collect();
    assert_eq!(leads(&body), expected);
}

#[test]
fn a_heading_of_the_same_text_is_found() {
    assert_eq!(leads("[a](#own)\n\n## Own\n"), ["#links--own", "#links--own"]);
}

#[test]
fn a_link_follows_what_it_leads_to() {
    let site = school("[a](../02-more/01-product.md)\n");
    site.build();
    site.write("content/maths/sets/02-more/module.md", "+++\ntitle = \"More\"\nslug = \"even-more\"\n+++\n");
    site.build();
    assert_eq!(hrefs(&site.gated("/course/sets/basics/")), ["/course/sets/even-more/#product"]);
    let course = site.read("content/maths/sets/course.md").replace("owner", "slug = \"set-theory\"\nowner");
    site.write("content/maths/sets/course.md", course);
    site.build();
    assert_eq!(hrefs(&site.gated("/course/set-theory/basics/")), ["/course/set-theory/even-more/#product"]);
}

/// Spaces, letters beyond ASCII, and everything that means something else in a URL or in HTML.
#[test]
fn files_with_odd_names_work_end_to_end() {
    let names = [
        ("Übung 1.pdf", "<Übung 1.pdf>", "%C3%9Cbung%201.pdf"),
        ("a#b.pdf", "a%23b.pdf", "a%23b.pdf"),
        ("what?.pdf", "what%3F.pdf", "what%3F.pdf"),
        ("100%.pdf", "100%25.pdf", "100%25.pdf"),
        ("it's \"quoted\".pdf", "<it's \"quoted\".pdf>", "it&#x27;s%20%22quoted%22.pdf"),
        ("a&b<c>.pdf", "a&b\\<c\\>.pdf", "a&amp;b%3Cc%3E.pdf"),
        // As some systems store it: a letter and a mark.
        ("nai\u{308}ve.pdf", "naïve.pdf", "na%C3%AFve.pdf"),
    ];
    let body: String = names.iter().map(|(_, written, _)| format!("[a]({written})\n")).collect();
    let site = school(&body);
    for (name, ..) in names {
        site.write(&format!("content/maths/sets/01-basics/{name}"), name);
    }
    site.write("content/maths/sets/01-basics/09-Größe & Maß.md", "+++\ntitle = \"Size\"\nfile = \"what?.pdf\"\n+++\n");
    site.build();
    let page = site.gated("/course/sets/basics/");
    let leads: Vec<_> = hrefs(&page).iter().map(|href| href.replace('\'', "&#x27;")).collect();
    let expected: Vec<_> = names.iter().map(|(.., href)| format!("/course/sets/basics/{href}")).collect();
    assert_eq!(leads, expected);
    assert!(page.contains("<section class=\"content\" id=\"grosse-mass\">"), "{page}");
    let catalog: serde_json::Value = serde_json::from_str(&site.read("private/catalog.json")).expect("JSON");
    for (name, ..) in names {
        let name = name.replace("nai\u{308}ve", "naïve");
        let address = format!("/course/sets/basics/{name}");
        assert!(catalog["files"][&address].is_object(), "{address}");
        assert!(site.has(&format!("private{address}")), "{address}");
    }
}

#[test]
fn a_link_to_what_has_no_page_says_why() {
    let site = school("[a](03-draft.md) [b](04-broken.md)\n");
    site.write("content/maths/sets/01-basics/03-draft.md", "+++\ntitle = \"T\"\ndraft = true\n+++\n");
    site.write("content/maths/sets/01-basics/04-broken.md", "+++\ntitel = \"T\"\n+++\n");
    let said = site.said();
    let help = "it is a draft, part of a draft, or has mistakes of its own";
    let at = "content/maths/sets/01-basics/02-links.md:4:";
    assert_eq!(said[0], format!("{at}1: error: \"03-draft.md\" has no page ({help})"));
    assert_eq!(said[1], format!("{at}18: error: \"04-broken.md\" has no page ({help})"));
    assert_eq!(said.len(), 4, "{said:#?}");
}
