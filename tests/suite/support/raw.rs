//! Bytes to a socket and back, for what no well-meant client would send.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// Longer than any limit that a test sets.
const PATIENCE: Duration = Duration::from_secs(8);

/// A connection.
pub struct Raw {
    stream: TcpStream,
    got: Vec<u8>,
}

impl Raw {
    /// Connects.
    pub async fn to(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.expect("a connection"), got: Vec::new() }
    }

    /// Connects from another address of this machine.
    #[cfg(target_os = "linux")]
    pub async fn from(source: [u8; 4], address: SocketAddr) -> Self {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((source, 0))).expect("an address of this machine");
        Self { stream: socket.connect(address).await.expect("a connection"), got: Vec::new() }
    }

    /// Sends; a server may have closed already.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Everything until the server closes the connection; panics if it does not in good time.
    pub async fn until_closed(mut self) -> String {
        let deadline = Instant::now() + PATIENCE;
        // A reset is an end too.
        while timeout_at(deadline, self.stream.read_buf(&mut self.got)).await.expect("it closes").unwrap_or(0) > 0 {}
        String::from_utf8_lossy(&self.got).into_owned()
    }

    /// Everything until `text` has come; panics if it does not in good time.
    pub async fn until(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let got = String::from_utf8_lossy(&self.got).into_owned();
            if got.contains(text) {
                return got;
            }
            let read = timeout_at(deadline, self.stream.read_buf(&mut self.got)).await;
            let n = read.unwrap_or_else(|_| panic!("no {text:?} in {got:?}")).expect("a connection");
            assert!(n > 0, "closed before {text:?}: {got:?}");
        }
    }

    /// Whether nothing comes for a while.
    pub async fn is_silent(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.stream.read_buf(&mut self.got)).await.is_err()
    }
}

/// Sends on a connection of its own; everything until the server closes it.
pub async fn answers(address: SocketAddr, bytes: impl AsRef<[u8]>) -> String {
    let mut raw = Raw::to(address).await;
    raw.send(bytes).await;
    raw.until_closed().await
}
