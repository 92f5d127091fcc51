//! Why a socket ends, and what its client hears of it.

use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::ProtocolError;

/// Why a socket ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// The server stops.
    Stopping,
    /// The client broke the protocol.
    Protocol,
    /// A binary frame came.
    Binary,
    /// A text is no UTF-8.
    NotText,
    /// A frame, or all pieces of a message, are too large.
    TooLarge,
    /// The client does not take what is sent, or the school cannot go on just now: it may come back and go on from where
    /// it was.
    TooSlow,
    /// The session ended.
    SignedOut,
    /// There is no place in the course any more, or no course.
    NoPlace,
    /// The client closed it.
    ByClient,
    /// The client is gone without a word.
    Lost,
}

impl Close {
    /// What an error of the protocol's reader means.
    pub fn of(error: &Error) -> Self {
        match error {
            Error::Capacity(_) => Self::TooLarge,
            Error::Utf8(_) => Self::NotText,
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Self::Lost,
            Error::Protocol(_) => Self::Protocol,
            _ => Self::Lost,
        }
    }

    /// The code and the words that a client hears; nothing where it hears nothing any more.
    pub fn words(self) -> Option<(u16, &'static str)> {
        match self {
            Self::Stopping => Some((1001, "the server stops")),
            Self::Protocol => Some((1002, "this is not the WebSocket protocol")),
            Self::Binary => Some((1003, "only text is understood")),
            Self::NotText => Some((1007, "a text must be UTF-8")),
            Self::TooLarge => Some((1009, "too large")),
            Self::TooSlow => Some((1013, "come back with ?after=")),
            Self::SignedOut => Some((4401, "signed out")),
            Self::NoPlace => Some((4403, "no place in this course")),
            Self::ByClient | Self::Lost => None,
        }
    }

    /// What figures call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Stopping => "1001",
            Self::Protocol => "1002",
            Self::Binary => "1003",
            Self::NotText => "1007",
            Self::TooLarge => "1009",
            Self::TooSlow => "1013",
            Self::SignedOut => "4401",
            Self::NoPlace => "4403",
            Self::ByClient => "client",
            Self::Lost => "lost",
        }
    }
}
