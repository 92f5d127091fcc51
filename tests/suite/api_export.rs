//! Exports for the staff: everything of a kind, one JSON object a line.

use educa::school::{Backing, EventFilter, EventKind, Role};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Server, Site, Visitor, assert_guarded, header};

const EXPORTS: [&str; 3] = ["accounts", "enrollments", "events"];

async fn call(visitor: &Visitor<'_>, method: Method, what: &str, name: &str) -> Response {
    let request = visitor.request(method, &format!("/api/export/{what}/"));
    request.basic_auth(name, Some(PASSWORD)).send().await.expect("an answer")
}

async fn lines(visitor: &Visitor<'_>, what: &str) -> Vec<Value> {
    let answer = call(visitor, Method::GET, what, "root").await;
    assert_eq!(answer.status(), 200, "{what}");
    let text = answer.text().await.expect("a text");
    assert!(text.ends_with('\n') && !text.contains("\n\n"), "{what}");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

async fn exported(server: &Server) -> usize {
    let filter = EventFilter { kind: Some(EventKind::Exported), ..EventFilter::default() };
    server.store.events(None, filter, 100).await.expect("events").len()
}

#[tokio::test]
async fn the_staff_takes_all_and_nobody_else_anything() {
    let server = Server::start().await;
    for (name, role) in [("root", Role::Staff), ("ada", Role::Instructor), ("sue", Role::Student)] {
        server.account(name, role).await;
    }
    let nobody = server.visitor();
    for what in EXPORTS {
        for name in ["ada", "sue"] {
            let answer = call(&nobody, Method::GET, what, name).await;
            assert_eq!((answer.status().as_u16(), header(&answer, "content-type")), (403, "application/json".into()));
        }
        let path = format!("/api/export/{what}/");
        let answer = nobody.get(&path).await;
        let found = (answer.status().as_u16(), header(&answer, "www-authenticate"));
        assert_eq!(found, (401, "Basic realm=\"api\"".into()), "{what}");
        assert_eq!(call(&nobody, Method::POST, what, "root").await.status(), 405);
        assert_eq!(call(&nobody, Method::HEAD, what, "root").await.status(), 200);
        assert_eq!(exported(&server).await, 0, "nobody took anything");
    }
    for (at, what) in EXPORTS.into_iter().enumerate() {
        let answer = call(&nobody, Method::GET, what, "root").await;
        assert_guarded(&answer);
        let found = ["content-type", "content-disposition", "cache-control"].map(|name| header(&answer, name));
        let name = format!("attachment; filename=\"{what}.ndjson\"");
        assert_eq!(found, ["application/x-ndjson", &*name, "no-store"]);
        assert_eq!(exported(&server).await, at + 1);
    }
    let filter = EventFilter { kind: Some(EventKind::Exported), ..EventFilter::default() };
    let event = server.store.events(None, filter, 1).await.expect("events").remove(0);
    assert!(event.origin.by == event.account && event.origin.by.is_some() && event.origin.address.is_some());
    // Whatever form a client asks for, lines are what there is; another site's page gets nothing.
    for (accept, status) in [("application/x-ndjson", 200), ("application/json", 200), ("text/csv", 406)] {
        let request = nobody.request(Method::GET, "/api/export/events/").basic_auth("root", Some(PASSWORD));
        assert_eq!(request.header("Accept", accept).send().await.expect("an answer").status(), status, "{accept}");
    }
    assert_eq!(nobody.get("/api/export/").await.status(), 404);
}

#[tokio::test]
async fn lines_hold_what_the_staff_may_read_and_no_secret() {
    let gone = "+++\nid = 2\ntitle = \"Gone\"\nowner = \"ada\"\n+++\n";
    let server = Server::over(Site::smallest().with("content/maths/gone/course.md", gone)).await;
    let root = server.account("root", Role::Staff).await;
    let sue = server.account_with_email("sue", "sue@example.org").await;
    for id in [1, 2] {
        server.school.enroll(&sue, &server.course(id), Backing::None, None).await.expect("enrolled");
    }
    std::fs::remove_dir_all(server.site.config.content.join("maths/gone")).expect("removed");
    server.site.build();
    let nobody = server.visitor();
    let accounts = lines(&nobody, "accounts").await;
    let expected = [
        json!({"id": root.id.0, "username": "root", "email": "", "email_confirmed": false, "role": "staff",
               "state": "active", "created": "2026-11-20T12:00:00Z"}),
        json!({"id": sue.id.0, "username": "sue", "email": "sue@example.org", "email_confirmed": true,
               "role": "student", "state": "active", "created": "2026-11-20T12:00:00Z"}),
    ];
    assert_eq!(accounts, expected);
    let seat = |course: u32| {
        json!({"account": sue.id.0, "username": "sue", "course": course, "state": "enrolled",
                                    "since": "2026-11-20T12:00:00Z"})
    };
    assert_eq!(lines(&nobody, "enrollments").await, [seat(1), seat(2)], "also in a course that is not published");
    let events = lines(&nobody, "events").await;
    let kinds: Vec<_> = events.iter().map(|event| event["kind"].as_str().expect("a name")).collect();
    // HTTP Basic is noted once an hour.
    let expected =
        ["exported", "exported", "exported", "basic-used", "enrolled", "enrolled", "registered", "registered"];
    assert_eq!(kinds, expected);
    let fields: Vec<_> = events[4].as_object().expect("an object").keys().map(String::as_str).collect();
    let mut expected = ["id", "kind", "at", "account", "course", "by", "address"];
    expected.sort_unstable();
    assert_eq!(fields.iter().copied().collect::<std::collections::BTreeSet<_>>(), expected.into_iter().collect());
    assert_eq!((&events[4]["course"], &events[4]["account"]), (&json!(2), &json!(sue.id.0)));
    for what in EXPORTS {
        let text = call(&nobody, Method::GET, what, "root").await.text().await.expect("a text");
        for secret in ["argon2", "$", "password", PASSWORD, "generation", "token"] {
            assert!(!text.contains(secret), "{secret} in {what}");
        }
    }
}

/// More than is read at a time: all of it, each once, in order.
#[tokio::test]
async fn an_export_of_many_is_whole() {
    let server = Server::start().await;
    let root = server.account("root", Role::Staff).await;
    let course = server.course(1);
    for nth in 0..1_234 {
        let account = server.account_with(&format!("student{nth}"), root.password.clone()).await;
        server.school.enroll(&account, &course, Backing::None, None).await.expect("enrolled");
    }
    let nobody = server.visitor();
    let numbers = |lines: &[Value], field: &str| -> Vec<u64> {
        lines.iter().map(|line| line[field].as_u64().expect("a number")).collect()
    };
    let accounts = numbers(&lines(&nobody, "accounts").await, "id");
    assert!(accounts.len() == 1_235 && accounts.is_sorted_by(|a, b| a < b));
    let seats = numbers(&lines(&nobody, "enrollments").await, "account");
    assert_eq!(seats, accounts[1..]);
    let events = numbers(&lines(&nobody, "events").await, "id");
    assert!(events.len() > 2_470 && events.is_sorted_by(|a, b| a > b), "{}", events.len());
    assert_eq!(events.last(), Some(&1));
}
