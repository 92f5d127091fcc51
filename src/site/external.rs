//! The links of a school that lead to other sites, each with its places. Whether anybody answers there is for somebody
//! to find out who may use the network.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::build::BuildError;
use super::cache::ByCourse;
use super::config::SiteConfig;
use super::curriculum::{Curriculum, Document, KnownCourses, assemble};
use super::memory::Memory;
use super::render::render_all;
use super::source::{Changed, History, scan};
use crate::diag::{Diagnostic, Diagnostics};
use crate::disk::Stat;
use crate::theme::Theme;

/// The URLs that the texts of a school name, in order, each with a warning at every place that is still to be worded.
pub type ExternalLinks = BTreeMap<String, Vec<Diagnostic>>;

/// Reads a school for its links to other sites, and writes nothing. What is wrong with the rest is for `check` to say.
pub fn external_links(config: &SiteConfig) -> Result<ExternalLinks, BuildError> {
    let mut memory = Memory::load_read_only(config)?;
    let mut said = Diagnostics::new();
    let tree = scan(config, &mut memory.files, &Changed::Anything, Stat::default(), &mut said)?;
    let history = Arc::new(History::default());
    let site = config.site_view();
    let Some(theme) = Theme::load(&config.theme_options(&site), &mut said)? else {
        return Ok(ExternalLinks::new());
    };
    let curriculum = assemble(config, &tree, &history, &mut KnownCourses::default(), &mut said);
    let shelf = memory.shelf.clone();
    let fragments = render_all(
        &curriculum,
        &theme,
        config,
        memory.fragments(config)?,
        &shelf,
        &mut ByCourse::default(),
        &mut said,
    )?;
    let mut links = ExternalLinks::new();
    for document in documents(&curriculum) {
        for link in fragments.get(&document.path).map_or(&[][..], |fragment| &fragment.external) {
            let url = link.url.strip_prefix("//").map_or_else(|| link.url.clone(), |rest| format!("https://{rest}"));
            let url = url.split('#').next().unwrap_or_default().to_owned();
            links.entry(url).or_default().push(document.warning(document.in_text(&link.span), ""));
        }
    }
    Ok(links)
}

fn documents(curriculum: &Curriculum) -> impl Iterator<Item = &Document> {
    let subjects = curriculum.subjects.iter();
    let in_subjects = subjects.flat_map(|subject| {
        let in_courses = subject.courses.iter().flat_map(|course| {
            let in_modules = course.modules.iter().flat_map(|module| {
                let contents = module.contents.iter().filter_map(|content| content.document.as_ref());
                std::iter::once(&module.document).chain(contents)
            });
            std::iter::once(&course.document).chain(in_modules)
        });
        std::iter::once(&subject.document).chain(in_courses)
    });
    curriculum.instructors.iter().map(|instructor| &instructor.document).chain(in_subjects)
}
