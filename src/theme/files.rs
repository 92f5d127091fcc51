//! Where a theme's files come from: the school's `themes/` folder, or the binary.

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::{Dir, include_dir};

use super::settings::ThemeToml;
use crate::diag::{Diagnostic, Diagnostics, SourceText, nearest};
use crate::disk::{self, DiskError};

/// The name of the theme inside the binary.
pub const DEFAULT_THEME: &str = "school";

static DEFAULT_FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/themes/school");

/// The files of one theme, without those of the theme it extends.
pub(super) struct ThemeFiles {
    /// Its name: the folder's.
    pub name: String,
    /// What its `theme.toml` says.
    pub settings: ThemeToml,
    /// How diagnostics name its folder.
    pub shown: String,
    /// Its files by path below its folder, with `/` between the parts.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// The theme named `name` and those it extends, most derived first. Mistakes in them are reported.
pub(super) fn load_chain(
    themes: &Path,
    name: &str,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<ThemeFiles>, DiskError> {
    let mut chain: Vec<ThemeFiles> = Vec::new();
    let mut next = Some(name.to_owned());
    while let Some(name) = next.take() {
        if chain.iter().any(|theme| theme.name == name) {
            let path = format!("{}/theme.toml", chain[chain.len() - 1].shown);
            let message = format!("the theme \"{name}\" extends itself in the end");
            diagnostics.push(Diagnostic::error(path, message).help("remove `extends` from one of the themes"));
            break;
        }
        match load(themes, &name, diagnostics)? {
            Some(theme) => {
                next = theme.settings.extends.clone();
                chain.push(theme);
            }
            None => {
                diagnostics.push(unknown(themes, &name, chain.last())?);
                break;
            }
        }
    }
    Ok(chain)
}

fn unknown(themes: &Path, name: &str, child: Option<&ThemeFiles>) -> Result<Diagnostic, DiskError> {
    let names = disk::list_folder(themes)?;
    let help = match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None if is_plain(name) => format!("make a folder themes/{name} with a theme.toml, or use \"school\""),
        None => "name a folder in themes/, or use \"school\"".to_owned(),
    };
    let path = child.map_or_else(|| "educa.toml".to_owned(), |child| format!("{}/theme.toml", child.shown));
    Ok(Diagnostic::error(path, format!("there is no theme \"{name}\"")).help(help))
}

/// A name, and no path.
fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') && !name.is_empty()
}

fn load(themes: &Path, name: &str, diagnostics: &mut Diagnostics) -> Result<Option<ThemeFiles>, DiskError> {
    let folder = themes.join(name);
    let (shown, files) = if is_plain(name) && disk::is_folder(&folder) {
        (format!("themes/{name}"), read_folder(&folder, name, diagnostics)?)
    } else if name == DEFAULT_THEME {
        ("themes/school (built in)".to_owned(), default_theme_files())
    } else {
        return Ok(None);
    };
    let settings = settings(&shown, files.get("theme.toml"), diagnostics);
    Ok(Some(ThemeFiles { name: name.to_owned(), settings, shown, files }))
}

fn read_folder(
    folder: &Path,
    name: &str,
    diagnostics: &mut Diagnostics,
) -> Result<BTreeMap<String, Vec<u8>>, DiskError> {
    let (entries, problems) = disk::list_files(folder)?;
    for problem in problems {
        diagnostics.push(Diagnostic::error(format!("themes/{name}"), problem.to_string()).help("remove it or mend it"));
    }
    let mut files = BTreeMap::new();
    for entry in entries {
        let Ok(relative) = entry.path.strip_prefix(folder) else { continue };
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        if !parts.iter().any(|part| part.starts_with('.')) {
            files.insert(parts.join("/"), disk::read(&entry.path)?);
        }
    }
    Ok(files)
}

/// The files of the theme inside the binary.
pub fn default_theme_files() -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![&DEFAULT_FILES];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files() {
            files.insert(file.path().to_string_lossy().into_owned(), file.contents().to_vec());
        }
    }
    files
}

fn settings(shown: &str, theme_toml: Option<&Vec<u8>>, diagnostics: &mut Diagnostics) -> ThemeToml {
    let path = format!("{shown}/theme.toml");
    let Some(text) = theme_toml.and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
        let help = "write one, for example with `extends = \"school\"`";
        diagnostics.push(Diagnostic::error(path, "this file is missing or not UTF-8").help(help));
        return ThemeToml::default();
    };
    ThemeToml::read(SourceText { path: &path, text }, diagnostics)
}
