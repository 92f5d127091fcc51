//! The pages that are read inside a course: modules, lessons and their contents.

use std::ops::Deref;
use std::sync::OnceLock;

use super::overviews::{Views, kind_name, outline, subject_link};
use crate::course::{Address, routes};
use crate::diag::Diagnostics;
use crate::site::curriculum::{Content, Course, Kind, Layout, Module, Subject, Video};
use crate::site::graph::{audience, content_place};
use crate::site::outputs::About;
use crate::site::source::{SIZES, srcset};
use crate::theme::{
    ContentKindView, ContentView, CourseNav, FileView, HeadingView, ImageView, LessonView, LinkView, MarkView,
    ModuleView, NavModule, Neighbours, OutlineContent, OutlineView, PageView, PlacedContent, Shared, VideoView,
};

/// A page of a course in reading order.
#[derive(Clone, Copy)]
pub enum Step<'a> {
    /// A module's page.
    Module(&'a Module),
    /// A content's own page; those of a module follow it.
    Lesson(&'a Module, &'a Content),
}

impl Step<'_> {
    /// Where it lies.
    pub fn address(&self, course: &Course) -> Address {
        match self {
            Step::Module(module) => routes::module(&course.slug, &module.slug),
            Step::Lesson(module, content) => content_place(course, module, content).0,
        }
    }

    fn title(&self) -> &str {
        match self {
            Step::Module(module) => &module.title,
            Step::Lesson(_, content) => &content.title,
        }
    }
}

/// The pages of a course in reading order.
pub fn steps(course: &Course) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for module in &course.modules {
        steps.push(Step::Module(module));
        if course.layout == Layout::Lesson {
            steps.extend(module.contents.iter().map(|content| Step::Lesson(module, content)));
        }
    }
    steps
}

impl Views<'_> {
    /// A module's page with all its contents; `items` are their rendered forms.
    pub fn module<'v>(
        &self,
        place: &Place<'v>,
        module: &Module,
        items: Vec<String>,
        said: &mut Diagnostics,
    ) -> ModuleView<'v> {
        let placed = |(content, html): (&Content, String)| PlacedContent {
            title: content.title.clone(),
            kind: kind_name(&content.kind),
            anchor: content.slug.to_string(),
            html,
            created: content.created.to_string(),
            updated: content.updated.to_string(),
        };
        ModuleView {
            page: self.module_page(place, module),
            nav: &place.parts.nav,
            neighbours: place.neighbours(),
            number: place.module_at + 1,
            description_html: self.html(&module.document, audience(place.course, module), said),
            mark: place.mark(module),
            contents: module.contents.iter().zip(items).map(placed).collect(),
        }
    }

    /// A module's page with the list of its contents.
    pub fn module_outline<'v>(&self, place: &Place<'v>, module: &Module, said: &mut Diagnostics) -> OutlineView<'v> {
        OutlineView {
            page: self.module_page(place, module),
            nav: &place.parts.nav,
            neighbours: place.neighbours(),
            number: place.module_at + 1,
            description_html: self.html(&module.document, audience(place.course, module), said),
            mark: module.contents.is_empty().then(|| place.mark(module)),
            contents: place.outline(),
        }
    }

    /// A content's own page; `item` is its rendered form.
    pub fn lesson<'v>(&self, place: &Place<'v>, module: &Module, content: &Content, item: String) -> LessonView<'v> {
        let course = place.course;
        let (address, _) = content_place(course, module, content);
        let lead = content.document.as_ref().map(|document| self.lead(document)).unwrap_or_default();
        let page = self.page(content.title.clone(), &course.speech, &lead, &address);
        let fragment = content.document.as_ref().and_then(|document| self.graph.fragments.get(&document.path));
        let headings = fragment.map_or(&[][..], |fragment| &fragment.headings);
        let heading = |heading: &crate::site::markdown::Heading| HeadingView {
            level: heading.level,
            anchor: heading.id.clone(),
            title: heading.title.clone(),
        };
        LessonView {
            page: self.about(page, About::Lesson(place.parts.nav.part(), course, module, content)),
            nav: &place.parts.nav,
            neighbours: place.neighbours(),
            module: LinkView {
                title: module.title.clone(),
                address: routes::module(&course.slug, &module.slug).href(),
            },
            mark: module.contents.last().filter(|last| last.slug == content.slug).map(|_| place.mark(module)),
            contents: place.outline(),
            kind: kind_name(&content.kind),
            html: item,
            headings: headings.iter().map(heading).collect(),
            created: content.created.to_string(),
            updated: content.updated.to_string(),
        }
    }

    /// A content as its kind's template sees it.
    pub fn content(&self, course: &Course, module: &Module, content: &Content, said: &mut Diagnostics) -> ContentView {
        let reader = audience(course, module);
        let body = content.document.as_ref().map(|document| self.html(document, reader, said));
        let kind = match &content.kind {
            Kind::Text => ContentKindView::Text {},
            Kind::Image(path) => ContentKindView::Image(self.image(path)),
            Kind::File(path) => ContentKindView::File(self.file(path)),
            Kind::Video(video) => ContentKindView::Video(self.video(video)),
        };
        ContentView { title: content.title.clone(), body_html: body.unwrap_or_default(), kind }
    }

    fn image(&self, path: &str) -> ImageView {
        let target = self.graph.target(path);
        let size = target.and_then(|target| target.pixels());
        let (width, height) = (size.map(|size| size.0), size.map(|size| size.1));
        let srcset = target.map(|target| srcset(&self.graph.scaled(target))).unwrap_or_default();
        ImageView { src: self.href(path), width, height, srcset, sizes: SIZES }
    }

    fn file(&self, path: &str) -> FileView {
        let size = self
            .graph
            .target(path)
            .and_then(|target| target.resource.as_ref())
            .map_or(0, |resource| resource.facts.size);
        let name = path.rsplit('/').next().unwrap_or(path);
        FileView { href: self.href(path), name: crate::site::curriculum::split_number(name).1.to_owned(), size }
    }

    fn href(&self, path: &str) -> String {
        self.graph.target(path).map(|target| target.address.href()).unwrap_or_default()
    }

    fn video(&self, video: &Video) -> VideoView {
        match video {
            Video::YouTube { id, start } => {
                let (at, from) =
                    if *start > 0 { (format!("&start={start}"), format!("&t={start}s")) } else { Default::default() };
                VideoView {
                    provider: "youtube",
                    host: "YouTube".to_owned(),
                    embed: format!("https://www.youtube-nocookie.com/embed/{id}?autoplay=1{at}"),
                    watch: format!("https://www.youtube.com/watch?v={id}{from}"),
                    media_type: None,
                }
            }
            Video::Vimeo { id, hash } => {
                let (part, key) = match hash {
                    Some(hash) => (format!("/{hash}"), format!("&h={hash}")),
                    None => Default::default(),
                };
                VideoView {
                    provider: "vimeo",
                    host: "Vimeo".to_owned(),
                    embed: format!("https://player.vimeo.com/video/{id}?autoplay=1&dnt=1{key}"),
                    watch: format!("https://vimeo.com/{id}{part}"),
                    media_type: None,
                }
            }
            Video::Remote(url) => {
                let host = url.split('/').nth(2).unwrap_or_default();
                media(url.clone(), host.to_owned())
            }
            Video::Local(path) => media(self.href(path), String::new()),
        }
    }

    fn module_page(&self, place: &Place<'_>, module: &Module) -> PageView {
        let course = place.course;
        let address = routes::module(&course.slug, &module.slug);
        let page = self.page(module.title.clone(), &course.speech, &self.lead(&module.document), &address);
        self.about(page, About::Module(place.parts.nav.part(), course, module))
    }
}

fn nav(subject: &Subject, course: &Course) -> CourseNav {
    let module = |(at, module): (usize, &Module)| NavModule {
        number: at + 1,
        title: module.title.clone(),
        address: routes::module(&course.slug, &module.slug).href(),
    };
    CourseNav {
        id: course.id.get(),
        course: LinkView { title: course.title.clone(), address: routes::course(&course.slug).href() },
        subject: subject_link(subject),
        modules: course.modules.iter().enumerate().map(module).collect(),
        chat: routes::chat(course.id).href(),
    }
}

/// What all pages of a course show.
pub struct CourseParts {
    /// The course and its modules.
    pub nav: Shared<CourseNav>,
    /// The contents of each module, in order.
    pub outlines: Vec<Shared<Vec<OutlineContent>>>,
    /// A link to each of its pages in reading order: every page but the first and the last has two neighbours.
    links: Vec<LinkView>,
}

/// The same, made when the first page asks for it.
pub struct LazyParts<'a> {
    subject: &'a Subject,
    course: &'a Course,
    made: OnceLock<CourseParts>,
}

impl<'a> LazyParts<'a> {
    /// Those of a course.
    pub fn new(subject: &'a Subject, course: &'a Course) -> Self {
        Self { subject, course, made: OnceLock::new() }
    }
}

impl Deref for LazyParts<'_> {
    type Target = CourseParts;
    fn deref(&self) -> &CourseParts {
        self.made.get_or_init(|| CourseParts::new(self.subject, self.course))
    }
}

impl CourseParts {
    fn new(subject: &Subject, course: &Course) -> Self {
        let steps = steps(course);
        let link = |step: &Step<'_>| LinkView { title: step.title().to_owned(), address: step.address(course).href() };
        Self {
            nav: Shared::new(nav(subject, course)),
            outlines: course.modules.iter().map(|module| Shared::new(outline(course, module))).collect(),
            links: steps.iter().map(link).collect(),
        }
    }
}

/// Where a page stands in its course.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The course.
    pub course: &'a Course,
    /// What all its pages show.
    pub parts: &'a LazyParts<'a>,
    /// Which page of them this is.
    pub at: usize,
    /// Which module it belongs to, from 0.
    pub module_at: usize,
}

impl<'a> Place<'a> {
    /// The contents of its module.
    fn outline(&self) -> &'a Shared<Vec<OutlineContent>> {
        &self.parts.outlines[self.module_at]
    }

    /// The form at the end of its module.
    fn mark(&self, module: &Module) -> MarkView {
        MarkView {
            action: routes::done(self.course.id).href(),
            module: module.slug.to_string(),
            is_last: self.module_at + 1 == self.course.modules.len(),
        }
    }

    fn neighbours(&self) -> Neighbours {
        let link = |at: usize| self.parts.links.get(at).cloned();
        Neighbours { previous: self.at.checked_sub(1).and_then(link), next: link(self.at + 1) }
    }
}

fn media(url: String, host: String) -> VideoView {
    let media_type = mime_guess::from_path(url.split(['?', '#']).next().unwrap_or(&url)).first_raw();
    VideoView { provider: "media", host, embed: url.clone(), watch: url, media_type: media_type.map(str::to_owned) }
}
