//! Row R27: the OpenAPI document says what the server does. tests/api_schema.py asks the rest of it, by the thousand.

use std::collections::BTreeSet;

use educa::school::Role;
use reqwest::Method;
use serde_json::Value;

use crate::support::{PASSWORD, Server, header};

const ROUTER: &str = include_str!("../../src/server/router.rs");

async fn document(server: &Server) -> Value {
    server.visitor().get("/api/schema/").await.json().await.expect("JSON")
}

fn paths(document: &Value) -> Vec<(&String, Vec<&String>)> {
    let paths = document["paths"].as_object().expect("paths");
    paths.iter().map(|(path, methods)| (path, methods.as_object().expect("methods").keys().collect())).collect()
}

/// The methods of an address, as it says itself, are those of the document.
#[tokio::test]
async fn every_address_allows_what_the_document_says() {
    let server = Server::start().await;
    server.account("joe", Role::Staff).await;
    let document = document(&server).await;
    for (path, methods) in paths(&document) {
        let address = path
            .replace("{id}", "1")
            .replace("{order}", "0")
            .replace("{account}", "1")
            .replace("{token}", &"0".repeat(64));
        let asked = server.visitor().request(Method::OPTIONS, &address).basic_auth("joe", Some(PASSWORD));
        let answer = asked.send().await.expect("an answer");
        let allowed = header(&answer, "allow").to_ascii_lowercase();
        let allowed: BTreeSet<_> = allowed.split(", ").filter(|method| !["head", "options"].contains(method)).collect();
        assert_eq!(allowed, methods.iter().map(|method| method.as_str()).collect(), "{path}");
    }
}

/// Whoever adds an address adds it to the document.
#[tokio::test]
async fn every_address_of_the_api_is_in_the_document() {
    let server = Server::start().await;
    let document = document(&server).await;
    let known: BTreeSet<_> = paths(&document).into_iter().map(|(path, _)| path.as_str()).collect();
    let routed = ROUTER
        .lines()
        .filter(|line| line.trim().starts_with(".page(\"/api/"))
        .filter_map(|line| line.split('"').nth(1));
    let of_people = ["/api/docs/"];
    let routed: BTreeSet<_> = routed.filter(|path| !of_people.contains(path)).collect();
    assert!(routed.len() > 10, "{routed:?}");
    assert_eq!(routed, known);
}

#[tokio::test]
async fn it_is_had_as_json_and_as_yaml() {
    let server = Server::start().await;
    let visitor = server.visitor();
    let json = document(&server).await;
    assert_eq!(json["openapi"], "3.1.0");
    assert_eq!(json["servers"][0]["url"], format!("http://{}", server.address));
    for (path, accept) in
        [("/api/schema/", "application/yaml"), ("/api/schema/?format=yaml", "*/*"), ("/api/schema.yaml", "text/html")]
    {
        let answer = visitor.request(Method::GET, path).header("Accept", accept).send().await.expect("an answer");
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "content-type")),
            (200, "application/yaml".into()),
            "{path}"
        );
        let text = answer.text().await.expect("a text");
        let read: Value = serde_saphyr::from_str(&text).expect("YAML");
        assert_eq!(read, json, "{path} {accept}");
    }
    for (path, status) in
        [("/api/schema/?format=xml", 404), ("/api/schema.json", 200), ("/api/schema/?format=api", 200)]
    {
        assert_eq!(visitor.get(path).await.status(), status, "{path}");
    }
    let post = visitor.request(Method::POST, "/api/schema/").send().await.expect("an answer");
    assert_eq!(post.status(), 403, "as on the lists");
}

#[tokio::test]
async fn people_read_it_as_a_page() {
    let server = Server::start().await;
    let page = server.visitor().read("/api/docs/").await;
    let document = document(&server).await;
    for (path, methods) in paths(&document) {
        for method in methods {
            let id = document["paths"][path][method]["operationId"].as_str().expect("a name");
            assert!(page.contains(&format!("<section id=\"{id}\"")), "{id}");
            assert!(page.contains(&format!("{} {path}", method.to_ascii_uppercase())), "{path}");
        }
    }
    assert!(page.contains("page_size") && page.contains("Granted"), "{page}");
}
