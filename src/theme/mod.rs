//! Themes: views into HTML, for built pages and for the server's own.
//!
//! A theme is a folder of templates, assets and words; it may extend another and then holds only what differs. The
//! default theme `school` is inside the binary. A view is everything a template sees, and the functions templates may
//! call are pure, so equal views give equal bytes.

mod files;
mod words;
mod functions;
mod view;
mod server_view;
mod template_errors;
#[expect(clippy::module_inception, reason = "the room is named for its main type")]
mod theme;

pub use files::{DEFAULT_THEME, default_theme_files};
pub use server_view::{
    AccountBarView, ChatView, EnrollView, EnrollmentView, ErrorView, FieldView, ForbiddenView, LoginView, LogoutView,
    MessageView, MyCourse, MyCoursesView, RegisterView,
};
pub use theme::{Asset, TemplateError, Theme};
pub use view::{
    CatalogView, ContentKindView, ContentView, CourseEntry, CourseNav, CourseView, FileView, HeadingView, ImageView,
    InstructorView, LessonView, LinkView, ModuleView, MovedView, NavModule, NotFoundView, OutlineContent,
    OutlineModule, OutlineView, PageView, PlacedContent, SiteView, SubjectEntry, SubjectView, VideoView, View,
};
pub use words::Words;
