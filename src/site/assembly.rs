//! What every level of the assembly shares.

use super::config::SiteConfig;
use super::curriculum::Speech;
use super::history::History;
use super::naming::Unique;
use super::source::shown;
use crate::course::{CourseId, Slug};
use crate::diag::Diagnostics;

/// What every level of the assembly needs.
pub(super) struct Assembly<'a, 'd> {
    pub config: &'a SiteConfig,
    pub history: &'a History,
    pub diagnostics: &'d mut Diagnostics,
    pub course_ids: Unique<CourseId>,
    pub course_slugs: Unique<Slug>,
}

impl Assembly<'_, '_> {
    /// The language and direction of the site.
    pub fn site_speech(&self) -> Speech {
        Speech { dir: self.config.lang.direction(), lang: self.config.lang.clone() }
    }

    /// How diagnostics name the content folder.
    pub fn content_folder(&self) -> String {
        shown(&self.config.root, &self.config.content)
    }
}
