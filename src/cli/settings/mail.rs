//! `[mail]`: who letters come from, and who carries them.

use std::path::Path;

use super::layer::{folder, set};
use crate::fields::Fields;
use crate::mail::{MailConfig, Mailbox, NotAMailServer, Secret, SmtpServer};

/// The password's variable. It is no setting of a layer: what is wrong with a layer is shown with its line.
pub const PASSWORD: &str = "EDUCA_MAIL_PASSWORD";

/// What a layer says of it.
#[derive(Debug, Default)]
pub struct MailTable {
    from: Option<Mailbox>,
    smtp: Option<SmtpServer>,
    password_file: Option<String>,
    outbox: Option<String>,
}

impl MailTable {
    /// Reads the table.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        if fields.has("password") {
            fields.text("password");
            let help = "set EDUCA_MAIL_PASSWORD, or name a file that only educa can read by `password_file`";
            fields.misplaced("password", help);
        }
        Self {
            from: sender(fields),
            smtp: server(fields),
            password_file: fields.text("password_file"),
            outbox: fields.text("outbox"),
        }
    }

    /// Whether there is a mail server, and nobody whom letters come from.
    pub fn is_senderless(&self) -> bool {
        self.smtp.is_some() && self.from.is_none()
    }

    /// This where it speaks, `below` where it is silent.
    pub fn over(self, below: Self) -> Self {
        Self {
            from: self.from.or(below.from),
            smtp: self.smtp.or(below.smtp),
            password_file: self.password_file.or(below.password_file),
            outbox: self.outbox.or(below.outbox),
        }
    }

    /// Puts it into the configuration.
    pub fn into_config(self, root: &Path, mail: &mut MailConfig) {
        set(&mut mail.from, self.from);
        mail.smtp = self.smtp;
        mail.password = std::env::var(PASSWORD).ok().filter(|password| !password.is_empty()).map(Secret::new);
        mail.password_file = self.password_file.map(|file| root.join(file));
        folder(root, self.outbox, &mut mail.outbox);
    }
}

fn sender(fields: &mut Fields<'_>) -> Option<Mailbox> {
    let (text, span) = fields.spanned_text("from")?;
    let sender = text.parse().ok();
    if sender.is_none() {
        let help = "write an address, such as \"school@school.example\" or \"The School <school@school.example>\"";
        fields.wrong(span, "`from` is not a mail address", help);
    }
    sender
}

fn server(fields: &mut Fields<'_>) -> Option<SmtpServer> {
    let (text, span) = fields.spanned_text("smtp")?;
    match text.parse() {
        Ok(server) => Some(server),
        Err(NotAMailServer::Form) => {
            let help = "write smtps://USER@HOST (encrypted at once) or smtp://USER@HOST (STARTTLS)";
            fields.wrong(span, "`smtp` is not the address of a mail server", help);
            None
        }
        Err(NotAMailServer::Password) => {
            // Without its line: that would show the password.
            fields.misplaced("smtp", "leave the password out of it, and set EDUCA_MAIL_PASSWORD or `password_file`");
            None
        }
    }
}
