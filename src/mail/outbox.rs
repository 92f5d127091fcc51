//! The outbox: a folder of messages, for a school without a mail server and for trying things out.
//!
//! Letters hold links that open accounts, so nobody but the user whom educa runs as may read them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use lettre::message::Mailbox;

use super::message::message;
use crate::disk::{self, DiskError};
use crate::school::{Letter, Mailer, MailerError};

/// A folder that letters are laid into: `0001.eml`, `0002.eml` ….
pub struct Outbox {
    folder: Arc<PathBuf>,
    from: Mailbox,
    next: Arc<AtomicU64>,
}

impl Outbox {
    /// An outbox in this folder, which is made with the first letter. Numbers go on after the highest that is there.
    pub fn open(folder: PathBuf, from: Mailbox) -> Result<Self, DiskError> {
        let names = disk::list_folder(&folder)?;
        let numbers = names.iter().filter_map(|name| name.strip_suffix(".eml")?.parse::<u64>().ok());
        let last = numbers.max().unwrap_or(0);
        Ok(Self { folder: Arc::new(folder), from, next: Arc::new(AtomicU64::new(last.saturating_add(1))) })
    }
}

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, letter: &Letter) -> Result<(), MailerError> {
        let bytes = message(letter, &self.from)?.formatted();
        let (folder, next) = (self.folder.clone(), self.next.clone());
        let written = tokio::task::spawn_blocking(move || {
            let number = next.fetch_add(1, Ordering::Relaxed);
            disk::write_secret(&folder.join(format!("{number:04}.eml")), &bytes)
        });
        let written = written.await.map_err(|error| MailerError::Transient(error.to_string()))?;
        written.map_err(|error| MailerError::Transient(error.to_string()))
    }
}
