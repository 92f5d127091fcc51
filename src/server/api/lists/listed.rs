//! [`Listed`]: a list as a request wanted it.

use std::borrow::Cow;
use std::sync::Arc;

use super::links::Links;
use super::listing::{Item, Listing, array};
use super::ordering::Order;
use super::paging::{Page, Style};
use super::parameters::Address;
use super::selection::Selection;
use crate::server::api::answer::Headers;
use crate::server::api::error::ApiError;
use crate::server::api::representation::Representation;

/// A list, or a page of one.
#[derive(Debug)]
pub struct Listed {
    /// Its JSON.
    pub body: Arc<Representation>,
    /// What it is of.
    pub listing: Arc<Listing>,
    /// How it was asked for.
    pub address: Address,
    /// How it is cut.
    pub style: Style,
    /// The other pages.
    pub links: Links,
    /// How many items were selected, on this page and on the others.
    pub n_items: usize,
}

impl Listed {
    /// What was asked for of a list.
    pub fn read(listing: Arc<Listing>, address: Address) -> Result<Self, ApiError> {
        if address.parameters.is_empty() {
            return Ok(Self::whole(listing, address));
        }
        let selection = Selection::read(&address.parameters, &listing)?;
        let (style, order) = (Style::of(&address.parameters), Order::read(&address.parameters, &listing));
        let is_own = order == Order::own(&listing);
        if style == Style::Bare && selection.is_all() && is_own {
            return Ok(Self::whole(listing, address));
        }
        let mut all: Vec<&Item> = listing.items.iter().filter(|item| selection.wants(item)).collect();
        if !is_own {
            all.sort_by(|a, b| order.compare(a, b));
        }
        let n_items = all.len();
        let page = style.cut(all, &listing, &order, &address)?;
        let body = Arc::new(Representation::new(body(style, &page, n_items)));
        let links = page.links;
        Ok(Self { body, address, style, links, n_items, listing })
    }

    fn whole(listing: Arc<Listing>, address: Address) -> Self {
        let (body, n_items) = (listing.whole.clone(), listing.items.len());
        Self { body, address, style: Style::Bare, links: Links::default(), n_items, listing }
    }

    /// What is said of it besides.
    pub fn headers(&self) -> Headers {
        self.links.headers(self.n_items)
    }
}

/// The fields in the order of the contract.
fn body(style: Style, page: &Page<'_>, n_items: usize) -> Vec<u8> {
    let results = array(page.items.iter().copied());
    let url = |url: &Option<String>| -> Cow<'_, str> {
        url.as_ref().map_or("null".into(), |url| serde_json::Value::from(url.as_str()).to_string().into())
    };
    let count = match style {
        Style::Bare => return results.to_vec(),
        Style::Cursor => String::new(),
        Style::Number | Style::LimitOffset => format!("\"count\":{n_items},"),
    };
    let (next, previous) = (url(&page.links.next), url(&page.links.previous));
    let mut bytes = format!("{{{count}\"next\":{next},\"previous\":{previous},\"results\":").into_bytes();
    bytes.extend_from_slice(&results);
    bytes.push(b'}');
    bytes
}
