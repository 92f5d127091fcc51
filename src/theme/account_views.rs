//! Views of an account's own pages, and of letters.

use serde::Serialize;

use super::server_views::FieldView;
use super::view::{LinkView, PageView, View, view};

/// A page that says what happened, or what to do next.
#[derive(Debug, Serialize)]
pub struct NoticeView {
    /// The head.
    pub page: PageView,
    /// What is said, one paragraph each.
    pub texts: Vec<String>,
    /// Where to go on, if anywhere.
    pub link: Option<LinkView>,
}
view!(NoticeView, "notice.html");

/// `/accounts/reset/`: asks for a link to set a new password.
#[derive(Debug, Serialize)]
pub struct ResetView {
    /// The head.
    pub page: PageView,
    /// What the school says of the whole form.
    pub errors: Vec<String>,
    /// The mail address.
    pub email: FieldView,
}
view!(ResetView, "reset.html");

/// A new password: by a link, or in place of the old one.
#[derive(Debug, Serialize)]
pub struct NewPasswordView {
    /// The head.
    pub page: PageView,
    /// Where the form is sent to.
    pub action: String,
    /// What the school says of the whole form.
    pub errors: Vec<String>,
    /// Whose password it is, for the browser's own memory.
    pub username: String,
    /// The old password; nothing if it is not asked for.
    pub old: Option<FieldView>,
    /// The new one.
    pub password1: FieldView,
    /// The new one again.
    pub password2: FieldView,
}
view!(NewPasswordView, "new_password.html");

/// `/accounts/confirm/<token>/`: asks before it uses the link. Programs that look through mail follow links, too.
#[derive(Debug, Serialize)]
pub struct ConfirmView {
    /// The head.
    pub page: PageView,
    /// Where the form is sent to.
    pub action: String,
    /// The address that is confirmed.
    pub email: String,
}
view!(ConfirmView, "confirm.html");

/// `/accounts/`: somebody's account.
#[derive(Debug, Serialize)]
pub struct MyAccountView {
    /// The head.
    pub page: PageView,
    /// The user name.
    pub username: String,
    /// The mail address; empty if there is none.
    pub email: String,
    /// Whether it is confirmed.
    pub email_confirmed: bool,
}
view!(MyAccountView, "account.html");

/// `/accounts/email/`: asks for another address.
#[derive(Debug, Serialize)]
pub struct EmailView {
    /// The head.
    pub page: PageView,
    /// What the school says of the whole form.
    pub errors: Vec<String>,
    /// The user name, for the browser's own memory.
    pub username: String,
    /// The address.
    pub email: FieldView,
    /// The password.
    pub password: FieldView,
}
view!(EmailView, "email.html");

/// `/accounts/sessions/`: where somebody is signed in.
#[derive(Debug, Serialize)]
pub struct SessionsView {
    /// The head.
    pub page: PageView,
    /// The user name, for the browser's own memory.
    pub username: String,
    /// The last used first.
    pub sessions: Vec<SessionView>,
    /// The password, which ending others asks for.
    pub password: FieldView,
}
view!(SessionsView, "sessions.html");

/// A session.
#[derive(Debug, Serialize)]
pub struct SessionView {
    /// What names it in the form that ends it; it opens nothing.
    pub id: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// The browser; empty if it is not known.
    pub browser: String,
    /// The system; empty if it is not known.
    pub system: String,
    /// The client's address; empty if it is not known.
    pub address: String,
    /// When it began, RFC 3339.
    pub since: String,
    /// When it was last used, RFC 3339.
    pub seen: String,
}

/// `/accounts/tokens/`: somebody's tokens for programs.
#[derive(Debug, Serialize)]
pub struct TokensView {
    /// The head.
    pub page: PageView,
    /// The user name, for the browser's own memory.
    pub username: String,
    /// A token that was just made, shown this once; empty if none was.
    pub made: String,
    /// What the school says of the whole form.
    pub errors: Vec<String>,
    /// What a new one is to be called.
    pub name: FieldView,
    /// How long it may last.
    pub lifetimes: Vec<LifetimeView>,
    /// The password, which making and revoking asks for.
    pub password: FieldView,
    /// The last made first.
    pub tokens: Vec<TokenView>,
}
view!(TokensView, "tokens.html");

/// How long a token may last.
#[derive(Debug, Serialize)]
pub struct LifetimeView {
    /// In days.
    pub days: u16,
    /// In words.
    pub words: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// A token.
#[derive(Debug, Serialize)]
pub struct TokenView {
    /// What names it in the form that revokes it; it opens nothing.
    pub id: String,
    /// What it is called; empty if its program did not say.
    pub name: String,
    /// When it was made, RFC 3339.
    pub created: String,
    /// When it was last used, RFC 3339; empty if it never was.
    pub used: String,
    /// When it ends, RFC 3339.
    pub expires: String,
    /// Whether its program may put off the end.
    pub renews: bool,
}

/// A letter. Its template draws it twice: as text and as HTML.
#[derive(Debug, Serialize)]
pub struct LetterView {
    /// The language tag.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// Its subject.
    pub subject: String,
    /// Whose account it is about; empty if the letter must not say.
    pub username: String,
    /// The school's absolute URL.
    pub school: String,
    /// The absolute URL to follow; empty if there is none.
    pub link: String,
    /// Where somebody was mentioned, in a digest.
    pub courses: Vec<LetterCourse>,
}

/// A course in a letter.
#[derive(Debug, Serialize)]
pub struct LetterCourse {
    /// Its title.
    pub title: String,
    /// The absolute URL of its room.
    pub room: String,
    /// How often somebody was mentioned there.
    pub n_mentions: usize,
    /// The first messages.
    pub quotes: Vec<LetterQuote>,
}

/// The beginning of a message in a letter.
#[derive(Debug, Serialize)]
pub struct LetterQuote {
    /// Who said it.
    pub username: String,
    /// What, in one line.
    pub text: String,
    /// The absolute URL of the message.
    pub link: String,
}

/// `/accounts/digest/`: whether somebody wants letters about mentions.
#[derive(Debug, Serialize)]
pub struct DigestView {
    /// The head.
    pub page: PageView,
    /// Whether the school can send any.
    pub possible: bool,
    /// Whether they are sent.
    pub on: bool,
    /// Whether that was just changed.
    pub changed: bool,
    /// Where they go; empty if there is no confirmed address.
    pub email: String,
}
view!(DigestView, "digest.html");
