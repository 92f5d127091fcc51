//! One link asked over the network: HEAD, then GET where HEAD is not liked; again after a pause where it failed.
//!
//! Content is written by many, and the program may run on a machine that reaches what its authors do not: addresses
//! that are private to a machine or a network are refused, redirects to them too, unless the operator allows them. They
//! are refused when a name is resolved, and the very addresses that passed are connected to.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{StatusCode, Uri, header};
use ureq::config::Config;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use super::answer::Answer;

/// How long one request may take, redirects not counted.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Pauses before a link is asked again.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

const MAX_REDIRECTS: usize = 10;

/// Who asks.
const USER_AGENT: &str = concat!("educa/", env!("CARGO_PKG_VERSION"), " (link check)");

/// Asks for links.
pub struct Asker {
    agent: Agent,
}

/// Whom this machine trusts. Without anybody every https link would look broken.
fn trusted() -> anyhow::Result<Vec<Certificate<'static>>> {
    let found = rustls_native_certs::load_native_certs().certs;
    anyhow::ensure!(
        !found.is_empty(),
        "this machine has no list of trusted certificates, which https needs: install ca-certificates"
    );
    Ok(found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect())
}

/// An answer to one request.
struct Response {
    status: StatusCode,
    location: Option<String>,
    retry_after: Option<Duration>,
}

impl Asker {
    /// One that may or may not ask private addresses.
    pub fn new(allow_private: bool) -> anyhow::Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(trusted()?)))
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let config = Config::builder()
            .tls_config(tls)
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            // Which of them are for good is to be seen.
            .max_redirects(0)
            .user_agent(USER_AGENT)
            .build();
        let resolver = Public { inner: DefaultResolver::default(), allow_private };
        Ok(Self { agent: Agent::with_parts(config, DefaultConnector::default(), resolver) })
    }

    /// What became of a link.
    pub fn ask(&self, url: &str) -> Answer {
        let mut answer = self.ask_once(url);
        for pause in PAUSES {
            let Attempt::Again(wait) = answer.1 else { break };
            match wait {
                // Longer than anybody waits for a link.
                Some(wait) if wait > TIMEOUT => break,
                wait => std::thread::sleep(wait.unwrap_or(pause)),
            }
            answer = self.ask_once(url);
        }
        answer.0
    }

    /// Follows redirects to the end.
    fn ask_once(&self, url: &str) -> (Answer, Attempt) {
        let began = Instant::now();
        let (mut at, mut for_good) = (url.to_owned(), true);
        for _ in 0..=MAX_REDIRECTS {
            let response = match self.request(&at) {
                Ok(response) => response,
                Err(error) => return failed(&error),
            };
            let status = response.status;
            let Some(location) = response.location.filter(|_| status.is_redirection()) else {
                let answer = judged(status, response.retry_after);
                // Only an unbroken row of lasting redirects names a better address.
                let moved = answer.0 == Answer::Fine && for_good && at != url;
                return if moved { (Answer::Moved(at), Attempt::Last) } else { answer };
            };
            for_good &= matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT);
            match joined(&at, &location) {
                Some(next) => at = next,
                None => return (Answer::Broken(format!("it redirects to \"{location}\"")), Attempt::Last),
            }
            if began.elapsed() > TIMEOUT * 2 {
                break;
            }
        }
        (Answer::Broken("it redirects without end".to_owned()), Attempt::Last)
    }

    /// HEAD, and GET if the answer to that is no success: not every server knows HEAD.
    fn request(&self, url: &str) -> Result<Response, Error> {
        let read = |response: http::Response<ureq::Body>| {
            let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let seconds = text(header::RETRY_AFTER).and_then(|text| text.trim().parse().ok());
            Response {
                status: response.status(),
                location: text(header::LOCATION),
                retry_after: seconds.map(Duration::from_secs),
            }
        };
        let head = read(self.agent.head(url).call()?);
        let liked = head.status.is_success() || head.status.is_redirection();
        if liked || head.status == StatusCode::TOO_MANY_REQUESTS {
            return Ok(head);
        }
        // The body is not read: it is dropped with the connection.
        Ok(read(self.agent.get(url).call()?))
    }
}

/// Whether asking again may help.
enum Attempt {
    Last,
    /// After so long, if the server said it.
    Again(Option<Duration>),
}

fn judged(status: StatusCode, retry_after: Option<Duration>) -> (Answer, Attempt) {
    let named = status.to_string();
    match status {
        StatusCode::TOO_MANY_REQUESTS => (Answer::Unknown(named), Attempt::Again(retry_after)),
        _ if status.is_success() || status == StatusCode::NOT_MODIFIED => (Answer::Fine, Attempt::Last),
        _ if status.is_server_error() => (Answer::Broken(named), Attempt::Again(retry_after)),
        _ => (Answer::Broken(named), Attempt::Last),
    }
}

fn failed(error: &Error) -> (Answer, Attempt) {
    match error {
        Error::HostNotFound => (Answer::Broken("there is no such host".to_owned()), Attempt::Again(None)),
        Error::Other(other) if other.is::<IsPrivate>() => (Answer::Unknown(other.to_string()), Attempt::Last),
        Error::BadUri(_) | Error::Http(_) => (Answer::Broken("it is no URL".to_owned()), Attempt::Last),
        Error::Timeout(_) => (Answer::Broken("it took too long".to_owned()), Attempt::Again(None)),
        other => (Answer::Broken(other.to_string()), Attempt::Again(None)),
    }
}

/// A `Location`, which may be a path, seen from where it was sent.
fn joined(base: &str, location: &str) -> Option<String> {
    let base: Uri = base.parse().ok()?;
    let (scheme, authority) = (base.scheme_str()?, base.authority()?);
    let location = location.split('#').next().unwrap_or_default();
    let joined = if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else if location.contains("://") {
        location.to_owned()
    } else {
        let folder = base.path().rfind('/').map_or("/", |at| &base.path()[..=at]);
        format!("{scheme}://{authority}{folder}{location}")
    };
    (joined.starts_with("http://") || joined.starts_with("https://")).then_some(joined)
}

/// An address that is not everybody's.
#[derive(Debug, thiserror::Error)]
#[error("its address is private; `--external-allow-private` asks it nevertheless")]
struct IsPrivate;

/// Resolves names to public addresses.
#[derive(Debug)]
struct Public {
    inner: DefaultResolver,
    allow_private: bool,
}

impl Resolver for Public {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let addresses = self.inner.resolve(uri, config, timeout)?;
        if !self.allow_private && addresses.iter().any(|address| is_private(address.ip())) {
            return Err(Error::Other(Box::new(IsPrivate)));
        }
        Ok(addresses)
    }
}

/// Whether an address leads to this machine or a network around it (<https://www.iana.org/assignments/iana-ipv4-special-registry/>).
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 198 && (18..20).contains(&b))
                || (a == 192 && b == 0 && c == 0)
        }
        IpAddr::V6(v6) => embedded(v6).map_or_else(
            || {
                v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_multicast()
                    || v6.is_unique_local()
                    || v6.is_unicast_link_local()
            },
            |v4| is_private(IpAddr::V4(v4)),
        ),
    }
}

/// The IPv4 address inside a mapped or translated IPv6 address.
fn embedded(v6: Ipv6Addr) -> Option<std::net::Ipv4Addr> {
    let [a, b, rest @ ..] = v6.segments();
    let translated = (a, b) == (0x64, 0xff9b) && rest[..4] == [0; 4];
    v6.to_ipv4_mapped()
        .or_else(|| translated.then(|| std::net::Ipv4Addr::from((u32::from(rest[4]) << 16) | u32::from(rest[5]))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_around_this_machine_are_private() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
        ] {
            assert!(is_private(text.parse().expect("an address")), "{text}");
        }
        for text in ["1.1.1.1", "172.15.0.1", "2606:4700::1111", "64:ff9b::101:101"] {
            assert!(!is_private(text.parse().expect("an address")), "{text}");
        }
    }

    #[test]
    fn a_redirect_may_be_a_path() {
        let joined = |location: &str| joined("https://a.example/b/c?d", location);
        assert_eq!(joined("/x").as_deref(), Some("https://a.example/x"));
        assert_eq!(joined("x#y").as_deref(), Some("https://a.example/b/x"));
        assert_eq!(joined("//b.example/").as_deref(), Some("https://b.example/"));
        assert_eq!(joined("http://b.example/").as_deref(), Some("http://b.example/"));
        assert_eq!(joined("ftp://b.example/"), None);
    }
}
