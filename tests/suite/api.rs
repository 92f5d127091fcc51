//! Rows R1–R15, R30, U12, U13, E8, E9: the REST API byte for byte. The cases lie in `cases/api.txt`.

use educa::school::Role;
use reqwest::{Method, RequestBuilder, Response};

use crate::support::{PASSWORD, Server, Site, Visitor, assert_guarded, header};

const CASES: &str = include_str!("cases/api.txt");

/// A request and the answer to it, as the file has them.
struct Case {
    line: usize,
    who: &'static str,
    method: Method,
    path: &'static str,
    sent: Vec<(&'static str, &'static str)>,
    status: u16,
    address: &'static str,
    answered: Vec<(&'static str, &'static str)>,
    body: String,
}

fn cases() -> Vec<Case> {
    let lines: Vec<_> = CASES.lines().enumerate().map(|(at, line)| (at + 1, line)).collect();
    let blocks = lines.split(|(_, line)| line.is_empty());
    blocks.filter(|block| block.first().is_some_and(|(_, line)| !line.starts_with('#'))).map(case).collect()
}

fn case(block: &[(usize, &'static str)]) -> Case {
    let [(line, request), (_, answer), body @ ..] = block else { panic!("a case is too short: {block:?}") };
    let (request, sent) = with_headers(request);
    let (answer, answered) = with_headers(answer);
    let [who, method, path] = words(request);
    let [arrow, status, address] = words(answer);
    assert_eq!(arrow, "=>", "line {line}");
    let indented = body.len() > 1 && body[0].1 == "{";
    let body: Vec<_> = body.iter().map(|(_, line)| line.strip_prefix("  ").unwrap_or(line)).collect();
    Case {
        line: *line,
        who,
        method: method.parse().expect("a method"),
        path,
        sent,
        status: status.parse().expect("a status"),
        address,
        answered,
        body: body.join(if indented { "\n" } else { "" }),
    }
}

fn words(text: &'static str) -> [&'static str; 3] {
    let words: Vec<_> = text.split(' ').collect();
    words.try_into().unwrap_or_else(|_| panic!("not three words: {text}"))
}

fn with_headers(line: &'static str) -> (&'static str, Vec<(&'static str, &'static str)>) {
    let mut parts = line.split(" | ");
    let first = parts.next().expect("always one");
    (first, parts.map(|part| part.split_once(": ").expect("a header")).collect())
}

fn school() -> Site {
    Site::smallest().with("content/arts/subject.md", "+++\nid = 2\ntitle = \"Arts\"\n+++\nAll of them.\n").with(
        "content/arts/lines/course.md",
        "+++\nid = 3\ntitle = \"Lines\\u2028and\\u2029\\\"quotes\\\"\"\nowner = \"ada\"\ncreated = 2026-03-01T09:30:00+01:00\n\
         +++\nÜnder & über\n",
    )
}

async fn school_server() -> Server {
    let server = Server::over(school()).await;
    for (name, role) in [("ada", Role::Student), ("tom", Role::Student), ("joe", Role::Staff)] {
        server.account(name, role).await;
    }
    server
}

#[tokio::test]
async fn every_case_of_the_contract() {
    let server = school_server().await;
    let people = [signed_in(&server, "ada").await, signed_in(&server, "tom").await, signed_in(&server, "joe").await];
    people[0].enroll("1").await;
    let nobody = server.visitor();
    let cases = cases();
    assert!(cases.len() > 70, "{} cases", cases.len());
    for case in cases {
        let (way, name) = case.who.split_once(':').unwrap_or((case.who, ""));
        let person = ["ada", "tom", "joe"].iter().position(|known| *known == name).map(|at| &people[at]);
        let asked = |visitor: &Visitor<'_>| {
            case.sent.iter().fold(visitor.request(case.method.clone(), case.path), |request, (name, value)| {
                request.header(*name, *value)
            })
        };
        let request = match way {
            "nobody" => asked(&nobody),
            "basic" => asked(&nobody).basic_auth(name, Some(PASSWORD)),
            "session" => asked(person.expect("known")),
            "page" => asked(person.expect("known")).header("Sec-Fetch-Site", "same-origin"),
            other => panic!("line {}: {other}", case.line),
        };
        check(&case, request, &server).await;
        if case.method == Method::GET {
            check_head(&case, &server).await;
        }
    }
}

async fn check(case: &Case, request: RequestBuilder, server: &Server) {
    let what = format!("api.txt:{}: {} {} {}", case.line, case.who, case.method, case.path);
    let answer = request.send().await.expect("an answer");
    assert_guarded(&answer);
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let sent = |name: &str| headers.get(name).map(|value| value.to_str().expect("text"));
    let body = answer.text().await.expect("a text");
    assert_eq!(
        (status, body.as_str()),
        (case.status, case.body.replace("HOST", &server.address.to_string()).as_str()),
        "{what}"
    );
    let (allow, vary) = match case.address {
        "list" => ("GET, HEAD, OPTIONS", "Accept, Cookie"),
        "enroll" => ("POST, OPTIONS", "Accept"),
        "contents" => ("GET, HEAD, OPTIONS", "Accept"),
        other => panic!("{what}: {other}"),
    };
    let stated = |name: &str| case.answered.iter().find(|(stated, _)| *stated == name).map(|(_, value)| *value);
    let challenge = (case.status == 401).then(|| stated("WWW-Authenticate").unwrap_or("Basic realm=\"api\""));
    let expected = (Some("application/json"), Some(allow), Some(vary), challenge);
    assert_eq!((sent("content-type"), sent("allow"), sent("vary"), sent("www-authenticate")), expected, "{what}");
    assert_eq!(sent("content-length"), Some(body.len().to_string().as_str()), "{what}");
    assert_eq!(sent("cache-control"), Some("private, no-cache"), "{what}");
}

/// HEAD is GET without the body, except where HEAD itself is not allowed.
async fn check_head(case: &Case, server: &Server) {
    if case.who != "nobody" || case.address == "enroll" {
        return;
    }
    let request = server.visitor().request(Method::HEAD, case.path);
    let request = case.sent.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let answer = request.send().await.expect("an answer");
    let length = case.body.replace("HOST", &server.address.to_string()).len();
    assert_eq!(
        (answer.status().as_u16(), header(&answer, "content-length")),
        (case.status, length.to_string()),
        "{}",
        case.line
    );
    assert!(answer.bytes().await.expect("nothing").is_empty());
}

async fn signed_in<'a>(server: &'a Server, name: &str) -> Visitor<'a> {
    let visitor = server.visitor();
    let answer = visitor.post("/accounts/login/", &[("username", name), ("password", PASSWORD)]).await;
    assert_eq!(answer.status(), 302);
    visitor
}

/// Row R8: the program of the reference's documentation, step by step.
#[tokio::test]
async fn a_small_client_enrolls_in_every_course() {
    let server = school_server().await;
    let client = server.visitor();
    let courses: serde_json::Value = client.get("/api/courses/").await.json().await.expect("JSON");
    for course in courses.as_array().expect("a list") {
        let path = format!("/api/courses/{}/enroll/", course["id"]);
        let answer =
            client.request(Method::POST, &path).basic_auth("tom", Some(PASSWORD)).send().await.expect("an answer");
        assert_eq!(answer.text().await.expect("a text"), "{\"enrolled\":true}");
    }
    let tom = signed_in(&server, "tom").await;
    assert_eq!(tom.read("/students/courses/").await.matches("<li class=\"card\">").count(), 2);
    tom.read("/course/sets/basics/").await;
}

/// A session cookie rides along on requests of any page in the world; it counts only where our own pages say so.
#[tokio::test]
async fn a_session_enrolls_from_our_own_origin_alone() {
    let server = school_server().await;
    let tom = signed_in(&server, "tom").await;
    let own = format!("http://{}", server.address);
    for (name, value, status) in [
        ("Sec-Fetch-Site", "none", 401),
        ("Sec-Fetch-Site", "same-site", 403),
        ("Sec-Fetch-Site", "cross-site", 403),
        ("Origin", "http://evil.example", 403),
        ("Origin", "null", 403),
        ("Sec-Fetch-Site", "same-origin", 200),
        ("Origin", own.as_str(), 200),
    ] {
        let request = tom.request(Method::POST, "/api/courses/1/enroll/").header(name, value);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{name}: {value}");
        assert_eq!(header(&answer, "content-type"), "application/json", "{name}: {value}");
    }
    // And what reads: a foreign page could not see the answer, and gets none.
    for (value, status) in [("cross-site", 401), ("same-site", 401), ("same-origin", 200)] {
        let request = tom.request(Method::GET, "/api/courses/1/contents/").header("Sec-Fetch-Site", value);
        assert_eq!(request.send().await.expect("an answer").status(), status, "{value}");
    }
}

/// What an old client may send along is no obstacle: other headers, a body of any kind, a token.
#[tokio::test]
async fn what_an_old_client_sends_along_is_ignored() {
    let server = school_server().await;
    let client = server.visitor();
    for (kind, body) in [
        ("application/json", "{broken"),
        ("text/csv", "a,b"),
        ("multipart/form-data", ""),
        ("application/x-www-form-urlencoded", "a=%ff"),
    ] {
        let request = client.request(Method::POST, "/api/courses/1/enroll/").basic_auth("tom", Some(PASSWORD));
        let request = request.header("Content-Type", kind).header("X-CSRFToken", "x").body(body);
        assert_eq!(
            request.send().await.expect("an answer").text().await.expect("a text"),
            "{\"enrolled\":true}",
            "{kind}"
        );
    }
    let bad: Response = client.request(Method::GET, "/api/courses/%ff/").send().await.expect("an answer");
    assert_eq!((bad.status().as_u16(), header(&bad, "content-type")), (400, "application/json".into()));
}
