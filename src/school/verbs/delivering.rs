//! Letters: handed to a mailer as they fall due.

use std::time::Duration;

use jiff::SignedDuration;

use crate::school::{Letter, Mailer, MailerError, QueuedLetter, School, SchoolError};

/// How many letters are read at a time.
const BATCH: usize = 50;

/// The longest rest between two looks at the queue: the clock of the machine may have been set.
const REST: Duration = Duration::from_secs(60);

/// For how long a letter is ours once we began to deliver it; longer than a mailer takes. If we die meanwhile, it waits for
/// so long.
const CLAIM: SignedDuration = SignedDuration::from_mins(2);

/// What became of the letters that were due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Taken by the mailer.
    pub sent: usize,
    /// To be tried again.
    pub put_off: usize,
    /// Refused, or too old.
    pub given_up: usize,
}

impl School {
    /// Queues a letter, and wakes whoever delivers.
    pub(crate) async fn post(&self, letter: Letter) -> Result<(), SchoolError> {
        self.store.add_letter(letter, self.clock.now()).await?;
        self.queued.notify_one();
        Ok(())
    }

    /// Hands letters to the mailer for ever: when one is queued, and when one is due again.
    pub async fn keep_delivering(&self, mailer: &dyn Mailer) {
        loop {
            let rest = match self.deliver(mailer).await {
                Ok(_) => self.rest().await,
                Err(error) => {
                    tracing::error!(%error, "letters could not be delivered");
                    REST
                }
            };
            // A letter that was queued meanwhile has left its word, and this returns at once.
            let _ = tokio::time::timeout(rest, self.queued.notified()).await;
        }
    }

    /// Until the next letter is due.
    async fn rest(&self) -> Duration {
        match self.store.next_letter_due().await {
            Ok(Some(due)) => {
                let wait = Duration::try_from(due.duration_since(self.clock.now())).unwrap_or_default();
                wait.clamp(Duration::from_millis(10), REST)
            }
            _ => REST,
        }
    }

    /// Hands every letter that is due to the mailer, once.
    pub async fn deliver(&self, mailer: &dyn Mailer) -> Result<Delivered, SchoolError> {
        let mut delivered = Delivered::default();
        loop {
            let due = self.store.due_letters(self.clock.now(), BATCH).await?;
            if due.is_empty() {
                return Ok(delivered);
            }
            for letter in due {
                let now = self.clock.now();
                // Another process may have been quicker.
                if let Some(letter) = self.store.claim_letter(letter.id, now, now + CLAIM).await? {
                    self.deliver_one(mailer, &letter, &mut delivered).await?;
                }
            }
        }
    }

    /// A letter leaves the queue after the mailer took it: one that is lost is worse than one that comes twice.
    async fn deliver_one(
        &self,
        mailer: &dyn Mailer,
        queued: &QueuedLetter,
        delivered: &mut Delivered,
    ) -> Result<(), SchoolError> {
        let id = queued.id;
        let error = match mailer.send(&queued.letter).await {
            Ok(()) => {
                delivered.sent += 1;
                self.store.remove_letter(id).await?;
                return Ok(());
            }
            Err(error) => error,
        };
        let again = match error {
            MailerError::Transient(_) => queued.next_try(self.clock.now()),
            MailerError::Refused(_) => None,
        };
        match again {
            Some(due) => {
                tracing::warn!(letter = id.0, tries = queued.n_tries + 1, "{error}; it is tried again");
                delivered.put_off += 1;
                self.store.put_off_letter(id, due).await?;
            }
            None => {
                tracing::error!(letter = id.0, tries = queued.n_tries + 1, "{error}; it is given up");
                delivered.given_up += 1;
                self.store.remove_letter(id).await?;
            }
        }
        Ok(())
    }
}
