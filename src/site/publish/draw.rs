//! Stage 7: jobs into bytes, in parallel and written as they are made: no page waits in memory for the others.
//!
//! The bytes wait beside their places. Only when every page could be drawn do they take them, so a mistake in a template
//! leaves the school as it was.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::compress;
use super::jobs::{Job, Make};
use super::present::Present;
use crate::course::{Audience, Encoding};
use crate::diag::{Diagnostic, Diagnostics};
use crate::digest::Digest;
use crate::disk::{self, DiskError, Staged, Staging};
use crate::site::cache::{Entry, Form, Ledger};
use crate::site::config::SiteConfig;
use crate::site::curriculum::Resource;
use crate::site::source::{MediaFacts, Scaled, scaled};
use crate::site::views::{Views, draw, draw_contents};
use crate::theme::TemplateError;

/// A file that is as it should be, or waits to take its place.
pub struct Made {
    /// What the ledger will say of it.
    pub entry: Entry,
    /// The new bytes, its own and those of its compressed forms; nothing if the old ones are right.
    pub staged: Vec<Staged>,
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

    /// Whether a file was made of the same things and lies where it should, and its compressed forms too.
    fn has(&self, job: &Job<'_>, path: &str) -> bool {
        let forms = |entry: &Entry| asked(job).all(|encoding| self.form(entry, path, encoding).is_some());
        self.entry(path).is_some_and(|entry| entry.key == job.key && forms(entry))
    }

    /// What is known of a compressed form; nothing if it has to be made.
    fn form(&self, entry: &Entry, path: &str, encoding: Encoding) -> Option<Form> {
        let form = entry.forms[encoding.at()];
        match form {
            Form::Unasked => None,
            Form::Useless => Some(form),
            Form::Made { size, .. } => {
                (self.present.get(encoding.beside(path).as_str()) == Some(&size)).then_some(form)
            }
        }
    }
}

/// The folders where new files wait.
pub struct Stagings {
    public: Staging,
    private: Staging,
    state: PathBuf,
}

impl Stagings {
    /// For a school.
    pub fn new(config: &SiteConfig) -> Self {
        Self {
            public: Staging::new(config.public.clone()),
            private: Staging::new(config.private.clone()),
            state: config.state.clone(),
        }
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
    jobs.par_iter().enumerate().filter(|(_, job)| !before.has(job, &job.path)).collect()
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
        Make::Copy(resource) => return copy_one(resource, job, before, stagings),
        Make::Scaled(resource, scaled) => return scale_one(resource, scaled, job, before, stagings, said),
        Make::Bytes(bytes) => bytes.to_vec(),
        Make::Page(page) => drawn(draw(views, page).map(String::into_bytes)),
        Make::Contents(course) => drawn(draw_contents(views, course)),
        Make::Output(write) | Make::Named(write) => write(views),
    };
    let (digest, size) = (Digest::of(&bytes), bytes.len() as u64);
    let entry = Entry { key: job.key, digest, size, forms: Default::default() };
    let mut made = Made { entry, staged: Vec::new() };
    if let Some(stagings) = stagings {
        if before.entry(&job.path).is_none_or(|old| old.digest != digest) {
            made.staged.push(stagings.of(job).write(job.file(), &bytes)?);
        }
        add_forms(&mut made, &bytes, job, before, stagings)?;
    }
    Ok(made)
}

/// Copies a file of any size. What may have compressed forms is small enough to be read.
fn copy_one(
    resource: &Resource,
    job: &Job<'_>,
    before: &Before<'_>,
    stagings: Option<&Stagings>,
) -> Result<Made, DiskError> {
    let MediaFacts { digest, size, .. } = resource.facts;
    let entry = Entry { key: job.key, digest, size, forms: Default::default() };
    let mut made = Made { entry, staged: Vec::new() };
    let Some(stagings) = stagings else { return Ok(made) };
    made.staged.push(stagings.of(job).copy(job.file(), &resource.disk_path)?);
    if asked(job).next().is_some() {
        let worth_it = usize::try_from(size).is_ok_and(compress::is_worth_it);
        let bytes = if worth_it { disk::read(&resource.disk_path)? } else { Vec::new() };
        // A file that changed since it was scanned is made anew by the next build, and has no forms until then.
        let bytes = if Digest::of(&bytes) == digest { bytes } else { Vec::new() };
        add_forms(&mut made, &bytes, job, before, stagings)?;
    }
    Ok(made)
}

/// Makes a smaller form of a picture. A broken one takes its place as it is, is said, and is tried again by the next build.
fn scale_one(
    resource: &Resource,
    scaled: &Scaled,
    job: &Job<'_>,
    before: &Before<'_>,
    stagings: Option<&Stagings>,
    said: &Mutex<Diagnostics>,
) -> Result<Made, DiskError> {
    let forms = Default::default();
    let nothing = Entry { key: job.key, digest: resource.facts.digest, size: resource.facts.size, forms };
    let Some(stagings) = stagings else { return Ok(Made { entry: nothing, staged: Vec::new() }) };
    let (bytes, key) = match scaled::bytes(&stagings.state, resource, scaled)? {
        Some(bytes) => (bytes, job.key),
        None => {
            if scaled.is_first() {
                let message = "this picture is damaged: no smaller forms of it can be made";
                let diagnostic = Diagnostic::warning(&resource.shown, message).help("export it anew");
                said.lock().unwrap_or_else(PoisonError::into_inner).push(diagnostic);
            }
            (disk::read(&resource.disk_path)?, Digest::of(b"to be tried again"))
        }
    };
    let entry = Entry { key, digest: Digest::of(&bytes), size: bytes.len() as u64, forms };
    let mut made = Made { entry, staged: Vec::new() };
    if before.entry(&job.path).is_none_or(|old| old.digest != entry.digest) {
        made.staged.push(stagings.of(job).write(job.file(), &bytes)?);
    }
    Ok(made)
}

fn asked(job: &Job<'_>) -> impl Iterator<Item = Encoding> {
    let encodings = job.encodings;
    Encoding::ALL.into_iter().filter(move |encoding| encodings[encoding.at()])
}

/// Adds the compressed forms of a file, made anew only if its bytes are.
fn add_forms(
    made: &mut Made,
    bytes: &[u8],
    job: &Job<'_>,
    before: &Before<'_>,
    stagings: &Stagings,
) -> Result<(), DiskError> {
    let path = &job.path;
    let old = before.entry(path).filter(|old| old.digest == made.entry.digest);
    let for_ever = matches!(job.make, Make::Bytes(_));
    for encoding in asked(job) {
        let known = old.and_then(|old| before.form(old, path, encoding));
        let (form, short) = known.map_or_else(|| compress::form(encoding, bytes, for_ever), |known| (known, None));
        made.entry.forms[encoding.at()] = form;
        if let Some(short) = short {
            made.staged.push(stagings.of(job).write(&encoding.beside(job.file()), &short)?);
        }
    }
    Ok(())
}
