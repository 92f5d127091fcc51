//! `/api/me/`: who calls, what they have, and giving it up.

use educa::school::{EventFilter, EventKind, Role};
use jiff::SignedDuration;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Server, Site, Visitor, header};

fn course(id: u32, title: &str, settings: &str) -> String {
    format!("+++\nid = {id}\ntitle = \"{title}\"\nowner = \"ada\"\ncreated = 2026-01-01T00:00:00Z\n{settings}\n+++\n")
}

/// Course 1 is open, 2 has one place, 3 asks its instructor, 4 begins tomorrow.
fn school() -> Site {
    Site::smallest()
        .with("content/maths/small/course.md", course(2, "Small", "capacity = 1"))
        .with("content/maths/asked/course.md", course(3, "Asked", "enrollment = \"approval\""))
        .with("content/maths/later/course.md", course(4, "Later", "starts = 2026-11-21T12:00:00Z"))
}

async fn call(visitor: &Visitor<'_>, method: Method, path: &str, name: &str) -> Response {
    visitor.request(method, path).basic_auth(name, Some(PASSWORD)).send().await.expect("an answer")
}

async fn json_of(answer: Response) -> Value {
    assert_eq!(answer.status(), 200, "{}", answer.url());
    answer.json().await.expect("JSON")
}

#[tokio::test]
async fn whoever_calls_hears_who_they_are() {
    let server = Server::over(school()).await;
    for (name, role) in [("ada", Role::Instructor), ("bob", Role::Instructor), ("root", Role::Staff)] {
        server.account(name, role).await;
    }
    server.account_with_email("sue", "sue@example.org").await;
    let anybody = server.visitor();
    let courses = server.url("/api/me/courses/");
    for (name, role, email) in [
        ("ada", "instructor", ""),
        ("bob", "student", ""),
        ("root", "staff", ""),
        ("SUE", "student", "sue@example.org"),
    ] {
        let me = call(&anybody, Method::GET, "/api/me/", name).await;
        assert_eq!(
            (header(&me, "allow"), header(&me, "cache-control")),
            ("GET, HEAD, OPTIONS".into(), "private, no-cache".into())
        );
        let me = json_of(me).await;
        assert_eq!(me["username"], name.to_lowercase());
        assert_eq!(
            (&me["role"], &me["email"], &me["courses"]),
            (&json!(role), &json!(email), &json!(courses)),
            "{name}"
        );
    }
    let text = call(&anybody, Method::GET, "/api/me/", "ada").await.text().await.expect("a text");
    let expected = format!(
        "{{\"id\":1,\"username\":\"ada\",\"email\":\"\",\"role\":\"instructor\",\"courses\":\"{courses}\",\
                 \"progress\":{{\"done\":0,\"modules\":0}}}}"
    );
    assert_eq!(text, expected);
}

#[tokio::test]
async fn any_credentials_do_and_none_are_401() {
    let server = Server::over(school()).await;
    let sue = server.student("sue").await;
    let nobody = server.visitor();
    for path in ["/api/me/", "/api/me/courses/"] {
        for method in [Method::GET, Method::POST, Method::DELETE, Method::OPTIONS] {
            let answer = nobody.request(method.clone(), path).send().await.expect("an answer");
            let found = (answer.status().as_u16(), header(&answer, "www-authenticate"));
            assert_eq!(found, (401, "Basic realm=\"api\"".into()), "{method} {path}");
        }
        let session = |site: &'static str| sue.request(Method::GET, path).header("Sec-Fetch-Site", site).send();
        assert_eq!(session("same-origin").await.expect("an answer").status(), 200);
        assert_eq!(session("cross-site").await.expect("an answer").status(), 401, "a cookie alone proves nothing");
        assert_eq!(call(&nobody, Method::POST, path, "sue").await.status(), 405);
    }
    let login = nobody.request(Method::POST, "/api/auth/login/");
    let login = login.json(&json!({"username": "sue", "password": PASSWORD})).send().await.expect("an answer");
    let token = json_of(login).await["token"].as_str().expect("a token").to_owned();
    let by_token = nobody.request(Method::GET, "/api/me/").header("Authorization", format!("Token {token}"));
    assert_eq!(json_of(by_token.send().await.expect("an answer")).await["username"], "sue");
}

#[tokio::test]
async fn my_courses_are_all_i_have_something_in() {
    let server = Server::over(school()).await;
    server.student("tom").await.enroll("2").await;
    let sue = server.student("sue").await;
    assert_eq!(json_of(call(&sue, Method::GET, "/api/me/courses/", "sue").await).await, json!([]));
    for id in [1, 2, 3, 4] {
        let answer = call(&sue, Method::POST, &format!("/api/courses/{id}/enroll/"), "sue").await;
        assert!(answer.status().is_success());
        server.later(SignedDuration::from_secs(1));
    }
    let url = |path: &str| server.url(path);
    let list = json_of(call(&sue, Method::GET, "/api/me/courses/", "sue").await).await;
    let expected = json!([
        {"id": 4, "title": "Later", "slug": "later", "state": "enrolled", "since": "2026-11-20T12:00:03Z",
         "course": url("/api/courses/4/"), "contents": null, "begins": "2026-11-21T12:00:00Z", "progress": null},
        {"id": 3, "title": "Asked", "slug": "asked", "state": "requested", "since": "2026-11-20T12:00:02Z",
         "course": url("/api/courses/3/"), "contents": null, "begins": null, "progress": null},
        {"id": 2, "title": "Small", "slug": "small", "state": "waiting", "since": "2026-11-20T12:00:01Z",
         "course": url("/api/courses/2/"), "contents": null, "begins": null, "progress": null},
        {"id": 1, "title": "Sets", "slug": "sets", "state": "enrolled", "since": "2026-11-20T12:00:00Z",
         "course": url("/api/courses/1/"), "contents": url("/api/courses/1/contents/"), "begins": null,
         "progress": {"done": 0, "modules": 2, "finished": []}},
    ]);
    assert_eq!(list, expected);
    // A link that is there leads somewhere.
    for (path, status) in [("/api/courses/1/contents/", 200), ("/api/courses/4/contents/", 403)] {
        assert_eq!(call(&sue, Method::GET, path, "sue").await.status(), status, "{path}");
    }
    server.later(SignedDuration::from_hours(25));
    let later = json_of(call(&sue, Method::GET, "/api/me/courses/", "sue").await).await;
    assert_eq!((&later[0]["contents"], &later[0]["begins"]), (&json!(url("/api/courses/4/contents/")), &Value::Null));
    // And it is a list like the others.
    let page = json_of(call(&sue, Method::GET, "/api/me/courses/?page_size=3&ordering=title", "sue").await).await;
    assert_eq!((&page["count"], &page["results"][0]["id"]), (&json!(4), &json!(3)));
    let next = page["next"].as_str().expect("a link");
    let next = call(&sue, Method::GET, next.strip_prefix(&server.url("")).expect("ours"), "sue").await;
    assert_eq!(json_of(next).await["results"][0]["title"], "Small");
    let found = json_of(call(&sue, Method::GET, "/api/me/courses/?search=SMALL", "sue").await).await;
    assert_eq!((found.as_array().map(Vec::len), &found[0]["id"]), (Some(1), &json!(2)));
    let pages = ["?ordering=-since&page_size=9", "?cursor=&page_size=9"];
    for query in pages {
        let page = json_of(call(&sue, Method::GET, &format!("/api/me/courses/{query}"), "sue").await).await;
        let ids: Vec<_> = page["results"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect();
        assert_eq!(ids, [4, 3, 2, 1], "{query}");
    }
    assert_eq!(call(&sue, Method::GET, "/api/me/courses/?page=2", "sue").await.status(), 404);
}

#[tokio::test]
async fn who_leaves_makes_room_and_may_come_back() {
    let server = Server::over(school()).await;
    let (sue, tom) = (server.student("sue").await, server.student("tom").await);
    let path = "/api/courses/2/enroll/";
    assert_eq!(call(&sue, Method::POST, path, "sue").await.status(), 200);
    assert_eq!(call(&tom, Method::POST, path, "tom").await.status(), 202);
    let left = call(&sue, Method::DELETE, path, "sue").await;
    let found = (left.status().as_u16(), header(&left, "allow"), header(&left, "content-type"));
    assert_eq!(found, (204, "POST, DELETE, OPTIONS".into(), String::new()));
    assert!(left.text().await.expect("a text").is_empty());
    let again = call(&sue, Method::DELETE, path, "sue").await;
    assert_eq!(
        (again.status().as_u16(), again.text().await.expect("a text").as_str()),
        (404, "{\"detail\":\"Not found.\"}")
    );
    let toms = json_of(call(&tom, Method::GET, "/api/me/courses/", "tom").await).await;
    assert_eq!(toms[0]["state"], "enrolled", "the next in the waiting list gets the place");
    assert_eq!(
        call(&sue, Method::POST, path, "sue").await.text().await.expect("a text"),
        r#"{"enrolled":false,"state":"waiting"}"#
    );
    for path in ["/api/courses/99/enroll/", "/api/courses/x/enroll/", "/api/courses/1/enroll/"] {
        assert_eq!(call(&sue, Method::DELETE, path, "sue").await.status(), 404, "{path}");
    }
    let session = |site| tom.request(Method::DELETE, path).header("Sec-Fetch-Site", site).send();
    assert_eq!(session("cross-site").await.expect("an answer").status(), 403, "another site takes nobody's place");
    assert_eq!(server.visitor().request(Method::DELETE, path).send().await.expect("an answer").status(), 401);
    assert_eq!(session("same-origin").await.expect("an answer").status(), 204);
    let filter = EventFilter { kind: Some(EventKind::Left), ..EventFilter::default() };
    assert_eq!(server.store.events(None, filter, 9).await.expect("events").len(), 2);
}

/// Nothing but its number is known of a course that is not published any more; a place in it can still be given up.
#[tokio::test]
async fn a_course_that_is_gone_is_not_listed_and_can_be_left() {
    let server = Server::over(school()).await;
    let sue = server.student("sue").await;
    sue.enroll("2").await;
    std::fs::remove_dir_all(server.site.config.content.join("maths/small")).expect("removed");
    server.site.build();
    for _ in 0..100 {
        if server.visitor().get("/api/courses/2/").await.status() == 404 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(json_of(call(&sue, Method::GET, "/api/me/courses/", "sue").await).await, json!([]));
    assert_eq!(call(&sue, Method::DELETE, "/api/courses/2/enroll/", "sue").await.status(), 204);
    assert_eq!(call(&sue, Method::DELETE, "/api/courses/2/enroll/", "sue").await.status(), 404);
}
