//! Conditional requests, HEAD and compression of the API's answers.

use std::io::Read as _;

use reqwest::{Method, Response};

use crate::support::{PASSWORD, Server, Site, Visitor, header};

async fn sent(visitor: &Visitor<'_>, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = visitor.request(method, path).header("Sec-Fetch-Site", "same-origin");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.expect("an answer")
}

#[tokio::test]
async fn who_has_an_answer_already_hears_only_that() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    for path in [
        "/api/",
        "/api/subjects/",
        "/api/subjects/1/",
        "/api/courses/",
        "/api/courses/1/",
        "/api/courses/1/contents/",
        "/api/courses/?page_size=1",
        "/api/courses.api",
        "/api/courses/?format=json&search=sets",
    ] {
        let full = sent(&ada, Method::GET, path, &[]).await;
        let tag = header(&full, "etag");
        assert!(full.status() == 200 && tag.starts_with('"') && tag.len() > 34, "{path}: {tag}");
        for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            let not_modified = sent(&ada, Method::GET, path, &[("If-None-Match", &known)]).await;
            assert_eq!(not_modified.status(), 304, "{path} {known}");
            for name in ["etag", "vary", "cache-control", "allow"] {
                assert_eq!(header(&not_modified, name), header(&full, name), "{path} {name}");
            }
            for name in ["content-type", "content-encoding", "link", "x-total-count"] {
                assert_eq!(header(&not_modified, name), "", "{path} {name}");
            }
            assert!(not_modified.bytes().await.expect("nothing").is_empty());
        }
        let other = sent(&ada, Method::GET, path, &[("If-None-Match", "\"x\"")]).await;
        assert_eq!(other.status(), 200, "{path}");
        let head = sent(&ada, Method::HEAD, path, &[]).await;
        for name in ["etag", "vary", "cache-control", "allow", "content-type", "content-length", "link"] {
            assert_eq!(header(&head, name), header(&full, name), "{path} {name}");
        }
        assert!(head.bytes().await.expect("nothing").is_empty());
        let known = sent(&ada, Method::HEAD, path, &[("If-None-Match", &tag)]).await;
        assert_eq!(known.status(), 304, "{path}");
    }
}

#[tokio::test]
async fn a_tag_is_of_bytes_and_of_nothing_else() {
    let server = Server::start().await;
    let visitor = server.visitor();
    let tag = async |path: &str, accept: &str| {
        header(&sent(&visitor, Method::GET, path, &[("Accept", accept)]).await, "etag")
    };
    let plain = tag("/api/courses/", "*/*").await;
    assert_eq!(plain, tag("/api/courses/?unknown=1", "application/json").await);
    let others = [
        tag("/api/courses/", "application/json; indent=2").await,
        tag("/api/courses/", "text/html").await,
        tag("/api/courses/?page_size=1", "*/*").await,
        tag("/api/courses/1/", "*/*").await,
    ];
    assert!(others.iter().all(|other| *other != plain && !other.is_empty()), "{others:?}");
    // What is no answer to a question about a thing has none, and is never "not modified".
    for (method, path) in [(Method::GET, "/api/courses/9/"), (Method::OPTIONS, "/api/"), (Method::POST, "/api/")] {
        let answer = sent(&visitor, method, path, &[("If-None-Match", "*")]).await;
        assert!(answer.status() != 304 && header(&answer, "etag").is_empty(), "{path} {}", answer.status());
    }
    server.site.write("content/maths/subject.md", "+++\nid = 1\ntitle = \"Numbers\"\n+++\nNumbers.\n");
    let old = tag("/api/subjects/", "*/*").await;
    server.site.build();
    server.app.shelf.reload().expect("it is read");
    assert_ne!(tag("/api/subjects/", "*/*").await, old);
    assert_eq!(tag("/api/courses/", "*/*").await, plain, "these are the same bytes");
}

#[tokio::test]
async fn contents_are_those_of_the_last_build_and_gated_from_memory_too() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    let path = "/api/courses/1/contents/";
    let old = sent(&ada, Method::GET, path, &[]).await;
    let old_tag = header(&old, "etag");
    assert!(old.text().await.expect("a text").contains("The secret of unions."));
    let tom = server.student("tom").await;
    assert_eq!(sent(&tom, Method::GET, path, &[("If-None-Match", &old_tag)]).await.status(), 403);
    assert_eq!(sent(&server.visitor(), Method::GET, path, &[("If-None-Match", "*")]).await.status(), 401);
    server.site.write("content/maths/sets/01-basics/01-union.md", "+++\ntitle = \"Union\"\n+++\nWhat unions are.\n");
    server.site.build();
    server.app.shelf.reload().expect("it is read");
    let new = sent(&ada, Method::GET, path, &[("If-None-Match", &old_tag)]).await;
    assert_eq!(new.status(), 200);
    assert!(new.text().await.expect("a text").contains("What unions are."));
}

/// Many courses: large enough to be compressed, and to be compressed where nobody waits.
#[tokio::test]
async fn large_answers_are_compressed_for_who_takes_that() {
    let server = Server::over(Site::large(250, 1, 0)).await;
    server.account("ada", educa::school::Role::Student).await;
    let visitor = server.visitor();
    for path in
        ["/api/courses/", "/api/courses/?page_size=50", "/api/courses/?ordering=title", "/api/courses/?format=api"]
    {
        let plain = sent(&visitor, Method::GET, path, &[]).await;
        assert_eq!(
            (header(&plain, "vary"), header(&plain, "content-encoding")),
            ("Accept, Cookie".into(), String::new())
        );
        let (plain_tag, text) = (header(&plain, "etag"), plain.bytes().await.expect("bytes"));
        for (accept, coding) in
            [("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br, zstd", "br"), ("zstd, gzip;q=0.5", "gzip")]
        {
            for method in [Method::GET, Method::HEAD] {
                let answer = sent(&visitor, method.clone(), path, &[("Accept-Encoding", accept)]).await;
                let (tag, length) = (header(&answer, "etag"), header(&answer, "content-length"));
                assert_eq!(
                    (answer.status().as_u16(), header(&answer, "content-encoding")),
                    (200, coding.into()),
                    "{path}"
                );
                assert_eq!(header(&answer, "vary"), "Accept, Cookie, Accept-Encoding");
                assert_ne!(tag, plain_tag);
                let bytes = answer.bytes().await.expect("bytes");
                if method == Method::GET {
                    assert!(
                        length == bytes.len().to_string() && bytes.len() * 3 < text.len(),
                        "{} of {}",
                        bytes.len(),
                        text.len()
                    );
                    assert!(unpacked(coding, &bytes) == text, "{path} {coding}");
                }
                let known = [("Accept-Encoding", accept), ("If-None-Match", &tag)];
                let not_modified = sent(&visitor, method, path, &known).await;
                assert_eq!(
                    (not_modified.status().as_u16(), header(&not_modified, "vary")),
                    (304, "Accept, Cookie, Accept-Encoding".into())
                );
                let wrong = [("Accept-Encoding", accept), ("If-None-Match", &plain_tag)];
                assert_eq!(
                    sent(&visitor, Method::GET, path, &wrong).await.status(),
                    200,
                    "another form is another thing"
                );
            }
        }
        for accept in ["identity", "gzip;q=0", "zstd", "nothing"] {
            let answer = sent(&visitor, Method::GET, path, &[("Accept-Encoding", accept)]).await;
            assert_eq!(
                (header(&answer, "etag"), header(&answer, "content-encoding")),
                (plain_tag.clone(), String::new()),
                "{accept}"
            );
        }
    }
    let small = sent(&visitor, Method::GET, "/api/subjects/", &[("Accept-Encoding", "br, gzip")]).await;
    assert_eq!((header(&small, "vary"), header(&small, "content-encoding")), ("Accept, Cookie".into(), String::new()));
    let request = visitor.request(Method::POST, "/api/courses/1/enroll/").basic_auth("ada", Some(PASSWORD));
    let small = request.header("Accept-Encoding", "br").send().await.expect("an answer");
    assert_eq!(
        (header(&small, "vary"), small.text().await.expect("a text")),
        ("Accept".into(), "{\"enrolled\":true}".into())
    );
}

fn unpacked(coding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::new();
    match coding {
        "gzip" => drop(flate2::read::GzDecoder::new(bytes).read_to_end(&mut unpacked).expect("gzip")),
        _ => brotli::BrotliDecompress(&mut &*bytes, &mut unpacked).expect("brotli"),
    }
    unpacked
}
