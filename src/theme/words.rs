//! Words: what a theme says in each language, from `i18n/<language>.toml`.

use std::collections::BTreeMap;

use super::files::ThemeFiles;
use crate::course::Language;
use crate::diag::{Diagnostics, SourceText};
use crate::fields::{Fields, parse_toml};

/// The language that has every word; other languages fall back to it word by word.
const FALLBACK: &str = "en";

/// A theme's words in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(BTreeMap<String, String>);

impl Words {
    /// A word; its key if the theme has none, so that a page still says something and its author sees what is missing.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.0.get(key).map_or(key, String::as_str)
    }

    pub(super) fn map(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

/// A theme's words in all languages it knows.
#[derive(Debug, Default)]
pub(super) struct Dictionary(BTreeMap<String, Words>);

impl Dictionary {
    /// Reads the words of a theme and those it extends (most derived first).
    pub fn load(chain: &[ThemeFiles], diagnostics: &mut Diagnostics) -> Self {
        let mut own: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for theme in chain.iter().rev() {
            for (path, bytes) in &theme.files {
                let language = path.strip_prefix("i18n/").and_then(|name| name.strip_suffix(".toml"));
                if let Some(language) = language {
                    let path = format!("{}/{path}", theme.shown);
                    own.entry(language.to_owned()).or_default().extend(read(&path, bytes, diagnostics));
                }
            }
        }
        let fallback = own.get(FALLBACK).cloned().unwrap_or_default();
        let mut dictionary = Self::default();
        dictionary.0.insert(FALLBACK.to_owned(), Words(fallback.clone()));
        for (language, words) in own {
            let mut all = fallback.clone();
            all.extend(words);
            dictionary.0.insert(language, Words(all));
        }
        dictionary
    }

    /// The language whose words a page in `language` uses: itself, its first part, or the fallback.
    pub fn key(&self, language: &str) -> &str {
        let primary = language.split('-').next().unwrap_or_default();
        [language, primary].into_iter().find_map(|tag| self.0.get_key_value(tag)).map_or(FALLBACK, |(key, _)| key)
    }

    /// The words for a page in `language`.
    pub fn words(&self, language: &Language) -> &Words {
        &self.0[self.key(language.as_str())]
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Words)> {
        self.0.iter()
    }
}

fn read(path: &str, bytes: &[u8], diagnostics: &mut Diagnostics) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(bytes);
    let source = SourceText { path, text: &text };
    match parse_toml(&text) {
        Ok(table) => Fields::new(source, 0, table, diagnostics).remaining_texts(),
        Err(errors) => {
            for error in errors {
                diagnostics.push(source.error(error.span, error.message).help("write `key = \"words\"`"));
            }
            Vec::new()
        }
    }
}
