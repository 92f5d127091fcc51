//! One WebSocket: frames in and out, with bounds on memory and on patience.
//!
//! Not axum's extractor: it says nothing of what was wrong with a frame, so that no close code could be chosen, and sends
//! each message as one frame. Here a long message goes out in pieces, so that the buffer of a socket, which never shrinks,
//! stays as small as a piece.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{CloseFrame, Frame};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Message, Utf8Bytes};

use super::close::Close;
use super::config::LiveConfig;

/// The largest piece of a message, and what is gathered before it is written.
const PIECE: usize = 4 * 1024;

/// How long the client has to take its leave.
const LINGER: Duration = Duration::from_secs(2);

/// What a socket may be over: a connection that was upgraded, or memory.
pub trait Connection: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection for S {}

/// An open socket.
pub struct Socket<S> {
    stream: WebSocketStream<S>,
    slow: Duration,
}

/// What came.
#[derive(Debug)]
pub enum Heard {
    /// A text.
    Text(Utf8Bytes),
    /// A sign of life.
    Alive,
    /// The end.
    End(Close),
}

impl<S: Connection> Socket<S> {
    /// A connection that became a socket.
    pub async fn new(connection: S, config: &LiveConfig) -> Self {
        let limits = WebSocketConfig::default()
            .read_buffer_size(PIECE)
            .write_buffer_size(PIECE)
            // A piece above what is gathered, and a pong.
            .max_write_buffer_size(4 * PIECE)
            .max_message_size(Some(config.max_frame))
            .max_frame_size(Some(config.max_frame));
        let stream = WebSocketStream::from_raw_socket(connection, Role::Server, Some(limits)).await;
        Self { stream, slow: config.slow }
    }

    /// The next that comes. Nothing is lost if it is not waited for.
    pub async fn hear(&mut self) -> Heard {
        match self.stream.next().await {
            Some(Ok(Message::Text(text))) => Heard::Text(text),
            Some(Ok(Message::Binary(_))) => Heard::End(Close::Binary),
            Some(Ok(Message::Close(_))) => Heard::End(Close::ByClient),
            Some(Ok(_)) => Heard::Alive,
            Some(Err(error)) => Heard::End(Close::of(&error)),
            None => Heard::End(Close::Lost),
        }
    }

    /// Has a text sent with the next flush, or before.
    pub async fn feed(&mut self, text: Utf8Bytes) -> Result<(), Close> {
        if text.len() <= PIECE {
            return self.feed_message(Message::Text(text)).await;
        }
        let mut rest = Bytes::from(text);
        let mut kind = Data::Text;
        while !rest.is_empty() {
            let piece = rest.split_to(rest.len().min(PIECE));
            let frame = Frame::message(piece, OpCode::Data(kind), rest.is_empty());
            self.feed_message(Message::Frame(frame)).await?;
            kind = Data::Continue;
        }
        Ok(())
    }

    /// Asks whether the client is still there.
    pub async fn ping(&mut self) -> Result<(), Close> {
        self.feed_message(Message::Ping(Bytes::new())).await?;
        self.flush().await
    }

    /// Sends what was fed.
    pub async fn flush(&mut self) -> Result<(), Close> {
        in_time(self.slow, self.stream.flush()).await
    }

    /// A client has so long for each piece, not for all: a slow line is no reason.
    async fn feed_message(&mut self, message: Message) -> Result<(), Close> {
        in_time(self.slow, self.stream.feed(message)).await
    }

    /// Says why it ends, and gives the client time to hear it: what it still sends must be taken, or the system would reset
    /// the connection before the last words have arrived.
    pub async fn end(mut self, close: Close) {
        match close.words() {
            Some((code, reason)) => {
                let frame = CloseFrame { code: code.into(), reason: reason.into() };
                if timeout(self.slow, self.stream.send(Message::Close(Some(frame)))).await.is_err() {
                    return;
                }
            }
            // The answer to the client's own last word was queued when it was read.
            None if close == Close::ByClient => {
                if timeout(self.slow, self.stream.flush()).await.is_err() {
                    return;
                }
            }
            None => return,
        }
        let connection = self.stream.get_mut();
        let _ = timeout(LINGER, async {
            connection.shutdown().await?;
            let mut rest = vec![0; 1_024];
            while connection.read(&mut rest).await? > 0 {}
            std::io::Result::Ok(())
        })
        .await;
    }
}

async fn in_time<T, E>(limit: Duration, sent: impl Future<Output = Result<T, E>>) -> Result<T, Close> {
    match timeout(limit, sent).await {
        Ok(Ok(sent)) => Ok(sent),
        Ok(Err(_)) => Err(Close::Lost),
        Err(_) => Err(Close::TooSlow),
    }
}
