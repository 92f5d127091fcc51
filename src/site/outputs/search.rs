//! Documents for a search: the words of all pages, one file for each course, and a list of courses.
//!
//! `/search/index.json`: `{"courses":[{"id","title","subject","lang","address","summary","documents":[addresses]}]}`,
//! newest first. A document: `{"course","lang","pages":[{"address","title","headings":[[anchor,title]],"text"}]}`. A
//! page's text has neither markup nor headings; an anchor goes behind the address without what stands there after `#`.
//!
//! `/search/<id>.json` is for everyone: the overview, and what of the course everyone may read. What is for the enrolled
//! is in `/search/<id>-enrolled.json`, which lies in `private/` and is opened as the course's pages are.

use std::cmp::Reverse;
use std::convert::Infallible;

use serde::Serialize;

use crate::course::{Address, Audience, routes};
use crate::digest::Digest;
use crate::site::cache::ByCourse;
use crate::site::curriculum::{Course, Document, Layout, Module};
use crate::site::graph::{audience, content_place};
use crate::site::publish::{Job, Make};
use crate::site::views::Views;

/// A file of pages to search in.
struct Searched<'a> {
    course: &'a Course,
    pages: Vec<SearchedPage<'a>>,
}

struct SearchedPage<'a> {
    address: String,
    title: &'a str,
    document: Option<&'a Document>,
}

#[derive(Serialize)]
struct File<'a> {
    course: u32,
    lang: &'a str,
    pages: Vec<FilePage<'a>>,
}

#[derive(Serialize)]
struct FilePage<'a> {
    address: &'a str,
    title: &'a str,
    headings: Vec<(&'a str, &'a str)>,
    text: String,
}

#[derive(Serialize)]
struct Index<'a> {
    courses: Vec<IndexedCourse<'a>>,
}

#[derive(Serialize)]
struct IndexedCourse<'a> {
    id: u32,
    title: &'a str,
    subject: &'a str,
    lang: &'a str,
    address: String,
    summary: String,
    documents: Vec<String>,
}

/// The keys of a course's files, each with who may read it.
pub type SearchKeys = Vec<(Audience, Digest)>;

/// The files of a search; `known` are the keys of the last build.
pub fn jobs<'a>(views: &Views<'a>, known: &mut ByCourse<SearchKeys>) -> Vec<Job<'a>> {
    let courses: Vec<_> = views.graph.curriculum.courses().collect();
    let key = |course: &Course, reader| (reader, searched(course, reader).key(views));
    let keys = |_, course: &Course| Ok::<_, Infallible>(readers(course).map(|reader| key(course, reader)).collect());
    let Ok(keys) = known.of(views.graph.fragments.basis, &courses, keys);
    let mut jobs = Vec::new();
    for (course, keys) in courses.into_iter().zip(keys) {
        for (reader, key) in keys.iter().copied() {
            let make = Make::Output(Box::new(move |views| bytes(&searched(course, reader).file(views))));
            jobs.push(Job::new(address(course, reader), reader, key, make));
        }
    }
    let index = serde_json::to_vec(&index(views)).expect("plain texts always serialize");
    let make = Make::Output(Box::new(move |views| bytes(&self::index(views))));
    jobs.push(Job::new(routes::search_index(), Audience::Everyone, Digest::of(&index), make));
    jobs
}

/// Who has a file of their own: everyone, and the enrolled if anything is for them alone.
fn readers(course: &Course) -> impl Iterator<Item = Audience> {
    let gated = course.modules.iter().map(|module| audience(course, module)).find(|one| *one != Audience::Everyone);
    std::iter::once(Audience::Everyone).chain(gated)
}

/// The file of one of them.
fn searched(course: &Course, reader: Audience) -> Searched<'_> {
    let overview = (reader == Audience::Everyone).then(|| SearchedPage {
        address: routes::course(&course.slug).href(),
        title: &course.title,
        document: Some(&course.document),
    });
    let modules = course.modules.iter().filter(|module| audience(course, module) == reader);
    let pages = modules.flat_map(|module| pages(course, module));
    Searched { course, pages: overview.into_iter().chain(pages).collect() }
}

fn pages<'a>(course: &'a Course, module: &'a Module) -> impl Iterator<Item = SearchedPage<'a>> {
    let description = SearchedPage {
        address: routes::module(&course.slug, &module.slug).href(),
        title: &module.title,
        document: Some(&module.document),
    };
    let contents = module.contents.iter().map(move |content| {
        let (address, anchor) = content_place(course, module, content);
        let anchor = if course.layout == Layout::Module { format!("#{anchor}") } else { anchor };
        SearchedPage {
            address: format!("{}{anchor}", address.href()),
            title: &content.title,
            document: content.document.as_ref(),
        }
    });
    std::iter::once(description).chain(contents)
}

impl Searched<'_> {
    /// A fragment's key stands for its text and its headings.
    fn key(&self, views: &Views<'_>) -> Digest {
        let mut parts = vec![self.course.speech.lang.as_str().as_bytes().to_vec()];
        for page in &self.pages {
            let fragment = page.document.and_then(|document| views.graph.fragments.get(&document.path));
            let fragment = fragment.map(|fragment| fragment.key.as_bytes().to_vec()).unwrap_or_default();
            parts.extend([page.address.as_bytes().to_vec(), page.title.as_bytes().to_vec(), fragment]);
        }
        Digest::of_parts(parts.iter().map(Vec::as_slice))
    }

    fn file<'f>(&'f self, views: &'f Views<'_>) -> File<'f> {
        let page = |page: &'f SearchedPage<'_>| {
            let fragments = views.graph.fragments;
            let path = page.document.map_or("", |document| &*document.path);
            let headings = fragments.get(path).map_or(&[][..], |fragment| &fragment.headings);
            FilePage {
                address: &page.address,
                title: page.title,
                headings: headings.iter().map(|heading| (&*heading.id, &*heading.title)).collect(),
                text: in_one_line(&fragments.text(path)),
            }
        };
        File {
            course: self.course.id.get(),
            lang: self.course.speech.lang.as_str(),
            pages: self.pages.iter().map(page).collect(),
        }
    }
}

fn address(course: &Course, audience: Audience) -> Address {
    match audience {
        Audience::Everyone => routes::search(course.id),
        Audience::Enrolled(id) => routes::search_enrolled(id),
    }
}

fn index<'a>(views: &Views<'a>) -> Index<'a> {
    let subjects = views.graph.curriculum.subjects.iter();
    let mut courses: Vec<_> =
        subjects.flat_map(|subject| subject.courses.iter().map(move |course| (subject, &**course))).collect();
    courses.sort_by_key(|(_, course)| Reverse((course.created, course.id)));
    let course = |(subject, course): (&'a crate::site::curriculum::Subject, &'a Course)| IndexedCourse {
        id: course.id.get(),
        title: &course.title,
        subject: &subject.title,
        lang: course.speech.lang.as_str(),
        address: routes::course(&course.slug).href(),
        summary: views.summary(course),
        documents: readers(course).map(|reader| address(course, reader).href()).collect(),
    };
    Index { courses: courses.into_iter().map(course).collect() }
}

fn bytes(file: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(file).expect("plain texts always serialize")
}

/// With single spaces between the words: a search looks for words, not for lines.
fn in_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}
