//! Ids: which are taken, and which comes next.
//!
//! An id is never given twice, not even after its course was removed. So the highest one ever given is kept in
//! `content/ids.toml`, which belongs into git like the course files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::diag::SourceText;
use crate::disk;
use crate::fields::{Value, parse_toml, parse_yaml};
use crate::site::{Fence, FrontMatter, split_front_matter};

/// What has ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `subject.md`
    Subject,
    /// `course.md`
    Course,
    /// `instructors/*.md`
    Instructor,
}

impl Kind {
    /// The key in `ids.toml`, and the word in sentences.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Subject => "subject",
            Kind::Course => "course",
            Kind::Instructor => "instructor",
        }
    }
}

const KINDS: [Kind; 3] = [Kind::Subject, Kind::Course, Kind::Instructor];

/// A file that has an id, or should.
#[derive(Debug)]
pub struct Holder {
    /// What it is.
    pub kind: Kind,
    /// Where it lies.
    pub path: PathBuf,
    /// All of it.
    pub text: String,
    /// Where its parts are.
    pub front_matter: FrontMatter,
    /// Its id.
    pub id: Option<u32>,
    /// Its slug, if it is not that of its folder.
    pub slug: Option<String>,
}

/// The files that have an id, or should.
#[derive(Debug, Default)]
pub struct Holders {
    /// Those whose settings can be read.
    pub readable: Vec<Holder>,
    /// The others.
    pub unreadable: Vec<PathBuf>,
}

/// Gives ids.
#[derive(Debug)]
pub struct Ids {
    highest: BTreeMap<Kind, u32>,
    file: PathBuf,
}

const HEADER: &str = "# The highest ids ever given. `educa new` and `educa fix` keep this file; commit it with the courses,\n\
                      # so that no id is given twice, even after a course was removed.\n";

impl Ids {
    /// The ids of a school: those in its files, and those that were given before.
    pub fn load(content: &Path, holders: &[Holder]) -> anyhow::Result<Self> {
        let file = content.join("ids.toml");
        let mut highest: BTreeMap<Kind, u32> = KINDS.into_iter().map(|kind| (kind, 0)).collect();
        if let Some(bytes) = disk::read_if_there(&file)? {
            let text = String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", file.display()))?;
            let table: toml::Table = text.parse().with_context(|| format!("{} is damaged", file.display()))?;
            for kind in KINDS {
                let given = table.get(kind.name()).and_then(toml::Value::as_integer);
                let given = given.and_then(|id| u32::try_from(id).ok()).unwrap_or(0);
                highest.insert(kind, given);
            }
        }
        for holder in holders {
            let entry = highest.entry(holder.kind).or_default();
            *entry = (*entry).max(holder.id.unwrap_or(0));
        }
        Ok(Self { highest, file })
    }

    /// The next id of a kind.
    pub fn give(&mut self, kind: Kind) -> u32 {
        let entry = self.highest.entry(kind).or_default();
        *entry += 1;
        *entry
    }

    /// Remembers what was given. To be called before a file gets its id: a lost id is harmless, a second one is not.
    pub fn save(&self) -> anyhow::Result<()> {
        let mut text = HEADER.to_owned();
        for (kind, id) in &self.highest {
            text.push_str(&format!("{} = {id}\n", kind.name()));
        }
        Ok(disk::write(&self.file, text.as_bytes())?)
    }
}

/// All files of a school that have an id or should.
pub fn holders(content: &Path) -> anyhow::Result<Holders> {
    let (entries, _) = disk::list_files(content)?;
    let mut holders = Holders::default();
    for entry in entries {
        let Ok(relative) = entry.path.strip_prefix(content) else { continue };
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        let kind = match parts.iter().map(|part| &**part).collect::<Vec<_>>().as_slice() {
            ["instructors", name] if name.ends_with(".md") => Kind::Instructor,
            [_, "subject.md"] => Kind::Subject,
            [_, _, "course.md"] => Kind::Course,
            _ => continue,
        };
        match holder(kind, &entry.path)? {
            Some(holder) => holders.readable.push(holder),
            None => holders.unreadable.push(entry.path),
        }
    }
    Ok(holders)
}

/// What some editors write before a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

fn holder(kind: Kind, path: &Path) -> anyhow::Result<Option<Holder>> {
    let Ok(text) = String::from_utf8(disk::read(path)?) else { return Ok(None) };
    let mark = text.len() - text.trim_start_matches(BYTE_ORDER_MARK).len();
    let source = SourceText { path: "", text: &text[mark..] };
    let Ok(Some(mut front_matter)) = split_front_matter(source) else { return Ok(None) };
    front_matter.settings = front_matter.settings.start + mark..front_matter.settings.end + mark;
    front_matter.body += mark;
    let settings = &text[front_matter.settings.clone()];
    let table = match front_matter.fence {
        Fence::Toml => parse_toml(settings),
        Fence::Yaml => parse_yaml(settings),
    };
    let Ok(table) = table else { return Ok(None) };
    let id = table.entries.iter().find(|entry| entry.key == "id").and_then(|entry| match entry.node.value {
        Value::Integer(id) => u32::try_from(id).ok(),
        _ => None,
    });
    // An id that is no number is the author's to mend; a second one beside it would not help.
    if id.is_none() && table.entries.iter().any(|entry| entry.key == "id") {
        return Ok(None);
    }
    let slug = table.entries.iter().find(|entry| entry.key == "slug").and_then(|entry| match &entry.node.value {
        Value::Text(slug) => Some(slug.clone()),
        _ => None,
    });
    Ok(Some(Holder { kind, path: path.to_owned(), text, front_matter, id, slug }))
}
