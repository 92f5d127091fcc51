//! Budgets: what may be done, but only so much of it; a burst, and then as much as comes back in time.
//!
//! They stand in the table of the [`Throttle`], whose size is bounded. Several are spent together or not at all.

use jiff::{SignedDuration, Timestamp};

use super::throttle::{Entry, Key, Throttle, TooEarly};

/// So much of something at once, and more of it as time goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    name: &'static str,
    /// How much there is to begin with, and at most.
    size: u32,
    /// How long until there is one more.
    one_in: SignedDuration,
}

/// Somebody's budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owned {
    budget: Budget,
    key: Key,
}

/// What is left of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// How much.
    pub n: u32,
    /// How long until nothing of it is missing.
    pub whole_in: SignedDuration,
}

/// What came of spending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// What is left of each budget.
    pub left: Vec<Rest>,
    /// How long to wait, if there was not enough; nothing was taken then.
    pub too_early: Option<TooEarly>,
}

impl Budget {
    /// What an account says in chat rooms: a burst, then a message every other second.
    pub const MESSAGES: Self = Self { name: "messages", size: 20, one_in: SignedDuration::from_secs(2) };
    /// Messages that an account reports: a burst, then one in five minutes.
    pub const REPORTS: Self = Self { name: "reports", size: 10, one_in: SignedDuration::from_mins(5) };
    /// Events of one account's HTTP Basic from one network: a program sends it with each request.
    pub const BASIC_EVENTS: Self = Self { name: "basic", size: 1, one_in: SignedDuration::from_hours(1) };
    /// Whom an account invites: a whole form at once, and a thousand in an hour.
    pub const INVITATIONS: Self = Self { name: "invitations", size: 1_000, one_in: SignedDuration::from_millis(3_600) };

    /// So much at once, and as much again in this time. What is less than one is one.
    pub fn new(name: &'static str, size: u32, window: SignedDuration) -> Self {
        let size = size.max(1);
        let share = window.as_nanos() / i128::from(size);
        let one_in = SignedDuration::from_nanos(i64::try_from(share).unwrap_or(i64::MAX).max(1));
        Self { name, size, one_in }
    }

    /// The budget of somebody whom these bytes tell from all others of the same table, in which nothing has a longer name.
    pub fn at(self, whose: [u8; 16]) -> Owned {
        Owned { budget: self, key: Key(whose) }
    }

    /// The budget of somebody, who is told from others by these bytes one after the other.
    pub fn of(self, whose: &[&[u8]]) -> Owned {
        Owned { budget: self, key: Key::of(self.name, whose) }
    }

    /// What is left of somebody's.
    fn rest(&self, entry: &Entry, now: Timestamp) -> Rest {
        let spent = self.one_in * i32::try_from(entry.failures).unwrap_or(i32::MAX);
        let whole_in = (spent - now.duration_since(entry.since)).max(SignedDuration::ZERO);
        Rest { n: self.size.saturating_sub(entry.failures), whole_in }
    }
}

impl Throttle {
    /// Takes so much of a budget of somebody's, if there is as much; nothing of it if there is not.
    pub fn spend(&self, budget: Budget, whose: &[u8], n: u32, now: Timestamp) -> Result<(), TooEarly> {
        self.spend_all(&[budget.of(&[whose])], n, now).too_early.map_or(Ok(()), Err)
    }

    /// Takes so much of each of several budgets if there is as much in all of them; else of none.
    pub fn spend_all(&self, owned: &[Owned], n: u32, now: Timestamp) -> Spent {
        let mut table = self.table();
        let mut left = Vec::with_capacity(owned.len());
        let (mut too_early, mut n_taken) = (None, 0);
        for Owned { budget, key } in owned {
            let entry = table.entry(*key, now);
            entry.forgive(budget.one_in, now);
            if let Some(over) = entry.failures.saturating_add(n).checked_sub(budget.size).filter(|over| *over > 0) {
                let passed = now.duration_since(entry.since);
                let wait = budget.one_in * i32::try_from(over).unwrap_or(i32::MAX) - passed;
                too_early = too_early.max(Some(TooEarly(wait)));
            }
            if too_early.is_none() {
                // At once: most have enough, and looking a key up takes longer than all else here.
                entry.failures += n;
                n_taken += 1;
            }
            left.push(budget.rest(entry, now));
        }
        if too_early.is_some() {
            for (Owned { budget, key }, left) in owned.iter().zip(&mut left).take(n_taken) {
                let entry = table.entry(*key, now);
                entry.failures -= n;
                *left = budget.rest(entry, now);
            }
        }
        Spent { left, too_early }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_and_comes_back() {
        let throttle = Throttle::default();
        let mut now = Timestamp::UNIX_EPOCH;
        let spend =
            |n, now| throttle.spend(Budget::INVITATIONS, b"ada", n, now).map_err(|TooEarly(wait)| wait.as_secs());
        assert_eq!((spend(999, now), spend(2, now), spend(1, now)), (Ok(()), Err(3), Ok(())));
        assert_eq!((spend(1, now), spend(1_000, now)), (Err(3), Err(3_600)), "what was refused took nothing");
        now += SignedDuration::from_millis(3_599);
        assert_eq!(spend(1, now), Err(0));
        now += SignedDuration::from_millis(1);
        assert_eq!((spend(1, now), spend(1, now)), (Ok(()), Err(3)));
        now += SignedDuration::from_hours(9_000);
        assert_eq!((spend(1_000, now), spend(1, now)), (Ok(()), Err(3)), "no more than it began with");
        assert!(throttle.spend(Budget::INVITATIONS, b"bob", 1_000, now).is_ok());
        assert!(throttle.spend(Budget::MESSAGES, b"ada", 20, now).is_ok());
    }

    #[test]
    fn several_are_spent_together_or_not_at_all() {
        let (throttle, mut now) = (Throttle::default(), Timestamp::UNIX_EPOCH);
        let (minute, hour) = (SignedDuration::from_mins(1), SignedDuration::from_hours(1));
        let both = [Budget::new("b", 2, minute).of(&[b"minute"]), Budget::new("b", 3, hour).of(&[b"hour"])];
        let spend = |now| {
            let Spent { left, too_early } = throttle.spend_all(&both, 1, now);
            (left[0].n, left[1].n, too_early.map(|TooEarly(wait)| wait.as_secs()))
        };
        assert_eq!([spend(now), spend(now), spend(now)], [(1, 2, None), (0, 1, None), (0, 1, Some(30))]);
        now += minute;
        assert_eq!(
            [spend(now), spend(now)],
            [(1, 0, None), (1, 0, Some(1_140))],
            "the hour's is used up, the other kept"
        );
    }

    #[test]
    fn many_in_a_second_are_no_division_by_zero() {
        let (throttle, now) = (Throttle::default(), Timestamp::UNIX_EPOCH);
        for budget in
            [Budget::new("a", 1_000_000, SignedDuration::from_secs(1)), Budget::new("a", 9, SignedDuration::ZERO)]
        {
            assert!(throttle.spend(budget, b"ada", 1, now).is_ok());
        }
    }
}
