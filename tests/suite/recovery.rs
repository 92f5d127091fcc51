//! Row U26: a forgotten password, a new one, another address.

use educa::school::{EventFilter, EventKind, Role};
use jiff::SignedDuration;
use reqwest::{Method, Response};

use crate::support::{PASSWORD, Server, Site, Visitor, assert_guarded, header, link_in, location, session};

const RESET: &str = "/accounts/reset/";
const NEW: &str = "another horse x9";
const NEW_TWICE: [(&str, &str); 2] = [("new_password1", NEW), ("new_password2", NEW)];

async fn sign_in(server: &Server, password: &str) -> u16 {
    let form = [("username", "ada"), ("password", password)];
    server.visitor().post("/accounts/login/", &form).await.status().as_u16()
}

async fn ask(visitor: &Visitor<'_>, email: &str) -> (u16, String) {
    let answer = visitor.post(RESET, &[("email", email)]).await;
    (answer.status().as_u16(), location(&answer))
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_letter() {
    let server = Server::start().await;
    server.account_with_email("ada", "ada@example.org").await;
    let elsewhere = server.visitor();
    elsewhere.post("/accounts/login/", &[("username", "ada"), ("password", PASSWORD)]).await;
    let visitor = server.visitor();
    assert!(visitor.read("/accounts/login/").await.contains("href=\"/accounts/reset/\""));
    visitor.read(RESET).await;
    assert_eq!(ask(&visitor, " ADA@example.org ").await, (302, "/accounts/reset/sent/".into()));
    visitor.read("/accounts/reset/sent/").await;
    let letter = server.letter().await;
    assert_eq!(letter.to.as_str(), "ada@example.org", "as she gave it, not as somebody typed it");
    assert_eq!(letter.subject, "A new password for Test school");
    assert!(letter.text.starts_with("Hello ada,\n") && letter.text.contains(&server.url("/")), "{}", letter.text);
    let link = link_in(&letter);
    for _ in 0..2 {
        let answer = visitor.get(&link).await;
        assert_eq!(header(&answer, "referrer-policy"), "same-origin", "nobody hears of the link");
        assert_eq!(header(&answer, "cache-control"), "no-store");
        assert_guarded(&answer);
        let page = answer.text().await.expect("a page");
        assert!(page.contains(&format!("action=\"{link}\"")) && !page.contains("old_password"), "{page}");
    }
    let answer = visitor.post(&link, &NEW_TWICE).await;
    assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, "/accounts/reset/done/"));
    assert_eq!(header(&answer, "set-cookie"), "", "a letter signs nobody in");
    visitor.read("/accounts/reset/done/").await;
    assert_eq!((sign_in(&server, PASSWORD).await, sign_in(&server, NEW).await), (200, 302));
    assert_eq!(elsewhere.get("/students/courses/").await.status(), 302, "all sessions are ended");
    assert_eq!(server.letter().await.subject, "Your password at Test school was changed");
    assert_no_link(visitor.get(&link).await).await;
    assert_no_link(visitor.post(&link, &NEW_TWICE).await).await;
}

async fn assert_no_link(answer: Response) {
    assert_eq!((answer.status().as_u16(), header(&answer, "referrer-policy").as_str()), (404, "same-origin"));
    assert!(answer.text().await.expect("a page").contains("This link does not work any more"));
}

#[tokio::test]
async fn a_link_ends_after_an_hour_and_with_any_other_new_password() {
    let server = Server::start().await;
    server.account_with_email("ada", "ada@example.org").await;
    let visitor = server.visitor();
    ask(&visitor, "ada@example.org").await;
    ask(&visitor, "ada@example.org").await;
    let letters = server.letters().await;
    let [first, second] = [link_in(&letters[0]), link_in(&letters[1])];
    server.later(SignedDuration::from_mins(60) - SignedDuration::from_secs(1));
    visitor.read(&first).await;
    assert_eq!(visitor.post(&first, &NEW_TWICE).await.status(), 302);
    assert_no_link(visitor.get(&second).await).await;
    server.letters().await;
    ask(&visitor, "ada@example.org").await;
    let link = link_in(&server.letter().await);
    server.later(SignedDuration::from_mins(60));
    assert_no_link(visitor.get(&link).await).await;
    assert_no_link(visitor.post(&link, &NEW_TWICE).await).await;
    for path in
        ["/accounts/reset/x/", &format!("/accounts/reset/{}/", "a".repeat(64)), &link.replace("reset", "confirm")]
    {
        assert_no_link(visitor.get(path).await).await;
        assert_no_link(visitor.post(path, &NEW_TWICE).await).await;
    }
}

/// Whoever reads somebody's former mail gets no way in by what was sent there before.
#[tokio::test]
async fn a_link_to_a_former_address_ends_with_the_change() {
    let server = Server::start().await;
    server.account_with_email("ada", "old@example.org").await;
    let (ada, stranger) = (server.visitor(), server.visitor());
    ada.post("/accounts/login/", &[("username", "ada"), ("password", PASSWORD)]).await;
    ada.post("/accounts/email/", &[("email", "new@example.org"), ("password", PASSWORD)]).await;
    let confirm = link_in(&server.letters().await[0]);
    ask(&stranger, "old@example.org").await;
    let reset = link_in(&server.letter().await);
    stranger.read(&reset).await;
    assert_eq!(ada.post(&confirm, &[]).await.status(), 200);
    assert_no_link(stranger.get(&reset).await).await;
    assert_no_link(stranger.post(&reset, &NEW_TWICE).await).await;
    assert_eq!((sign_in(&server, PASSWORD).await, sign_in(&server, NEW).await), (302, 200));
    ask(&stranger, "new@example.org").await;
    let reset = link_in(&server.letter().await);
    assert_eq!(stranger.post(&reset, &NEW_TWICE).await.status(), 302, "the present one has its own");
}

/// The same answer to the byte, the same writes, and no hash in either case.
#[tokio::test]
async fn asking_tells_nobody_who_has_an_account() {
    let server = Server::start().await;
    server.account_with_email("ada", "ada@example.org").await;
    server.account("bob", Role::Student).await;
    let mut answers = Vec::new();
    for email in ["ada@example.org", "bob@example.org", "bob"] {
        let answer = server.visitor().post(RESET, &[("email", email)]).await;
        let mut headers: Vec<_> = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()))
            .collect();
        headers.retain(|(name, _)| name != "x-request-id" && name != "date");
        headers.sort();
        answers.push((answer.status().as_u16(), headers, answer.text().await.expect("a body")));
    }
    assert_eq!(answers[0], answers[1]);
    assert!(answers[2].2.contains("Enter a valid email address."), "no address at all is said at its field");
    let filter = EventFilter { kind: Some(EventKind::ResetAsked), ..EventFilter::default() };
    let events = server.store.events(None, filter, 10).await.expect("events");
    assert_eq!(events.len(), 2, "one write each");
    assert_eq!(server.letters().await.len(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_new_password_stands_at_its_field() {
    let server = Server::start().await;
    server.account_with_email("lovelace", "ada@example.org").await;
    let visitor = server.visitor();
    ask(&visitor, "ada@example.org").await;
    let link = link_in(&server.letter().await);
    for (first, second, field, message) in [
        ("", "", "new_password1", "This field is required."),
        (NEW, "other", "new_password2", "The two password fields didn"),
        ("iloveyou", "iloveyou", "new_password2", "This password is too common."),
        ("lovelace1", "lovelace1", "new_password2", "The password is too similar to the username."),
    ] {
        let answer = visitor.post(&link, &[("new_password1", first), ("new_password2", second)]).await;
        assert_eq!(answer.status(), 200);
        let page = answer.text().await.expect("a page");
        assert!(page.contains(&format!("id=\"id_{field}_errors\"><li>{message}")), "{page}");
    }
    assert_eq!(visitor.post(&link, &NEW_TWICE).await.status(), 302, "the link was not used up");
}

#[tokio::test]
async fn letters_are_in_the_schools_language_and_name_its_own_address() {
    let mut site = Site::smallest();
    site.config.lang = "de".parse().expect("a language");
    let config = educa::server::ServerConfig { base_url: Some("https://school.example".into()), ..Default::default() };
    let server = Server::with(site, config).await;
    server.account_with_email("ada", "ada@example.org").await;
    ask(&server.visitor(), "ada@example.org").await;
    let letter = server.letter().await;
    assert_eq!(letter.subject, "Ein neues Passwort für Test school");
    assert!(letter.text.contains("\nhttps://school.example/accounts/reset/"), "{}", letter.text);
    assert!(letter.html.expect("HTML").contains("<html lang=\"de\" dir=\"ltr\">"));
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let server = Server::start().await;
    server.account_with_email("ada", "ada@example.org").await;
    let (here, there) = (server.visitor(), server.visitor());
    let form = [("username", "ada"), ("password", PASSWORD)];
    let old = session(&here.post("/accounts/login/", &form).await);
    there.post("/accounts/login/", &form).await;
    assert!(here.read("/accounts/").await.contains("href=\"/accounts/password/\""));
    here.read("/accounts/password/").await;
    let change = async |old: &str, first: &str| {
        let form = [("old_password", old), ("new_password1", first), ("new_password2", NEW)];
        here.post("/accounts/password/", &form).await
    };
    let page = change("wrong horse x9", NEW).await.text().await.expect("a page");
    assert!(page.contains("id=\"id_old_password_errors\"><li>Your old password was entered incorrectly."), "{page}");
    let page = change(PASSWORD, "x").await.text().await.expect("a page");
    assert!(page.contains("id_new_password2_errors"), "{page}");
    let answer = change(PASSWORD, NEW).await;
    assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, "/accounts/"));
    assert_ne!(session(&answer), old, "this session goes on under another token");
    here.read("/accounts/").await;
    assert_eq!(there.get("/students/courses/").await.status(), 302, "others are ended");
    let stolen = server.visitor().request(Method::GET, "/accounts/").header("Cookie", format!("sessionid={old}"));
    assert_eq!(stolen.send().await.expect("an answer").status(), 302);
    assert_eq!(server.letter().await.subject, "Your password at Test school was changed");
    assert_eq!((sign_in(&server, PASSWORD).await, sign_in(&server, NEW).await), (200, 302));
}

#[tokio::test]
async fn who_is_not_signed_in_has_no_account_to_look_at() {
    let server = Server::start().await;
    for path in ["/accounts/", "/accounts/password/", "/accounts/email/", "/accounts/sessions/"] {
        let to = location(&server.visitor().get(path).await);
        assert_eq!(to, format!("/accounts/login/?next={path}"));
    }
    for path in ["/accounts/password/", "/accounts/email/", "/accounts/sessions/"] {
        assert_eq!(location(&server.visitor().post(path, &[]).await), format!("/accounts/login/?next={path}"));
    }
}

#[tokio::test]
async fn forms_of_accounts_are_not_taken_from_other_sites() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    let secret = format!("/accounts/reset/{}/", "a".repeat(64));
    let confirm = format!("/accounts/confirm/{}/", "a".repeat(64));
    for path in ["/accounts/password/", "/accounts/email/", "/accounts/sessions/", RESET, &secret, &confirm] {
        for (name, value) in [("Sec-Fetch-Site", "cross-site"), ("Origin", "http://evil.example"), ("Origin", "null")] {
            let request = ada.request(Method::POST, path).header(name, value).form(&[("end", "others")]);
            assert_eq!(request.send().await.expect("an answer").status(), 403, "{path} {name}");
        }
    }
}
