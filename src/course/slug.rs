//! Slug: the part of an address that names one thing.

use std::fmt;
use std::str::FromStr;

/// Lower-case ASCII letters, digits and single hyphens between them, 1 to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// Why a text is not a [`Slug`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a slug is made of lower-case letters a–z, digits and hyphens between them, at most 100 in all")]
pub struct NotASlug;

impl Slug {
    /// The slug nearest to a name: "Größe 2" becomes `grosse-2`. Nothing if no letter or digit survives.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut slug = slug::slugify(name);
        slug.truncate(MAX_LENGTH);
        slug.trim_end_matches('-').parse().ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const MAX_LENGTH: usize = 100;

impl FromStr for Slug {
    type Err = NotASlug;
    fn from_str(text: &str) -> Result<Self, NotASlug> {
        let words_are_sound = text.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        if words_are_sound && text.len() <= MAX_LENGTH { Ok(Self(text.to_owned())) } else { Err(NotASlug) }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule() {
        for text in ["a", "algebra-basics", "3d"] {
            assert!(text.parse::<Slug>().is_ok(), "{text:?}");
        }
        for text in ["", "-", "a--b", "-a", "a-", "A", "ä", "a b", "a/b", "..", &"a".repeat(101)] {
            assert_eq!(text.parse::<Slug>(), Err(NotASlug), "{text:?}");
        }
    }

    #[test]
    fn a_name_becomes_a_slug() {
        let slug = |name| Slug::from_name(name).map(|slug| slug.to_string());
        assert_eq!(slug("Größe & Maß 2").as_deref(), Some("grosse-mass-2"));
        assert_eq!(slug("!!!"), None);
        assert!(slug(&"long ".repeat(50)).is_some());
    }
}
