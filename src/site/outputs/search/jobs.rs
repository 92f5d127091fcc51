//! The files of a search as jobs: an index for each collection, its shards, the titles and the blocks of its pages.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::Write as _;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;

use super::course_words::CourseWords;
use super::pages::{SearchedPages, readers};
use super::shards::{Shard, Shards, shards};
use crate::course::{Address, Audience, routes};
use crate::digest::Digest;
use crate::site::cache::ByCourse;
use crate::site::curriculum::Course;
use crate::site::publish::{Job, Make};
use crate::site::views::Views;

/// What a search has of a course, for each kind of reader.
pub struct CourseIndex(Vec<ReaderIndex>);

struct ReaderIndex {
    reader: Audience,
    n_pages: usize,
    /// The identity of all that the words were found in.
    key: Digest,
    words: Arc<CourseWords>,
    /// The key of its titles.
    titles: Digest,
    /// The keys of its blocks.
    blocks: Vec<Digest>,
}

/// The words of courses from earlier builds, by the identity of what they were found in.
pub type KnownWords = HashMap<Digest, Arc<CourseWords>>;

impl CourseIndex {
    /// What the next build may rely on.
    pub fn known(&self) -> impl Iterator<Item = (Digest, Arc<CourseWords>)> {
        self.0.iter().map(|index| (index.key, index.words.clone()))
    }
}

/// What the browser reads first of a collection.
#[derive(Serialize)]
struct Index<'a> {
    /// How many there are.
    pages: usize,
    /// The first word of each shard, and the shard's name.
    words: Vec<(&'a str, String)>,
    endings: Vec<(&'a str, String)>,
}

/// The files of a search; `kept` is what the last build of this process found, `known` what earlier ones did.
pub fn jobs<'a>(views: &Views<'a>, kept: &mut ByCourse<CourseIndex>, known: &KnownWords) -> Vec<Job<'a>> {
    let courses: Vec<_> = views.graph.curriculum.courses().collect();
    let index = |_, course: &Course| Ok::<_, Infallible>(course_index(views, course, known));
    let Ok(indexes) = kept.of(views.graph.fragments.basis, &courses, index);
    let mut jobs = Vec::new();
    let (mut public, mut gated) = (Vec::new(), Vec::new());
    for (course, CourseIndex(indexes)) in courses.into_iter().zip(indexes.iter().map(|index| &**index)) {
        for index in indexes.iter().filter(|index| index.n_pages > 0) {
            jobs.push(titles(course, index));
            jobs.extend(blocks(course, index));
            let readable = if index.reader == Audience::Everyone { &mut public } else { &mut gated };
            readable.push((course.id.get(), index));
        }
    }
    public.sort_by_key(|(id, _)| *id);
    jobs.extend(collection(Audience::Everyone, &public));
    let gated: Vec<_> = gated.into_par_iter().map(|one| collection(one.1.reader, &[one])).collect();
    jobs.extend(gated.into_iter().flatten());
    jobs
}

fn course_index(views: &Views<'_>, course: &Course, known: &KnownWords) -> CourseIndex {
    let index = |reader| {
        let pages = SearchedPages::of(course, reader);
        let blocks = pages.keys(views);
        let key = Digest::of_parts(blocks.iter().map(|key| &key.as_bytes()[..]));
        let words = known.get(&key).cloned().unwrap_or_else(|| Arc::new(pages.words(views)));
        let titles = Digest::of(&pages.titles());
        ReaderIndex { reader, n_pages: pages.len(), key, words, titles, blocks }
    };
    CourseIndex(readers(course).map(index).collect())
}

fn titles<'a>(course: &'a Course, index: &ReaderIndex) -> Job<'a> {
    let reader = index.reader;
    let make = Make::Output(Box::new(move |_| packed(&SearchedPages::of(course, reader).titles())));
    Job::new(routes::search_titles(course.id, reader), reader, index.titles, make)
}

fn blocks<'a>(course: &'a Course, index: &ReaderIndex) -> impl Iterator<Item = Job<'a>> {
    let reader = index.reader;
    index.blocks.iter().enumerate().map(move |(nth, key)| {
        let make = Make::Output(Box::new(move |views| packed(&SearchedPages::of(course, reader).block(nth, views))));
        Job::new(routes::search_block(course.id, reader, nth), reader, *key, make)
    })
}

/// The index of a collection and its shards.
fn collection<'a>(reader: Audience, courses: &[(u32, &ReaderIndex)]) -> Vec<Job<'a>> {
    let words: Vec<_> = courses.iter().map(|(id, index)| (*id, &*index.words)).collect();
    let Shards { words, endings } = shards(&words);
    let pages = courses.iter().map(|(_, index)| index.n_pages).sum();
    let index = Index { pages, words: names(&words), endings: names(&endings) };
    let index = serde_json::to_vec(&index).expect("plain texts always serialize");
    let mut jobs: Vec<_> = words.into_iter().chain(endings).map(|shard| shard_job(reader, shard)).collect();
    let (address, key) = (address(reader), Digest::of(&index));
    jobs.push(Job::new(address, reader, key, Make::Output(Box::new(move |_| index.clone()))));
    jobs
}

fn names(shards: &[Shard]) -> Vec<(&str, String)> {
    shards.iter().map(|shard| (&*shard.first, shard.digest.short())).collect()
}

fn shard_job<'a>(reader: Audience, shard: Shard) -> Job<'a> {
    let address = routes::search_shard(reader, &shard.digest.short());
    let make = Make::Named(Box::new(move |_| packed(&shard.bytes)));
    Job::new(address, reader, shard.digest, make)
}

fn address(reader: Audience) -> Address {
    match reader {
        Audience::Everyone => routes::search_index(),
        Audience::Enrolled(id) => routes::search_enrolled(id),
    }
}

/// Not left to the host, which may send a file of an ending that it does not know as it is.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}
