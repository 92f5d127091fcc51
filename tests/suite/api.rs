//! Rows R8, U12, U13: clients of the REST API. What is asked and answered byte by byte stands in `tests/parity`.

use educa::school::Role;
use reqwest::{Method, Response};

use crate::support::{PASSWORD, Server, Site, Visitor, header};

fn school() -> Site {
    Site::smallest().with("content/arts/subject.md", "+++\nid = 2\ntitle = \"Arts\"\n+++\nAll of them.\n").with(
        "content/arts/lines/course.md",
        "+++\nid = 3\ntitle = \"Lines\\u2028and\\u2029\\\"quotes\\\"\"\nowner = \"ada\"\ncreated = 2026-03-01T09:30:00+01:00\n\
         +++\nÜnder & über\n",
    )
}

pub async fn school_server() -> Server {
    let server = Server::over(school()).await;
    for (name, role) in [("ada", Role::Student), ("tom", Role::Student), ("joe", Role::Staff)] {
        server.account(name, role).await;
    }
    server
}

pub async fn signed_in<'a>(server: &'a Server, name: &str) -> Visitor<'a> {
    let visitor = server.visitor();
    let answer = visitor.post("/accounts/login/", &[("username", name), ("password", PASSWORD)]).await;
    assert_eq!(answer.status(), 302);
    visitor
}

/// Row R8: the program of the reference's documentation, step by step.
#[tokio::test]
async fn a_small_client_enrolls_in_every_course() {
    let server = school_server().await;
    let client = server.visitor();
    let courses: serde_json::Value = client.get("/api/courses/").await.json().await.expect("JSON");
    for course in courses.as_array().expect("a list") {
        let path = format!("/api/courses/{}/enroll/", course["id"]);
        let answer =
            client.request(Method::POST, &path).basic_auth("tom", Some(PASSWORD)).send().await.expect("an answer");
        assert_eq!(answer.text().await.expect("a text"), "{\"enrolled\":true}");
    }
    let tom = signed_in(&server, "tom").await;
    assert_eq!(tom.read("/students/courses/").await.matches("<li class=\"card\">").count(), 2);
    tom.read("/course/sets/basics/").await;
}

/// A session cookie rides along on requests of any page in the world; it counts only where our own pages say so.
#[tokio::test]
async fn a_session_enrolls_from_our_own_origin_alone() {
    let server = school_server().await;
    let tom = signed_in(&server, "tom").await;
    let own = format!("http://{}", server.address);
    for (name, value, status) in [
        ("Sec-Fetch-Site", "none", 401),
        ("Sec-Fetch-Site", "same-site", 403),
        ("Sec-Fetch-Site", "cross-site", 403),
        ("Origin", "http://evil.example", 403),
        ("Origin", "null", 403),
        ("Sec-Fetch-Site", "same-origin", 200),
        ("Origin", own.as_str(), 200),
    ] {
        let request = tom.request(Method::POST, "/api/courses/1/enroll/").header(name, value);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{name}: {value}");
        assert_eq!(header(&answer, "content-type"), "application/json", "{name}: {value}");
    }
    // And what reads: a foreign page could not see the answer, and gets none.
    for (value, status) in [("cross-site", 401), ("same-site", 401), ("same-origin", 200)] {
        let request = tom.request(Method::GET, "/api/courses/1/contents/").header("Sec-Fetch-Site", value);
        assert_eq!(request.send().await.expect("an answer").status(), status, "{value}");
    }
}

/// What an old client may send along is no obstacle: other headers, a body of any kind, a token.
#[tokio::test]
async fn what_an_old_client_sends_along_is_ignored() {
    let server = school_server().await;
    let client = server.visitor();
    for (kind, body) in [
        ("application/json", "{broken"),
        ("text/csv", "a,b"),
        ("multipart/form-data", ""),
        ("application/x-www-form-urlencoded", "a=%ff"),
    ] {
        let request = client.request(Method::POST, "/api/courses/1/enroll/").basic_auth("tom", Some(PASSWORD));
        let request = request.header("Content-Type", kind).header("X-CSRFToken", "x").body(body);
        assert_eq!(
            request.send().await.expect("an answer").text().await.expect("a text"),
            "{\"enrolled\":true}",
            "{kind}"
        );
    }
    let bad: Response = client.request(Method::GET, "/api/courses/%ff/").send().await.expect("an answer");
    assert_eq!((bad.status().as_u16(), header(&bad, "content-type")), (400, "application/json".into()));
}
