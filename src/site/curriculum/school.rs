//! Stage 2: the [`SourceTree`] into a [`Curriculum`], whatever mistakes there are on the way.
//!
//! This file holds the school's top level; `assemble_course` and `assemble_content` go further down. A part that cannot
//! be understood is left out after it was reported, so that its mistakes do not cause others.

use std::sync::Arc;

use super::assembly::Assembly;
use super::courses::{Courses, KnownCourses};
use super::folder::{Below, Folder, document, resource, stray};
use super::naming::{Unique, slug_of};
use super::nouns::{Curriculum, Instructor, Subject};
use super::settings::{Common, id, speech};
use crate::course::{InstructorId, Slug, SubjectId};
use crate::diag::{Diagnostic, Diagnostics};
use crate::fields::Fields;
use crate::site::config::SiteConfig;
use crate::site::source::{History, SourceBody, SourceFile, SourceTree};

/// Files at the top of the content folder that are not part of the school.
const TOP_FILES: [&str; 2] = ["ids.toml", "README.md"];

/// The folder of the instructors.
const INSTRUCTORS: &str = "instructors";

/// Understands a source tree; a course of which no file changed is the one that is `known`.
pub fn assemble(
    config: &SiteConfig,
    tree: &SourceTree,
    history: &Arc<History>,
    known: &mut KnownCourses,
    diagnostics: &mut Diagnostics,
) -> Curriculum {
    let mut assembly = Assembly { config, history, diagnostics, changes_at: None };
    let mut root = Below::root(&tree.files).open();
    for (name, file) in &root.files {
        if !TOP_FILES.contains(name) {
            let help = "put it into a subject's folder";
            assembly.diagnostics.push(Diagnostic::warning(&file.shown, "this file belongs to no subject").help(help));
        }
    }
    let folder = root.folders.remove(INSTRUCTORS).map(Below::open).unwrap_or_default();
    let instructors = assembly.instructors(&folder);
    let instructor_resources = folder.media("put it into the folder instructors itself", assembly.diagnostics);
    let mut courses = Courses::new(std::mem::take(known), history);
    let mut subjects = assembly.subjects(&root, &mut courses);
    *known = courses.kept();
    subjects.sort_by_key(|subject| (subject.title.to_lowercase(), subject.id));
    let changes_at = assembly.changes_at;
    Curriculum { subjects, instructors, instructor_resources, files: tree.files.clone(), changes_at }
}

impl Assembly<'_, '_> {
    fn instructors(&mut self, folder: &Folder<'_>) -> Vec<Instructor> {
        let mut ids =
            Unique::new("instructor id", "give the newer one another id, or remove the line and run `educa fix`");
        let mut instructors = Vec::new();
        for (name, file) in &folder.files {
            let Some(stem) = name.strip_suffix(".md") else { continue };
            if let Some(instructor) = self.instructor(stem, file, &mut ids) {
                instructors.push(instructor);
            }
        }
        instructors.sort_by_key(|instructor| instructor.id);
        instructors
    }

    fn instructor(&mut self, stem: &str, file: &SourceFile, ids: &mut Unique<InstructorId>) -> Option<Instructor> {
        let site = self.site_speech();
        let read = |fields: &mut Fields<'_>| {
            (id(fields, InstructorId::new), fields.required_text("name"), speech(fields, &site))
        };
        let ((id, name, speech), document) = document(file, self.diagnostics, read)?;
        let Ok(user_name) = stem.parse::<Slug>() else {
            let message = format!("\"{stem}\" cannot be the user name of an instructor");
            let help = "name the file with lower-case letters, digits and hyphens";
            self.diagnostics.push(Diagnostic::error(&file.shown, message).help(help));
            return None;
        };
        let (id, span) = id?;
        ids.claim(id, &file.shown, || Some(document.place(span)), self.diagnostics);
        Some(Instructor { id, user_name, name: name?, speech, document })
    }

    fn subjects(&mut self, root: &Folder<'_>, courses: &mut Courses) -> Vec<Subject> {
        let mut ids =
            Unique::new("subject id", "give the newer subject another id, or remove the line and run `educa fix`");
        let mut slugs = Unique::new("subject slug", "rename one of the folders, or set `slug`");
        let mut subjects = Vec::new();
        for (name, folder) in &root.folders {
            if let Some(subject) = self.subject(name, &folder.open(), courses, &mut ids, &mut slugs) {
                subjects.push(subject);
            }
        }
        subjects
    }

    fn subject(
        &mut self,
        name: &str,
        folder: &Folder<'_>,
        courses: &mut Courses,
        ids: &mut Unique<SubjectId>,
        slugs: &mut Unique<Slug>,
    ) -> Option<Subject> {
        let shown = format!("{}/{name}", self.content_folder());
        let Some(file) = folder.files.get("subject.md") else {
            let help = "write one with `id` and `title`, or run `educa new subject`";
            self.diagnostics.push(Diagnostic::error(shown, "this folder has no subject.md").help(help));
            return None;
        };
        for file in folder.files.values().filter(|file| matches!(file.body, SourceBody::Text(_))) {
            if !file.path.ends_with("/subject.md") {
                stray(file, "put it into a course's module", self.diagnostics);
            }
        }
        let site = self.site_speech();
        let config = self.config;
        let read =
            |fields: &mut Fields<'_>| (id(fields, SubjectId::new), Common::read(fields, config), speech(fields, &site));
        let head = document(file, self.diagnostics, read);
        if head.as_ref().is_some_and(|((_, common, _), _)| self.hides(common)) {
            return None;
        }
        // Also below a subject that cannot be understood, so that all mistakes are said at once.
        let spoken = head.as_ref().map_or(&site, |((_, _, speech), _)| speech);
        let courses = courses.of(self, &folder.folders, &shown, spoken);
        let ((id, common, speech), document) = head?;
        let slug = slug_of(&common.slug, name, &file.shown, self.diagnostics);
        let aliases = common.aliases(&document);
        if let Some((id, span)) = &id {
            ids.claim(*id, &file.shown, || Some(document.place(span.clone())), self.diagnostics);
        }
        if let Some(slug) = &slug {
            let place = || common.slug.as_ref().map(|(_, span)| document.place(span.clone()));
            slugs.claim(slug.clone(), &file.shown, place, self.diagnostics);
        }
        let resources = folder.files.values().filter_map(|file| resource(file)).collect();
        Some(Subject { id: id?.0, title: common.title?, slug: slug?, speech, document, aliases, courses, resources })
    }
}
