//! Pages: which view each has. The view is made twice at most: once for the page's key, and once more to draw it.

use super::lessons::Place;
use super::overviews::{Purpose, Views};
use crate::course::{Address, CourseContents, ModuleContents, RenderedItem, contents_bytes};
use crate::diag::Diagnostics;
use crate::digest::Digest;
use crate::site::curriculum::{Content, Course, Instructor, Layout, Module, Subject};
use crate::theme::{TemplateError, Theme, View};

/// A page of the school.
pub enum Page<'a> {
    /// All courses.
    Catalog,
    /// The courses of a subject.
    Subject(&'a Subject),
    /// An instructor.
    Instructor(&'a Instructor),
    /// An old address, and where it leads.
    Moved(&'a Address, &'a Address),
    /// For what does not exist.
    NotFound,
    /// Where a search shows what it found.
    Search,
    /// A course's overview.
    Course(&'a Subject, &'a Course),
    /// A module.
    Module(Place<'a>, &'a Module),
    /// A content with a page of its own.
    Lesson(Place<'a>, &'a Module, &'a Content),
}

/// What is done with a page's view, whatever its type.
trait Use {
    type Made;
    fn view<V: View>(self, theme: &Theme, view: &V) -> Self::Made;
}

struct Key;

impl Use for Key {
    type Made = Digest;
    fn view<V: View>(self, theme: &Theme, view: &V) -> Digest {
        theme.key(view)
    }
}

struct Draw;

impl Use for Draw {
    type Made = Result<String, TemplateError>;
    fn view<V: View>(self, theme: &Theme, view: &V) -> Self::Made {
        theme.render(view)
    }
}

/// The key of a page; `items` are the keys of the contents on it, if they are known.
pub fn page_key(views: &Views<'_>, page: &Page<'_>, items: Option<&[String]>, said: &mut Diagnostics) -> Digest {
    with_view(views, page, items.unwrap_or_default().to_vec(), said, Key)
}

/// The bytes of a page.
pub fn draw(views: &Views<'_>, page: &Page<'_>) -> Result<String, TemplateError> {
    // What is wrong with its links was said when its key was made.
    let mut said = Diagnostics::new();
    let items = match page {
        Page::Module(place, module) if place.course.layout == Layout::Module => {
            let item = |content| content_item(views, place.course, module, content, &mut said);
            module.contents.iter().map(item).collect::<Result<_, _>>()?
        }
        Page::Lesson(place, module, content) => {
            vec![content_item(views, place.course, module, content, &mut said)?]
        }
        _ => Vec::new(),
    };
    with_view(views, page, items, &mut said, Draw)
}

fn with_view<U: Use>(
    views: &Views<'_>,
    page: &Page<'_>,
    mut items: Vec<String>,
    said: &mut Diagnostics,
    user: U,
) -> U::Made {
    let theme = views.theme;
    match page {
        Page::Catalog => user.view(theme, &views.catalog(None, said)),
        Page::Subject(subject) => user.view(theme, &views.catalog(Some(subject), said)),
        Page::Instructor(instructor) => user.view(theme, &views.instructor(instructor, said)),
        Page::Moved(from, to) => user.view(theme, &views.moved(from, to)),
        Page::NotFound => user.view(theme, &views.not_found()),
        Page::Search => user.view(theme, &views.search()),
        Page::Course(subject, course) => user.view(theme, &views.course(subject, course, said)),
        Page::Module(place, module) => match place.course.layout {
            Layout::Module => user.view(theme, &views.module(place, module, items, said)),
            Layout::Lesson => user.view(theme, &views.module_outline(place, module, said)),
        },
        Page::Lesson(place, module, content) => {
            let item = items.pop().unwrap_or_default();
            user.view(theme, &views.lesson(place, module, content, item))
        }
    }
}

/// A content as the template of its kind draws it, or its key.
pub fn content_item(
    views: &Views<'_>,
    course: &Course,
    module: &Module,
    content: &Content,
    said: &mut Diagnostics,
) -> Result<String, TemplateError> {
    let language = &course.speech.lang;
    if views.purpose == Purpose::Key {
        let view = views.content(course, module, content, said);
        return Ok(views.theme.content_key(&view, language).to_string());
    }
    // What is wrong with its links was said when its key was made.
    if let Some(item) = views.items.take(&content.path) {
        return Ok(item);
    }
    let item = views.theme.render_content(&views.content(course, module, content, said), language)?;
    views.items.keep(&content.path, &item);
    Ok(item)
}

/// The contents of a course for the API.
pub fn draw_contents(views: &Views<'_>, course: &Course) -> Result<Vec<u8>, TemplateError> {
    let mut said = Diagnostics::new();
    let mut modules = Vec::new();
    for module in &course.modules {
        let mut item = |content: &Content| {
            let item = content_item(views, course, module, content, &mut said)?;
            Ok(RenderedItem { order: content.order, item })
        };
        modules.push(ModuleContents { contents: module.contents.iter().map(&mut item).collect::<Result<_, _>>()? });
    }
    Ok(contents_bytes(&CourseContents { modules }))
}
