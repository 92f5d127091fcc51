//! The number of a store that only this process writes to: while it is the same, all that was read is as it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Even while nothing changes, odd while something does. One thread raises it.
#[derive(Debug, Clone, Default)]
pub(super) struct Version(Arc<AtomicU64>);

impl Version {
    /// The number; nothing while something changes, when what is read may be of before or of after.
    pub fn get(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Acquire)).filter(|number| number.is_multiple_of(2))
    }

    /// Changes something that others can see from then on, durable or not: they must not find the old number beside it.
    pub fn change<T>(&self, change: impl FnOnce() -> T) -> T {
        self.0.fetch_add(1, Ordering::AcqRel);
        // A panic leaves it odd: then everything is read anew for ever, which is slow and right.
        let changed = change();
        self.0.fetch_add(1, Ordering::AcqRel);
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_number_while_something_changes_and_another_one_after_that() {
        let version = Version::default();
        let before = version.get().expect("nothing changes");
        assert_eq!(version.change(|| version.get()), None);
        assert!(version.get().is_some_and(|after| after > before));
    }
}
