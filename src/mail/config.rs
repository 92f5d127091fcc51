//! What the carriers need to know: `[mail]` of educa.toml.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use lettre::message::Mailbox;

/// Settings of mail.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// Who letters come from.
    pub from: Mailbox,
    /// The mail server; nothing for the outbox.
    pub smtp: Option<SmtpServer>,
    /// The password for it, from the environment.
    pub password: Option<Secret>,
    /// The file that holds it, if the environment does not.
    pub password_file: Option<PathBuf>,
    /// The folder for letters that no server takes.
    pub outbox: PathBuf,
}

/// A text that no log and no message ever shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the server alone.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How a connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// From its first byte: `smtps://`.
    Tls,
    /// After a greeting, and never without: `smtp://`.
    StartTls,
    /// Not at all: `smtp://` of this very machine.
    None,
}

/// A mail server, as `smtps://user@host:465` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpServer {
    /// Its name, which its certificate must bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub encryption: Encryption,
    /// Who signs in there, if anybody.
    pub user: Option<String>,
}

/// Why a text names no mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAMailServer {
    /// It has another form.
    #[error("it is not the address of a mail server")]
    Form,
    /// It holds a password, which would lie in a file that is passed around.
    #[error("it holds a password")]
    Password,
}

impl FromStr for SmtpServer {
    type Err = NotAMailServer;
    fn from_str(text: &str) -> Result<Self, NotAMailServer> {
        let tls = text.strip_prefix("smtps://");
        let rest = tls.or_else(|| text.strip_prefix("smtp://")).ok_or(NotAMailServer::Form)?;
        let (user, authority) = match rest.rsplit_once('@') {
            Some((user, authority)) => (Some(user), authority),
            None => (None, rest),
        };
        if user.is_some_and(|user| user.contains(':')) {
            return Err(NotAMailServer::Password);
        }
        let user = user.map(|user| percent_encoding::percent_decode_str(user).decode_utf8_lossy().into_owned());
        let authority: http::uri::Authority =
            authority.trim_end_matches('/').parse().map_err(|_| NotAMailServer::Form)?;
        let host = authority.host().to_owned();
        let explicit = authority.as_str().len() > host.len();
        let port = authority.port_u16();
        if host.is_empty() || (explicit && port.is_none()) || user.as_deref() == Some("") {
            return Err(NotAMailServer::Form);
        }
        let encryption = match tls {
            Some(_) => Encryption::Tls,
            None if is_this_machine(&host) => Encryption::None,
            None => Encryption::StartTls,
        };
        let usual = match encryption {
            Encryption::Tls => 465,
            Encryption::StartTls => 587,
            Encryption::None => 25,
        };
        Ok(Self { host, port: port.unwrap_or(usual), encryption, user })
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_named_by_urls() {
        let server = |text: &str| {
            let SmtpServer { host, port, encryption, user } = text.parse()?;
            Ok((host, port, encryption, user))
        };
        let named = |host: &str, port, encryption, user: Option<&str>| {
            Ok((host.to_owned(), port, encryption, user.map(str::to_owned)))
        };
        assert_eq!(server("smtps://u%40e.org@mail.e.org"), named("mail.e.org", 465, Encryption::Tls, Some("u@e.org")));
        assert_eq!(server("smtp://u@mail.e.org:2525/"), named("mail.e.org", 2525, Encryption::StartTls, Some("u")));
        assert_eq!(server("smtp://localhost"), named("localhost", 25, Encryption::None, None));
        assert_eq!(server("smtp://[::1]:26"), named("[::1]", 26, Encryption::None, None));
        assert_eq!(server("smtp://u:secret@mail.e.org"), Err(NotAMailServer::Password));
        for text in ["mail.e.org", "smtp://", "http://mail.e.org", "smtp://@host", "smtp://a b", "smtp://host:99999"] {
            assert_eq!(server(text), Err(NotAMailServer::Form), "{text}");
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(format!("{:?}", Secret::new("hunter2".into())), "Secret(…)");
    }
}
