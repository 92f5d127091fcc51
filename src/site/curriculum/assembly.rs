//! What every level of the assembly shares.

use jiff::Timestamp;

use super::nouns::Speech;
use super::settings::Common;
use crate::diag::Diagnostics;
use crate::site::config::SiteConfig;
use crate::site::source::{History, shown};

/// What every level of the assembly needs.
pub(super) struct Assembly<'a, 'd> {
    pub config: &'a SiteConfig,
    pub history: &'a History,
    pub diagnostics: &'d mut Diagnostics,
    /// The earliest `publish_on` that is still to come.
    pub changes_at: Option<Timestamp>,
}

impl Assembly<'_, '_> {
    /// Whether something is left out of this build; notes when it will no longer be.
    pub fn hides(&mut self, common: &Common) -> bool {
        if let Some(at) = common.waits_until {
            self.changes_at = Some(self.changes_at.map_or(at, |before| before.min(at)));
        }
        common.hidden
    }

    /// The language and direction of the site.
    pub fn site_speech(&self) -> Speech {
        Speech { dir: self.config.lang.direction(), lang: self.config.lang.clone() }
    }

    /// How diagnostics name the content folder.
    pub fn content_folder(&self) -> String {
        shown(&self.config.root, &self.config.content)
    }
}
