//! Views of the rooms of courses: the room itself, and the page where it is moderated.

use serde::Serialize;

use super::server_views::FieldView;
use super::view::{LinkView, PageView, View, view};

/// `/chat/room/<id>/`: what was said, and a form to say something.
#[derive(Debug, Serialize)]
pub struct ChatView {
    /// The head.
    pub page: PageView,
    /// The course.
    pub course: LinkView,
    /// Its key.
    pub course_id: u32,
    /// The course's contents.
    pub contents: String,
    /// This page, where messages are sent to.
    pub room: String,
    /// Who is reading.
    pub username: String,
    /// Oldest first.
    pub messages: Vec<MessageView>,
    /// Where earlier messages are, if there may be any.
    pub older: Option<String>,
    /// The entry that those shown come before, if they are not the last ones.
    pub before: Option<u64>,
    /// Where the room is moderated, for who may.
    pub moderation: Option<String>,
    /// What was typed but not sent.
    pub draft: FieldView,
    /// The same of a report.
    pub report: ReportDraft,
    /// The message that was just reported; 0 if none was.
    pub reported: u64,
}
view!(ChatView, "chat.html");

/// A message in a chat room.
#[derive(Debug, Serialize)]
pub struct MessageView {
    /// Its number in the room.
    pub id: u64,
    /// Who said it.
    pub username: String,
    /// Whether the reader did.
    pub mine: bool,
    /// What, by [`message_html`](super::message_html); nothing if it was taken away.
    pub text_html: Option<String>,
    /// When, RFC 3339.
    pub at: String,
}

/// A report that was not sent.
#[derive(Debug, Default, Serialize)]
pub struct ReportDraft {
    /// Of which message; 0 if there is none.
    pub message: u64,
    /// Why.
    pub reason: FieldView,
}

/// `/teach/<id>/chat/`: a room as who teaches the course moderates it.
#[derive(Debug, Serialize)]
pub struct ModerationView {
    /// The head.
    pub page: PageView,
    /// The course.
    pub course: LinkView,
    /// The people of the course.
    pub people: String,
    /// This page, without a query.
    pub here: String,
    /// What nobody answered, the oldest message first.
    pub reports: Vec<ReportedView>,
    /// Who may not write now, who may first again first.
    pub mutes: Vec<MuteView>,
    /// Oldest first.
    pub messages: Vec<ModeratedView>,
    /// Where earlier messages are, if there may be any.
    pub older: Option<String>,
    /// The entry that those shown come before, if they are not the last ones.
    pub before: Option<u64>,
}
view!(ModerationView, "moderation.html");

/// A message as a moderator sees it.
#[derive(Debug, Serialize)]
pub struct ModeratedView {
    /// Its number in the room.
    pub id: u64,
    /// Who said it.
    pub username: String,
    /// What, by [`message_html`](super::message_html); nothing if it was taken away.
    pub text_html: Option<String>,
    /// Who took it away; empty if nobody did.
    pub removed_by: String,
    /// When it was said, RFC 3339.
    pub at: String,
}

/// A reported message.
#[derive(Debug, Serialize)]
pub struct ReportedView {
    /// The message.
    pub message: ModeratedView,
    /// What people say of it, the first first.
    pub reports: Vec<ReportView>,
}

/// What somebody says of a message.
#[derive(Debug, Serialize)]
pub struct ReportView {
    /// Who.
    pub username: String,
    /// Why; may be empty.
    pub reason: String,
    /// When, RFC 3339.
    pub at: String,
}

/// Somebody who may not write in a room.
#[derive(Debug, Serialize)]
pub struct MuteView {
    /// The account's key.
    pub account: u64,
    /// The user name.
    pub username: String,
    /// Until when, RFC 3339.
    pub until: String,
}

/// How many messages of a course are reported.
#[derive(Debug, Default, Serialize)]
pub struct ReportCount {
    /// As far as they were counted.
    pub n: usize,
    /// Whether there are more.
    pub more: bool,
}
