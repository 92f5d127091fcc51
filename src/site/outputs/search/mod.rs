//! The search index: files that a script in the browser reads, few for each query, whatever the size of the school.
//!
//! What everyone may read is one collection, what is for the enrolled of a course is another, which lies in `private/`
//! and is opened as the course's pages are. Of each collection there are:
//!
//! - `/search/index.json`, or `/search/<id>-enrolled.json`: `{"pages","words":[[first word, name]],"endings":[…]}`.
//! - `/search/<collection>/<name>.bin`, shards of words: which pages have a word. Its name is its bytes' identity.
//! - the same for endings: all words again, spelled backwards, for slips at their beginnings and for parts of compounds.
//!   There are none where there is but one shard of words.
//! - `/search/<id>/titles.bin`, or `/search/<id>-enrolled/titles.bin`: JSON of addresses and titles of all pages of a course, a
//!   fifth of one block: what is shown first.
//! - `/search/<id>/<n>.bin`, or `/search/<id>-enrolled/<n>.bin`: JSON of the pages `8 n` to `8 n + 7` of a course, with
//!   titles and texts, for the results that are shown.
//!
//! All `.bin` are gzip. How bytes lie in a shard is in [`shards`]; `themes/school/assets/search_shards.js` reads them.

mod words;
mod course_words;
mod shards;
mod pages;
mod jobs;

pub use jobs::{CourseIndex, KnownWords, jobs};
