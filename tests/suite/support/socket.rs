//! Somebody with a session who opens sockets, by the client of tokio-tungstenite.

use std::net::SocketAddr;
use std::time::Duration;

use educa::school::{Account, Backing, Device, Role, Token};
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{RequestBuilder, header};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::Server;

/// Longer than anything should take on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(10);

/// Somebody who is signed in.
pub struct Caller<'a> {
    server: &'a Server,
    /// Who.
    pub account: Account,
    /// By which session.
    pub token: Token,
}

impl Server {
    /// Somebody new with a place in the first course.
    pub async fn caller(&self, name: &str) -> Caller<'_> {
        let caller = self.caller_as(name, Role::Student).await;
        caller.enroll(1).await;
        caller
    }

    /// Somebody new in some role, with a place in no course.
    pub async fn caller_as(&self, name: &str, role: Role) -> Caller<'_> {
        let account = self.account(name, role).await;
        self.signed_in(account).await
    }

    /// Somebody with a new session.
    pub async fn signed_in(&self, account: Account) -> Caller<'_> {
        let signed_in = self.school.sign_in(account, Device::default()).await.expect("it works");
        Caller { server: self, account: signed_in.account, token: signed_in.token }
    }
}

impl Caller<'_> {
    /// Takes a place in a course.
    pub async fn enroll(&self, course: u32) {
        let course = self.server.course(course);
        self.server.school.enroll(&self.account, &course, Backing::None, None).await.expect("it works");
    }

    /// The cookie of the session.
    pub fn cookie(&self) -> String {
        format!("sessionid={}", self.token.to_text())
    }

    /// Opens a socket.
    pub async fn opens(&self, path: &str) -> Client {
        self.tries(path).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Tries to.
    pub async fn tries(&self, path: &str) -> Result<Client, Error> {
        Client::open(self.server.next_address(), path, &self.cookie()).await
    }

    /// The request of a handshake, to be shaped and sent where it is refused.
    pub fn handshake(&self, path: &str) -> RequestBuilder {
        self.server.handshake(path).header(header::COOKIE, self.cookie())
    }
}

impl Server {
    /// The request of a stranger's handshake.
    pub fn handshake(&self, path: &str) -> RequestBuilder {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        client
            .get(self.url(path))
            .header(header::CONNECTION, "keep-alive, Upgrade")
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_VERSION, "13")
            .header(header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ==")
    }
}

/// The client's end of a socket.
pub struct Client {
    /// The protocol.
    pub stream: WebSocketStream<TcpStream>,
}

impl Client {
    /// Opens a socket somewhere by a session's cookie.
    pub async fn open(address: SocketAddr, path: &str, cookie: &str) -> Result<Self, Error> {
        let stream = TcpStream::connect(address).await.expect("a connection");
        let mut request = format!("ws://{address}{path}").into_client_request().expect("a request");
        request.headers_mut().insert(header::COOKIE, cookie.parse().expect("a header"));
        let (stream, _) = client_async(request, stream).await?;
        Ok(Self { stream })
    }

    /// Says something in a room.
    pub async fn say(&mut self, message: &str) {
        self.send(serde_json::json!({ "message": message }).to_string()).await;
    }

    /// Sends a text.
    pub async fn send(&mut self, text: impl Into<String>) {
        self.stream.send(Message::text(text.into())).await.expect("it is sent");
    }

    /// The next text, as JSON; panics if none comes in good time.
    pub async fn next(&mut self) -> Value {
        self.next_or_code().await.unwrap_or_else(|code| panic!("closed with {code}"))
    }

    /// The same, or the code with which the server closes.
    pub async fn next_or_code(&mut self) -> Result<Value, u16> {
        self.next_in(PATIENCE).await
    }

    /// The same, with more or less patience.
    pub async fn next_in(&mut self, patience: Duration) -> Result<Value, u16> {
        loop {
            match timeout(patience, self.stream.next()).await.expect("something in good time") {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Close(frame))) => return Err(frame.map_or(1005, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(error)) => panic!("{error}"),
                None => return Err(1006),
            }
        }
    }

    /// The code with which the server closes, whatever comes before.
    pub async fn code(&mut self) -> u16 {
        loop {
            if let Err(code) = self.next_or_code().await {
                return code;
            }
        }
    }

    /// The same, and how long it took.
    pub async fn code_after(&mut self) -> (u16, Duration) {
        let began = Instant::now();
        let code = self.code().await;
        (code, began.elapsed())
    }

    /// Whether nothing comes for a while; signs of life aside.
    pub async fn is_silent(&mut self, time: Duration) -> bool {
        let texts = async {
            while let Some(Ok(message)) = self.stream.next().await {
                if message.is_text() || message.is_close() {
                    return;
                }
            }
        };
        timeout(time, texts).await.is_err()
    }

    /// The texts of the next so many messages of a room.
    pub async fn hears(&mut self, n_messages: usize) -> Vec<(u64, String)> {
        let mut heard = Vec::new();
        while heard.len() < n_messages {
            let frame = self.next().await;
            if frame["type"] == "chat_message" {
                heard
                    .push((frame["id"].as_u64().expect("a number"), frame["message"].as_str().expect("a text").into()));
            }
        }
        heard
    }
}
