//! What no well-meant client sends: bent and broken HTTP, by raw bytes and by chance. The server answers 4xx or hangs up,
//! never 5xx, and is as healthy afterwards as before.

use std::time::Duration;

use educa::school::Role;
use educa::server::ServerConfig;
use reqwest::Method;
use tokio::task::JoinSet;

use crate::support::{PASSWORD, Raw, Server, Site, answers, assert_guarded, location, session};

/// The statuses of all answers on a connection.
fn statuses(answer: &str) -> Vec<&str> {
    answer.match_indices("HTTP/1.").filter_map(|(at, _)| answer.get(at + 9..at + 12)).collect()
}

#[tokio::test]
async fn bent_requests() {
    let server =
        Server::with(Site::smallest(), ServerConfig { head_timeout: Duration::from_millis(300), ..Default::default() })
            .await;
    let host = format!("Host: {}", server.address);
    let many_headers: String = (0..70).map(|n| format!("X-{n}: y\r\n")).collect();
    let long = "a".repeat(300 * 1024);
    let cases = [
        (format!("GET / HTTP/1.1\r\n{host}\r\n\r\n"), &["200"][..]),
        (format!("GET / HTTP/1.0\r\n{host}\r\n\r\n"), &["200"]),
        ("GET / HTTP/1.0\r\n\r\n".into(), &["400"]),
        ("GET / HTTP/1.1\r\n\r\n".into(), &["400"]),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n".into(), &["400"]),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".into(), &["400"]),
        ("GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n".into(), &["400"]),
        ("GET / HTTP/1.1\r\nHost: user@localhost\r\n\r\n".into(), &["400"]),
        ("GET / HTTP/1.1\r\nHost: localhost:99999\r\n\r\n".into(), &["400"]),
        ("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n".into(), &["400"]),
        (format!("GET / HTTP/1.1\r\n{host}\r\n{host}\r\n\r\n"), &["400"]),
        (format!("GET / HTTP/1.1\r\n{host}\r\nHost: evil.example\r\n\r\n"), &["400"]),
        (format!("GET http://evil.example/ HTTP/1.1\r\n{host}\r\n\r\n"), &["400"]),
        (format!("GET http://{}/ HTTP/1.1\r\n{host}\r\n\r\n", server.address), &["200"]),
        (format!("GET http://{}/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", server.address), &["400"]),
        (format!("GET evil.example HTTP/1.1\r\n{host}\r\n\r\n"), &["400"]),
        (format!("TRACE / HTTP/1.1\r\n{host}\r\n\r\n"), &["405"]),
        (format!("CONNECT evil.example:443 HTTP/1.1\r\n{host}\r\n\r\n"), &["400"]),
        (format!("CONNECT {} HTTP/1.1\r\n{host}\r\n\r\n", server.address), &["405"]),
        (format!("OPTIONS * HTTP/1.1\r\n{host}\r\n\r\n"), &["404"]),
        (format!("GET / HTTP/9.9\r\n{host}\r\n\r\n"), &["400"]),
        (format!("GET /\0 HTTP/1.1\r\n{host}\r\n\r\n"), &["400"]),
        (format!("GET /ü HTTP/1.1\r\n{host}\r\n\r\n"), &["400", "404"]),
        (format!("GET / HTTP/1.1\r\n{host}\r\nX: a\0b\r\n\r\n"), &["400"]),
        (format!("GET / HTTP/1.1\r\n{host}\r\nX : a\r\n\r\n"), &["400"]),
        (format!("GET / HTTP/1.1\r\n{host}\r\nX: a\r\n b\r\n\r\n"), &["400"]),
        (format!("GET / HTTP/1.1\n{host}\n\n"), &["200", "400"]),
        (format!("GET / HTTP/1.1\r\n{host}\r\n{many_headers}\r\n"), &["431"]),
        (format!("GET / HTTP/1.1\r\n{host}\r\nX: {long}\r\n\r\n"), &["431"]),
        (format!("GET /{long} HTTP/1.1\r\n{host}\r\n\r\n"), &["414", "431"]),
        (format!("GET /{} HTTP/1.1\r\n{host}\r\n\r\n", "a/".repeat(10_000)), &["404"]),
        (format!("POST / HTTP/1.1\r\n{host}\r\nContent-Length: -1\r\n\r\n"), &["400"]),
        (format!("POST / HTTP/1.1\r\n{host}\r\nContent-Length: 99999999999999999999\r\n\r\n"), &["400"]),
        (format!("POST / HTTP/1.1\r\n{host}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), &["400"]),
        (format!("POST / HTTP/1.1\r\n{host}\r\nTransfer-Encoding: x\r\n\r\n"), &["400"]),
        (format!("POST / HTTP/1.1\r\n{host}\r\nTransfer-Encoding: chunked, x\r\n\r\n"), &["400"]),
        (format!("POST / HTTP/1.0\r\n{host}\r\nTransfer-Encoding: chunked\r\n\r\n"), &["400"]),
        ("\r\n\r\n".into(), &[]),
        ("\0\0\0\0".into(), &["400"]),
        ("\u{16}\u{3}\u{1}\u{2}\0\u{1}".into(), &["400"]),
    ];
    // All at once: most of them end only when the server's patience does.
    let asked = cases.map(|(request, expected)| {
        let answer = tokio::spawn(answers(server.address, request.clone()));
        (request, expected, answer)
    });
    for (request, expected, answer) in asked {
        let what = &request[..request.len().min(120)];
        let answer = answer.await.expect("it ends");
        let found = statuses(&answer);
        let fits = found.iter().all(|status| expected.contains(status)) && found.len() <= 1;
        assert!(fits && found.is_empty() == expected.is_empty(), "{what:?}: {found:?}\n{answer}");
        let ours = answer.contains("x-request-id:");
        assert_eq!(ours, answer.contains("x-frame-options: DENY"), "what got past the parser is guarded: {answer}");
    }
}

/// One request must not be two, whoever counts its length.
#[tokio::test]
async fn a_body_is_never_taken_for_a_request() {
    let server =
        Server::with(Site::smallest(), ServerConfig { head_timeout: Duration::from_millis(300), ..Default::default() })
            .await;
    let host = format!("Host: {}", server.address);
    let hidden = format!("GET /hidden/ HTTP/1.1\r\n{host}\r\n\r\n");
    for head in [
        format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n", hidden.len() + 5),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {}\r\n", hidden.len() + 5),
        format!("Content-Length: 5\r\nContent-Length: {}\r\n", hidden.len() + 5),
        "Transfer-Encoding: xchunked\r\n".to_owned(),
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n".to_owned(),
        "Transfer-Encoding:\u{b}chunked\r\n".to_owned(),
        "Transfer-Encoding : chunked\r\n".to_owned(),
    ] {
        let request = format!("POST /accounts/login/ HTTP/1.1\r\n{host}\r\n{head}\r\n0\r\n\r\n{hidden}");
        let answer = answers(server.address, request).await;
        assert!(statuses(&answer).len() <= 1, "{head:?}: {answer}");
        assert!(!answer.contains("/hidden/"), "{head:?}: {answer}");
    }
}

#[tokio::test]
async fn a_connection_is_kept_and_requests_may_follow_each_other() {
    let server = Server::start().await;
    let host = format!("Host: {}", server.address);
    let mut raw = Raw::to(server.address).await;
    for _ in 0..3 {
        raw.send(format!("GET /api/subjects/ HTTP/1.1\r\n{host}\r\n\r\n")).await;
        raw.until("\"slug\":\"maths\"}]").await;
    }
    let post = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\nusername=a";
    raw.send(format!(
        "POST /accounts/login/ HTTP/1.1\r\n{host}\r\n{post}HEAD / HTTP/1.1\r\n{host}\r\n\r\n\
         GET /nothing/ HTTP/1.1\r\n{host}\r\n\r\nGET /api/ HTTP/1.1\r\n{host}\r\nConnection: close\r\n\r\n"
    ))
    .await;
    let all = raw.until_closed().await;
    assert_eq!(statuses(&all), ["200", "200", "200", "200", "200", "404", "200"], "{all}");
}

/// Cookies without number, long ones and many lines of them: the session among them is found, or the head is too large.
#[tokio::test]
async fn a_flood_of_cookies_drowns_nobody() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let form = [("username", "ada"), ("password", PASSWORD)];
    let answer = server.visitor().post("/accounts/login/", &form).await;
    let own = format!("sessionid={}", session(&answer));
    let many = "a=b; ".repeat(8_000);
    let long = format!("a={}; ", "b".repeat(40_000));
    let lines = |n: usize| (0..n).map(|n| format!("Cookie: c{n}=x\r\n")).collect::<String>();
    for (cookies, status) in [
        (format!("Cookie: {many}{own}\r\n"), "200"),
        (format!("Cookie: {long}{own}\r\n"), "200"),
        (format!("{}Cookie: {own}\r\n", lines(50)), "200"),
        (format!("{}Cookie: {own}\r\n", lines(70)), "431"),
        (format!("Cookie: {}{own}\r\n", many.repeat(8)), "431"),
    ] {
        let head = format!("Host: {}\r\nConnection: close\r\n{cookies}\r\n", server.address);
        let answer = answers(server.address, format!("GET /students/courses/ HTTP/1.1\r\n{head}")).await;
        assert_eq!(statuses(&answer), [status], "{} bytes of cookies", cookies.len());
    }
}

/// Of two parameters with one name the last counts, wherever they stand; no path of a request becomes another host's.
#[tokio::test]
async fn said_twice_is_said_once_and_no_redirect_leaves() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let form = [("username", "bob"), ("username", "ada"), ("password", "no"), ("password", PASSWORD)];
    let twice = [("next", "//evil.example/"), ("next", "/course/"), ("next", "/%5cevil.example")];
    let answer = server.visitor().post("/accounts/login/", &[&form[..], &twice].concat()).await;
    assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, "/%5cevil.example"));
    for path in [
        "//evil.example",
        "//evil.example/course/sets",
        "/\\evil.example/students/courses",
        "/course/sets?//evil.example",
    ] {
        let head = format!("Host: {}\r\nConnection: close\r\n\r\n", server.address);
        let answer = answers(server.address, format!("GET {path} HTTP/1.1\r\n{head}")).await;
        let to = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or("/");
        assert!(to.starts_with('/') && !to.starts_with("//") && !to.contains('\\'), "{path}: {to}");
        assert!(!statuses(&answer).iter().any(|status| status.starts_with('5')), "{path}: {answer}");
    }
}

/// A sequence that looks random and is the same in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

const METHODS: [&str; 9] = ["GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "BREW"];
const PATHS: [&str; 24] = [
    "/",
    "/course/",
    "/course/sets/",
    "/course/sets/basics/",
    "/course/sets/basics",
    "/assets/",
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/bar/",
    "/students/register/",
    "/students/courses/",
    "/students/enroll-course/",
    "/students/leave-course/",
    "/students/course/1/",
    "/students/course/1/2/",
    "/chat/room/1/",
    "/api/",
    "/api/subjects/",
    "/api/subjects/1/",
    "/api/courses/",
    "/api/courses/1/",
    "/api/courses/1/enroll/",
    "/api/courses/1/contents/",
    "/404.html",
];
const PIECES: [&str; 28] = [
    "",
    "1",
    "-1",
    "%00",
    "%ff",
    "%",
    "%2f",
    "..",
    "//",
    ".json",
    ".api",
    ".xml",
    "?format=json",
    "?format=%ff",
    "?course=1",
    "?next=//evil",
    "?next=%0a",
    "&a=b",
    "index.html",
    ";x",
    "99999999999999999999",
    "%F0%9F%98%80",
    "?page=2&page_size=0",
    "?cursor=%ff",
    "?cursor=cj0x&page_size=1",
    "?limit=99999999999999999999&offset=99999999999999999999",
    "?ordering=,-,--,-title&search=%00,%ff",
    "~",
];
const HEADERS: [(&str, &str); 28] = [
    ("Accept", "application/json"),
    ("Accept", "text/html"),
    ("Accept", "*/*;q=x"),
    ("Accept", ",;/"),
    ("Accept", "application/json; indent=99999999999999999999"),
    ("Accept", "*/*; version=\"\\"),
    ("Accept-Encoding", "br, gzip;q=2, *;q=x"),
    ("Accept-Language", "ü"),
    ("Authorization", "Basic"),
    ("Authorization", "Basic YWRhOmNvcnJlY3QgaG9yc2UgeDk="),
    ("Authorization", "Basic gICAgA=="),
    ("Authorization", "Token \t "),
    ("Cookie", "sessionid=x"),
    ("Cookie", "sessionid=%ff; a; =;;"),
    ("Content-Type", "application/x-www-form-urlencoded"),
    ("Content-Type", "application/x-www-form-urlencoded"),
    ("Content-Type", "application/json"),
    ("Content-Type", "multipart/form-data; boundary="),
    ("If-None-Match", "*"),
    ("If-None-Match", "W/\"\", ,"),
    ("If-Range", "\"x\""),
    ("Range", "bytes=0-"),
    ("Range", "bytes=-99999999999999999999"),
    ("Range", "bytes=5-1,,"),
    ("Origin", "null"),
    ("Sec-Fetch-Site", "same-origin"),
    ("X-Request-Id", "\u{1b}[31m"),
    ("Expect", "100-continue"),
];
const BODIES: [&str; 9] = [
    "",
    "course=1",
    "username=ada&password=correct+horse+x9",
    "username=%ff",
    "username=a&password1=b&password2=c",
    "message=hello",
    "message=%00",
    "{\"a\":[[[[",
    "course=1&course=%F0%9F%98%80&next=%2F%2Fevil",
];

/// Two thousand requests put together by chance, by somebody signed in, somebody enrolled and nobody.
#[tokio::test]
async fn requests_by_chance_never_fail_on_our_side() {
    let server = Server::start().await;
    let people = [server.visitor(), server.student("ada").await, server.student("bob").await];
    people[1].enroll("1").await;
    let mut chance = Chance(7);
    let mut seen = std::collections::BTreeMap::new();
    for n in 0..2_000 {
        let mut path = chance.pick(&PATHS).to_owned();
        for _ in 0..chance.below(5).saturating_sub(2) {
            path += chance.pick(&PIECES);
        }
        let method: Method = chance.pick(&METHODS).parse().expect("a method");
        let mut request = people[chance.below(3)].request(method.clone(), &path);
        for _ in 0..chance.below(4) {
            let (name, value) = HEADERS[chance.below(HEADERS.len())];
            if let Ok(value) = reqwest::header::HeaderValue::from_bytes(value.as_bytes()) {
                request = request.header(name, value);
            }
        }
        if chance.below(2) == 0 {
            request = request.body(chance.pick(&BODIES));
        }
        let answer = request.send().await.unwrap_or_else(|error| panic!("number {n}, {method} {path}: {error:?}"));
        assert!(answer.status().as_u16() < 500, "number {n}, {method} {path}: {}", answer.status());
        assert_guarded(&answer);
        *seen.entry(answer.status().as_u16()).or_insert(0) += 1;
        let _ = answer.bytes().await.unwrap_or_else(|error| panic!("number {n}, {method} {path}: {error:?}"));
    }
    // Chance must reach the inside too, or it shows nothing.
    for status in [200, 301, 302, 304, 308, 400, 401, 403, 404, 405, 406, 415] {
        assert!(seen.contains_key(&status), "{status} in {seen:?}");
    }
    assert_eq!(server.visitor().get("/").await.status(), 200);
}

/// Good requests with a few bytes changed, removed or doubled.
#[tokio::test]
async fn broken_bytes_never_fail_on_our_side() {
    let config = ServerConfig { head_timeout: Duration::from_millis(100), ..Default::default() };
    let server = Server::with(Site::smallest(), config).await;
    let mut chance = Chance(11);
    let mut broken = Vec::new();
    for _ in 0..1_000 {
        let body = chance.pick(&BODIES);
        let mut bytes = format!(
            "{} {}{} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            chance.pick(&METHODS),
            chance.pick(&PATHS),
            chance.pick(&PIECES),
            server.address,
            body.len()
        )
        .into_bytes();
        for _ in 0..=chance.below(4) {
            let at = chance.below(bytes.len());
            match chance.below(3) {
                0 => bytes[at] = chance.next() as u8,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, bytes[at]),
            }
        }
        broken.push(bytes);
    }
    let mut tasks = JoinSet::new();
    let address = server.address;
    for part in broken.chunks(20).map(<[Vec<u8>]>::to_vec) {
        tasks.spawn(async move {
            for bytes in part {
                let answer = answers(address, &bytes).await;
                let failed = statuses(&answer).iter().any(|status| status.starts_with('5'));
                assert!(!failed, "{:?}: {answer}", String::from_utf8_lossy(&bytes));
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(server.visitor().get("/").await.status(), 200);
}
