//! The pages of a course that a search finds: all their titles, and titles and texts in blocks for the results that are
//! shown.

use serde::Serialize;

use super::course_words::{Collector, CourseWords, Part};
use crate::course::{Audience, routes};
use crate::digest::Digest;
use crate::site::curriculum::{Course, Document, Layout, Module};
use crate::site::graph::{audience, content_place};
use crate::site::views::Views;

/// How many pages are in a block: fewer files, or fewer bytes for a result.
pub const BLOCK: usize = 8;

/// How much of a page's text, in bytes, excerpts are taken from. Words behind it are found all the same.
const EXCERPTED: usize = 8 * 1024;

/// The pages of a course that one kind of reader may read.
pub struct SearchedPages<'a> {
    course: &'a Course,
    pages: Vec<SearchedPage<'a>>,
}

struct SearchedPage<'a> {
    address: String,
    title: &'a str,
    /// The title of its module, unless it is the module.
    module: &'a str,
    document: Option<&'a Document>,
}

#[derive(Serialize)]
struct Titles<'a> {
    course: BlockCourse<'a>,
    /// Address, title and the module's title of each page.
    pages: Vec<[&'a str; 3]>,
}

#[derive(Serialize)]
struct Block<'a> {
    course: BlockCourse<'a>,
    pages: Vec<BlockPage<'a>>,
}

#[derive(Serialize)]
struct BlockCourse<'a> {
    id: u32,
    title: &'a str,
    address: String,
    lang: &'a str,
    dir: &'a str,
}

#[derive(Serialize)]
struct BlockPage<'a> {
    address: &'a str,
    title: &'a str,
    module: &'a str,
    headings: Vec<(&'a str, &'a str)>,
    text: String,
}

/// Who has a collection with pages of a course: everyone, and the enrolled if anything is for them alone.
pub fn readers(course: &Course) -> impl Iterator<Item = Audience> {
    let gated = course.modules.iter().map(|module| audience(course, module)).find(|one| *one != Audience::Everyone);
    std::iter::once(Audience::Everyone).chain(gated)
}

impl<'a> SearchedPages<'a> {
    /// Those of a course that `reader` may read and nobody may read who may read less.
    pub fn of(course: &'a Course, reader: Audience) -> Self {
        if !course.searched {
            return Self { course, pages: Vec::new() };
        }
        let overview = (reader == Audience::Everyone).then(|| SearchedPage {
            address: routes::course(&course.slug).href(),
            title: &course.title,
            module: "",
            document: Some(&course.document),
        });
        let modules = course.modules.iter().filter(|module| module.searched && audience(course, module) == reader);
        let pages = modules.flat_map(|module| module_pages(course, module));
        Self { course, pages: overview.into_iter().chain(pages).collect() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// All their words.
    pub fn words(&self, views: &Views<'_>) -> CourseWords {
        let fragments = views.graph.fragments;
        let mut collector = Collector::default();
        for page in &self.pages {
            let path = page.document.map_or("", |document| &*document.path);
            let text = fragments.text(path);
            let headings = fragments.get(path).map_or(&[][..], |fragment| &fragment.headings);
            let headings = headings.iter().map(|heading| (Part::Heading, &*heading.title));
            collector.page([(Part::Title, page.title)].into_iter().chain(headings).chain([(Part::Text, &*text)]));
        }
        collector.finish()
    }

    /// The identity of each block: a fragment's key stands for its text and its headings.
    pub fn keys(&self, views: &Views<'_>) -> Vec<Digest> {
        let course = serde_json::to_vec(&self.course()).expect("plain texts always serialize");
        let key = |pages: &[SearchedPage<'_>]| {
            let mut parts = vec![course.clone()];
            for page in pages {
                let fragment = page.document.and_then(|document| views.graph.fragments.get(&document.path));
                let fragment = fragment.map(|fragment| fragment.key.as_bytes().to_vec()).unwrap_or_default();
                parts.extend([&*page.address, page.title, page.module].map(|text| text.as_bytes().to_vec()));
                parts.push(fragment);
            }
            Digest::of_parts(parts.iter().map(Vec::as_slice))
        };
        self.pages.chunks(BLOCK).map(key).collect()
    }

    /// All titles as JSON.
    pub fn titles(&self) -> Vec<u8> {
        let pages = self.pages.iter().map(|page| [&*page.address, page.title, page.module]).collect();
        serde_json::to_vec(&Titles { course: self.course(), pages }).expect("plain texts always serialize")
    }

    /// A block as JSON.
    pub fn block<'b>(&'b self, nth: usize, views: &'b Views<'_>) -> Vec<u8> {
        let fragments = views.graph.fragments;
        let page = |page: &'b SearchedPage<'a>| {
            let path = page.document.map_or("", |document| &*document.path);
            let headings = fragments.get(path).map_or(&[][..], |fragment| &fragment.headings);
            BlockPage {
                address: &page.address,
                title: page.title,
                module: page.module,
                headings: headings.iter().map(|heading| (&*heading.id, &*heading.title)).collect(),
                text: in_one_line(&fragments.text(path)),
            }
        };
        let pages = self.pages.chunks(BLOCK).nth(nth).unwrap_or_default();
        let block = Block { course: self.course(), pages: pages.iter().map(page).collect() };
        serde_json::to_vec(&block).expect("plain texts always serialize")
    }

    fn course(&self) -> BlockCourse<'_> {
        BlockCourse {
            id: self.course.id.get(),
            title: &self.course.title,
            address: routes::course(&self.course.slug).href(),
            lang: self.course.speech.lang.as_str(),
            dir: self.course.speech.dir.as_str(),
        }
    }
}

fn module_pages<'a>(course: &'a Course, module: &'a Module) -> impl Iterator<Item = SearchedPage<'a>> {
    let description = SearchedPage {
        address: routes::module(&course.slug, &module.slug).href(),
        title: &module.title,
        module: "",
        document: Some(&module.document),
    };
    let contents = module.contents.iter().filter(|content| content.searched).map(move |content| {
        let (address, anchor) = content_place(course, module, content);
        let anchor = if course.layout == Layout::Module { format!("#{anchor}") } else { anchor };
        SearchedPage {
            address: format!("{}{anchor}", address.href()),
            title: &content.title,
            module: &module.title,
            document: content.document.as_ref(),
        }
    });
    std::iter::once(description).chain(contents)
}

/// With single spaces between the words, as far as excerpts are taken from it: they show words, not lines.
fn in_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(EXCERPTED));
    for word in text.split_whitespace() {
        if line.len() + word.len() >= EXCERPTED {
            line.push('…');
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}
