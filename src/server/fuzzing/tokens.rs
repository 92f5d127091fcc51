//! Tokens: the first two bytes say which bit to change; the rest is a token, an `Authorization` header, an `Origin`, and the
//! name of a course.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, header};
use ring::hmac;

use crate::course::{Slug, routes};
use crate::school::Token;
use crate::server::api::{Parsed, is_same_origin, parse_authorization};
use crate::server::edge::{edge_key, edge_token};
use crate::server::middleware::RequestHost;

/// A token says one thing in one way: with any bit changed it is another one, or none.
pub fn tokens(bytes: &[u8]) {
    let (bit, text) = bytes.split_first_chunk().map_or((0, bytes), |(bit, text)| (u16::from_le_bytes(*bit), text));
    let lossy = String::from_utf8_lossy(text);
    if let Some(token) = Token::parse(&lossy) {
        assert_eq!(token.to_text(), lossy.to_ascii_lowercase());
    }
    session(&Token::parse(blake3::hash(text).to_hex().as_str()).expect("64 hexadecimal digits"), bit);
    if let Ok(value) = HeaderValue::from_bytes(text) {
        authorization(&value);
        origin(&value);
    }
    credentials(&lossy);
    let scope = Slug::from_name(&lossy).map(|slug| routes::course(&slug).href());
    edge(scope.as_deref().unwrap_or("/course/sets/"), i64::from(bit), bit);
}

/// One bit of a text changed; nothing if it is no text then.
fn changed(text: &str, bit: u16) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let bit = usize::from(bit) % (bytes.len() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
    String::from_utf8(bytes).ok()
}

fn session(token: &Token, bit: u16) {
    let Some(changed) = changed(&token.to_text(), bit) else { return };
    // A digit in upper case is the same digit.
    if changed.to_ascii_lowercase() != token.to_text() {
        assert!(Token::parse(&changed).is_none_or(|other| other.key() != token.key()), "{changed}");
    }
}

/// Whatever is read as a name and a password was sent as such.
fn authorization(value: &HeaderValue) {
    if let Parsed::Basic(name, password) = parse_authorization(value) {
        let sent = value.to_str().ok().and_then(|text| text.split_whitespace().nth(1));
        let sent = STANDARD.decode(sent.expect("credentials")).expect("base64");
        let read = if sent.contains(&b':') { format!("{name}:{password}") } else { name.clone() };
        let latin: Vec<u8> = read.chars().filter_map(|char| u8::try_from(char).ok()).collect();
        assert!(read.as_bytes() == sent || latin == sent, "{read:?}");
        assert!(!name.contains(':'));
    }
}

fn credentials(text: &str) {
    let (name, password) = text.split_once(':').unwrap_or((text, ""));
    let sent = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))));
    let read = parse_authorization(&sent.expect("base64"));
    assert_eq!(read, Parsed::Basic(name.to_owned(), password.to_owned()));
}

/// A page of ours has our origin, as browsers write it.
fn origin(value: &HeaderValue) {
    let headers = HeaderMap::from_iter([(header::ORIGIN, value.clone())]);
    let host = RequestHost { authority: "school.example:8000".parse().expect("a host"), https: false };
    if is_same_origin(&headers, Some(&host)) {
        let text = value.to_str().expect("a text");
        if let Ok(url) = url::Url::parse(text) {
            assert_eq!((url.host_str(), url.port()), (Some("school.example"), Some(8000)), "{text}");
        }
    }
}

fn edge(scope: &str, expires: i64, bit: u16) {
    let key = edge_key(&URL_SAFE_NO_PAD.encode([7; 32])).expect("a key");
    let token = edge_token(&key, scope, expires);
    assert!(opens(&key, &token, scope, expires - 1), "{token} opens {scope}");
    assert!(!opens(&key, &token, scope, expires), "{token} is over");
    assert!(!opens(&key, &token, "/course/another-one/", expires - 1), "{token} is for {scope}");
    if let Some(changed) = changed(&token, bit) {
        assert!(!opens(&key, &changed, scope, i64::MIN), "{changed} opens {scope}");
    }
}

/// An edge's verdict, as docs/edge-tokens.md has it.
fn opens(key: &hmac::Key, token: &str, scope: &str, now: i64) -> bool {
    let mut parts = token.splitn(3, '.');
    let (version, expires, signature) = (parts.next(), parts.next(), parts.next());
    let expires = expires.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let expires = expires.and_then(|text| text.parse().ok().map(|seconds: i64| (text, seconds)));
    let (Some("v1"), Some((text, expires)), Some(signature)) = (version, expires, signature) else { return false };
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
    let signed = format!("educa-edge v1\n{text}\n{scope}");
    now < expires && hmac::verify(key, signed.as_bytes(), &signature).is_ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_and_what_is_near_them() {
        crate::disk::each_seed("tokens", super::tokens);
    }
}
