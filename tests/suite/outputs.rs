//! What a build makes besides pages: for search engines, feed readers, and static hosts. It is complete and
//! escaped.

use crate::support::{Server, Site, header, tree};

const BASE: &str = "https://school.example";

/// A school with everything that is hard: gated, preview and public modules, both layouts, odd titles.
pub fn school() -> Site {
    let odd = "R&D <b>\\\"quotes\\\"</b> </script> 🦉";
    let mut site = Site::smallest()
        .with("content/maths/odd/course.md", format!(
            "+++\nid = 2\ntitle = \"{odd}\"\nowner = \"ada\"\naccess = \"public\"\nlayout = \"lesson\"\ncreated = 2026-03-01T00:00:00Z\naliases = [\"/old/\"]\n+++\nAn odd course.\n"
        ))
        .with("content/maths/odd/01-part/module.md", "+++\ntitle = \"A part\"\n+++\nA part.\n")
        .with("content/maths/odd/01-part/01-one.md", format!(
            "+++\ntitle = \"{odd}\"\ncreated = 2026-03-02T00:00:00Z\nupdated = 2026-03-03T10:20:30.5Z\n+++\nOpen words & more.\n\n## A heading\n\nBelow it.\n"
        ))
        .with("content/maths/sets/03-look/module.md", "+++\ntitle = \"A look inside\"\npreview = true\n+++\nLook.\n")
        .with("content/maths/sets/03-look/01-in.md", "+++\ntitle = \"Inside\"\n+++\nA preview's words.\n")
        .with("content/arabic/subject.md", "+++\nid = 2\ntitle = \"العربية\"\nlang = \"ar\"\n+++\n")
        .with("content/arabic/letters/course.md",
            "+++\nid = 3\ntitle = \"الحروف\"\nlang = \"ar\"\nowner = \"ada\"\ncreated = 2026-04-01T00:00:00Z\n+++\nنص.\n");
    site.config.base_url = Some(BASE.to_owned());
    site
}

/// The URLs of a sitemap.
fn locations(sitemap: &str) -> Vec<&str> {
    sitemap.split("<loc>").skip(1).filter_map(|rest| rest.split("</loc>").next()).collect()
}

#[test]
fn the_sitemap_lists_each_page_that_search_engines_may_list_and_no_other() {
    let site = school();
    site.build();
    let sitemap = site.read("public/sitemap.xml");
    let mut listed: Vec<_> = locations(&sitemap).iter().map(|url| url.strip_prefix(BASE).expect("absolute")).collect();
    listed.sort_unstable();
    let indexed = |(path, bytes): (String, Vec<u8>)| {
        let page = path.strip_suffix("index.html")?.to_owned();
        let text = String::from_utf8(bytes).expect("UTF-8");
        (!text.contains("name=\"robots\" content=\"noindex\"")).then_some(format!("/{page}"))
    };
    let mut pages: Vec<_> = tree(&site.config.public).into_iter().filter_map(indexed).collect();
    pages.sort_unstable();
    assert_eq!(listed, pages);
    assert!(listed.contains(&"/course/sets/look/") && !listed.contains(&"/course/sets/basics/"));
    assert!(sitemap.contains("/course/odd/part/one/</loc>\n  <lastmod>2026-03-03T10:20:30Z</lastmod>"), "{sitemap}");
}

#[test]
fn robots_are_kept_from_the_servers_own_addresses_and_led_to_the_sitemap() {
    let mut site = school();
    site.build();
    let rules = "User-agent: *\nDisallow: /accounts/\nDisallow: /students/\nDisallow: /api/\nDisallow: /chat/\nDisallow: /ws/\n";
    assert_eq!(site.read("public/robots.txt"), format!("{rules}\nSitemap: {BASE}/sitemap.xml\n"));
    site.config.base_url = None;
    site.build();
    assert_eq!(site.read("public/robots.txt"), rules);
    assert!(!site.has("public/sitemap.xml"), "it needs absolute addresses");
}

#[test]
fn an_output_of_the_build_is_no_authors_to_take() {
    let site = school();
    let course = site.read("content/maths/odd/course.md");
    site.write("content/maths/odd/course.md", course.replace("/old/", "/sitemap.xml"));
    assert_eq!(site.said().len(), 1);
    assert!(site.said()[0].contains("/sitemap.xml is already taken by the sitemap"), "{:?}", site.said());
}

#[test]
fn feeds_have_the_newest_courses_and_contents() {
    let site = school();
    site.build();
    let feed = site.read("public/feed.xml");
    let odd = "R&amp;D &lt;b&gt;&quot;quotes&quot;&lt;/b&gt; &lt;/script&gt; 🦉";
    let titles: Vec<_> = feed.lines().filter_map(|line| line.strip_prefix("  <title>")).collect();
    assert_eq!(titles, ["الحروف</title>", &*format!("{odd}</title>"), "Sets</title>"], "{feed}");
    assert!(feed.contains("<updated>2026-04-01T00:00:00Z</updated>\n <link rel=\"self\""), "{feed}");
    assert!(feed.contains("<entry xml:lang=\"ar\">") && feed.contains("tag:school.example,2026-04-01:course/3"));
    let of_course = site.read("public/course/odd/feed.xml");
    assert!(of_course.contains("<summary>Open words &amp; more.</summary>"), "{of_course}");
    assert!(of_course.contains("<uri>https://school.example/instructor/ada/</uri>"));
    assert!(of_course.contains("<updated>2026-03-03T10:20:30Z</updated>"));
    let gated = site.read("public/course/sets/feed.xml");
    assert!(gated.contains("<title>Union</title>") && !gated.contains("secret"), "{gated}");
    assert!(gated.contains("/course/sets/basics/#union\""), "{gated}");
    assert!(
        gated.contains("<summary>A preview's words.</summary>")
            || gated.contains("<summary>A preview&apos;s words.</summary>"),
        "{gated}"
    );
    assert!(!site.has("public/course/letters/feed.xml"), "nothing in it could have a date");
    assert!(site.has("public/course/subject/arabic/feed.xml"));
}

#[test]
fn pages_lead_to_the_feeds_that_are_there_and_to_no_other() {
    let mut site = school();
    let led = |site: &Site| {
        let pages = tree(&site.config.public).into_iter().filter(|(path, _)| path.ends_with(".html"));
        let mut feeds: Vec<_> = pages
            .filter_map(|(_, bytes)| {
                let text = String::from_utf8(bytes).expect("UTF-8");
                let (_, rest) = text.split_once("type=\"application/atom+xml\" href=\"/")?;
                Some(rest.split('"').next()?.to_owned())
            })
            .collect();
        feeds.sort();
        feeds
    };
    let feeds = |site: &Site| {
        tree(&site.config.public).into_keys().filter(|path| path.ends_with("feed.xml")).collect::<Vec<_>>()
    };
    site.build();
    assert_eq!(led(&site), feeds(&site));
    assert_eq!(feeds(&site).len(), 5);
    site.config.base_url = None;
    site.build();
    assert!(led(&site).is_empty() && feeds(&site).is_empty());
}

#[tokio::test]
async fn static_hosts_send_what_our_server_sends_and_are_the_only_readers_of_their_files() {
    let site = school();
    let basics = site.read("content/maths/sets/01-basics/module.md");
    site.write(
        "content/maths/sets/01-basics/module.md",
        basics.replace("+++\nThe", "aliases = [\"/gone/\"]\n+++\nThe"),
    );
    let server = Server::over(site).await;
    let headers = server.site.read("public/_headers");
    for path in ["/", "/feed.xml", "/course/odd/part/one/"] {
        let answer = server.visitor().get(path).await;
        let rule = headers.split("\n/").nth(1).expect("a rule");
        let sent: Vec<_> = rule.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(": ")).collect();
        assert_eq!(sent.len(), 4);
        for (name, value) in sent {
            assert_eq!(header(&answer, name), value);
        }
    }
    let feed = server.visitor().get("/course/odd/feed.xml").await;
    assert_eq!(header(&feed, "content-type"), "application/atom+xml; charset=utf-8");
    assert!(
        headers.contains("/course/:any/feed.xml\n  content-type: application/atom+xml; charset=utf-8\n"),
        "{headers}"
    );
    let redirects = server.site.read("public/_redirects");
    let rules: Vec<_> = redirects.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(rules, ["/old/ /course/odd/ 301"], "a static host has no gated pages");
    for path in ["/_headers", "/_redirects"] {
        assert_eq!(server.visitor().get(path).await.status(), 404, "{path}");
    }
    let mut site = server.site.copy();
    site.config.static_host_files = false;
    site.build();
    assert!(!site.has("public/_headers") && !site.has("public/_redirects"));
}

/// The JSON-LD of a page: what is in the one element that may hold it.
fn linked_data(page: &str) -> Vec<serde_json::Value> {
    let (_, rest) = page.split_once("<script type=\"application/ld+json\">").expect("described");
    let (json, rest) = rest.split_once("</script>").expect("an end");
    assert!(!rest.contains("ld+json"), "one element");
    let value: serde_json::Value = serde_json::from_str(json).expect("JSON");
    assert_eq!(value["@context"], "https://schema.org");
    value["@graph"].as_array().expect("a list").clone()
}

#[test]
fn a_page_says_what_it_is_about() {
    let mut site = school();
    site.config.lang = "en-GB".parse().expect("a language");
    site.build();
    let odd = "R&D <b>\"quotes\"</b> </script> 🦉";
    let course = &linked_data(&site.public("/course/odd/"))[0];
    assert_eq!((&course["@type"], &course["name"]), (&"Course".into(), &odd.into()));
    assert_eq!(course["@id"], format!("{BASE}/course/odd/"));
    assert_eq!(course["provider"]["name"], "Test school");
    assert_eq!(course["hasCourseInstance"]["instructor"]["name"], "Ada Okafor");
    assert_eq!(course["isAccessibleForFree"], true);
    assert_eq!(course["syllabusSections"][0]["name"], "A part");
    let gated = &linked_data(&site.public("/course/sets/"))[0];
    assert!(gated.get("isAccessibleForFree").is_none(), "educa does not know whether a school charges");
    assert_eq!(gated["hasPart"].as_array().expect("a list").len(), 1, "the preview");
    let lesson = linked_data(&site.public("/course/odd/part/one/"));
    assert_eq!(lesson[0]["@type"], "LearningResource");
    assert_eq!(lesson[0]["isPartOf"]["@id"], format!("{BASE}/course/odd/part/"));
    let trail = lesson[1]["itemListElement"].as_array().expect("a list");
    let names: Vec<_> = trail.iter().map(|item| item["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["All courses", "Mathematics", odd, "A part", odd]);
    assert_eq!(linked_data(&site.public("/"))[0]["@type"], "WebSite");
    assert_eq!(linked_data(&site.public("/instructor/ada/"))[0]["name"], "Ada Okafor");
    assert!(!site.gated("/course/sets/basics/").contains("ld+json"));
    let page = site.public("/course/odd/");
    for tag in [
        "property=\"og:title\" content=\"R&amp;D &lt;b&gt;&quot;quotes&quot;",
        "property=\"og:type\" content=\"article\"",
        "property=\"og:site_name\" content=\"Test school\"",
        "property=\"og:url\" content=\"https://school.example/course/odd/\"",
        "property=\"og:locale\" content=\"en_GB\"",
        "property=\"og:description\" content=\"An odd course.\"",
        "name=\"twitter:card\" content=\"summary\"",
    ] {
        assert!(page.contains(tag), "{tag} {page}");
    }
    assert!(!site.gated("/course/sets/basics/").contains("og:title"));
}

/// Whatever is edited, the outputs are those of a clean build.
#[test]
fn outputs_follow_every_edit() {
    let site = school();
    let edit = |path: &str, from: &str, to: &str| {
        let text = site.read(path);
        assert!(text.contains(from), "{path}");
        site.write(path, text.replace(from, to));
        site.build();
        let mut clean = site.copy();
        clean.config.base_url.clone_from(&site.config.base_url);
        clean.build();
        let (made, clean) = (site.published(), clean.published());
        let differ: Vec<_> =
            made.keys().chain(clean.keys()).filter(|path| made.get(*path) != clean.get(*path)).collect();
        assert!(differ.is_empty(), "{path} {from}: {differ:?}");
    };
    site.build();
    edit("content/maths/odd/01-part/01-one.md", "Open words", "Other words");
    edit("content/maths/odd/01-part/01-one.md", "## A heading", "## Another");
    edit("content/maths/odd/01-part/01-one.md", "2026-03-03T10", "2026-03-04T11");
    edit("content/maths/odd/course.md", "/old/", "/older/");
    edit("content/maths/odd/course.md", "access = \"public\"\n", "");
    edit("content/instructors/ada.md", "Okafor", "Lovelace");
    edit("content/maths/subject.md", "Mathematics", "Maths");
    edit("content/maths/sets/03-look/module.md", "preview = true\n", "");
    edit("content/maths/sets/course.md", "2026-02-05", "2026-05-05");
    let before = site.published();
    assert_eq!(site.build().published.expect("published").written, 0);
    assert_eq!(site.published(), before);
}

/// A course's file is the API's object, whatever its texts hold, and follows them.
#[tokio::test]
async fn each_course_has_a_file_for_programs_that_the_api_would_not_word_otherwise() {
    let site = school().with(
        "content/maths/lines/course.md",
        "+++\nid = 4\ntitle = \"Lines\\u2028and\\u2029\\\"quotes\\\"\"\nowner = \"ada\"\ncreated = 2026-03-01T09:30:00+01:00\n\
         +++\n\nÜnder *&* über\n\n",
    );
    let server = Server::over(site).await;
    let visitor = server.visitor();
    for (id, slug) in [(1, "sets"), (2, "odd"), (3, "letters"), (4, "lines")] {
        let path = format!("/course/{slug}/course.json");
        let answer = visitor.get(&path).await;
        let found = (answer.status().as_u16(), header(&answer, "content-type"));
        assert_eq!(found, (200, "application/json; charset=utf-8".into()), "{path}");
        let of_the_api = visitor.read(&format!("/api/courses/{id}/")).await;
        assert_eq!(answer.text().await.expect("a text"), of_the_api, "{path}");
        let named = format!("<link rel=\"alternate\" type=\"application/json\" href=\"{path}\">");
        assert!(visitor.read(&format!("/course/{slug}/")).await.contains(&named), "{path}");
    }
}

#[test]
fn the_file_of_a_course_is_written_when_it_changes() {
    let site = Site::smallest();
    site.build();
    let before = site.read("public/course/sets/course.json");
    assert!(before.contains("\"description\":\"The rest.\""), "{before}");
    site.write("content/maths/sets/02-more/01-product.md", "+++\ntitle = \"Product\"\n+++\nAnother secret.\n");
    site.build();
    assert_eq!(site.read("public/course/sets/course.json"), before, "contents are not in it");
    site.write("content/maths/sets/02-more/module.md", "+++\ntitle = \"More\"\n+++\nAll the rest.\n");
    site.build();
    let after = site.read("public/course/sets/course.json");
    assert_eq!(after, before.replace("The rest.", "All the rest."));
    std::fs::remove_dir_all(site.config.content.join("maths/sets")).expect("removed");
    site.build();
    assert!(!site.has("public/course/sets/course.json"));
}
