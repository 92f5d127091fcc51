//! Mail: carriers of letters. An outbox folder, unless there is a mail server.

mod config;
mod message;
mod outbox;
mod smtp;
mod open;

pub use config::{Encryption, MailConfig, NotAMailServer, Secret, SmtpServer};
pub use lettre::message::Mailbox;
pub use open::{MailError, open};
pub use outbox::Outbox;
pub use smtp::Smtp;
