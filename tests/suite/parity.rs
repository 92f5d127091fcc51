//! Rows R1–R30, U12–U14, U20–U24: what clients of the reference rely on, request by request. The cases lie in `tests/parity`, with
//! what they mean.

use std::collections::HashMap;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::api::{school_server, signed_in};
use crate::support::{PASSWORD, Server, Visitor, assert_guarded, header};

const FILES: [(&str, &str); 3] = [
    ("reference.txt", include_str!("../parity/reference.txt")),
    ("lists.txt", include_str!("../parity/lists.txt")),
    ("programs.txt", include_str!("../parity/programs.txt")),
];

const PEOPLE: [&str; 3] = ["ada", "tom", "joe"];

/// A request and the answer to it, as a file has them.
struct Case {
    place: String,
    differs: Option<&'static str>,
    who: &'static str,
    method: Method,
    path: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    sent: Option<String>,
    status: u16,
    address: &'static str,
    answered: Vec<(&'static str, &'static str)>,
    body: String,
}

fn cases(name: &str, text: &'static str) -> Vec<Case> {
    let lines: Vec<_> = text.lines().enumerate().map(|(at, line)| (at + 1, line)).collect();
    let blocks = lines.split(|(_, line)| line.is_empty());
    blocks
        .filter(|block| block.first().is_some_and(|(_, line)| !line.starts_with('#')))
        .map(|block| case(name, block))
        .collect()
}

fn case(name: &str, block: &[(usize, &'static str)]) -> Case {
    let differs = block[0].1.strip_prefix("≠ ");
    let block = if differs.is_some() { &block[1..] } else { block };
    let [(line, request), rest @ ..] = block else { panic!("{name}: a case is too short: {block:?}") };
    let place = format!("{name}:{line}");
    let n_sent = rest.iter().take_while(|(_, line)| line.starts_with('>')).count();
    let sent: Vec<_> = rest[..n_sent].iter().map(|(_, line)| line[1..].trim_start()).collect();
    let [(_, answer), body @ ..] = &rest[n_sent..] else { panic!("{place}: no answer") };
    let (request, headers) = with_headers(request);
    let (answer, answered) = with_headers(answer);
    let [who, method, path] = words(request);
    let [arrow, status, address] = words(answer);
    assert_eq!(arrow, "=>", "{place}");
    let indented = body.len() > 1 && body[0].1 == "{";
    let body: Vec<_> = body.iter().map(|(_, line)| line.strip_prefix("  ").unwrap_or(line)).collect();
    let body = body.join(if indented { "\n" } else { "" });
    // Parts of a form end as mail does.
    let end = if headers.iter().any(|(_, value)| value.starts_with("multipart")) { "\r\n" } else { "\n" };
    Case {
        place,
        differs,
        who,
        method: method.parse().expect("a method"),
        path,
        headers,
        sent: (!sent.is_empty()).then(|| sent.join(end).replace("PASSWORD", PASSWORD)),
        status: status.parse().expect("a status"),
        address,
        answered,
        body: if body == "(nothing)" { String::new() } else { body },
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

/// The people, each with what shows who they are.
struct People<'a> {
    nobody: Visitor<'a>,
    signed_in: HashMap<&'static str, Visitor<'a>>,
    tokens: HashMap<&'static str, String>,
}

impl<'a> People<'a> {
    async fn of(server: &'a Server) -> Self {
        let (mut tokens, mut people) = (HashMap::new(), HashMap::new());
        for name in PEOPLE {
            let asked = server.visitor().request(Method::POST, "/api/auth/login/");
            let answer =
                asked.json(&json!({ "username": name, "password": PASSWORD })).send().await.expect("an answer");
            let granted: Value = answer.json().await.expect("JSON");
            tokens.insert(name, granted["token"].as_str().expect("a token").to_owned());
            people.insert(name, signed_in(server, name).await);
        }
        Self { nobody: server.visitor(), signed_in: people, tokens }
    }

    fn request(&self, case: &Case) -> RequestBuilder {
        let (way, name) = case.who.split_once(':').unwrap_or((case.who, ""));
        let visitor = if ["session", "page"].contains(&way) { &self.signed_in[name] } else { &self.nobody };
        let mut request = visitor.request(case.method.clone(), case.path);
        for (name, value) in &case.headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = &case.sent {
            request = request.body(body.clone());
        }
        match way {
            "nobody" | "session" => request,
            "basic" => request.basic_auth(name, Some(PASSWORD)),
            "token" => request.header("Authorization", format!("Token {}", self.tokens[name])),
            "page" => request.header("Sec-Fetch-Site", "same-origin"),
            other => panic!("{}: {other}", case.place),
        }
    }
}

#[tokio::test]
async fn every_case_is_answered_as_the_files_say() {
    let server = school_server().await;
    let mut n_cases = 0;
    let people = People::of(&server).await;
    people.signed_in["ada"].enroll("1").await;
    for (name, text) in FILES {
        for case in cases(name, text) {
            n_cases += 1;
            check(&case, people.request(&case), &server).await;
            if case.method == Method::GET && case.address != "enroll" && case.address != "sign-in" {
                check_head(&case, people.request(&case), &server).await;
            }
            if let Some(why) = case.differs {
                println!("{}: {} {}: {why}", case.place, case.method, case.path);
            }
        }
    }
    assert!(n_cases >= 120, "{n_cases} cases");
}

async fn check(case: &Case, request: RequestBuilder, server: &Server) {
    let what = format!("{}: {} {} {}", case.place, case.who, case.method, case.path);
    let answer = request.send().await.expect("an answer");
    assert_guarded(&answer);
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let sent = |name: &str| headers.get(name).map(|value| value.to_str().expect("text"));
    let body = answer.text().await.expect("a text");
    let expected = case.body.replace("HOST", &server.address.to_string());
    assert!(status == case.status && is_like(&body, &expected), "{what}\n{status}\n{body}\ninstead of\n{expected}");
    let (allow, vary) = match case.address {
        "list" => ("GET, HEAD, OPTIONS", "Accept, Cookie"),
        "enroll" => ("POST, DELETE, OPTIONS", "Accept"),
        "done" => ("PUT, DELETE, OPTIONS", "Accept"),
        "contents" => ("GET, HEAD, OPTIONS", "Accept"),
        "sign-in" => ("POST, OPTIONS", "Accept"),
        "sign-out" => ("POST, OPTIONS", "Accept, Cookie"),
        other => panic!("{what}: {other}"),
    };
    let stated = |name: &str| case.answered.iter().find(|(stated, _)| *stated == name).map(|(_, value)| *value);
    let challenge = (case.status == 401).then(|| stated("WWW-Authenticate").unwrap_or("Basic realm=\"api\""));
    assert_eq!((sent("allow"), sent("vary"), sent("www-authenticate")), (Some(allow), Some(vary), challenge), "{what}");
    assert_eq!(sent("cache-control"), Some(stated("Cache-Control").unwrap_or("private, no-cache")), "{what}");
    for (name, value) in &case.answered {
        assert_eq!(sent(name), Some(*value), "{what}: {name}");
    }
    let (kind, length) = match case.status {
        204 => (None, None),
        _ => (Some("application/json"), Some(body.len().to_string())),
    };
    assert_eq!((sent("content-type"), sent("content-length")), (kind, length.as_deref()), "{what}");
}

/// Whether a text is another in which ANY stands for whatever is there.
fn is_like(text: &str, pattern: &str) -> bool {
    let parts: Vec<_> = pattern.split("ANY").collect();
    let [first, middle @ .., last] = parts.as_slice() else { return text == pattern };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// HEAD is GET without the body.
async fn check_head(case: &Case, request: RequestBuilder, server: &Server) {
    let (client, request) = request.build_split();
    let mut request = request.expect("a request");
    *request.method_mut() = Method::HEAD;
    let answer = client.execute(request).await.expect("an answer");
    assert_eq!(answer.status().as_u16(), case.status, "{}", case.place);
    if !case.body.contains("ANY") {
        let length = case.body.replace("HOST", &server.address.to_string()).len();
        assert_eq!(header(&answer, "content-length"), length.to_string(), "{}", case.place);
    }
    assert!(answer.bytes().await.expect("nothing").is_empty());
}

#[test]
fn any_stands_for_any_text() {
    for (text, pattern, fits) in [
        ("abc", "abc", true),
        ("abc", "aANYc", true),
        ("abc", "ANY", true),
        ("abcabc", "aANYbANYc", true),
        ("abd", "aANYc", false),
        ("xabc", "aANYc", false),
        ("abc", "ab", false),
    ] {
        assert_eq!(is_like(text, pattern), fits, "{text} {pattern}");
    }
}
