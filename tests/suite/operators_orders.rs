//! `educa user` beside a running server: what an operator orders counts from the next request on, and is said as without one.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use educa::school::{EventFilter, EventKind, Role};
use jiff::SignedDuration;
use reqwest::{Client, Method, Response};

use crate::support::{PASSWORD, Program, Run, Running, Server, Site, link_in, location};

const LOGIN: &str = "/accounts/login/";
const CONTENTS: &str = "/api/courses/1/contents/";
const GATED: &str = "/course/sets/basics/";
const ROOM: &str = "/chat/room/1/";

/// A school with an account for each name.
fn school(names: &[&str]) -> Site {
    let site = Site::smallest();
    site.build();
    for name in names {
        add(&site.program(), name).succeeded();
    }
    site
}

fn add(program: &Program, name: &str) -> Run {
    program.run_with_input(&["user", "add", name, "--password-stdin"], &format!("{PASSWORD}\n"))
}

/// Somebody with a browser.
struct Person<'a>(Client, &'a Running);

impl<'a> Person<'a> {
    fn new(server: &'a Running) -> Self {
        let client = Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).no_proxy();
        Self(client.build().expect("a client"), server)
    }

    async fn signed_in(server: &'a Running, name: &str) -> Self {
        let person = Self::new(server);
        assert_eq!(location(&person.sign_in(name, PASSWORD).await), "/students/courses/");
        person
    }

    async fn get(&self, path: &str) -> Response {
        let request = self.0.get(format!("{}{path}", self.1.url)).header("Sec-Fetch-Site", "same-origin");
        request.send().await.expect("an answer")
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.0.post(format!("{}{path}", self.1.url)).form(form).send().await.expect("an answer")
    }

    async fn sign_in(&self, name: &str, password: &str) -> Response {
        self.post(LOGIN, &[("username", name), ("password", password)]).await
    }

    async fn status(&self, path: &str) -> u16 {
        self.get(path).await.status().as_u16()
    }

    /// By HTTP Basic alone.
    async fn basic(&self, name: &str, password: &str) -> (u16, String) {
        let request = Person::new(self.1).0.request(Method::GET, format!("{}{CONTENTS}", self.1.url));
        let answer = request.basic_auth(name, Some(password)).send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    }
}

async fn said(answer: Response) -> (u16, String) {
    (answer.status().as_u16(), answer.text().await.expect("a text"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_disabled_is_out_with_their_next_request_and_learns_nothing() {
    let site = school(&["mallory", "sue"]);
    let server = site.program().serve(&["--no-build"]);
    let (mallory, sue) = (Person::signed_in(&server, "mallory").await, Person::signed_in(&server, "sue").await);
    for person in [&mallory, &sue] {
        let enrolled = person.post("/students/enroll-course/", &[("course", "1")]).await;
        assert_eq!(location(&enrolled), "/students/course/1/");
    }
    let opened = [GATED, ROOM, CONTENTS];
    for path in opened {
        assert_eq!((mallory.status(path).await, sue.status(path).await), (200, 200), "{path}");
    }
    let stranger = Person::new(&server);
    let wrong = said(stranger.sign_in("mallory", "a wrong horse x9").await).await;
    let wrong_basic = mallory.basic("mallory", "a wrong horse x9").await;
    assert_eq!((wrong.0, wrong_basic.0), (200, 401));

    let run = site.program().run(&["user", "disable", "Mallory"]);
    assert_eq!(
        (run.code, run.out.as_str()),
        (0, "Mallory is disabled, and 1 session of Mallory is ended\n"),
        "{run:?}"
    );
    for path in opened {
        assert_ne!(mallory.status(path).await, 200, "{path}");
        assert_eq!(sue.status(path).await, 200, "{path}");
    }
    assert!(location(&mallory.get(ROOM).await).starts_with(LOGIN));
    assert_eq!(said(stranger.sign_in("mallory", PASSWORD).await).await, wrong);
    assert_eq!(mallory.basic("mallory", PASSWORD).await, wrong_basic);
    let again = site.program().run(&["user", "disable", "mallory", "--format", "json"]);
    assert_eq!(again.succeeded(), "{\"sessions_ended\":0,\"tokens_ended\":0,\"username\":\"mallory\"}\n");
    assert!(site.program().run(&["user", "list"]).succeeded().contains("mallory  student     disabled "));

    // They keep what they had, but for their sessions.
    assert_eq!(site.program().run(&["user", "enable", "mallory"]).succeeded(), "mallory is enabled\n");
    assert_ne!(mallory.status(ROOM).await, 200);
    let back = Person::signed_in(&server, "mallory").await;
    for path in opened {
        assert_eq!(back.status(path).await, 200, "{path}");
    }
    assert_eq!(back.basic("mallory", PASSWORD).await.0, 200);
    assert!(!server.said().contains(PASSWORD), "no password is logged");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_of_one_and_of_all_are_ended_from_outside() {
    let site = school(&["ada", "ben", "eve"]);
    let server = site.program().serve(&["--no-build"]);
    let (phone, desk) = (Person::signed_in(&server, "ada").await, Person::signed_in(&server, "ada").await);
    let ben = Person::signed_in(&server, "ben").await;
    let at = "/students/courses/";
    let run = site.program().run(&["user", "sign-out", "ada"]);
    assert_eq!(run.succeeded(), "2 sessions of ada are ended\n");
    assert_eq!([phone.status(at).await, desk.status(at).await, ben.status(at).await], [302, 302, 200]);
    let ada = Person::signed_in(&server, "ada").await;
    let run = site.program().run(&["user", "sign-out", "--all"]);
    assert_eq!(run.succeeded(), "2 sessions of 2 accounts are ended\n");
    assert_eq!([ada.status(at).await, ben.status(at).await], [302, 302]);
    let run = site.program().run(&["user", "sign-out", "--all", "--format", "json"]);
    assert_eq!(run.succeeded(), "{\"accounts\":0,\"sessions_ended\":0,\"tokens_ended\":0}\n");
    Person::signed_in(&server, "ben").await;
    let dump = site.program().run(&["dump", "-"]).succeeded();
    assert_eq!(dump.matches("\"kind\":\"sessions-ended\"").count(), 3, "{dump}");
    for wrong in [&["user", "sign-out"][..], &["user", "sign-out", "ada", "--all"]] {
        assert_eq!(site.program().run(wrong).code, 2, "{wrong:?}");
    }
}

/// Code, standard output, standard error; without the moment an account was made.
fn shown(run: &Run) -> (i32, String, String) {
    let mut out = run.out.clone();
    while let Some(at) = out.find("\"created\":\"") {
        let end = out[at + 11..].find('"').expect("a quote") + at + 12;
        out.replace_range(at..end, "created");
    }
    (run.code, out, run.err.clone())
}

#[test]
fn the_same_is_said_with_and_without_a_server() {
    let (alone, served) = (school(&[]), school(&[]));
    let server = served.program().serve(&["--no-build"]);
    let commands: [(&[&str], &str); 20] = [
        (&["list"], ""),
        (&["add", "ada", "--role", "staff", "--email", "ada@example.org", "--password-stdin"], PASSWORD),
        (&["add", "ADA", "--password-stdin"], PASSWORD),
        (&["add", "bob", "--password-stdin", "--format", "json"], PASSWORD),
        (&["add", "eve", "--password-stdin"], "123"),
        (&["add", "eve", "--password-stdin"], ""),
        (&["add", "no body", "--password-stdin"], PASSWORD),
        (&["password", "bob", "--password-stdin"], "another correct one"),
        (&["password", "bob", "--password-stdin"], "bob"),
        (&["password", "nobody", "--password-stdin"], PASSWORD),
        (&["password", "bob"], ""),
        (&["role", "bob", "instructor"], ""),
        (&["role", "nobody", "staff"], ""),
        (&["disable", "bob"], ""),
        (&["disable", "nobody"], ""),
        (&["list", "--format", "json"], ""),
        (&["enable", "nobody"], ""),
        (&["sign-out", "nobody"], ""),
        (&["sign-out", "ada"], ""),
        (&["list"], ""),
    ];
    for (arguments, input) in commands {
        let arguments = [&["user"], arguments].concat();
        let [one, other] = [&alone, &served].map(|site| shown(&site.program().run_with_input(&arguments, input)));
        assert_eq!(one, other, "{arguments:?}");
    }
    // As long as passwords may be, and longer; each character takes four bytes, and six when it is escaped.
    for (n, code) in [(1_000, 0), (1_001, 1), (9_000, 1)] {
        for letter in ["😀", "\u{1}"] {
            let password = format!("{}{}", "correct horse x9", letter.repeat(n - 16));
            let arguments = ["user", "password", "bob", "--password-stdin"];
            let run = served.program().run_with_input(&arguments, &password);
            assert_eq!(run.code, code, "{n} {letter:?}: {run:?}");
        }
    }
    drop(server);
}

/// Sends bytes to the control socket and returns all that comes back.
fn told(site: &Site, bytes: &[u8]) -> String {
    let mut stream = UnixStream::connect(site.path(".educa/data/.control")).expect("a socket");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
    stream.write_all(bytes).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    String::from_utf8(answer).expect("a text")
}

#[test]
fn what_is_no_order_is_said_and_the_server_goes_on() {
    use std::os::unix::fs::PermissionsExt as _;
    let site = school(&["ada"]);
    let server = site.program().serve(&["--no-build"]);
    let socket = std::fs::metadata(site.path(".educa/data/.control")).expect("a socket");
    assert_eq!(socket.permissions().mode() & 0o777, 0o600, "for its owner alone");
    let long = [b"{\"user\":{\"disable\":{\"name\":\"".as_slice(), &[b'a'; 100_000], b"\"}}}\n"].concat();
    assert_eq!(told(&site, &long), "{\"error\":\"a request is one line of at most 16384 bytes\"}\n");
    for line in [
        &b"\n"[..],
        b"backup\n",
        b"{\"user\":\"sign-out-everybody\"}\n",
        b"{\"user\":{\"disable\":{\"name\":\"ada\",\"why\":\"\"}}}\n",
        b"{\"user\":{\"disable\":{}}}\n",
        b"\xff\xfe\n",
        b"[[[[[[[[\n",
    ] {
        let answer = told(&site, line);
        assert!(answer.starts_with("{\"error\":\"this server does not understand"), "{line:?}: {answer}");
    }
    for (line, answer) in [
        ("{\"user\":{\"role\":{\"name\":\"ada\",\"role\":\"boss\"}}}\n", "a role is student, instructor or staff"),
        (
            "{\"user\":{\"add\":{\"name\":\"bob\",\"email\":\"x\",\"role\":\"staff\",\"password\":\"correct horse x9\"}}}\n",
            "Enter a valid email address.",
        ),
        (
            "{\"user\":{\"password\":{\"name\":\"ada\",\"password\":\"123\"}}}\n",
            "This password is too short. It must contain at least 8 characters. This password is too common. This password is entirely numeric.",
        ),
    ] {
        assert_eq!(told(&site, line.as_bytes()), format!("{{\"answer\":{{\"refused\":\"{answer}\"}}}}\n"));
    }
    // Some who say nothing keep nobody waiting.
    let silent: Vec<_> =
        (0..5).map(|_| UnixStream::connect(site.path(".educa/data/.control")).expect("a socket")).collect();
    assert!(site.program().run(&["user", "list"]).succeeded().contains("ada"));
    assert!(site.program().run(&["dump", "-"]).succeeded().contains("\"username\":\"ada\""));
    drop((silent, server));
}

#[test]
fn a_preview_takes_orders_too() {
    let site = school(&["ada"]);
    let preview = site.program().dev(&[]);
    assert_eq!(site.program().run(&["user", "role", "ada", "staff"]).succeeded(), "ada is staff now\n");
    drop(preview);
}

/// The same work for a wrong password and for the right one of a disabled account: one hash, counted as a failure.
#[tokio::test]
async fn a_disabled_account_costs_delays_and_is_logged_like_a_wrong_password() {
    let server = Server::start().await;
    server.account("mallory", Role::Student).await;
    server.account("sue", Role::Student).await;
    server.school.disable_account("mallory").await.expect("done");
    let mut answers = Vec::new();
    for (name, password) in [("sue", "a wrong horse x9"), ("mallory", PASSWORD)] {
        let mut of_one = Vec::new();
        for _ in 0..12 {
            let before = server.school.n_hashes();
            let answer = server.visitor().post(LOGIN, &[("username", name), ("password", password)]).await;
            let status = answer.status().as_u16();
            let text = answer.text().await.expect("a page").replace(name, "NAME");
            of_one.push((status, server.school.n_hashes() - before, text));
        }
        assert!(of_one.iter().any(|(status, ..)| *status == 429), "further tries are delayed");
        answers.push(of_one);
        // What was counted for the network is forgotten.
        server.later(SignedDuration::from_hours(24));
    }
    assert_eq!(answers[0], answers[1]);
    let kind = Some(EventKind::SignInFailed);
    let events = server.store.events(None, EventFilter { kind, ..EventFilter::default() }, 99).await.expect("read");
    let (first, second) = events.split_at(events.len() / 2);
    assert_eq!(first.len(), second.len());
}

#[tokio::test]
async fn a_disabled_account_gets_no_letter_and_no_link_of_before_works() {
    let server = Server::start().await;
    server.account_with_email("mallory", "m@example.org").await;
    let visitor = server.visitor();
    let ask = async |email| {
        let answer = visitor.post("/accounts/reset/", &[("email", email)]).await;
        (answer.status().as_u16(), location(&answer))
    };
    let sent = ask("m@example.org").await;
    let link = link_in(&server.letter().await);
    assert_eq!(visitor.get(&link).await.status(), 200);
    server.school.disable_account("mallory").await.expect("done");
    assert_eq!(visitor.get(&link).await.status(), 404);
    let form = [("new_password1", "another horse x9"), ("new_password2", "another horse x9")];
    assert_eq!(visitor.post(&link, &form).await.status(), 404);
    assert_eq!(ask("m@example.org").await, sent, "nobody learns");
    assert_eq!(ask("nobody@example.org").await, sent);
    assert!(server.letters().await.is_empty());
    server.school.enable_account("mallory").await.expect("done");
    assert_eq!(visitor.get(&link).await.status(), 404, "the next link works, not this");
    ask("m@example.org").await;
    let link = link_in(&server.letter().await);
    assert_eq!(visitor.post(&link, &form).await.status(), 302);
}

/// Who registered, has not confirmed, and is disabled, is not forgotten after a week, and cannot confirm meanwhile.
#[tokio::test]
async fn a_disabled_account_is_never_forgotten() {
    let server = Server::confirming().await;
    let visitor = server.visitor();
    for name in ["mallory", "sue"] {
        let email = format!("{name}@example.org");
        let form = [("username", name), ("email", &*email), ("password1", PASSWORD), ("password2", PASSWORD)];
        assert_eq!(visitor.post("/students/register/", &form).await.status(), 302);
    }
    let letters = server.letters().await;
    let letter = letters.iter().find(|letter| letter.to.as_str().starts_with("mallory")).expect("a letter");
    server.school.disable_account("mallory").await.expect("done");
    assert_eq!(visitor.get(&link_in(letter)).await.status(), 404);
    assert_eq!(visitor.post(&link_in(letter), &[]).await.status(), 404);
    server.later(SignedDuration::from_hours(8 * 24));
    assert_eq!(server.school.sweep().await.expect("swept").accounts, 1, "sue is forgotten");
    let mallory = server.school.account_by_name("mallory").await.expect("read").expect("still there");
    assert!(mallory.disabled && !mallory.email_confirmed);
}
