//! Themes: views into HTML, for built pages and for the server's own.
//!
//! A theme is a folder of templates, assets and words; it may extend another and then holds only what differs. The
//! default theme `school` is inside the binary. A view is everything a template sees, and the functions templates may
//! call are pure, so equal views give equal bytes.

mod color;
mod settings;
mod contrast;
mod files;
mod minify;
mod words;
mod functions;
mod view;
mod list_views;
mod lesson_views;
mod progress_views;
mod server_views;
mod live_views;
mod room_views;
mod teaching_views;
mod admin_views;
mod api_views;
mod docs_views;
mod account_views;
mod message_text;
mod template_errors;
#[expect(clippy::module_inception, reason = "the room is named for its main type")]
mod theme;

pub use account_views::{
    ConfirmView, DigestView, EmailView, LetterCourse, LetterQuote, LetterView, LifetimeView, MyAccountView,
    NewPasswordView, NoticeView, ResetView, SessionView, SessionsView, TokenView, TokensView,
};
pub use admin_views::{
    AccountRow, AccountView, AccountsView, AdminCourse, AdminCoursesView, AdminView, BarView, ChartView, ChoiceView,
    EnrollmentsView, EventView, EventsView, FigureView, SeatView,
};
pub use api_views::{ApiFilterView, ApiListView, ApiParameterView};
pub use docs_views::{AnswerView, DocsView, GroupView, OperationView, ParameterView, WordsPart};
pub use files::{DEFAULT_THEME, default_theme_files};
pub use lesson_views::{
    ContentKindView, ContentView, CourseNav, FileView, HeadingView, ImageView, LessonView, ModuleView, NavModule,
    Neighbours, OutlineView, PlacedContent, VideoView,
};
pub use list_views::{
    CatalogView, CourseEntry, CourseLink, CourseView, InstructorView, MovedView, NotFoundView, OutlineContent,
    OutlineModule, PolicyView, SearchSubject, SearchView, SubjectEntry, SubjectView,
};
pub use live_views::{OnlinePerson, OnlineView};
pub use message_text::message_html;
pub use progress_views::{FinishedModule, MarkView, ProgressView};
pub use room_views::{
    ChatView, MessageView, ModeratedView, ModerationView, MuteView, ReportCount, ReportDraft, ReportView, ReportedView,
};
pub use server_views::{
    AccountBarView, ApiActionView, ApiView, EnrollView, EnrollmentView, ErrorView, FieldView, ForbiddenView,
    HeaderView, JsonPart, LoginView, LogoutView, MyCourse, MyCoursesView, NewView, NotBegunView, RegisterView,
};
pub use teaching_views::{
    CountsView, InvitationRow, InvitationView, InvitationsView, LearnerView, PeopleView, PersonView, TaughtCourse,
    TeachView,
};
pub use theme::{Asset, TemplateError, Theme, ThemeOptions};
pub use view::{LinkView, PageView, Part, Shared, SiteView, View};
pub use words::Words;
