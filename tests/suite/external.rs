//! `educa check --external` against a server that answers in every way there is.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use crate::support::{Run, Site};

/// A server of another site; ends with the test program.
struct Elsewhere {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Elsewhere {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::<String>::new()));
        let kept = asked.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let kept = kept.clone();
                std::thread::spawn(move || {
                    let (mut got, mut buffer) = (Vec::new(), [0; 4096]);
                    while !got.ends_with(b"\r\n\r\n") {
                        match stream.read(&mut buffer) {
                            Ok(n) if n > 0 => got.extend_from_slice(&buffer[..n]),
                            _ => return,
                        }
                    }
                    let request = String::from_utf8(got).expect("ASCII");
                    let mut asked = kept.lock().expect("not poisoned");
                    let line = request.lines().next().expect("a line").trim_end_matches(" HTTP/1.1").to_owned();
                    let before = asked.iter().filter(|other| other.starts_with(&line)).count();
                    asked.push(request.replacen(" HTTP/1.1", "", 1));
                    drop(asked);
                    let _ = stream.write_all(answer(&line, before).as_bytes());
                });
            }
        });
        Self { url, asked }
    }

    /// The requests so far, by method and path.
    fn asked(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in self.asked.lock().expect("not poisoned").iter() {
            *counts.entry(request.lines().next().expect("a line").to_owned()).or_default() += 1;
        }
        counts
    }
}

fn answer(line: &str, n_before: usize) -> String {
    let (head, more) = match (line, n_before) {
        ("HEAD /fine" | "HEAD /folder/here", _) | ("GET /no-head", _) | ("HEAD /busy-once", 1..) => ("200 OK", ""),
        ("HEAD /busy-once", 0) | ("GET /busy-once", _) => ("503 Service Unavailable", "Retry-After: 0\r\n"),
        ("HEAD /no-head", _) => ("405 Method Not Allowed", ""),
        ("HEAD /moved", _) => ("301 Moved Permanently", "Location: /folder/moved\r\n"),
        ("HEAD /folder/moved", _) => ("308 Permanent Redirect", "Location: here\r\n"),
        ("HEAD /for-now", _) => ("302 Found", "Location: /moved\r\n"),
        ("HEAD /round", _) => ("302 Found", "Location: /round\r\n"),
        ("HEAD /crowded", _) => ("429 Too Many Requests", "Retry-After: 3600\r\n"),
        _ => ("404 Not Found", ""),
    };
    format!("HTTP/1.1 {head}\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n")
}

fn check(site: &Site, arguments: &[&str]) -> Run {
    let mut command = site.program().command(&[&["check", "--external"], arguments].concat());
    let output = command.env("NO_PROXY", "127.0.0.1").output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Run { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn links_to_other_sites_are_followed_and_what_answered_is_not_asked_again() {
    let there = Elsewhere::start();
    let links = |paths: &[&str]| -> String {
        let link = |path: &&str| format!("[a link]({}{path})\n\n", there.url);
        format!("+++\ntitle = \"Union\"\n+++\n{}", paths.iter().map(link).collect::<String>())
    };
    let path = "content/maths/sets/01-basics/01-union.md";
    let all = ["/fine#part", "/fine", "/no-head", "/gone", "/moved", "/for-now", "/round", "/crowded", "/busy-once"];
    let site = Site::smallest().with(path, links(&all));
    let run = check(&site, &["--external-allow-private", "--strict"]);
    assert_eq!(run.code, 1, "warnings count when it is strict");
    let said = |text: &str| assert!(run.err.contains(text), "{text}\n{}", run.err);
    said(&format!("{}/gone does not answer: 404 Not Found", there.url));
    said(&format!("{}/moved has moved for good", there.url));
    said(&format!("link to {}/folder/here", there.url));
    said(&format!("{}/round does not answer: it redirects without end", there.url));
    said(&format!("{}/crowded could not be checked: 429 Too Many Requests", there.url));
    said("8 links to other sites: 8 asked, 0 answered in the last 7 days");
    said("01-union.md:10:1");
    said("4 warnings");
    let asked = there.asked();
    assert_eq!((asked["HEAD /fine"], asked.get("GET /fine")), (1, None), "anchors are not asked for");
    assert_eq!((asked["HEAD /busy-once"], asked["HEAD /crowded"]), (2, 1));
    for request in there.asked.lock().expect("not poisoned").iter() {
        assert!(request.to_lowercase().contains("user-agent: educa/"), "{request}");
        assert!(!request.to_lowercase().contains("cookie:"), "{request}");
    }
    assert!(!site.has("public") && !site.has("private"), "nothing else is written");
    assert_eq!(crate::support::tree(&site.path(".educa")).into_keys().collect::<Vec<_>>(), ["links"]);
    // What failed is asked again; what answered is not.
    site.write(path, links(&["/fine", "/gone"]));
    let run = check(&site, &["--external-allow-private"]);
    assert_eq!(run.code, 0, "they are warnings");
    assert!(run.err.contains("2 links to other sites: 1 asked, 1 answered in the last 7 days"), "{}", run.err);
    assert_eq!(there.asked()["HEAD /fine"], 1);
}

/// Authors must not reach through a build machine what they cannot reach themselves.
#[test]
fn private_addresses_are_not_asked() {
    let there = Elsewhere::start();
    let text = format!(
        "+++\ntitle = \"Union\"\n+++\n<{}/fine> <{}/fine>\n",
        there.url,
        there.url.replace("127.0.0.1", "localhost")
    );
    let site = Site::smallest().with("content/maths/sets/01-basics/01-union.md", text);
    let run = check(&site, &[]);
    assert_eq!(run.err.matches("its address is private").count(), 2, "{}", run.err);
    assert!(there.asked().is_empty());
    assert_eq!(site.program().run(&["check", "--external-allow-private"]).code, 2, "it means nothing alone");
}
