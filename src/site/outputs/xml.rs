//! XML as a tree that is written from the outside in. quick-xml escapes; here the characters go that XML has no way to
//! write at all.

use std::borrow::Cow;
use std::io;

use jiff::Timestamp;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

/// What writes.
pub type Xml = Writer<Vec<u8>>;

/// A whole document: the root element with its attributes and what `inner` writes into it.
pub fn document(root: &str, attributes: &[(&str, &str)], inner: impl FnOnce(&mut Xml) -> io::Result<()>) -> Vec<u8> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))
        .and_then(|()| element(&mut xml, root, attributes, inner))
        .expect("memory takes every byte");
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    bytes
}

/// An element with elements in it.
pub fn element(
    xml: &mut Xml,
    name: &str,
    attributes: &[(&str, &str)],
    inner: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    let attributes: Vec<_> = attributes.iter().map(|(name, value)| (*name, writable(value))).collect();
    let attributes = attributes.iter().map(|(name, value)| (*name, &**value));
    xml.create_element(name).with_attributes(attributes).write_inner_content(inner)?;
    Ok(())
}

/// An element with a text in it.
pub fn text(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(&writable(text)))?;
    Ok(())
}

/// An element with nothing in it but attributes.
pub fn empty(xml: &mut Xml, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    let attributes: Vec<_> = attributes.iter().map(|(name, value)| (*name, writable(value))).collect();
    xml.create_element(name).with_attributes(attributes.iter().map(|(name, value)| (*name, &**value))).write_empty()?;
    Ok(())
}

/// A moment to the second, as RFC 3339 and W3C's date-time both have it.
pub fn moment(moment: Timestamp) -> String {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment).to_string()
}

/// Without what is no character of XML 1.0 (<https://www.w3.org/TR/xml/#charsets>).
fn writable(text: &str) -> Cow<'_, str> {
    let is_no_character =
        |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if text.contains(is_no_character) { text.replace(is_no_character, "").into() } else { text.into() }
}
