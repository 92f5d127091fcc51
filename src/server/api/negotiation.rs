//! Content negotiation: which form an answer takes, and in which version, as the reference's framework decides it.
//!
//! A suffix or `?format=` names a form outright. Else the media ranges of `Accept` are looked at by precedence: those with
//! parameters, then types, then `type/*`, then `*/*`; among equals JSON comes before the page. Weights do not count there,
//! and so they do not here, but for `q=0`, which is a no. A range that is none is passed over.

use http::{HeaderMap, Uri, header};
use mediatype::{MediaType, Name, ReadParams as _};

use super::error::ApiError;
use super::suffix::Suffix;

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// JSON, each level indented by so many spaces, or compact.
    Json {
        /// Spaces; nothing for the compact form.
        indent: Option<usize>,
    },
    /// A page for people to look around on.
    Page,
    /// A table (CSV), where an address has one; what is no table is said in JSON.
    Table,
    /// JSON values, one a line, where an address has them; what is not is said in JSON.
    Lines,
    /// YAML, where an address has it.
    Yaml,
}

/// What was agreed upon.
#[derive(Debug)]
pub struct Negotiated {
    /// The form of the answer, whatever it will be.
    pub form: Form,
    /// What it will be, if the version is none of ours.
    pub refused: Option<ApiError>,
}

const INDENT: Name<'static> = Name::new_unchecked("indent");
const VERSION: Name<'static> = Name::new_unchecked("version");

/// The versions of the API; the first is that of who names none.
const VERSIONS: [&str; 1] = ["1.0"];

/// No browser and no library sends as much: what is more is not read.
const MAX_ACCEPT: usize = 4_096;
const MAX_RANGES: usize = 64;

/// The forms in the order of preference.
const FORMS: [(Kind, &str, &str); 5] = [
    (Kind::Json, "application", "json"),
    (Kind::Page, "text", "html"),
    (Kind::Table, "text", "csv"),
    (Kind::Lines, "application", "x-ndjson"),
    (Kind::Yaml, "application", "yaml"),
];

/// The kinds of forms. Every address has the first two, some have one of the others besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// JSON.
    Json,
    /// A page.
    Page,
    /// A table.
    Table,
    /// JSON values, one a line.
    Lines,
    /// YAML.
    Yaml,
}

impl Kind {
    /// By the name that a suffix or `?format=` has for it.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "json" => Self::Json,
            "api" => Self::Page,
            "csv" => Self::Table,
            "ndjson" => Self::Lines,
            "yaml" => Self::Yaml,
            _ => return None,
        })
    }

    /// Whether an address has it that has this one besides.
    fn is_offered(self, also: Option<Self>) -> bool {
        matches!(self, Self::Json | Self::Page) || also == Some(self)
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Page => "text/html",
            Self::Table => "text/csv",
            Self::Lines => "application/x-ndjson",
            Self::Yaml => "application/yaml",
        }
    }
}

/// Chooses the form of the answer to a request to an address that has JSON, the page, and perhaps another form.
pub fn negotiate(
    uri: &Uri,
    headers: &HeaderMap,
    suffix: Option<&Suffix>,
    also: Option<Kind>,
) -> Result<Negotiated, ApiError> {
    let parameter = format_parameter(uri);
    let named = suffix.map(|suffix| suffix.0.as_str()).or(parameter.as_deref());
    let known = |name| Kind::named(name).filter(|kind| kind.is_offered(also)).ok_or_else(ApiError::not_found);
    let named = named.map(known).transpose()?;
    let text = accept(headers);
    if text.is_empty() {
        return Ok(agreed(named.unwrap_or(Kind::Json), None));
    }
    match (best(&ranges(&text)?, named, also), named) {
        (Some((kind, range)), _) => Ok(agreed(kind, Some(&range))),
        // Who names a form in the address gets it, whatever else their program sends along.
        (None, Some(kind)) => Ok(agreed(kind, None)),
        (None, None) => Err(ApiError::not_acceptable()),
    }
}

fn agreed(kind: Kind, range: Option<&MediaType<'_>>) -> Negotiated {
    let parameter = |name| range.and_then(|range| range.get_param(name)).map(|value| value.unquoted_str().into_owned());
    // As there: what is no number is none, and none is beyond 8.
    let indent = parameter(INDENT).and_then(|text| text.trim().parse::<i64>().ok()).map(|indent| indent.clamp(0, 8));
    let indent = indent.and_then(|indent| usize::try_from(indent).ok()).filter(|indent| *indent > 0);
    let form = match kind {
        Kind::Json => Form::Json { indent },
        Kind::Page => Form::Page,
        Kind::Table => Form::Table,
        Kind::Lines => Form::Lines,
        Kind::Yaml => Form::Yaml,
    };
    let known = parameter(VERSION).is_none_or(|version| VERSIONS.contains(&version.as_str()));
    Negotiated { form, refused: (!known).then(ApiError::unknown_version) }
}

fn format_parameter(uri: &Uri) -> Option<String> {
    let query = uri.query()?;
    let given = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "format");
    // As in the reference's framework the last one counts, and an empty one is none.
    given.last().map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
}

/// All of `Accept` in one line; empty if anything is welcome.
fn accept(headers: &HeaderMap) -> String {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    lines.map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(",")
}

/// The ranges that are wanted.
fn ranges(text: &str) -> Result<Vec<MediaType<'_>>, ApiError> {
    if text.len() > MAX_ACCEPT || text.split(',').count() > MAX_RANGES {
        return Err(ApiError::not_acceptable());
    }
    let each = text.split(',').filter_map(|range| MediaType::parse(range.trim().trim_end_matches([';', ' '])).ok());
    Ok(each.filter(is_wanted).collect())
}

fn best<'a>(ranges: &[MediaType<'a>], named: Option<Kind>, also: Option<Kind>) -> Option<(Kind, MediaType<'a>)> {
    for precedence in (0..=3).rev() {
        for (kind, ty, subty) in FORMS.into_iter().filter(|(kind, ..)| kind.is_offered(also)) {
            let fits = |range: &&MediaType<'_>| {
                self::precedence(range) == precedence
                    && named.is_none_or(|named| named == kind)
                    && [ty, "*"].iter().any(|known| range.ty.as_str().eq_ignore_ascii_case(known))
                    && [subty, "*"].iter().any(|known| range.subty.as_str().eq_ignore_ascii_case(known))
            };
            if let Some(range) = ranges.iter().find(fits) {
                return Some((kind, range.clone()));
            }
        }
    }
    None
}

/// How much a range says.
fn precedence(range: &MediaType<'_>) -> u8 {
    let mut parameters = range.params();
    match (range.ty.as_str(), range.subty.as_str()) {
        ("*", _) => 0,
        (_, "*") => 1,
        _ if parameters.all(|(name, _)| name == mediatype::names::Q) => 2,
        _ => 3,
    }
}

fn is_wanted(range: &MediaType<'_>) -> bool {
    let quality = range.get_param(mediatype::names::Q).and_then(|q| q.as_str().parse::<f32>().ok());
    quality.is_none_or(|quality| quality > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The indentation of JSON, or a status: 200 for the page.
    fn form(uri: &str, accept: &str, suffix: Option<&str>) -> Result<Option<usize>, u16> {
        let mut headers = HeaderMap::new();
        if !accept.is_empty() {
            headers.insert(header::ACCEPT, accept.parse().expect("a header"));
        }
        let suffix = suffix.map(|suffix| Suffix(suffix.to_owned()));
        match negotiate(&uri.parse().expect("a path"), &headers, suffix.as_ref(), None) {
            Ok(Negotiated { refused: Some(error), .. }) | Err(error) => Err(error.status.as_u16()),
            Ok(Negotiated { form: Form::Json { indent }, .. }) => Ok(indent),
            Ok(Negotiated { .. }) => Err(200),
        }
    }

    #[test]
    fn accept_decides_by_precedence_and_json_is_first() {
        for accept in [
            "",
            " ",
            "*/*",
            "*/*;q=0.1",
            "application/*",
            "application/json",
            "APPLICATION/JSON",
            "application/xml,*/*;q=0.8",
            "application/json,text/html",
            "text/html,application/json;q=0.1",
            "text/*,application/*",
            "text/html;q=0,*/*",
            "!!, application/json",
            "application/json;q=0.5;",
        ] {
            assert_eq!(form("/api/", accept, None), Ok(None), "{accept}");
        }
        for accept in ["application/xml", "text/plain", "application/json;q=0", "!!", "*", ",,", "json"] {
            assert_eq!(form("/api/", accept, None), Err(406), "{accept}");
        }
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for accept in [browser, "text/html", "text/*", "text/html;level=1, application/json", "*/*, text/html;q=0.1"] {
            assert_eq!(form("/api/", accept, None), Err(200), "{accept}");
        }
    }

    #[test]
    fn indentation_is_between_0_and_8() {
        for (indent, found) in [("4", Some(4)), ("8", Some(8)), ("99", Some(8)), ("0", None), ("-3", None), ("x", None)]
        {
            assert_eq!(form("/api/", &format!("application/json; indent={indent}"), None), Ok(found), "{indent}");
        }
        assert_eq!(form("/api/", "*/*; indent=2", None), Ok(Some(2)));
        assert_eq!(form("/api/", "application/json, application/json; indent=\"3\"", None), Ok(Some(3)));
    }

    #[test]
    fn a_named_form_beats_accept() {
        assert_eq!(form("/api/?format=json", "text/html", None), Ok(None));
        assert_eq!(form("/api/", "text/html", Some("json")), Ok(None));
        assert_eq!(form("/api/?format=xml&format=json", "", None), Ok(None));
        assert_eq!(form("/api/?format=", "", None), Ok(None));
        assert_eq!(form("/api/?format=json", "text/html, application/json; indent=1", None), Ok(Some(1)));
        assert_eq!(form("/api/?format=api", "application/json", None), Err(200));
        assert_eq!(form("/api/?format=xml", "", None), Err(404));
        assert_eq!(form("/api/", "", Some("xml")), Err(404));
    }

    #[test]
    fn a_table_is_had_where_there_is_one_by_whoever_names_it() {
        let agreed = |uri: &str, accept: &'static str, also| {
            let headers = [(header::ACCEPT, http::HeaderValue::from_static(accept))].into_iter().collect();
            negotiate(&uri.parse().expect("a path"), &headers, None, also).map(|agreed| agreed.form).ok()
        };
        let table = Some(Kind::Table);
        for (uri, accept) in [("/api/", "text/csv"), ("/api/?format=csv", "*/*"), ("/api/?format=csv", "text/html")] {
            assert_eq!(agreed(uri, accept, table), Some(Form::Table), "{uri} {accept}");
            assert_ne!(agreed(uri, accept, None), Some(Form::Table), "{uri} {accept}");
        }
        assert_eq!(agreed("/api/", "*/*", table), Some(Form::Json { indent: None }));
        assert_eq!(agreed("/api/", "text/*", table), Some(Form::Page));
        assert_eq!(agreed("/api/?format=ndjson", "*/*", table), None);
        assert_eq!(agreed("/api/", "application/x-ndjson", Some(Kind::Lines)), Some(Form::Lines));
    }

    #[test]
    fn a_version_is_ours_or_refused() {
        for accept in ["application/json; version=1.0", "*/*; version=\"1.0\"", "application/json;version=1.0;indent=0"]
        {
            assert_eq!(form("/api/", accept, None), Ok(None), "{accept}");
        }
        for accept in
            ["application/json; version=2.0", "*/*; version=1", "text/html; version=x", "text/html;version=\"\""]
        {
            assert_eq!(form("/api/", accept, None), Err(406), "{accept}");
        }
        assert_eq!(
            form("/api/", "text/plain; version=9, application/json", None),
            Ok(None),
            "of the one that is taken"
        );
    }

    #[test]
    fn more_than_anybody_sends_is_not_read() {
        let ranges = |n| vec!["application/json"; n].join(",");
        assert_eq!(form("/api/", &ranges(MAX_RANGES), None), Ok(None));
        assert_eq!(form("/api/", &ranges(MAX_RANGES + 1), None), Err(406));
        assert_eq!(form("/api/", &format!("application/json;a={}", "b".repeat(MAX_ACCEPT)), None), Err(406));
    }
}
