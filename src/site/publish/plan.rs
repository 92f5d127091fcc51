//! Stage 8: staged files to their places in `public/` and `private/`.
//!
//! [`plan`] is pure: it compares what lies there with what is wanted. [`place`] follows it in an order in which at no
//! moment a page stands that names a file which does not: assets and media, then pages. What is no longer wanted goes
//! when the catalog no longer names it.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::draw::Made;
use super::jobs::{Job, PRIVATE, PUBLIC};
use super::present::{Present, ancestors};
use crate::course::CATALOG_FILE;
use crate::diag::{Diagnostic, Diagnostics};
use crate::digest::Digest;
use crate::disk::{self, DiskError, Staged};
use crate::site::cache::{Entry, Ledger};
use crate::site::config::SiteConfig;

/// Says that a folder is ours; without it we touch nothing in it.
const MARKER: &str = ".educa";
const MARKER_TEXT: &str =
    "This folder is made by `educa build`. Whatever else lies here is removed by the next build.\n";

/// What stands in an output folder without being made by a build, and stays.
pub const STAYS: [&str; 2] = [MARKER, ".gitkeep"];

/// A publication that failed.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The disk failed. What was published before may be half replaced; the next build writes everything.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A folder that holds something else.
    #[error(
        "{} holds files that educa did not write, such as \"{}\": choose another folder under [build] in educa.toml, \
         or empty this one", folder.display(), example
    )]
    NotOurs {
        /// The folder.
        folder: PathBuf,
        /// One of the files.
        example: String,
    },
}

/// What a publication did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Published {
    /// Files written.
    pub written: usize,
    /// Files that were already right.
    pub kept: usize,
    /// Files removed.
    pub removed: usize,
    /// Bytes of all files.
    pub bytes: u64,
}

/// What has to go: paths.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Stands where something is to be written as a folder, or the other way round.
    pub remove_first: Vec<Arc<str>>,
    /// Is no longer wanted.
    pub remove: Vec<Arc<str>>,
}

impl Plan {
    /// Whether nothing has to go.
    pub fn is_empty(&self) -> bool {
        self.remove_first.is_empty() && self.remove.is_empty()
    }
}

/// Pure: compares what is there with what is wanted.
pub fn plan(present: &Present, wanted: &HashSet<Arc<str>>) -> Plan {
    let catalog = format!("{PRIVATE}/{CATALOG_FILE}");
    let unwanted: BTreeSet<_> =
        present.keys().filter(|path| !wanted.contains(*path) && ***path != *catalog).cloned().collect();
    let mut plan = Plan::default();
    if unwanted.is_empty() {
        return plan;
    }
    let folders: HashSet<_> = wanted.iter().flat_map(|path| ancestors(path)).collect();
    for path in unwanted {
        let below_a_file = ancestors(&path).any(|ancestor| wanted.contains(ancestor));
        if below_a_file || folders.contains(&*path) {
            plan.remove_first.push(path);
        } else {
            plan.remove.push(path);
        }
    }
    plan
}

/// Puts everything that is staged into its place, and removes what stands in the way of it.
pub fn place(config: &SiteConfig, jobs: &[Job<'_>], made: Vec<(usize, Made)>, plan: &Plan) -> Result<(), DiskError> {
    remove(config, &plan.remove_first)?;
    let (pages, others): (Vec<_>, Vec<_>) = made.into_iter().partition(|(at, _)| jobs[*at].is_page());
    for group in [others, pages] {
        group.into_par_iter().try_for_each(|(_, made)| made.staged.into_iter().try_for_each(Staged::place))?;
    }
    Ok(())
}

/// Removes files, and folders that are empty without them.
pub fn remove(config: &SiteConfig, paths: &[Arc<str>]) -> Result<(), DiskError> {
    for path in paths {
        let path = on_disk(config, path);
        disk::remove_file(&path)?;
        for root in [&config.public, &config.private] {
            if let Some(folder) = path.parent().filter(|folder| folder.starts_with(root)) {
                disk::remove_empty_folders(folder, root);
            }
        }
    }
    Ok(())
}

/// Reads every file that the ledger lists; reports those that are not what was written.
pub fn verify(config: &SiteConfig, ledger: &Ledger) -> Diagnostics {
    let mut said = Diagnostics::new();
    let Some(made_of) = &ledger.made_of else {
        let help = "run `educa build`";
        said.push(
            Diagnostic::warning(PUBLIC, "no finished build of this educa is known: nothing to compare").help(help),
        );
        return said;
    };
    let catalog = (format!("{PRIVATE}/{CATALOG_FILE}"), made_of.catalog);
    let files: Vec<_> = ledger.files.iter().flat_map(|(path, entry)| listed(path, entry)).chain([catalog]).collect();
    let wrong: Vec<_> = files
        .into_par_iter()
        .filter_map(|(path, digest)| match disk::digest(&on_disk(config, &path)) {
            Ok(found) if found == digest => None,
            Ok(_) => Some(Diagnostic::error(path, "this file is not what the last build wrote")),
            Err(error) => Some(Diagnostic::error(path, format!("this file cannot be read: {}", error.reason()))),
        })
        .collect();
    for diagnostic in wrong {
        said.push(diagnostic.help("run `educa build --fresh`, which writes everything anew"));
    }
    said
}

/// A file and its compressed forms, each with the identity of its bytes.
fn listed(path: &str, entry: &Entry) -> impl Iterator<Item = (String, Digest)> {
    let variants = entry.variants().map(|(encoding, variant)| (encoding.beside(path), variant.digest));
    std::iter::once((path.to_owned(), entry.digest)).chain(variants)
}

/// Where a file of ledger and plan lies.
pub fn on_disk(config: &SiteConfig, path: &str) -> PathBuf {
    let (folder, rest) = path.split_once('/').unwrap_or((path, ""));
    let root = if folder == PRIVATE { &config.private } else { &config.public };
    // Joining nothing would add a slash.
    if rest.is_empty() { root.clone() } else { root.join(rest) }
}

/// Makes the folder ours if it is new or empty; refuses one that holds something else.
pub fn claim(folder: &Path) -> Result<(), PublishError> {
    let names = disk::list_folder(folder)?;
    if names.iter().any(|name| name == MARKER) {
        return Ok(());
    }
    let other = |name: &&String| !STAYS.contains(&name.as_str()) && !name.starts_with(disk::TEMPORARY_PREFIX);
    if let Some(example) = names.iter().find(other) {
        return Err(PublishError::NotOurs { folder: folder.to_owned(), example: example.clone() });
    }
    Ok(disk::write(&folder.join(MARKER), MARKER_TEXT.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn present<const N: usize>(paths: [&str; N]) -> Present {
        paths.map(|path| (path.into(), 1)).into()
    }

    fn wanted<const N: usize>(paths: [&str; N]) -> HashSet<Arc<str>> {
        paths.map(Arc::from).into()
    }

    #[test]
    fn what_is_not_wanted_goes_and_the_catalog_stays() {
        let present = present(["public/a/index.html", "public/d/index.html", "private/catalog.json"]);
        let plan = plan(&present, &wanted(["public/a/index.html", "public/b/index.html"]));
        assert_eq!(plan, Plan { remove_first: Vec::new(), remove: vec!["public/d/index.html".into()] });
    }

    #[test]
    fn a_file_that_must_become_a_folder_goes_first_and_the_other_way_round() {
        let present = present(["public/a", "public/b/index.html"]);
        let plan = plan(&present, &wanted(["public/a/index.html", "public/b"]));
        assert_eq!(plan.remove_first, ["public/a", "public/b/index.html"].map(Arc::<str>::from));
    }
}
