//! Ordering: `?ordering=-created,title`.

use std::cmp;

use super::listing::{Field, Item, Listing, Value};
use super::parameters::Parameters;

/// The order of a request: total, since equals are told apart by their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Places of fields, and which way.
    keys: Vec<(usize, Direction)>,
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The least first.
    Up,
    /// The greatest first.
    Down,
}

/// A place between items: that of one item, whether it is still there or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The values of its fields.
    pub values: Vec<Value>,
    /// Its key.
    pub id: u32,
}

impl Order {
    /// What was asked for; fields that there are not are ignored, and without any the list has its own order.
    pub fn read(parameters: &Parameters, listing: &Listing) -> Self {
        let asked = Self::parse(parameters.get("ordering").unwrap_or_default(), listing.fields);
        if asked.keys.is_empty() { Self::own(listing) } else { asked }
    }

    /// The order that the list is in.
    pub fn own(listing: &Listing) -> Self {
        Self::parse(listing.order, listing.fields)
    }

    fn parse(text: &str, fields: &[Field]) -> Self {
        let mut keys: Vec<(usize, Direction)> = Vec::new();
        for word in text.split(',').map(str::trim) {
            let (name, direction) =
                word.strip_prefix('-').map_or((word, Direction::Up), |name| (name, Direction::Down));
            let at = fields.iter().position(|field| field.name == name);
            // A field that was named before has nothing more to decide.
            if let Some(at) = at.filter(|at| keys.iter().all(|(known, _)| known != at)) {
                keys.push((at, direction));
            }
        }
        Self { keys }
    }

    /// Which of two comes first.
    pub fn compare(&self, a: &Item, b: &Item) -> cmp::Ordering {
        let by_field = |(at, direction): &(usize, Direction)| direction.of(a.values[*at].cmp(&b.values[*at]));
        let first = self.keys.iter().map(by_field).find(|order| order.is_ne());
        first.unwrap_or_else(|| self.tie().of(a.id.cmp(&b.id)))
    }

    /// Whether an item comes before a place, is there, or comes after it.
    pub fn compare_to(&self, item: &Item, position: &Position) -> cmp::Ordering {
        let values = self.keys.iter().zip(&position.values);
        let first = values.map(|((at, direction), value)| direction.of(item.values[*at].cmp(value)));
        first.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| self.tie().of(item.id.cmp(&position.id)))
    }

    /// The place of an item.
    pub fn position(&self, item: &Item) -> Position {
        Position { values: self.keys.iter().map(|(at, _)| item.values[*at].clone()).collect(), id: item.id }
    }

    /// The fields that decide.
    pub fn fields<'a>(&'a self, listing: &'a Listing) -> impl Iterator<Item = &'a Field> {
        self.keys.iter().map(|(at, _)| &listing.fields[*at])
    }

    /// Equals follow one another the way the last field goes.
    fn tie(&self) -> Direction {
        self.keys.last().map_or(Direction::Up, |(_, direction)| *direction)
    }
}

impl Direction {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Up, Self::Down];

    /// A field in the words of `?ordering=`.
    pub fn said(self, name: &str) -> String {
        match self {
            Self::Up => name.to_owned(),
            Self::Down => format!("-{name}"),
        }
    }

    fn of(self, order: cmp::Ordering) -> cmp::Ordering {
        match self {
            Self::Up => order,
            Self::Down => order.reverse(),
        }
    }
}
