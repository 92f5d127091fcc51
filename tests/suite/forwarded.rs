//! Behind a front server: whose word counts on who asks, by which name and how.

use educa::server::{ForwardedHeaders, ServerConfig};
use reqwest::{Method, Response};

use crate::support::{PASSWORD, Server, Site, Visitor, header};

/// A server whose proxies have these addresses. Tests ask it from 127.0.0.1.
async fn behind(proxies: &[&str], forwarded_headers: ForwardedHeaders) -> Server {
    let trusted_proxies = proxies.iter().map(|text| text.parse().expect("a network")).collect();
    let allowed_hosts = vec!["school.example".to_owned()];
    let config = ServerConfig { trusted_proxies, forwarded_headers, allowed_hosts, ..ServerConfig::default() };
    Server::with(Site::smallest(), config).await
}

async fn ask(visitor: &Visitor<'_>, headers: &[(&str, &str)]) -> Response {
    let request = visitor.request(Method::GET, "/api/");
    headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value))
        .send()
        .await
        .expect("an answer")
}

const SAID: [(&str, &str); 2] = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "school.example")];

#[tokio::test]
async fn a_trusted_proxy_says_which_address_the_client_used() {
    let server = behind(&["127.0.0.0/8"], ForwardedHeaders::XForwarded).await;
    let text = ask(&server.visitor(), &SAID).await.text().await.expect("a text");
    assert!(text.contains("\"https://school.example/api/courses/\""), "{text}");
    let foreign = ask(&server.visitor(), &[("X-Forwarded-Host", "evil.example")]).await;
    assert_eq!(foreign.status(), 400, "it must still be one of our names");
    let text = ask(&server.visitor(), &[("Forwarded", "proto=https;host=school.example")]).await.text().await;
    assert!(text.expect("a text").contains(&server.url("/api/courses/")), "not the header that these proxies write");
}

#[tokio::test]
async fn the_standard_header_is_read_if_the_proxies_write_that_one() {
    let server = behind(&["127.0.0.1/32"], ForwardedHeaders::Forwarded).await;
    let said = [("Forwarded", "for=203.0.113.9;proto=https;host=\"school.example:8443\"")];
    let text = ask(&server.visitor(), &said).await.text().await.expect("a text");
    assert!(text.contains("\"https://school.example:8443/api/courses/\""), "{text}");
    let text = ask(&server.visitor(), &SAID).await.text().await.expect("a text");
    assert!(text.contains(&server.url("/api/courses/")), "{text}");
}

#[tokio::test]
async fn a_strangers_word_changes_nothing() {
    for proxies in [&[][..], &["10.0.0.0/8"]] {
        let server = behind(proxies, ForwardedHeaders::XForwarded).await;
        let text = ask(&server.visitor(), &SAID).await.text().await.expect("a text");
        assert!(text.contains(&server.url("/api/courses/")), "{proxies:?}: {text}");
        let answer = sign_in(&server, &[("X-Forwarded-Proto", "https")], "ada").await;
        assert!(!header(&answer, "set-cookie").contains("Secure"), "{proxies:?}");
    }
}

#[tokio::test]
async fn cookies_that_were_asked_for_by_https_are_secure() {
    let server = behind(&["127.0.0.1/32"], ForwardedHeaders::XForwarded).await;
    let answer = sign_in(&server, &[("X-Forwarded-Proto", "https")], "ada").await;
    assert_eq!(answer.status(), 302);
    assert!(header(&answer, "set-cookie").ends_with("; Secure"), "{}", header(&answer, "set-cookie"));
    let answer = sign_in(&server, &[("X-Forwarded-Proto", "http")], "bob").await;
    assert!(!header(&answer, "set-cookie").contains("Secure"));
}

async fn sign_in(server: &Server, headers: &[(&str, &str)], name: &str) -> Response {
    server.account(name, educa::school::Role::Student).await;
    let visitor = server.visitor();
    let request = visitor.request(Method::POST, "/accounts/login/").form(&[("username", name), ("password", PASSWORD)]);
    headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value))
        .send()
        .await
        .expect("an answer")
}
