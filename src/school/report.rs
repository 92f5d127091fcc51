//! Reports: somebody who reads a room tells who teaches there that a message should not stand.

use jiff::Timestamp;

use super::{AccountId, Message};

/// Why somebody reports a message, in their own words: at most 200 characters, no control characters. It may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportReason(String);

/// The longest reason, in characters.
pub const MAX_REASON: usize = 200;

/// How many people's reports of one message are kept; those of more would say nothing new.
pub const MAX_REPORTS: usize = 20;

/// Why a text is no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAReason {
    /// Too long.
    #[error("A reason has at most 200 characters (this one has {0}).")]
    TooLong(usize),
    /// Control characters.
    #[error("A reason cannot contain control characters.")]
    Control,
}

impl ReportReason {
    /// The reason that a text is.
    pub fn parse(text: &str) -> Result<Self, NotAReason> {
        let text = text.trim();
        match text.chars().count() {
            n if n > MAX_REASON => Err(NotAReason::TooLong(n)),
            _ if text.chars().any(char::is_control) => Err(NotAReason::Control),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What one person says of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: ReportReason,
}

/// What came of reporting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reported {
    /// It is reported.
    Yes,
    /// They did so before, or as many others did as are kept.
    Already,
    /// The message is their own.
    Own,
    /// There is no such message, or it was taken away.
    Gone,
}

/// A message that somebody must decide about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedMessage {
    /// The message.
    pub message: Message,
    /// What people say of it, the first first.
    pub reports: Vec<Report>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_for_reasons() {
        assert_eq!(ReportReason::parse("  spam "), Ok(ReportReason("spam".into())));
        assert_eq!(ReportReason::parse(""), Ok(ReportReason::default()));
        assert_eq!(ReportReason::parse("a\nb"), Err(NotAReason::Control));
        assert_eq!(ReportReason::parse(&"ü".repeat(201)), Err(NotAReason::TooLong(201)));
        assert!(ReportReason::parse(&"ü".repeat(200)).is_ok());
    }
}
