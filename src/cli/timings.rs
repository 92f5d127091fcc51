//! How long each part of a build took.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::site::{Progress, Stage};

/// Passes all it hears on, and notes when it heard it.
pub struct Timings<P> {
    next: P,
    began: Instant,
    stages: Mutex<Vec<(Stage, Instant)>>,
}

/// What it came to.
pub struct Times {
    /// From the beginning to the end.
    pub total: Duration,
    stages: Vec<(Stage, Duration)>,
}

impl<P: Progress> Timings<P> {
    /// Begins now.
    pub fn new(next: P) -> Self {
        Self { next, began: Instant::now(), stages: Mutex::default() }
    }

    /// Ends now.
    pub fn finish(self) -> Times {
        let end = Instant::now();
        let stages = self.stages.into_inner().unwrap_or_else(PoisonError::into_inner);
        let ends = stages.iter().skip(1).map(|(_, at)| *at).chain([end]);
        let stages = stages.iter().zip(ends).map(|((stage, at), end)| (*stage, end - *at)).collect();
        Times { total: end - self.began, stages }
    }
}

impl<P: Progress> Progress for Timings<P> {
    fn begin(&self, stage: Stage, n_steps: usize) {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).push((stage, Instant::now()));
        self.next.begin(stage, n_steps);
    }

    fn step(&self) {
        self.next.step();
    }
}

/// One line a stage, seconds first.
impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (stage, took) in &self.stages {
            writeln!(f, "{:8.3} s  {}", took.as_secs_f64(), words(*stage))?;
        }
        writeln!(f, "{:8.3} s  in all", self.total.as_secs_f64())
    }
}

fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::Wait => "waiting for another build",
        Stage::Recall => "recalling what the last build knew",
        Stage::Read => "reading course files and the theme",
        Stage::Assemble => "understanding them",
        Stage::Render => "rendering texts",
        Stage::Link => "following links, comparing with the last build",
        Stage::Draw => "drawing pages",
        Stage::Publish => "publishing",
        Stage::Remember => "remembering for the next build",
    }
}
