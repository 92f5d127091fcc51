//! Credentials of the API: tokens, HTTP Basic, and the session of our own pages. Rows U12–U14.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};

use super::error::ApiError;
use crate::school::{Account, Credentials, Proof, School, Token, TokenKey};
use crate::server::forwarded::Way;
use crate::server::header_text::header_text;
use crate::server::identity::Caller;
use crate::server::middleware::RequestHost;

/// Which credentials an action takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Public lists: a token, a session, or Basic; bad Basic credentials are 403, since a session is the first choice.
    Open,
    /// Actions of a program: a token, Basic, or a session from our own pages; otherwise 401.
    Basic,
    /// The same, with the challenge of tokens.
    Token,
    /// None: who asks says in the body who they are.
    Nobody,
}

const BASIC_CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"api\"");

/// The challenge where a token is asked for.
pub const TOKEN_CHALLENGE: HeaderValue = HeaderValue::from_static("Token");

/// Who sends a request.
pub struct Asker {
    /// Who.
    pub account: Account,
    /// The token that says so, if one does.
    pub token: Option<TokenKey>,
}

impl From<Account> for Asker {
    fn from(account: Account) -> Self {
        Self { account, token: None }
    }
}

impl Scheme {
    /// What a 401 of this scheme carries.
    pub fn challenge(self) -> Option<HeaderValue> {
        match self {
            Scheme::Open | Scheme::Nobody => None,
            Scheme::Basic => Some(BASIC_CHALLENGE),
            Scheme::Token => Some(TOKEN_CHALLENGE),
        }
    }
}

/// Who sends a request: nobody if it has no credentials, an error if they are bad.
pub async fn authenticate(
    scheme: Scheme,
    school: &School,
    parts: &Parts,
    host: Option<&RequestHost>,
) -> Result<Option<Asker>, ApiError> {
    let headers = &parts.headers;
    let parsed = headers.get(header::AUTHORIZATION).map_or(Parsed::Nothing, parse);
    match &parsed {
        _ if scheme == Scheme::Nobody => return Ok(None),
        // Before the session: a browser sends its cookie along whoever asks, a token is sent on purpose.
        Parsed::Token(token) => return by_token(scheme, school, token).await.map(Some),
        Parsed::BadToken(detail) => return Err(bad_token(scheme, detail)),
        _ => {}
    }
    let from_our_pages = scheme == Scheme::Open || is_same_origin(headers, host) || is_typed(parts);
    if from_our_pages && let Caller(Some(account)) = Caller::of(school, headers).await? {
        return Ok(Some(account.into()));
    }
    let refused = |detail: &str| ApiError::unauthenticated(detail, scheme.challenge());
    match parsed {
        Parsed::Basic(username, password) => {
            let address = Some(Way::of(parts).client);
            let credentials = Credentials { login: &username, password: &password, devices: &[], address };
            match school.prove_program(credentials).await? {
                Proof::Yes(account) => {
                    school.note_basic(&account, address).await?;
                    Ok(Some((*account).into()))
                }
                Proof::Unconfirmed(_) => Err(refused("User inactive or deleted.")),
                Proof::No => Err(refused("Invalid username/password.")),
                Proof::Later(wait) => Err(ApiError::throttled(wait)),
            }
        }
        Parsed::Malformed(detail) => Err(refused(detail)),
        // The reference ignores these; a client that sends a token should hear that nobody reads it.
        Parsed::Other(keyword) if scheme == Scheme::Open => {
            Err(ApiError::unauthenticated("Invalid token.", HeaderValue::from_str(&keyword).ok()))
        }
        Parsed::Other(_) | Parsed::Token(_) | Parsed::BadToken(_) | Parsed::Nothing => Ok(None),
    }
}

/// Whoever a token is for: it is theirs until it ends, and says nothing of what they may do.
async fn by_token(scheme: Scheme, school: &School, token: &str) -> Result<Asker, ApiError> {
    let found = match Token::parse(token) {
        Some(token) => school.identify_program(&token).await?,
        None => None,
    };
    let (account, token) = found.ok_or_else(|| bad_token(scheme, "Invalid token."))?;
    Ok(Asker { account, token: Some(token) })
}

fn bad_token(scheme: Scheme, detail: &str) -> ApiError {
    ApiError::unauthenticated(detail, Some(scheme.challenge().unwrap_or(TOKEN_CHALLENGE)))
}

/// Whether a request shows a token: no page of another site can make a browser send one without asking first, so what
/// guards against such pages need not.
pub fn shows_token(path: &str, headers: &HeaderMap) -> bool {
    let is_token = |value| matches!(parse(value), Parsed::Token(_));
    path.starts_with("/api/") && headers.get(header::AUTHORIZATION).is_some_and(is_token)
}

/// Whether a page of ours sent the request: a session cookie alone proves nothing about who wrote the request.
pub fn is_same_origin(headers: &HeaderMap, host: Option<&RequestHost>) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let authority = origin.and_then(|origin| origin.strip_prefix("https://").or(origin.strip_prefix("http://")));
    authority.zip(host).is_some_and(|(authority, host)| authority == host.authority.as_str())
}

/// Whether somebody reads what they typed, or have a bookmark of: no page had a hand in it.
fn is_typed(parts: &Parts) -> bool {
    parts.method.is_safe() && parts.headers.get("sec-fetch-site").is_some_and(|site| site == "none")
}

/// What an `Authorization` header says.
#[derive(Debug, PartialEq, Eq)]
pub enum Parsed {
    Nothing,
    Basic(String, String),
    Malformed(&'static str),
    /// `Token`, and what may be one of ours.
    Token(String),
    /// `Token`, and nothing that could be one.
    BadToken(&'static str),
    /// `Bearer`, which is not ours.
    Other(String),
}

/// Reads an `Authorization` header as the reference's framework does, with its sentences.
pub fn parse(value: &HeaderValue) -> Parsed {
    let text = header_text(value);
    // Bytes are told apart there: what only Unicode calls white space is none.
    let mut parts = text.split_ascii_whitespace();
    let (keyword, first, more) = (parts.next(), parts.next(), parts.next());
    match (keyword.unwrap_or_default(), first, more) {
        (keyword, ..) if keyword.eq_ignore_ascii_case("bearer") => Parsed::Other(keyword.to_owned()),
        (keyword, first, more) if keyword.eq_ignore_ascii_case("token") => match (first, more) {
            (Some(token), None) => Parsed::Token(token.to_owned()),
            (None, _) => Parsed::BadToken("Invalid token header. No credentials provided."),
            _ => Parsed::BadToken("Invalid token header. Token string should not contain spaces."),
        },
        (keyword, ..) if !keyword.eq_ignore_ascii_case("basic") => Parsed::Nothing,
        (_, None, _) => Parsed::Malformed("Invalid basic header. No credentials provided."),
        (_, Some(credentials), None) => decode(credentials)
            .unwrap_or(Parsed::Malformed("Invalid basic header. Credentials not correctly base64 encoded.")),
        _ => Parsed::Malformed("Invalid basic header. Credentials string should not contain spaces."),
    }
}

/// UTF-8, and Latin-1 for old clients that send it.
fn decode(credentials: &str) -> Option<Parsed> {
    let bytes = STANDARD.decode(credentials).ok()?;
    let text =
        String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect());
    let (username, password) = text.split_once(':').unwrap_or((&text, ""));
    Some(Parsed::Basic(username.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(value: &str) -> Parsed {
        parse(&HeaderValue::from_str(value).expect("a header"))
    }

    #[test]
    fn basic_headers_are_read_as_the_reference_reads_them() {
        let basic = |text: &[u8]| parsed(&format!("Basic {}", STANDARD.encode(text)));
        assert_eq!(basic(b"ada:a:b"), Parsed::Basic("ada".into(), "a:b".into()));
        assert_eq!(basic("ada:ü".as_bytes()), Parsed::Basic("ada".into(), "ü".into()));
        assert_eq!(basic(b"ada:\xfc"), Parsed::Basic("ada".into(), "ü".into()));
        assert_eq!(basic(b"ada"), Parsed::Basic("ada".into(), String::new()));
        assert_eq!(parsed("Basic"), Parsed::Malformed("Invalid basic header. No credentials provided."));
        let spaces = "Invalid basic header. Credentials string should not contain spaces.";
        assert_eq!(parsed("basic a b"), Parsed::Malformed(spaces));
        let encoding = "Invalid basic header. Credentials not correctly base64 encoded.";
        assert_eq!(parsed("BASIC !!"), Parsed::Malformed(encoding));
        assert_eq!(parsed("Bearer abc"), Parsed::Other("Bearer".into()));
        assert_eq!(parsed("tOKEN abc"), Parsed::Token("abc".into()));
        assert_eq!(parsed("Token"), Parsed::BadToken("Invalid token header. No credentials provided."));
        let spaces = "Invalid token header. Token string should not contain spaces.";
        assert_eq!(parsed("Token a b"), Parsed::BadToken(spaces));
        assert_eq!(parsed("Digest abc"), Parsed::Nothing);
        let next_line = HeaderValue::from_bytes("Basic\u{85} YWRhOmE=".as_bytes()).expect("a header");
        assert_eq!(parse(&next_line), Parsed::Nothing);
    }
}
