//! How often somebody may try: delays that grow, never for good, and never for a browser that signed in before.

use std::sync::Arc;

use argon2::password_hash::PasswordHasher as _;
use argon2::{Algorithm, Argon2, Params, Version};
use educa::school::{
    Accounts as _, Clock as _, Credentials, EventFilter, EventKind, NewAccount, Origin, PasswordHash, Proof, Role,
    School, SystemClock,
};
use educa::server::ServerConfig;
use educa::store::{SledStore, StoreConfig};
use jiff::SignedDuration;
use reqwest::{Method, Response};

use crate::support::{PASSWORD, Server, Site, Visitor, header, session};

const LOGIN: &str = "/accounts/login/";

async fn try_as(visitor: &Visitor<'_>, name: &str, password: &str) -> Response {
    visitor.post(LOGIN, &[("username", name), ("password", password)]).await
}

async fn fail(server: &Server, name: &str, times: usize) {
    for _ in 0..times {
        assert_eq!(try_as(&server.visitor(), name, "wrong horse x9").await.status(), 200);
    }
}

#[tokio::test]
async fn after_five_failures_the_next_try_has_to_wait_ever_longer() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    server.account("bob", Role::Student).await;
    fail(&server, "ada", 5).await;
    for wait in [1, 2, 4, 8, 16, 32, 64] {
        for name in ["ada", " ADA "] {
            let answer = try_as(&server.visitor(), name, PASSWORD).await;
            assert_eq!((answer.status().as_u16(), header(&answer, "retry-after")), (429, wait.to_string()), "{name}");
            let words = match wait {
                1 => "in 1 second.",
                64 => "in 2 minutes.",
                _ => &format!("in {wait} seconds."),
            };
            let page = answer.text().await.expect("a page");
            assert!(page.contains(words) && page.contains("name=\"password\""), "{page}");
        }
        server.later(SignedDuration::from_secs(wait));
        fail(&server, "ada", 1).await;
    }
    assert_eq!(try_as(&server.visitor(), "bob", PASSWORD).await.status(), 302, "others are not concerned");
    server.later(SignedDuration::from_mins(15));
    assert_eq!(try_as(&server.visitor(), "ada", PASSWORD).await.status(), 302, "nobody is locked out for good");
    fail(&server, "ada", 5).await;
    let events = async |kind| {
        let filter = EventFilter { kind: Some(kind), ..EventFilter::default() };
        server.store.events(None, filter, 100).await.expect("events").len()
    };
    assert_eq!((events(EventKind::SignInFailed).await, events(EventKind::SignInDelayed).await), (17, 2));
}

/// What costs the same takes the same time: a hash for each failure, whoever it is of, and none for a try that is too early.
#[tokio::test]
async fn a_failure_costs_one_hash_and_a_try_that_is_too_early_none() {
    let server = Server::start().await;
    server.account_with_email("ada", "ada@example.org").await;
    let cost = async |name: &str, password: &str| {
        let before = server.school.n_hashes();
        let status = try_as(&server.visitor(), name, password).await.status().as_u16();
        (status, server.school.n_hashes() - before)
    };
    for name in ["ada", "ada@example.org", "nobody", "nobody@example.org"] {
        assert_eq!(cost(name, "wrong horse x9").await, (200, 1), "{name}");
    }
    assert_eq!(cost("ada", PASSWORD).await, (302, 1));
    fail(&server, "ada", 5).await;
    assert_eq!(cost("ada", PASSWORD).await, (429, 0));
    let before = server.school.n_hashes();
    for email in ["ada@example.org", "nobody@example.org"] {
        server.visitor().post("/accounts/reset/", &[("email", email)]).await;
    }
    assert_eq!(server.school.n_hashes(), before);
    for (name, email) in [("eve", "ada@example.org"), ("bob", "free@example.org")] {
        let before = server.school.n_hashes();
        let form = [("username", name), ("email", email), ("password1", PASSWORD), ("password2", PASSWORD)];
        server.visitor().post("/students/register/", &form).await;
        assert_eq!(server.school.n_hashes() - before, 1, "{email}");
    }
}

/// A hash that was made with less work than we ask for now is made anew when its owner signs in.
#[tokio::test]
async fn a_weak_hash_is_replaced_at_the_next_sign_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = StoreConfig { path: folder.path().join("store"), ..StoreConfig::default() };
    let store = Arc::new(SledStore::open(&config).expect("a store"));
    let weak = Params::new(8 * 1024, 1, 1, None).expect("parameters");
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, weak).hash_password(PASSWORD.as_bytes());
    let weak = PasswordHash(weak.expect("hashed").to_string());
    let now = SystemClock.now();
    let account = NewAccount {
        username: "ada".parse().expect("a name"),
        email: None,
        email_confirmed: false,
        active: true,
        role: Role::Student,
        password: weak.clone(),
        created: now,
    };
    store.add_account(account, Origin { at: now, by: None, address: None }).await.expect("added");
    let school = School::new(store, Arc::new(SystemClock)).expect("a school");
    let hash = async || school.account_by_name("ada").await.expect("it works").expect("ada").password;
    let sign_in = async |password: &str| {
        let credentials = Credentials { login: "ada", password, devices: &[], address: None };
        matches!(school.prove(credentials).await.expect("it works"), Proof::Yes(_))
    };
    assert!(!sign_in("wrong horse x9").await);
    assert_eq!(hash().await, weak);
    assert!(sign_in(PASSWORD).await);
    let strong = hash().await;
    assert!(strong.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", strong.0);
    assert!(sign_in(PASSWORD).await);
    assert_eq!(hash().await, strong, "once");
}

/// Delays say no more about who has an account than failures do.
#[tokio::test]
async fn names_of_nobody_are_delayed_alike() {
    let server = Server::start().await;
    server.account_with_email("ada", "ada@example.org").await;
    let mut pages = Vec::new();
    for name in ["ada", "nobody", "nobody@example.org"] {
        fail(&server, name, 5).await;
        let answer = try_as(&server.visitor(), name, PASSWORD).await;
        pages.push((
            answer.status().as_u16(),
            header(&answer, "retry-after"),
            answer.text().await.expect("a page").replace(name, "NAME"),
        ));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0], pages[2]);
    // Nor that a name and an address are one person's.
    fail(&server, "ada@example.org", 1).await;
}

#[tokio::test]
async fn a_browser_that_signed_in_before_is_not_delayed_by_others() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    server.account("bob", Role::Student).await;
    let ada = server.visitor();
    let answer = try_as(&ada, "ada", PASSWORD).await;
    let cookie = header(&answer, "set-cookie");
    let device = cookie.split(", ").find(|cookie| cookie.starts_with("device-1=")).expect("a device cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/accounts/login/", "Max-Age=34560000"] {
        assert!(device.contains(part), "{device}");
    }
    session(&answer);
    ada.post("/accounts/logout/", &[]).await;
    fail(&server, "ada", 5).await;
    assert_eq!(try_as(&server.visitor(), "ada", PASSWORD).await.status(), 429);
    assert_eq!(try_as(&ada, "ada", PASSWORD).await.status(), 302, "its own counter is empty");
    for _ in 0..5 {
        assert_eq!(try_as(&ada, "ada", "wrong horse x9").await.status(), 200);
    }
    assert_eq!(try_as(&ada, "ada", PASSWORD).await.status(), 429, "but it has one");
    // Forged, or somebody else's, it is worth nothing.
    let value = device.split(';').next().expect("a cookie").to_owned();
    let bobs = header(&try_as(&server.visitor(), "bob", PASSWORD).await, "set-cookie");
    let bobs = bobs.split(", ").find_map(|cookie| cookie.strip_prefix("device-2=")?.split(';').next()).expect("his");
    let forged = [
        format!("{}0", &value[..value.len() - 1]),
        format!("{}1", &value[..value.len() - 1]),
        format!("device-1={bobs}"),
        "device-1=x".into(),
    ];
    let mut refused = 0;
    for cookie in forged.iter().filter(|forged| **forged != value) {
        let request = server.visitor().request(Method::POST, LOGIN).header("Cookie", cookie);
        let request = request.form(&[("username", "ada"), ("password", PASSWORD)]);
        assert_eq!(request.send().await.expect("an answer").status(), 429, "{cookie}");
        refused += 1;
    }
    assert!(refused >= 3);
}

#[tokio::test]
async fn a_network_that_fails_a_lot_has_to_wait_and_others_do_not() {
    let config =
        ServerConfig { trusted_proxies: vec!["127.0.0.1/32".parse().expect("a network")], ..ServerConfig::default() };
    let server = Server::with(Site::smallest(), config).await;
    server.account("ada", Role::Student).await;
    let from = async |address: &str, name: &str, password: &str| {
        let request = server.visitor().request(Method::POST, LOGIN).header("X-Forwarded-For", address);
        let answer = request.form(&[("username", name), ("password", password)]).send().await.expect("an answer");
        answer.status().as_u16()
    };
    for n in 0..20 {
        let address = format!("2001:db8:1:2::{n:x}");
        assert_eq!(from(&address, &format!("nobody{n}"), PASSWORD).await, 200, "a class may sit behind one address");
    }
    assert_eq!(from("2001:db8:1:2:ffff::1", "ada", PASSWORD).await, 429);
    assert_eq!(from("2001:db8:1:3::1", "ada", PASSWORD).await, 302);
    server.later(SignedDuration::from_secs(61));
    assert_eq!(from("2001:db8:1:2::1", "ada", PASSWORD).await, 302, "a failure a minute is forgiven");
}

#[tokio::test]
async fn programs_wait_as_people_do() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let call = async |password: &str| {
        let request =
            server.visitor().request(Method::POST, "/api/courses/1/enroll/").basic_auth("ada", Some(password));
        let answer = request.send().await.expect("an answer");
        let (status, retry) = (answer.status().as_u16(), header(&answer, "retry-after"));
        (status, retry, answer.text().await.expect("JSON"))
    };
    for _ in 0..6 {
        assert_eq!(call("wrong horse x9").await.0, 401);
        server.later(SignedDuration::from_secs(1));
    }
    let detail = "{\"detail\":\"Request was throttled. Expected available in 1 second.\"}";
    assert_eq!(call(PASSWORD).await, (429, "1".into(), detail.into()));
    assert_eq!(try_as(&server.visitor(), "ada", PASSWORD).await.status(), 429, "it is one counter");
    server.later(SignedDuration::from_secs(1));
    assert_eq!(call(PASSWORD).await.0, 200);
}

/// A program sends its credentials with each request: that it may is an event, and not each time that it does.
#[tokio::test]
async fn basic_is_an_event_once_an_hour_for_an_account_and_a_network() {
    let config =
        ServerConfig { trusted_proxies: vec!["127.0.0.1/32".parse().expect("a network")], ..ServerConfig::default() };
    let server = Server::with(Site::smallest(), config).await;
    let ada = server.account("ada", Role::Student).await;
    server.account("bob", Role::Student).await;
    let call = async |name: &str, password: &str, address: &str| {
        let request = server.visitor().request(Method::GET, "/api/subjects/").header("X-Forwarded-For", address);
        request.basic_auth(name, Some(password)).send().await.expect("an answer").status().as_u16()
    };
    let events = async || {
        let filter = EventFilter { kind: Some(EventKind::BasicUsed), ..EventFilter::default() };
        let events = server.store.events(None, filter, 100).await.expect("events");
        let said = events.iter().rev().map(|event| {
            assert_eq!(event.account, event.origin.by);
            (event.account.expect("somebody").0, event.origin.address.expect("somewhere").to_string())
        });
        said.collect::<Vec<_>>()
    };
    assert_eq!(call("ada", "wrong horse x9", "192.0.2.1").await, 403);
    assert_eq!(events().await, []);
    assert_eq!(call("ada", PASSWORD, "192.0.2.1").await, 200);
    let writes = server.school.store_work();
    for _ in 0..10 {
        assert_eq!(call("ada", PASSWORD, "192.0.2.1").await, 200);
    }
    assert_eq!(server.school.store_work(), writes, "no further write");
    assert_eq!(call("ada", PASSWORD, "2001:db8::1").await, 200);
    assert_eq!(call("ada", PASSWORD, "2001:db8::2").await, 200);
    assert_eq!(call("bob", PASSWORD, "192.0.2.1").await, 200);
    server.later(SignedDuration::from_mins(59));
    assert_eq!(call("ada", PASSWORD, "192.0.2.1").await, 200);
    server.later(SignedDuration::from_mins(1));
    assert_eq!(call("ada", PASSWORD, "192.0.2.1").await, 200);
    let (ada, bob) = (ada.id.0, ada.id.0 + 1);
    let expected = [(ada, "192.0.2.1"), (ada, "2001:db8::1"), (bob, "192.0.2.1"), (ada, "192.0.2.1")];
    assert_eq!(events().await, expected.map(|(account, address)| (account, address.to_owned())));
    let root = server.person("root", Role::Staff).await;
    assert!(root.read("/admin/events/?kind=basic-used").await.contains("Signed in by HTTP Basic"));
}

#[tokio::test]
async fn letters_and_registrations_are_asked_for_only_so_often() {
    let server = Server::start().await;
    server.account_with_email("ada", "ada@example.org").await;
    let ask = async |email: &str| {
        let answer = server.visitor().post("/accounts/reset/", &[("email", email)]).await;
        (answer.status().as_u16(), header(&answer, "retry-after"))
    };
    for email in ["ada@example.org", "nobody@example.org"] {
        for _ in 0..3 {
            assert_eq!(ask(email).await.0, 302);
        }
        assert_eq!(ask(email).await, (429, "60".into()), "known or not");
    }
    assert_eq!(server.letters().await.len(), 3);
    for n in 0..22 {
        assert_eq!(ask(&format!("{n}@example.org")).await.0, 302);
    }
    assert_eq!(ask("x@example.org").await, (429, "10".into()), "of one network");
    for n in 0..100 {
        let form = [("username", format!("name {n}")), ("password1", String::new())];
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(server.visitor().post("/students/register/", &form).await.status(), 200);
    }
    let answer = server.visitor().post("/students/register/", &[("username", "x")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "retry-after").as_str()), (429, "10"));
}
