//! What TOML and YAML have in common: values that know where they stand. A build keeps them, so as not to parse again.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A value and its byte range in the text it was parsed from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Where it stands.
    pub span: Range<usize>,
    /// What it is.
    pub value: Value,
}

/// A value of a settings table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// A TOML date or date-time, as written. In YAML they are texts.
    Time(String),
    /// YAML's nothing.
    Null,
    /// A list.
    List(Vec<Node>),
    /// A table in a table.
    Table(Table),
}

impl Value {
    /// What an author calls this kind of value.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Boolean(_) => "true or false",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a number with a fraction",
            Value::Text(_) => "a text",
            Value::Time(_) => "a date",
            Value::Null => "nothing",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// One `key = value`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Range<usize>,
    /// Its value.
    pub node: Node,
}

/// Settings in the order in which they were written. No key stands twice: both parsers refuse that.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The settings.
    pub entries: Vec<Entry>,
}

/// A text that is not TOML or not YAML, and where it stops being it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Range<usize>,
    /// What the parser says.
    pub message: String,
}

/// A parsed value of the sort no author needs this deep; keeps a hostile file from exhausting the stack.
pub(super) const MAX_DEPTH: usize = 16;
