//! Row R11: the API as pages, for people who look around.

use reqwest::Method;

use crate::support::{Server, Visitor, header};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn page(visitor: &Visitor<'_>, method: Method, path: &str) -> (u16, String) {
    let request = visitor.request(method, path).header("Accept", BROWSER).header("Sec-Fetch-Site", "same-origin");
    let answer = request.send().await.expect("an answer");
    assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8", "{path}");
    assert!(header(&answer, "vary").starts_with("Accept"), "{path}");
    (answer.status().as_u16(), answer.text().await.expect("a text"))
}

#[tokio::test]
async fn every_answer_is_a_page_for_a_browser() {
    let server = Server::start().await;
    let visitor = server.visitor();
    let (status, root) = page(&visitor, Method::GET, "/api/").await;
    assert_eq!(status, 200);
    let courses = server.url("/api/courses/");
    assert!(root.contains(&format!("<a href=\"{courses}\">{courses}</a>")), "{root}");
    let (_, course) = page(&visitor, Method::GET, "/api/courses/1/").await;
    for part in ["<h1>Course Instance</h1>", "GET, HEAD, OPTIONS", "&quot;title&quot;: &quot;Sets&quot;"] {
        assert!(course.contains(part), "{part} in {course}");
    }
    // What a stranger cannot do is not offered; the way there is.
    assert!(course.contains("/accounts/login/?next=/api/courses/1/\"") && !course.contains("/enroll/"), "{course}");
    let (_, refused) = page(&visitor, Method::POST, "/api/courses/1/enroll/").await;
    assert!(refused.contains("/accounts/login/?next=/api/courses/1/\""), "back to a page that can be read: {refused}");
    let (status, nothing) = page(&visitor, Method::GET, "/api/courses/99/").await;
    assert!(status == 404 && nothing.contains("Not found."), "{nothing}");
}

#[tokio::test]
async fn a_student_enrolls_and_reads_from_there() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    let (status, denied) = page(&ada, Method::GET, "/api/courses/1/contents/").await;
    assert!(status == 403 && denied.contains("You do not have permission"), "{denied}");
    let (status, enrolled) = page(&ada, Method::POST, "/api/courses/1/enroll/").await;
    assert!(status == 200 && enrolled.contains("&quot;enrolled&quot;: true"), "{enrolled}");
    assert!(enrolled.contains("<bdi aria-hidden=\"true\">ada</bdi>"), "{enrolled}");
    // A browser without script sends no DELETE: the students' own page does it, and leads back.
    assert!(enrolled.contains("action=\"/students/leave-course/\"") && enrolled.contains(">DELETE</button>"));
    let (status, contents) = page(&ada, Method::GET, "/api/courses/1/contents/").await;
    // What authors wrote is shown as text here, never as HTML.
    assert!(status == 200 && contents.contains("&lt;p&gt;The secret of unions.&lt;"), "{contents}");
}

#[tokio::test]
async fn programs_get_json_unless_they_ask_for_a_page() {
    let server = Server::start().await;
    let visitor = server.visitor();
    for (path, accept, kind) in [
        ("/api/", "*/*", "application/json"),
        ("/api/", "application/json, text/html", "application/json"),
        ("/api/?format=json", BROWSER, "application/json"),
        ("/api/?format=api", "*/*", "text/html; charset=utf-8"),
        ("/api/courses.api", "application/json", "text/html; charset=utf-8"),
        ("/api/courses.json", BROWSER, "application/json"),
    ] {
        let answer = visitor.request(Method::GET, path).header("Accept", accept).send().await.expect("an answer");
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "content-type").as_str()),
            (200, kind),
            "{path} {accept}"
        );
    }
}

#[tokio::test]
async fn a_stranger_gets_a_page_that_no_password_dialog_hides() {
    let server = Server::start().await;
    for (accept, challenge) in [(BROWSER, "Token"), ("application/json", "Basic realm=\"api\"")] {
        let request = server.visitor().request(Method::GET, "/api/me/").header("Accept", accept);
        let answer = request.send().await.expect("an answer");
        assert_eq!((answer.status().as_u16(), header(&answer, "www-authenticate").as_str()), (401, challenge));
    }
}

#[tokio::test]
async fn an_address_that_somebody_types_is_answered_for_them_and_a_page_of_another_site_gets_nothing() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    for (site, method, path, expected) in [
        ("none", Method::GET, "/api/me/", 200),
        ("cross-site", Method::GET, "/api/me/", 401),
        ("same-site", Method::GET, "/api/me/", 401),
        ("none", Method::POST, "/api/courses/1/enroll/", 401),
    ] {
        let request = ada.request(method, path).header("Accept", BROWSER).header("Sec-Fetch-Site", site);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), expected, "{site} {path}");
    }
}
