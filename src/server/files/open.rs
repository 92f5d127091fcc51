//! Opening: the bytes that a pass is for, from memory or from the disk, in the form that the client likes best.

use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::cache::FileCache;
use crate::course::{Audience, Encoding, Published, Variant};
use crate::digest::Digest;
use crate::disk::{self, DiskError};
use crate::school::{File, Pass};
use crate::server::problem::Problem;
use crate::server::publication::PublicationSource;

/// Files up to this size are read whole and may be kept; larger ones are sent piece by piece.
const READ_WHOLE: u64 = 512 * 1024;

/// A file that may be sent.
pub struct Opened {
    /// The compressed form it is in, if it is in one.
    pub encoding: Option<Encoding>,
    /// Bytes.
    pub size: u64,
    /// The identity of these bytes: of the form, not of the file it was made of.
    pub digest: Digest,
    /// What to send.
    pub content: Content,
}

/// The bytes themselves, or where they are.
pub enum Content {
    /// All of them.
    Whole(Bytes),
    /// Too many for that.
    Pieces(tokio::fs::File),
}

/// What a pass is for, if it is in memory: the first of the wanted forms, else the file as it is.
pub fn from_memory(cache: &FileCache, pass: &Pass<File>, wanted: &[Encoding]) -> Option<Opened> {
    let published = &pass.thing().published;
    let (encoding, digest) = listed(published, wanted).next()?;
    let bytes = cache.get(&digest)?;
    Some(Opened { encoding, size: bytes.len() as u64, digest, content: Content::Whole(bytes) })
}

/// The same from the disk; reads files, so not for where nothing may wait. Nothing if what lies there is not what the
/// catalog lists.
pub fn from_disk(
    source: &PublicationSource,
    cache: &FileCache,
    pass: &Pass<File>,
    wanted: &[Encoding],
) -> Result<Option<Opened>, DiskError> {
    let published = &pass.thing().published;
    let path = on_disk(source, pass.thing());
    for encoding in wanted {
        let Some(listed) = published.variants[encoding.at()] else { continue };
        let path = PathBuf::from(encoding.beside(&path.to_string_lossy()));
        if let Ok(Some(opened)) = open(&path, listed, true, cache) {
            return Ok(Some(Opened { encoding: Some(*encoding), ..opened }));
        }
    }
    let plain = Variant { digest: published.digest, size: published.size };
    open(&path, plain, published.audience != Audience::Everyone, cache)
}

/// Whether what lies on the disk is what the catalog lists, for who has somebody else send the bytes.
pub async fn is_as_listed(source: &PublicationSource, pass: &Pass<File>) -> Result<bool, Problem> {
    let (path, Published { digest, size, .. }) = (on_disk(source, pass.thing()), pass.thing().published);
    // Nobody sends them from our memory, so they are not kept there.
    let nowhere = FileCache::new(0);
    let open = move || open(&path, Variant { digest, size }, true, &nowhere);
    Ok(tokio::task::spawn_blocking(open).await??.is_some())
}

/// The forms that would be sent, best first, as the catalog lists them.
fn listed(published: &Published, wanted: &[Encoding]) -> impl Iterator<Item = (Option<Encoding>, Digest)> {
    let form = |encoding: &Encoding| Some((Some(*encoding), published.variants[encoding.at()]?.digest));
    wanted.iter().filter_map(form).chain([(None, published.digest)])
}

/// Opens what the catalog lists; nothing if something else lies there, or nothing at all.
///
/// A build lays files down before its catalog. What is public may be seen a moment early, under its own tag. What is
/// gated may have become another course's: only the new catalog says whose, so the old one must not open it; nor a
/// compressed form that may be of other bytes. Those are opened `only_listed`. Of files too large to be read for it only
/// the size is compared. What is kept in memory is what was asked for: bytes that no catalog lists yet may never be.
fn open(path: &Path, listed: Variant, only_listed: bool, cache: &FileCache) -> Result<Option<Opened>, DiskError> {
    let file = match disk::open(path) {
        Err(error) if error.is_missing() => return Ok(None),
        file => file?,
    };
    // Of the file that is open: the name may be another's by now.
    let read = |source| DiskError { verb: "read", path: path.to_owned(), source };
    let size = file.metadata().map_err(read)?.len();
    if size > READ_WHOLE {
        let content = Content::Pieces(file.into());
        let opened = Opened { encoding: None, size, digest: listed.digest, content };
        return Ok((size == listed.size).then_some(opened));
    }
    let bytes = Bytes::from(disk::read(path)?);
    let digest = Digest::of(&bytes);
    let is_listed = digest == listed.digest;
    if is_listed {
        cache.keep(digest, bytes.clone());
    }
    let opened = Opened { encoding: None, size: bytes.len() as u64, digest, content: Content::Whole(bytes) };
    Ok((is_listed || !only_listed).then_some(opened))
}

fn on_disk(source: &PublicationSource, file: &File) -> PathBuf {
    let folder = match file.published.audience {
        Audience::Everyone => &source.public,
        Audience::Enrolled(_) => &source.private,
    };
    folder.join(file.address.file())
}
