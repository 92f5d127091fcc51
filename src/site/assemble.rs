//! Stage 2: the [`SourceTree`] into a [`Curriculum`], whatever mistakes there are on the way.
//!
//! This file holds the school's top level; `assemble_course` and `assemble_content` go further down. A part that cannot
//! be understood is left out after it was reported, so that its mistakes do not cause others.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::Timestamp;

use super::assemble_course::course;
use super::config::SiteConfig;
use super::curriculum::{Alias, Curriculum, Document, Instructor, Resource, Speech, Subject};
use super::front_matter;
use super::history::History;
use super::naming::{Unique, slug_of};
use super::source::{SourceBody, SourceFile, SourceTree};
use crate::course::{Address, CourseId, Direction, InstructorId, Language, NotAnId, Slug, SubjectId};
use crate::diag::{Diagnostic, Diagnostics};
use crate::fields::Fields;

/// A folder of the source tree.
#[derive(Default)]
pub(super) struct Folder<'a> {
    pub files: BTreeMap<&'a str, &'a SourceFile>,
    pub folders: BTreeMap<&'a str, Folder<'a>>,
}

/// What every level of the assembly needs.
pub(super) struct Assembly<'a, 'd> {
    pub config: &'a SiteConfig,
    pub history: &'a History,
    pub diagnostics: &'d mut Diagnostics,
    pub course_ids: Unique<CourseId>,
    pub course_slugs: Unique<Slug>,
}

/// Files at the top of the content folder that are not part of the school.
const TOP_FILES: [&str; 2] = ["ids.toml", "README.md"];

/// The folder of the instructors.
const INSTRUCTORS: &str = "instructors";

/// Understands a source tree.
pub fn assemble(
    config: &SiteConfig,
    tree: &SourceTree,
    history: &History,
    diagnostics: &mut Diagnostics,
) -> Curriculum {
    let mut root = Folder::default();
    for file in &tree.files {
        root.insert(&file.path, file);
    }
    let mut assembly = Assembly {
        config,
        history,
        diagnostics,
        course_ids: Unique::new(
            "course id",
            "give the newer course another id, or remove the line and run `educa fix`",
        ),
        course_slugs: Unique::new("course slug", "rename one of the folders, or set `slug`"),
    };
    for (name, file) in &root.files {
        if !TOP_FILES.contains(name) {
            let help = "put it into a subject's folder";
            assembly.diagnostics.push(Diagnostic::warning(&file.shown, "this file belongs to no subject").help(help));
        }
    }
    let folder = root.folders.remove(INSTRUCTORS).unwrap_or_default();
    let instructors = assembly.instructors(&folder);
    let instructor_resources = folder.media(assembly.diagnostics, "put it into the folder instructors itself");
    let mut subjects = assembly.subjects(&root);
    subjects.sort_by_key(|subject| (subject.title.to_lowercase(), subject.id));
    let files = tree.files.iter().map(|file| file.path.clone()).collect();
    Curriculum { subjects, instructors, instructor_resources, files }
}

impl<'a> Folder<'a> {
    fn insert(&mut self, path: &'a str, file: &'a SourceFile) {
        match path.split_once('/') {
            Some((folder, rest)) => self.folders.entry(folder).or_default().insert(rest, file),
            None => {
                self.files.insert(path, file);
            }
        }
    }

    /// All files in this folder and below it that are published as they are, and a warning for each text there.
    pub fn resources(&self, diagnostics: &mut Diagnostics) -> Vec<Resource> {
        let mut resources: Vec<_> = self.files.values().filter_map(|file| resource(file)).collect();
        for file in self.files.values().filter(|file| matches!(file.body, SourceBody::Text(_))) {
            stray(file, "put it into a module's folder (one that begins with a number)", diagnostics);
        }
        for folder in self.folders.values() {
            resources.extend(folder.resources(diagnostics));
        }
        resources
    }

    /// The media of a folder whose own texts were read already, and those of the folders in it.
    fn media(&self, diagnostics: &mut Diagnostics, help: &str) -> Vec<Resource> {
        let mut resources: Vec<_> = self.files.values().filter_map(|file| resource(file)).collect();
        let mut folders: Vec<_> = self.folders.values().collect();
        while let Some(folder) = folders.pop() {
            resources.extend(folder.files.values().filter_map(|file| resource(file)));
            for file in folder.files.values().filter(|file| matches!(file.body, SourceBody::Text(_))) {
                stray(file, help, diagnostics);
            }
            folders.extend(folder.folders.values());
        }
        resources
    }
}

/// Warns of a text that no page will show.
pub(super) fn stray(file: &SourceFile, help: &str, diagnostics: &mut Diagnostics) {
    diagnostics.push(Diagnostic::warning(&file.shown, "no page shows this text").help(help));
}

/// The resource a file is, unless it is a text.
pub(super) fn resource(file: &SourceFile) -> Option<Resource> {
    let SourceBody::Media { digest, size } = file.body else { return None };
    Some(Resource {
        path: file.path.clone(),
        shown: file.shown.clone(),
        disk_path: file.disk_path.clone(),
        digest,
        size,
    })
}

/// The document a file is, with what `read` made of its settings.
pub(super) fn document<T>(
    file: &SourceFile,
    diagnostics: &mut Diagnostics,
    read: impl FnOnce(&mut Fields<'_>) -> T,
) -> Option<(T, Document)> {
    let SourceBody::Text(text) = &file.body else { return None };
    let source = crate::diag::SourceText { path: &file.shown, text };
    let (value, body_at) = front_matter::read(source, diagnostics, read)?;
    let document = Document {
        path: file.path.as_str().into(),
        shown: file.shown.as_str().into(),
        text: text.as_str().into(),
        body_at,
    };
    Some((value, document))
}

/// Settings that subjects, courses, modules and contents share.
pub(super) struct Common {
    pub title: Option<String>,
    pub slug: super::naming::Given<Slug>,
    pub aliases: Vec<(Address, Range<usize>)>,
    pub hidden: bool,
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
        let too_early = fields.time("publish_on").is_some_and(|at: Timestamp| at > config.now) && !config.drafts;
        Self { title: None, slug: fields.parsed("slug"), aliases, hidden: draft || too_early }
    }

    pub fn aliases(&self, document: &Document) -> Vec<Alias> {
        let alias = |(address, span): &(Address, Range<usize>)| Alias {
            address: address.clone(),
            shown: document.shown.clone(),
            place: document.source().place(span.clone()),
        };
        self.aliases.iter().map(alias).collect()
    }
}

/// The `id` of a subject, course or instructor.
pub(super) fn id<T>(fields: &mut Fields<'_>, new: fn(u32) -> Result<T, NotAnId>) -> super::naming::Given<T> {
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

impl Assembly<'_, '_> {
    fn site_speech(&self) -> Speech {
        Speech { dir: self.config.lang.direction(), lang: self.config.lang.clone() }
    }

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
        ids.claim(id, &file.shown, Some(document.source().place(span)), self.diagnostics);
        Some(Instructor { id, user_name, name: name?, speech, document })
    }

    fn subjects(&mut self, root: &Folder<'_>) -> Vec<Subject> {
        let mut ids =
            Unique::new("subject id", "give the newer subject another id, or remove the line and run `educa fix`");
        let mut slugs = Unique::new("subject slug", "rename one of the folders, or set `slug`");
        let mut subjects = Vec::new();
        for (name, folder) in &root.folders {
            if let Some(subject) = self.subject(name, folder, &mut ids, &mut slugs) {
                subjects.push(subject);
            }
        }
        subjects
    }

    fn subject(
        &mut self,
        name: &str,
        folder: &Folder<'_>,
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
        if head.as_ref().is_some_and(|((_, common, _), _)| common.hidden) {
            return None;
        }
        // Also below a subject that cannot be understood, so that all mistakes are said at once.
        let spoken = head.as_ref().map_or(&site, |((_, _, speech), _)| speech);
        let mut courses = Vec::new();
        for (name, folder) in &folder.folders {
            courses.extend(course(self, name, folder, &format!("{shown}/{name}"), spoken));
        }
        courses.sort_by_key(|course| std::cmp::Reverse((course.created, course.id)));
        let ((id, common, speech), document) = head?;
        let slug = slug_of(&common.slug, name, &file.shown, self.diagnostics);
        let aliases = common.aliases(&document);
        if let Some((id, span)) = &id {
            ids.claim(*id, &file.shown, Some(document.source().place(span.clone())), self.diagnostics);
        }
        if let Some(slug) = &slug {
            let place = common.slug.as_ref().map(|(_, span)| document.source().place(span.clone()));
            slugs.claim(slug.clone(), &file.shown, place, self.diagnostics);
        }
        let resources = folder.files.values().filter_map(|file| resource(file)).collect();
        Some(Subject { id: id?.0, title: common.title?, slug: slug?, speech, document, aliases, courses, resources })
    }

    /// How diagnostics name the content folder.
    pub fn content_folder(&self) -> String {
        super::source::shown(&self.config.root, &self.config.content)
    }
}
