//! Courses and modules: the middle levels of the assembly.

use super::assemble_content::contents;
use super::assembly::Assembly;
use super::curriculum::{Access, Course, Document, Layout, Module, Resource, Speech};
use super::folder::{Folder, INTO_A_MODULE, document, resource, stray};
use super::naming::{Given, ORDER_HELP, Unique, orders, slug_of, split_number};
use super::settings::{Common, id, speech};
use crate::course::{CourseId, Slug, routes};
use crate::diag::Diagnostic;
use crate::fields::Fields;

/// The settings of `course.md`.
struct CourseSettings {
    id: Given<CourseId>,
    common: Common,
    owner: Option<(Slug, std::ops::Range<usize>)>,
    created: Option<jiff::Timestamp>,
    summary: String,
    tags: Vec<String>,
    access: Access,
    layout: Layout,
    speech: Speech,
}

impl CourseSettings {
    fn read(fields: &mut Fields<'_>, assembly: &Assembly<'_, '_>, parent: &Speech) -> Self {
        let accesses = [("enrolled", Access::Enrolled), ("public", Access::Public)];
        let layouts = [("module", Layout::Module), ("lesson", Layout::Lesson)];
        let id = id(fields, CourseId::new);
        let common = Common::read(fields, assembly.config);
        if !fields.has("owner") {
            fields.missing("owner", "add `owner = \"…\"`, the name of a file in instructors/ without `.md`");
        }
        Self {
            id,
            common,
            owner: fields.parsed("owner"),
            created: fields.time("created"),
            summary: fields.text("summary").unwrap_or_default(),
            tags: fields.texts("tags").into_iter().map(|(tag, _)| tag).collect(),
            access: fields.choice("access", &accesses).unwrap_or(Access::Enrolled),
            layout: fields.choice("layout", &layouts).unwrap_or(Layout::Module),
            speech: speech(fields, parent),
        }
    }
}

/// Assembles the course in a folder, if it is one.
pub(super) fn course(
    assembly: &mut Assembly<'_, '_>,
    name: &str,
    folder: &Folder<'_>,
    shown: &str,
    parent: &Speech,
) -> Option<Course> {
    let Some(file) = folder.files.get("course.md") else {
        let help = "write one with `id`, `title` and `owner`, or run `educa new course`";
        assembly.diagnostics.push(Diagnostic::error(shown, "this folder has no course.md").help(help));
        return None;
    };
    let mut diagnostics = std::mem::take(assembly.diagnostics);
    let read = document(file, &mut diagnostics, |fields| CourseSettings::read(fields, assembly, parent));
    *assembly.diagnostics = diagnostics;
    if read.as_ref().is_some_and(|(settings, _)| assembly.hides(&settings.common)) {
        return None;
    }
    // Also below a course that cannot be understood, so that all mistakes are said at once.
    let modules = modules(assembly, folder, shown);
    let resources = loose_resources(assembly, folder);
    let (settings, document) = read?;
    let slug = slug_of(&settings.common.slug, name, &file.shown, assembly.diagnostics);
    claim(assembly, &settings, slug.as_ref(), &document);
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
        layout: settings.layout,
        speech: settings.speech,
        document,
        aliases,
        modules,
        resources,
    })
}

fn claim(assembly: &mut Assembly<'_, '_>, settings: &CourseSettings, slug: Option<&Slug>, document: &Document) {
    let shown = &document.shown;
    if let Some((id, span)) = &settings.id {
        assembly.course_ids.claim(*id, shown, || Some(document.place(span.clone())), assembly.diagnostics);
    }
    let Some(slug) = slug else { return };
    let place = || settings.common.slug.as_ref().map(|(_, span)| document.place(span.clone()));
    if slug.as_str() == routes::SUBJECT_SLUG {
        let help = "rename the folder, or set another `slug`";
        let message = "a course cannot have the slug \"subject\": its address belongs to the subjects";
        let mut diagnostic = Diagnostic::error(&**shown, message).help(help);
        diagnostic.place = place();
        assembly.diagnostics.push(diagnostic);
    }
    assembly.course_slugs.claim(slug.clone(), shown, place, assembly.diagnostics);
}

/// A folder of a course is a module if it says so or has a number; others hold resources.
fn is_module(name: &str, folder: &Folder<'_>) -> bool {
    folder.files.contains_key("module.md") || split_number(name).0.is_some()
}

fn loose_resources(assembly: &mut Assembly<'_, '_>, folder: &Folder<'_>) -> Vec<Resource> {
    let mut resources: Vec<_> = folder.files.values().filter_map(|file| resource(file)).collect();
    for (name, file) in &folder.files {
        if name.ends_with(".md") && *name != "course.md" {
            stray(file, INTO_A_MODULE, assembly.diagnostics);
        }
    }
    for (name, folder) in &folder.folders {
        if !is_module(name, folder) {
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
    for (name, folder) in folder.folders.iter().filter(|(name, folder)| is_module(name, folder)) {
        unplaced.extend(module(assembly, name, folder, &format!("{shown}/{name}")));
    }
    let order = |unplaced: &UnplacedModule| (unplaced.given.as_ref().map(|(order, _)| *order), unplaced.number);
    let siblings: Vec<_> = unplaced.iter().map(order).collect();
    let mut modules = Vec::new();
    let mut unique_orders = Unique::new("order", ORDER_HELP);
    let mut slugs = Unique::new("module slug", "rename one of the folders, or set `slug`");
    for (unplaced, order) in unplaced.into_iter().zip(orders(&siblings)) {
        let module = Module { order, ..unplaced.module };
        let shown = &module.document.shown;
        let place = |span: std::ops::Range<usize>| module.document.place(span);
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
        (common, fields.number("order"), fields.flag("preview"))
    };
    let head = document(file, assembly.diagnostics, read);
    if head.as_ref().is_some_and(|((common, ..), _)| assembly.hides(common)) {
        return None;
    }
    let (contents, resources) = contents(assembly, folder);
    let ((common, given, preview), document) = head?;
    let (number, rest) = split_number(name);
    let slug = slug_of(&common.slug, rest, &file.shown, assembly.diagnostics);
    let aliases = common.aliases(&document);
    let module = Module {
        order: 0,
        title: common.title?,
        slug: slug?,
        preview,
        folder: document.path.strip_suffix("module.md").unwrap_or_default().to_owned(),
        document,
        aliases,
        contents,
        resources,
    };
    Some(UnplacedModule { given, slug_given: common.slug, number, module })
}
