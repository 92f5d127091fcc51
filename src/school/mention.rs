//! Mentions: `@name` in a message, and what somebody has not read yet.

use jiff::Timestamp;

use super::{AccountId, MessageText, UsernameKey};

/// How many people one message mentions at most.
pub const MAX_MENTIONED: usize = 10;

/// How many unread mentions of one person in one room are kept: the latest.
pub const MAX_MENTIONS: usize = 50;

/// How far somebody has read in a room, and where they were mentioned after that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadMark {
    /// The number of the last entry they read; 0 if they never did.
    pub read: u64,
    /// Where they were mentioned and have not read it, in the order of the messages.
    pub mentions: Vec<Mention>,
}

/// A message in which somebody was mentioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// Its number in the room.
    pub id: u64,
    /// By whom.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// A name in a message as it may be meant: what follows the `@`, then the same without punctuation at its end.
pub type MentionedName = Vec<UsernameKey>;

/// The names that a message mentions, each once and only the first ten: after an `@` that neither a character of a user
/// name nor a slash stands before, so that mail addresses and paths of URLs mention nobody.
pub fn mentioned_names(text: &MessageText) -> Vec<MentionedName> {
    let text = text.as_str();
    let mut names: Vec<MentionedName> = Vec::new();
    let mut at = 0;
    while let Some(sign) = text[at..].find('@').map(|found| at + found) {
        let run = &text[sign + 1..];
        let run = &run[..run.find(|character| !in_names(character)).unwrap_or(run.len())];
        at = sign + 1 + run.len();
        let before = text[..sign].chars().next_back();
        if run.is_empty() || before.is_some_and(|before| in_names(before) || before == '/') {
            continue;
        }
        let name = candidates(run);
        if !names.contains(&name) {
            names.push(name);
        }
        if names.len() == MAX_MENTIONED {
            break;
        }
    }
    names
}

/// What a [`Username`](super::Username) is made of, and what becomes that in its normal form.
fn in_names(character: char) -> bool {
    character.is_alphanumeric() || "@.+-_".contains(character)
}

fn candidates(run: &str) -> MentionedName {
    let short = run.trim_end_matches(['@', '.', '+', '-', '_']);
    let mut name = vec![UsernameKey::of(run)];
    if !short.is_empty() && short != run {
        name.push(UsernameKey::of(short));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let text = MessageText::parse(text).expect("a message");
        let names = mentioned_names(&text);
        names.iter().map(|name| name.iter().map(UsernameKey::as_str).collect::<Vec<_>>().join("|")).collect()
    }

    #[test]
    fn who_is_mentioned() {
        for (text, expected) in [
            ("@ada, see (@Bob)", &["ada", "bob"][..]),
            ("thanks @ada.", &["ada.|ada"]),
            ("@ada @ADA @ａｄａ", &["ada"]),
            ("mail ada@example.org or https://x.org/@ada", &[]),
            ("@ada@example.org", &["ada@example.org"]),
            ("a @ b @. @", &["."]),
            ("**@ada** «@grün»\n@x", &["ada", "grün", "x"]),
            ("@@ada", &["@ada"]),
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
        let many: String = (0..30).map(|n| format!("@user{n} ")).collect();
        assert_eq!(names(&many).len(), MAX_MENTIONED);
        assert_eq!(names(&"@".repeat(2_000)).len(), 1);
    }
}
