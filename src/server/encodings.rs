//! Which compressed forms a client takes: `Accept-Encoding`, RFC 9110 section 12.5.3.

use http::{HeaderMap, header};

use crate::course::Encoding;

/// The encodings that a client would rather have than the file as it is, best first.
pub fn wanted(headers: &HeaderMap) -> Vec<Encoding> {
    if !headers.contains_key(header::ACCEPT_ENCODING) {
        return Vec::new();
    }
    let sent = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let weights: Vec<_> = sent.flat_map(|value| value.split(',')).filter_map(weighted).collect();
    let named = |name: &str| weights.iter().find(|(coding, _)| coding.eq_ignore_ascii_case(name)).map(|(_, q)| *q);
    let others = named("*");
    // Without a word of it, the file as it is comes last.
    let plain = named("identity").unwrap_or(0);
    let weight = |encoding: Encoding| {
        let alias = named("x-gzip").filter(|_| encoding == Encoding::Gzip);
        named(encoding.coding()).or(alias).or(others).unwrap_or(0)
    };
    let mut wanted: Vec<_> =
        Encoding::ALL.into_iter().filter(|one| weight(*one) > 0 && weight(*one) >= plain).collect();
    // Stable: among equals the usually smaller one stays first.
    wanted.sort_by_key(|encoding| std::cmp::Reverse(weight(*encoding)));
    wanted
}

/// A coding and its weight in thousandths; nothing for what is no such thing.
fn weighted(element: &str) -> Option<(&str, u16)> {
    let (coding, parameter) = element.split_once(';').unwrap_or((element, "q=1"));
    let weight = parameter.trim().strip_prefix(['q', 'Q'])?.trim_start().strip_prefix('=')?.trim();
    let weight: f32 = weight.parse().ok()?;
    (0.0..=1.0).contains(&weight).then(|| (coding.trim(), (weight * 1000.0).round() as u16))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn wanted(sent: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(sent).expect("a value"));
        super::wanted(&headers).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn weights_decide_and_among_equals_the_smaller_form() {
        assert!(super::wanted(&HeaderMap::new()).is_empty());
        assert_eq!(wanted(""), "");
        assert_eq!(wanted("gzip, deflate, br, zstd"), "br zst gz");
        assert_eq!(wanted("gzip;q=1.0, br;q=0.5, zstd;q=0"), "gz br");
        assert_eq!(wanted("GZIP ; Q=0.3"), "gz");
        assert_eq!(wanted("x-gzip"), "gz");
        assert_eq!(wanted("*"), "br zst gz");
        assert_eq!(wanted("*;q=0, gzip;q=0.1"), "gz");
        assert_eq!(wanted("br;q=0.5, identity"), "");
        assert_eq!(wanted("br;q=0.5, gzip;q=0.9, identity;q=0.7"), "gz");
        assert_eq!(wanted("br;q=2, gzip;q=x, zstd;level=3, ;;,"), "");
    }
}
