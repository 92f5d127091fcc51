//! Contents: the lowest level of the assembly, where files become texts, images, files and videos.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::assembly::Assembly;
use super::folder::{Folder, INTO_A_MODULE, document, resource};
use super::naming::{Given, ORDER_HELP, Unique, orders, slug_of, split_number, title_of};
use super::nouns::{Content, Kind, Resource};
use super::settings::{Common, searched};
use super::video::{NotAVideo, VIDEO_ENDINGS, Video, parse};
use crate::course::Slug;
use crate::diag::nearest;
use crate::fields::Fields;
use crate::site::source::SourceFile;

/// Endings of images that browsers show.
const IMAGE_ENDINGS: [&str; 7] = ["svg", "png", "jpg", "jpeg", "gif", "webp", "avif"];

/// A content before its place among the others is known.
struct Unplaced {
    given: Given<u32>,
    slug_given: Given<Slug>,
    number: Option<u32>,
    content: Content,
}

/// The contents of a module's folder, and all its files that are published as they are.
pub(super) fn contents(assembly: &mut Assembly<'_, '_>, folder: &Folder<'_>) -> (Vec<Content>, Vec<Arc<Resource>>) {
    let mut resources: Vec<_> = folder.files.values().filter_map(|file| resource(file)).collect();
    for folder in folder.folders.values() {
        resources.extend(folder.open().resources(INTO_A_MODULE, assembly.diagnostics));
    }
    let paths = resources.iter().map(|resource| resource.path.to_string()).collect();
    let mut found = BTreeMap::new();
    for (name, file) in folder.files.iter().filter(|(name, _)| **name != "module.md") {
        if let Some(stem) = name.strip_suffix(".md") {
            found.extend(written(assembly, stem, file, &paths).map(|unplaced| (*name, unplaced)));
        }
    }
    // A media file is on its own only if no text made it its own.
    let named: BTreeSet<_> =
        found.values().filter_map(|unplaced| unplaced.content.kind.media()).map(str::to_owned).collect();
    for (name, file) in folder.files.iter().filter(|(_, file)| !named.contains(&file.path)) {
        if !name.ends_with(".md") {
            found.extend(on_its_own(assembly, name, file).map(|unplaced| (*name, unplaced)));
        }
    }
    (placed(assembly, found.into_values().collect()), resources)
}

fn placed(assembly: &mut Assembly<'_, '_>, unplaced: Vec<Unplaced>) -> Vec<Content> {
    let order = |unplaced: &Unplaced| (unplaced.given.as_ref().map(|(order, _)| *order), unplaced.number);
    let siblings: Vec<_> = unplaced.iter().map(order).collect();
    let mut unique_orders = Unique::new("order", ORDER_HELP);
    let mut slugs = Unique::new("content slug", "rename one of the files, or set `slug`");
    let mut contents = Vec::new();
    for (unplaced, order) in unplaced.into_iter().zip(orders(&siblings)) {
        let content = Content { order, ..unplaced.content };
        let shown = format!("{}/{}", assembly.content_folder(), content.path);
        let place = |span| content.document.as_ref().map(|document| document.place(span));
        let order_place = || unplaced.given.and_then(|(_, span)| place(span));
        let slug_place = || unplaced.slug_given.and_then(|(_, span)| place(span));
        unique_orders.claim(order, &shown, order_place, assembly.diagnostics);
        slugs.claim(content.slug.clone(), &shown, slug_place, assembly.diagnostics);
        contents.push(content);
    }
    contents.sort_by_key(|content| content.order);
    contents
}

/// What kind of content a text's settings make of it, before the files were looked up.
enum Named {
    Text,
    Image(String, Range<usize>),
    File(String, Range<usize>),
    Video(String, Range<usize>),
}

impl Named {
    fn read(fields: &mut Fields<'_>) -> Self {
        let image = fields.spanned_text("image");
        let file = fields.spanned_text("file");
        let video = fields.spanned_text("video");
        let given = [&image, &file, &video].into_iter().flatten().count();
        if let (true, Some((_, span))) = (given > 1, [&video, &file, &image].into_iter().flatten().next()) {
            let help = "keep one, and make another content of the other";
            fields.wrong(span.clone(), "a content can be only one of `image`, `file` and `video`", help);
        }
        match (image, file, video) {
            (Some((path, span)), _, _) => Named::Image(path, span),
            (_, Some((path, span)), _) => Named::File(path, span),
            (_, _, Some((url, span))) => Named::Video(url, span),
            _ => Named::Text,
        }
    }
}

/// A content that is a Markdown file.
fn written(
    assembly: &mut Assembly<'_, '_>,
    stem: &str,
    file: &SourceFile,
    resources: &BTreeSet<String>,
) -> Option<Unplaced> {
    let config = assembly.config;
    let read = |fields: &mut Fields<'_>| {
        let common = Common::read(fields, config);
        let times = (fields.time("created"), fields.time("updated"));
        (common, fields.number("order"), times, searched(fields), Named::read(fields))
    };
    let ((common, given, (created, updated), searched, named), document) = document(file, assembly.diagnostics, read)?;
    if assembly.hides(&common) {
        return None;
    }
    let (number, rest) = split_number(stem);
    let slug = slug_of(&common.slug, rest, &file.shown, assembly.diagnostics);
    let kind = match named {
        Named::Text => Ok(Kind::Text),
        Named::Image(path, span) => {
            found(&path, file, resources, Some(&IMAGE_ENDINGS)).map(Kind::Image).map_err(|e| (e, span))
        }
        Named::File(path, span) => found(&path, file, resources, None).map(Kind::File).map_err(|e| (e, span)),
        Named::Video(url, span) => video(&url, file, resources).map(Kind::Video).map_err(|e| (e, span)),
    };
    let kind = kind.map_err(|((message, help), span)| {
        assembly.diagnostics.push(document.error(span, message).help(help));
    });
    let aliases = common.aliases(&document);
    let times = assembly.history.of(&file.path);
    let content = Content {
        order: 0,
        title: common.title?,
        slug: slug?,
        created: created.or(times.map(|times| times.created)).unwrap_or(file.modified),
        updated: updated.or(times.map(|times| times.updated)).unwrap_or(file.modified),
        kind: kind.ok()?,
        searched,
        document: Some(document),
        path: file.path.clone(),
        aliases,
    };
    Some(Unplaced { given, slug_given: common.slug, number, content })
}

/// A media file with a number is a content too, titled by its name.
fn on_its_own(assembly: &mut Assembly<'_, '_>, name: &str, file: &SourceFile) -> Option<Unplaced> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let (number, rest) = split_number(stem);
    number?;
    let slug = slug_of(&None, rest, &file.shown, assembly.diagnostics)?;
    let ending = ending.to_ascii_lowercase();
    let path = file.path.clone();
    let kind = match ending.as_str() {
        ending if IMAGE_ENDINGS.contains(&ending) => Kind::Image(path),
        ending if VIDEO_ENDINGS.contains(&ending) => Kind::Video(Video::Local(path)),
        _ => Kind::File(path),
    };
    let times = assembly.history.of(&file.path);
    let content = Content {
        order: 0,
        title: title_of(rest),
        slug,
        created: times.map_or(file.modified, |times| times.created),
        updated: times.map_or(file.modified, |times| times.updated),
        kind,
        searched: true,
        document: None,
        path: file.path.clone(),
        aliases: Vec::new(),
    };
    Some(Unplaced { given: None, slug_given: None, number, content })
}

/// A message and what to do about it.
type Mistake = (String, String);

/// The path below the content folder of a file that `written` names, if its module has it.
fn found(
    path: &str,
    file: &SourceFile,
    resources: &BTreeSet<String>,
    endings: Option<&[&str]>,
) -> Result<String, Mistake> {
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let full = format!("{folder}/{}", path.trim_start_matches("./"));
    if !resources.contains(&full) {
        let names = resources.iter().filter_map(|resource| resource.strip_prefix(folder)?.strip_prefix('/'));
        let help = match nearest(path, names) {
            Some(name) => format!("did you mean \"{name}\"?"),
            None => "put the file into the module's folder, and name it relative to this text".to_owned(),
        };
        return Err((format!("there is no file \"{path}\" in this module"), help));
    }
    let ending = full.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    match endings {
        Some(endings) if !endings.contains(&ending.as_str()) => {
            let message = format!("\"{path}\" is no image that browsers show");
            Err((message, format!("use one of: {}", endings.join(", "))))
        }
        _ => Ok(full),
    }
}

fn video(url: &str, file: &SourceFile, resources: &BTreeSet<String>) -> Result<Video, Mistake> {
    match parse(url) {
        Ok(Video::Local(path)) => found(&path, file, resources, None).map(Video::Local),
        Ok(video) => Ok(video),
        Err(error) => {
            let help = match error {
                NotAVideo::BadId("YouTube") => {
                    "copy the address of the video's page: https://www.youtube.com/watch?v=…"
                }
                NotAVideo::BadId(_) => "copy the address of the video's page: https://vimeo.com/76979871",
                _ => "write the address of a video on YouTube or Vimeo, or of a media file (mp4, webm, ogv, m4v)",
            };
            Err((error.to_string(), help.to_owned()))
        }
    }
}
