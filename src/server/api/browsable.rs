//! The browsable API: every answer as a page, for people who look around. Row R11.

use axum::response::Response;
use http::{Method, StatusCode};

use super::call::Endpoint;
use crate::server::app::App;
use crate::server::pages::Pages;
use crate::server::problem::Problem;
use crate::theme::{ApiActionView, ApiView, HeaderView, JsonPart, LinkView};

/// The page of an answer. `body` is its JSON, indented.
pub fn draw(
    app: &App,
    endpoint: Endpoint,
    parts: &http::request::Parts,
    status: StatusCode,
    body: &str,
) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    let path = parts.uri.path();
    let header = |name: &str, value: &str| HeaderView { name: name.to_owned(), value: value.to_owned() };
    let view = ApiView {
        page: pages.page(endpoint.name.to_owned(), path),
        trail: trail(path),
        method: parts.method.to_string(),
        path: parts.uri.path_and_query().map_or(path, |path| path.as_str()).to_owned(),
        status: format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default()),
        headers: vec![
            header("Allow", endpoint.allow),
            header("Content-Type", "application/json"),
            header("Vary", endpoint.vary),
        ],
        body: linked(body),
        json: format!("{path}?format=json"),
        can_get: endpoint.allows(&Method::GET),
        can_post: endpoint.allows(&Method::POST),
        actions: actions(path),
    };
    pages.draw(&view)
}

/// The addresses above this one, and this one.
fn trail(path: &str) -> Vec<LinkView> {
    let ends = path.match_indices('/').map(|(at, _)| &path[..=at]).filter(|above| above.starts_with("/api/"));
    // Nothing is there.
    let ends = ends.filter(|above| !["/api/auth/", "/api/auth/token/"].contains(above));
    ends.map(|above| LinkView { title: name_of(above).to_owned(), address: above.to_owned() }).collect()
}

fn name_of(path: &str) -> &str {
    let parts: Vec<_> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["api"] => "Api Root",
        ["api", "subjects"] => "Subject List",
        ["api", "subjects", _] => "Subject Detail",
        ["api", "courses"] => "Course List",
        ["api", "courses", _] => "Course Instance",
        ["api", "courses", _, "enroll"] => "Enroll",
        ["api", "courses", _, "contents"] => "Contents",
        ["api", "auth", action] => action_name(action),
        ["api", "auth", "token", "refresh"] => "Token Refresh",
        other => other.last().copied().unwrap_or_default(),
    }
}

fn action_name(action: &str) -> &str {
    match action {
        "login" => "Login",
        "register" => "Register",
        "logout" => "Logout",
        "logoutall" => "Logout All",
        "user" => "User",
        other => other,
    }
}

/// What else can be done with a course.
fn actions(path: &str) -> Vec<ApiActionView> {
    match path.trim_matches('/').split('/').collect::<Vec<_>>().as_slice() {
        ["api", "courses", id] => vec![
            ApiActionView { title: "Enroll".into(), address: format!("/api/courses/{id}/enroll/"), post: true },
            ApiActionView { title: "Contents".into(), address: format!("/api/courses/{id}/contents/"), post: false },
        ],
        _ => Vec::new(),
    }
}

/// JSON cut into plain parts and strings that are URLs.
fn linked(json: &str) -> Vec<JsonPart> {
    let mut parts = Vec::new();
    let mut rest = json;
    while let Some(at) = rest.find("\"http") {
        let start = at + 1;
        let Some(length) = rest[start..].find('"') else { break };
        let url = &rest[start..start + length];
        let is_url = (url.starts_with("http://") || url.starts_with("https://"))
            && !url.contains(|c: char| c.is_whitespace() || c == '\\' || c == '<');
        parts.push(JsonPart { text: rest[..start].to_owned(), href: None });
        parts.push(JsonPart { text: url.to_owned(), href: is_url.then(|| url.to_owned()) });
        rest = &rest[start + length..];
    }
    parts.push(JsonPart { text: rest.to_owned(), href: None });
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_strings_that_are_urls_become_links() {
        let json = r#"{"a": "http://h/api/", "b": "http", "c": "https://h/ x", "d": "see http://h/"}"#;
        let parts = linked(json);
        let links: Vec<_> = parts.iter().filter_map(|part| part.href.as_deref()).collect();
        assert_eq!(links, ["http://h/api/"]);
        assert_eq!(parts.iter().map(|part| part.text.as_str()).collect::<String>(), json);
    }

    #[test]
    fn the_trail_leads_from_the_root_to_here() {
        let titles = |path| trail(path).into_iter().map(|link| link.title).collect::<Vec<_>>().join(" > ");
        assert_eq!(titles("/api/courses/1/enroll/"), "Api Root > Course List > Course Instance > Enroll");
        assert_eq!(titles("/api/"), "Api Root");
    }
}
