//! `educa new`: adds a subject, a course, a module or a content, ready to be filled.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use jiff::Timestamp;

use super::args::NewCommand;
use super::ids::{Ids, Kind, holders};
use super::settings::Settings;
use crate::course::Slug;
use crate::disk;

/// Adds one thing and prints the file to edit.
pub fn new(settings: &Settings, command: &NewCommand) -> anyhow::Result<ExitCode> {
    let content = &settings.site.content;
    let files = match command {
        NewCommand::Subject { title, slug } => subject(content, title, slug.as_deref())?,
        NewCommand::Course { subject, title, owner, slug } => {
            course(content, subject, title, owner, slug.as_deref(), settings.site.now)?
        }
        NewCommand::Module { course, title } => module(content, course, title)?,
        NewCommand::Content { module, title, video, image, file } => {
            let kind = [("video", video), ("image", image), ("file", file)];
            let kind = kind.into_iter().find_map(|(key, value)| Some((key, value.as_deref()?)));
            self::content(content, module, title, kind)?
        }
    };
    for file in files {
        anstream::println!("{}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn subject(content: &Path, title: &str, slug: Option<&str>) -> anyhow::Result<Vec<PathBuf>> {
    let slug = slug_for(title, slug)?;
    let path = content.join(slug.as_str()).join("subject.md");
    let id = next_id(content, Kind::Subject)?;
    let text = format!("+++\nid = {id}\ntitle = {}\n+++\n\nWhat is this subject about?\n", quoted(title));
    write(path, &text).map(|path| vec![path])
}

fn course(
    content: &Path,
    subject: &str,
    title: &str,
    owner: &str,
    slug: Option<&str>,
    now: Timestamp,
) -> anyhow::Result<Vec<PathBuf>> {
    let folder = existing(content, subject, "subject.md")?;
    let owner: Slug = owner.parse().with_context(|| format!("\"{owner}\" cannot be the user name of an instructor"))?;
    let path = folder.join(slug_for(title, slug)?.as_str()).join("course.md");
    let instructor = content.join("instructors").join(format!("{owner}.md"));
    let mut files = Vec::new();
    if disk::exists(&path) {
        bail!("{} exists already", path.display());
    }
    if !disk::exists(&instructor) {
        let id = next_id(content, Kind::Instructor)?;
        let text = format!("+++\nid = {id}\nname = {}\n+++\n\nWho is this?\n", quoted(&name_of(&owner)));
        files.push(write(instructor, &text)?);
    }
    let id = next_id(content, Kind::Course)?;
    let created = now.strftime("%Y-%m-%dT%H:%M:%SZ");
    let text = format!(
        "+++\nid = {id}\ntitle = {}\nowner = \"{owner}\"\ncreated = {created}\nsummary = \"One sentence about the course\"\n\
         +++\n\nWhat will one be able to do after this course? What does one need to know before?\n",
        quoted(title)
    );
    files.push(write(path, &text)?);
    Ok(files)
}

fn module(content: &Path, course: &str, title: &str) -> anyhow::Result<Vec<PathBuf>> {
    let folder = existing(content, course, "course.md")?;
    let name = format!("{:02}-{}", next_number(&folder)?, slug_for(title, None)?);
    let text = format!("+++\ntitle = {}\n+++\n\nWhat is this module about?\n", quoted(title));
    write(folder.join(name).join("module.md"), &text).map(|path| vec![path])
}

fn content(content: &Path, module: &str, title: &str, kind: Option<(&str, &str)>) -> anyhow::Result<Vec<PathBuf>> {
    let folder = existing(content, module, "module.md")?;
    let name = format!("{:02}-{}.md", next_number(&folder)?, slug_for(title, None)?);
    let (setting, body) = match kind {
        Some((key, value)) => (format!("{key} = {}\n", quoted(value)), "A caption."),
        None => (String::new(), "Write here, in Markdown. Begin headings with `##`."),
    };
    let text = format!("+++\ntitle = {}\n{setting}+++\n\n{body}\n", quoted(title));
    write(folder.join(name), &text).map(|path| vec![path])
}

/// A folder of the content folder that holds `file`. Also accepts a path that begins with the content folder's name.
fn existing(content: &Path, relative: &str, file: &str) -> anyhow::Result<PathBuf> {
    let inside = Path::new(relative);
    let inside = content.file_name().and_then(|name| inside.strip_prefix(name).ok()).unwrap_or(inside);
    let leaves = !inside.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    let folder = content.join(inside);
    if leaves || !disk::exists(&folder.join(file)) {
        bail!("there is no {} in {}", file, content.display());
    }
    Ok(folder)
}

/// One more than the highest number among a folder's files and folders.
fn next_number(folder: &Path) -> anyhow::Result<u32> {
    let names = disk::list_folder(folder)?;
    let number = |name: &String| name.split_once('-')?.0.parse::<u32>().ok();
    Ok(names.iter().filter_map(number).max().unwrap_or(0) + 1)
}

fn next_id(content: &Path, kind: Kind) -> anyhow::Result<u32> {
    let mut ids = Ids::load(content, &holders(content)?)?;
    let id = ids.give(kind);
    ids.save()?;
    Ok(id)
}

fn slug_for(title: &str, given: Option<&str>) -> anyhow::Result<Slug> {
    match given {
        Some(slug) => slug.parse().with_context(|| format!("\"{slug}\" cannot be a slug")),
        None => {
            Slug::from_name(title).with_context(|| format!("no slug can be made of \"{title}\": give one with --slug"))
        }
    }
}

/// "Ada Okafor" for `ada-okafor`.
fn name_of(user_name: &Slug) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    user_name.as_str().split('-').map(capital).collect::<Vec<_>>().join(" ")
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn write(path: PathBuf, text: &str) -> anyhow::Result<PathBuf> {
    if disk::exists(&path) {
        bail!("{} exists already", path.display());
    }
    disk::write_new(&path, text.as_bytes())?;
    Ok(path)
}
