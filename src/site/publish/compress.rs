//! Compressed forms beside what is published: `index.html.br`. For web servers that hand out such files, ours among them.
//!
//! Which files have them depends on names and sizes alone, so a build knows it before it makes them. A form that would
//! not be smaller is not made, which the ledger remembers too.

use std::collections::HashSet;
use std::io::Write as _;

use super::jobs::Job;
use crate::course::Encoding;
use crate::digest::Digest;
use crate::site::cache::Form;

/// Endings of what is text inside. Images, fonts, archives and PDFs are compressed by themselves.
const TEXTS: [&str; 18] = [
    "atom",
    "css",
    "csv",
    "htm",
    "html",
    "ics",
    "js",
    "json",
    "md",
    "mjs",
    "rss",
    "svg",
    "tex",
    "txt",
    "vtt",
    "webmanifest",
    "xhtml",
    "xml",
];

/// Smaller files fit into one packet anyway; larger ones would stop a build for minutes.
const SIZES: std::ops::RangeInclusive<usize> = 257..=4 * 1024 * 1024;

/// Notes which files are to have compressed forms. A form never takes the place of a file of the school's own.
pub fn ask(jobs: &mut [Job<'_>], encodings: &[Encoding]) {
    if encodings.is_empty() {
        return;
    }
    let is_form = |path: &&str| Encoding::ALL.iter().any(|encoding| path.ends_with(&format!(".{encoding}")));
    let paths: Vec<_> = jobs.iter().map(|job| job.path.clone()).collect();
    // Also as a folder.
    let taken: HashSet<&str> = paths
        .iter()
        .flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at]).chain([&**path]))
        .filter(is_form)
        .collect();
    for (job, path) in jobs.iter_mut().zip(&paths) {
        if job.address.is_some() && is_text(path) {
            for encoding in encodings {
                job.encodings[encoding.at()] = !taken.contains(encoding.beside(path).as_str());
            }
        }
    }
}

fn is_text(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| TEXTS.contains(&ending.as_str()))
}

/// Whether a file of this size is compressed at all.
pub fn is_worth_it(size: usize) -> bool {
    SIZES.contains(&size)
}

/// A compressed form and what the ledger says of it; no bytes if it would not be smaller.
pub fn form(encoding: Encoding, bytes: &[u8], for_ever: bool) -> (Form, Option<Vec<u8>>) {
    let short = Some(bytes)
        .filter(|bytes| is_worth_it(bytes.len()))
        .and_then(|bytes| compressed(encoding, bytes, for_ever).ok())
        .filter(|short| short.len() < bytes.len());
    match short {
        Some(short) => (Form::Made { digest: Digest::of(&short), size: short.len() as u64 }, Some(short)),
        None => (Form::Useless, None),
    }
}

/// The same bytes for the same input wherever it runs: one thread, no time, no name. The levels are where more time no
/// longer makes pages of a school much smaller; what may be cached `for_ever` is compressed once, so as well as it goes.
fn compressed(encoding: Encoding, bytes: &[u8], for_ever: bool) -> std::io::Result<Vec<u8>> {
    match encoding {
        Encoding::Brotli => {
            let (quality, size_hint) = (if for_ever { 11 } else { 10 }, bytes.len());
            let parameters = brotli::enc::BrotliEncoderParams { quality, size_hint, ..Default::default() };
            let mut short = Vec::new();
            brotli::BrotliCompress(&mut &*bytes, &mut short, &parameters)?;
            Ok(short)
        }
        Encoding::Zstandard => zstd::bulk::compress(bytes, 19),
        Encoding::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
            encoder.write_all(bytes)?;
            encoder.finish()
        }
    }
}
