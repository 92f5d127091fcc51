//! Ranges: a part of a file, as players and resumed downloads ask for it. RFC 9110, section 14.

use http::{HeaderMap, header};
use http_range_header::parse_range_header;

/// What of a file is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The whole.
    All,
    /// First and last byte.
    Range((u64, u64)),
    /// What it does not have.
    Impossible,
}

/// Several ranges at once are answered with the whole, which RFC 9110 allows and no player minds.
pub fn wanted(headers: &HeaderMap, size: u64, etag: &[u8]) -> Wanted {
    let Some(text) = headers.get(header::RANGE).and_then(|value| value.to_str().ok()) else { return Wanted::All };
    let outdated = headers.get(header::IF_RANGE).is_some_and(|tag| tag.as_bytes() != etag);
    if outdated {
        return Wanted::All;
    }
    match parse_range_header(text).map(|ranges| ranges.validate(size)) {
        Ok(Ok(ranges)) if ranges.len() == 1 => Wanted::Range((*ranges[0].start(), *ranges[0].end())),
        Ok(Ok(_)) | Err(_) => Wanted::All,
        Ok(Err(_)) => Wanted::Impossible,
    }
}
