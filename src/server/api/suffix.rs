//! Format suffixes: `/api/courses.json` is `/api/courses/` in JSON.

use axum::body::Body;
use http::{Request, Uri};

/// The suffix a request's path had, such as `json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suffix(pub String);

/// Takes the suffix off a path below `/api/`, before it is routed.
pub fn strip_suffix(mut request: Request<Body>) -> Request<Body> {
    if let Some((path, suffix)) = split(request.uri().path()) {
        let query = request.uri().query().map_or_else(String::new, |query| format!("?{query}"));
        if let Ok(uri) = format!("{path}{query}").parse::<Uri>() {
            *request.uri_mut() = uri;
            request.extensions_mut().insert(Suffix(suffix));
        }
    }
    request
}

/// `/api/courses.json` or `/api/courses.json/`, and `/api/.json` for the index.
fn split(path: &str) -> Option<(String, String)> {
    let rest = path.strip_prefix("/api/")?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (stem, suffix) = rest.rsplit_once('.')?;
    let sound = !suffix.is_empty() && suffix.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !sound || stem.ends_with('/') {
        return None;
    }
    let path = if stem.is_empty() { "/api/".to_owned() } else { format!("/api/{stem}/") };
    Some((path, suffix.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn suffixes_of_the_api_alone() {
        let parts = |path| split(path).map(|(path, suffix)| format!("{path} {suffix}"));
        assert_eq!(parts("/api/courses.json").as_deref(), Some("/api/courses/ json"));
        assert_eq!(parts("/api/courses/1.xml").as_deref(), Some("/api/courses/1/ xml"));
        assert_eq!(parts("/api/courses/1/enroll.api/").as_deref(), Some("/api/courses/1/enroll/ api"));
        assert_eq!(parts("/api/.json").as_deref(), Some("/api/ json"));
        for path in ["/api/courses/", "/api/courses/.json", "/course/a.json", "/api/a.JSON", "/api/a."] {
            assert_eq!(parts(path), None, "{path}");
        }
    }
}
