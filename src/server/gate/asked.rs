//! What a front server asks about: the path and the method of the request that it has.
//!
//! The front server opens the file that *it* makes of the path, so the two must read a path alike. nginx and Caddy decode
//! once, then resolve dots and join doubled slashes; an [`Address`] has neither. Whatever two programs might read
//! differently is no address here: the answer is then no, and the front server hands the request to educa itself, which
//! looks the path up and opens nothing else.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use percent_encoding::percent_decode_str;

use crate::course::Address;

/// nginx is told to set the first, Caddy sets the second by itself.
const PATHS: [HeaderName; 2] = [HeaderName::from_static("x-original-uri"), HeaderName::from_static("x-forwarded-uri")];
const METHODS: [HeaderName; 2] =
    [HeaderName::from_static("x-original-method"), HeaderName::from_static("x-forwarded-method")];

/// The address asked about; nothing if it is none, or not said in exactly one way. A front server overwrites its own
/// header and hands the other one through, so two of them are one too many: a stranger wrote one.
pub fn address(headers: &HeaderMap) -> Option<Address> {
    let target = only(headers, &PATHS)??.to_str().ok()?;
    let (path, _) = target.split_once('?').unwrap_or((target, ""));
    if !path.starts_with('/') || !path.bytes().all(|byte| byte.is_ascii_graphic() && !b"#\\".contains(&byte)) {
        return None;
    }
    if !escapes(path).all(|digits| digits.and_then(byte).is_some_and(|byte| !b"/\\.".contains(&byte))) {
        return None;
    }
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    // What would mean something else if somebody decoded it once more.
    if escapes(&decoded).any(|digits| digits.and_then(byte).is_some()) {
        return None;
    }
    decoded.parse().ok()
}

/// Whether the request asked about only reads; one that nobody described does.
pub fn only_reads(headers: &HeaderMap) -> bool {
    match only(headers, &METHODS) {
        Some(Some(method)) => {
            [Method::GET, Method::HEAD].iter().any(|reads| reads.as_str().as_bytes() == method.as_bytes())
        }
        Some(None) => true,
        None => false,
    }
}

/// The one value under any of these names, if there is one; nothing if there are several.
fn only<'a>(headers: &'a HeaderMap, names: &[HeaderName]) -> Option<Option<&'a HeaderValue>> {
    let mut values = names.iter().flat_map(|name| headers.get_all(name));
    let first = values.next();
    values.next().is_none().then_some(first)
}

/// What follows each `%`: two bytes, or nothing at the end.
fn escapes(text: &str) -> impl Iterator<Item = Option<&[u8]>> {
    text.bytes().enumerate().filter(|(_, byte)| *byte == b'%').map(|(at, _)| text.as_bytes().get(at + 1..at + 3))
}

fn byte(digits: &[u8]) -> Option<u8> {
    let sound = digits.iter().all(u8::is_ascii_hexdigit);
    std::str::from_utf8(digits).ok().filter(|_| sound).and_then(|digits| u8::from_str_radix(digits, 16).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(target: &[u8]) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(&PATHS[0], HeaderValue::from_bytes(target).ok()?);
        address(&headers).map(|address| address.as_str().to_owned())
    }

    #[test]
    fn a_plain_path_is_an_address() {
        for (target, address) in [
            ("/", "/"),
            ("/course/sets/basics/", "/course/sets/basics/"),
            ("/course/sets/basics/?page=2&next=/../x", "/course/sets/basics/"),
            ("/a/sheet%20one.pdf", "/a/sheet one.pdf"),
            ("/a/%C3%9Cbung%201.pdf", "/a/Übung 1.pdf"),
            ("/a/50%25+more.pdf", "/a/50%+more.pdf"),
            ("/%63ourse/", "/course/"),
        ] {
            assert_eq!(asked(target.as_bytes()).as_deref(), Some(address), "{target}");
        }
    }

    #[test]
    fn whatever_could_be_read_in_two_ways_is_none() {
        for target in [
            "",
            "a",
            "*",
            "?",
            "http://school.example/a/",
            "//a/",
            "/a//b/",
            "/a/../b/",
            "/a/./b/",
            "/a/..",
            "/.a/",
            "/a/%2e/",
            "/a/%2E%2e/b/",
            "/a/.%2e/b/",
            "/a%2fb/",
            "/a%2Fb/",
            "/a%5cb/",
            "/a\\b/",
            "/a%00/",
            "/a%0a/",
            "/a%7f/",
            "/a%",
            "/a%2",
            "/a%zz/",
            "/a%+1/",
            "/a%252e/",
            "/a%252fb/",
            "/a%25%32%66/",
            "/a#b",
            "/a b/",
            "/a\tb/",
            "/a%ff/",
            "/a%c0%af/",
            "/a%2e",
            "/a/index%2ehtml",
            "/a/..;/b/",
            "/a/%2e%2e%2f",
        ] {
            assert_eq!(asked(target.as_bytes()), None, "{target:?}");
        }
        assert_eq!(asked("/Übung/".as_bytes()), None);
    }

    #[test]
    fn two_words_are_one_too_many() {
        let mut headers = HeaderMap::new();
        assert_eq!(address(&headers), None);
        assert!(only_reads(&headers));
        headers.append(&PATHS[1], HeaderValue::from_static("/a/"));
        assert!(address(&headers).is_some());
        for path in &PATHS {
            let mut headers = headers.clone();
            headers.append(path, HeaderValue::from_static("/a/"));
            assert_eq!(address(&headers), None, "{path}");
        }
        for (method, reads) in [("GET", true), ("HEAD", true), ("POST", false), ("get", false), ("", false)] {
            headers.insert(&METHODS[0], HeaderValue::from_static(method));
            assert_eq!(only_reads(&headers), reads, "{method}");
        }
        headers.append(&METHODS[1], HeaderValue::from_static("GET"));
        assert!(!only_reads(&headers));
    }
}
