//! Selecting: `?search=` and filters such as `?subject=4`.

use super::listing::{Item, Listing};
use super::parameters::Parameters;
use crate::server::api::error::ApiError;

/// The longest text that is searched for, and the most words: each word is looked for in every text.
pub const MAX_SEARCH: usize = 200;
const MAX_WORDS: usize = 16;

const NO_CHOICE: &str = "Select a valid choice. That choice is not one of the available choices.";

/// What a request wants to see of a list.
#[derive(Debug, Default)]
pub struct Selection {
    /// Folded; all must be there.
    words: Vec<String>,
    /// The place of a filter, and the key that is wanted.
    keys: Vec<(usize, u32)>,
}

impl Selection {
    /// Reads what is wanted; values that a filter does not have are all said at once.
    pub fn read(parameters: &Parameters, listing: &Listing) -> Result<Self, ApiError> {
        let mut wrong = Vec::new();
        let mut keys = Vec::new();
        for (at, filter) in listing.filters.iter().enumerate() {
            let Some(text) = parameters.get(filter.name).filter(|text| !text.is_empty()) else { continue };
            let key = text.trim().parse().ok().filter(|key| filter.choices.iter().any(|(known, _)| known == key));
            match key {
                Some(key) => keys.push((at, key)),
                None => wrong.push((filter.name, vec![NO_CHOICE.to_owned()])),
            }
        }
        let words = words(parameters.get("search").unwrap_or_default()).unwrap_or_else(|message| {
            wrong.push(("search", vec![message]));
            Vec::new()
        });
        if wrong.is_empty() { Ok(Self { words, keys }) } else { Err(ApiError::invalid(wrong)) }
    }

    /// Whether everything is wanted.
    pub fn is_all(&self) -> bool {
        self.words.is_empty() && self.keys.is_empty()
    }

    /// Whether an item is wanted.
    pub fn wants(&self, item: &Item) -> bool {
        self.keys.iter().all(|(at, key)| item.keys[*at] == *key)
            && self.words.iter().all(|word| item.texts.iter().any(|text| text.contains(word)))
    }
}

/// Words are parted by white space and commas, and what cannot be in a text is left out.
fn words(search: &str) -> Result<Vec<String>, String> {
    let length = search.chars().count();
    if length > MAX_SEARCH {
        return Err(format!("Ensure this value has at most {MAX_SEARCH} characters (it has {length})."));
    }
    let text = fold(&search.replace('\0', ""));
    let mut words: Vec<_> = text
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.sort();
    words.dedup();
    match words.len() {
        n if n > MAX_WORDS => Err(format!("Ensure this value has at most {MAX_WORDS} words (it has {n}).")),
        _ => Ok(words),
    }
}

/// A text as it is compared: case and ways to write the same letter make no difference, in any script.
pub fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let text: String = text.nfkc().collect();
    caseless::default_case_fold_str(&text).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_few() {
        assert_eq!(words(" Ünder,STRASSE \t straße\0 ").expect("few"), ["strasse", "ünder"]);
        assert_eq!(words("").expect("none"), [""; 0]);
        assert!(words(&"a ".repeat(100)).is_ok(), "the same word");
        let many: Vec<_> = (0..=MAX_WORDS).map(|n| n.to_string()).collect();
        assert!(words(&many.join(" ")).is_err() && words(&"a".repeat(MAX_SEARCH + 1)).is_err());
    }
}
