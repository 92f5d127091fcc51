//! Content negotiation: which form an answer takes, as the reference's framework decides it.
//!
//! A suffix or `?format=` names a form outright; else `Accept` chooses by precedence, JSON first.

use headers_accept::Accept;
use http::{HeaderMap, Uri, header};
use mediatype::{MediaType, MediaTypeBuf, Name, ReadParams as _};

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
}

const INDENT: Name<'static> = Name::new_unchecked("indent");

/// Chooses the form of the answer to a request.
pub fn negotiate(uri: &Uri, headers: &HeaderMap, suffix: Option<&Suffix>) -> Result<Form, ApiError> {
    let parameter = format_parameter(uri);
    let named = suffix.map(|suffix| suffix.0.as_str()).or(parameter.as_deref());
    let accepted = accepted(headers)?;
    match named {
        Some("json") => Ok(indented(accepted.iter().find(|kind| is_json(kind)))),
        Some("api") => Ok(Form::Page),
        Some(_) => Err(ApiError::not_found()),
        None => accepted.iter().find_map(form_of).ok_or_else(ApiError::not_acceptable),
    }
}

/// The form that a media type or range asks for, JSON first.
fn form_of(kind: &MediaTypeBuf) -> Option<Form> {
    match (is_json(kind) || is_any(kind), is_page(kind)) {
        (true, _) => Some(indented(Some(kind))),
        (false, true) => Some(Form::Page),
        (false, false) => None,
    }
}

fn format_parameter(uri: &Uri) -> Option<String> {
    let query = uri.query()?;
    let given = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "format");
    // As in the reference's framework the last one counts, and an empty one is none.
    given.last().map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
}

/// The media types of `Accept`, most wanted first; those with `q=0` are not wanted. Without the header, anything is.
fn accepted(headers: &HeaderMap) -> Result<Vec<MediaTypeBuf>, ApiError> {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let text = lines.collect::<Vec<_>>().join(",");
    if text.trim().is_empty() {
        return Ok(vec![MediaType::new(mediatype::names::_STAR, mediatype::names::_STAR).into()]);
    }
    let accept: Accept = text.parse().map_err(|_| ApiError::not_acceptable())?;
    Ok(accept.media_types().filter(|kind| is_wanted(kind)).cloned().collect())
}

fn is_wanted(kind: &MediaTypeBuf) -> bool {
    let quality = kind.get_param(mediatype::names::Q).and_then(|q| q.as_str().parse::<f32>().ok());
    quality.is_none_or(|quality| quality > 0.0)
}

fn is_json(kind: &MediaTypeBuf) -> bool {
    kind.essence() == MediaType::new(mediatype::names::APPLICATION, mediatype::names::JSON)
}

/// `*/*` or `application/*`
fn is_any(kind: &MediaTypeBuf) -> bool {
    let any_type = kind.ty() == mediatype::names::_STAR;
    let any_application = kind.ty() == mediatype::names::APPLICATION && kind.subty() == mediatype::names::_STAR;
    any_type || any_application
}

/// `text/html` or `text/*`
fn is_page(kind: &MediaTypeBuf) -> bool {
    let html = kind.subty() == mediatype::names::HTML || kind.subty() == mediatype::names::_STAR;
    kind.ty() == mediatype::names::TEXT && html
}

/// `application/json; indent=4`, at most 8 as in the reference's framework.
fn indented(kind: Option<&MediaTypeBuf>) -> Form {
    let asked = kind.and_then(|kind| kind.get_param(INDENT)).and_then(|value| value.as_str().parse::<usize>().ok());
    Form::Json { indent: asked.map(|indent| indent.min(8)).filter(|indent| *indent > 0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(uri: &str, accept: &str, suffix: Option<&str>) -> Result<Option<usize>, u16> {
        let mut headers = HeaderMap::new();
        if !accept.is_empty() {
            headers.insert(header::ACCEPT, accept.parse().expect("a header"));
        }
        let suffix = suffix.map(|suffix| Suffix(suffix.to_owned()));
        let form = negotiate(&uri.parse().expect("a path"), &headers, suffix.as_ref());
        match form {
            Ok(Form::Json { indent }) => Ok(indent),
            Ok(Form::Page) => Err(200),
            Err(error) => Err(error.status.as_u16()),
        }
    }

    #[test]
    fn accept_decides() {
        for accept in
            ["", "*/*", "application/*", "application/json", "application/xml,*/*;q=0.8", "application/json,text/html"]
        {
            assert_eq!(form("/api/", accept, None), Ok(None), "{accept}");
        }
        for accept in ["application/xml", "text/plain", "application/json;q=0", "!!"] {
            assert_eq!(form("/api/", accept, None), Err(406), "{accept}");
        }
        for accept in ["text/html,application/xml;q=0.9,*/*;q=0.8", "text/html", "text/*"] {
            assert_eq!(form("/api/", accept, None), Err(200), "{accept}");
        }
        assert_eq!(form("/api/", "application/json; indent=4", None), Ok(Some(4)));
        assert_eq!(form("/api/", "application/json; indent=99", None), Ok(Some(8)));
        assert_eq!(form("/api/", "application/json; indent=x", None), Ok(None));
    }

    #[test]
    fn a_named_form_beats_accept() {
        assert_eq!(form("/api/?format=json", "text/html", None), Ok(None));
        assert_eq!(form("/api/", "text/html", Some("json")), Ok(None));
        assert_eq!(form("/api/?format=xml&format=json", "", None), Ok(None));
        assert_eq!(form("/api/?format=", "", None), Ok(None));
        assert_eq!(form("/api/?format=api", "application/json", None), Err(200));
        assert_eq!(form("/api/?format=xml", "", None), Err(404));
        assert_eq!(form("/api/", "", Some("xml")), Err(404));
    }
}
