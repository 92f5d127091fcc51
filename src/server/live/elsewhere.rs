//! Presence: who is at the sockets of other processes. They say which accounts; names and courses come from the store.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::live::Live;
use super::presence::{FAREWELL, Presence};
use crate::school::{AccountId, SchoolError};

/// How many accounts are looked up at a time.
const STEP: usize = 8;

/// How long after a failure of the store it is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// When others can be heard again: how long who left meanwhile stays, so that they can say whether somebody is with them.
const SETTLING: Duration = Duration::from_secs(3);

impl Presence {
    /// Each came to a process that is not this one.
    pub fn came_elsewhere(&self, live: &Arc<Live>, accounts: Vec<AccountId>) {
        let mut here = self.here();
        for account in accounts {
            *here.elsewhere.entry(account).or_default() += 1;
            match here.people.get_mut(&account) {
                Some(person) => person.leaves = None,
                None => drop(here.unknown.insert(account)),
            }
        }
        if !here.unknown.is_empty() && !std::mem::replace(&mut here.is_looking_up, true) {
            tokio::spawn(look_up(Arc::downgrade(live)));
        }
    }

    /// Each went from one.
    pub fn went_elsewhere(self: &Arc<Self>, accounts: Vec<AccountId>) {
        let mut here = self.here();
        for account in accounts {
            let n_left = here.elsewhere.get_mut(&account).map_or(0, |n| {
                *n -= 1;
                *n
            });
            if n_left == 0 {
                here.elsewhere.remove(&account);
                here.unknown.remove(&account);
                self.farewell(&mut here, account);
            }
        }
    }

    /// Others are heard again: who left while they were not needs not wait for long any more.
    pub fn settle(&self) {
        let mut here = self.here();
        let when = Instant::now() + SETTLING.max(FAREWELL);
        let far: Vec<_> = here.leaving.iter().filter(|(at, _)| *at > when).copied().collect();
        for (at, account) in far {
            here.leaving.remove(&(at, account));
            if let Some(person) = here.people.get_mut(&account).filter(|person| person.leaves == Some(at)) {
                person.leaves = Some(when);
                here.leaving.insert((when, account));
            }
        }
    }

    /// Whether somebody is at a socket of another process.
    pub fn has_elsewhere(&self) -> bool {
        !self.here().elsewhere.is_empty()
    }

    /// Who is at a socket of this process.
    pub fn here_ourselves(&self) -> Vec<AccountId> {
        let here = self.here();
        here.people.iter().filter(|(_, person)| person.n_sockets > 0).map(|(account, _)| *account).collect()
    }

    /// Whether somebody is.
    pub fn is_here_ourselves(&self, account: AccountId) -> bool {
        self.here().people.get(&account).is_some_and(|person| person.n_sockets > 0)
    }

    fn next_unknown(&self) -> Vec<AccountId> {
        let mut here = self.here();
        let some = std::iter::from_fn(|| here.unknown.pop_first()).take(STEP).collect::<Vec<_>>();
        here.is_looking_up = !some.is_empty();
        some
    }

    fn look_up_again(&self, accounts: Vec<AccountId>) {
        let mut here = self.here();
        let still: Vec<_> = accounts.into_iter().filter(|account| here.elsewhere.contains_key(account)).collect();
        here.unknown.extend(still);
    }

    async fn introduce(self: &Arc<Self>, live: &Live, account: AccountId) -> Result<(), SchoolError> {
        let is_known = self.here().people.contains_key(&account);
        if !is_known {
            let Some(name) = live.school.name_of(account).await? else { return Ok(()) };
            self.arrive_elsewhere(account, name.as_str());
        }
        self.moved(live, account).await
    }
}

async fn look_up(live: Weak<Live>) {
    while let Some(live) = live.upgrade() {
        let some = live.presence.next_unknown();
        if some.is_empty() {
            return;
        }
        let introduced = async {
            // Their courses may be others from now on.
            live.revocation.begin(&live).await?;
            let all = join_all(some.iter().map(|account| live.presence.introduce(&live, *account))).await;
            all.into_iter().collect::<Result<(), SchoolError>>()
        };
        if let Err(error) = introduced.await {
            tracing::error!(%error, "who is at another process could not be looked up");
            live.presence.look_up_again(some);
            sleep(AGAIN).await;
        }
    }
}
