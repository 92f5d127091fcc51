//! Representations: the bytes of an answer, what tells them apart from others, and their compressed forms.
//!
//! A form is made when somebody first wants it, and kept as long as the representation is: for lists as long as their
//! publication, for other answers no longer than the request. The tag of a compressed form is that of the plain bytes with
//! the coding's name, so that "not modified" is said without compressing anything.

use std::io::{self, Write as _};
use std::sync::OnceLock;

use bytes::Bytes;
use http::HeaderValue;
use serde::Serialize;

use crate::course::{Encoding, json};
use crate::digest::Digest;

/// From how many bytes on a compressed form is worth its making.
const WORTH_IT: usize = 1_000;

/// The bytes of an answer.
#[derive(Debug)]
pub struct Representation {
    plain: Bytes,
    /// The tag of the bytes as they are.
    tag: OnceLock<HeaderValue>,
    /// By encoding.
    short: [Short; Encoding::ALL.len()],
}

/// A compressed form, as far as somebody wanted it.
#[derive(Debug, Default)]
struct Short {
    tag: OnceLock<HeaderValue>,
    /// Nothing if it would not be smaller.
    bytes: OnceLock<Option<Bytes>>,
}

/// What is sent: the bytes, their coding and their tag.
#[derive(Debug, Clone)]
pub struct Form {
    /// How they are compressed, if they are.
    pub encoding: Option<Encoding>,
    /// `ETag`: strong, since no two forms have the same.
    pub tag: HeaderValue,
}

impl Representation {
    /// These bytes, whatever they are.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self { plain: bytes.into(), tag: OnceLock::new(), short: Default::default() }
    }

    /// A value as compact JSON, the fields in their order.
    pub fn of(value: &impl Serialize) -> Self {
        Self::new(json::text_of(value))
    }

    /// A text that is JSON.
    pub fn json(text: String) -> Self {
        Self::new(json::without_line_separators(text))
    }

    /// The same JSON on several lines; the order of fields stays.
    pub fn indented(&self, indent: usize) -> Self {
        let spaces = " ".repeat(indent);
        let mut bytes = Vec::with_capacity(self.plain.len() * 2);
        let formatter = serde_json::ser::PrettyFormatter::with_indent(spaces.as_bytes());
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
        let mut deserializer = serde_json::Deserializer::from_slice(&self.plain);
        let copied = serde_transcode::transcode(&mut deserializer, &mut serializer);
        let text = copied.ok().and_then(|()| String::from_utf8(bytes).ok());
        text.map_or_else(|| Self::new(self.plain.clone()), Self::json)
    }

    /// The bytes as they are.
    pub fn plain(&self) -> &Bytes {
        &self.plain
    }

    /// As text; what is no text is empty.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.plain).unwrap_or_default()
    }

    /// The first of these codings that can be had, else the bytes as they are.
    pub fn form(&self, wanted: &[Encoding]) -> Form {
        let offered = |encoding: &&Encoding| **encoding != Encoding::Zstandard && self.plain.len() >= WORTH_IT;
        let encoding = wanted.iter().find(offered).copied();
        let tag = match encoding {
            Some(encoding) => self.short[encoding.at()].tag.get_or_init(|| self.tag(&format!("-{encoding}"))),
            None => self.tag.get_or_init(|| self.tag("")),
        };
        Form { encoding, tag: tag.clone() }
    }

    fn tag(&self, suffix: &str) -> HeaderValue {
        let tag = format!("\"{}{suffix}\"", Digest::of(&self.plain));
        HeaderValue::try_from(tag).expect("hexadecimal digits are a header")
    }

    /// Whether the bytes of a form are there already, or few enough to be made while others wait.
    pub fn is_at_hand(&self, form: &Form) -> bool {
        const FEW: usize = 32 * 1024;
        self.plain.len() <= FEW || form.encoding.is_none_or(|encoding| self.short[encoding.at()].bytes.get().is_some())
    }

    /// The bytes of a form. Nothing was promised about their size: what does not get smaller is sent all the same.
    pub fn bytes(&self, form: &Form) -> Bytes {
        let Some(encoding) = form.encoding else { return self.plain.clone() };
        let short = self.short[encoding.at()].bytes.get_or_init(|| compressed(encoding, &self.plain).ok());
        short.clone().unwrap_or_else(|| self.plain.clone())
    }

    /// About how many bytes of memory it may come to need.
    pub fn weight(&self) -> usize {
        256 + self.plain.len() * 2
    }
}

/// Quickly rather than small: an answer waits for it. Brotli 5 makes 40 MB/s, and of JSON a fifth.
fn compressed(encoding: Encoding, bytes: &[u8]) -> io::Result<Bytes> {
    let mut short = Vec::with_capacity(bytes.len() / 4);
    match encoding {
        Encoding::Brotli => {
            let parameters =
                brotli::enc::BrotliEncoderParams { quality: 5, size_hint: bytes.len(), ..Default::default() };
            brotli::BrotliCompress(&mut &*bytes, &mut short, &parameters)?;
        }
        Encoding::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(&mut short, flate2::Compression::new(5));
            encoder.write_all(bytes)?;
            encoder.finish()?;
        }
        Encoding::Zstandard => return Err(io::ErrorKind::Unsupported.into()),
    }
    Ok(short.into())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn forms_have_their_own_tags_and_the_same_text() {
        let text = "[1,2,3]".repeat(1_000);
        let one = Representation::json(text.clone());
        let all = [Encoding::Zstandard, Encoding::Brotli, Encoding::Gzip];
        let forms = [one.form(&[]), one.form(&all), one.form(&[Encoding::Gzip])];
        assert_eq!(forms.each_ref().map(|form| form.encoding), [None, Some(Encoding::Brotli), Some(Encoding::Gzip)]);
        assert!(forms[0].tag != forms[1].tag && forms[1].tag != forms[2].tag);
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(&*one.bytes(&forms[2])).read_to_string(&mut unpacked).expect("gzip");
        assert_eq!(unpacked, text);
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &*one.bytes(&forms[1]), &mut unpacked).expect("brotli");
        assert_eq!(unpacked, text.as_bytes());
        assert_eq!(Representation::json("[]".into()).form(&all).encoding, None, "too small");
    }

    #[test]
    fn what_ends_lines_in_old_javascript_is_escaped_in_every_form() {
        let one = Representation::of(&"a\u{2028}b\u{2029}");
        assert_eq!(one.text(), "\"a\\u2028b\\u2029\"");
        assert_eq!(one.indented(4).text(), one.text());
    }
}
