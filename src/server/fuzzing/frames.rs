//! Frames of RFC 6455 as a judge reads and writes them, by the letter and without the library that the server has.

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _};

const CONTINUED: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// A frame.
struct Frame {
    is_last: bool,
    reserved: u8,
    kind: u8,
    is_masked: bool,
    payload: Vec<u8>,
    /// How many bytes it is of.
    len: usize,
}

/// The frame that the bytes begin with, if all of it is there.
fn first_frame(bytes: &[u8]) -> Option<Frame> {
    let ([first, second], mut at) = (*bytes.first_chunk::<2>()?, 2);
    let len = match second & 0x7f {
        126 => u64::from(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?)),
        127 => u64::from_be_bytes(*bytes.get(at..)?.first_chunk()?),
        len => u64::from(len),
    };
    at += match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let is_masked = second & 0x80 != 0;
    let mask = if is_masked { *bytes.get(at..)?.first_chunk::<4>()? } else { [0; 4] };
    at += if is_masked { 4 } else { 0 };
    let end = at.checked_add(usize::try_from(len).ok()?)?;
    let payload = bytes.get(at..end)?.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    Some(Frame { is_last: first & 0x80 != 0, reserved: first & 0x70, kind: first & 0x0f, is_masked, payload, len: end })
}

fn frames(mut bytes: &[u8]) -> impl Iterator<Item = Frame> {
    std::iter::from_fn(move || {
        let frame = first_frame(bytes)?;
        bytes = &bytes[frame.len..];
        Some(frame)
    })
}

/// Whether what a client sends has to end its socket: by the first whole frame that is not for a room; by none, if all are; or
/// nothing if that is not for this judge to say, since the end is no whole frame.
pub fn must_end(sent: &[u8], max: usize) -> Option<bool> {
    let (mut text, mut n_read) = (None::<Vec<u8>>, 0);
    for frame in frames(sent) {
        n_read += frame.len;
        let is_control = frame.kind >= CLOSE;
        let is_wrong = frame.reserved != 0
            || !frame.is_masked
            || is_control && (!frame.is_last || frame.payload.len() > 125)
            || !matches!((frame.kind, &text), (CONTINUED, Some(_)) | (TEXT, None) | (PING | PONG, _));
        if is_wrong {
            // A binary message may be waited for until it is whole.
            return (frame.kind != BINARY || frame.is_last || text.is_some()).then_some(true);
        }
        if is_control {
            continue;
        }
        let so_far = text.get_or_insert_default();
        so_far.extend(frame.payload);
        if so_far.len() > max {
            return Some(true);
        }
        match (std::str::from_utf8(so_far), frame.is_last) {
            (Err(_), true) => return Some(true),
            // It may be found out now, or when the message is whole.
            (Err(error), false) if error.error_len().is_some() => return None,
            (_, true) => text = None,
            (_, false) => {}
        }
    }
    (n_read == sent.len()).then_some(false)
}

/// Whether a client says farewell with this code.
pub fn closes_with(sent: &[u8], code: u16) -> bool {
    let codes = frames(sent).filter(|frame| frame.kind == CLOSE).map(|frame| frame.payload.first_chunk().copied());
    codes.into_iter().any(|sent| sent.is_none_or(|sent| u16::from_be_bytes(sent) == code))
}

/// A text as a client's sound frames: in some pieces, cut anywhere, with a ping between; what is too long is cut off.
pub fn in_frames(nth: usize, line: &[u8], max: usize) -> Vec<u8> {
    let text = String::from_utf8_lossy(line);
    let text = text[..text.floor_char_boundary(max)].as_bytes();
    let mut sent = Vec::new();
    let piece = text.len() / (nth % 4 + 1) + 1;
    let n_pieces = text.len().div_ceil(piece).max(1);
    for at in 0..n_pieces {
        let payload = &text[at * piece..text.len().min((at + 1) * piece)];
        put(&mut sent, if at == 0 { TEXT } else { CONTINUED }, at + 1 == n_pieces, payload);
        if nth.is_multiple_of(3) {
            put(&mut sent, PING, true, b"between");
        }
    }
    sent
}

fn put(sent: &mut Vec<u8>, kind: u8, is_last: bool, payload: &[u8]) {
    let mask = [7, 0, 99, 255];
    sent.push(kind | if is_last { 0x80 } else { 0 });
    match u16::try_from(payload.len()).expect("a short payload") {
        len @ 0..126 => sent.push(0x80 | len.to_be_bytes()[1]),
        len => {
            sent.push(0x80 | 126);
            sent.extend(len.to_be_bytes());
        }
    }
    sent.extend(mask);
    sent.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
}

/// What a server sent.
#[derive(Default)]
pub struct Frames {
    /// The texts, each of which is JSON.
    pub texts: Vec<Value>,
    /// The code of its farewell.
    pub close: Option<u16>,
    rest: Vec<u8>,
    text: Option<Vec<u8>>,
}

impl Frames {
    /// Reads on; no if there is no more.
    pub async fn read(&mut self, from: &mut (impl AsyncRead + Unpin)) -> bool {
        if from.read_buf(&mut self.rest).await.unwrap_or(0) == 0 {
            assert!(self.close.is_none() || self.rest.is_empty(), "a farewell is the last");
            return false;
        }
        while let Some(frame) = first_frame(&self.rest) {
            self.rest.drain(..frame.len);
            self.take(frame);
        }
        true
    }

    fn take(&mut self, frame: Frame) {
        assert!(self.close.is_none(), "nothing comes after a farewell");
        assert!(!frame.is_masked && frame.reserved == 0, "a server's frame");
        match (frame.kind, &mut self.text) {
            (TEXT, None) => self.text = Some(frame.payload),
            (CONTINUED, Some(text)) => text.extend(frame.payload),
            (CLOSE, _) => {
                self.close = Some(frame.payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code)));
                return;
            }
            (PING | PONG, _) => return,
            (kind, _) => panic!("a frame of kind {kind}"),
        }
        if frame.is_last {
            let text = self.text.take().unwrap_or_default();
            self.texts.push(serde_json::from_slice(&text).expect("JSON"));
        }
    }

    /// Whether a message of this name came to something, or to nothing.
    pub fn was_answered(&self, name: &str) -> bool {
        self.was_taken(name) || self.texts.iter().any(|text| text["client_id"] == name && text["type"] == "error")
    }

    /// Whether it was stored and told to everybody.
    pub fn was_taken(&self, name: &str) -> bool {
        let Some(ack) = self.texts.iter().find(|text| text["client_id"] == name && text["type"] == "ack") else {
            return false;
        };
        self.texts.iter().any(|text| text["type"] == "chat_message" && text["id"] == ack["id"])
    }
}
