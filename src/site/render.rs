//! Stage 3: the texts of a curriculum into fragments, in parallel, as far as they are not known from the last build.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::config::SiteConfig;
use super::curriculum::{Course, Curriculum, Document, Layout, Speech};
use super::fragments::{BlobShelf, FragmentFacts, Fragments, KnownFragments};
use super::markdown::{MarkdownWords, RenderOptions, render};
use crate::diag::{Diagnostics, SourceText};
use crate::digest::Digest;
use crate::disk::DiskError;
use crate::theme::Theme;

/// A text and how it is to be rendered.
struct Task<'a> {
    document: &'a Document,
    speech: &'a Speech,
    top_level: u8,
    id_prefix: String,
}

/// Between a content's slug and its own ids. Slugs have no double hyphen, so no two ids can meet.
const PREFIX_END: &str = "--";

/// Renders all texts that are not `known`, and puts them on the shelf.
pub fn render_all(
    curriculum: &Curriculum,
    theme: &Theme,
    config: &SiteConfig,
    known: &KnownFragments,
    shelf: &Arc<BlobShelf>,
    diagnostics: &mut Diagnostics,
) -> Result<Fragments, DiskError> {
    let options: HashMap<&Speech, SharedOptions> = speeches(curriculum)
        .map(|speech| (speech, SharedOptions::new(markdown_words(theme, speech), config)))
        .collect();
    let rendered: Vec<_> = tasks(curriculum)
        .into_par_iter()
        .map(|task| {
            let key = task.key(&options[task.speech]);
            let made = match known.get(&key) {
                Some(facts) => (facts.clone(), None),
                None => {
                    let (facts, said) = task.render(key, &options[task.speech], shelf)?;
                    (Arc::new(facts), Some(said))
                }
            };
            Ok((task.document.path.clone(), made))
        })
        .collect::<Result<_, DiskError>>()?;
    let mut fragments = Fragments::new(shelf.clone());
    for (path, (facts, said)) in rendered {
        fragments.n_rendered += usize::from(said.is_some());
        // Its warnings name lines of this very text: they are found again rather than remembered.
        fragments.insert(path, facts, said.as_ref().is_none_or(Diagnostics::is_empty));
        diagnostics.append(said.unwrap_or_default());
    }
    Ok(fragments)
}

/// Options that all texts of one language share.
struct SharedOptions {
    options: RenderOptions,
    /// Whether plain texts are kept, which only a search needs.
    keeps_text: bool,
    digest: Digest,
}

impl SharedOptions {
    fn new(words: MarkdownWords, config: &SiteConfig) -> Self {
        let options = RenderOptions { top_level: 2, id_prefix: String::new(), dialect: config.dialect(), words };
        let keeps_text = config.search;
        let bytes = postcard::to_allocvec(&(&options, keeps_text)).expect("plain texts and numbers always serialize");
        Self { options, keeps_text, digest: Digest::of_parts([config.program.as_bytes(), &bytes]) }
    }
}

impl Task<'_> {
    /// Whatever the fragment depends on.
    fn key(&self, shared: &SharedOptions) -> Digest {
        let parts = [&shared.digest.as_bytes()[..], &[self.top_level], self.id_prefix.as_bytes()];
        Digest::of_parts(parts.into_iter().chain([&self.document.body.as_bytes()[..]]))
    }

    fn render(
        &self,
        key: Digest,
        shared: &SharedOptions,
        shelf: &BlobShelf,
    ) -> Result<(FragmentFacts, Diagnostics), DiskError> {
        let mut said = Diagnostics::new();
        let (top_level, id_prefix) = (self.top_level, self.id_prefix.clone());
        let options = RenderOptions { top_level, id_prefix, ..shared.options.clone() };
        let text = self.document.text.get();
        self.document.text.release();
        let source = SourceText { path: &self.document.shown, text: &text };
        let mut fragment = render(&options, source, self.document.body_at.min(text.len()), &mut said);
        if !shared.keeps_text {
            // A third of what would be written.
            fragment.text = String::new();
        }
        Ok((shelf.put(key, fragment)?, said))
    }
}

fn speeches(curriculum: &Curriculum) -> impl Iterator<Item = &Speech> {
    let subjects = curriculum.subjects.iter();
    subjects
        .flat_map(|subject| std::iter::once(&subject.speech).chain(subject.courses.iter().map(|course| &course.speech)))
        .chain(curriculum.instructors.iter().map(|instructor| &instructor.speech))
}

fn tasks(curriculum: &Curriculum) -> Vec<Task<'_>> {
    let plain = |document, speech| Task { document, speech, top_level: 2, id_prefix: String::new() };
    let mut tasks = Vec::new();
    for instructor in &curriculum.instructors {
        tasks.push(plain(&instructor.document, &instructor.speech));
    }
    for subject in &curriculum.subjects {
        tasks.push(plain(&subject.document, &subject.speech));
        for course in &subject.courses {
            tasks.push(plain(&course.document, &course.speech));
            tasks.extend(course_tasks(course));
        }
    }
    tasks
}

fn course_tasks(course: &Course) -> impl Iterator<Item = Task<'_>> {
    let speech = &course.speech;
    course.modules.iter().flat_map(move |module| {
        // A content may have its module's slug; no slug has an underscore.
        let id_prefix = format!("module_{}{PREFIX_END}", module.slug);
        let description = Task { document: &module.document, speech, top_level: 2, id_prefix };
        let contents = module.contents.iter().filter_map(move |content| {
            let document = content.document.as_ref()?;
            Some(match course.layout {
                Layout::Lesson => Task { document, speech, top_level: 2, id_prefix: String::new() },
                // On a shared page each content stands below an h2 of its own.
                Layout::Module => {
                    Task { document, speech, top_level: 3, id_prefix: format!("{}{PREFIX_END}", content.slug) }
                }
            })
        });
        std::iter::once(description).chain(contents)
    })
}

fn markdown_words(theme: &Theme, speech: &Speech) -> MarkdownWords {
    let words = theme.words(&speech.lang);
    let word = |key: &str| words.get(key).to_owned();
    MarkdownWords {
        alerts: ["alert_note", "alert_tip", "alert_important", "alert_warning", "alert_caution"].map(word),
        back: word("footnote_back"),
        tasks: ["task_open", "task_done"].map(word),
    }
}
