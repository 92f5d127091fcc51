//! What somebody has done in a course as a record.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::codec::{damaged, decode, encode, time};
use crate::course::{CourseId, Slug};
use crate::school::{AccountId, Progress, StoreError};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct StoredProgress {
    done: Vec<StoredModule>,
}

#[derive(Serialize, Deserialize)]
struct StoredModule {
    slug: String,
    at: i64,
}

pub fn write_progress(progress: &Progress) -> Vec<u8> {
    let stored = |(slug, at): &(Slug, Timestamp)| StoredModule { slug: slug.to_string(), at: at.as_microsecond() };
    encode(VERSION, &StoredProgress { done: progress.done().iter().map(stored).collect() })
}

pub fn read_progress(account: AccountId, course: CourseId, bytes: &[u8]) -> Result<Progress, StoreError> {
    let what = || format!("progress of account {account} in course {course}");
    let StoredProgress { done } = decode(VERSION, bytes, what)?;
    let read = |module: StoredModule| Ok((module.slug.parse().map_err(|_| damaged(what))?, time(module.at, what)?));
    let done = done.into_iter().map(read).collect::<Result<_, StoreError>>()?;
    Progress::new(done).ok_or_else(|| damaged(what))
}
