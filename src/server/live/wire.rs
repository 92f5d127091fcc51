//! The frames of chat and presence: what a client may send, and what it hears. docs/live.md shows them all.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::school::{Content, Message, MessageText, Muted};

/// The longest name that a client may give a message of its own, in characters.
const MAX_CLIENT_ID: usize = 64;

/// What a client says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// Its text.
    pub text: MessageText,
    /// What the client calls it until it has a number.
    pub client_id: Option<String>,
}

/// Why a frame says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear {
    /// What is wrong with it.
    pub detail: String,
    /// What the client calls it, if that could be read.
    pub client_id: Option<String>,
}

/// What counts in a frame; other fields are skipped.
#[derive(Deserialize)]
struct Incoming {
    message: Option<Value>,
    client_id: Option<Value>,
}

impl Saying {
    /// Reads a frame.
    pub fn parse(frame: &str) -> Result<Self, Unclear> {
        let unclear = |detail: &str| Unclear { detail: detail.to_owned(), client_id: None };
        // A list would be taken for the fields in their order.
        let is_object = frame.trim_ascii_start().starts_with('{');
        let read = |_| unclear("A frame must be a JSON object, such as {\"message\":\"hello\"}.");
        let incoming: Incoming = serde_json::from_str(if is_object { frame } else { "" }).map_err(read)?;
        let client_id = match incoming.client_id {
            None => None,
            Some(Value::String(id)) if id.chars().count() <= MAX_CLIENT_ID => Some(id),
            Some(_) => return Err(unclear("\"client_id\" must be a text of at most 64 characters.")),
        };
        let text = match incoming.message {
            Some(Value::String(text)) => MessageText::parse(&text).map_err(|error| error.to_string()),
            Some(_) => Err("\"message\" must be a text.".to_owned()),
            None => Err("\"message\" is missing.".to_owned()),
        };
        match text {
            Ok(text) => Ok(Self { text, client_id }),
            Err(detail) => Err(Unclear { detail, client_id }),
        }
    }
}

/// What a client hears.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Outgoing<'a> {
    ChatMessage {
        id: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<&'a str>,
        user: &'a str,
        datetime: String,
        #[serde(skip_serializing_if = "is_false")]
        removed: bool,
    },
    ChatRemoved {
        id: u64,
        removed: u64,
    },
    Ack {
        client_id: &'a str,
        id: u64,
    },
    Error {
        detail: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    Muted {
        until: String,
    },
    Unmuted,
    PresenceState {
        count: usize,
        users: Vec<&'a str>,
    },
    PresenceChanges {
        online: Vec<&'a str>,
        offline: Vec<&'a str>,
        count: usize,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_false(value: &bool) -> bool {
    !value
}

fn frame(value: &impl Serialize) -> Utf8Bytes {
    serde_json::to_string(value).expect("texts and numbers are JSON").into()
}

/// To the microsecond, with its offset, as the reference application writes it.
fn datetime(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

/// An entry of a room's log.
pub fn entry(message: &Message, author: &str) -> Utf8Bytes {
    let removed = message.text().is_none();
    match &message.content {
        Content::Removal { of } => frame(&Outgoing::ChatRemoved { id: message.id, removed: *of }),
        Content::Said(_) | Content::Removed { .. } => frame(&Outgoing::ChatMessage {
            id: message.id,
            message: message.text().map(MessageText::as_str),
            user: author,
            datetime: datetime(message.at),
            removed,
        }),
    }
}

/// Entries of a room, for who joins; `truncated` if they are less than was asked for.
pub fn history<'a>(entries: impl Iterator<Item = &'a Utf8Bytes>, truncated: bool) -> Utf8Bytes {
    let mut text = "{\"type\":\"chat_history\",\"messages\":[".to_owned();
    for (at, entry) in entries.enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(entry);
    }
    text.push_str(if truncated { "],\"truncated\":true}" } else { "]}" });
    text.into()
}

/// A message that its client gave a name has a number now.
pub fn ack(client_id: &str, id: u64) -> Utf8Bytes {
    frame(&Outgoing::Ack { client_id, id })
}

/// What a client sent came to nothing.
pub fn error(detail: &str, client_id: Option<&str>, retry_after: Option<u64>) -> Utf8Bytes {
    frame(&Outgoing::Error { detail, client_id, retry_after })
}

/// Whether the client's account may write in the room.
pub fn muted(muted: Option<Muted>) -> Utf8Bytes {
    frame(&muted.map_or(Outgoing::Unmuted, |muted| Outgoing::Muted { until: datetime(muted.until) }))
}

/// Who is there.
pub fn presence_state(count: usize, users: Vec<&str>) -> Utf8Bytes {
    frame(&Outgoing::PresenceState { count, users })
}

/// The form of one change is the reference application's.
#[derive(Serialize)]
struct Presence<'a> {
    username: &'a str,
    is_logged_in: bool,
}

/// Who came and who went.
pub fn presence_changes(online: Vec<&str>, offline: Vec<&str>, count: usize) -> Utf8Bytes {
    match (online.as_slice(), offline.as_slice()) {
        ([username], []) => frame(&Presence { username, is_logged_in: true }),
        ([], [username]) => frame(&Presence { username, is_logged_in: false }),
        _ => frame(&Outgoing::PresenceChanges { online, offline, count }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::AccountId;

    #[test]
    fn what_a_frame_must_be() {
        let said = |frame: &str| Saying::parse(frame).map(|saying| (saying.text.as_str().to_owned(), saying.client_id));
        let detail = |frame: &str| Saying::parse(frame).expect_err(frame).detail;
        assert_eq!(said(" {\"message\":\" hello \",\"user\":[1]}"), Ok(("hello".into(), None)));
        let named = "{\"message\":\"a\",\"client_id\":\"7\"}";
        assert_eq!(said(named), Ok(("a".into(), Some("7".into()))));
        for frame in
            ["", "hello", "null", "7", "[\"hello\"]", "{", "{\"message\":\"\\ud800\"}", "{\"message\":\"a\"} x"]
        {
            assert!(detail(frame).contains("JSON object"), "{frame}");
        }
        assert!(
            detail(&format!("{{\"message\":{}1{}}}", "[".repeat(9_000), "]".repeat(9_000))).contains("JSON object")
        );
        for frame in ["{}", "{\"message\":null}", "{\"Message\":\"a\"}"] {
            assert_eq!(detail(frame), "\"message\" is missing.", "{frame}");
        }
        for frame in ["{\"message\":1}", "{\"message\":[\"a\"]}", "{\"message\":{\"a\":{}}}", "{\"message\":true}"] {
            assert_eq!(detail(frame), "\"message\" must be a text.", "{frame}");
        }
        assert_eq!(detail("{\"message\":\" \\n\"}"), "A message cannot be empty.");
        assert_eq!(detail("{\"message\":\"\\u0000\"}"), "A message cannot contain control characters.");
        let long = format!("{{\"message\":\"{}\",\"client_id\":\"x\"}}", "😀".repeat(2_001));
        let unclear = Saying::parse(&long).expect_err("it is too long");
        assert_eq!(unclear.client_id.as_deref(), Some("x"));
        assert!(unclear.detail.contains("2001"), "{}", unclear.detail);
        for id in [format!("\"{}\"", "x".repeat(65)), "7".into(), "{}".into()] {
            assert!(detail(&format!("{{\"message\":\"a\",\"client_id\":{id}}}")).contains("client_id"), "{id}");
        }
    }

    #[test]
    fn what_a_client_hears() {
        let at = "2026-11-20T19:56:02.495077Z".parse().expect("a time");
        let text = MessageText::parse("he said \"hello\"").expect("a text");
        let said = Message { id: 7, author: AccountId(1), at, content: Content::Said(text) };
        let head = "{\"type\":\"chat_message\",\"id\":7,";
        let tail = "\"user\":\"ada\",\"datetime\":\"2026-11-20T19:56:02.495077+00:00\"";
        assert_eq!(entry(&said, "ada"), format!("{head}\"message\":\"he said \\\"hello\\\"\",{tail}}}"));
        let removed = Message { content: Content::Removed { by: AccountId(2) }, ..said.clone() };
        assert_eq!(entry(&removed, "ada"), format!("{head}{tail},\"removed\":true}}"));
        let removal = Message { id: 8, content: Content::Removal { of: 7 }, ..said };
        let removal = entry(&removal, "");
        assert_eq!(removal, "{\"type\":\"chat_removed\",\"id\":8,\"removed\":7}");
        let two = [removal.clone(), removal];
        let history = history(two.iter(), true);
        let read: Value = serde_json::from_str(&history).expect("JSON");
        assert_eq!((read["messages"][1]["removed"].as_u64(), read["truncated"].as_bool()), (Some(7), Some(true)));
        assert_eq!(error("no", None, Some(2)), "{\"type\":\"error\",\"detail\":\"no\",\"retry_after\":2}");
        assert_eq!(muted(None), "{\"type\":\"unmuted\"}");
        assert_eq!(presence_changes(vec!["ada"], vec![], 3), "{\"username\":\"ada\",\"is_logged_in\":true}");
        let several = "{\"type\":\"presence_changes\",\"online\":[\"ada\"],\"offline\":[\"bob\"],\"count\":3}";
        assert_eq!(presence_changes(vec!["ada"], vec!["bob"], 3), several);
    }
}
