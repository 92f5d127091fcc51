//! Cursors: the place where a page begins or ends, opaque to whoever has one.
//!
//! A cursor holds the values that the list is ordered by and the key of one item: neither a new item nor one that is gone
//! makes a page repeat or leave out another. It is no secret and gives no right, so nobody has signed it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::listing::Listing;
use super::ordering::{Order, Position};

/// Which side of which place; without a place, of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor {
    /// Nothing at the beginning, or at the end if the page ends there.
    pub position: Option<Position>,
    /// Whether the page ends there, instead of beginning after it.
    pub backwards: bool,
}

impl Cursor {
    /// As it stands in an address.
    pub fn encode(&self) -> String {
        let mut tokens = form_urlencoded::Serializer::new(String::new());
        if self.backwards {
            tokens.append_pair("r", "1");
        }
        if let Some(Position { values, id }) = &self.position {
            tokens.extend_pairs(values.iter().map(|value| ("p", value.to_string())));
            tokens.append_pair("i", &id.to_string());
        }
        STANDARD.encode(tokens.finish())
    }

    /// Reads one that was made for a list in this order. An empty one is where every list begins.
    pub fn decode(text: &str, listing: &Listing, order: &Order) -> Option<Self> {
        let bytes = STANDARD.decode(text.trim()).ok()?;
        let (mut backwards, mut texts, mut id) = (false, Vec::new(), None);
        for (name, value) in form_urlencoded::parse(&bytes) {
            match &*name {
                "r" => backwards = value == "1",
                "p" => texts.push(value),
                "i" => id = Some(value.parse().ok()?),
                _ => return None,
            }
        }
        let fields: Vec<_> = order.fields(listing).collect();
        let position = match id {
            Some(id) if fields.len() == texts.len() => {
                let values: Option<_> = fields.iter().zip(&texts).map(|(field, text)| field.value(text)).collect();
                Some(Position { values: values?, id })
            }
            None if texts.is_empty() => None,
            _ => return None,
        };
        Some(Self { position, backwards })
    }
}
