//! What a front server asks educa: who may have a file (`/gate/check`), and which file to send (`X-Accel-Redirect`).
//! `tests/front_server.py` drives real front servers with the files of docs/deploy.

use educa::school::Role;
use educa::server::ServerConfig;
use reqwest::{Method, Response};

use crate::support::{Server, Site, Visitor, header, location, tree};

const PAGE: &str = "/course/sets/basics/";

fn trusting() -> ServerConfig {
    let trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    ServerConfig { trusted_proxies, ..ServerConfig::default() }
}

fn school() -> Site {
    Site::smallest()
        .with("content/maths/sets/01-basics/02-sheet one.pdf", "%PDF-1.4 a sheet")
        .with("content/maths/sets/01-basics/03-half 50% off.csv", "a,b\n")
}

async fn check(visitor: &Visitor<'_>, headers: &[(&str, &str)]) -> Response {
    let request = visitor.request(Method::GET, "/gate/check");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.expect("an answer")
}

async fn asked(visitor: &Visitor<'_>, path: &str) -> u16 {
    let answer = check(visitor, &[("X-Original-URI", path), ("X-Original-Method", "GET")]).await;
    assert_eq!(header(&answer, "cache-control"), "no-store", "{path}");
    let status = answer.status().as_u16();
    assert_eq!(answer.text().await.expect("a body"), "", "{path}");
    status
}

#[tokio::test]
async fn the_check_says_what_the_gate_would() {
    let server = Server::with(school(), trusting()).await;
    let (nobody, bob, sue) = (server.visitor(), server.student("bob").await, server.student("sue").await);
    let ada = server.person("ada", Role::Instructor).await;
    sue.enroll("1").await;
    for file in tree(&server.site.path("private")).keys() {
        let path = format!("/{}", file.replace('%', "%25").replace(' ', "%20"));
        let path = path.strip_suffix("index.html").unwrap_or(&path);
        let listed = file.starts_with("course/") || file.starts_with("search/");
        let expected = if listed { [401, 403, 204, 204] } else { [404; 4] };
        for (visitor, status) in [&nobody, &bob, &ada, &sue].into_iter().zip(expected) {
            assert_eq!(asked(visitor, path).await, status, "{path}");
            assert_eq!(asked(visitor, &format!("{path}?x=/")).await, status, "{path}?x=/");
        }
    }
    for path in ["/", "/course/sets/", "/robots.txt"] {
        assert_eq!(asked(&nobody, path).await, 204, "{path}");
    }
    for path in ["/nothing/", "/students/courses/", "/gate/check", "/course/sets/basics"] {
        assert_eq!(asked(&sue, path).await, 404, "{path}");
    }
    sue.post("/students/leave-course/", &[("course", "1")]).await;
    assert_eq!(asked(&sue, PAGE).await, 403);
}

#[tokio::test]
async fn what_front_servers_might_read_otherwise_is_no_file() {
    let server = Server::with(school(), trusting()).await;
    let sue = server.student("sue").await;
    sue.enroll("1").await;
    for path in [
        "/course/./sets/basics/",
        "/course/x/../sets/basics/",
        "/course//sets/basics/",
        "//course/sets/basics/",
        "/course/sets/%2e/basics/",
        "/course/x/%2e%2e/sets/basics/",
        "/course%2fsets%2Fbasics/",
        "/course%252fsets/basics/",
        "/course\\sets\\basics/",
        "/course/sets/basics/%00",
        "/course/sets/basics/#x",
        "/course/sets/basics/index.html",
        "/course/sets/basics/ x",
        "http://127.0.0.1/course/sets/basics/",
        "",
    ] {
        assert_eq!(asked(&sue, path).await, 404, "{path}");
    }
    for headers in [
        &[][..],
        &[("X-Original-URI", PAGE), ("X-Forwarded-Uri", "/")],
        &[("X-Original-URI", "/"), ("X-Forwarded-Uri", PAGE)],
        &[("X-Original-URI", "/"), ("X-Original-URI", PAGE)],
    ] {
        assert_eq!(check(&sue, headers).await.status(), 404, "{headers:?}");
    }
    assert_eq!(check(&sue, &[("X-Forwarded-Uri", PAGE), ("X-Forwarded-Method", "HEAD")]).await.status(), 204);
    let answer = check(&sue, &[("X-Forwarded-Uri", PAGE), ("X-Forwarded-Method", "POST")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "allow")), (405, "GET, HEAD".to_owned()));
    assert_eq!(answer.text().await.expect("a body"), "");
}

/// Between the pages and the catalog of a build, a file may be another course's already.
#[tokio::test]
async fn a_file_that_is_not_the_one_listed_is_not_let_through() {
    let server =
        Server::with(school(), ServerConfig { accel_redirect: Some("/protected/".into()), ..trusting() }).await;
    let sue = server.student("sue").await;
    sue.enroll("1").await;
    let page = "private/course/sets/basics/index.html";
    server.site.write(page, server.site.read(page).replace("The secret of unions.", "Of another course."));
    assert_eq!(asked(&sue, PAGE).await, 503);
    let answer = sue.get(PAGE).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-accel-redirect")), (503, String::new()));
}

#[tokio::test]
async fn strangers_cannot_ask() {
    for trusted_proxies in [vec![], vec!["10.0.0.0/8".parse().expect("a network")]] {
        let accel_redirect = Some("/protected/".to_owned());
        let config = ServerConfig { trusted_proxies, accel_redirect, ..ServerConfig::default() };
        let server = Server::with(school(), config).await;
        let sue = server.student("sue").await;
        sue.enroll("1").await;
        assert_eq!(check(&sue, &[("X-Original-URI", PAGE)]).await.status(), 404);
        let answer = sue.get(PAGE).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "x-accel-redirect")), (200, String::new()));
        assert!(answer.text().await.expect("a text").contains("The secret of unions."));
    }
}

#[tokio::test]
async fn gated_files_are_handed_over_once_the_gate_said_yes() {
    let server =
        Server::with(school(), ServerConfig { accel_redirect: Some("/protected/".into()), ..trusting() }).await;
    let sue = server.student("sue").await;
    assert_eq!(sue.get(PAGE).await.status(), 403);
    assert!(location(&server.visitor().get(PAGE).await).starts_with("/accounts/login/"));
    sue.enroll("1").await;
    let pdf = server.site.published().into_keys().find(|path| path.ends_with(".pdf")).expect("a sheet");
    let pdf = pdf.strip_prefix("private/").expect("gated").replace(' ', "%20");
    for (path, file) in [(PAGE.to_owned(), "course/sets/basics/index.html"), (format!("/{pdf}"), &*pdf)] {
        let answer = sue.get(&path).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "x-accel-redirect"), format!("/protected/{file}"));
        assert_eq!(header(&answer, "cache-control"), "private, no-cache");
        assert_eq!(header(&answer, "vary"), "Cookie");
        assert_eq!(answer.text().await.expect("a body"), "", "the bytes are the front server's to send");
    }
    let public = sue.get("/course/sets/").await;
    assert_eq!(header(&public, "x-accel-redirect"), "", "what everyone may have lies in public/");
    assert!(public.text().await.expect("a text").contains("All about sets."));
}
