//! A connection to a Redis, made and introduced: what is published on our channel comes by it, and what we say goes by it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, Cmd, PushInfo, PushKind, RedisError, Value};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::address::{Place, RedisConfig};
use super::bounded::Bounded;
use super::said::MAX_BYTES;
use crate::{disk, trust};

/// How long it may take until we hear what is said there.
const CONNECT: Duration = Duration::from_secs(5);

/// How long an answer may take; then there is nobody any more.
const ANSWER: Duration = Duration::from_secs(3);

/// How many messages wait to be heard.
const MAX_UNHEARD: usize = 1_024;

/// A connection that holds.
pub struct Link {
    connection: MultiplexedConnection,
    channel: String,
    /// Carries bytes for all of it; ended with it.
    driver: JoinHandle<()>,
}

/// What comes by a connection.
pub struct Ear {
    messages: mpsc::Receiver<Vec<u8>>,
    is_deaf: Arc<AtomicBool>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Link {
    /// Connects, and hears from now on; or the reason why not.
    pub async fn open(config: &RedisConfig) -> Result<(Self, Ear), String> {
        timeout(CONNECT, Self::connect(config)).await.unwrap_or_else(|_| Err("it does not answer".to_owned()))
    }

    async fn connect(config: &RedisConfig) -> Result<(Self, Ear), String> {
        let password = config.password_file.as_deref().map(password).transpose()?;
        let introduction = config.introduction(password.as_deref());
        let stream = Bounded::new(stream(config).await.map_err(|error| error.to_string())?, MAX_BYTES);
        let (sender, messages) = mpsc::channel(MAX_UNHEARD);
        let is_deaf = Arc::new(AtomicBool::new(false));
        let mouth = Mouth { sender, is_deaf: is_deaf.clone() };
        let settings =
            AsyncConnectionConfig::new().set_response_timeout(Some(ANSWER)).set_push_sender(move |info: PushInfo| {
                mouth.take(info);
                Ok::<_, ()>(())
            });
        let opened = MultiplexedConnection::new_with_config(&introduction, stream, settings).await;
        let (connection, driver) = opened.map_err(|error| reason(&error))?;
        let channel = config.channel.clone();
        let mut link = Self { connection, channel, driver: tokio::spawn(driver) };
        let channel = link.channel.clone();
        link.connection.subscribe(channel).await.map_err(|error| reason(&error))?;
        Ok((link, Ear { messages, is_deaf }))
    }

    /// Has it told to all who hear.
    pub async fn publish(&self, message: &[u8]) -> Result<(), String> {
        let publish = Cmd::publish(self.channel.as_str(), message);
        let answer = self.connection.clone().send_packed_command(&publish).await;
        answer.and_then(Value::extract_error).map(drop).map_err(|error| reason(&error))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Ear {
    /// The next message; nothing once the connection is gone.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        self.messages.recv().await
    }

    /// Whether more came than could be heard, since this was asked.
    pub fn missed_some(&self) -> bool {
        self.is_deaf.swap(false, Ordering::Relaxed)
    }
}

/// Where the driver leaves what comes. It is called between two reads, so nothing piles up behind it.
struct Mouth {
    sender: mpsc::Sender<Vec<u8>>,
    is_deaf: Arc<AtomicBool>,
}

impl Mouth {
    fn take(&self, info: PushInfo) {
        let PushInfo { kind: PushKind::Message, data } = info else { return };
        let Some(Value::BulkString(message)) = data.into_iter().nth(1) else { return };
        if self.sender.try_send(message).is_err() {
            self.is_deaf.store(true, Ordering::Relaxed);
        }
    }
}

async fn stream(config: &RedisConfig) -> std::io::Result<Box<dyn Stream>> {
    let (name, port, encrypted) = match &config.place {
        Place::Socket(path) => return Ok(Box::new(UnixStream::connect(path).await?)),
        Place::Host { name, port, encrypted } => (name, *port, *encrypted),
    };
    let stream = TcpStream::connect((name.as_str(), port)).await?;
    stream.set_nodelay(true)?;
    if !encrypted {
        return Ok(Box::new(stream));
    }
    let roots = config.roots.clone();
    let tls = tokio::task::spawn_blocking(move || tls(roots.as_deref())).await?.map_err(std::io::Error::other)?;
    let name = ServerName::try_from(name.clone()).map_err(std::io::Error::other)?;
    Ok(Box::new(TlsConnector::from(Arc::new(tls)).connect(name, stream).await?))
}

/// Trusts the certificates of a file, else those that this machine trusts.
fn tls(roots: Option<&Path>) -> Result<ClientConfig, String> {
    let known = trust::client_of(roots).map_err(|error| error.to_string())?;
    let known = known.ok_or(
        "there is no certificate to know it by: install ca-certificates, or name a file of certificates as \
         `redis_ca_file` under [live]",
    )?;
    Ok(known.with_no_client_auth())
}

fn password(file: &Path) -> Result<String, String> {
    let line = disk::read_first_line(file).map_err(|error| error.to_string())?;
    String::from_utf8(line).map_err(|_| format!("{} is not UTF-8", file.display()))
}

/// What went wrong, in words for people. Redis repeats nothing of what was sent to it but the command's name.
fn reason(error: &RedisError) -> String {
    error.to_string()
}
