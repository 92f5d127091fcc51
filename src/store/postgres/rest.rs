//! Rests between tries to reach a database that cannot be reached, ever longer: meanwhile whoever asks is told at once.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(5);

/// When to try again; one for all connections of a store.
pub struct Rest {
    place: String,
    failure: Mutex<Option<Failure>>,
}

struct Failure {
    reason: String,
    again: Instant,
    rest: Duration,
}

impl Rest {
    /// Nothing failed yet.
    pub fn new(place: String) -> Self {
        Self { place, failure: Mutex::new(None) }
    }

    /// Why not to try now.
    pub fn check(&self) -> Result<(), String> {
        match &*self.failure() {
            Some(failure) if Instant::now() < failure.again => Err(failure.reason.clone()),
            _ => Ok(()),
        }
    }

    /// Notes a try in vain; of several at one time the first counts.
    pub fn failed(&self, reason: &str) -> String {
        let words = format!("the database cannot be reached: {reason}");
        let mut failure = self.failure();
        let now = Instant::now();
        match &mut *failure {
            Some(failure) if now < failure.again => {}
            Some(failure) => {
                failure.rest = (failure.rest * 2).min(LONGEST);
                failure.again = now + failure.rest;
                failure.reason.clone_from(&words);
            }
            None => {
                tracing::error!("{} cannot be reached, and is tried again: {reason}", self.place);
                *failure = Some(Failure { reason: words.clone(), again: now + FIRST, rest: FIRST });
            }
        }
        words
    }

    /// Notes that it can be reached.
    pub fn succeeded(&self) {
        if self.failure().take().is_some() {
            tracing::info!("{} is reached again", self.place);
        }
    }

    fn failure(&self) -> MutexGuard<'_, Option<Failure>> {
        // Nobody leaves it half changed.
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rest_is_kept_by_all_and_ends() {
        let rest = Rest::new("there".to_owned());
        assert_eq!(rest.check(), Ok(()));
        let words = rest.failed("refused");
        assert_eq!(rest.check(), Err(words));
        std::thread::sleep(FIRST);
        assert_eq!(rest.check(), Ok(()));
        rest.failed("refused");
        rest.failed("refused");
        assert_eq!(rest.failure().as_ref().map(|failure| failure.rest), Some(FIRST * 2), "two at one time count once");
        rest.succeeded();
        assert_eq!(rest.check(), Ok(()));
    }
}
