//! The browsable API: every answer as a page, for people who look around. Row R11.

use http::{HeaderName, HeaderValue, Method, StatusCode};

use super::call::Endpoint;
use super::list_page;
use super::lists::{Listed, Parameters};
use super::throttle::{RATELIMIT, RATELIMIT_POLICY};
use crate::server::app::App;
use crate::server::pages::Pages;
use crate::server::problem::Problem;
use crate::theme::{ApiActionView, ApiView, HeaderView, JsonPart, LinkView};

/// An answer to be shown.
pub struct Shown<'a> {
    /// Its status.
    pub status: StatusCode,
    /// Headers of its own.
    pub headers: &'a [(HeaderName, HeaderValue)],
    /// Its JSON, indented.
    pub json: &'a str,
    /// What it is a list of, if it is one.
    pub list: Option<&'a Listed>,
}

/// The page of an answer.
pub fn draw(app: &App, endpoint: Endpoint, parts: &http::request::Parts, shown: &Shown<'_>) -> Result<String, Problem> {
    let Shown { status, json, .. } = shown;
    let pages = Pages::new(app);
    let path = parts.uri.path();
    let header = |name: &str, value: &str| HeaderView { name: name.to_owned(), value: value.to_owned() };
    let always =
        [header("Allow", endpoint.allow), header("Content-Type", "application/json"), header("Vary", endpoint.vary)];
    // What is left of a limit changes with each call, and the page must not: it has a tag.
    let own = shown.headers.iter().filter(|(name, _)| *name != RATELIMIT && *name != RATELIMIT_POLICY);
    let own = own.map(|(name, value)| header(&titled(name), value.to_str().unwrap_or_default()));
    let view = ApiView {
        page: pages.page(endpoint.name.to_owned(), path),
        trail: trail(path),
        // HEAD is about the very bytes of GET.
        method: if parts.method == Method::HEAD { Method::GET } else { parts.method.clone() }.to_string(),
        path: parts.uri.path_and_query().map_or(path, |path| path.as_str()).to_owned(),
        status: format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default()),
        headers: always.into_iter().chain(own).collect(),
        body: linked(json),
        json: as_json(parts),
        can_get: endpoint.allows(&Method::GET),
        can_post: endpoint.allows(&Method::POST),
        actions: actions(path),
        list: shown.list.map(|listed| list_page::view(listed, path)),
    };
    Ok(pages.publication.theme.render(&view)?)
}

/// The same address, asked for JSON.
fn as_json(parts: &http::request::Parts) -> String {
    let parameters = Parameters::read(&parts.uri).unwrap_or_default();
    format!("{}?{}", parts.uri.path(), parameters.with(&[("format", Some("json"))]))
}

/// A header's name as people write it: `Retry-After`.
fn titled(name: &HeaderName) -> String {
    let word = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    name.as_str().split('-').filter(|part| !part.is_empty()).map(word).collect::<Vec<_>>().join("-")
}

/// The addresses above this one, and this one.
fn trail(path: &str) -> Vec<LinkView> {
    let ends = path.match_indices('/').map(|(at, _)| &path[..=at]).filter(|above| above.starts_with("/api/"));
    // Nothing is there.
    let ends = ends.filter(|above| !["/api/auth/", "/api/auth/token/", "/api/export/"].contains(above));
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
        ["api", "courses", _, "people"] => "People",
        ["api", "courses", _, "people", _] => "Person",
        ["api", "courses", _, "people", _, "approve"] => "Approve",
        ["api", "courses", _, "invitations"] => "Invitations",
        ["api", "courses", _, "invitations", _] => "Invitation",
        ["api", "export", "accounts"] => "Export Accounts",
        ["api", "export", "enrollments"] => "Export Enrollments",
        ["api", "export", "events"] => "Export Events",
        ["api", "me"] => "Me",
        ["api", "me", "courses"] => "My Courses",
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
