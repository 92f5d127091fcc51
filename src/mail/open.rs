//! The carrier that the settings ask for.

use std::sync::Arc;

use super::config::{MailConfig, Secret};
use super::outbox::Outbox;
use super::smtp::Smtp;
use crate::disk::{self, DiskError};
use crate::school::Mailer;

/// Mail that cannot be carried as the settings say.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The outbox or the password's file cannot be read.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// There is a user and no password.
    #[error(
        "`smtp` under [mail] names a user, but there is no password: set EDUCA_MAIL_PASSWORD, or name a file by \
         `password_file`"
    )]
    NoPassword,
    /// The machine's certificates cannot be used.
    #[error("mail cannot be sent: {0}")]
    Tls(#[from] lettre::transport::smtp::Error),
}

/// Opens it: the mail server, or the outbox if there is none.
pub fn open(config: &MailConfig) -> Result<Arc<dyn Mailer>, MailError> {
    let Some(server) = &config.smtp else {
        return Ok(Arc::new(Outbox::open(config.outbox.clone(), config.from.clone())?));
    };
    let password = password(config)?;
    if server.user.is_some() && password.is_none() {
        return Err(MailError::NoPassword);
    }
    Ok(Arc::new(Smtp::new(server, password.as_ref(), config.from.clone())?))
}

fn password(config: &MailConfig) -> Result<Option<Secret>, MailError> {
    match (&config.password, &config.password_file) {
        (Some(password), _) => Ok(Some(password.clone())),
        (None, Some(file)) => {
            let bytes = disk::read(file)?;
            let text = String::from_utf8_lossy(&bytes);
            Ok(Some(Secret::new(text.trim_end_matches(['\n', '\r']).to_owned())))
        }
        (None, None) => Ok(None),
    }
}
