//! Stage 3: the texts of a curriculum into fragments, in parallel, as far as they are not known from the last build.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::cache::{BlobShelf, ByCourse, FragmentFacts, Fragments, KnownFragments, Rendered, RenderedText};
use super::config::SiteConfig;
use super::curriculum::{Course, Curriculum, Document, Layout, Speech};
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

/// Renders all texts that are not `known`, and puts them on the shelf. `by_course` are those of the last build.
pub fn render_all(
    curriculum: &Curriculum,
    theme: &Theme,
    config: &SiteConfig,
    known: &KnownFragments,
    shelf: &Arc<BlobShelf>,
    by_course: &mut ByCourse<Rendered>,
    diagnostics: &mut Diagnostics,
) -> Result<Fragments, DiskError> {
    let options = speeches(curriculum)
        .map(|speech| (speech, SharedOptions::new(markdown_words(theme, speech), config)))
        .collect();
    let renderer = Renderer { options, known, shelf, n_rendered: AtomicUsize::new(0) };
    let basis = Digest::of_parts([config.digest(), theme.digest()].iter().map(|digest| &digest.as_bytes()[..]));
    let all: Vec<_> = curriculum.courses().collect();
    let courses = by_course.of(basis, &all, |_, course| renderer.texts(course_tasks(course).collect()))?;
    let others = renderer.texts(other_tasks(curriculum).collect())?;
    for rendered in courses.iter().map(|course| &**course).chain([&others]) {
        diagnostics.append(rendered.said.clone());
    }
    let mut fragments = Fragments::new(shelf.clone(), basis, courses, others);
    fragments.n_rendered = renderer.n_rendered.into_inner();
    Ok(fragments)
}

struct Renderer<'a> {
    options: HashMap<&'a Speech, SharedOptions>,
    known: &'a KnownFragments,
    shelf: &'a BlobShelf,
    n_rendered: AtomicUsize,
}

impl Renderer<'_> {
    fn texts(&self, tasks: Vec<Task<'_>>) -> Result<Rendered, DiskError> {
        let texts: Vec<_> = tasks.into_par_iter().map(|task| self.text(&task)).collect::<Result<_, DiskError>>()?;
        let mut rendered = Rendered { texts: Vec::with_capacity(texts.len()), said: Diagnostics::new() };
        for (text, said) in texts {
            rendered.texts.push(text);
            rendered.said.append(said);
        }
        Ok(rendered)
    }

    fn text(&self, task: &Task<'_>) -> Result<(RenderedText, Diagnostics), DiskError> {
        let options = &self.options[task.speech];
        let key = task.key(options);
        let path = task.document.path.clone();
        if let Some(facts) = self.known.get(&key) {
            return Ok((RenderedText { path, facts: facts.clone(), is_spotless: true }, Diagnostics::new()));
        }
        self.n_rendered.fetch_add(1, Ordering::Relaxed);
        let (facts, said) = task.render(key, options, self.shelf)?;
        // Its warnings name lines of this very text: they are found again rather than remembered.
        Ok((RenderedText { path, facts: Arc::new(facts), is_spotless: said.is_empty() }, said))
    }
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

impl<'a> Task<'a> {
    fn plain(document: &'a Document, speech: &'a Speech) -> Self {
        Self { document, speech, top_level: 2, id_prefix: String::new() }
    }

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

/// The texts that belong to no course.
fn other_tasks(curriculum: &Curriculum) -> impl Iterator<Item = Task<'_>> {
    let instructors = curriculum.instructors.iter().map(|one| Task::plain(&one.document, &one.speech));
    instructors.chain(curriculum.subjects.iter().map(|subject| Task::plain(&subject.document, &subject.speech)))
}

fn course_tasks(course: &Course) -> impl Iterator<Item = Task<'_>> {
    let speech = &course.speech;
    let in_modules = course.modules.iter().flat_map(move |module| {
        // A content may have its module's slug; no slug has an underscore.
        let id_prefix = format!("module_{}{PREFIX_END}", module.slug);
        let description = Task { document: &module.document, speech, top_level: 2, id_prefix };
        let contents = module.contents.iter().filter_map(move |content| {
            let document = content.document.as_ref()?;
            Some(match course.layout {
                Layout::Lesson => Task::plain(document, speech),
                // On a shared page each content stands below an h2 of its own.
                Layout::Module => {
                    Task { document, speech, top_level: 3, id_prefix: format!("{}{PREFIX_END}", content.slug) }
                }
            })
        });
        std::iter::once(description).chain(contents)
    });
    std::iter::once(Task::plain(&course.document, speech)).chain(in_modules)
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
