//! Local paths: where a visitor may be sent on to.

use std::fmt;

use http::HeaderValue;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// A path on this site with its query, fit for a `Location` header: it never leads to another host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

const MAX_LENGTH: usize = 2_000;

impl LocalPath {
    /// Reads what a visitor sent as `next`; nothing if it is not surely local.
    ///
    /// Browsers take `//host`, `/\host` and such with tabs and line ends inside for another host, so none of these
    /// characters may appear at all.
    pub fn parse(text: &str) -> Option<Self> {
        let local = text.starts_with('/') && !text.starts_with("//");
        let plain = !text.contains('\\') && !text.chars().any(char::is_control);
        // The length of what is handed on: a form that carries it must be able to bring it back.
        let path = (local && plain && text.len() <= MAX_LENGTH).then(|| Self::encoded(text))?;
        (path.0.len() <= MAX_LENGTH).then_some(path)
    }

    /// A path of our own making.
    pub fn new(text: &str) -> Self {
        Self::encoded(text)
    }

    fn encoded(text: &str) -> Self {
        Self(utf8_percent_encode(text, NOT_IN_A_HEADER).to_string())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `path?name=<this>`, escaped.
    pub fn as_parameter_of(&self, path: &str, name: &str) -> LocalPath {
        Self(format!("{path}?{name}={}", utf8_percent_encode(&self.0, NOT_IN_A_PARAMETER)))
    }

    /// The header's value.
    pub fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static("/"))
    }
}

const NOT_IN_A_HEADER: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');

/// Slashes stay readable: `?next=/students/courses/`.
const NOT_IN_A_PARAMETER: &AsciiSet =
    &NOT_IN_A_HEADER.add(b'#').add(b'%').add(b'&').add(b'+').add(b'=').add(b'?').add(b';');

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_to_another_host() {
        for text in [
            "",
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "evil",
            "/a\nb",
            "\\/x",
        ] {
            assert_eq!(LocalPath::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn paths_come_through_and_can_be_parameters() {
        let path = LocalPath::parse("/course/a/?x=1&y=ä b").expect("local");
        assert_eq!(path.as_str(), "/course/a/?x=1&y=%C3%A4%20b");
        let long = format!("/{}", "ä".repeat(MAX_LENGTH / 6));
        let path_of = |text: &str| LocalPath::parse(text).map(|path| path.to_string());
        assert_eq!(path_of(&path_of(&long).expect("local")), path_of(&long), "it comes back");
        assert_eq!(path_of(&format!("{long}ä")), None, "what could not come back does not begin");
        let login = path.as_parameter_of("/accounts/login/", "next");
        assert_eq!(login.as_str(), "/accounts/login/?next=/course/a/%3Fx%3D1%26y%3D%25C3%25A4%2520b");
    }
}
