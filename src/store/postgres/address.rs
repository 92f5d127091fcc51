//! The address of a database: `postgresql://user@host:port/database`, with who may hear what is said to it.

use std::fmt::{self, Write as _};
use std::path::PathBuf;
use std::str::FromStr;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// Which database holds a school's records, and how it is reached. It shows its password to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresConfig {
    pub(super) client: Box<Config>,
    pub(super) encryption: Encryption,
    password_file: Option<PathBuf>,
}

/// How what goes to the database is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Encryption {
    /// Not at all.
    None,
    /// For whoever answers: nobody else can listen, but it may be anybody.
    Unverified,
    /// For who can show a certificate of the host's name: from those in the file, else from those this machine trusts.
    Verified(Option<PathBuf>),
}

/// What is wrong with the address of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotADatabase {
    /// It is something else.
    #[error("write it as postgresql://USER@HOST/DATABASE, and other characters than letters and digits as %XX")]
    Form,
    /// No host is named.
    #[error("it names no host; a socket is named as postgresql://USER@/DATABASE?host=/var/run/postgresql")]
    NoHost,
    /// There is no such `sslmode`.
    #[error("`sslmode` is `verify-full`, `require` (encrypted, but for whoever answers) or `disable`")]
    Mode,
    /// Certificates for nothing.
    #[error("`sslrootcert` is for `sslmode=verify-full`")]
    Roots,
}

impl FromStr for PostgresConfig {
    type Err = NotADatabase;

    fn from_str(text: &str) -> Result<Self, NotADatabase> {
        if !text.starts_with("postgresql://") && !text.starts_with("postgres://") {
            return Err(NotADatabase::Form);
        }
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
        for part in query.split('&').filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", value)) => {
                    let path = percent_encoding::percent_decode_str(value).decode_utf8();
                    roots = Some(PathBuf::from(path.map_err(|_| NotADatabase::Form)?.as_ref()));
                }
                _ => rest.push(part),
            }
        }
        let text = if rest.is_empty() { address.to_owned() } else { format!("{address}?{}", rest.join("&")) };
        let client: Config = text.parse().map_err(|_| NotADatabase::Form)?;
        if client.get_hosts().is_empty() {
            return Err(NotADatabase::NoHost);
        }
        let encryption = match (mode, roots) {
            (None, None) if client.get_hosts().iter().all(is_here) => Encryption::None,
            (None | Some("verify-full"), roots) => Encryption::Verified(roots),
            (Some("require" | "disable"), Some(_)) => return Err(NotADatabase::Roots),
            (Some("require"), None) => Encryption::Unverified,
            (Some("disable"), None) => Encryption::None,
            (Some(_), _) => return Err(NotADatabase::Mode),
        };
        Ok(Self { client: Box::new(client), encryption, password_file: None })
    }
}

/// Whether a host is this machine: what is said to it passes nobody.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

impl PostgresConfig {
    /// With this password, unless the address has one.
    #[must_use]
    pub fn or_password(mut self, password: &str) -> Self {
        if !self.has_password() {
            self.client.password(password);
        }
        self
    }

    /// With the password that is the first line of a file when the store is opened, unless the address has one.
    #[must_use]
    pub fn or_password_file(mut self, file: PathBuf) -> Self {
        self.password_file = Some(file).filter(|_| !self.has_password());
        self
    }

    pub(super) fn password_file(&self) -> Option<&PathBuf> {
        self.password_file.as_ref()
    }

    fn has_password(&self) -> bool {
        self.client.get_password().is_some()
    }
}

/// The address without its password.
impl fmt::Display for PostgresConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut hosts = String::new();
        let ports = self.client.get_ports();
        for (at, host) in self.client.get_hosts().iter().enumerate() {
            if at > 0 {
                hosts.push(',');
            }
            match host {
                Host::Tcp(name) => hosts.push_str(name),
                #[cfg(unix)]
                Host::Unix(path) => write!(hosts, "{}", path.display())?,
            }
            if let Some(port) = ports.get(at).or(ports.first()) {
                write!(hosts, ":{port}")?;
            }
        }
        f.write_str("postgresql://")?;
        if let Some(user) = self.client.get_user() {
            write!(f, "{user}@")?;
        }
        write!(f, "{hosts}/{}", self.client.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for PostgresConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresConfig({self}, {:?})", self.encryption)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PostgresConfig, NotADatabase> {
        text.parse()
    }

    #[test]
    fn what_passes_other_machines_is_encrypted_for_who_is_meant() {
        let encryption = |text: &str| parse(text).expect("an address").encryption;
        for here in ["localhost", "127.0.0.1:5433", "[::1]", "%2Fvar%2Frun%2Fpostgresql"] {
            assert_eq!(encryption(&format!("postgresql://ada@{here}/school")), Encryption::None, "{here}");
        }
        assert_eq!(encryption("postgresql://ada@/school?host=/var/run/postgresql"), Encryption::None);
        for text in [
            "postgresql://db.example/school",
            "postgres://localhost,db.example/s",
            "postgresql://db/s?sslmode=verify-full",
        ] {
            assert_eq!(encryption(text), Encryption::Verified(None), "{text}");
        }
        let roots = "postgresql://localhost/s?sslrootcert=%2Fetc%2Fca.pem&application_name=x";
        assert_eq!(encryption(roots), Encryption::Verified(Some("/etc/ca.pem".into())));
        assert_eq!(encryption("postgresql://db.example/s?sslmode=require"), Encryption::Unverified);
        assert_eq!(encryption("postgresql://db.example/s?sslmode=disable"), Encryption::None);
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_reason() {
        for (text, reason) in [
            ("host=localhost", NotADatabase::Form),
            ("mysql://localhost/s", NotADatabase::Form),
            ("postgresql://localhost/s?unknown=1", NotADatabase::Form),
            ("postgresql:///school", NotADatabase::NoHost),
            ("postgresql://db/s?sslmode=prefer", NotADatabase::Mode),
            ("postgresql://db/s?sslmode=require&sslrootcert=/ca", NotADatabase::Roots),
        ] {
            assert_eq!(parse(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn nothing_shows_the_password() {
        let config = parse("postgresql://ada:geheim@db.example:5433/school").expect("an address");
        let config = config.or_password("other");
        assert_eq!(config.to_string(), "postgresql://ada@db.example:5433/school");
        assert!(!format!("{config:?}").contains("geheim") && config.client.get_password() == Some(b"geheim"));
    }
}
