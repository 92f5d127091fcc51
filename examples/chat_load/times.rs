//! How long things took, many of them in little memory.

use std::time::Duration;

/// Times in steps of a 32nd of themselves.
pub struct Times {
    counts: Vec<u32>,
    /// The longest.
    pub max_us: u64,
}

const STEPS: u64 = 32;

impl Default for Times {
    fn default() -> Self {
        Self { counts: vec![0; 1_024], max_us: 0 }
    }
}

impl Times {
    /// Counts one.
    pub fn add(&mut self, us: u64) {
        let power = us.max(1).ilog2().saturating_sub(STEPS.ilog2());
        let at = u64::from(power) * STEPS + (us >> power);
        self.counts[usize::try_from(at).unwrap_or(usize::MAX).min(1_023)] += 1;
        self.max_us = self.max_us.max(us);
    }

    /// Both together.
    pub fn and(mut self, other: &Self) -> Self {
        self.counts.iter_mut().zip(&other.counts).for_each(|(own, other)| *own += other);
        self.max_us = self.max_us.max(other.max_us);
        self
    }

    /// The time that this share of all took at most, in milliseconds.
    pub fn at(&self, share: f64) -> f64 {
        let n_times: u64 = self.counts.iter().map(|n| u64::from(*n)).sum();
        let mut left = (n_times as f64 * share).ceil() as u64;
        for (at, count) in self.counts.iter().enumerate() {
            left = left.saturating_sub(u64::from(*count));
            if left == 0 && n_times > 0 {
                let power = (at as u64 / STEPS).saturating_sub(1);
                return ((at as u64 - power * STEPS + 1) << power) as f64 / 1_000.0;
            }
        }
        0.0
    }
}

/// Microseconds.
pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
