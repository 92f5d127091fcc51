//! Names of files and folders: their order, their slug, and what is unique among siblings.

use std::collections::HashMap;
use std::ops::Range;

use crate::course::Slug;
use crate::diag::{Diagnostic, Diagnostics, Place};

/// `03-limits` is the third, called `limits`. A name without a number has no order of its own.
pub fn split_number(name: &str) -> (Option<u32>, &str) {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    match (name[..digits].parse(), name[digits..].strip_prefix('-')) {
        (Ok(number), Some(rest)) if !rest.is_empty() => (Some(number), rest),
        _ => (None, name),
    }
}

/// A title for what has only a name: `simple-pendulum` becomes "Simple pendulum".
pub fn title_of(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut characters = words.trim().chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => name.to_owned(),
    }
}

/// A setting's value and where it stands, if the author gave one.
pub type Given<T> = Option<(T, Range<usize>)>;

/// The slug of something: the one given, else the one of its name.
pub fn slug_of(given: &Given<Slug>, name: &str, shown: &str, diagnostics: &mut Diagnostics) -> Option<Slug> {
    if let Some((slug, _)) = given {
        return Some(slug.clone());
    }
    let slug = Slug::from_name(name);
    if slug.is_none() {
        let help = "add `slug = \"…\"` to the front matter, or rename it";
        diagnostics.push(Diagnostic::error(shown, format!("no address can be made of the name \"{name}\"")).help(help));
    }
    slug
}

/// The order of each of some siblings, in the order of their names.
///
/// Numbers in names are for people: they count from 1, or from 0 if a sibling has the number 0; orders count from 0. An
/// order given in the settings is taken as it is; who has neither comes after the highest so far (row A4).
pub fn orders(siblings: &[(Option<u32>, Option<u32>)]) -> Vec<u32> {
    let base = u32::from(siblings.iter().all(|(_, number)| *number != Some(0)));
    let mut next = 0;
    let mut orders = Vec::with_capacity(siblings.len());
    for (given, number) in siblings {
        let order = given.or(number.map(|number| number - base)).unwrap_or(next);
        next = next.max(order.saturating_add(1));
        orders.push(order);
    }
    orders
}

/// What to say to the second of two that have one order.
pub const ORDER_HELP: &str = "begin its name with another number, or set another `order` (orders count from 0)";

/// Notices when two things have one id, slug or order.
pub struct Unique<T> {
    what: &'static str,
    help: &'static str,
    seen: HashMap<T, String>,
}

impl<T: std::hash::Hash + Eq + std::fmt::Display> Unique<T> {
    /// Watches over `what`; `help` says what to do about a second one.
    pub fn new(what: &'static str, help: &'static str) -> Self {
        Self { what, help, seen: HashMap::new() }
    }

    /// Takes note of `value`, which the file `shown` has; reports it if another file had it before.
    ///
    /// `place` is asked only then: to point at a line takes the text.
    pub fn claim(
        &mut self,
        value: T,
        shown: &str,
        place: impl FnOnce() -> Option<Place>,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some(first) = self.seen.get(&value) {
            let message = match self.what {
                // An author knows the number in the name, and an order counts from 0.
                "order" => format!("its place in the order is already taken by {first}"),
                what => format!("the {what} {value} is already taken by {first}"),
            };
            let mut diagnostic = Diagnostic::error(shown, message).help(self.help);
            diagnostic.place = place();
            diagnostics.push(diagnostic);
            return;
        }
        self.seen.insert(value, shown.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names() {
        assert_eq!(split_number("03-limits"), (Some(3), "limits"));
        assert_eq!(split_number("3d-plots"), (None, "3d-plots"));
        assert_eq!(split_number("2024"), (None, "2024"));
        assert_eq!(split_number("99999999999-x"), (None, "99999999999-x"));
        assert_eq!(title_of("simple-pendulum"), "Simple pendulum");
        assert_eq!(title_of("élan_vital"), "Élan vital");
    }

    #[test]
    fn orders_count_from_zero_keep_gaps_and_append() {
        assert_eq!(orders(&[(None, Some(1)), (None, Some(2)), (None, Some(5)), (None, None)]), [0, 1, 4, 5]);
        assert_eq!(orders(&[(None, Some(0)), (None, Some(1))]), [0, 1]);
        assert_eq!(orders(&[(Some(7), Some(1)), (None, None)]), [7, 8]);
        assert_eq!(orders(&[(None, None), (None, None)]), [0, 1]);
    }
}
