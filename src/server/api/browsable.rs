//! The browsable API: every answer as a page, for people who look around. Row R11.

use http::{HeaderName, HeaderValue, Method, StatusCode};

use super::call::Endpoint;
use super::credentials::Scheme;
use super::list_page;
use super::lists::{Listed, Parameters};
use super::throttle::{RATELIMIT, RATELIMIT_POLICY};
use crate::school::Account;
use crate::server::app::App;
use crate::server::local_path::LocalPath;
use crate::server::pages::{LOGIN, Pages, REGISTER, with_next};
use crate::server::problem::Problem;
use crate::theme::{ApiActionView, ApiParameterView, ApiView, HeaderView, JsonPart, LinkView};

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
    /// Who looks at it, if they are signed in.
    pub reader: Option<&'a Account>,
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
    let back = comes_back(endpoint, parts);
    let (username, actions) = match shown.reader {
        Some(reader) => (reader.username.to_string(), actions(path)),
        None => (String::new(), Vec::new()),
    };
    let view = ApiView {
        page: pages.page(endpoint.name.to_owned(), path),
        trail: trail(path),
        sign_in_for_more: shown.reader.is_none() && offers_more(endpoint, path),
        username,
        login: with_next(LOGIN, back.as_ref()),
        register: with_next(REGISTER, back.as_ref()),
        // HEAD is about the very bytes of GET.
        method: if parts.method == Method::HEAD { Method::GET } else { parts.method.clone() }.to_string(),
        path: parts.uri.path_and_query().map_or(path, |path| path.as_str()).to_owned(),
        status: format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default()),
        headers: always.into_iter().chain(own).collect(),
        body: linked(json),
        json: as_json(parts),
        can_get: endpoint.allows(&Method::GET),
        can_post: endpoint.allows(&Method::POST) && (shown.reader.is_some() || endpoint.scheme == Scheme::Nobody),
        actions,
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
    let ends = ends.filter(|above| !above.contains("/modules/") || above.ends_with("/done/"));
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
        ["api", "courses", _, "modules", _, "done"] => "Done",
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

/// Where somebody comes back to who signs in from a page: that page, or the one above it if it is there for sending alone.
fn comes_back(endpoint: Endpoint, parts: &http::request::Parts) -> Option<LocalPath> {
    if endpoint.allows(&Method::GET) {
        return LocalPath::parse(parts.uri.path_and_query()?.as_str());
    }
    let above = trail(parts.uri.path()).into_iter().rev().nth(1)?;
    LocalPath::parse(&above.address)
}

/// What somebody who is signed in can do besides.
fn actions(path: &str) -> Vec<ApiActionView> {
    let action = |title: &str, address: String| ApiActionView {
        title: title.to_owned(),
        address,
        post: false,
        ends: false,
        fields: Vec::new(),
    };
    match path.trim_matches('/').split('/').collect::<Vec<_>>().as_slice() {
        ["api"] => vec![action("Me", "/api/me/".into()), action("My Courses", "/api/me/courses/".into())],
        ["api", "courses", id] => vec![
            ApiActionView { post: true, ..action("Enroll", format!("/api/courses/{id}/enroll/")) },
            action("Contents", format!("/api/courses/{id}/contents/")),
        ],
        ["api", "courses", id, "enroll"] => vec![leaving(id)],
        _ => Vec::new(),
    }
}

/// What a form cannot do itself, it has the students' pages do: a browser without script sends no DELETE.
fn leaving(course: &str) -> ApiActionView {
    let field = |name: &str, value: &str| ApiParameterView { name: name.to_owned(), value: value.to_owned() };
    ApiActionView {
        title: "DELETE".to_owned(),
        address: "/students/leave-course/".to_owned(),
        post: true,
        ends: true,
        fields: vec![field("course", course), field("next", "/api/me/courses/")],
    }
}

/// Whether there is more for those who are signed in.
fn offers_more(endpoint: Endpoint, path: &str) -> bool {
    !actions(path).is_empty() || matches!(endpoint.scheme, Scheme::Basic | Scheme::Token)
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
