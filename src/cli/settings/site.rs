//! `[site]`: what the school is called and where it will be found.

use super::layer::set;
use crate::course::Language;
use crate::fields::Fields;
use crate::site::SiteConfig;

/// What a layer says of it.
#[derive(Debug, Default)]
pub struct SiteTable {
    title: Option<String>,
    description: Option<String>,
    lang: Option<Language>,
    /// The server wants it as well.
    pub base_url: Option<String>,
    theme: Option<String>,
}

impl SiteTable {
    /// Reads the table.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            title: fields.text("title"),
            description: fields.text("description"),
            lang: fields.parsed("lang").map(|(lang, _)| lang),
            theme: fields.text("theme"),
            base_url: base_url(fields),
        }
    }

    /// This where it speaks, `below` where it is silent.
    pub fn over(self, below: Self) -> Self {
        Self {
            title: self.title.or(below.title),
            description: self.description.or(below.description),
            lang: self.lang.or(below.lang),
            base_url: self.base_url.or(below.base_url),
            theme: self.theme.or(below.theme),
        }
    }

    /// Puts it into the configuration.
    pub fn into_config(self, site: &mut SiteConfig) {
        set(&mut site.title, self.title);
        set(&mut site.description, self.description);
        set(&mut site.lang, self.lang);
        set(&mut site.theme, self.theme);
        site.base_url = self.base_url;
    }
}

fn base_url(fields: &mut Fields<'_>) -> Option<String> {
    let (url, span) = fields.spanned_text("base_url")?;
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host.filter(|host| !host.trim_end_matches('/').contains(['/', '?', '#', ' ']) && !host.is_empty()) {
        Some(_) => Some(url.trim_end_matches('/').to_owned()),
        None => {
            let help = "write scheme and host only, such as \"https://school.example\"";
            fields.wrong(span, "`base_url` is not the address of a site", help);
            None
        }
    }
}
