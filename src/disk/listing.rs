//! All files below a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{DiskError, failed};
use super::files::canonical;
use super::stat::Stat;

/// What stands at a path in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The whole path.
    pub path: PathBuf,
    /// Its size and times.
    pub stat: Stat,
}

/// All files below `root`, sorted by path. Links are followed if they stay inside `root`.
///
/// What cannot be listed or leads outside is reported in the second value and left out of the first.
pub fn list_files(root: &Path) -> Result<(Vec<Entry>, Vec<DiskError>), DiskError> {
    list_below(root, root)
}

/// The same for one file or folder below `root`.
pub fn list_below(root: &Path, start: &Path) -> Result<(Vec<Entry>, Vec<DiskError>), DiskError> {
    let real_root = canonical(root)?;
    let mut entries = Vec::new();
    let mut problems = Vec::new();
    let mut walk = walkdir::WalkDir::new(start).follow_links(true).sort_by_file_name().into_iter();
    while let Some(found) = walk.next() {
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                problems.push(not_listed(error, start));
                continue;
            }
        };
        match inside(&found, root, &real_root) {
            Ok(Some(entry)) => entries.push(entry),
            Ok(None) => {}
            Err(problem) => {
                // A link out of the tree may lead to the whole disk: do not go there to find out.
                if found.file_type().is_dir() {
                    walk.skip_current_dir();
                }
                problems.push(problem);
            }
        }
    }
    Ok((entries, problems))
}

fn not_listed(error: walkdir::Error, root: &Path) -> DiskError {
    let path = error.path().unwrap_or(root).to_owned();
    let is_link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
    let source = match error.loop_ancestor() {
        Some(_) => io::Error::other("it is a link to a folder that contains it"),
        None => error.into_io_error().unwrap_or_else(|| io::Error::other("it cannot be listed")),
    };
    let source = match source.kind() {
        io::ErrorKind::NotFound if is_link => io::Error::other("it is a link to something that does not exist"),
        _ => source,
    };
    DiskError { verb: "read", path, source }
}

/// The entry of a regular file, nothing for a folder; an error for what is neither, or links out of `real_root`.
fn inside(found: &walkdir::DirEntry, root: &Path, real_root: &Path) -> Result<Option<Entry>, DiskError> {
    let path = found.path();
    let error = |words: &str| DiskError { verb: "use", path: path.to_owned(), source: io::Error::other(words) };
    if found.path_is_symlink() && path != root && !canonical(path)?.starts_with(real_root) {
        return Err(error("it is a link that leads out of the folder"));
    }
    if found.file_type().is_dir() {
        return Ok(None);
    }
    if !found.file_type().is_file() {
        return Err(error("it is neither a file nor a folder"));
    }
    let metadata = fs::metadata(path).map_err(failed("read", path))?;
    Ok(Some(Entry { path: path.to_owned(), stat: Stat::of(&metadata) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::write;

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_tree_is_a_problem_and_not_a_file() {
        let outside = tempfile::tempdir().expect("a folder");
        write(&outside.path().join("secret"), b"x").expect("written");
        let folder = tempfile::tempdir().expect("a folder");
        write(&folder.path().join("a.md"), b"x").expect("written");
        std::os::unix::fs::symlink(outside.path(), folder.path().join("out")).expect("linked");
        std::os::unix::fs::symlink(folder.path().join("a.md"), folder.path().join("b.md")).expect("linked");
        let (entries, problems) = list_files(folder.path()).expect("listed");
        let names: Vec<_> = entries.iter().filter_map(|entry| entry.path.file_name()).collect();
        assert_eq!(names, ["a.md", "b.md"]);
        assert_eq!(problems.len(), 1, "{problems:?}");
    }
}
