//! Row R28: pages of other origins: what a browser lets them do with the API, and what no setting lets them do.

use educa::school::Role;
use educa::server::{ApiConfig, ServerConfig};
use reqwest::{Method, Response};

use crate::support::{PASSWORD, Server, Site, Visitor, header};

const APP: &str = "https://app.example";

async fn school(credentials: bool) -> Server {
    let cors_origins = vec![APP.parse().expect("an origin"), "http://localhost:5173".parse().expect("an origin")];
    let api = ApiConfig { cors_origins, cors_credentials: credentials, ..ApiConfig::default() };
    let server = Server::with(Site::smallest(), ServerConfig { api, ..ServerConfig::default() }).await;
    server.account("ada", Role::Student).await;
    server
}

async fn sent(visitor: &Visitor<'_>, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let request =
        headers.iter().fold(visitor.request(method, path), |request, (name, value)| request.header(*name, *value));
    request.send().await.expect("an answer")
}

async fn preflight(visitor: &Visitor<'_>, path: &str, origin: &str) -> Response {
    let asked = [("Origin", origin), ("Access-Control-Request-Method", "POST"), ("Sec-Fetch-Site", "cross-site")];
    sent(visitor, Method::OPTIONS, path, &[&asked[..], &[("Access-Control-Request-Headers", "authorization")]].concat())
        .await
}

#[tokio::test]
async fn configured_origins_are_echoed_and_others_get_nothing() {
    let server = school(false).await;
    let visitor = server.visitor();
    for path in
        ["/api/", "/api/courses/", "/api/courses.json", "/api/courses/9/", "/api/courses/1/contents/", "/api/nothing/"]
    {
        for origin in [APP, "http://localhost:5173"] {
            let answer =
                sent(&visitor, Method::GET, path, &[("Origin", origin), ("Sec-Fetch-Site", "cross-site")]).await;
            assert_eq!(header(&answer, "access-control-allow-origin"), origin, "{path}");
            assert_eq!(header(&answer, "access-control-allow-credentials"), "");
            let exposed = header(&answer, "access-control-expose-headers");
            for name in ["link", "etag", "retry-after", "ratelimit", "ratelimit-policy", "x-total-count"] {
                assert!(exposed.split(',').any(|one| one.trim().eq_ignore_ascii_case(name)), "{name} in {exposed}");
            }
        }
        for origin in [
            "https://evil.example",
            "https://app.example.evil.example",
            "http://app.example",
            "null",
            "",
            "https://APP.example",
        ] {
            let answer = sent(&visitor, Method::GET, path, &[("Origin", origin)]).await;
            assert_eq!(header(&answer, "access-control-allow-origin"), "", "{path} {origin}");
            assert!(header(&answer, "vary").to_lowercase().contains("origin"), "a cache must tell them apart");
        }
    }
    let outside = sent(&visitor, Method::GET, "/accounts/login/", &[("Origin", APP)]).await;
    assert_eq!(header(&outside, "access-control-allow-origin"), "", "only the API");
}

#[tokio::test]
async fn preflights_are_answered_before_anybody_signs_in() {
    let server = school(false).await;
    let visitor = server.visitor();
    let answer = preflight(&visitor, "/api/courses/1/enroll/", APP).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "access-control-allow-origin")), (200, APP.into()));
    assert!(header(&answer, "access-control-allow-methods").contains("POST"));
    assert!(header(&answer, "access-control-allow-headers").contains("authorization"));
    assert_eq!(header(&answer, "access-control-max-age"), "86400");
    let other = preflight(&visitor, "/api/courses/1/enroll/", "https://evil.example").await;
    assert_eq!(other.status(), 401, "the API's own OPTIONS");
    let names = other.headers().keys().filter(|name| name.as_str().starts_with("access-control-")).count();
    assert_eq!(names, 0, "{:?}", other.headers());
    // OPTIONS of the API itself, from there too.
    let question = sent(&visitor, Method::OPTIONS, "/api/courses/", &[("Origin", APP)]).await;
    assert_eq!(header(&question, "access-control-allow-origin"), APP);
    assert!(question.text().await.expect("a text").starts_with("{\"name\":\"Course List\""));
}

#[tokio::test]
async fn without_the_setting_nothing_is_said_of_origins() {
    let server = Server::start().await;
    let visitor = server.visitor();
    for answer in [
        sent(&visitor, Method::GET, "/api/courses/", &[("Origin", APP)]).await,
        preflight(&visitor, "/api/courses/", APP).await,
    ] {
        assert!(
            !answer.headers().keys().any(|name| name.as_str().starts_with("access-control-")),
            "{:?}",
            answer.headers()
        );
        assert_eq!(header(&answer, "vary"), "Accept, Cookie");
    }
}

/// A page there may send credentials of the API; a session that a browser adds by itself counts for nothing.
#[tokio::test]
async fn a_page_there_enrolls_by_credentials_and_never_by_a_cookie() {
    for credentials in [false, true] {
        let server = school(credentials).await;
        let visitor = server.visitor();
        visitor.post("/accounts/login/", &[("username", "ada"), ("password", PASSWORD)]).await;
        for site in ["cross-site", "same-site"] {
            let from = [("Origin", APP), ("Sec-Fetch-Site", site)];
            for (method, path) in [(Method::POST, "/api/courses/1/enroll/"), (Method::GET, "/api/courses/1/contents/")]
            {
                let answer = sent(&visitor, method, path, &from).await;
                assert_eq!(answer.status(), 401, "{path} {site}");
                assert_eq!(header(&answer, "access-control-allow-origin"), APP, "its page may read why not");
                let said = header(&answer, "access-control-allow-credentials");
                assert_eq!(said, if credentials { "true" } else { "" });
            }
            for path in ["/students/enroll-course/", "/accounts/logout/", "/api/../students/enroll-course/"] {
                let answer = sent(
                    &visitor,
                    Method::POST,
                    path,
                    &[&from[..], &[("Content-Type", "application/x-www-form-urlencoded")]].concat(),
                )
                .await;
                assert_eq!(answer.status(), 403, "{path}: forms stay ours");
            }
        }
        let evil = [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")];
        assert_eq!(sent(&visitor, Method::POST, "/api/courses/1/enroll/", &evil).await.status(), 403);
        let request =
            server.visitor().request(Method::POST, "/api/courses/1/enroll/").basic_auth("ada", Some(PASSWORD));
        let answer =
            request.header("Origin", APP).header("Sec-Fetch-Site", "cross-site").send().await.expect("an answer");
        assert_eq!(answer.text().await.expect("a text"), "{\"enrolled\":true}");
    }
}
