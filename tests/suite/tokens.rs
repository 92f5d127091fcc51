//! Rows U14, U20–U24: tokens of programs, had for a password or made on a page, refreshed, and ended. Also passwords of
//! programs that are remembered for a while.

use educa::school::{EventFilter, EventKind, MAX_TOKENS, RefreshToken, Role, Token};
use jiff::SignedDuration;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Server, Visitor, header, link_in, location};

const PAGE: &str = "/accounts/tokens/";

fn request(server: &Server, method: Method, path: &str) -> RequestBuilder {
    server.visitor().request(method, path)
}

async fn post(server: &Server, path: &str, body: Value) -> Response {
    request(server, Method::POST, path).json(&body).send().await.expect("an answer")
}

async fn with_token(server: &Server, method: Method, path: &str, token: &str) -> Response {
    let request = request(server, method, path).header("Authorization", format!("Token {token}"));
    request.send().await.expect("an answer")
}

async fn json_of(answer: Response) -> Value {
    answer.json().await.expect("JSON")
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}")).to_owned()
}

async fn sign_in(server: &Server, name: &str) -> Value {
    let answer = post(server, "/api/auth/login/", json!({ "username": name, "password": PASSWORD })).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "cache-control")), (200, "no-store".into()));
    json_of(answer).await
}

async fn refresh(server: &Server, refresh: &str) -> (u16, Value) {
    let answer = post(server, "/api/auth/token/refresh/", json!({ "refresh": refresh })).await;
    (answer.status().as_u16(), json_of(answer).await)
}

async fn works(server: &Server, token: &str) -> bool {
    let answer = with_token(server, Method::GET, "/api/auth/user/", token).await;
    match answer.status().as_u16() {
        200 => true,
        401 => {
            assert_eq!(header(&answer, "www-authenticate"), "Token");
            assert_eq!(json_of(answer).await, json!({ "detail": "Invalid token." }));
            false
        }
        other => panic!("{other}"),
    }
}

async fn count(server: &Server, kind: EventKind) -> usize {
    let filter = EventFilter { kind: Some(kind), ..EventFilter::default() };
    server.store.events(None, filter, 999).await.expect("read").len()
}

#[tokio::test]
async fn a_program_signs_in_works_and_signs_out() {
    let server = Server::start().await;
    server.account_with_email("ada", "ada@example.org").await;
    let request = request(&server, Method::POST, "/api/auth/login/").header("User-Agent", "backup/1.0");
    let body = json!({ "username": "ADA@example.org", "password": PASSWORD });
    let answer = request.json(&body).send().await.expect("an answer");
    assert_eq!(header(&answer, "set-cookie"), "", "a program has no session");
    let text_of = answer.text().await.expect("a text");
    let granted: Value = serde_json::from_str(&text_of).expect("JSON");
    let (token, again) = (text(&granted, "token"), text(&granted, "refresh"));
    let user = r#"{"id":1,"username":"ada","email":"ada@example.org"}"#;
    let expected =
        format!(r#"{{"user":{user},"token":"{token}","expiry":"2026-11-20T22:00:00Z","refresh":"{again}"}}"#);
    assert_eq!(text_of, expected);
    assert!(Token::parse(&token).is_some() && RefreshToken::parse(&again).is_some());
    // On every address of the API: public lists, what is about oneself, and what needs credentials.
    for (method, path, status) in [
        (Method::GET, "/api/auth/user/", 200),
        (Method::GET, "/api/courses/", 200),
        (Method::GET, "/api/courses/1/contents/", 403),
        (Method::POST, "/api/courses/1/enroll/", 200),
        (Method::GET, "/api/courses/1/contents/", 200),
        (Method::DELETE, "/api/courses/", 403),
        (Method::GET, "/api/auth/logout/", 405),
    ] {
        assert_eq!(with_token(&server, method, path, &token).await.status(), status, "{path}");
    }
    let answer = with_token(&server, Method::GET, "/api/auth/user/", &token).await;
    assert_eq!(answer.text().await.expect("a text"), user);
    // Pages are for sessions.
    assert_eq!(with_token(&server, Method::GET, "/students/courses/", &token).await.status(), 302);
    let answer = with_token(&server, Method::POST, "/api/auth/logout/", &token).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "content-type")), (204, String::new()));
    assert_eq!(answer.bytes().await.expect("a body").len(), 0);
    assert!(!works(&server, &token).await);
    assert_eq!(refresh(&server, &again).await.0, 401, "its family ended with it");
    assert_eq!([count(&server, EventKind::TokenMade).await, count(&server, EventKind::TokensEnded).await], [1, 1]);
}

#[tokio::test]
async fn who_is_nobody_gets_no_token_and_learns_nothing() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let refused = json!({ "non_field_errors": ["Unable to log in with provided credentials."] });
    for name in ["ada", "nobody"] {
        let before = server.school.n_hashes();
        let answer = post(&server, "/api/auth/login/", json!({ "username": name, "password": "wrong" })).await;
        assert_eq!((answer.status().as_u16(), json_of(answer).await), (400, refused.clone()), "{name}");
        assert_eq!(server.school.n_hashes(), before + 1, "{name}");
    }
    assert_eq!(count(&server, EventKind::SignInFailed).await, 2);
    for _ in 0..5 {
        post(&server, "/api/auth/login/", json!({ "username": "ada", "password": "wrong" })).await;
    }
    let answer = post(&server, "/api/auth/login/", json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "retry-after").is_empty()), (429, false));
    // A token that has ended is no obstacle to the next one.
    server.later(SignedDuration::from_mins(16));
    let request = request(&server, Method::POST, "/api/auth/login/").header("Authorization", "Token x");
    let body = json!({ "username": "ada", "password": PASSWORD });
    assert_eq!(request.json(&body).send().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn bad_tokens_are_told_apart_from_none() {
    let server = Server::start().await;
    let unknown = "0".repeat(64);
    for (value, detail) in [
        (format!("Token {unknown}"), "Invalid token."),
        ("token x".to_owned(), "Invalid token."),
        ("Token".to_owned(), "Invalid token header. No credentials provided."),
        ("Token a b".to_owned(), "Invalid token header. Token string should not contain spaces."),
    ] {
        for (method, path, challenge) in [
            (Method::GET, "/api/courses/", "Token"),
            (Method::GET, "/api/auth/user/", "Token"),
            (Method::POST, "/api/courses/1/enroll/", "Basic realm=\"api\""),
        ] {
            let asked = request(&server, method, path).header("Authorization", &value);
            let answer = asked.send().await.expect("an answer");
            assert_eq!((answer.status().as_u16(), header(&answer, "www-authenticate")), (401, challenge.into()));
            assert_eq!(json_of(answer).await, json!({ "detail": detail }), "{value} {path}");
        }
    }
    for (method, path) in [(Method::POST, "/api/auth/logout/"), (Method::GET, "/api/auth/user/")] {
        let answer = request(&server, method, path).send().await.expect("an answer");
        assert_eq!((answer.status().as_u16(), header(&answer, "www-authenticate")), (401, "Token".into()));
        assert_eq!(json_of(answer).await, json!({ "detail": "Authentication credentials were not provided." }));
    }
    // With a password there is nothing to sign out of.
    server.account("ada", Role::Student).await;
    for path in ["/api/auth/logout/", "/api/auth/logoutall/"] {
        let asked = request(&server, Method::POST, path).basic_auth("ada", Some(PASSWORD));
        assert_eq!(asked.send().await.expect("an answer").status(), 401, "{path}");
    }
    let asked = request(&server, Method::GET, "/api/auth/user/").basic_auth("ada", Some(PASSWORD));
    assert_eq!(asked.send().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn registering_follows_the_schools_rules() {
    let server = Server::start().await;
    let answer = post(&server, "/api/auth/register/", json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!(answer.status(), 201);
    let granted = json_of(answer).await;
    assert_eq!(granted["user"], json!({ "id": 1, "username": "ada", "email": "" }));
    assert!(works(&server, &text(&granted, "token")).await);
    let cases = [
        (json!({ "username": "Ada", "password": PASSWORD }), "username", "A user with that username already exists."),
        (json!({ "username": "bob", "password": "12345678" }), "password", "This password is too common."),
        (json!({ "username": "bob", "password": PASSWORD, "email": "x" }), "email", "Enter a valid email address."),
        (
            json!({ "username": "x".repeat(151), "password": PASSWORD }),
            "username",
            "Ensure this value has at most 150 characters (it has 151).",
        ),
        (json!({ "password": PASSWORD }), "username", "This field is required."),
    ];
    for (body, field, sentence) in cases {
        let answer = post(&server, "/api/auth/register/", body.clone()).await;
        assert_eq!(answer.status(), 400, "{body}");
        let said = json_of(answer).await;
        assert_eq!(said[field][0], sentence, "{said}");
    }
}

#[tokio::test]
async fn where_addresses_must_be_confirmed_a_program_waits_for_it() {
    let server = Server::confirming().await;
    let body = json!({ "username": "ada", "password": PASSWORD, "email": "ada@example.org" });
    let without = json!({ "username": "ada", "password": PASSWORD });
    let answer = post(&server, "/api/auth/register/", without.clone()).await;
    assert_eq!(json_of(answer).await, json!({ "email": ["This field is required."] }));
    let answer = post(&server, "/api/auth/register/", body).await;
    assert_eq!(answer.status(), 201);
    let said = json_of(answer).await;
    assert!(
        said["token"].is_null() && said["detail"].as_str().is_some_and(|said| said.contains("confirmed")),
        "{said}"
    );
    let answer = post(&server, "/api/auth/login/", without).await;
    assert_eq!(answer.status(), 400);
    let letters = server.letters().await;
    let link = link_in(letters.last().expect("a letter"));
    assert_eq!(server.visitor().post(&link, &[]).await.status(), 200);
    sign_in(&server, "ada").await;
}

#[tokio::test]
async fn a_token_is_followed_by_the_next() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let first = sign_in(&server, "ada").await;
    server.later(SignedDuration::from_hours(10));
    assert!(!works(&server, &text(&first, "token")).await, "it has ended");
    let (status, second) = refresh(&server, &text(&first, "refresh")).await;
    assert_eq!((status, text(&second, "expiry")), (200, "2026-11-21T08:00:00Z".into()));
    assert!(works(&server, &text(&second, "token")).await);
    server.later(SignedDuration::from_hours(1));
    let (_, third) = refresh(&server, &text(&second, "refresh")).await;
    assert!(!works(&server, &text(&second, "token")).await, "the next one took its place");
    assert!(works(&server, &text(&third, "token")).await);
    // Unused for too long, and used for too long.
    server.later(SignedDuration::from_hours(14 * 24));
    assert_eq!(refresh(&server, &text(&third, "refresh")).await.0, 401);
    let mut granted = sign_in(&server, "ada").await;
    for _ in 0..6 {
        server.later(SignedDuration::from_hours(13 * 24));
        granted = refresh(&server, &text(&granted, "refresh")).await.1;
        assert!(works(&server, &text(&granted, "token")).await);
    }
    server.later(SignedDuration::from_hours(12 * 24));
    assert_eq!(refresh(&server, &text(&granted, "refresh")).await.0, 401, "90 days");
    assert_eq!(count(&server, EventKind::TokenReused).await, 0);
}

#[tokio::test]
async fn a_refresh_token_that_is_used_twice_ends_its_family() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let (first, other) = (sign_in(&server, "ada").await, sign_in(&server, "ada").await);
    let (_, second) = refresh(&server, &text(&first, "refresh")).await;
    let (_, third) = refresh(&server, &text(&second, "refresh")).await;
    // The first one, long after: nothing of the family is forgotten but what it needs not.
    server.later(SignedDuration::from_hours(3));
    let (status, said) = refresh(&server, &text(&first, "refresh")).await;
    assert_eq!((status, said), (401, json!({ "detail": "Token is invalid or expired." })));
    assert!(!works(&server, &text(&third, "token")).await);
    assert_eq!(refresh(&server, &text(&third, "refresh")).await.0, 401);
    assert!(works(&server, &text(&other, "token")).await, "another family goes on");
    assert_eq!(count(&server, EventKind::TokenReused).await, 1, "what has ended is not used twice");
    for nonsense in ["", "x", &"0".repeat(128), &"0".repeat(129)] {
        assert!([400, 401].contains(&refresh(&server, nonsense).await.0), "{nonsense}");
    }
    assert_eq!(count(&server, EventKind::TokenReused).await, 1);
}

/// Nobody can know which of two is the thief: one gets the next token, the other ends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_refreshes_at_once_one_wins_and_the_other_ends_the_family() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    for round in 1..=8 {
        let granted = sign_in(&server, "ada").await;
        let shown = text(&granted, "refresh");
        let (one, two) = tokio::join!(refresh(&server, &shown), refresh(&server, &shown));
        let mut statuses = [one.0, two.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401]);
        let won = if one.0 == 200 { one.1 } else { two.1 };
        assert!(!works(&server, &text(&won, "token")).await);
        assert_eq!(refresh(&server, &text(&won, "refresh")).await.0, 401);
        assert_eq!(count(&server, EventKind::TokenReused).await, round);
    }
}

#[tokio::test]
async fn all_tokens_end_at_once_and_sessions_go_on() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    server.account("bob", Role::Student).await;
    let (one, two, bobs) =
        (sign_in(&server, "ada").await, sign_in(&server, "ada").await, sign_in(&server, "bob").await);
    let answer = with_token(&server, Method::POST, "/api/auth/logoutall/", &text(&one, "token")).await;
    assert_eq!(answer.status(), 204);
    assert!(!works(&server, &text(&one, "token")).await && !works(&server, &text(&two, "token")).await);
    assert!(works(&server, &text(&bobs, "token")).await);
    assert_eq!(ada.get("/students/courses/").await.status(), 200);
}

/// What ends all sessions of an account ends its tokens, refresh tokens too.
#[tokio::test]
async fn what_ends_sessions_ends_tokens() {
    let server = Server::start().await;
    for what in ["password", "reset", "sign-out", "all", "disable"] {
        let email = format!("{what}@example.org");
        server.account_with_email(what, &email).await;
        let granted = sign_in(&server, what).await;
        assert!(works(&server, &text(&granted, "token")).await);
        match what {
            "password" => _ = server.school.change_password(what, "correct house x9".into()).await.expect("done"),
            "reset" => {
                server.visitor().post("/accounts/reset/", &[("email", &email)]).await;
                let link = link_in(&server.letter().await);
                let new = "correct house x9";
                let form = [("new_password1", new), ("new_password2", new)];
                assert_eq!(server.visitor().post(&link, &form).await.status(), 302);
                server.letters().await;
            }
            "sign-out" => {
                let ended = server.school.end_sessions_of(what).await.expect("done").expect("there is one");
                assert_eq!((ended.sessions, ended.tokens, ended.accounts), (0, 1, 1));
            }
            "all" => assert_eq!(server.school.end_everybodys_sessions().await.expect("done").tokens, 1),
            _ => {
                let ended = server.school.disable_account(what).await.expect("done").expect("there is one");
                assert_eq!(ended.tokens, 1);
            }
        }
        assert!(!works(&server, &text(&granted, "token")).await, "{what}");
        assert_eq!(refresh(&server, &text(&granted, "refresh")).await.0, 401, "{what}");
    }
    // Nor do they come back with the account.
    server.school.enable_account("disable").await.expect("done");
    let account = server.school.account_by_name("disable").await.expect("read").expect("it is there");
    assert!(server.school.tokens(&account).await.expect("read").is_empty());
}

#[tokio::test]
async fn an_account_has_as_many_tokens_as_it_may() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let first = sign_in(&server, "ada").await;
    server.later(SignedDuration::from_secs(1));
    let second = sign_in(&server, "ada").await;
    server.later(SignedDuration::from_secs(1));
    // The one that was used longest ago makes room: the first one was just used.
    assert!(works(&server, &text(&first, "token")).await);
    let account = server.school.account_by_name("ada").await.expect("read").expect("it is there");
    let make = async |n: usize| {
        let name = format!("token {n}").parse().expect("a name");
        server.school.make_token(&account, name, 30, None).await.expect("stored")
    };
    for n in 2..MAX_TOKENS {
        make(n).await.expect("there is room");
    }
    assert!(make(0).await.is_err(), "one that is made by hand takes nobody's place");
    let third = sign_in(&server, "ada").await;
    assert!(works(&server, &text(&first, "token")).await && works(&server, &text(&third, "token")).await);
    assert!(!works(&server, &text(&second, "token")).await);
    assert_eq!(server.store.tokens_of(account.id).await.expect("read").len(), MAX_TOKENS);
    // What has ended makes room first, and is swept in time.
    server.later(SignedDuration::from_hours(30 * 24));
    make(0).await.expect("there is room");
    assert_eq!(server.store.tokens_of(account.id).await.expect("read").len(), 1);
    server.later(SignedDuration::from_hours(30 * 24));
    assert_eq!(server.school.sweep().await.expect("swept").tokens, 1);
    assert_eq!(server.store.tokens_of(account.id).await.expect("read"), []);
    // Made by hand in a full account, and had for a password.
    for n in 0..MAX_TOKENS {
        make(n).await.expect("there is room");
    }
    let answer = post(&server, "/api/auth/login/", json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!(answer.status(), 403);
    assert_eq!(json_of(answer).await["detail"], "Maximum amount of tokens allowed per user exceeded.");
}

/// Its use is written once an hour, or each request would cost a flush of the disk.
#[tokio::test]
async fn a_token_is_known_to_be_used_give_or_take_an_hour() {
    let server = Server::start().await;
    let account = server.account("ada", Role::Student).await;
    let token = text(&sign_in(&server, "ada").await, "token");
    let used = async || server.school.tokens(&account).await.expect("read")[0].used.map(|used| used.to_string());
    assert_eq!(used().await, None);
    works(&server, &token).await;
    let at_first = used().await;
    assert_eq!(at_first.as_deref(), Some("2026-11-20T12:00:00Z"));
    let before = server.school.store_work().writes;
    server.later(SignedDuration::from_mins(59));
    works(&server, &token).await;
    assert_eq!((used().await, server.school.store_work().writes), (at_first, before));
    server.later(SignedDuration::from_mins(1));
    works(&server, &token).await;
    assert_eq!(used().await.as_deref(), Some("2026-11-20T13:00:00Z"));
}

/// Roles are read afresh, and a token sent on purpose counts before a cookie that is sent by itself.
#[tokio::test]
async fn a_token_says_who_asks_and_nothing_of_what_they_may() {
    let server = Server::start().await;
    let bob = server.student("bob").await;
    server.account("ada", Role::Student).await;
    let token = text(&sign_in(&server, "ada").await, "token");
    let asked = bob.request(Method::GET, "/api/auth/user/").header("Authorization", format!("Token {token}"));
    assert_eq!(json_of(asked.send().await.expect("an answer")).await["username"], "ada");
    assert_eq!(with_token(&server, Method::DELETE, "/api/courses/", &token).await.status(), 403);
    server.school.change_role("ada", Role::Staff).await.expect("changed");
    assert_eq!(with_token(&server, Method::DELETE, "/api/courses/", &token).await.status(), 405);
}

/// A page of another site cannot make a browser send a token; a password or a session it can.
#[tokio::test]
async fn other_sites_are_kept_out_but_for_who_shows_a_token() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    let token = text(&sign_in(&server, "ada").await, "token");
    let foreign = |request: RequestBuilder| async move {
        let request = request.header("Sec-Fetch-Site", "cross-site").header("Origin", "https://else.example");
        request.send().await.expect("an answer").status().as_u16()
    };
    let enroll = || ada.request(Method::POST, "/api/courses/1/enroll/");
    assert_eq!(foreign(enroll()).await, 403);
    assert_eq!(foreign(enroll().basic_auth("ada", Some(PASSWORD))).await, 403);
    assert_eq!(foreign(enroll().header("Authorization", format!("Bearer {token}"))).await, 403);
    assert_eq!(foreign(enroll().header("Authorization", "Token x")).await, 401, "nor is a session looked at then");
    assert_eq!(foreign(enroll().header("Authorization", format!("Token {token}"))).await, 200);
    let page = ada.request(Method::POST, "/accounts/logout/").header("Authorization", format!("Token {token}"));
    assert_eq!(foreign(page).await, 403, "pages are not for tokens");
}

/// The reference's client sends name and password each time: that costs one hash, until something changes.
#[tokio::test]
async fn passwords_of_programs_are_remembered_for_a_while() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let mut n_hashes = server.school.n_hashes();
    let ask = async |password: &str| {
        let request = request(&server, Method::POST, "/api/courses/1/enroll/").basic_auth("ada", Some(password));
        request.send().await.expect("an answer").status().as_u16()
    };
    let mut hashed = || {
        let before = std::mem::replace(&mut n_hashes, server.school.n_hashes());
        server.school.n_hashes() - before
    };
    for n in [1, 0, 0] {
        assert_eq!((ask(PASSWORD).await, hashed()), (200, n));
    }
    assert_eq!(count(&server, EventKind::BasicUsed).await, 1);
    // What is wrong is wrong each time, and delays nobody who is right.
    for _ in 0..5 {
        assert_eq!((ask("wrong").await, hashed()), (401, 1));
    }
    assert_eq!((ask("wrong").await, ask(PASSWORD).await, hashed()), (429, 200, 0));
    server.later(SignedDuration::from_mins(5));
    assert_eq!((ask(PASSWORD).await, hashed()), (200, 1), "it is not known for longer");
    server.later(SignedDuration::from_hours(1));
    assert_eq!((ask(PASSWORD).await, hashed()), (200, 1));
    server.school.end_sessions_of("ada").await.expect("done");
    let account = server.school.account_by_name("ada").await.expect("read").expect("it is there");
    server.school.make_token(&account, "x".parse().expect("a name"), 30, None).await.expect("stored").expect("room");
    server.school.end_sessions_of("ada").await.expect("done");
    assert_eq!((ask(PASSWORD).await, hashed()), (200, 1), "nor after all that proves it was ended");
    server.school.disable_account("ada").await.expect("done");
    assert_eq!((ask(PASSWORD).await, hashed()), (401, 1));
    server.school.enable_account("ada").await.expect("done");
    assert_eq!((ask(PASSWORD).await, hashed()), (200, 1));
    server.school.change_password("ada", "correct house x9".into()).await.expect("done");
    hashed();
    assert_eq!((ask(PASSWORD).await, hashed()), (401, 1), "the old one is worth nothing");
    assert_eq!((ask("correct house x9").await, ask("correct house x9").await, hashed()), (200, 200, 1));
}

fn ids(page: &str) -> Vec<String> {
    let values = page.split("name=\"revoke\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
    values.filter(|value| *value != "all").map(str::to_owned).collect()
}

async fn make(visitor: &Visitor<'_>, name: &str, days: &str, password: &str) -> Response {
    visitor.post(PAGE, &[("name", name), ("days", days), ("password", password)]).await
}

#[tokio::test]
async fn a_token_is_made_on_a_page_and_shown_once() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    assert!(ada.read("/accounts/").await.contains("href=\"/accounts/tokens/\""));
    assert_eq!(location(&server.visitor().get(PAGE).await), "/accounts/login/?next=/accounts/tokens/");
    let empty = ada.read(PAGE).await;
    assert!(empty.contains("There are none.") && empty.contains("<label for=\"id_days\">"), "{empty}");
    let answer = make(&ada, "nightly <b>", "365", PASSWORD).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "cache-control")), (200, "no-store".into()));
    let page = answer.text().await.expect("a page");
    let token = page.split("Authorization: Token ").nth(1).and_then(|rest| rest.split('<').next()).expect("a token");
    assert!(page.contains("nightly &lt;b&gt;") && page.contains("20 November 2027"), "{page}");
    assert!(works(&server, token).await);
    let page = ada.read(PAGE).await;
    assert!(!page.contains(token) && !page.contains("Authorization"), "never again: {page}");
    assert_eq!(ids(&page).len(), 1);
    // The program's own, too, by what it calls itself.
    let request = request(&server, Method::POST, "/api/auth/login/").header("User-Agent", "backup/1.0");
    let body = json!({ "username": "ada", "password": PASSWORD });
    let granted = json_of(request.json(&body).send().await.expect("an answer")).await;
    let page = ada.read(PAGE).await;
    assert!(page.contains("<bdi>backup/1.0</bdi>") && page.contains("unless its program renews it"), "{page}");
    // Nobody else's.
    let bob = server.student("bob").await;
    let mine = Token::parse(token).expect("a token").key().to_text();
    assert_eq!(location(&bob.post(PAGE, &[("revoke", &*mine), ("password", PASSWORD)]).await), PAGE);
    assert!(works(&server, token).await);
    assert_eq!(location(&ada.post(PAGE, &[("revoke", &*mine), ("password", PASSWORD)]).await), PAGE);
    assert!(!works(&server, token).await && works(&server, &text(&granted, "token")).await);
    assert_eq!(location(&ada.post(PAGE, &[("revoke", "all"), ("password", PASSWORD)]).await), PAGE);
    assert!(!works(&server, &text(&granted, "token")).await);
    assert!(ada.read(PAGE).await.contains("There are none."));
}

#[tokio::test]
async fn making_and_revoking_asks_for_the_password_and_says_what_is_wrong() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    make(&ada, "kept", "30", PASSWORD).await;
    let kept = ids(&ada.read(PAGE).await).remove(0);
    for (form, sentence) in [
        (vec![("name", "x"), ("days", "90"), ("password", "wrong")], "This is not your password."),
        (vec![("revoke", &*kept), ("password", "wrong")], "This is not your password."),
        (vec![("name", " "), ("days", "90"), ("password", PASSWORD)], "This field is required."),
        (vec![("name", "\u{1}x"), ("days", "90"), ("password", PASSWORD)], "A name has no control characters."),
    ] {
        let answer = ada.post(PAGE, &form).await;
        assert_eq!(answer.status(), 200);
        let page = answer.text().await.expect("a page");
        assert!(page.contains(sentence) && page.contains("Error:") && ids(&page) == [kept.as_str()], "{page}");
    }
    let page = make(&ada, &"x".repeat(61), "90", PASSWORD).await.text().await.expect("a page");
    assert!(page.contains("at most 60 characters (it has 61)"), "{page}");
    assert!(page.contains("<option value=\"90\" selected>"), "what was chosen stays: {page}");
    for days in ["", "31", "-30", "x"] {
        assert_eq!(make(&ada, "x", days, PASSWORD).await.status(), 400, "{days}");
    }
    assert_eq!(ada.post(PAGE, &[("revoke", "x"), ("password", PASSWORD)]).await.status(), 400);
}
