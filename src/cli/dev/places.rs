//! Which folders and files make a school, and what an event on the disk means for it.

use std::path::{Component, Path, PathBuf};

use notify::event::ModifyKind;
use notify::{Event, EventKind};

use crate::cli::settings::SETTINGS_FILE;
use crate::disk;
use crate::site::SiteConfig;

/// Where an author's work lies. All paths are absolute, as those of events are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The settings file.
    pub settings: PathBuf,
    content: PathBuf,
    themes: PathBuf,
    /// What builds and servers write.
    made: Vec<PathBuf>,
}

/// What an event means.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// Files and folders that changed.
    pub paths: Vec<PathBuf>,
    /// Folders that are new: what was written into them before they were watched went unnoticed.
    pub new_folders: Vec<PathBuf>,
    /// Whether a watched folder itself came or went.
    pub is_moved: bool,
}

impl Places {
    /// The places of a school. `store` is the folder where the records lie, if it is one.
    pub fn of(site: &SiteConfig, store: Option<&Path>) -> Self {
        let made = [&site.public, &site.private, &site.state].into_iter().map(|path| absolute(path));
        Self {
            settings: absolute(&site.root.join(SETTINGS_FILE)),
            content: absolute(&site.content),
            themes: absolute(&site.themes),
            made: made.chain(store.map(absolute)).collect(),
        }
    }

    /// The folders that count with all that is below them.
    pub fn folders(&self) -> [&Path; 2] {
        [&self.content, &self.themes]
    }

    /// The folders that those and the settings lie in: they tell when one is removed, made or replaced as a whole.
    pub fn parents(&self) -> Vec<&Path> {
        let mut parents: Vec<_> =
            [&self.settings, &self.content, &self.themes].iter().filter_map(|path| path.parent()).collect();
        parents.sort_unstable();
        parents.dedup();
        parents
    }

    /// What an event says about the school.
    pub fn meaning(&self, event: &Event) -> Meaning {
        let mut meaning = Meaning::default();
        let appears = matches!(event.kind, EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_)));
        for path in event.paths.iter().filter(|path| self.concerns(path)) {
            if self.folders().contains(&path.as_path()) {
                meaning.is_moved |= appears || event.kind.is_remove();
            } else if appears && disk::is_folder(path) {
                meaning.new_folders.push(path.clone());
            }
            meaning.paths.push(path.clone());
        }
        meaning
    }

    /// Whether a path is part of an author's work.
    pub fn concerns(&self, path: &Path) -> bool {
        if path == self.settings {
            return true;
        }
        let below = self.folders().into_iter().find_map(|folder| path.strip_prefix(folder).ok());
        below.is_some_and(|below| !is_passing(below)) && !self.made.iter().any(|made| path.starts_with(made))
    }

    /// Whether nothing but style sheets of themes is among the paths.
    pub fn are_styles<'a>(&self, mut paths: impl Iterator<Item = &'a PathBuf>) -> bool {
        paths.all(|path| {
            let below: Vec<_> = path.strip_prefix(&self.themes).map(|below| below.iter().collect()).unwrap_or_default();
            below.len() > 2 && below[1] == "assets" && path.extension().is_some_and(|ending| ending == "css")
        })
    }

    /// Whether nothing but content is among the paths.
    pub fn are_content<'a>(&self, mut paths: impl Iterator<Item = &'a PathBuf>) -> bool {
        paths.all(|path| path.starts_with(&self.content))
    }
}

/// What editors leave beside a file for a while, and what is hidden: a build does not read it.
fn is_passing(below: &Path) -> bool {
    below.components().any(|part| match part {
        Component::Normal(name) => {
            let name = name.to_string_lossy();
            let is_lock = name.starts_with('#') && name.ends_with('#');
            // Vim makes a file of this name to see whether it may.
            name.starts_with('.') || name.ends_with('~') || is_lock || name == "4913"
        }
        _ => false,
    })
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        let path = |name: &str| PathBuf::from(format!("/school/{name}"));
        Places {
            settings: path("educa.toml"),
            content: path("content"),
            themes: path("themes"),
            made: vec![path("public"), path("content/out")],
        }
    }

    #[test]
    fn only_an_authors_work_counts() {
        let places = places();
        for path in ["educa.toml", "content", "content/a.md", "content/a/b/c.svg", "themes/x/theme.toml", "themes"] {
            assert!(places.concerns(&Path::new("/school").join(path)), "{path}");
        }
        for path in [
            "public/index.html",
            "content/out/index.html",
            ".educa/build.lock",
            "README.md",
            "content/.git/index",
            "content/a/.#b.md",
            "content/a/#b.md#",
            "content/a/b.md~",
            "content/a/4913",
            "content/a/.b.md.swp",
            "educa.toml~",
        ] {
            assert!(!places.concerns(&Path::new("/school").join(path)), "{path}");
        }
    }

    #[test]
    fn style_sheets_are_told_from_all_else() {
        let are_styles = |path: &str| places().are_styles([PathBuf::from(path)].iter());
        assert!(are_styles("/school/themes/x/assets/school.css"));
        assert!(are_styles("/school/themes/x/assets/print/a.css"));
        assert!(!are_styles("/school/themes/x/assets/account.js"));
        assert!(!are_styles("/school/themes/x/templates/a.css"));
        assert!(!are_styles("/school/content/assets/a/a.css"));
        assert!(!are_styles("/school/themes/x/assets.css"));
    }

    #[test]
    fn parents_are_each_named_once() {
        assert_eq!(places().parents(), [Path::new("/school")]);
    }
}
