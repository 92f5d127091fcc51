//! What a school forgets by itself.

use jiff::SignedDuration;

use crate::school::{AccountId, AccountState, School, SchoolError};

/// How long an account may wait for its address to be confirmed.
const UNCONFIRMED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long events are kept: a year, and a month to look back at it.
const EVENTS: SignedDuration = SignedDuration::from_hours(396 * 24);

/// What was forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sessions that had ended.
    pub sessions: usize,
    /// Tokens of programs that had ended.
    pub tokens: usize,
    /// Links that had expired.
    pub links: usize,
    /// Accounts that were never confirmed.
    pub accounts: usize,
    /// Old events.
    pub events: usize,
}

impl School {
    /// Forgets what nobody needs any more.
    pub async fn sweep(&self) -> Result<Swept, SchoolError> {
        let now = self.clock.now();
        Ok(Swept {
            sessions: self.store.remove_expired_sessions(now).await?,
            tokens: self.store.remove_expired_tokens(now).await?,
            links: self.store.remove_expired_links(now).await?,
            accounts: self.forget_unconfirmed().await?,
            events: self.store.remove_events(now - EVENTS).await?,
        })
    }

    async fn forget_unconfirmed(&self) -> Result<usize, SchoolError> {
        let origin = self.origin(None, None);
        let mut n_forgotten = 0;
        let mut after = AccountId(0);
        loop {
            let page = self.store.accounts(after, 1_000).await?;
            let Some(last) = page.last() else { return Ok(n_forgotten) };
            after = last.id;
            for account in page.iter().filter(|account| account.state() == AccountState::Unconfirmed) {
                let found = self.store.forget_inactive(account.id, origin.at - UNCONFIRMED, origin).await?;
                n_forgotten += usize::from(found == crate::school::Found::Yes);
            }
            tokio::task::yield_now().await;
        }
    }
}
