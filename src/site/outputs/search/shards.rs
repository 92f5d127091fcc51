//! The words of a collection in shards: stretches of the sorted list, of which a query needs few.
//!
//! Where a shard ends is decided by the word that would be next, and not by what stands before it: one word more or less
//! changes its own shard and no other. A shard is, for each word: how many bytes it shares with the word before, how many
//! follow and these bytes, how many bytes of postings follow and these. Postings are, for each course that has the word:
//! how far its id is from that of the course before (the first: from 0), and what [`CourseWords`] has. A shard of endings
//! has words alone.

use std::collections::HashMap;

use rayon::prelude::*;

use super::course_words::{CourseWords, put_number};
use super::words::is_unspaced;
use crate::digest::Digest;

/// How large shards are on average before they are compressed, to half of it. The largest of a few hundred is six times
/// as large; of smaller ones a query would need more.
const MEAN_SIZE: u64 = 12 * 1024;

/// What is not larger is not cut.
const SMALL: usize = 32 * 1024;

/// How many parts the words of a collection are looked through in.
const STRETCHES: usize = 64;

/// Shorter words have no ending to go by.
const SHORTEST_ENDING: usize = 4;

/// A part of the list.
pub struct Shard {
    /// The first word in it.
    pub first: String,
    /// Identity of its bytes.
    pub digest: Digest,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The shards of a collection.
pub struct Shards {
    /// Those of words.
    pub words: Vec<Shard>,
    /// Those of endings; none where all words are in one shard, which can be looked through.
    pub endings: Vec<Shard>,
}

/// A word, and what stands behind it.
struct Entry<'a> {
    word: &'a str,
    postings: Vec<u8>,
}

/// The shards of a collection: the words of its courses, each with the course's id, in the order of the ids.
pub fn shards(courses: &[(u32, &CourseWords)]) -> Shards {
    let entries = entries(courses);
    let words = cut(&entries, true);
    if words.len() < 2 {
        return Shards { words, endings: Vec::new() };
    }
    let mut backwards: Vec<String> = entries.par_iter().filter_map(|entry| backwards(entry.word)).collect();
    backwards.par_sort_unstable();
    let endings: Vec<_> = backwards.iter().map(|word| Entry { word, postings: Vec::new() }).collect();
    Shards { words, endings: cut(&endings, false) }
}

/// All words, sorted, with all that have them. In stretches, each by itself: what most courses have is a word of others, so
/// to look each up among the few thousand of a stretch takes a third of what it takes to sort those of all courses.
fn entries<'a>(courses: &[(u32, &'a CourseWords)]) -> Vec<Entry<'a>> {
    let most = courses.iter().map(|(_, words)| words).max_by_key(|words| words.len());
    let Some(most) = most.filter(|words| words.len() > 0) else { return Vec::new() };
    let first = |nth: usize| (nth > 0 && nth < STRETCHES).then(|| most.get(nth * most.len() / STRETCHES).0);
    let stretches: Vec<_> = (0..STRETCHES).map(|nth| (first(nth), first(nth + 1))).collect();
    stretches.into_par_iter().flat_map_iter(|(from, to)| stretch(courses, from, to)).collect()
}

/// The words from one to before another; none is the beginning, or the end.
fn stretch<'a>(courses: &[(u32, &'a CourseWords)], from: Option<&str>, to: Option<&str>) -> Vec<Entry<'a>> {
    let mut places = HashMap::new();
    let mut found: Vec<(u32, Entry<'a>)> = Vec::new();
    for (id, words) in courses {
        let from = from.map_or(0, |word| words.before(word));
        for at in from..to.map_or(words.len(), |word| words.before(word)) {
            let (word, postings) = words.get(at);
            let place = *places.entry(word).or_insert_with(|| {
                found.push((0, Entry { word, postings: Vec::new() }));
                found.len() - 1
            });
            let (before, entry) = &mut found[place];
            put_number(&mut entry.postings, id - *before);
            entry.postings.extend_from_slice(postings);
            *before = *id;
        }
    }
    let mut entries: Vec<_> = found.into_iter().map(|(_, entry)| entry).collect();
    entries.sort_unstable_by_key(|entry| entry.word);
    entries
}

fn backwards(word: &str) -> Option<String> {
    let long = word.chars().nth(SHORTEST_ENDING - 1).is_some();
    (long && !word.chars().any(is_unspaced)).then(|| word.chars().rev().collect())
}

fn cut(entries: &[Entry<'_>], with_postings: bool) -> Vec<Shard> {
    let whole = entries.iter().map(size).sum::<usize>() <= SMALL;
    let parts: Vec<_> = entries.chunk_by(|_, next| whole || !begins_shard(next)).collect();
    parts.into_par_iter().map(|part| shard(part, with_postings)).collect()
}

fn size(entry: &Entry<'_>) -> usize {
    // Four bytes of a word are left beside what it shares with the one before, on average; two are lengths.
    6 + entry.postings.len()
}

/// As probable as the entry is large, so that shards of rare and of frequent words are equally large.
fn begins_shard(entry: &Entry<'_>) -> bool {
    let digest = Digest::of(entry.word.as_bytes());
    let [a, b, c, d, ..] = *digest.as_bytes();
    u64::from(u32::from_le_bytes([a, b, c, d])) < size(entry) as u64 * (1 << 32) / MEAN_SIZE
}

fn shard(entries: &[Entry<'_>], with_postings: bool) -> Shard {
    let mut bytes = Vec::new();
    let mut before = "";
    for Entry { word, postings } in entries {
        let shared = before.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
        put_length(&mut bytes, shared);
        put_length(&mut bytes, word.len() - shared);
        bytes.extend_from_slice(&word.as_bytes()[shared..]);
        if with_postings {
            put_length(&mut bytes, postings.len());
            bytes.extend_from_slice(postings);
        }
        before = word;
    }
    Shard { first: entries[0].word.to_owned(), digest: Digest::of(&bytes), bytes }
}

fn put_length(bytes: &mut Vec<u8>, length: usize) {
    put_number(bytes, u32::try_from(length).expect("a shard is small"));
}

#[cfg(test)]
mod tests {
    use super::super::course_words::{Collector, Part};
    use super::*;

    fn course(n_pages: usize, words_of: impl Fn(usize) -> String) -> CourseWords {
        let mut collector = Collector::default();
        for page in 0..n_pages {
            collector.page([(Part::Text, &*words_of(page))]);
        }
        collector.finish()
    }

    /// Invented words, some frequent and most rare.
    fn text(page: usize) -> String {
        (0..200).map(|nth| format!("w{} ", (page * 7919 + nth * nth * 31) % (1 + nth * 400))).collect()
    }

    #[test]
    fn a_course_without_words_and_a_collection_without_any_have_none() {
        let none = Collector::default().finish();
        assert!(shards(&[(1, &none)]).words.is_empty() && shards(&[]).words.is_empty());
        let few = course(1, |_| "b a".to_owned());
        let shards = shards(&[(1, &none), (2, &few)]);
        assert_eq!((shards.words.len(), &*shards.words[0].first), (1, "a"));
    }

    #[test]
    fn a_small_collection_is_one_shard() {
        let words = course(3, |page| format!("common word{page}"));
        let Shards { words, endings } = shards(&[(7, &words)]);
        assert_eq!((words.len(), endings.len()), (1, 0));
        assert_eq!(words[0].first, "common");
        assert!(words[0].bytes.starts_with(&[0, 6, b'c', b'o', b'm', b'm', b'o', b'n', 5, 7, 3, 0, 8, 8]));
        assert!(shards(&[]).words.is_empty());
    }

    #[test]
    fn one_changed_page_changes_few_shards() {
        let names = |words: &CourseWords| {
            let Shards { words, endings } = shards(&[(7, words)]);
            assert!(words.len() > 15 && endings.len() > 5, "{} {}", words.len(), endings.len());
            words.into_iter().chain(endings).map(|shard| shard.digest).collect::<Vec<_>>()
        };
        let before = names(&course(400, text));
        let after = names(&course(400, |page| if page == 9 { text(9) + " another newcomer" } else { text(page) }));
        let new = after.iter().filter(|name| !before.contains(name)).count();
        assert!((1..=4).contains(&new), "{new} of {}", after.len());
    }

    #[test]
    fn no_shard_is_much_larger_than_others() {
        let Shards { words, .. } = shards(&[(1, &course(2000, text))]);
        let largest = words.iter().map(|shard| shard.bytes.len()).max().expect("some");
        assert!(largest < 8 * 12 * 1024, "{largest}");
    }
}
