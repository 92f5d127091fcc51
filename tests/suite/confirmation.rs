//! Mail addresses: given, confirmed, changed, and worth a sign-in. Row U5.

use educa::school::{EmailKey, Role};
use jiff::SignedDuration;

use crate::support::{PASSWORD, Server, Visitor, header, link_in, location};

const REGISTER: &str = "/students/register/";
const SENT: &str = "/accounts/confirm/sent/";

async fn register(visitor: &Visitor<'_>, name: &str, email: &str) -> (u16, String, String) {
    let form = [("username", name), ("email", email), ("password1", PASSWORD), ("password2", PASSWORD)];
    let answer = visitor.post(REGISTER, &form).await;
    (answer.status().as_u16(), location(&answer), answer.text().await.expect("a body"))
}

async fn sign_in(server: &Server, login: &str) -> (u16, String) {
    let answer = server.visitor().post("/accounts/login/", &[("username", login), ("password", PASSWORD)]).await;
    (answer.status().as_u16(), answer.text().await.expect("a page"))
}

#[tokio::test]
async fn an_address_may_be_given_and_counts_once_it_is_confirmed() {
    let server = Server::start().await;
    let form = server.visitor().read(REGISTER).await;
    assert!(form.contains("autocomplete=\"email\" value"), "an optional field: {form}");
    let ada = server.visitor();
    assert_eq!(register(&ada, "ada", "ada@example.org").await.0, 302);
    assert!(ada.read("/accounts/").await.contains("not confirmed yet"));
    assert_eq!(sign_in(&server, "ada@example.org").await.0, 200, "not yet");
    let letter = server.letter().await;
    assert_eq!(
        (letter.to.as_str(), letter.subject.as_str()),
        ("ada@example.org", "Confirm your mail address for Test school")
    );
    assert!(letter.text.starts_with("Hello,\n"), "no name that a stranger chose: {}", letter.text);
    let link = link_in(&letter);
    let page = server.visitor().read(&link).await;
    assert!(page.contains(&format!("action=\"{link}\"")) && page.contains("ada@example.org"), "{page}");
    assert_eq!(sign_in(&server, "ada@example.org").await.0, 200, "following a link uses nothing");
    let answer = server.visitor().post(&link, &[]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "set-cookie")), (200, String::new()));
    assert_eq!(sign_in(&server, "ADA@Example.org").await.0, 302);
    assert_eq!(server.visitor().post(&link, &[]).await.status(), 404, "once");
    assert!(!ada.read("/accounts/").await.contains("not confirmed yet"));
    let (status, _, page) = register(&server.visitor(), "bob", "no address").await;
    assert!(status == 200 && page.contains("id=\"id_email_errors\"><li>Enter a valid email address."), "{page}");
}

#[tokio::test]
async fn where_addresses_must_be_confirmed_nobody_is_signed_in_before() {
    let server = Server::confirming().await;
    let (status, _, page) = register(&server.visitor(), "ada", "").await;
    assert!(status == 200 && page.contains("id=\"id_email_errors\"><li>This field is required."), "{page}");
    let ada = server.visitor();
    assert_eq!(register(&ada, "ada", "ada@example.org").await, (302, SENT.into(), String::new()));
    ada.read(SENT).await;
    assert_eq!(ada.get("/students/courses/").await.status(), 302, "nobody is signed in");
    let first = link_in(&server.letter().await);
    let (status, page) = sign_in(&server, "ada").await;
    assert!(status == 200 && page.contains("confirm your mail address first"), "{page}");
    assert!(!page.contains("correct username"));
    let second = link_in(&server.letter().await);
    let wrong = server.visitor().post("/accounts/login/", &[("username", "ada"), ("password", "wrong horse x9")]).await;
    assert!(wrong.text().await.expect("a page").contains("correct username"), "only who knows the password hears it");
    let basic = server.visitor().request(reqwest::Method::POST, "/api/courses/1/enroll/");
    let basic = basic.basic_auth("ada", Some(PASSWORD)).send().await.expect("an answer");
    assert_eq!(basic.text().await.expect("JSON"), "{\"detail\":\"User inactive or deleted.\"}");
    assert_eq!(server.visitor().post(&second, &[]).await.status(), 200);
    assert_eq!(sign_in(&server, "ada").await.0, 302);
    server.later(SignedDuration::from_hours(72));
    assert_eq!(server.visitor().post(&first, &[]).await.status(), 404);
}

/// Whoever registers with somebody's address sees what everybody sees; the owner gets a letter.
#[tokio::test]
async fn an_address_of_somebody_else_leads_to_the_same_page() {
    for server in [Server::confirming().await, Server::start().await] {
        server.account_with_email("owner", "ada@example.org").await;
        let (visitor, other) = (server.visitor(), server.visitor());
        let taken = register(&visitor, "ada", "Ada@example.org").await;
        let letter = server.letter().await;
        assert_eq!(letter.subject, "Your mail address at Test school");
        assert!(letter.text.contains("Hello owner,") && !letter.text.contains("/accounts/confirm/"), "{}", letter.text);
        let free = register(&other, "eve", "eve@example.org").await;
        assert_eq!(taken, free);
        assert_eq!(server.letter().await.to.as_str(), "eve@example.org");
        for name in ["ada", "eve"] {
            let (_, _, page) = register(&server.visitor(), name, "x@example.org").await;
            assert!(page.contains("A user with that username already exists."), "both names are given away: {page}");
        }
        assert!(server.letters().await.is_empty());
        let (ada, eve) = (sign_in(&server, "ada").await, sign_in(&server, "eve").await);
        assert_eq!(ada, eve);
    }
}

#[tokio::test]
async fn a_confirmed_address_wins_over_a_name_that_looks_like_it() {
    let server = Server::start().await;
    let squatter = server.visitor();
    let form =
        [("username", "ada@example.org"), ("password1", "squatter horse x9"), ("password2", "squatter horse x9")];
    assert_eq!(squatter.post(REGISTER, &form).await.status(), 302, "the reference's form works unchanged");
    server.account_with_email("ada", "ada@example.org").await;
    let visitor = server.visitor();
    visitor.post("/accounts/login/", &[("username", "ada@example.org"), ("password", PASSWORD)]).await;
    assert!(visitor.read("/accounts/").await.contains("<bdi>ada</bdi>"));
    let form = [("username", "ada@example.org"), ("password", "squatter horse x9")];
    assert_eq!(server.visitor().post("/accounts/login/", &form).await.status(), 200);
}

#[tokio::test]
async fn an_address_is_changed_by_who_knows_the_password_and_reads_the_new_one() {
    let server = Server::start().await;
    server.account_with_email("ada", "old@example.org").await;
    server.account_with_email("bob", "bob@example.org").await;
    let ada = server.visitor();
    ada.post("/accounts/login/", &[("username", "ada"), ("password", PASSWORD)]).await;
    ada.read("/accounts/email/").await;
    let change = async |email: &str, password: &str| {
        let answer = ada.post("/accounts/email/", &[("email", email), ("password", password)]).await;
        (answer.status().as_u16(), location(&answer))
    };
    assert_eq!(change("new@example.org", "wrong horse x9").await, (200, String::new()));
    assert!(server.letters().await.is_empty());
    assert_eq!(change("new@example.org", PASSWORD).await, (302, SENT.into()));
    let letters = server.letters().await;
    let to: Vec<_> = letters.iter().map(|letter| (letter.to.as_str(), letter.subject.as_str())).collect();
    assert_eq!(
        to,
        [
            ("new@example.org", "Confirm your mail address for Test school"),
            ("old@example.org", "Your mail address at Test school is about to change"),
        ]
    );
    assert_eq!(sign_in(&server, "old@example.org").await.0, 302, "the old one counts until then");
    assert_eq!(server.visitor().post(&link_in(&letters[0]), &[]).await.status(), 200);
    assert_eq!((sign_in(&server, "old@example.org").await.0, sign_in(&server, "new@example.org").await.0), (200, 302));
    assert_eq!(change("bob@example.org", PASSWORD).await, (302, SENT.into()), "as if it were free");
    let subjects: Vec<_> = server.letters().await.into_iter().map(|letter| letter.subject).collect();
    assert_eq!(subjects, ["Your mail address at Test school", "Your mail address at Test school is about to change"]);
    let account = server.school.account_by_name("ada").await.expect("it works").expect("ada");
    assert_eq!(account.email.map(|email| email.key()), Some(EmailKey::of("new@example.org")));
    assert_eq!(account.role, Role::Student);
}
