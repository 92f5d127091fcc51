//! JSON bodies: one object, whose texts are kept and whose other values are read over.
//!
//! What is read over takes no memory and no stack, so it may be as deep as its bytes allow. A name that comes twice is
//! refused: two programs that read it might disagree on which of its values counts.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::body::{MAX_FIELDS, MAX_LIST, Sent};
use super::error::ApiError;

/// Beyond this a number with a fraction loses digits on its way through a program.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The fields of a JSON object.
pub fn dictionary(bytes: &[u8]) -> Result<BTreeMap<String, Sent>, ApiError> {
    let unreadable = |why: &dyn fmt::Display| ApiError::unreadable(format!("JSON parse error - {why}"));
    let text = std::str::from_utf8(bytes).map_err(|error| unreadable(&error))?;
    match serde_json::from_str(text).map_err(|error| unreadable(&error))? {
        Json::Dictionary(fields) => Ok(fields),
        Json::Null => Err(ApiError::invalid(vec![("non_field_errors", vec!["No data provided".to_owned()])])),
        Json::Other(kind) => {
            let mistake = format!("Invalid data. Expected a dictionary, but got {kind}.");
            Err(ApiError::invalid(vec![("non_field_errors", vec![mistake])]))
        }
    }
}

/// A body, or something else under the name that the reference's language has for it.
enum Json {
    Dictionary(BTreeMap<String, Sent>),
    Null,
    Other(&'static str),
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

impl<'de> Deserialize<'de> for Sent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SentVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            if fields.len() == MAX_FIELDS {
                return Err(A::Error::custom("too many fields"));
            }
            if fields.insert(name, map.next_value()?).is_some() {
                return Err(A::Error::custom("a name comes twice"));
            }
        }
        Ok(Json::Dictionary(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Json::Other("list"))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Json, E> {
        Ok(Json::Other("str"))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Other("int"))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Json, E> {
        Ok(Json::Other("int"))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other("float"))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other("bool"))
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
}

struct SentVisitor;

impl<'de> Visitor<'de> for SentVisitor {
    type Value = Sent;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Sent, E> {
        Ok(Sent::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Sent, E> {
        Ok(Sent::Text(text))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Sent, E> {
        Ok(Sent::Text(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Sent, E> {
        Ok(Sent::Text(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Sent, E> {
        Ok(if number.abs() < EXACT { Sent::Text(number.to_string()) } else { Sent::Other })
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Sent, E> {
        Ok(Sent::Other)
    }

    fn visit_unit<E: Error>(self) -> Result<Sent, E> {
        Ok(Sent::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Sent, A::Error> {
        let mut texts = Vec::new();
        let mut is_of_texts = true;
        while let Some(Element(text)) = list.next_element()? {
            match text {
                Some(text) if texts.len() <= MAX_LIST => texts.push(text),
                Some(_) => {}
                None => is_of_texts = false,
            }
        }
        Ok(if is_of_texts { Sent::List(texts) } else { Sent::Other })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sent, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Sent::Other)
    }
}

/// One of a list: a text, or nothing for whatever else.
struct Element(Option<String>);

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementVisitor)
    }
}

struct ElementVisitor;

impl<'de> Visitor<'de> for ElementVisitor {
    type Value = Element;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Element, E> {
        Ok(Element(Some(text.to_owned())))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_unit<E: Error>(self) -> Result<Element, E> {
        Ok(Element(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Element, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Element(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Element, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Element(None))
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
