//! Where the other pages of a list are: in the body, and in `Link` (RFC 8288).

use http::{HeaderName, HeaderValue, header};

use crate::server::api::answer::Headers;

/// How many items there are in all.
pub const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");

/// The longest `Link`: who searches for so much that it would be longer finds the way in the body.
const MAX_LINK: usize = 4 * 1024;

/// Absolute URLs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// The first page.
    pub first: Option<String>,
    /// The page before, if there is one.
    pub previous: Option<String>,
    /// The page after, if there is one.
    pub next: Option<String>,
    /// The last page.
    pub last: Option<String>,
}

impl Links {
    /// As headers. URLs are escaped, so nothing in them ends the header or the link.
    pub fn headers(&self, n_items: usize) -> Headers {
        let named = [(&self.first, "first"), (&self.previous, "prev"), (&self.next, "next"), (&self.last, "last")];
        let links = named.iter().filter_map(|(url, name)| Some(format!("<{}>; rel=\"{name}\"", url.as_ref()?)));
        let link = links.collect::<Vec<_>>().join(", ");
        let link = HeaderValue::try_from(link).ok().filter(|link| (1..=MAX_LINK).contains(&link.len()));
        let mut headers = vec![(TOTAL_COUNT, n_items.into())];
        headers.extend(link.map(|link| (header::LINK, link)));
        headers
    }
}
