//! Which pages of a course have a word, for all words of what one kind of reader may read.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::words::words;

/// The words of some pages, sorted, each with its postings.
///
/// Postings are bytes as they stand in shards: how many pages, then for each how far it is from the last one (the first:
/// from 0) and, in the lowest three bits, how much the word matters there. All in one allocation: a large school has
/// millions of them.
#[derive(Default, Serialize, Deserialize)]
pub struct CourseWords {
    text: String,
    postings: Vec<u8>,
    /// Where a word and its postings end.
    ends: Vec<(u32, u32)>,
}

/// Where in a page a word stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// In its title.
    Title,
    /// In a heading.
    Heading,
    /// In its text.
    Text,
}

/// Takes page after page.
#[derive(Default)]
pub struct Collector {
    known: HashMap<Box<str>, usize>,
    found: Vec<Found>,
    /// The words of the page at hand.
    touched: Vec<usize>,
    n_pages: u32,
}

#[derive(Default)]
struct Found {
    last: u32,
    n_pages: u32,
    postings: Vec<u8>,
    title: bool,
    heading: bool,
    in_text: u32,
}

impl Collector {
    /// The next page.
    pub fn page<'t>(&mut self, parts: impl IntoIterator<Item = (Part, &'t str)>) {
        for (part, text) in parts {
            words(text, |word| self.word(part, word));
        }
        for at in self.touched.drain(..) {
            self.found[at].leave(self.n_pages);
        }
        self.n_pages += 1;
    }

    fn word(&mut self, part: Part, word: &str) {
        let at = match self.known.get(word) {
            Some(at) => *at,
            None => {
                self.known.insert(word.into(), self.found.len());
                self.found.push(Found::default());
                self.found.len() - 1
            }
        };
        let found = &mut self.found[at];
        if !found.title && !found.heading && found.in_text == 0 {
            self.touched.push(at);
        }
        match part {
            Part::Title => found.title = true,
            Part::Heading => found.heading = true,
            Part::Text => found.in_text += 1,
        }
    }

    /// All that was found.
    pub fn finish(self) -> CourseWords {
        let mut all: Vec<_> = self.known.into_iter().collect();
        all.sort_unstable();
        let mut words = CourseWords::default();
        for (word, at) in all {
            let found = &self.found[at];
            words.text.push_str(&word);
            put_number(&mut words.postings, found.n_pages);
            words.postings.extend_from_slice(&found.postings);
            words.ends.push((end(words.text.len()), end(words.postings.len())));
        }
        words
    }
}

fn end(length: usize) -> u32 {
    u32::try_from(length).expect("a course has less than 4 GB of words")
}

impl Found {
    /// The page is at its end.
    fn leave(&mut self, page: u32) {
        let posting = ((page - self.last) << 3) | self.weight();
        put_number(&mut self.postings, posting);
        (self.last, self.n_pages) = (page, self.n_pages + 1);
        (self.title, self.heading, self.in_text) = (false, false, 0);
    }

    /// In steps, so that an edit changes little: a word that is there once more is mostly as important as before.
    fn weight(&self) -> u32 {
        match (self.title, self.heading, self.in_text) {
            (true, _, 4..) => 7,
            (true, ..) => 6,
            (_, true, 4..) => 5,
            (_, true, _) => 4,
            (_, _, 8..) => 3,
            (_, _, 4..) => 2,
            (_, _, 2..) => 1,
            _ => 0,
        }
    }
}

impl CourseWords {
    /// How many words there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many words stand before `word`, whether it is there or not.
    pub fn before(&self, word: &str) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.get(middle).0 < word { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// A word and its postings.
    pub fn get(&self, at: usize) -> (&str, &[u8]) {
        let (text, postings) = at.checked_sub(1).map_or((0, 0), |before| self.ends[before]);
        let (text_end, postings_end) = self.ends[at];
        (&self.text[text as usize..text_end as usize], &self.postings[postings as usize..postings_end as usize])
    }
}

/// A number in seven bits a byte, the lowest first; the highest bit says that there is more.
pub fn put_number(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postings_say_which_pages_and_how_much_it_matters() {
        let mut collector = Collector::default();
        collector.page([(Part::Title, "Trees"), (Part::Text, "a tree a tree")]);
        collector.page([(Part::Text, "nothing")]);
        collector.page([(Part::Heading, "Tree"), (Part::Text, "tree")]);
        let words = collector.finish();
        let all: Vec<_> = (0..words.len()).map(|at| words.get(at)).collect();
        let expected: [(&str, &[u8]); 4] =
            [("a", &[1, 1]), ("nothing", &[1, 8]), ("tree", &[2, 1, (2 << 3) | 4]), ("trees", &[1, 6])];
        assert_eq!(all, expected);
    }

    #[test]
    fn large_numbers_take_more_bytes() {
        let mut bytes = Vec::new();
        for number in [0, 127, 128, 300, u32::MAX] {
            put_number(&mut bytes, number);
        }
        assert_eq!(bytes, [0, 127, 0x80, 1, 0xac, 2, 0xff, 0xff, 0xff, 0xff, 15]);
    }
}
