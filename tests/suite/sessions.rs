//! "Where you are signed in": sessions are seen by their owner, and ended from afar.

use educa::school::Role;
use jiff::SignedDuration;
use reqwest::Method;

use crate::support::{PASSWORD, Server, Visitor, location};

const SESSIONS: &str = "/accounts/sessions/";

async fn signed_in<'a>(server: &'a Server, agent: &str) -> Visitor<'a> {
    let visitor = server.visitor();
    let request = visitor.request(Method::POST, "/accounts/login/").header("User-Agent", agent);
    let answer = request.form(&[("username", "ada"), ("password", PASSWORD)]).send().await.expect("an answer");
    assert_eq!(answer.status(), 302);
    visitor
}

fn ids(page: &str) -> Vec<String> {
    let values = page.split("name=\"end\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
    values.filter(|value| *value != "others").map(str::to_owned).collect()
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let phone =
        signed_in(&server, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Safari/604.1").await;
    server.later(SignedDuration::from_hours(2));
    let desk = signed_in(&server, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0").await;
    let page = desk.read(SESSIONS).await;
    for text in
        ["Firefox, Linux", "Safari, iPhone", "127.0.0.1", "20 November 2026", "12:00 UTC", "14:00 UTC", "This device"]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    let others = ids(&page);
    assert_eq!(others.len(), 1, "this one is ended by signing out");
    let bob = server.student("bob").await;
    assert_eq!(location(&bob.post(SESSIONS, &[("end", &others[0])]).await), SESSIONS);
    phone.read(SESSIONS).await;
    assert_eq!(location(&desk.post(SESSIONS, &[("end", &others[0])]).await), SESSIONS);
    assert_eq!(phone.get(SESSIONS).await.status(), 302, "it is ended");
    assert_eq!(ids(&desk.read(SESSIONS).await), [""; 0]);
    assert_eq!(desk.post(SESSIONS, &[("end", &others[0])]).await.status(), 302, "twice is once");
    assert_eq!(desk.post(SESSIONS, &[("end", "x")]).await.status(), 400);
    assert_eq!(desk.post(SESSIONS, &[]).await.status(), 400);
}

#[tokio::test]
async fn all_others_are_ended_at_once() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let (one, two, desk) =
        (signed_in(&server, "a").await, signed_in(&server, "b").await, signed_in(&server, "c").await);
    let bob = server.student("bob").await;
    assert_eq!(ids(&desk.read(SESSIONS).await).len(), 2);
    desk.post(SESSIONS, &[("end", "others")]).await;
    assert_eq!([one.get(SESSIONS).await.status(), two.get(SESSIONS).await.status()], [302, 302]);
    assert_eq!([desk.get(SESSIONS).await.status(), bob.get(SESSIONS).await.status()], [200, 200]);
}

/// What a browser says of itself is anybody's text.
#[tokio::test]
async fn a_browsers_name_is_never_markup() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let visitor = signed_in(&server, "<script>alert(1)</script>").await;
    let page = visitor.read(SESSIONS).await;
    assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert(1)&lt;"), "{page}");
}
