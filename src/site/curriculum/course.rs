//! Courses and modules: the middle levels of the assembly.

use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use super::assembly::Assembly;
use super::content::contents;
use super::enrollment::EnrollmentSettings;
use super::folder::{Folder, INTO_A_MODULE, document, resource, stray};
use super::naming::{Given, ORDER_HELP, Unique, orders, slug_of, split_number};
use super::nouns::{Access, Course, Document, Layout, Module, Resource, Speech};
use super::settings::{Common, id, searched, speech};
use crate::course::{CourseId, Slug, routes};
use crate::diag::{Diagnostic, Diagnostics};
use crate::fields::Fields;
use crate::site::config::SiteConfig;
use crate::site::source::History;

/// The settings of `course.md`.
struct CourseSettings {
    id: Given<CourseId>,
    common: Common,
    owner: Option<(Slug, Range<usize>)>,
    created: Option<jiff::Timestamp>,
    summary: String,
    tags: Vec<String>,
    access: Access,
    layout: Layout,
    searched: bool,
    enrollment: EnrollmentSettings,
    speech: Speech,
}

impl CourseSettings {
    fn read(fields: &mut Fields<'_>, config: &SiteConfig, parent: &Speech) -> Self {
        let accesses = [("enrolled", Access::Enrolled), ("public", Access::Public)];
        let layouts = [("module", Layout::Module), ("lesson", Layout::Lesson)];
        let id = id(fields, CourseId::new);
        let common = Common::read(fields, config);
        if !fields.has("owner") {
            fields.missing("owner", "add `owner = \"…\"`, the name of a file in instructors/ without `.md`");
        }
        let access = fields.choice("access", &accesses).unwrap_or(Access::Enrolled);
        Self {
            id,
            common,
            owner: fields.parsed("owner"),
            created: fields.time("created"),
            summary: fields.text("summary").unwrap_or_default(),
            tags: fields.texts("tags").into_iter().map(|(tag, _)| tag).collect(),
            access,
            layout: fields.choice("layout", &layouts).unwrap_or(Layout::Module),
            searched: searched(fields),
            enrollment: EnrollmentSettings::read(fields, access),
            speech: speech(fields, parent),
        }
    }
}

/// A course's folder, understood without looking at anything else.
pub struct CourseFolder {
    /// The course, if there is one that can be built.
    pub course: Option<Arc<Course>>,
    /// What it claims for itself, even if it has mistakes.
    pub claims: Option<Claims>,
    /// What is wrong with it.
    pub said: Diagnostics,
    /// When something in it that waits for its day appears.
    pub changes_at: Option<Timestamp>,
}

/// What no two courses may have.
pub struct Claims {
    /// Its key.
    pub id: Given<CourseId>,
    /// Its part of the address.
    pub slug: Option<Slug>,
    /// Where the author wrote it.
    pub slug_at: Option<Range<usize>>,
    /// The text that says so.
    pub document: Document,
}

/// Understands the folder of a course; `parent` is what its subject speaks.
pub(super) fn course_folder(
    config: &SiteConfig,
    history: &History,
    name: &str,
    folder: &Folder<'_>,
    shown: &str,
    parent: &Speech,
) -> CourseFolder {
    let mut said = Diagnostics::new();
    let mut assembly = Assembly { config, history, diagnostics: &mut said, changes_at: None };
    let mut claims = None;
    let course = course(&mut assembly, name, folder, shown, parent, &mut claims).map(Arc::new);
    let changes_at = assembly.changes_at;
    CourseFolder { course, claims, said, changes_at }
}

fn course(
    assembly: &mut Assembly<'_, '_>,
    name: &str,
    folder: &Folder<'_>,
    shown: &str,
    parent: &Speech,
    claims: &mut Option<Claims>,
) -> Option<Course> {
    let Some(file) = folder.files.get("course.md") else {
        let help = "write one with `id`, `title` and `owner`, or run `educa new course`";
        assembly.diagnostics.push(Diagnostic::error(shown, "this folder has no course.md").help(help));
        return None;
    };
    let config = assembly.config;
    let read = document(file, assembly.diagnostics, |fields| CourseSettings::read(fields, config, parent));
    if read.as_ref().is_some_and(|(settings, _)| assembly.hides(&settings.common)) {
        return None;
    }
    // Also below a course that cannot be understood, so that all mistakes are said at once.
    let modules = modules(assembly, folder, shown);
    let resources = loose_resources(assembly, folder);
    let (settings, document) = read?;
    let slug = slug_of(&settings.common.slug, name, &file.shown, assembly.diagnostics);
    let slug_at = settings.common.slug.as_ref().map(|(_, span)| span.clone());
    if slug.as_ref().is_some_and(|slug| slug.as_str() == routes::SUBJECT_SLUG) {
        let help = "rename the folder, or set another `slug`";
        let message = "a course cannot have the slug \"subject\": its address belongs to the subjects";
        let mut diagnostic = Diagnostic::error(&*document.shown, message).help(help);
        diagnostic.place = slug_at.clone().map(|span| document.place(span));
        assembly.diagnostics.push(diagnostic);
    }
    *claims = Some(Claims { id: settings.id.clone(), slug: slug.clone(), slug_at, document: document.clone() });
    let aliases = settings.common.aliases(&document);
    let (owner, owner_at) = settings.owner?;
    let times = assembly.history.of(&file.path);
    Some(Course {
        id: settings.id?.0,
        title: settings.common.title?,
        slug: slug?,
        owner,
        owner_at,
        created: settings.created.or(times.map(|times| times.created)).unwrap_or(file.modified),
        summary: settings.summary,
        tags: settings.tags,
        access: settings.access,
        enrollment: settings.enrollment.policy,
        prerequisites: settings.enrollment.prerequisites,
        layout: settings.layout,
        searched: settings.searched,
        speech: settings.speech,
        document,
        aliases,
        modules,
        resources,
    })
}

/// A folder of a course is a module if it says so or has a number; others hold resources.
fn is_module(name: &str, folder: &Folder<'_>) -> bool {
    folder.files.contains_key("module.md") || split_number(name).0.is_some()
}

fn loose_resources(assembly: &mut Assembly<'_, '_>, folder: &Folder<'_>) -> Vec<Arc<Resource>> {
    let mut resources: Vec<_> = folder.files.values().filter_map(|file| resource(file)).collect();
    for (name, file) in &folder.files {
        if name.ends_with(".md") && *name != "course.md" {
            stray(file, INTO_A_MODULE, assembly.diagnostics);
        }
    }
    for (name, below) in &folder.folders {
        let folder = below.open();
        if !is_module(name, &folder) {
            resources.extend(folder.resources(INTO_A_MODULE, assembly.diagnostics));
        }
    }
    resources
}

/// A module before its place among the others is known.
struct UnplacedModule {
    given: Given<u32>,
    slug_given: Given<Slug>,
    number: Option<u32>,
    module: Module,
}

fn modules(assembly: &mut Assembly<'_, '_>, folder: &Folder<'_>, shown: &str) -> Vec<Module> {
    let mut unplaced = Vec::new();
    let folders = folder.folders.iter().map(|(name, below)| (name, below.open()));
    for (name, folder) in folders.filter(|(name, folder)| is_module(name, folder)) {
        unplaced.extend(module(assembly, name, &folder, &format!("{shown}/{name}")));
    }
    let order = |unplaced: &UnplacedModule| (unplaced.given.as_ref().map(|(order, _)| *order), unplaced.number);
    let siblings: Vec<_> = unplaced.iter().map(order).collect();
    let mut modules = Vec::new();
    let mut unique_orders = Unique::new("order", ORDER_HELP);
    let mut slugs = Unique::new("module slug", "rename one of the folders, or set `slug`");
    for (unplaced, order) in unplaced.into_iter().zip(orders(&siblings)) {
        let module = Module { order, ..unplaced.module };
        let shown = &module.document.shown;
        let place = |span: Range<usize>| module.document.place(span);
        let order_place = || unplaced.given.map(|(_, span)| place(span));
        let slug_place = || unplaced.slug_given.map(|(_, span)| place(span));
        unique_orders.claim(order, shown, order_place, assembly.diagnostics);
        slugs.claim(module.slug.clone(), shown, slug_place, assembly.diagnostics);
        modules.push(module);
    }
    modules.sort_by_key(|module| module.order);
    modules
}

fn module(assembly: &mut Assembly<'_, '_>, name: &str, folder: &Folder<'_>, shown: &str) -> Option<UnplacedModule> {
    let Some(file) = folder.files.get("module.md") else {
        let help = "write one with `title`, or run `educa new module`";
        assembly.diagnostics.push(Diagnostic::error(shown, "this folder has no module.md").help(help));
        return None;
    };
    let config = assembly.config;
    let read = |fields: &mut Fields<'_>| {
        let common = Common::read(fields, config);
        (common, fields.number("order"), fields.flag("preview"), searched(fields))
    };
    let head = document(file, assembly.diagnostics, read);
    if head.as_ref().is_some_and(|((common, ..), _)| assembly.hides(common)) {
        return None;
    }
    let (contents, resources) = contents(assembly, folder);
    let ((common, given, preview, searched), document) = head?;
    let (number, rest) = split_number(name);
    let slug = slug_of(&common.slug, rest, &file.shown, assembly.diagnostics);
    let aliases = common.aliases(&document);
    let module = Module {
        order: 0,
        title: common.title?,
        slug: slug?,
        preview,
        searched,
        folder: document.path.strip_suffix("module.md").unwrap_or_default().to_owned(),
        document,
        aliases,
        contents,
        resources,
    };
    Some(UnplacedModule { given, slug_given: common.slug, number, module })
}
