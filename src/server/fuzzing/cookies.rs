//! Cookies: the lines are the values of `Cookie` headers.

use http::{HeaderMap, HeaderValue, header};

use crate::school::Token;
use crate::server::ServerConfig;
use crate::server::identity::{put_session, session_cookie, session_token};

/// A session is found only where its text was sent, and no other cookie of the host hides one.
pub fn cookies(bytes: &[u8]) {
    let lines: Vec<_> = bytes.split(|byte| *byte == b'\n').take(64).collect();
    let mut headers = HeaderMap::new();
    for value in lines.iter().filter_map(|line| HeaderValue::from_bytes(line).ok()) {
        headers.append(header::COOKIE, value);
    }
    if let Some(token) = session_token(&headers) {
        let sent = |line: &&[u8]| line.to_ascii_lowercase().windows(64).any(|text| text == token.to_text().as_bytes());
        assert!(lines.iter().any(sent), "nobody sent this token");
    }
    let own = own_token(bytes);
    let mut with_session = headers.clone();
    put_session(&mut with_session, &own);
    assert!(session_token(&with_session).as_ref() == Some(&own), "a session that is put before all others counts");
    for line in lines.iter().filter(|line| !contains(line, b"sessionid")) {
        for text in
            [[line, session(&own).as_bytes()].join(&b"; "[..]), [session(&own).as_bytes(), line].join(&b";"[..])]
        {
            let Ok(value) = HeaderValue::from_bytes(&text) else { continue };
            let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
            assert!(session_token(&headers).as_ref() == Some(&own), "another cookie hides the session");
        }
    }
    is_kept_as_it_should(&own, bytes.first().is_some_and(|byte| byte % 2 == 0));
}

fn own_token(bytes: &[u8]) -> Token {
    Token::parse(blake3::hash(bytes).to_hex().as_str()).expect("64 hexadecimal digits")
}

fn session(token: &Token) -> String {
    format!("sessionid={}", token.to_text())
}

fn contains(line: &[u8], text: &[u8]) -> bool {
    line.windows(text.len()).any(|part| part == text)
}

/// What `Set-Cookie` says comes back as the same session, and the browser is told how to keep it.
fn is_kept_as_it_should(token: &Token, https: bool) {
    let base_url = https.then(|| "https://school.example".to_owned());
    let cookie = session_cookie(token, &ServerConfig { base_url, ..ServerConfig::default() });
    let text = cookie.to_str().expect("a text");
    let mut parts = text.split("; ");
    let headers = HeaderMap::from_iter([(header::COOKIE, parts.next().expect("a cookie").parse().expect("a header"))]);
    assert!(session_token(&headers).as_ref() == Some(token), "it comes back as it was set");
    let attributes: Vec<_> = parts.collect();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(attributes.contains(&attribute), "{attribute}");
    }
    assert_eq!(attributes.contains(&"Secure"), https);
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_and_what_is_near_them() {
        crate::disk::each_seed("cookies", super::cookies);
    }
}
