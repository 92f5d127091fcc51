//! Rows U2–U6, U8: registering, signing in and out, and what a session cookie is worth.

use educa::school::{AccountId, Role};
use jiff::SignedDuration;
use reqwest::Method;

use crate::support::{PASSWORD, Server, header, location, session};

const LOGIN: &str = "/accounts/login/";
const REGISTER: &str = "/students/register/";

fn registration<'a>(name: &'a str, password1: &'a str, password2: &'a str) -> [(&'static str, &'a str); 3] {
    [("username", name), ("password1", password1), ("password2", password2)]
}

#[tokio::test]
async fn what_is_wrong_with_a_registration_is_said_in_the_words_of_the_reference() {
    let server = Server::start().await;
    server.account("taken", Role::Student).await;
    let long = "a".repeat(151);
    let good = PASSWORD;
    let cases = [
        (registration("ada", good, "another x9 one"), "The two password fields didn't match."),
        (registration("ada", "x7!qz", "x7!qz"), "This password is too short. It must contain at least 8 characters."),
        (registration("ada", "iloveyou", "iloveyou"), "This password is too common."),
        (registration("ada", "8301947562", "8301947562"), "This password is entirely numeric."),
        (registration("lovelace", "lovelace1", "lovelace1"), "The password is too similar to the username."),
        (registration("taken", good, good), "A user with that username already exists."),
        (registration("tAKEN", good, good), "A user with that username already exists."),
        (registration("ｔａｋｅｎ", good, good), "A user with that username already exists."),
        (
            registration("a b", good, good),
            "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.",
        ),
        (
            registration("a\0b", good, good),
            "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.",
        ),
        (registration(&long, good, good), "Ensure this value has at most 150 characters (it has 151)."),
        (registration("", good, good), "This field is required."),
        (registration("ada", "", ""), "This field is required."),
    ];
    for (form, message) in cases {
        let visitor = server.visitor();
        let answer = visitor.post(REGISTER, &form).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "set-cookie")), (200, String::new()), "{form:?}");
        let page = unescaped(&answer.text().await.expect("a page"));
        assert!(page.contains(message), "{form:?}: {page}");
        assert!(page.contains(&format!("value=\"{}\"", form[0].1)), "the name is kept: {page}");
        assert!(!page.contains(form[1].1) || form[1].1.is_empty(), "no password comes back: {page}");
    }
    assert_eq!(server.school.accounts_after(AccountId(0), 9).await.expect("it works").len(), 1);
}

/// Error texts stand at their fields: the field's own list, and the summary's link to it.
#[tokio::test]
async fn errors_stand_at_their_fields() {
    let server = Server::start().await;
    let answer = server.visitor().post(REGISTER, &registration("", "a", "b")).await;
    let page = unescaped(&answer.text().await.expect("a page"));
    for (field, message) in
        [("username", "This field is required."), ("password2", "The two password fields didn't match.")]
    {
        let list = format!("id=\"id_{field}_errors\"><li>{message}</li>");
        assert!(page.contains(&list), "{list} in {page}");
    }
    assert!(!page.contains("id_password1_errors"), "{page}");
}

#[tokio::test]
async fn a_registration_signs_in_at_once_and_leads_on() {
    let server = Server::start().await;
    for (at, next, target) in [
        ("ada", "", "/students/courses/"),
        ("bob", "/students/enroll-course/?course=1", "/students/enroll-course/?course=1"),
        ("eve", "https://evil.example/", "/students/courses/"),
    ] {
        let visitor = server.visitor();
        let [name, first, second] = registration(at, PASSWORD, PASSWORD);
        let answer = visitor.post(REGISTER, &[name, first, second, ("next", next)]).await;
        assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, target));
        assert!(visitor.read("/students/courses/").await.contains(at));
    }
}

#[tokio::test]
async fn who_is_signed_in_is_not_asked_to_register() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    assert_eq!(location(&ada.get(REGISTER).await), "/students/courses/");
    assert_eq!(location(&ada.get(LOGIN).await), "/students/courses/");
    for form in [registration("bob", PASSWORD, PASSWORD), registration("", "", "")] {
        let answer = ada.post(REGISTER, &form).await;
        assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, "/students/courses/"));
    }
    assert!(ada.read("/students/courses/").await.contains("ada"), "still the same person");
    assert_eq!(
        server.school.accounts_after(AccountId(0), 9).await.expect("it works").len(),
        1,
        "and no other came to be"
    );
}

#[tokio::test]
async fn both_kinds_of_failed_sign_in_read_the_same() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let visitor = server.visitor();
    let mut pages = Vec::new();
    for (name, password) in [("ada", "wrong horse x9"), ("bob", PASSWORD)] {
        let answer =
            visitor.post(LOGIN, &[("username", name), ("password", password), ("next", "/course/sets/")]).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "set-cookie"), "");
        let page = answer.text().await.expect("a page");
        assert!(page.contains("Please enter a correct username and password."), "{page}");
        assert!(page.contains("name=\"next\" value=\"/course/sets/\""), "next is kept: {page}");
        assert!(page.contains("/students/register/?next=/course/sets/"), "also on the way to the other form: {page}");
        pages.push(page.replace(&format!("value=\"{name}\""), "value=\"NAME\""));
    }
    assert_eq!(pages[0], pages[1]);
}

#[tokio::test]
async fn signing_in_leads_to_next_only_if_it_is_local() {
    let server = Server::start().await;
    server.account("Ada", Role::Student).await;
    let mine = "/students/courses/";
    for (next, target) in [
        ("", mine),
        ("/course/sets/basics/?a=1&b=2", "/course/sets/basics/?a=1&b=2"),
        ("https://evil.example/", mine),
        ("//evil.example/", mine),
        ("///evil.example/", mine),
        ("/\\evil.example/", mine),
        ("\\\\evil.example/", mine),
        ("/\t/evil.example/", mine),
        ("/\n/evil.example/", mine),
        (" //evil.example/", mine),
        ("javascript:alert(1)", mine),
        ("course/", mine),
        ("/a\r\nSet-Cookie: x=1", mine),
    ] {
        // In any case: the name is one.
        let form = [("username", "aDA"), ("password", PASSWORD), ("next", next)];
        let answer = server.visitor().post(LOGIN, &form).await;
        assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, target), "{next:?}");
    }
    let form = server.visitor().read("/accounts/login/?next=//evil.example/").await;
    assert!(!form.contains("evil"), "{form}");
}

#[tokio::test]
async fn the_session_cookie_is_kept_from_scripts_and_other_sites() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let answer = server.visitor().post(LOGIN, &[("username", "ada"), ("password", PASSWORD)]).await;
    let cookies: Vec<_> =
        answer.headers().get_all("set-cookie").iter().map(|value| value.to_str().expect("text")).collect();
    let mut attributes: Vec<_> = cookies[0].split("; ").skip(1).collect();
    attributes.sort_unstable();
    assert_eq!(cookies.len(), 2, "and the device's own: {cookies:?}");
    assert_eq!(attributes, ["HttpOnly", "Max-Age=1209600", "Path=/", "SameSite=Lax"]);
    assert_eq!(session(&answer).len(), 64, "256 bits");
    assert_eq!(header(&answer, "cache-control"), "no-store");
}

#[tokio::test]
async fn under_https_the_cookie_is_secure() {
    let config = educa::server::ServerConfig { base_url: Some("https://school.example".into()), ..Default::default() };
    let server = Server::with(crate::support::Site::smallest(), config).await;
    let answer = server.visitor().post(REGISTER, &registration("ada", PASSWORD, PASSWORD)).await;
    assert!(header(&answer, "set-cookie").contains("; Secure"), "{answer:?}");
    assert_eq!(header(&answer, "strict-transport-security"), "max-age=31536000");
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let visitor = server.visitor();
    let cookie = session(&visitor.post(LOGIN, &[("username", "ada"), ("password", PASSWORD)]).await);
    assert!(is_worth_something(&server, &cookie).await);
    let asked = visitor.read("/accounts/logout/").await;
    assert!(asked.contains("<form class=\"row\" method=\"post\" action=\"/accounts/logout/\">"), "a button: {asked}");
    assert!(is_worth_something(&server, &cookie).await, "asking changes nothing");
    let answer = visitor.post("/accounts/logout/", &[]).await;
    assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, "/accounts/logout/"));
    assert!(header(&answer, "set-cookie").contains("Max-Age=0"), "{answer:?}");
    assert!(visitor.read("/accounts/logout/").await.contains("signed out"));
    assert!(!is_worth_something(&server, &cookie).await, "the old cookie is worth nothing");
}

#[tokio::test]
async fn signing_in_changes_the_session() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let form = [("username", "ada"), ("password", PASSWORD)];
    let visitor = server.visitor();
    let first = session(&visitor.post(LOGIN, &form).await);
    let second = session(&visitor.post(LOGIN, &form).await);
    assert_ne!(first, second);
    assert!(!is_worth_something(&server, &first).await, "the one before is ended");
    assert!(is_worth_something(&server, &second).await);
    // A session that somebody else chose is never taken over.
    let chosen = "a".repeat(64);
    let request = server.visitor().request(Method::POST, LOGIN).header("Cookie", format!("sessionid={chosen}"));
    assert_ne!(session(&request.form(&form).send().await.expect("an answer")), chosen);
    assert!(!is_worth_something(&server, &chosen).await);
}

#[tokio::test]
async fn a_session_ends_after_fourteen_days() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    server.later(SignedDuration::from_hours(14 * 24) - SignedDuration::from_secs(1));
    ada.read("/students/courses/").await;
    server.later(SignedDuration::from_secs(1));
    assert_eq!(location(&ada.get("/students/courses/").await), "/accounts/login/?next=/students/courses/");
}

#[tokio::test]
async fn a_new_password_ends_every_session() {
    let server = Server::start().await;
    let (ada, bob) = (server.student("ada").await, server.student("bob").await);
    server.school.change_password("ADA", "another horse x9".into()).await.expect("it works");
    assert_eq!(ada.get("/students/courses/").await.status(), 302);
    assert_eq!(bob.get("/students/courses/").await.status(), 200);
    let sign_in = async |password| ada.post(LOGIN, &[("username", "ada"), ("password", password)]).await;
    assert_eq!(sign_in(PASSWORD).await.status(), 200, "the old one is refused");
    assert_eq!(sign_in("another horse x9").await.status(), 302);
}

#[tokio::test]
async fn cookies_of_others_do_not_sign_anybody_out() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let answer = server.visitor().post(LOGIN, &[("username", "ada"), ("password", PASSWORD)]).await;
    let own = format!("sessionid={}", session(&answer));
    let many: String = (0..100).map(|n| format!("cookie{n}=value{n}; ")).collect();
    for cookies in
        [format!("{own}; a=\"b"), format!("name=\u{fc}; {own}"), format!("{many}{own}"), format!("=; ;{own}")]
    {
        let request = server.visitor().request(Method::GET, "/students/courses/").header("Cookie", cookies.as_bytes());
        assert_eq!(request.send().await.expect("an answer").status(), 200, "{cookies}");
    }
    for cookies in ["sessionid=", "sessionid=x", "sessionid", &own[..own.len() - 1], &format!("{own}0")] {
        let request = server.visitor().request(Method::GET, "/students/courses/").header("Cookie", cookies);
        assert_eq!(request.send().await.expect("an answer").status(), 302, "{cookies}");
    }
}

/// Whether somebody who holds a cookie is somebody.
async fn is_worth_something(server: &Server, session: &str) -> bool {
    let request = server.visitor().request(Method::GET, "/students/courses/");
    let answer = request.header("Cookie", format!("sessionid={session}")).send().await.expect("an answer");
    answer.status() == 200
}

/// The text of a page with the escapes that our messages need undone.
fn unescaped(page: &str) -> String {
    let escapes = [("&#39;", "'"), ("&#x27;", "'"), ("&#x2F;", "/"), ("&quot;", "\""), ("&amp;", "&")];
    escapes.into_iter().fold(page.to_owned(), |page, (escape, text)| page.replace(escape, text))
}
