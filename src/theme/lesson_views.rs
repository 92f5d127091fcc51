//! Views of what is read inside a course: modules, lessons, and the four kinds of content.

use serde::Serialize;

use super::list_views::OutlineContent;
use super::progress_views::MarkView;
use super::view::{LinkView, PageView, Shared, View, view};

/// A course as each of its pages shows it: a part that they share.
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
}

/// The pages before and after a page of a course.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Neighbours {
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
}

/// A module's page with all its contents, in a course of the layout `module`. Row C17.
#[derive(Debug, Serialize)]
pub struct ModuleView<'a> {
    /// The head; its title is the module's.
    pub page: PageView,
    /// Where it stands.
    #[serde(skip)]
    pub nav: &'a Shared<CourseNav>,
    /// What stands beside it.
    pub neighbours: Neighbours,
    /// Its place in the course, from 1.
    pub number: usize,
    /// Its description; may be empty.
    pub description_html: String,
    /// The form that says that the module is done.
    pub mark: MarkView,
    /// Its contents, one after another.
    pub contents: Vec<PlacedContent>,
}
view!(ModuleView<'a>, "module.html", nav);

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
pub struct OutlineView<'a> {
    /// The head; its title is the module's.
    pub page: PageView,
    /// Where it stands.
    #[serde(skip)]
    pub nav: &'a Shared<CourseNav>,
    /// What stands beside it.
    pub neighbours: Neighbours,
    /// Its place in the course, from 1.
    pub number: usize,
    /// Its description; may be empty.
    pub description_html: String,
    /// The form that says that the module is done, if no content follows.
    pub mark: Option<MarkView>,
    /// Its contents.
    #[serde(skip)]
    pub contents: &'a Shared<Vec<OutlineContent>>,
}
view!(OutlineView<'a>, "outline.html", nav, contents);

/// One content on a page of its own.
#[derive(Debug, Serialize)]
pub struct LessonView<'a> {
    /// The head; its title is the content's.
    pub page: PageView,
    /// Where it stands.
    #[serde(skip)]
    pub nav: &'a Shared<CourseNav>,
    /// What stands beside it.
    pub neighbours: Neighbours,
    /// The module it belongs to.
    pub module: LinkView,
    /// The form that says that the module is done, after its last content.
    pub mark: Option<MarkView>,
    /// The contents of that module.
    #[serde(skip)]
    pub contents: &'a Shared<Vec<OutlineContent>>,
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
view!(LessonView<'a>, "lesson.html", nav, contents);

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
    /// Smaller forms of it as WebP; empty if there are none.
    pub srcset: String,
    /// How wide it is shown.
    pub sizes: &'static str,
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
