//! Views of the built pages: everything that their templates may see.
//!
//! A view is the page's only input: two equal views give equal bytes, and whatever changes a page changes its view. A
//! field that ends in `_html` is finished HTML and marked safe in templates; every other text is escaped. Addresses are
//! ready for an `href`. A theme's own words reach every template as `t` (see [`super::Words`]).

use serde::Serialize;

/// A page kind: the template that draws it.
pub trait View: Serialize {
    /// The template's name, as in `themes/<theme>/templates/`.
    const TEMPLATE: &'static str;

    /// The head of the page.
    fn page(&self) -> &PageView;
}

macro_rules! view {
    ($name:ident, $template:literal) => {
        impl View for $name {
            const TEMPLATE: &'static str = $template;
            fn page(&self) -> &PageView {
                &self.page
            }
        }
    };
}
pub(super) use view;

/// The site, on every page.
#[derive(Debug, Clone, Serialize)]
pub struct SiteView {
    /// The school's name.
    pub title: String,
    /// One sentence about it; may be empty.
    pub description: String,
    /// Its language.
    pub lang: String,
}

/// The head of a page.
#[derive(Debug, Clone, Serialize)]
pub struct PageView {
    /// What the page is about; the site's name is added by the template.
    pub title: String,
    /// The language tag of the page.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// One or two sentences for search engines and previews; may be empty.
    pub description: String,
    /// The page's own address on the site, such as `/course/algebra-basics/`.
    pub address: String,
    /// The page's absolute URL, if the site's `base_url` is known.
    pub canonical: Option<String>,
    /// Whether search engines may list it.
    pub indexed: bool,
}

/// A link to something with a title.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinkView {
    /// What it is called.
    pub title: String,
    /// Where it is.
    pub address: String,
}

/// The catalog (`/`), or one subject's courses. Rows C1–C6.
#[derive(Debug, Serialize)]
pub struct CatalogView {
    /// The head.
    pub page: PageView,
    /// The subject, or nothing on the page of all courses.
    pub subject: Option<SubjectView>,
    /// The side list, ordered by title.
    pub subjects: Vec<SubjectEntry>,
    /// How many courses there are in all subjects.
    pub n_courses: usize,
    /// The courses of this page, newest first.
    pub courses: Vec<CourseEntry>,
}
view!(CatalogView, "catalog.html");

/// A subject on its own page.
#[derive(Debug, Serialize)]
pub struct SubjectView {
    /// Its title.
    pub title: String,
    /// Its description; may be empty.
    pub description_html: String,
}

/// A subject in the side list.
#[derive(Debug, Clone, Serialize)]
pub struct SubjectEntry {
    /// Its title.
    pub title: String,
    /// Its page.
    pub address: String,
    /// How many courses it has.
    pub n_courses: usize,
    /// Whether this page is its own.
    pub current: bool,
}

/// A course in a list.
#[derive(Debug, Clone, Serialize)]
pub struct CourseEntry {
    /// Its title.
    pub title: String,
    /// Its page.
    pub address: String,
    /// One sentence; may be empty.
    pub summary: String,
    /// Its language, for the `lang` attribute of the entry.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// Its subject.
    pub subject: LinkView,
    /// How many modules it has.
    pub n_modules: usize,
    /// Who teaches it; the title is the full name.
    pub instructor: LinkView,
    /// The author's key words.
    pub tags: Vec<String>,
    /// Whether everyone may read it without enrolling.
    pub public: bool,
}

/// A course's overview. Rows C7–C9.
#[derive(Debug, Serialize)]
pub struct CourseView {
    /// The head.
    pub page: PageView,
    /// The course's key, for the enrollment link.
    pub id: u32,
    /// The course as lists show it.
    pub course: CourseEntry,
    /// The overview.
    pub overview_html: String,
    /// When it was created, RFC 3339.
    pub created: String,
    /// What it consists of.
    pub modules: Vec<OutlineModule>,
    /// The first page to read, if there is a module.
    pub start: Option<String>,
}
view!(CourseView, "course.html");

/// A module in a course's outline.
#[derive(Debug, Serialize)]
pub struct OutlineModule {
    /// Its place in the course, from 1.
    pub number: usize,
    /// Its title.
    pub title: String,
    /// Its page.
    pub address: String,
    /// Its description; may be empty.
    pub description_html: String,
    /// Whether everyone may read it: the course is public or the module a preview.
    pub open: bool,
    /// Its contents.
    pub contents: Vec<OutlineContent>,
}

/// A content in an outline.
#[derive(Debug, Clone, Serialize)]
pub struct OutlineContent {
    /// Its title.
    pub title: String,
    /// `text`, `image`, `file` or `video`.
    pub kind: &'static str,
    /// Its own page, or its place on the module's page.
    pub address: String,
    /// Whether this page is its own.
    pub current: bool,
}

/// An instructor's page.
#[derive(Debug, Serialize)]
pub struct InstructorView {
    /// The head; its title is the full name.
    pub page: PageView,
    /// The biography; may be empty.
    pub biography_html: String,
    /// The instructor's courses, newest first.
    pub courses: Vec<CourseEntry>,
}
view!(InstructorView, "instructor.html");

/// Where a module's page stands in its course.
#[derive(Debug, Clone, Serialize)]
pub struct CourseNav {
    /// The course's key.
    pub id: u32,
    /// The course.
    pub course: LinkView,
    /// Its subject.
    pub subject: LinkView,
    /// All its modules.
    pub modules: Vec<NavModule>,
    /// The course's chat room.
    pub chat: String,
    /// The page before this one.
    pub previous: Option<LinkView>,
    /// The page after this one.
    pub next: Option<LinkView>,
}

/// A module in a course's list of modules.
#[derive(Debug, Clone, Serialize)]
pub struct NavModule {
    /// Its place in the course, from 1.
    pub number: usize,
    /// Its title.
    pub title: String,
    /// Its page.
    pub address: String,
    /// Whether this page belongs to it.
    pub current: bool,
}

/// A module's page with all its contents, in a course of the layout `module`. Row C17.
#[derive(Debug, Serialize)]
pub struct ModuleView {
    /// The head; its title is the module's.
    pub page: PageView,
    /// Where it stands.
    pub nav: CourseNav,
    /// Its place in the course, from 1.
    pub number: usize,
    /// Its description; may be empty.
    pub description_html: String,
    /// Its contents, one after another.
    pub contents: Vec<PlacedContent>,
}
view!(ModuleView, "module.html");

/// A content on its module's page.
#[derive(Debug, Serialize)]
pub struct PlacedContent {
    /// Its title, the heading.
    pub title: String,
    /// `text`, `image`, `file` or `video`.
    pub kind: &'static str,
    /// The `id` of its section.
    pub anchor: String,
    /// The content as `content/<kind>.html` drew it.
    pub html: String,
    /// When it was written, RFC 3339.
    pub created: String,
    /// When it was last changed, RFC 3339.
    pub updated: String,
}

/// A module's page with the list of its contents, in a course of the layout `lesson`.
#[derive(Debug, Serialize)]
pub struct OutlineView {
    /// The head; its title is the module's.
    pub page: PageView,
    /// Where it stands.
    pub nav: CourseNav,
    /// Its place in the course, from 1.
    pub number: usize,
    /// Its description; may be empty.
    pub description_html: String,
    /// Its contents.
    pub contents: Vec<OutlineContent>,
}
view!(OutlineView, "outline.html");

/// One content on a page of its own.
#[derive(Debug, Serialize)]
pub struct LessonView {
    /// The head; its title is the content's.
    pub page: PageView,
    /// Where it stands.
    pub nav: CourseNav,
    /// The module it belongs to.
    pub module: LinkView,
    /// The contents of that module, this one marked.
    pub contents: Vec<OutlineContent>,
    /// `text`, `image`, `file` or `video`.
    pub kind: &'static str,
    /// The content as `content/<kind>.html` drew it.
    pub html: String,
    /// The headings of the text, for a list of what is on this page.
    pub headings: Vec<HeadingView>,
    /// When it was written, RFC 3339.
    pub created: String,
    /// When it was last changed, RFC 3339.
    pub updated: String,
}
view!(LessonView, "lesson.html");

/// A heading in a text.
#[derive(Debug, Clone, Serialize)]
pub struct HeadingView {
    /// Its level on the page: 2 to 6.
    pub level: u8,
    /// Its `id`.
    pub anchor: String,
    /// Its text.
    pub title: String,
}

/// The page for what does not exist.
#[derive(Debug, Serialize)]
pub struct NotFoundView {
    /// The head.
    pub page: PageView,
}
view!(NotFoundView, "404.html");

/// A page that once lay here and sends its reader on.
#[derive(Debug, Serialize)]
pub struct MovedView {
    /// The head.
    pub page: PageView,
    /// Where it lies now.
    pub to: String,
}
view!(MovedView, "moved.html");

/// One content, as its kind's template `content/<kind>.html` sees it; the result is also the API's `item`.
///
/// It is no page, so it has no head and sees neither `site` nor `page`; only `t` besides its own fields.
#[derive(Debug, Serialize)]
pub struct ContentView {
    /// Its title.
    pub title: String,
    /// The text, or the caption of an image, file or video; may be empty for those.
    pub body_html: String,
    /// What the kind adds to it.
    #[serde(flatten)]
    pub kind: ContentKindView,
}

/// What each kind of content adds. A template sees the one object of its kind: `image`, `file` or `video`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ContentKindView {
    /// A picture.
    Image(ImageView),
    /// Something to download.
    File(FileView),
    /// Something to play.
    Video(VideoView),
    /// Nothing but the text.
    #[serde(untagged)]
    Text {},
}

impl ContentKindView {
    /// The kind's name and its template's.
    pub fn names(&self) -> (&'static str, &'static str) {
        match self {
            ContentKindView::Text {} => ("text", "content/text.html"),
            ContentKindView::Image(_) => ("image", "content/image.html"),
            ContentKindView::File(_) => ("file", "content/file.html"),
            ContentKindView::Video(_) => ("video", "content/video.html"),
        }
    }
}

/// An image. Row C14.
#[derive(Debug, Serialize)]
pub struct ImageView {
    /// Where it lies.
    pub src: String,
    /// Pixels, if known.
    pub width: Option<u64>,
    /// Pixels, if known.
    pub height: Option<u64>,
}

/// A file. Row C13.
#[derive(Debug, Serialize)]
pub struct FileView {
    /// Where it lies.
    pub href: String,
    /// The name to save it under.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

/// A video. Row C15.
#[derive(Debug, Serialize)]
pub struct VideoView {
    /// `youtube`, `vimeo` or `media` (a media file).
    pub provider: &'static str,
    /// The provider's name for people: "YouTube", "Vimeo", or the media file's host; empty for a file of the school.
    pub host: String,
    /// The player to put in a frame, or the media file.
    pub embed: String,
    /// The page a person would open.
    pub watch: String,
    /// The media type of a media file, such as `video/mp4`.
    pub media_type: Option<String>,
}
