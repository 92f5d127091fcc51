//! The links that answered: `.educa/links`, one line each. The only file that `educa check` ever writes, and it loses
//! nobody anything: without it, every link is asked again.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::disk::{self, DiskError};

/// How long an answer counts.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// When each link answered.
pub type Remembered = BTreeMap<String, Timestamp>;

/// What is remembered and still counts; lines that say nothing are left out.
pub fn load(path: &Path, now: Timestamp) -> Result<Remembered, DiskError> {
    let bytes = disk::read_if_there(path)?.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let entry = |line: &str| {
        let (moment, url) = line.split_once(' ')?;
        let moment: Timestamp = moment.parse().ok()?;
        let counts = moment <= now && now.duration_since(moment) < KEPT;
        counts.then(|| (url.to_owned(), moment))
    };
    Ok(text.lines().filter_map(entry).collect())
}

/// Keeps it for the next time.
pub fn save(path: &Path, remembered: &Remembered) -> Result<(), DiskError> {
    let lines: String = remembered.iter().map(|(url, moment)| format!("{moment} {url}\n")).collect();
    disk::write(path, lines.as_bytes())
}
