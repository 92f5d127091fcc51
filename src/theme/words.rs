//! Words: what a theme says in each language, from `i18n/<language>.toml`.

use std::collections::{BTreeMap, BTreeSet};

use super::files::ThemeFiles;
use crate::course::Language;
use crate::diag::{Diagnostics, SourceText, nearest};
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
        for (at, theme) in chain.iter().enumerate().rev() {
            let known: BTreeSet<String> = own.values().flat_map(BTreeMap::keys).cloned().collect();
            let is_said = |key: &str| known.is_empty() || known.contains(key) || is_in_templates(&chain[..=at], key);
            for (path, bytes) in &theme.files {
                let language = path.strip_prefix("i18n/").and_then(|name| name.strip_suffix(".toml"));
                if let Some(language) = language {
                    let path = format!("{}/{path}", theme.shown);
                    let words = read(&path, bytes, &known, is_said, diagnostics);
                    own.entry(language.to_owned()).or_default().extend(words);
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

/// Whether a template of these themes names a word.
fn is_in_templates(themes: &[ThemeFiles], key: &str) -> bool {
    let mut files = themes.iter().flat_map(|theme| &theme.files);
    files.any(|(path, bytes)| path.starts_with("templates/") && String::from_utf8_lossy(bytes).contains(key))
}

/// The words of a file. One that nothing says is most likely one that is misspelt: it is kept, and warned of.
fn read(
    path: &str,
    bytes: &[u8],
    known: &BTreeSet<String>,
    is_said: impl Fn(&str) -> bool,
    diagnostics: &mut Diagnostics,
) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(bytes);
    let source = SourceText { path, text: &text };
    let table = match parse_toml(&text) {
        Ok(table) => table,
        Err(errors) => {
            for error in errors {
                diagnostics.push(source.error(error.span, error.message).help("write `key = \"words\"`"));
            }
            return Vec::new();
        }
    };
    let words = Fields::new(source, 0, table, diagnostics).remaining_texts();
    for (key, _, span) in words.iter().filter(|(key, ..)| !is_said(key)) {
        let help = match nearest(key, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "remove it, or say it in a template".to_owned(),
        };
        diagnostics.push(source.warning(span.clone(), format!("no template says the word `{key}`")).help(help));
    }
    words.into_iter().map(|(key, text, _)| (key, text)).collect()
}
