//! What is said in a course's chat room.

use jiff::Timestamp;

use super::AccountId;

/// Text of a message: 1 to 2,000 characters after trimming, no control characters but line ends and tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageText(String);

/// The limit of the contract, in characters.
pub const MAX_MESSAGE: usize = 2_000;

/// Why a text is no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAMessage {
    /// Nothing but white space.
    #[error("A message cannot be empty.")]
    Empty,
    /// Too long.
    #[error("A message has at most 2,000 characters (this one has {0}).")]
    TooLong(usize),
    /// Control characters.
    #[error("A message cannot contain control characters.")]
    Control,
}

impl MessageText {
    /// The text of a message, if it is one.
    pub fn parse(text: &str) -> Result<Self, NotAMessage> {
        // Forms send line ends as CR LF; a message keeps one kind.
        let text = text.trim().replace("\r\n", "\n");
        let n_characters = text.chars().count();
        match n_characters {
            0 => Err(NotAMessage::Empty),
            n if n > MAX_MESSAGE => Err(NotAMessage::TooLong(n)),
            _ if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') => Err(NotAMessage::Control),
            _ => Ok(Self(text)),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An entry of a room's log, as the store keeps it.
///
/// What is done to a message is an entry of its own: who reads on from the last number they know misses nothing, neither
/// what was said nor what was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its number in the room: from 1, increasing, without gaps.
    pub id: u64,
    /// Who said or did it.
    pub author: AccountId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub content: Content,
}

/// What an entry of a room's log holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Something was said.
    Said(MessageText),
    /// Something was said here, and taken away by somebody: its text is in no record any more.
    Removed {
        /// Who took it away.
        by: AccountId,
    },
    /// The message of that number was taken away now.
    Removal {
        /// Which.
        of: u64,
    },
}

impl Message {
    /// What was said, if it can be read.
    pub fn text(&self) -> Option<&MessageText> {
        match &self.content {
            Content::Said(text) => Some(text),
            Content::Removed { .. } | Content::Removal { .. } => None,
        }
    }
}

/// Somebody may not write in a room for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Muted {
    /// Until when.
    pub until: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_for_messages() {
        assert_eq!(MessageText::parse(" hello \r\n you ").map(|text| text.0), Ok("hello \n you".into()));
        assert_eq!(MessageText::parse(" \n "), Err(NotAMessage::Empty));
        assert_eq!(MessageText::parse("a\0b"), Err(NotAMessage::Control));
        assert_eq!(MessageText::parse(&"😀".repeat(2_001)), Err(NotAMessage::TooLong(2_001)));
        assert!(MessageText::parse(&"😀".repeat(2_000)).is_ok());
    }
}
