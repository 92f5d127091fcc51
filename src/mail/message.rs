//! Letters as messages of RFC 5322.

use lettre::message::{Mailbox, Message, MultiPart, SinglePart};

use crate::school::{Letter, MailerError};

/// The message of a letter: its text, and the same as HTML if it has one.
pub fn message(letter: &Letter, from: &Mailbox) -> Result<Message, MailerError> {
    // Without the address: errors are logged.
    let refused = |what: &str| MailerError::Refused(what.to_owned());
    let to = letter.to.as_str().parse().map_err(|_| refused("its address is none that mail can be sent to"))?;
    let builder = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(letter.subject.clone())
        // Nobody's absence is announced to a program (RFC 3834).
        .raw_header(lettre::message::header::HeaderValue::new(
            lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .message_id(None);
    let text = SinglePart::plain(letter.text.clone());
    let message = match &letter.html {
        Some(html) => {
            builder.multipart(MultiPart::alternative().singlepart(text).singlepart(SinglePart::html(html.clone())))
        }
        None => builder.singlepart(text),
    };
    message.map_err(|_| refused("it cannot be written as a message"))
}
