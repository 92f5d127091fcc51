//! Stage 7: jobs into bytes, in parallel and written as they are made: no page waits in memory for the others.
//!
//! The bytes wait beside their places. Only when every page could be drawn do they take them, so a mistake in a template
//! leaves the school as it was.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::config::SiteConfig;
use super::jobs::{Job, Make};
use super::ledger::{Entry, Ledger};
use super::pages::{draw, draw_contents};
use super::present::Present;
use super::views::Views;
use crate::course::Audience;
use crate::diag::Diagnostics;
use crate::digest::Digest;
use crate::disk::{DiskError, Staged, Staging};
use crate::theme::TemplateError;

/// A file that is as it should be, or waits to take its place.
pub struct Made {
    /// What the ledger will say of it.
    pub entry: Entry,
    /// The new bytes; nothing if the old ones are right.
    pub staged: Option<Staged>,
}

/// What was published before, and what of it is still there.
pub struct Before<'a> {
    /// What the last build wrote.
    pub ledger: &'a Ledger,
    /// What lies in the folders now.
    pub present: &'a Present,
}

impl Before<'_> {
    fn entry(&self, path: &str) -> Option<&Entry> {
        self.ledger.files.get(path).filter(|entry| self.present.get(path) == Some(&entry.size))
    }

    /// Whether a file was made of the same things and lies where it should.
    fn has(&self, job: &Job<'_>, path: &str) -> bool {
        self.entry(path).is_some_and(|entry| entry.key == job.key)
    }
}

/// The folders where new files wait.
pub struct Stagings {
    public: Staging,
    private: Staging,
}

impl Stagings {
    /// For a school.
    pub fn new(config: &SiteConfig) -> Self {
        Self { public: Staging::new(config.public.clone()), private: Staging::new(config.private.clone()) }
    }

    fn of(&self, job: &Job<'_>) -> &Staging {
        match job.audience {
            Audience::Everyone => &self.public,
            Audience::Enrolled(_) => &self.private,
        }
    }
}

/// The jobs whose files are not what they should be.
pub fn to_do<'j, 'a>(jobs: &'j [Job<'a>], before: &Before<'_>) -> Vec<(usize, &'j Job<'a>)> {
    jobs.par_iter().enumerate().filter(|(_, job)| !before.has(job, &job.path())).collect()
}

/// Makes the files `to_do`; without `stagings` only to see whether it can be done. What cannot is a diagnostic.
///
/// The answer has the places of the jobs with it.
pub fn make(
    views: &Views<'_>,
    to_do: &[(usize, &Job<'_>)],
    before: &Before<'_>,
    stagings: Option<&Stagings>,
    step: &(dyn Fn() + Sync),
    diagnostics: &mut Diagnostics,
) -> Result<Vec<(usize, Made)>, DiskError> {
    let said = Mutex::new(Diagnostics::new());
    let made = to_do
        .par_iter()
        .map(|(at, job)| {
            let made = make_one(views, job, before, stagings, &said)?;
            step();
            Ok((*at, made))
        })
        .collect();
    diagnostics.append(said.into_inner().unwrap_or_else(PoisonError::into_inner));
    made
}

fn make_one(
    views: &Views<'_>,
    job: &Job<'_>,
    before: &Before<'_>,
    stagings: Option<&Stagings>,
    said: &Mutex<Diagnostics>,
) -> Result<Made, DiskError> {
    let drawn = |result: Result<Vec<u8>, TemplateError>| {
        result.unwrap_or_else(|error| {
            said.lock().unwrap_or_else(PoisonError::into_inner).push(error.diagnostic().clone());
            Vec::new()
        })
    };
    let bytes = match &job.make {
        Make::Copy(resource) => {
            let staged = stagings.map(|stagings| stagings.of(job).copy(&job.file, &resource.disk_path)).transpose()?;
            let entry = Entry { key: job.key, digest: resource.facts.digest, size: resource.facts.size };
            return Ok(Made { entry, staged });
        }
        Make::Bytes(bytes) => bytes.to_vec(),
        Make::Page(page) => drawn(draw(views, page).map(String::into_bytes)),
        Make::Contents(course) => drawn(draw_contents(views, course)),
        Make::Output(write) => write(views),
    };
    let entry = Entry { key: job.key, digest: Digest::of(&bytes), size: bytes.len() as u64 };
    let same = before.entry(&job.path()).is_some_and(|old| old.digest == entry.digest);
    let staged = match stagings {
        Some(stagings) if !same => Some(stagings.of(job).write(&job.file, &bytes)?),
        _ => None,
    };
    Ok(Made { entry, staged })
}
