//! "Where you are signed in": sessions are seen by their owner, and ended from afar.

use educa::school::Role;
use jiff::SignedDuration;
use reqwest::{Method, Response};

use crate::support::{PASSWORD, Server, Visitor, header, location};

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

async fn end(visitor: &Visitor<'_>, which: &str, password: &str) -> Response {
    visitor.post(SESSIONS, &[("end", which), ("password", password)]).await
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
    assert_eq!(location(&end(&bob, &others[0], PASSWORD).await), SESSIONS);
    phone.read(SESSIONS).await;
    assert_eq!(location(&end(&desk, &others[0], PASSWORD).await), SESSIONS);
    assert_eq!(phone.get(SESSIONS).await.status(), 302, "it is ended");
    assert_eq!(ids(&desk.read(SESSIONS).await), [""; 0]);
    assert_eq!(end(&desk, &others[0], PASSWORD).await.status(), 302, "twice is once");
    assert_eq!(end(&desk, "x", PASSWORD).await.status(), 400);
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
    end(&desk, "others", PASSWORD).await;
    assert_eq!([one.get(SESSIONS).await.status(), two.get(SESSIONS).await.status()], [302, 302]);
    assert_eq!([desk.get(SESSIONS).await.status(), bob.get(SESSIONS).await.status()], [200, 200]);
}

/// Whoever sits down at a device that was left open ends nothing elsewhere; signing out there asks for no password.
#[tokio::test]
async fn ending_sessions_asks_for_the_password_first() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let (phone, desk) = (signed_in(&server, "a").await, signed_in(&server, "b").await);
    let page = desk.read(SESSIONS).await;
    assert!(page.contains("<label for=\"id_password\">") && page.contains("aria-describedby=\"id_password_hint\""));
    assert!(!page.contains("id_password_errors"), "{page}");
    let phones = ids(&page).remove(0);
    for (n, which) in [phones.as_str(), "others", "others", phones.as_str(), "others"].into_iter().enumerate() {
        let answer = end(&desk, which, if n == 0 { "" } else { "wrong horse x9" }).await;
        assert_eq!(answer.status(), 200);
        let page = answer.text().await.expect("a page");
        assert!(page.contains("id=\"id_password_errors\"><li>This is not your password.") && page.contains("Error:"));
        assert_eq!(ids(&page), [phones.as_str()], "the list stays");
    }
    phone.read(SESSIONS).await;
    let answer = end(&desk, &phones, PASSWORD).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "retry-after").as_str()), (429, "1"));
    let page = answer.text().await.expect("a page");
    assert!(page.contains("in 1 second.") && ids(&page) == [phones.as_str()], "{page}");
    server.later(SignedDuration::from_secs(1));
    assert_eq!(location(&end(&desk, &phones, PASSWORD).await), SESSIONS);
    assert_eq!(phone.get(SESSIONS).await.status(), 302, "it is ended");
    assert!(!desk.read(SESSIONS).await.contains("id_password"), "there is nothing to end");
    assert_eq!(desk.post("/accounts/logout/", &[]).await.status(), 302);
    assert_eq!(desk.get(SESSIONS).await.status(), 302);
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
