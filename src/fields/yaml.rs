//! YAML into a [`Table`].
//!
//! Course files come from many hands, so the parser's budget is small: settings are a handful of short lines.

use std::fmt;
use std::ops::Range;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use super::value::{Entry, MAX_DEPTH, Node, SyntaxError, Table, Value};

/// Parses a YAML text that holds one mapping, or nothing.
pub fn parse_yaml(text: &str) -> Result<Table, Vec<SyntaxError>> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Table::default());
    }
    match serde_saphyr::from_str_with_options::<Spanned<Yaml>>(text, options()) {
        Ok(Spanned { value: Yaml(Value::Table(table)), .. }) => Ok(table),
        Ok(Spanned { value: Yaml(other), referenced, .. }) => {
            let message = format!("expected `key: value` lines, found {}", other.kind());
            Err(vec![SyntaxError { span: span(&referenced), message }])
        }
        Err(error) => {
            let error = error.without_snippet();
            let place = error.location().map_or(0..0, |location| span_in(text, &location));
            Err(vec![SyntaxError { span: place, message: sentence(&error.to_string()) }])
        }
    }
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 4_000,
            max_depth: MAX_DEPTH,
            max_aliases: 16,
            max_anchors: 16,
        },
        with_snippet: false,
    }
}

/// The parser's first line without its own account of the place.
fn sentence(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    line.split(" at line ").next().unwrap_or(line).trim_start_matches("error: ").to_owned()
}

/// The place of an error, which may know its line and column only.
fn span_in(text: &str, location: &Location) -> Range<usize> {
    if location.span().byte_offset().is_some() {
        return span(location);
    }
    let line_start: usize =
        text.split_inclusive('\n').take((location.line() as usize).saturating_sub(1)).map(str::len).sum();
    let column = (location.column() as usize).saturating_sub(1);
    let start = text[line_start..].char_indices().nth(column).map_or(text.len(), |(at, _)| line_start + at);
    start..start + 1
}

fn span(location: &Location) -> Range<usize> {
    let start = location.span().byte_offset().unwrap_or(0) as usize;
    start..start + location.span().byte_len().unwrap_or(0) as usize
}

/// Any YAML value; [`Spanned`] adds where it stands.
struct Yaml(Value);

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Yaml;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Yaml, E> {
        Ok(Yaml(Value::Boolean(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Yaml, E> {
        Ok(Yaml(Value::Integer(value)))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Yaml, E> {
        i64::try_from(value).map(|value| Yaml(Value::Integer(value))).map_err(|_| E::custom("this number is too large"))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Yaml, E> {
        Ok(Yaml(Value::Float(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Yaml, E> {
        Ok(Yaml(Value::Text(value.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Yaml, E> {
        Ok(Yaml(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Yaml, E> {
        Ok(Yaml(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Yaml, D::Error> {
        Yaml::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Yaml, A::Error> {
        let mut nodes = Vec::new();
        while let Some(item) = list.next_element::<Spanned<Yaml>>()? {
            nodes.push(node(item));
        }
        Ok(Yaml(Value::List(nodes)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Yaml, A::Error> {
        let mut table = Table::default();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let node = node(map.next_value::<Spanned<Yaml>>()?);
            table.entries.push(Entry { key: key.value, key_span: span(&key.referenced), node });
        }
        Ok(Yaml(Value::Table(table)))
    }
}

fn node(item: Spanned<Yaml>) -> Node {
    Node { span: span(&item.referenced), value: item.value.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_where_they_stand() {
        let text = "title: Sets and äpfel\nid: 7\ntags:\n  - a\n  - b\ndraft: true\n";
        let table = parse_yaml(text).expect("it parses");
        let seen: Vec<_> = table.entries.iter().map(|e| (&text[e.key_span.clone()], e.node.value.kind())).collect();
        assert_eq!(
            seen,
            [("title", "a text"), ("id", "a whole number"), ("tags", "a list"), ("draft", "true or false")]
        );
        assert_eq!(&text[table.entries[0].node.span.clone()], "Sets and äpfel");
        assert_eq!(&text[table.entries[1].node.span.clone()], "7");
    }

    #[test]
    fn what_is_not_a_mapping_is_an_error_with_a_place() {
        assert_eq!(parse_yaml("- a\n- b\n").expect_err("a list").len(), 1);
        let errors = parse_yaml("title: a\ntitle: b\n").expect_err("twice");
        assert!(errors[0].message.contains("title"), "{errors:?}");
        assert_eq!(parse_yaml("\n# nothing\n"), Ok(Table::default()));
    }

    #[test]
    fn a_bomb_is_an_error() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x]\n");
        for n in 1..30 {
            text.push_str(&format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}, *a{0}, *a{0}]\n", n - 1));
        }
        assert!(parse_yaml(&text).is_err());
        assert!(parse_yaml(&format!("a: {}{}", "[".repeat(5_000), "]".repeat(5_000))).is_err());
    }
}
