//! [`Listing`]: a list as it is kept, from which requests select.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;

use crate::server::api::representation::Representation;

/// A list in its own order, the items as they are sent.
#[derive(Debug)]
pub struct Listing {
    /// What it may be ordered by.
    pub fields: &'static [Field],
    /// Its own order, in the words of `?ordering=`.
    pub order: &'static str,
    /// What it may be filtered by.
    pub filters: Vec<Filter>,
    /// In its own order.
    pub items: Vec<Item>,
    /// All of it: what is sent when nothing is asked.
    pub whole: Arc<Representation>,
    by_id: HashMap<u32, usize>,
}

/// Something to order by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in `?ordering=`.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Number,
    /// Texts, without regard to case.
    Text,
    /// Moments.
    Time,
}

/// A value to order by; those of one field are of one kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A whole number.
    Number(u32),
    /// A text, folded.
    Text(String),
    /// A moment.
    Time(Timestamp),
}

/// A parameter that selects by the key of something else.
#[derive(Debug)]
pub struct Filter {
    /// Its name.
    pub name: &'static str,
    /// The keys that there are, and what they are called.
    pub choices: Vec<(u32, String)>,
}

/// One of a list.
#[derive(Debug)]
pub struct Item {
    /// Its key.
    pub id: u32,
    /// What it is ordered by, in the order of the listing's fields.
    pub values: Vec<Value>,
    /// What it is filtered by, in the order of the listing's filters.
    pub keys: Vec<u32>,
    /// What is searched, folded; one text for each field, so that no word is found across two.
    pub texts: Vec<String>,
    /// Its JSON.
    pub json: Arc<Representation>,
}

impl Field {
    /// Whole numbers.
    pub const fn number(name: &'static str) -> Self {
        Self { name, kind: Kind::Number }
    }

    /// Texts.
    pub const fn text(name: &'static str) -> Self {
        Self { name, kind: Kind::Text }
    }

    /// Moments.
    pub const fn time(name: &'static str) -> Self {
        Self { name, kind: Kind::Time }
    }

    /// Reads a value as [`Value`] shows itself.
    pub fn value(&self, text: &str) -> Option<Value> {
        match self.kind {
            Kind::Number => text.parse().ok().map(Value::Number),
            Kind::Text => Some(Value::Text(text.to_owned())),
            Kind::Time => text.parse().ok().map(Value::Time),
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(formatter),
            Self::Text(text) => formatter.write_str(text),
            Self::Time(time) => time.fmt(formatter),
        }
    }
}

impl Item {
    /// An item that looks like this.
    pub fn new(id: u32, json: &impl Serialize) -> Self {
        let json = Arc::new(Representation::of(json));
        Self { id, values: Vec::new(), keys: Vec::new(), texts: Vec::new(), json }
    }
}

impl Listing {
    /// A list of these items, which are in the order that `order` says.
    pub fn new(fields: &'static [Field], order: &'static str, filters: Vec<Filter>, items: Vec<Item>) -> Self {
        let whole = array(items.iter());
        let mut items = items;
        let mut at = 1;
        for item in &mut items {
            // A stretch of the whole, so that nothing is in memory twice.
            let end = at + item.json.plain().len();
            item.json = Arc::new(Representation::new(whole.slice(at..end)));
            at = end + 1;
        }
        let by_id = items.iter().enumerate().map(|(at, item)| (item.id, at)).collect();
        Self { fields, order, filters, items, whole: Arc::new(Representation::new(whole)), by_id }
    }

    /// The item with this key.
    pub fn item(&self, id: u32) -> Option<&Item> {
        self.by_id.get(&id).map(|at| &self.items[*at])
    }
}

/// A JSON array of items.
pub fn array<'a>(items: impl Iterator<Item = &'a Item> + Clone) -> Bytes {
    let mut bytes = Vec::with_capacity(2 + items.clone().map(|item| item.json.plain().len() + 1).sum::<usize>());
    bytes.push(b'[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            bytes.push(b',');
        }
        bytes.extend_from_slice(item.json.plain());
    }
    bytes.push(b']');
    bytes.into()
}
