//! Rows R19–R21, R23: lists of the API: pages in three styles, filters, search and order, in the shapes of contract.md section 3.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use reqwest::Method;
use serde_json::Value;

use crate::support::{PASSWORD, Server, Site, Visitor, header};

/// Seven courses of two subjects and two owners; some of a title, some of a moment.
fn school() -> Site {
    let site = Site::smallest()
        .with("content/instructors/bob.md", "+++\nid = 2\nname = \"Bob\"\n+++\nTeaches.\n")
        .with("content/instructors/eve.md", "+++\nid = 3\nname = \"Eve\"\n+++\nTeaches nothing yet.\n")
        .with("content/arts/subject.md", "+++\nid = 4\ntitle = \"arts\"\n+++\nAll of them.\n");
    let courses = [
        (2, "arts", "Straße", "bob", "2026-02-05T12:00:00.123456Z", "Häuser und Wege."),
        (3, "arts", "Lines", "ada", "2026-03-01T09:00:00Z", "Drawn with a ruler, or by hand."),
        (4, "arts", "lines", "bob", "2026-03-01T09:00:00Z", "Drawn again."),
        (5, "maths", "Lines", "bob", "2026-03-01T09:00:00Z", "Of numbers."),
        (6, "maths", "Zeta", "ada", "2026-01-01T00:00:00Z", "An Überblick & more, \"quoted\"."),
        (7, "maths", "Alpha", "ada", "2026-04-01T00:00:00Z", "The beginning."),
    ];
    courses.into_iter().fold(site, |site, (id, subject, title, owner, created, overview)| {
        let text =
            format!("+++\nid = {id}\ntitle = \"{title}\"\nowner = \"{owner}\"\ncreated = {created}\n+++\n{overview}\n");
        site.with(&format!("content/{subject}/course-{id}/course.md"), text)
    })
}

async fn json(visitor: &Visitor<'_>, path: &str) -> (u16, Value) {
    let answer = visitor.get(path).await;
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

fn ids(list: &Value) -> Vec<u64> {
    list.as_array().expect("a list").iter().map(|one| one["id"].as_u64().expect("a number")).collect()
}

/// The ids of a bare list.
async fn listed(visitor: &Visitor<'_>, query: &str) -> Vec<u64> {
    let (status, list) = json(visitor, &format!("/api/courses/{query}")).await;
    assert_eq!(status, 200, "{query}: {list}");
    ids(&list)
}

const NEWEST_FIRST: [u64; 7] = [7, 5, 4, 3, 2, 1, 6];

#[tokio::test]
async fn without_paging_a_list_is_a_bare_array_whatever_is_selected_of_it() {
    let server = Server::over(school()).await;
    let visitor = server.visitor();
    for (query, expected) in [
        ("", &NEWEST_FIRST[..]),
        ("?subject=4", &[4, 3, 2]),
        ("?subject=4&subject=1", &[7, 5, 1, 6]),
        ("?subject=+4+&owner=2", &[4, 2]),
        ("?subject=&owner=", &NEWEST_FIRST),
        ("?owner=3", &[]),
        ("?search=lines", &[5, 4, 3]),
        ("?search=STRASSE", &[2]),
        ("?search=%C3%BCBERBLICK", &[6]),
        ("?search=u%CC%88berblick", &[6]),
        ("?search=drawn,ruler", &[3]),
        ("?search=drawn+nothing", &[]),
        ("?search=%00+", &NEWEST_FIRST),
        ("?search=lines&subject=1", &[5]),
        ("?ordering=id", &[1, 2, 3, 4, 5, 6, 7]),
        ("?ordering=-id", &[7, 6, 5, 4, 3, 2, 1]),
        ("?ordering=created", &[6, 1, 2, 3, 4, 5, 7]),
        ("?ordering=-created,title", &[7, 3, 4, 5, 1, 2, 6]),
        ("?ordering=title,-id", &[7, 5, 4, 3, 1, 2, 6]),
        ("?ordering=subject,owner", &[3, 2, 4, 1, 6, 7, 5]),
        ("?ordering=nothing", &NEWEST_FIRST),
        ("?ordering=nothing,--id,+id,+title+", &[7, 3, 4, 5, 1, 2, 6]),
        ("?unknown=1&format=json", &NEWEST_FIRST),
    ] {
        let query = query.replace("ordering=nothing,--id,+id", "ordering=nothing,--id,%2Bid");
        assert_eq!(listed(&visitor, &query).await, expected, "{query}");
    }
    let answer = visitor.get("/api/courses/?subject=4").await;
    assert_eq!((header(&answer, "x-total-count"), header(&answer, "link")), ("3".into(), String::new()));
    let (_, subjects) = json(&visitor, "/api/subjects/?ordering=-title&search=a&subject=9").await;
    assert_eq!(ids(&subjects), [1, 4], "subjects have no filter");
}

#[tokio::test]
async fn what_a_filter_does_not_have_is_said_for_each() {
    let server = Server::over(school()).await;
    let visitor = server.visitor();
    let no = "[\"Select a valid choice. That choice is not one of the available choices.\"]";
    for (query, body) in [
        ("subject=9", format!("{{\"subject\":{no}}}")),
        ("subject=x&page=99", format!("{{\"subject\":{no}}}")),
        ("subject=%20", format!("{{\"subject\":{no}}}")),
        ("owner=-1&subject=99999999999999999999", format!("{{\"subject\":{no},\"owner\":{no}}}")),
        (
            &format!("search={}", "a".repeat(201)),
            "{\"search\":[\"Ensure this value has at most 200 characters (it has 201).\"]}".into(),
        ),
        (&"a=1&".repeat(101), "{\"detail\":\"The query has more than 100 parameters.\"}".into()),
        (&"a".repeat(20_000), "{\"detail\":\"The query is longer than 16384 bytes.\"}".into()),
    ] {
        let answer = visitor.get(&format!("/api/courses/?{query}")).await;
        let status = answer.status();
        assert_eq!((status.as_u16(), answer.text().await.expect("a text")), (400, body), "{query}");
    }
}

#[tokio::test]
async fn pages_by_number_have_the_shape_and_the_errors_of_the_contract() {
    let server = Server::over(school()).await;
    let visitor = server.visitor();
    let url = |query: &str| server.url(&format!("/api/courses/{query}"));
    let (_, second) = json(&visitor, "/api/courses/?page=2&page_size=3&ordering=id&x=a%20b").await;
    assert_eq!((second["count"].as_u64(), ids(&second["results"])), (Some(7), vec![4, 5, 6]));
    assert_eq!(second["next"], url("?ordering=id&page=3&page_size=3&x=a+b"));
    assert_eq!(second["previous"], url("?ordering=id&page_size=3&x=a+b"), "page 1 is written without its number");
    let text = visitor.read("/api/subjects/?page_size=1&page=last").await;
    let previous = server.url("/api/subjects/?page_size=1");
    let expected = format!(
        "{{\"count\":2,\"next\":null,\"previous\":\"{previous}\",\"results\":[{{\"id\":1,\"title\":\"Mathematics\",\"slug\":\"maths\"}}]}}"
    );
    assert_eq!(text, expected, "byte for byte");
    for (query, found) in [
        ("?page=1", 7),
        ("?page=+1+", 7),
        ("?page_size=x", 7),
        ("?page_size=0", 7),
        ("?page_size=-1&page=1", 7),
        ("?page_size=2", 2),
        ("?page_size=99999999999999999999", 7),
        ("?page=last&page_size=5", 2),
        ("?page_size=2&search=nothing+of+it", 0),
    ] {
        let (status, page) = json(&visitor, &format!("/api/courses/{query}")).await;
        assert_eq!((status, page["results"].as_array().map(Vec::len)), (200, Some(found)), "{query}: {page}");
    }
    for query in ["?page=0", "?page=2", "?page=-1", "?page=", "?page=x", "?page=1.5", "?page=99999999999999999999"] {
        let (status, error) = json(&visitor, &format!("/api/courses/{query}")).await;
        assert_eq!((status, error.to_string().as_str()), (404, "{\"detail\":\"Invalid page.\"}"), "{query}");
    }
    let answer = visitor.get("/api/courses.json?page=2&page_size=3").await;
    let (first, last) =
        (server.url("/api/courses.json?page_size=3"), server.url("/api/courses.json?page=3&page_size=3"));
    let expected =
        format!("<{first}>; rel=\"first\", <{first}>; rel=\"prev\", <{last}>; rel=\"next\", <{last}>; rel=\"last\"");
    assert_eq!((header(&answer, "link"), header(&answer, "x-total-count")), (expected, "7".into()));
    // Whoever asked for no size does not fall back into the bare list.
    let many = Server::over(Site::large(11, 0, 0)).await;
    let (_, second) = json(&many.visitor(), "/api/courses/?page=2").await;
    assert_eq!(second["previous"], many.url("/api/courses/?page_size=10"));
    assert_eq!(second["results"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn limit_and_offset_forgive_what_is_no_number() {
    let server = Server::over(school()).await;
    let visitor = server.visitor();
    let url = |query: &str| Value::from(server.url(&format!("/api/courses/{query}")));
    for (query, found, next, previous) in [
        ("?limit=3", 3, url("?limit=3&offset=3"), Value::Null),
        ("?limit=3&offset=2", 3, url("?limit=3&offset=5"), url("?limit=3")),
        ("?limit=3&offset=5", 2, Value::Null, url("?limit=3&offset=2")),
        ("?offset=5", 2, Value::Null, url("?limit=10")),
        ("?limit=x&offset=y", 7, Value::Null, Value::Null),
        ("?limit=0&offset=-1", 7, Value::Null, Value::Null),
        ("?limit=5000", 7, Value::Null, Value::Null),
        ("?limit=2&offset=50", 0, Value::Null, url("?limit=2&offset=48")),
        ("?limit=2&page=3&subject=4", 2, url("?limit=2&offset=2&page=3&subject=4"), Value::Null),
    ] {
        let (status, page) = json(&visitor, &format!("/api/courses/{query}")).await;
        assert_eq!((status, page["results"].as_array().map(Vec::len)), (200, Some(found)), "{query}: {page}");
        assert_eq!((&page["next"], &page["previous"]), (&next, &previous), "{query}");
    }
    let (status, _) = json(&visitor, "/api/courses/?limit=2&offset=99999999999999999999").await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_cursor_is_a_place_that_new_courses_do_not_move() {
    let server = Server::over(school()).await;
    let visitor = server.visitor();
    let (status, first) = json(&visitor, "/api/courses/?cursor=&page_size=3").await;
    assert_eq!((status, ids(&first["results"]), &first["previous"]), (200, vec![7, 5, 4], &Value::Null));
    assert_eq!(first.as_object().expect("an object").keys().collect::<Vec<_>>(), ["next", "previous", "results"]);
    let next = first["next"].as_str().expect("there are more").replace(&server.url(""), "");
    // A course of that very moment is new, and the one at which the page ended is gone.
    let course = "+++\nid = 9\ntitle = \"New\"\nowner = \"ada\"\ncreated = 2026-05-01T00:00:00Z\n+++\nNew.\n";
    server.site.write("content/maths/course-9/course.md", course);
    server.site.remove("content/arts/course-4");
    server.site.build();
    server.app.shelf.reload().expect("it is read");
    let (_, second) = json(&visitor, &next).await;
    assert_eq!(ids(&second["results"]), [3, 2, 1]);
    let back = second["previous"].as_str().expect("there are some before").replace(&server.url(""), "");
    let (_, before) = json(&visitor, &back).await;
    assert_eq!(ids(&before["results"]), [9, 7, 5]);
    for cursor in ["x", "!!", "cD0x", "aT14", "cD0xJmk9MQ%3D%3D", "%C3%BC", "AAAA", "cj0xJnA9MQ%3D%3D"] {
        let (status, error) = json(&visitor, &format!("/api/courses/?cursor={cursor}")).await;
        assert_eq!((status, error.to_string().as_str()), (404, "{\"detail\":\"Invalid cursor\"}"), "{cursor}");
    }
}

/// Follows `next` to the end and `previous` back again; both ways each course is met once, in order.
async fn walked(server: &Server, query: &str) -> Result<Vec<u64>, TestCaseError> {
    let visitor = server.visitor();
    let follow = async |from: &str, rel: &str| -> (Vec<Vec<u64>>, String) {
        let (mut pages, mut at) = (Vec::new(), from.to_owned());
        loop {
            let (status, page) = json(&visitor, &at).await;
            assert_eq!(status, 200, "{at}");
            pages.push(ids(&page["results"]));
            let Some(next) = page[rel].as_str() else { return (pages, at) };
            at = next.replace(&server.url(""), "");
            assert!(pages.len() < 20, "{query} has no end");
        }
    };
    let (there, last) = follow(&format!("/api/courses/{query}"), "next").await;
    let (mut back, _) = follow(&last, "previous").await;
    back.reverse();
    prop_assert_eq!(there.concat(), back.concat(), "{} back", query);
    Ok(there.concat())
}

#[test]
fn walking_all_pages_of_any_style_meets_each_course_once() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(Server::over(school()));
    let style = prop_oneof![Just("page=1&page_size="), Just("limit="), Just("cursor=&page_size=")];
    let fields = proptest::sample::subsequence(vec!["id", "subject", "title", "slug", "created", "owner"], 0..=3);
    let filter = prop_oneof![Just(""), Just("&subject=1"), Just("&search=e"), Just("&owner=2")];
    let cases = (style, 1..9_usize, fields.prop_shuffle(), any::<[bool; 3]>(), filter);
    let config = ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() };
    let walk = |(style, size, fields, down, filter): (&str, usize, Vec<&str>, [bool; 3], &str)| {
        let words =
            fields.iter().zip(down).map(|(field, down)| if down { format!("-{field}") } else { (*field).to_owned() });
        let rest = format!("ordering={}{filter}", words.collect::<Vec<_>>().join(","));
        let (all, walked) = runtime.block_on(async {
            let all = listed(&server.visitor(), &format!("?{rest}")).await;
            (all, walked(&server, &format!("?{style}{size}&{rest}")).await)
        });
        prop_assert_eq!(walked?, all, "{}{}&{}", style, size, rest);
        Ok(())
    };
    TestRunner::new(config).run(&cases, walk).expect("each once");
}

#[tokio::test]
async fn versions_are_chosen_in_accept() {
    let server = Server::start().await;
    let visitor = server.visitor();
    for (accept, status, body) in [
        ("application/json; version=1.0", 200, "{\"id\":1,\"title\":\"Mathematics\",\"slug\":\"maths\"}"),
        ("application/json; version=2.0", 406, "{\"detail\":\"Invalid version in \\\"Accept\\\" header.\"}"),
        (
            "application/json; version=2.0; indent=1",
            406,
            "{\n \"detail\": \"Invalid version in \\\"Accept\\\" header.\"\n}",
        ),
    ] {
        let request = visitor.request(Method::GET, "/api/subjects/1/").header("Accept", accept);
        let answer = request.send().await.expect("an answer");
        let found = (answer.status().as_u16(), answer.text().await.expect("a text"));
        assert_eq!((found.0, found.1.as_str()), (status, body), "{accept}");
    }
    // Before anybody asks who it is.
    let request = visitor.request(Method::GET, "/api/subjects/1/").basic_auth("nobody", Some(PASSWORD));
    let answer = request.header("Accept", "*/*; version=x").send().await.expect("an answer");
    assert_eq!(answer.status(), 406);
}

#[tokio::test]
async fn the_page_of_a_list_has_a_form_and_the_way_to_the_other_pages() {
    let server = Server::over(school()).await;
    let visitor = server.visitor();
    let page = async |path: &str| {
        let request = visitor.request(Method::GET, path).header("Accept", "text/html");
        request.send().await.expect("an answer").text().await.expect("a text")
    };
    let plain = page("/api/courses/").await;
    for part in
        ["<label for=\"id_search\">Search for</label>", "<option value=\"4\">arts</option>", "-created</option>"]
    {
        assert!(plain.contains(part), "{part} in {plain}");
    }
    assert!(!plain.contains("rel=\"next\"") && !plain.contains("selected"), "{plain}");
    let second =
        page("/api/courses/?page=2&page_size=2&subject=1&search=%22%3Ci%3E&ordering=-created,title&x=%3Cy").await;
    assert!(
        second.contains("Invalid page.") && !second.contains("<i>"),
        "an error is shown without the form: {second}"
    );
    let second = page("/api/courses/?page=2&page_size=2&subject=1&ordering=-created,title&x=%3Cy").await;
    for part in [
        "<option value=\"1\" selected>Mathematics</option>",
        "<option value=\"-created,title\" selected>",
        "<input type=\"hidden\" name=\"page_size\" value=\"2\">",
        "<input type=\"hidden\" name=\"x\" value=\"&lt;y\">",
        "rel=\"prev\"",
        ">Previous page</a>",
        "<b>X-Total-Count:</b> 4",
        "format=json",
    ] {
        assert!(second.contains(part), "{part} in {second}");
    }
    assert!(!second.contains("rel=\"next\"") && !second.contains("name=\"page\""), "{second}");
    let course = page("/api/courses/1/").await;
    assert!(!course.contains("id_ordering"), "only lists have one");
}

#[tokio::test]
async fn the_words_of_the_form_are_german_in_a_german_school() {
    let mut site = school();
    site.config.lang = "de".parse().expect("a language");
    let server = Server::over(site).await;
    let request =
        server.visitor().request(Method::GET, "/api/courses/?page_size=3&page=2").header("Accept", "text/html");
    let page = request.send().await.expect("an answer").text().await.expect("a text");
    let words = ["Suchen nach", "Fach</label>", "Wer unterrichtet", "Ordnen nach", "Vorige Seite", "Letzte Seite"];
    let missing: BTreeMap<_, _> =
        words.into_iter().map(|word| (word, page.contains(word))).filter(|(_, is)| !is).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
