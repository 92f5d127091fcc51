//! Rows E7, E9, E14, C18: no byte of a gated course reaches anybody who is not enrolled in it.
//!
//! The school has every kind of gated thing; what lies in `private/` after the build is walked, not listed by hand.

use std::collections::BTreeSet;

use educa::school::Role;
use reqwest::{Method, Response};

use crate::support::{Server, Site, Visitor, assert_guarded, header, location, tree};

/// Stands in every gated file, page or not.
const SECRET: &[u8] = b"the-hidden-words";

const PREVIEW: &str = "/course/sets/look/";

/// Larger than what the server reads whole.
fn film() -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..700 * 1024_u32).map(|n| (n % 251) as u8).collect();
    for at in [0, 300_000, 700_000] {
        bytes[at..at + SECRET.len()].copy_from_slice(SECRET);
    }
    bytes
}

fn svg() -> String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"><title>the-hidden-words</title></svg>"
        .to_owned()
}

fn school() -> Site {
    let text = "+++\ntitle = \"T\"\n+++\nthe-hidden-words\n";
    let module = |title: &str, rest: &str| format!("+++\ntitle = \"{title}\"\n{rest}+++\nAbout.\n");
    Site::smallest()
        .with("content/maths/sets/01-basics/01-union.md", text)
        .with("content/maths/sets/01-basics/02-picture.svg", svg())
        .with("content/maths/sets/01-basics/03-sheet one.pdf", [b"%PDF-1.4 ".as_slice(), SECRET].concat())
        .with("content/maths/sets/01-basics/04-film.mp4", film())
        .with("content/maths/sets/02-more/01-product.md", "+++\ntitle = \"P\"\n+++\nthe-hidden-words, [data](data.csv)\n")
        .with("content/maths/sets/02-more/data.csv", "the-hidden-words,1\n")
        .with("content/maths/sets/03-look/module.md", module("Look", "preview = true\n"))
        .with("content/maths/sets/03-look/01-open.md", "+++\ntitle = \"O\"\n+++\nFor everyone.\n")
        .with(
            "content/maths/rings/course.md",
            "+++\nid = 2\ntitle = \"Rings\"\nowner = \"ada\"\ncreated = 2026-02-06T12:00:00Z\nlayout = \"lesson\"\n+++\nRings.\n",
        )
        .with("content/maths/rings/01-first/module.md", module("First", ""))
        .with("content/maths/rings/01-first/01-one.md", text)
        .with("content/maths/rings/01-first/02-two.md", text)
}

/// The path of each gated file as a browser would ask for it, and again as nobody should.
fn gated_paths(server: &Server) -> Vec<String> {
    let files: Vec<String> = tree(&server.site.path("private")).into_keys().collect();
    let of = |part: &str| files.iter().filter(|file| file.contains(part)).count();
    for (part, at_least) in
        [("index.html", 5), (".svg", 1), (".pdf", 1), (".mp4", 1), (".csv", 1), ("contents/", 2), ("catalog.json", 1)]
    {
        assert!(of(part) >= at_least, "the school shows too little: {part} in {files:?}");
    }
    files.iter().flat_map(|file| tricks(file)).collect::<BTreeSet<_>>().into_iter().collect()
}

fn tricks(file: &str) -> Vec<String> {
    let path = format!("/{}", file.replace(' ', "%20"));
    let page = path.strip_suffix("index.html").unwrap_or(&path).to_owned();
    let encoded: String = file.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let doubly = format!("/{}", page[1..].replace('/', "%252F"));
    vec![
        page.trim_end_matches('/').to_owned(),
        format!("{page}?x=1"),
        format!("{page}."),
        format!("{page}.."),
        format!("{page}%20"),
        format!("{page}%00"),
        format!("{page}%00.css"),
        format!("{page};.css"),
        format!("{page}~"),
        format!("{page}/"),
        format!("/{path}"),
        format!("//127.0.0.1{path}"),
        format!("/.{path}"),
        format!("/%2e{path}"),
        format!("/private{path}"),
        format!("/../private{path}"),
        format!("/%2e%2e/private{path}"),
        format!("/..%2fprivate{path}"),
        format!("/assets/..%2f..%2fprivate{path}"),
        format!("/assets/../../private{path}"),
        format!("/course/..{path}"),
        format!("/%5c..%5cprivate{path}"),
        format!("/{encoded}"),
        path.to_uppercase(),
        format!("/{}", file.replace('/', "\\")),
        format!("/{}", file.replace('/', "%2f")),
        format!("/x/..{doubly}"),
        doubly,
        path,
        page,
    ]
}

#[tokio::test]
async fn nobody_but_the_enrolled_gets_a_byte_before_and_after_they_read() {
    let server = Server::over(school()).await;
    let paths = gated_paths(&server);
    let others = [server.visitor(), server.student("bob").await, server.student("eve").await];
    // Who teaches elsewhere is a stranger here.
    let staff = [server.person("grace", Role::Instructor).await, server.person("ada.", Role::Instructor).await];
    let [_, _, eve] = &others;
    eve.enroll("2").await;
    let student = server.student("sue").await;
    student.enroll("1").await;
    for round in ["before", "after"] {
        for path in &paths {
            for other in others.iter().chain(&staff) {
                let rings = ["rings", "2-enrolled"];
                let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy().to_lowercase();
                let about_rings = rings.iter().any(|name| decoded.contains(name));
                let about_rings = std::ptr::eq(other, eve) && about_rings;
                assert!(about_rings || !leaks(other, path).await, "{path} {round} the enrolled read it");
            }
        }
        let mut n_read = 0;
        for path in &paths {
            n_read += usize::from(leaks(&student, path).await);
        }
        assert!(n_read >= 6, "the enrolled read {n_read} of them");
    }
    // Whoever leaves is a stranger again.
    student.post("/students/leave-course/", &[("course", "1")]).await;
    for path in &paths {
        assert!(!leaks(&student, path).await, "{path} after leaving");
    }
}

/// Whether an answer holds anything secret; each must be guarded, and none may be a failure of ours.
async fn leaks(visitor: &Visitor<'_>, path: &str) -> bool {
    let answer = visitor.get(path).await;
    assert!(!answer.status().is_server_error(), "{path}: {}", answer.status());
    assert_guarded(&answer);
    let cached = header(&answer, "cache-control");
    let body = answer.bytes().await.expect("a body");
    let secret = holds(&body, SECRET);
    assert!(!secret || cached == "private, no-cache", "{path}: {cached}");
    secret
}

fn holds(body: &[u8], text: &[u8]) -> bool {
    body.windows(text.len()).any(|window| window == text)
}

/// What reqwest would tidy up goes over the wire as it is.
#[tokio::test]
async fn raw_targets_lead_nowhere_either() {
    let server = Server::over(school()).await;
    let paths = gated_paths(&server);
    for path in paths.iter().filter(|path| !path.contains(' ')) {
        for target in [path.clone(), format!("http://{}{path}", server.address)] {
            let request = format!("GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address);
            let answer = crate::support::answers(server.address, request).await;
            let status = answer.get(9..12).unwrap_or_default();
            assert!(["200", "301", "302", "400", "404"].contains(&status), "{target}: {answer}");
            assert!(!holds(answer.as_bytes(), SECRET), "{target}: {answer}");
        }
    }
}

#[tokio::test]
async fn the_enrolled_get_a_page_with_all_its_headers() {
    let server = Server::over(school()).await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    for path in ["/course/sets/basics/", "/course/sets/basics/film.mp4", "/course/sets/basics/sheet%20one.pdf"] {
        let path = existing(&server, path);
        let answer = ada.get(&path).await;
        assert_eq!(answer.status(), 200, "{path}");
        let tag = header(&answer, "etag");
        assert!(tag.starts_with('"') && tag.len() > 34, "a strong tag: {tag}");
        assert_eq!(kept(&answer), ("private, no-cache".into(), "Cookie".into()), "{path}");
        let (kind, length) = (header(&answer, "content-type"), answer.content_length());
        let head = ada.request(Method::HEAD, &path).send().await.expect("an answer");
        let of_head = (header(&head, "etag"), header(&head, "content-type"), header(&head, "content-length"));
        assert_eq!(of_head, (tag.clone(), kind, length.expect("known").to_string()), "{path}");
        assert!(head.bytes().await.expect("nothing").is_empty());
        for tags in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let answer = conditional(&ada, &path, "If-None-Match", &tags).await;
            assert_eq!((answer.status().as_u16(), header(&answer, "etag")), (304, tag.clone()), "{path} {tags}");
            assert_eq!(kept(&answer), ("private, no-cache".into(), "Cookie".into()), "{path}");
            assert_eq!(header(&answer, "content-length"), "", "{path}");
        }
        assert_eq!(conditional(&ada, &path, "If-None-Match", "\"x\"").await.status(), 200);
        // The gate comes first: who may not read it does not learn whether it changed.
        let bob = server.visitor();
        assert_eq!(conditional(&bob, &path, "If-None-Match", &tag).await.status(), 302, "{path}");
        assert_eq!(conditional(&bob, &path, "If-None-Match", "*").await.status(), 302, "{path}");
        assert_eq!(conditional(&bob, &path, "Range", "bytes=0-9").await.status(), 302, "{path}");
    }
}

#[tokio::test]
async fn parts_of_a_file_can_be_asked_for() {
    let server = Server::over(school()).await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    let path = existing(&server, "/course/sets/basics/film.mp4");
    let film = film();
    let whole = ada.get(&path).await;
    let tag = header(&whole, "etag");
    assert_eq!(whole.bytes().await.expect("bytes"), film);
    let size = film.len();
    for (range, first, last) in [
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=699999-", 699_999, size - 1),
        ("bytes=-10", size - 10, size - 1),
        ("bytes=0-99999999999", 0, size - 1),
    ] {
        let answer = conditional(&ada, &path, "Range", range).await;
        assert_eq!(answer.status(), 206, "{range}");
        assert_eq!(header(&answer, "content-range"), format!("bytes {first}-{last}/{size}"));
        assert_eq!(kept(&answer), ("private, no-cache".into(), "Cookie".into()));
        assert_eq!(answer.bytes().await.expect("bytes"), film[first..=last], "{range}");
    }
    for range in ["bytes=716800-", "bytes=700000000-"] {
        let answer = conditional(&ada, &path, "Range", range).await;
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "content-range")),
            (416, format!("bytes */{size}")),
            "{range}"
        );
        assert_guarded(&answer);
    }
    for range in ["bytes=0-1,5-6", "bytes=5-1", "lines=1-2", "bytes=x", "bytes=-0", "bytes=99999999999999999999-"] {
        let status = conditional(&ada, &path, "Range", range).await.status();
        assert!(status == 200 || status == 416, "{range}: {status}");
    }
    for (condition, status) in [(tag.as_str(), 206), ("\"x\"", 200), ("Fri, 20 Nov 2026 12:00:00 GMT", 200)] {
        let request = ada.request(Method::GET, &path).header("Range", "bytes=0-9").header("If-Range", condition);
        assert_eq!(request.send().await.expect("an answer").status(), status, "{condition}");
    }
}

#[tokio::test]
async fn a_preview_and_the_overview_are_for_everyone() {
    let server = Server::over(school()).await;
    let visitor = server.visitor();
    for path in ["/course/sets/", PREVIEW] {
        let answer = visitor.get(path).await;
        assert_eq!(kept(&answer), ("public, no-cache".into(), String::new()), "{path}");
        let tag = header(&answer, "etag");
        assert_eq!(conditional(&visitor, path, "If-None-Match", &tag).await.status(), 304, "{path}");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let answer = visitor.request(method.clone(), PREVIEW).send().await.expect("an answer");
        assert_eq!((answer.status().as_u16(), header(&answer, "allow")), (405, "GET, HEAD".into()), "{method}");
    }
}

#[tokio::test]
async fn a_missing_slash_is_put_there() {
    let server = Server::over(school()).await;
    let visitor = server.visitor();
    for (path, with_slash) in [
        ("/course/sets", "/course/sets/"),
        ("/course/sets/basics?x=1", "/course/sets/basics/?x=1"),
        ("/accounts/login?next=/a", "/accounts/login/?next=/a"),
        ("/students/course/1/2", "/students/course/1/2/"),
        ("/students/enroll-course", "/students/enroll-course/"),
        ("/chat/room/1", "/chat/room/1/"),
        ("/api", "/api/"),
        ("/api/courses/1/enroll", "/api/courses/1/enroll/"),
    ] {
        for (method, status) in
            [(Method::GET, 301), (Method::HEAD, 301), (Method::POST, 308), (Method::PUT, 308), (Method::DELETE, 308)]
        {
            let answer = visitor.request(method.clone(), path).send().await.expect("an answer");
            let found = (answer.status().as_u16(), location(&answer));
            assert_eq!(found, (status, with_slash.to_owned()), "{method} {path}");
        }
    }
    for path in
        ["//evil.example", "//evil.example/course/sets", "/course//sets", "/nothing", "/course/sets/basics/none"]
    {
        let answer = visitor.request(Method::GET, path).send().await.expect("an answer");
        assert_eq!(answer.status(), 404, "{path}");
    }
}

/// The address with which the build published a file: media names are the build's affair.
fn existing(server: &Server, path: &str) -> String {
    let name = path.rsplit('/').next().expect("a name").replace("%20", " ");
    let files = tree(&server.site.path("private"));
    let end = if name.is_empty() {
        path[1..].to_owned() + "index.html"
    } else {
        name.rsplit('.').next().expect("a kind").into()
    };
    let file = files.keys().find(|file| file.ends_with(&end) && file.contains("basics/"));
    let file = file.unwrap_or_else(|| panic!("{path} in {:?}", files.keys()));
    format!("/{}", file.strip_suffix("index.html").unwrap_or(file).replace(' ', "%20"))
}

fn kept(answer: &Response) -> (String, String) {
    (header(answer, "cache-control"), header(answer, "vary"))
}

async fn conditional(visitor: &Visitor<'_>, path: &str, name: &str, value: &str) -> Response {
    visitor.request(Method::GET, path).header(name, value).send().await.expect("an answer")
}
