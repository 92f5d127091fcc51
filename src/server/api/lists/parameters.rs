//! The parameters of a list's address, and the same address with others.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use http::Uri;
use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::server::api::base::Base;
use crate::server::api::error::ApiError;
use crate::server::api::suffix::Suffix;

/// The longest query of a list: a cursor holds what the list is ordered by, and a title may be long.
const MAX_QUERY: usize = 16 * 1024;

/// How many parameters an address of a list may have.
const MAX_PARAMETERS: usize = 100;

/// What the reference's language leaves as it is in a query.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a request says behind `?`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads a query, if it is of a sane size.
    pub fn read(uri: &Uri) -> Result<Self, ApiError> {
        let query = uri.query().unwrap_or_default();
        if query.len() > MAX_QUERY {
            return Err(ApiError::bad_request(format!("The query is longer than {MAX_QUERY} bytes.")));
        }
        let parsed = form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into(), value.into()));
        let parameters: Vec<_> = parsed.take(MAX_PARAMETERS + 1).collect();
        if parameters.len() > MAX_PARAMETERS {
            return Err(ApiError::bad_request(format!("The query has more than {MAX_PARAMETERS} parameters.")));
        }
        Ok(Self(parameters))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a parameter; of several the last.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All, as they were given.
    pub fn each(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether one of these is there.
    pub fn has_any(&self, names: &[&str]) -> bool {
        self.0.iter().any(|(name, _)| names.contains(&name.as_str()))
    }

    /// The query with other values for some parameters, or without them. By name, as in the reference's framework.
    pub fn with(&self, changes: &[(&str, Option<&str>)]) -> String {
        let mut pairs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in &self.0 {
            pairs.entry(name).or_default().push(value);
        }
        for (name, value) in changes {
            match value {
                Some(value) => pairs.insert(name, vec![value]),
                None => pairs.remove(name),
            };
        }
        let pairs = pairs.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        pairs.map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect::<Vec<_>>().join("&")
    }
}

fn escaped(text: &str) -> Cow<'_, str> {
    let escaped: Cow<'_, str> = utf8_percent_encode(text, ESCAPED).into();
    if escaped.contains("%20") { escaped.replace("%20", "+").into() } else { escaped }
}

/// Where a list is, for links to its pages.
#[derive(Debug, Clone)]
pub struct Address {
    base: Base,
    parts: Arc<Parts>,
    /// How it was asked for.
    pub parameters: Parameters,
}

impl Address {
    /// The address of a request, below a base.
    pub fn of(parts: &Arc<Parts>, base: &Base) -> Result<Self, ApiError> {
        Ok(Self { base: base.clone(), parts: parts.clone(), parameters: Parameters::read(&parts.uri)? })
    }

    /// Such as `http://127.0.0.1:8000/api/courses/`, as it was asked for: with its suffix, if it had one.
    fn url(&self) -> String {
        let (base, path) = (&self.base, self.parts.uri.path());
        match self.parts.extensions.get::<Suffix>() {
            Some(Suffix(suffix)) => format!("{base}{}.{suffix}", path.trim_end_matches('/')),
            None => format!("{base}{path}"),
        }
    }

    /// The same list with other parameters.
    pub fn with(&self, changes: &[(&str, Option<&str>)]) -> String {
        let query = self.parameters.with(changes);
        if query.is_empty() { self.url() } else { format!("{}?{query}", self.url()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(query: &str) -> Parameters {
        Parameters::read(&format!("/api/courses/?{query}").parse().expect("an address")).expect("a sane size")
    }

    #[test]
    fn other_parameters_are_kept_and_sorted() {
        let given = parameters("search=a+b%26c&page=2&b&a=%C3%BC~*&b=1");
        assert_eq!(given.get("b"), Some("1"));
        assert_eq!(given.with(&[("page", Some("3"))]), "a=%C3%BC~%2A&b=&b=1&page=3&search=a+b%26c");
        assert_eq!(given.with(&[("page", None), ("b", None)]), "a=%C3%BC~%2A&search=a+b%26c");
    }

    #[test]
    fn what_nobody_needs_is_refused() {
        let status = |query: String| Parameters::read(&format!("/?{query}").parse().expect("an address")).map(|_| ());
        assert!(status("a=1&".repeat(MAX_PARAMETERS)).is_ok());
        let refused = [status("a=1&".repeat(MAX_PARAMETERS + 1)), status("a".repeat(MAX_QUERY + 1))];
        assert!(refused.iter().all(|one| one.as_ref().is_err_and(|error| error.status == 400)));
    }
}
