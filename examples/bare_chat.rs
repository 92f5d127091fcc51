//! What WebSockets themselves cost: tokio-tungstenite and a broadcast channel of tokio. Whoever connects is in the one room;
//! what somebody says is told to everybody in the form of educa's messages. Nothing is stored, and nobody is asked who they
//! are. `benches/live` measures educa beside it.
//!
//!     cargo run --release --example bare_chat

use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender, channel};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

/// As many as educa keeps for members who lag behind.
const KEPT: usize = 1_024;

/// What members send begins with it, and ends with `"}`.
const BEGINNING: &str = "{\"message\":\"";

#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(io::stdout(), "http://{}", listener.local_addr()?)?;
    let room = Arc::new(Room { told: channel(KEPT).0, last: Mutex::new(0) });
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        // A client that hangs up is no failure of ours.
        tokio::spawn(member(stream, room.clone()));
    }
}

struct Room {
    told: Sender<Utf8Bytes>,
    last: Mutex<u64>,
}

impl Room {
    fn say(&self, text: &str) {
        // Numbers must be told in their order.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last += 1;
        let line = format!(
            "{{\"type\":\"chat_message\",\"id\":{last},\"message\":\"{text}\",\"user\":\"student-1\",\
             \"datetime\":\"2026-11-20T19:56:02.495077+00:00\"}}"
        );
        let _ = self.told.send(line.into());
    }
}

async fn member(stream: TcpStream, room: Arc<Room>) -> Result<(), Error> {
    let mut socket = tokio_tungstenite::accept_async(stream).await?;
    let mut told = room.told.subscribe();
    socket.send(Message::text("{\"type\":\"chat_history\",\"messages\":[]}")).await?;
    loop {
        tokio::select! {
            heard = socket.next() => {
                let Some(Message::Text(frame)) = heard.transpose()? else { return Ok(()) };
                let text = frame.strip_prefix(BEGINNING).and_then(|rest| rest.strip_suffix("\"}"));
                text.into_iter().for_each(|text| room.say(text));
            }
            line = told.recv() => match line {
                Ok(line) => tell(&mut socket, line, &mut told).await?,
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(()),
            }
        }
    }
}

/// Tells one line and all that wait behind it, by one flush.
async fn tell(
    socket: &mut WebSocketStream<TcpStream>,
    line: Utf8Bytes,
    told: &mut Receiver<Utf8Bytes>,
) -> Result<(), Error> {
    socket.feed(Message::Text(line)).await?;
    while let Ok(line) = told.try_recv() {
        socket.feed(Message::Text(line)).await?;
    }
    socket.flush().await
}
