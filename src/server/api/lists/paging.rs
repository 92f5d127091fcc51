//! Paging: by number, by limit and offset, by cursor; the shapes and forgiveness of the reference's framework.

use std::cmp::Ordering;

use super::cursor::Cursor;
use super::links::Links;
use super::listing::{Item, Listing};
use super::ordering::Order;
use super::parameters::{Address, Parameters};
use crate::server::api::error::ApiError;

/// How many items a page has if nobody says otherwise, and at most.
const PAGE_SIZE: usize = 10;
const MAX_PAGE_SIZE: usize = 100;

/// How a request wants its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Not at all: a bare array.
    Bare,
    /// `page`, `page_size`
    Number,
    /// `limit`, `offset`
    LimitOffset,
    /// `cursor`, `page_size`
    Cursor,
}

/// Items of one page, and where the others are.
#[derive(Debug)]
pub struct Page<'a> {
    /// In order.
    pub items: Vec<&'a Item>,
    /// The other pages.
    pub links: Links,
}

impl Style {
    /// By which parameters there are. A cursor says most, then an offset.
    pub fn of(parameters: &Parameters) -> Self {
        match parameters {
            _ if parameters.has_any(&["cursor"]) => Self::Cursor,
            _ if parameters.has_any(&["limit", "offset"]) => Self::LimitOffset,
            _ if parameters.has_any(&["page", "page_size"]) => Self::Number,
            _ => Self::Bare,
        }
    }

    /// Cuts the page that was asked for out of all that was selected, in order.
    pub fn cut<'a>(
        self,
        all: Vec<&'a Item>,
        listing: &Listing,
        order: &Order,
        address: &Address,
    ) -> Result<Page<'a>, ApiError> {
        match self {
            Self::Bare => Ok(Page { items: all, links: Links::default() }),
            Self::Number => by_number(all, address),
            Self::LimitOffset => Ok(by_offset(all, address)),
            Self::Cursor => by_cursor(all, listing, order, address),
        }
    }
}

fn by_number<'a>(all: Vec<&'a Item>, address: &Address) -> Result<Page<'a>, ApiError> {
    let parameters = &address.parameters;
    let size = page_size(parameters);
    // A list of nothing has one page, which is empty.
    let n_pages = all.len().div_ceil(size).max(1);
    let number = match parameters.get("page") {
        None => 1,
        Some("last") => n_pages,
        Some(text) => whole_number(text).and_then(|n| usize::try_from(n).ok()).unwrap_or(0),
    };
    if !(1..=n_pages).contains(&number) {
        return Err(ApiError::invalid_page());
    }
    let to = |number: usize| match number {
        // Without its number the first page must still be a page, not the whole list.
        1 if parameters.has_any(&["page_size"]) => address.with(&[("page", None)]),
        1 => address.with(&[("page", None), ("page_size", Some(&size.to_string()))]),
        _ => address.with(&[("page", Some(&number.to_string()))]),
    };
    let links = Links {
        first: Some(to(1)),
        previous: (number > 1).then(|| to(number - 1)),
        next: (number < n_pages).then(|| to(number + 1)),
        last: Some(to(n_pages)),
    };
    Ok(Page { items: all.into_iter().skip((number - 1) * size).take(size).collect(), links })
}

fn by_offset<'a>(all: Vec<&'a Item>, address: &Address) -> Page<'a> {
    let (count, size) = (all.len(), size(&address.parameters, "limit"));
    let offset = address.parameters.get("offset").and_then(whole_number);
    let offset = offset.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let limit = size.to_string();
    let to = |offset: usize| match offset {
        0 => address.with(&[("limit", Some(&limit)), ("offset", None)]),
        _ => address.with(&[("limit", Some(&limit)), ("offset", Some(&offset.to_string()))]),
    };
    let links = Links {
        first: Some(to(0)),
        previous: (offset > 0).then(|| to(offset.saturating_sub(size))),
        next: (offset.saturating_add(size) < count).then(|| to(offset + size)),
        last: Some(to(count.saturating_sub(1) / size * size)),
    };
    Page { items: all.into_iter().skip(offset).take(size).collect(), links }
}

fn by_cursor<'a>(
    all: Vec<&'a Item>,
    listing: &Listing,
    order: &Order,
    address: &Address,
) -> Result<Page<'a>, ApiError> {
    let (size, text) = (page_size(&address.parameters), address.parameters.get("cursor").unwrap_or_default());
    let cursor = Cursor::decode(text, listing, order).ok_or_else(ApiError::invalid_cursor)?;
    let (start, end) = match &cursor {
        Cursor { position: None, backwards: false } => (0, size),
        Cursor { position: None, backwards: true } => (all.len().saturating_sub(size), all.len()),
        Cursor { position: Some(position), backwards: false } => {
            let start = all.partition_point(|item| order.compare_to(item, position) != Ordering::Greater);
            (start, start + size)
        }
        Cursor { position: Some(position), backwards: true } => {
            let end = all.partition_point(|item| order.compare_to(item, position) == Ordering::Less);
            (end.saturating_sub(size), end)
        }
    };
    let end = end.min(all.len());
    let to = |cursor: Cursor| address.with(&[("cursor", Some(&cursor.encode()))]);
    let beside =
        |at: usize, backwards| to(Cursor { position: all.get(at).map(|item| order.position(item)), backwards });
    let links = Links {
        first: Some(to(Cursor::default())),
        // Behind the last item there is none, and so the way back is from the end; and likewise before the first.
        previous: (start > 0).then(|| beside(start, true)),
        next: (end < all.len())
            .then(|| end.checked_sub(1).map_or_else(|| to(Cursor::default()), |at| beside(at, false))),
        last: Some(to(Cursor { position: None, backwards: true })),
    };
    Ok(Page { items: all[start..end].to_vec(), links })
}

fn page_size(parameters: &Parameters) -> usize {
    size(parameters, "page_size")
}

/// A size from 1 up; what is none is as good as nothing.
fn size(parameters: &Parameters, name: &str) -> usize {
    let asked = parameters.get(name).and_then(whole_number).filter(|n| *n > 0);
    asked.map_or(PAGE_SIZE, |n| usize::try_from(n).unwrap_or(MAX_PAGE_SIZE).min(MAX_PAGE_SIZE))
}

/// A whole number from 0 up, as the reference's language reads one. One that is too large for us is the largest.
fn whole_number(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.strip_prefix('+').unwrap_or(text);
    let sound = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    sound.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::whole_number;

    #[test]
    fn numbers_are_read_as_the_reference_reads_them() {
        for (text, number) in [("7", 7), (" 07 ", 7), ("+7", 7), ("99999999999999999999999", u64::MAX)] {
            assert_eq!(whole_number(text), Some(number), "{text}");
        }
        for text in ["", "-1", "1.0", "x", "+", "0x1", "--1"] {
            assert_eq!(whole_number(text), None, "{text}");
        }
    }
}
