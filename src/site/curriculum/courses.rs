//! All courses of a school: each is understood on its own, in parallel, and then compared with the others.
//!
//! A course of which no file changed is the one that the last build of this process understood.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use rayon::prelude::*;

use super::assembly::Assembly;
use super::course::{CourseFolder, course_folder};
use super::folder::Below;
use super::naming::Unique;
use super::nouns::{Course, Speech};
use crate::course::{CourseId, Slug};
use crate::site::source::{History, SourceFile};

/// Courses as the last build understood them.
#[derive(Default)]
pub struct KnownCourses {
    /// When files were committed, as that build knew it.
    history: Arc<History>,
    /// By the paths of their folders.
    folders: HashMap<String, KnownCourse>,
}

struct KnownCourse {
    files: Vec<Arc<SourceFile>>,
    parent: Speech,
    understood: Arc<CourseFolder>,
}

impl KnownCourse {
    /// Whether a course of these files is this one: they are not only equal but the very same.
    fn is_of(&self, files: &[Arc<SourceFile>], parent: &Speech, now: Timestamp) -> bool {
        let same = |(one, other): (&Arc<SourceFile>, &Arc<SourceFile>)| Arc::ptr_eq(one, other);
        self.files.len() == files.len()
            && self.files.iter().zip(files).all(same)
            && self.parent == *parent
            && self.understood.changes_at.is_none_or(|at| at > now)
    }
}

/// The courses of one subject after the other.
pub(super) struct Courses {
    known: KnownCourses,
    next: KnownCourses,
    ids: Unique<CourseId>,
    slugs: Unique<Slug>,
}

impl Courses {
    /// Nothing yet; `known` is from the last build.
    pub fn new(known: KnownCourses, history: &Arc<History>) -> Self {
        let known = if known.history == *history { known } else { KnownCourses::default() };
        Self {
            known,
            next: KnownCourses { history: history.clone(), folders: HashMap::new() },
            ids: Unique::new("course id", "give the newer course another id, or remove the line and run `educa fix`"),
            slugs: Unique::new("course slug", "rename one of the folders, or set `slug`"),
        }
    }

    /// The courses in a subject's folder, which diagnostics call `shown`, newest first.
    pub fn of(
        &mut self,
        assembly: &mut Assembly<'_, '_>,
        folders: &BTreeMap<&str, Below<'_>>,
        shown: &str,
        parent: &Speech,
    ) -> Vec<Arc<Course>> {
        let folders: Vec<_> = folders.iter().collect();
        let (config, history, known) = (assembly.config, assembly.history, &self.known.folders);
        let understood = |(name, below): &(&&str, &Below<'_>)| {
            let known = known.get(below.path()).filter(|known| known.is_of(below.files, parent, config.now));
            known.map(|known| known.understood.clone()).unwrap_or_else(|| {
                let shown = format!("{shown}/{name}");
                Arc::new(course_folder(config, history, name, &below.open(), &shown, parent))
            })
        };
        let all: Vec<_> = folders.par_iter().map(understood).collect();
        let mut courses: Vec<Arc<Course>> = Vec::with_capacity(all.len());
        for ((_, below), understood) in folders.into_iter().zip(all) {
            self.claim(&understood, assembly);
            assembly.diagnostics.append(understood.said.clone());
            assembly.changes_at = assembly.changes_at.into_iter().chain(understood.changes_at).min();
            courses.extend(understood.course.clone());
            let known = KnownCourse { files: below.files.to_vec(), parent: parent.clone(), understood };
            self.next.folders.insert(below.path().to_owned(), known);
        }
        courses.sort_by_key(|course| std::cmp::Reverse((course.created, course.id)));
        courses
    }

    /// No two courses have one id or one slug.
    fn claim(&mut self, understood: &CourseFolder, assembly: &mut Assembly<'_, '_>) {
        let Some(claims) = &understood.claims else { return };
        let document = &claims.document;
        if let Some((id, span)) = &claims.id {
            self.ids.claim(*id, &document.shown, || Some(document.place(span.clone())), assembly.diagnostics);
        }
        if let Some(slug) = &claims.slug {
            let place = || claims.slug_at.clone().map(|span| document.place(span));
            self.slugs.claim(slug.clone(), &document.shown, place, assembly.diagnostics);
        }
    }

    /// What the next build may rely on.
    pub fn kept(self) -> KnownCourses {
        self.next
    }
}
