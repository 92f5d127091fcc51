//! Folders of the source tree, and what the files in them can become: documents and resources.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::nouns::{Document, Resource};
use crate::diag::{Diagnostic, Diagnostics, SourceText};
use crate::fields::Fields;
use crate::site::source::{Head, SourceBody, SourceFile, front_matter};

/// All files below a folder of the source tree: a run of those of the whole tree, which are sorted by path.
#[derive(Clone, Copy)]
pub(super) struct Below<'a> {
    /// The files.
    pub files: &'a [Arc<SourceFile>],
    /// The length of the folder's path, with the slash at its end.
    path: usize,
}

/// A folder of the source tree.
#[derive(Default)]
pub(super) struct Folder<'a> {
    pub files: BTreeMap<&'a str, &'a SourceFile>,
    pub folders: BTreeMap<&'a str, Below<'a>>,
}

impl<'a> Below<'a> {
    /// The whole tree.
    pub fn root(files: &'a [Arc<SourceFile>]) -> Self {
        Self { files, path: 0 }
    }

    /// The folder's path below the content folder, with a slash at its end.
    pub fn path(&self) -> &'a str {
        self.files.first().map_or("", |file| &file.path[..self.path])
    }

    /// What is in the folder itself.
    pub fn open(self) -> Folder<'a> {
        let mut folder = Folder::default();
        let mut rest = self.files;
        while let Some(first) = rest.first() {
            let name = &first.path[self.path..];
            let mut n_files = 1;
            if let Some((name, _)) = name.split_once('/') {
                let path = self.path + name.len() + 1;
                n_files = rest.partition_point(|file| file.path.starts_with(&first.path[..path]));
                folder.folders.insert(name, Below { files: &rest[..n_files], path });
            } else {
                folder.files.insert(name, first);
            }
            rest = &rest[n_files..];
        }
        folder
    }
}

impl Folder<'_> {
    /// All files in this folder and below it that are published as they are, and a warning with `help` for each text
    /// there.
    pub fn resources(&self, help: &str, diagnostics: &mut Diagnostics) -> Vec<Arc<Resource>> {
        for file in self.files.values().filter(|file| matches!(file.body, SourceBody::Text(_))) {
            stray(file, help, diagnostics);
        }
        self.media(help, diagnostics)
    }

    /// The same for a folder whose own texts were read already.
    pub fn media(&self, help: &str, diagnostics: &mut Diagnostics) -> Vec<Arc<Resource>> {
        let mut resources: Vec<_> = self.files.values().filter_map(|file| resource(file)).collect();
        for folder in self.folders.values() {
            resources.extend(folder.open().resources(help, diagnostics));
        }
        resources
    }
}

/// What to do about a text in a course that belongs to no module.
pub(super) const INTO_A_MODULE: &str = "put it into a module's folder (one that begins with a number)";

/// Warns of a text that no page will show.
pub(super) fn stray(file: &SourceFile, help: &str, diagnostics: &mut Diagnostics) {
    diagnostics.push(Diagnostic::warning(&file.shown, "no page shows this text").help(help));
}

/// The resource a file is, unless it is a text.
pub(super) fn resource(file: &SourceFile) -> Option<Arc<Resource>> {
    let SourceBody::Media(facts) = file.body else { return None };
    let (path, shown) = (file.path.as_str().into(), file.shown.clone());
    Some(Arc::new(Resource { path, shown, disk_path: file.disk_path.clone(), facts }))
}

/// The document a file is, with what `read` made of its settings.
pub(super) fn document<T>(
    file: &SourceFile,
    diagnostics: &mut Diagnostics,
    read: impl Fn(&mut Fields<'_>) -> T,
) -> Option<(T, Document)> {
    let SourceBody::Text(text) = &file.body else { return None };
    if let Some(value) = text.facts.head.as_ref().and_then(|head| spotless(head, &read)) {
        return Some((value, Document::new(file, text)?));
    }
    let whole = text.get();
    let source = SourceText { path: &file.shown, text: &whole };
    let (value, _) = front_matter::read(source, diagnostics, read)?;
    Some((value, Document::new(file, text)?))
}

/// What `read` makes of settings that were parsed before; nothing if it finds a mistake, to point at which takes the text.
fn spotless<T>(head: &Head, read: impl Fn(&mut Fields<'_>) -> T) -> Option<T> {
    let mut said = Diagnostics::new();
    let no_text = SourceText { path: "", text: "" };
    let mut fields = Fields::new(no_text, head.settings_at, head.table.clone(), &mut said);
    let value = read(&mut fields);
    fields.finish();
    said.is_empty().then_some(value)
}
