//! Rows W11 and W19: bytes that no well-meant client sends to a socket, and handshakes that come to nothing.

use std::time::Duration;

use educa::server::{LiveConfig, ServerConfig};
use serde_json::json;

use crate::support::{Caller, Raw, Server, Site};

const ROOM: &str = "/ws/chat/room/1/";
const SHORT: Duration = Duration::from_millis(300);

fn request(server: &Server, headers: &str) -> String {
    format!(
        "GET {ROOM} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n",
        server.address
    )
}

/// A socket of somebody's, without any library. It asks for compression, as browsers do.
async fn opened(server: &Server, caller: &Caller<'_>) -> Raw {
    let mut raw = Raw::to(server.address).await;
    let wishes = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    raw.send(request(server, &format!("Cookie: {}\r\n{wishes}", caller.cookie()))).await;
    let head = raw.until("chat_history").await.to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 101 ") && !head.contains("extensions"), "nothing is compressed: {head}");
    raw
}

/// A masked frame of a client; a mask of zeros leaves it readable.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let len = match u8::try_from(payload.len()) {
        Ok(len @ 0..126) => vec![0x80 | len],
        _ => [vec![0xfe], u16::try_from(payload.len()).expect("short").to_be_bytes().to_vec()].concat(),
    };
    [&[first], len.as_slice(), &[0; 4], payload].concat()
}

#[tokio::test]
async fn frames_that_no_library_sends_end_their_socket_and_nothing_else() {
    let server = Server::start().await;
    let (ada, eve) = (server.caller("ada").await, server.caller("eve").await);
    let mut room = ada.opens(ROOM).await;
    room.next().await;
    let (protocol, large) = ("this is not the WebSocket protocol", "too large");
    for (nth, (what, bytes, words)) in [
        ("no mask", b"\x81\x02{}".to_vec(), protocol),
        ("compressed", frame(0xc1, b"\xaa\x56\x02\x00"), protocol),
        ("reserved bits", frame(0xb1, b"{}"), protocol),
        ("a long ping", frame(0x89, &[b'p'; 126]), protocol),
        ("a ping in pieces", frame(0x09, b"p"), protocol),
        ("a reserved kind of ping", frame(0x8b, b""), protocol),
        ("a farewell of one byte", frame(0x88, b"\x03"), protocol),
        ("a length that nobody has", b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0{".to_vec(), large),
        ("a farewell that is no text", frame(0x88, b"\x03\xe8\xff"), "UTF-8"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut raw = opened(&server, &eve).await;
        raw.send(&bytes).await;
        let heard = raw.until_closed().await;
        assert!(heard.contains(words), "{what}: {heard:?}");
        room.say(what).await;
        assert_eq!(room.hears(1).await, [(nth as u64 + 1, what.to_owned())], "the room goes on");
    }
    // A frame may come byte by byte.
    let mut raw = opened(&server, &eve).await;
    for byte in frame(0x81, "{\"message\":\"ä\"}".as_bytes()) {
        raw.send([byte]).await;
    }
    assert_eq!(room.hears(1).await[0].1, "ä");
}

#[tokio::test]
async fn texts_made_to_hurt_are_answered_and_the_socket_stays_open() {
    let server = Server::start().await;
    let mut room = server.caller("ada").await.opens(ROOM).await;
    room.next().await;
    for text in [
        json!({"message": "😀".repeat(10_000)}).to_string(),
        format!("{{\"message\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000)),
        format!("{{\"x\":{}null{}}}", "{\"x\":".repeat(5_000), "}".repeat(5_000)),
        json!({"message": {"a": [null, {"b": null}]}}).to_string(),
        "null".to_owned(),
        json!({"message": "a\u{1b}[2Jb\u{7}"}).to_string(),
        json!({"message": "a", "client_id": null, "x": 1}).to_string().replace("null", "[[null]]"),
    ] {
        room.send(&text).await;
        assert_eq!(room.next().await["type"], "error", "{}", &text[..text.len().min(60)]);
    }
    room.say("still here").await;
    assert_eq!(room.hears(1).await, [(1, "still here".to_owned())]);
}

#[tokio::test]
async fn handshakes_without_an_end_and_floods_of_them_disturb_nobody() {
    let live = LiveConfig { sockets_per_address: 60, ..LiveConfig::default() };
    let config = ServerConfig { live, head_timeout: SHORT, ..ServerConfig::default() };
    let server = Server::with(Site::smallest(), config).await;
    let ada = server.caller("ada").await;
    let mut room = ada.opens(ROOM).await;
    room.next().await;
    let mut half_open = Vec::new();
    for nth in 0..100 {
        let mut raw = Raw::to(server.address).await;
        let whole = request(&server, &format!("Cookie: {}\r\n", ada.cookie()));
        raw.send(&whole[..whole.len() * nth / 101]).await;
        half_open.push(raw);
    }
    room.say("meanwhile").await;
    assert_eq!(room.hears(1).await, [(1, "meanwhile".to_owned())]);
    for raw in half_open {
        let heard = raw.until_closed().await;
        assert!(!heard.contains(" 101 "), "{heard}");
    }
    for _ in 0..200 {
        let mut raw = Raw::to(server.address).await;
        raw.send(request(&server, "Cookie: sessionid=0\r\n")).await;
        assert!(raw.until("detail").await.starts_with("HTTP/1.1 401 "));
    }
    // Whoever connects and is gone at once has no place any more.
    for _ in 0..80 {
        Raw::to(server.address).await.send(request(&server, &format!("Cookie: {}\r\n", ada.cookie()))).await;
    }
    let mut tries = 0;
    while ada.tries(ROOM).await.is_err() {
        tries += 1;
        assert!(tries < 100, "those who are gone make room");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    room.say("afterwards").await;
    assert_eq!(room.hears(1).await, [(2, "afterwards".to_owned())]);
}
