//! Stage 7: files into `public/` and `private/`.
//!
//! [`plan`] is pure: it compares what the last build left with what this one made. [`apply`] follows it in an order in
//! which at no moment a page stands that names a file which does not: assets and media, pages, the catalog, and only
//! then what is no longer wanted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::config::SiteConfig;
use super::ledger::Ledger;
use crate::course::{self, Address, Audience, CATALOG_FILE, Catalog, CourseId};
use crate::digest::Digest;
use crate::disk::{self, DiskError};

/// A file to be published.
#[derive(Debug)]
pub struct Output {
    /// Its path in its folder.
    pub file: String,
    /// Its address; a file without one is for the server alone.
    pub address: Option<Address>,
    /// Who may read it, and so which folder it lies in.
    pub audience: Audience,
    /// Identity of its bytes.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    /// Where its bytes are.
    pub source: Source,
}

/// Where the bytes of an output are.
#[derive(Debug)]
pub enum Source {
    /// Made by the build.
    Bytes(Vec<u8>),
    /// A file to copy.
    File(PathBuf),
}

impl Output {
    /// A page.
    pub fn page(address: Address, audience: Audience, html: String) -> Self {
        Self::bytes(address, audience, html.into_bytes())
    }

    /// A file made by the build.
    pub fn bytes(address: Address, audience: Audience, bytes: Vec<u8>) -> Self {
        let file = address.file();
        let (digest, size) = (Digest::of(&bytes), bytes.len() as u64);
        Self { file, address: Some(address), audience, digest, size, source: Source::Bytes(bytes) }
    }

    /// A file for the server alone, about one course.
    pub fn hidden(file: String, course: CourseId, bytes: Vec<u8>) -> Self {
        let (digest, size) = (Digest::of(&bytes), bytes.len() as u64);
        Self { file, address: None, audience: Audience::Enrolled(course), digest, size, source: Source::Bytes(bytes) }
    }

    /// Its path as ledger and plan know it.
    fn path(&self) -> String {
        let folder = match self.audience {
            Audience::Everyone => PUBLIC,
            Audience::Enrolled(_) => PRIVATE,
        };
        format!("{folder}/{}", self.file)
    }
}

const PUBLIC: &str = "public";
const PRIVATE: &str = "private";

/// Says that a folder is ours; without it we touch nothing in it.
const MARKER: &str = ".educa";
const MARKER_TEXT: &str =
    "This folder is made by `educa build`. Whatever else lies here is removed by the next build.\n";

/// What stands in an output folder without being made by a build, and stays.
const STAYS: [&str; 2] = [MARKER, ".gitkeep"];

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

/// What to do: positions in the list of outputs, and paths.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plan {
    write: Vec<usize>,
    /// Stands where something is to be written as a folder, or the other way round.
    remove_first: Vec<String>,
    remove: Vec<String>,
}

/// Publishes the outputs and the catalog, whatever the folders held before. `written` is called after each file.
pub fn publish(
    config: &SiteConfig,
    outputs: &[Output],
    catalog: &Catalog,
    written: &(dyn Fn() + Sync),
) -> Result<Published, PublishError> {
    claim(&config.public)?;
    claim(&config.private)?;
    let before = Ledger::load(&config.state)?;
    let present = present(config)?;
    let plan = plan(&before, &present, outputs);
    let published = Published {
        written: plan.write.len(),
        kept: outputs.len() - plan.write.len(),
        removed: plan.remove.len() + plan.remove_first.len(),
        bytes: outputs.iter().map(|output| output.size).sum(),
    };
    apply(config, outputs, catalog, &plan, written)?;
    Ok(published)
}

/// Pure: compares what is there with what is wanted.
fn plan(before: &Ledger, present: &BTreeMap<String, u64>, outputs: &[Output]) -> Plan {
    let mut plan = Plan::default();
    let mut wanted = BTreeSet::from([format!("{PRIVATE}/{CATALOG_FILE}")]);
    for (at, output) in outputs.iter().enumerate() {
        let path = output.path();
        let right = before.0.get(&path) == Some(&output.digest) && present.get(&path) == Some(&output.size);
        if !right {
            plan.write.push(at);
        }
        wanted.insert(path);
    }
    let folders: BTreeSet<_> = wanted.iter().flat_map(|path| ancestors(path)).collect();
    for path in present.keys().filter(|path| !wanted.contains(*path)) {
        let below_a_file = ancestors(path).any(|ancestor| wanted.contains(ancestor));
        if below_a_file || folders.contains(path.as_str()) {
            plan.remove_first.push(path.clone());
        } else {
            plan.remove.push(path.clone());
        }
    }
    plan
}

/// The folders above a path.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

fn apply(
    config: &SiteConfig,
    outputs: &[Output],
    catalog: &Catalog,
    plan: &Plan,
    written: &(dyn Fn() + Sync),
) -> Result<(), DiskError> {
    let nothing_to_do = plan.write.is_empty() && plan.remove.is_empty() && plan.remove_first.is_empty();
    if nothing_to_do {
        // The catalog can differ although no file does: an order or an id, for instance.
        return course::save(catalog, &config.private);
    }
    Ledger::withdraw(&config.state)?;
    remove(config, &plan.remove_first)?;
    let (pages, others): (Vec<usize>, Vec<usize>) =
        plan.write.iter().partition(|at| outputs[**at].address.as_ref().is_some_and(Address::is_page));
    for group in [others, pages] {
        group.par_iter().try_for_each(|at| {
            write(config, &outputs[*at])?;
            written();
            Ok::<_, DiskError>(())
        })?;
    }
    course::save(catalog, &config.private)?;
    remove(config, &plan.remove)?;
    Ledger(outputs.iter().map(|output| (output.path(), output.digest)).collect()).save(&config.state)
}

fn write(config: &SiteConfig, output: &Output) -> Result<(), DiskError> {
    let path = on_disk(config, &output.path());
    match &output.source {
        Source::Bytes(bytes) => disk::write(&path, bytes),
        Source::File(source) => disk::copy(source, &path),
    }
}

fn remove(config: &SiteConfig, paths: &[String]) -> Result<(), DiskError> {
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

fn on_disk(config: &SiteConfig, path: &str) -> PathBuf {
    match path.split_once('/') {
        Some((PRIVATE, rest)) => config.private.join(rest),
        Some((_, rest)) => config.public.join(rest),
        None => config.public.join(path),
    }
}

/// Every file in both folders with its size, but for those that stay.
fn present(config: &SiteConfig) -> Result<BTreeMap<String, u64>, DiskError> {
    let mut present = BTreeMap::new();
    for (name, folder) in [(PUBLIC, &config.public), (PRIVATE, &config.private)] {
        let (entries, problems) = disk::list_files(folder)?;
        if let Some(problem) = problems.into_iter().next() {
            return Err(problem);
        }
        for entry in entries {
            let relative = relative(folder, &entry.path);
            if !STAYS.contains(&relative.as_str()) {
                present.insert(format!("{name}/{relative}"), entry.size);
            }
        }
    }
    Ok(present)
}

fn relative(folder: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(folder).unwrap_or(path).iter();
    parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Makes the folder ours if it is new or empty; refuses one that holds something else.
fn claim(folder: &Path) -> Result<(), PublishError> {
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

    fn output(address: &str, bytes: &str) -> Output {
        Output::page(address.parse().expect("an address"), Audience::Everyone, bytes.into())
    }

    #[test]
    fn only_what_differs_is_written_and_what_is_not_wanted_is_removed() {
        let outputs = [output("/a/", "new"), output("/b/", "same"), output("/c/", "edited by hand")];
        let digest = |at: usize| outputs[at].digest;
        let before = Ledger(
            [
                ("public/a/index.html".to_owned(), Digest::of(b"old")),
                ("public/b/index.html".to_owned(), digest(1)),
                ("public/c/index.html".to_owned(), digest(2)),
            ]
            .into(),
        );
        let present = [("a/index.html", 3), ("b/index.html", 4), ("c/index.html", 1), ("d/index.html", 4)];
        let present = present.map(|(path, size)| (format!("public/{path}"), size)).into();
        let plan = plan(&before, &present, &outputs);
        assert_eq!(plan.write, [0, 2]);
        assert_eq!(plan.remove, ["public/d/index.html"]);
    }

    #[test]
    fn a_file_that_must_become_a_folder_goes_first_and_the_other_way_round() {
        let outputs = [output("/a/", "page"), output("/b", "file")];
        let present = [("public/a".to_owned(), 1), ("public/b/index.html".to_owned(), 1)].into();
        let plan = plan(&Ledger::default(), &present, &outputs);
        assert_eq!(plan.remove_first, ["public/a", "public/b/index.html"]);
    }
}
