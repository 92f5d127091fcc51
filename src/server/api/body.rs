//! Bodies: what a program sends, field by field, in the words of the reference's framework.
//!
//! JSON, a form or multipart, by `Content-Type`; no body at all is one without fields. A field is a text; what else JSON
//! may hold is read over without keeping it, however deep it is, and only said to be of the wrong kind. A handler asks for
//! its fields one by one, then for the value that it made of them, or all that was wrong:
//!
//! ```text
//! let mut fields = call.body.fields().await?;
//! let (name, password) = (fields.text("username", TEXT), fields.text("password", SECRET));
//! let (name, password) = fields.checked((name, password))?;
//! ```

use std::collections::BTreeMap;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use mime::Mime;

use super::error::ApiError;
use super::json_body;
use crate::server::header_text::header_text;
use crate::server::whole_body::whole_body;

/// More fields than any form of ours has, by far; as many as the reference's framework takes.
pub const MAX_FIELDS: usize = 1_000;

/// More in one list than any list of ours may have.
pub const MAX_LIST: usize = 1_000;

/// What was sent under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// A text, or a number as its digits.
    Text(String),
    /// `null`
    Null,
    /// A list of texts, of which no more are kept than any list of ours may have and one.
    List(Vec<String>),
    /// Anything else: a list of something else, a file.
    Other,
}

/// The fields of a body by name, and what is wrong with those that were asked for.
#[derive(Debug, Default)]
pub struct Fields {
    sent: BTreeMap<String, Sent>,
    errors: Vec<(&'static str, Vec<String>)>,
}

/// Several of something: one by one, or in a text, such as one a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Several {
    /// As a text has them.
    Text(String),
    /// As a list has them.
    List(Vec<String>),
}

/// What a text may be.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Whether white space around it does not count.
    pub trimmed: bool,
    /// How many characters it may have.
    pub max: usize,
}

/// A text of a line.
pub const TEXT: Rule = Rule { trimmed: true, max: 254 };

/// A password, which is taken as it is. Nobody types a longer one.
pub const SECRET: Rule = Rule { trimmed: false, max: 4_096 };

/// A body that nobody has read yet, and what it says it is.
pub struct Incoming {
    kind: Option<HeaderValue>,
    body: Body,
}

impl Incoming {
    /// The body of a request with these headers.
    pub fn new(headers: &HeaderMap, body: Body) -> Self {
        Self { kind: headers.get(header::CONTENT_TYPE).cloned(), body }
    }

    /// Waits for the body, and reads it.
    pub async fn fields(self) -> Result<Fields, ApiError> {
        self.fields_or_text(None).await
    }

    /// The same where a plain text, or a table, is taken for the field of this name.
    pub async fn fields_or_text(self, name: Option<&'static str>) -> Result<Fields, ApiError> {
        let bytes = whole_body(self.body).await?;
        if bytes.is_empty() {
            return Ok(Fields::default());
        }
        let said = self.kind.as_ref().map(header_text).unwrap_or_default();
        let kind = said.parse::<Mime>().ok().filter(is_utf8).ok_or_else(|| ApiError::unsupported(&said))?;
        let sent = match kind.essence_str() {
            "application/json" => json_body::dictionary(&bytes)?,
            "application/x-www-form-urlencoded" => form(&bytes)?,
            "multipart/form-data" => multipart(&kind, bytes).await?,
            "text/plain" | "text/csv" if name.is_some() => text(name.unwrap_or_default(), &bytes)?,
            _ => return Err(ApiError::unsupported(&said)),
        };
        Ok(Fields { sent, errors: Vec::new() })
    }
}

/// Other encodings are refused rather than misread.
fn is_utf8(kind: &Mime) -> bool {
    kind.get_param(mime::CHARSET).is_none_or(|charset| ["utf-8", "utf8", "us-ascii"].contains(&charset.as_str()))
}

fn text(name: &str, bytes: &[u8]) -> Result<BTreeMap<String, Sent>, ApiError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ApiError::unreadable("The text is not UTF-8."))?;
    Ok(BTreeMap::from([(name.to_owned(), Sent::Text(text.to_owned()))]))
}

/// Of two fields with one name the last counts, as on pages.
fn form(bytes: &[u8]) -> Result<BTreeMap<String, Sent>, ApiError> {
    let broken = || ApiError::unreadable("Form parse error - it holds text that is not UTF-8");
    std::str::from_utf8(bytes).map_err(|_| broken())?;
    let mut fields = BTreeMap::new();
    for (n, (name, value)) in form_urlencoded::parse(bytes).enumerate() {
        if n == MAX_FIELDS {
            return Err(ApiError::unreadable("Form parse error - it has too many fields"));
        }
        // What a broken percent-escape becomes.
        if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
            return Err(broken());
        }
        fields.insert(name.into_owned(), Sent::Text(value.into_owned()));
    }
    Ok(fields)
}

/// The bytes are all here, and no more than a body may have: what multer keeps of them is bounded by that.
async fn multipart(kind: &Mime, bytes: Bytes) -> Result<BTreeMap<String, Sent>, ApiError> {
    let broken = |why: &dyn std::fmt::Display| ApiError::unreadable(format!("Multipart form parse error - {why}"));
    let boundary = kind.get_param(mime::BOUNDARY).map(|boundary| boundary.as_str().to_owned());
    let boundary = boundary.filter(|boundary| (1..=70).contains(&boundary.len()));
    let boundary = boundary.ok_or_else(|| broken(&"invalid boundary"))?;
    let whole = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(bytes)]);
    let mut parts = multer::Multipart::new(whole, boundary);
    let mut fields = BTreeMap::new();
    while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
        if part.index() == MAX_FIELDS {
            return Err(broken(&"it has too many fields"));
        }
        let Some(name) = part.name().map(str::to_owned) else { return Err(broken(&"a field has no name")) };
        let is_file = part.file_name().is_some();
        let value = part.bytes().await.map_err(|error| broken(&error))?;
        let sent = match (is_file, String::from_utf8(value.into())) {
            (true, _) => Sent::Other,
            (false, Ok(text)) => Sent::Text(text),
            (false, Err(_)) => return Err(broken(&"it holds text that is not UTF-8")),
        };
        fields.insert(name, sent);
    }
    Ok(fields)
}

impl Fields {
    /// A text that must be there; empty if it is not, or not good.
    pub fn text(&mut self, name: &'static str, rule: Rule) -> String {
        match self.sent.get(name) {
            None => self.wrong(name, "This field is required.".to_owned()),
            Some(Sent::Text(text)) if is_blank(text, rule) => {
                self.wrong(name, "This field may not be blank.".to_owned());
            }
            Some(_) => return self.optional_text(name, rule),
        }
        String::new()
    }

    /// A text that may be missing or blank; empty then, or if it is not good.
    pub fn optional_text(&mut self, name: &'static str, rule: Rule) -> String {
        let checked = match self.sent.get(name) {
            None => Ok(String::new()),
            Some(Sent::Null) => Err("This field may not be null.".to_owned()),
            Some(Sent::List(_) | Sent::Other) => Err("Not a valid string.".to_owned()),
            Some(Sent::Text(text)) => checked_text(text, rule),
        };
        checked.unwrap_or_else(|mistake| {
            self.wrong(name, mistake);
            String::new()
        })
    }

    /// Several, at least one, as a list or as a text; none if they are not there, or not good. How many a text holds is
    /// for its reader to count.
    pub fn several(&mut self, name: &'static str) -> Several {
        let checked = match self.sent.get(name) {
            None => Err("This field is required.".to_owned()),
            Some(Sent::Null) => Err("This field may not be null.".to_owned()),
            Some(Sent::Other) => Err("Expected a list of strings.".to_owned()),
            Some(Sent::List(list)) if list.is_empty() => Err("This list may not be empty.".to_owned()),
            Some(Sent::List(list)) if list.len() > MAX_LIST => Err(too_many(MAX_LIST)),
            Some(Sent::List(list)) => Ok(Several::List(list.clone())),
            Some(Sent::Text(text)) if text.trim().is_empty() => Err("This field may not be blank.".to_owned()),
            Some(Sent::Text(text)) => Ok(Several::Text(text.clone())),
        };
        checked.unwrap_or_else(|mistake| {
            self.wrong(name, mistake);
            Several::List(Vec::new())
        })
    }

    fn wrong(&mut self, name: &'static str, mistake: String) {
        self.errors.push((name, vec![mistake]));
    }

    /// What was made of the fields; 400 with all that was wrong, if anything was.
    pub fn checked<T>(self, value: T) -> Result<T, ApiError> {
        if self.errors.is_empty() { Ok(value) } else { Err(ApiError::invalid(self.errors)) }
    }
}

/// There is more in a list than is taken at once.
pub fn too_many(max: usize) -> String {
    format!("Ensure this field has no more than {max} elements.")
}

fn is_blank(text: &str, rule: Rule) -> bool {
    if rule.trimmed { text.trim().is_empty() } else { text.is_empty() }
}

fn checked_text(text: &str, rule: Rule) -> Result<String, String> {
    let text = if rule.trimmed { text.trim() } else { text };
    if text.contains('\0') {
        return Err("Null characters are not allowed.".to_owned());
    }
    match text.chars().count() > rule.max {
        true => Err(format!("Ensure this field has no more than {} characters.", rule.max)),
        false => Ok(text.to_owned()),
    }
}
