//! What became of a link, and how that is said.

use crate::diag::Diagnostic;

/// What became of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The page is there.
    Fine,
    /// It is there, and for ever somewhere else.
    Moved(String),
    /// It is not there; the reason.
    Broken(String),
    /// Nobody could find out; the reason.
    Unknown(String),
}

impl Answer {
    /// What to say of it at a place; nothing if the page is there.
    pub fn say(&self, url: &str, at: &Diagnostic) -> Option<Diagnostic> {
        let (message, help) = match self {
            Answer::Fine => return None,
            Answer::Moved(to) => (format!("{url} has moved for good"), format!("link to {to}")),
            Answer::Broken(why) => {
                (format!("{url} does not answer: {why}"), "correct the link, or remove it".to_owned())
            }
            Answer::Unknown(why) => (format!("{url} could not be checked: {why}"), "look at it yourself".to_owned()),
        };
        Some(Diagnostic { message, help: Some(help), ..at.clone() })
    }
}
