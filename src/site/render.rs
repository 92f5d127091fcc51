//! Stage 3: the texts of a curriculum into fragments, in parallel.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::curriculum::{Course, Curriculum, Document, Layout, Speech};
use super::fragment::Fragment;
use super::markdown::{Dialect, MarkdownWords, RenderOptions, render};
use crate::diag::Diagnostics;
use crate::theme::Theme;

/// Every rendered text by its path below the content folder.
pub type Fragments = HashMap<Arc<str>, Fragment>;

/// A text and how it is to be rendered.
struct Task<'a> {
    document: &'a Document,
    speech: &'a Speech,
    top_level: u8,
    id_prefix: String,
}

/// Between a content's slug and its own ids. Slugs have no double hyphen, so no two ids can meet.
const PREFIX_END: &str = "--";

/// Renders all texts.
pub fn render_all(
    curriculum: &Curriculum,
    theme: &Theme,
    dialect: Dialect,
    diagnostics: &mut Diagnostics,
) -> Fragments {
    let words: HashMap<&Speech, MarkdownWords> =
        speeches(curriculum).map(|speech| (speech, markdown_words(theme, speech))).collect();
    let rendered: Vec<_> = tasks(curriculum)
        .into_par_iter()
        .map(|task| {
            let mut said = Diagnostics::new();
            let Task { document, speech, top_level, id_prefix } = task;
            let options = RenderOptions { top_level, id_prefix, dialect, words: words[speech].clone() };
            let fragment = render(&options, document.source(), document.body_at, &mut said);
            (document.path.clone(), fragment, said)
        })
        .collect();
    let mut fragments = Fragments::with_capacity(rendered.len());
    for (path, fragment, said) in rendered {
        diagnostics.append(said);
        fragments.insert(path, fragment);
    }
    fragments
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
