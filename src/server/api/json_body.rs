//! JSON bodies: one object, whose texts are kept and whose other values are read over.
//!
//! What is read over takes no memory and no stack, so it may be as deep as its bytes allow. A name that comes twice is
//! refused: two programs that read it might disagree on which of its values counts.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::body::{MAX_FIELDS, MAX_LIST, Sent};
use super::error::ApiError;

/// Beyond this a number with a fraction loses digits on its way through a program.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The fields of a JSON object.
pub fn dictionary(bytes: &[u8]) -> Result<BTreeMap<String, Sent>, ApiError> {
    let unreadable = |why: &dyn fmt::Display| ApiError::unreadable(format!("JSON parse error - {why}"));
    let text = std::str::from_utf8(bytes).map_err(|error| unreadable(&error))?;
    let invalid = |mistake| Err(ApiError::invalid(vec![("non_field_errors", vec![mistake])]));
    // What is not a dictionary is said under the name that the reference's language has for it.
    let kind = match read(text).map_err(|error| unreadable(&error))? {
        Json::Dictionary(fields) => return Ok(fields),
        Json::Null => return invalid("No data provided".to_owned()),
        Json::List(_) => "list",
        Json::Text(_) => "str",
        Json::Integer(_) => "int",
        Json::Float(_) => "float",
        Json::Bool => "bool",
    };
    invalid(format!("Invalid data. Expected a dictionary, but got {kind}."))
}

fn read(text: &str) -> serde_json::Result<Json> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let json = Level::Body.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(json)
}

/// A value, as far as anybody needs it.
enum Json {
    Null,
    Bool,
    Integer(i128),
    Float(f64),
    Text(String),
    /// The texts of a list of texts, no more of them than are too many; nothing for any other list.
    List(Option<Vec<String>>),
    /// The fields of a body; nothing for what lies deeper.
    Dictionary(BTreeMap<String, Sent>),
}

impl From<Json> for Sent {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Sent::Null,
            Json::Text(text) => Sent::Text(text),
            Json::Integer(number) => Sent::Text(number.to_string()),
            Json::Float(number) if number.abs() < EXACT => Sent::Text(number.to_string()),
            Json::List(Some(texts)) => Sent::List(texts),
            Json::List(None) | Json::Float(_) | Json::Bool | Json::Dictionary(_) => Sent::Other,
        }
    }
}

/// Where a value stands: a body's fields are read, and the elements of a field. What lies deeper is read over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Body,
    Field,
    Element,
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut fields = BTreeMap::new();
        if self != Level::Body {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Json::Dictionary(fields));
        }
        while let Some(name) = map.next_key::<String>()? {
            if fields.len() == MAX_FIELDS {
                return Err(A::Error::custom("too many fields"));
            }
            if fields.insert(name, map.next_value_seed(Level::Field)?.into()).is_some() {
                return Err(A::Error::custom("a name comes twice"));
            }
        }
        Ok(Json::Dictionary(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        if self != Level::Field {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Json::List(None));
        }
        let mut texts = Some(Vec::new());
        while let Some(element) = list.next_element_seed(Level::Element)? {
            match (element, &mut texts) {
                (Json::Text(text), Some(texts)) if texts.len() <= MAX_LIST => texts.push(text),
                (Json::Text(_), _) => {}
                _ => texts = None,
            }
        }
        Ok(Json::List(texts))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Integer(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Integer(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Json, E> {
        Ok(Json::Float(number))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Bool)
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_numbers_are_kept_and_all_else_is_read_over() {
        let read = dictionary(br#"{"a":"x\u00e4","b":-5,"c":1.5,"d":null,"e":[{"a":1,"a":2}],"f":true,"g":1e300}"#);
        let read = read.expect("it is read");
        let text = |text: &str| Sent::Text(text.to_owned());
        let values: Vec<_> = read.into_values().collect();
        let other = Sent::Other;
        assert_eq!(values, [text("xä"), text("-5"), text("1.5"), Sent::Null, other.clone(), other.clone(), other]);
    }

    #[test]
    fn a_list_is_kept_if_it_is_of_texts_and_not_without_end() {
        let list = |json: &str| dictionary(format!("{{\"a\":{json}}}").as_bytes()).expect("it is read")["a"].clone();
        assert_eq!(list("[]"), Sent::List(Vec::new()));
        assert_eq!(list("[\"x\",\"\"]"), Sent::List(vec!["x".to_owned(), String::new()]));
        for other in ["[1]", "[\"x\",null]", "[[\"x\"]]", "[{}]", "[\"x\",true,1.5,-1]"] {
            assert_eq!(list(other), Sent::Other, "{other}");
        }
        let Sent::List(many) = list(&format!("[{}\"x\"]", "\"x\",".repeat(2_000))) else { panic!("it is a list") };
        assert_eq!(many.len(), MAX_LIST + 1);
    }

    #[test]
    fn what_is_deep_takes_no_stack() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let n = 100_000;
            let deep = format!("{{\"a\":{}1{}}}", open.repeat(n), close.repeat(n));
            assert_eq!(dictionary(deep.as_bytes()).expect("it is read")["a"], Sent::Other);
            let torn = dictionary(format!("{{\"a\":{}", open.repeat(n)).as_bytes()).expect_err("it has no end");
            assert!(torn.detail.starts_with("JSON parse error - "), "{}", torn.detail);
        }
    }
}
