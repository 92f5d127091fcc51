//! The language a page is written in, and the direction it is read in.

use std::fmt;
use std::str::FromStr;

/// A language tag such as `en`, `de` or `pt-BR` (BCP 47: a language, then script, region and so on).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Language(String);

/// Why a text is not a [`Language`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a language is a tag such as \"en\", \"de\" or \"pt-BR\"")]
pub struct NotALanguage;

impl Language {
    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first part: `pt` of `pt-BR`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// How this language is usually written: by its script if the tag names one, else by the language.
    pub fn direction(&self) -> Direction {
        let script = self.0.split('-').nth(1).filter(|part| part.len() == 4);
        let right_to_left = match script {
            Some(script) => RTL_SCRIPTS.iter().any(|rtl| script.eq_ignore_ascii_case(rtl)),
            None => RTL_LANGUAGES.contains(&self.primary()),
        };
        if right_to_left { Direction::RightToLeft } else { Direction::LeftToRight }
    }
}

/// Languages whose default script (Unicode CLDR, likely subtags) is written from right to left.
const RTL_LANGUAGES: [&str; 11] = ["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"];
const RTL_SCRIPTS: [&str; 7] = ["Adlm", "Arab", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa"];

impl FromStr for Language {
    type Err = NotALanguage;
    fn from_str(text: &str) -> Result<Self, NotALanguage> {
        let mut parts = text.split('-');
        let primary = parts.next().unwrap_or_default();
        let primary_is_sound = (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase());
        let rest_is_sound =
            parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if primary_is_sound && rest_is_sound { Ok(Self(text.to_owned())) } else { Err(NotALanguage) }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The direction a text runs in; the `dir` attribute of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// As in English.
    LeftToRight,
    /// As in Arabic and Hebrew.
    RightToLeft,
}

impl Direction {
    /// The value of HTML's `dir` attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::LeftToRight => "ltr",
            Direction::RightToLeft => "rtl",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_their_direction() {
        let direction = |tag: &str| tag.parse::<Language>().map(|language| language.direction().as_str());
        assert_eq!(direction("en"), Ok("ltr"));
        assert_eq!(direction("ar-EG"), Ok("rtl"));
        assert_eq!(direction("uz-Arab"), Ok("rtl"));
        assert_eq!(direction("ar-Latn"), Ok("ltr"));
        for tag in ["", "E", "english", "de_DE", "de-", "DE"] {
            assert_eq!(direction(tag), Err(NotALanguage), "{tag:?}");
        }
    }
}
