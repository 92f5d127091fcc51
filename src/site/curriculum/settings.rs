//! Settings that several levels share: title, slug, aliases, drafts, ids, language.

use std::ops::Range;

use jiff::Timestamp;

use super::naming::Given;
use super::nouns::{Alias, Document, Speech};
use crate::course::{Address, Direction, Language, NotAnId, Slug};
use crate::fields::Fields;
use crate::site::config::SiteConfig;

/// Settings that subjects, courses, modules and contents share.
pub(super) struct Common {
    pub title: Option<String>,
    pub slug: Given<Slug>,
    pub aliases: Vec<(Address, Range<usize>)>,
    pub hidden: bool,
    /// When it will be published, if that is still to come.
    pub waits_until: Option<Timestamp>,
}

impl Common {
    pub fn read(fields: &mut Fields<'_>, config: &SiteConfig) -> Self {
        let title = fields.required_text("title");
        Self { title, ..Self::read_untitled(fields, config) }
    }

    fn read_untitled(fields: &mut Fields<'_>, config: &SiteConfig) -> Self {
        let mut aliases = Vec::new();
        for (text, span) in fields.texts("aliases") {
            match text.parse() {
                Ok(address) => aliases.push((address, span)),
                Err(error) => {
                    let help = format!("write it as \"/old/address/\": {error}");
                    fields.wrong(span, format!("\"{text}\" cannot be an alias"), &help);
                }
            }
        }
        let draft = fields.flag("draft") && !config.drafts;
        let waits_until = fields.time("publish_on").filter(|at| *at > config.now && !config.drafts);
        Self { title: None, slug: fields.parsed("slug"), aliases, hidden: draft || waits_until.is_some(), waits_until }
    }

    pub fn aliases(&self, document: &Document) -> Vec<Alias> {
        let alias = |(address, span): &(Address, Range<usize>)| Alias {
            address: address.clone(),
            shown: document.shown.clone(),
            place: document.place(span.clone()),
        };
        self.aliases.iter().map(alias).collect()
    }
}

/// `search`: whether a search finds a course, module or content.
pub(super) fn searched(fields: &mut Fields<'_>) -> bool {
    fields.optional_flag("search").unwrap_or(true)
}

/// The `id` of a subject, course or instructor.
pub(super) fn id<T>(fields: &mut Fields<'_>, new: fn(u32) -> Result<T, NotAnId>) -> Given<T> {
    if !fields.has("id") {
        fields.number("id");
        fields.missing("id", "run `educa fix`, which gives the next free one");
        return None;
    }
    let (number, span) = fields.number("id")?;
    match new(number) {
        Ok(id) => Some((id, span)),
        Err(error) => {
            fields.wrong(span, error.to_string(), "remove the line and run `educa fix`");
            None
        }
    }
}

/// `lang` and `dir`, by default those of the parent.
pub(super) fn speech(fields: &mut Fields<'_>, parent: &Speech) -> Speech {
    let lang: Option<(Language, _)> = fields.parsed("lang");
    let dir = fields.choice("dir", &[("ltr", Direction::LeftToRight), ("rtl", Direction::RightToLeft)]);
    match (lang, dir) {
        (Some((lang, _)), dir) => Speech { dir: dir.unwrap_or(lang.direction()), lang },
        (None, dir) => Speech { lang: parent.lang.clone(), dir: dir.unwrap_or(parent.dir) },
    }
}
