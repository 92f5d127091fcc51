//! What a header says, as text.

use std::borrow::Cow;

use http::HeaderValue;

/// The text of a header, with marks where it is none. What is text already is only looked at, and not copied.
pub fn header_text(value: &HeaderValue) -> Cow<'_, str> {
    std::str::from_utf8(value.as_bytes()).map_or_else(|_| String::from_utf8_lossy(value.as_bytes()), Cow::Borrowed)
}
