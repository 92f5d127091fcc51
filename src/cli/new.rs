//! `educa new`: adds a subject, a course, a module or a content, ready to be filled.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use jiff::Timestamp;

use super::args::{Format, NewCommand};
use super::ids::{self, Holder, Holders, Ids, Kind, holders};
use super::settings::Settings;
use crate::course::{Slug, routes};
use crate::diag::nearest;
use crate::disk;
use crate::site::{Video, parse_video};

/// Adds one thing and prints the file to edit.
pub fn new(settings: &Settings, command: &NewCommand, format: Format) -> anyhow::Result<ExitCode> {
    let content = &settings.site.content;
    let _lock = ids::lock(settings)?;
    let files = match command {
        NewCommand::Subject { title, slug } => subject(content, title, slug.as_deref())?,
        NewCommand::Course { subject, title, owner, slug } => {
            course(content, subject, title, owner, slug.as_deref(), settings.site.now)?
        }
        NewCommand::Module { course, title, slug } => module(content, course, title, slug.as_deref())?,
        NewCommand::Content { module, title, video, image, file, slug } => {
            let kind = [("video", video), ("image", image), ("file", file)];
            let kind = kind.into_iter().find_map(|(key, value)| Some((key, value.as_deref()?)));
            self::content(content, module, title, slug.as_deref(), kind)?
        }
    };
    match format {
        Format::Text | Format::Github => files.iter().for_each(|file| anstream::println!("{}", file.display())),
        Format::Json => anstream::println!("{}", serde_json::json!({ "files": files })),
    }
    Ok(ExitCode::SUCCESS)
}

fn subject(content: &Path, title: &str, slug: Option<&str>) -> anyhow::Result<Vec<PathBuf>> {
    let slug = slug_for(title, slug)?;
    if slug.as_str() == INSTRUCTORS {
        bail!("\"{INSTRUCTORS}\" is the folder of the instructors: give another --slug");
    }
    let folder = content.join(slug.as_str());
    free(&folder)?;
    let holders = holders(content)?;
    unclaimed(content, &holders, Kind::Subject, &slug)?;
    let id = next_id(content, &holders, Kind::Subject)?;
    let text = format!("+++\nid = {id}\ntitle = {}\n+++\n\nWhat is this subject about?\n", quoted(title));
    write(folder.join("subject.md"), &text).map(|path| vec![path])
}

fn course(
    content: &Path,
    subject: &str,
    title: &str,
    owner: &str,
    slug: Option<&str>,
    now: Timestamp,
) -> anyhow::Result<Vec<PathBuf>> {
    let folder = existing(content, subject, "subject")?;
    let owner: Slug = owner.parse().with_context(|| format!("\"{owner}\" cannot be the user name of an instructor"))?;
    let slug = slug_for(title, slug)?;
    if slug.as_str() == routes::SUBJECT_SLUG {
        bail!("a course cannot have the slug \"{slug}\", its address belongs to the subjects: give another --slug");
    }
    let folder = folder.join(slug.as_str());
    free(&folder)?;
    unclaimed(content, &holders(content)?, Kind::Course, &slug)?;
    let instructor = content.join(INSTRUCTORS).join(format!("{owner}.md"));
    let mut files = Vec::new();
    if !disk::exists(&instructor) {
        let id = next_id(content, &holders(content)?, Kind::Instructor)?;
        let text = format!("+++\nid = {id}\nname = {}\n+++\n\nWho is this?\n", quoted(&name_of(&owner)));
        files.push(write(instructor, &text)?);
    }
    let id = next_id(content, &holders(content)?, Kind::Course)?;
    let created = now.strftime("%Y-%m-%dT%H:%M:%SZ");
    let text = format!(
        "+++\nid = {id}\ntitle = {}\nowner = \"{owner}\"\ncreated = {created}\nsummary = \"One sentence about the course\"\n\
         # Who may enroll, and when; without these lines everybody, at any time:\n\
         # enrollment = \"approval\"          # or \"open\", \"invite\", \"closed\"\n\
         # capacity = 30                    # who comes later waits for a place\n\
         # opens = 2026-09-01               # enrollment, from and until\n\
         # closes = 2026-09-30\n\
         # starts = 2026-10-05              # the course itself\n\
         # ends = 2027-01-31\n\
         # prerequisites = [\"a-course\"]    # slugs of courses in which one needs a place first\n\
         +++\n\nWhat will one be able to do after this course? What does one need to know before?\n",
        quoted(title)
    );
    files.push(write(folder.join("course.md"), &text)?);
    Ok(files)
}

fn module(content: &Path, course: &str, title: &str, slug: Option<&str>) -> anyhow::Result<Vec<PathBuf>> {
    let folder = existing(content, course, "course")?;
    let name = numbered(&folder, title, slug)?;
    let text = format!("+++\ntitle = {}\n+++\n\nWhat is this module about?\n", quoted(title));
    write(folder.join(name).join("module.md"), &text).map(|path| vec![path])
}

fn content(
    content: &Path,
    module: &str,
    title: &str,
    slug: Option<&str>,
    kind: Option<(&str, &str)>,
) -> anyhow::Result<Vec<PathBuf>> {
    let folder = existing(content, module, "module")?;
    let name = format!("{}.md", numbered(&folder, title, slug)?);
    let (setting, body) = match kind {
        Some((key, value)) => {
            check_kind(&folder, key, value)?;
            (format!("{key} = {}\n", quoted(value)), "A caption.")
        }
        None => (String::new(), "Write here, in Markdown. Begin headings with `##`."),
    };
    let text = format!("+++\ntitle = {}\n{setting}+++\n\n{body}\n", quoted(title));
    write(folder.join(name), &text).map(|path| vec![path])
}

/// What a content shows must be there, or the school would no longer build.
fn check_kind(folder: &Path, key: &str, value: &str) -> anyhow::Result<()> {
    let file = match (key, parse_video(value)) {
        ("video", Ok(Video::Local(file))) => file,
        ("video", Ok(_)) => return Ok(()),
        ("video", Err(error)) => bail!("{value}: {error}"),
        _ => value.to_owned(),
    };
    // A text names what lies beside it, or below.
    if leaves(Path::new(&file)) || !disk::exists(&folder.join(&file)) {
        bail!("there is no file {file} in {}: put it there first", folder.display());
    }
    Ok(())
}

/// The folder of the instructors' texts.
const INSTRUCTORS: &str = "instructors";

/// Whether a path may lead out of the folder that it begins in.
fn leaves(path: &Path) -> bool {
    !path.components().all(|part| matches!(part, std::path::Component::Normal(_)))
}

/// A folder of the content folder that holds a `what`. Also accepts a path that begins with the content folder's name.
fn existing(content: &Path, relative: &str, what: &str) -> anyhow::Result<PathBuf> {
    let inside = Path::new(relative);
    let inside = content.file_name().and_then(|name| inside.strip_prefix(name).ok()).unwrap_or(inside);
    let folder = content.join(inside);
    if leaves(inside) || !disk::exists(&folder.join(format!("{what}.md"))) {
        let example = match what {
            "subject" => "mathematics",
            "course" => "mathematics/algebra",
            _ => "mathematics/algebra/01-sets",
        };
        let wrong = format!("there is no {what} in \"{relative}\"");
        let there = folders_of(content, what)?;
        match nearest(&inside.to_string_lossy(), there.iter().map(String::as_str)) {
            Some(near) => bail!("{wrong}: did you mean {near}?"),
            None => bail!("{wrong}: name its folder in {}, such as {example}", content.display()),
        }
    }
    Ok(folder)
}

/// The folders of the content folder that hold a `what`.
fn folders_of(content: &Path, what: &str) -> anyhow::Result<Vec<String>> {
    let name = format!("{what}.md");
    let (files, _) = disk::list_files(content)?;
    let texts = files.iter().filter(|file| file.path.file_name().is_some_and(|found| found == name.as_str()));
    let folders = texts.filter_map(|file| file.path.parent()?.strip_prefix(content).ok());
    Ok(folders.map(|folder| folder.to_string_lossy().into_owned()).collect())
}

fn free(folder: &Path) -> anyhow::Result<()> {
    if disk::exists(folder) {
        bail!("{} exists already: give another --slug", folder.display());
    }
    Ok(())
}

/// No other subject or course may have this slug, wherever its folder is.
fn unclaimed(content: &Path, holders: &Holders, kind: Kind, slug: &Slug) -> anyhow::Result<()> {
    let has_it = |holder: &&Holder| {
        let folder = holder.path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy());
        let own = || folder.as_deref().and_then(Slug::from_name);
        holder.kind == kind
            && holder.slug.as_ref().map_or_else(|| own().as_ref() == Some(slug), |given| given == slug.as_str())
    };
    match holders.readable.iter().find(has_it) {
        Some(holder) => {
            let path = holder.path.strip_prefix(content).unwrap_or(&holder.path);
            bail!("{} has the slug \"{slug}\" already: give another --slug", content.join(path).display())
        }
        None => Ok(()),
    }
}

/// The next number and a slug, the title's unless one is given, which none of its siblings may have.
fn numbered(folder: &Path, title: &str, slug: Option<&str>) -> anyhow::Result<String> {
    let slug = slug_for(title, slug)?;
    for name in disk::list_folder(folder)? {
        let stem = if disk::is_folder(&folder.join(&name)) {
            &*name
        } else {
            name.rsplit_once('.').map_or(&*name, |(stem, _)| stem)
        };
        let own = stem.trim_start_matches(|character: char| character.is_ascii_digit()).trim_start_matches('-');
        if Slug::from_name(own).as_ref() == Some(&slug) {
            bail!("{} is called so already: choose another title, or give another --slug", folder.join(name).display());
        }
    }
    Ok(format!("{:02}-{slug}", next_number(folder)?))
}

/// One more than the highest number among a folder's files and folders.
fn next_number(folder: &Path) -> anyhow::Result<u32> {
    let names = disk::list_folder(folder)?;
    let number = |name: &String| name.split_once('-')?.0.parse::<u32>().ok();
    Ok(names.iter().filter_map(number).max().unwrap_or(0) + 1)
}

fn next_id(content: &Path, holders: &Holders, kind: Kind) -> anyhow::Result<u32> {
    let mut ids = Ids::load(content, &holders.readable)?;
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
