//! Stage 6: the graph into jobs, one for each file to publish, each with the identity of what it is made of.
//!
//! A job whose key is that of the last build has nothing to do. Keys are made from the same views as pages, with the
//! digest of each fragment in the place of its HTML, so that no blob is read to find out that nothing changed.

use rayon::prelude::*;

use super::curriculum::{Content, Course, Layout, Module, Resource, Subject};
use super::graph::audience;
use super::ledger::{Entry, Form};
use super::lessons::{CourseParts, Place};
use super::pages::{Page, content_item, page_key};
use super::scaled::Scaled;
use super::views::{Purpose, Views};
use crate::course::{Address, Audience, Encoding, contents_file, routes};
use crate::diag::Diagnostics;
use crate::digest::Digest;
use crate::theme::Asset;

/// A file to publish.
pub struct Job<'a> {
    /// Its path in its folder.
    pub file: String,
    /// Its address; a file without one is for the server alone.
    pub address: Option<Address>,
    /// Who may read it, and so which folder it lies in.
    pub audience: Audience,
    /// Identity of everything it is made of.
    pub key: Digest,
    /// How its bytes are made.
    pub make: Make<'a>,
    /// The compressed forms that are to lie beside it, each at the place of its encoding.
    pub encodings: [bool; Encoding::ALL.len()],
}

/// How the bytes of a file are made.
pub enum Make<'a> {
    /// Drawn by the theme.
    Page(Page<'a>),
    /// The contents of a course for the API.
    Contents(&'a Course),
    /// They are there.
    Bytes(&'a [u8]),
    /// Copied.
    Copy(&'a Resource),
    /// Something else than a page, which its maker knows how to write.
    Output(Writer<'a>),
    /// A smaller form of a picture.
    Scaled(&'a Resource, Scaled),
}

/// Writes a file; it may draw on the graph that its job was made from, and on nothing that the job's key does not cover.
pub type Writer<'a> = Box<dyn Fn(&Views<'_>) -> Vec<u8> + Send + Sync + 'a>;

/// The folders of a build, as ledger and plan name them.
pub const PUBLIC: &str = "public";
/// See [`PUBLIC`].
pub const PRIVATE: &str = "private";

impl<'a> Job<'a> {
    /// A file at an address.
    pub fn new(address: Address, audience: Audience, key: Digest, make: Make<'a>) -> Self {
        Self { file: address.file(), address: Some(address), audience, key, make, encodings: Default::default() }
    }

    /// Its path as ledger and plan know it.
    pub fn path(&self) -> String {
        let folder = match self.audience {
            Audience::Everyone => PUBLIC,
            Audience::Enrolled(_) => PRIVATE,
        };
        format!("{folder}/{}", self.file)
    }

    /// The smaller form of a picture that it makes, if it does.
    pub fn scaled(&self) -> Option<&Scaled> {
        match &self.make {
            Make::Scaled(_, scaled) => Some(scaled),
            _ => None,
        }
    }

    /// What the last build said of its file, without forms that nobody asks for any more.
    pub fn only_asked(&self, mut entry: Entry) -> Entry {
        for (form, asked) in entry.forms.iter_mut().zip(self.encodings) {
            if !asked {
                *form = Form::Unasked;
            }
        }
        entry
    }

    /// Whether it is a page: pages take their places after what they name.
    pub fn is_page(&self) -> bool {
        self.address.as_ref().is_some_and(Address::is_page)
    }
}

/// Everything that is published, but the catalog, and what is wrong with it.
pub fn jobs<'a>(
    views: &Views<'a>,
    assets: &'a [Asset],
    parts: &'a [CourseParts<'a>],
    diagnostics: &mut Diagnostics,
) -> Vec<Job<'a>> {
    debug_assert_eq!(views.purpose, Purpose::Key, "no HTML is needed here");
    let mut jobs: Vec<_> = assets.iter().map(asset).collect();
    jobs.extend(media(views));
    let made: Vec<_> = courses(views)
        .collect::<Vec<_>>()
        .par_iter()
        .zip(parts)
        .map(|((subject, course), parts)| course_jobs(views, subject, course, parts))
        .collect();
    jobs.extend(list_jobs(views, diagnostics));
    for (more, said) in made {
        jobs.extend(more);
        diagnostics.append(said);
    }
    jobs
}

/// All courses, each with its subject.
pub fn courses<'a>(views: &Views<'a>) -> impl Iterator<Item = (&'a Subject, &'a Course)> {
    let subjects = views.graph.curriculum.subjects.iter();
    subjects.flat_map(|subject| subject.courses.iter().map(move |course| (subject, course)))
}

fn asset(asset: &Asset) -> Job<'_> {
    let (key, address) = (Digest::of(&asset.bytes), asset.address.clone());
    Job::new(address, Audience::Everyone, key, Make::Bytes(&asset.bytes))
}

/// Media and downloads, copied as they are, and the smaller forms of pictures.
fn media<'a, 'v>(views: &'v Views<'a>) -> impl Iterator<Item = Job<'a>> + use<'a, 'v> {
    let resources = views.graph.resources().into_iter();
    resources.flat_map(|(target, resource)| {
        let job = Job::new(target.address.clone(), target.audience, resource.facts.digest, Make::Copy(resource));
        let smaller = views.graph.scaled(target).into_iter().map(|scaled| {
            Job::new(scaled.address.clone(), target.audience, scaled.key, Make::Scaled(resource, scaled))
        });
        std::iter::once(job).chain(smaller)
    })
}

/// The pages outside courses.
fn list_jobs<'a>(views: &Views<'a>, diagnostics: &mut Diagnostics) -> Vec<Job<'a>> {
    let curriculum = views.graph.curriculum;
    let subjects = curriculum.subjects.iter().map(|subject| (routes::subject(&subject.slug), Page::Subject(subject)));
    let instructors = curriculum.instructors.iter();
    let instructors = instructors.map(|one| (routes::instructor(&one.user_name), Page::Instructor(one)));
    let moved = views.graph.moved.iter().map(|(from, to)| (from.clone(), Page::Moved(from, to)));
    std::iter::once((routes::catalog(), Page::Catalog))
        .chain(subjects)
        .chain(instructors)
        .chain(moved)
        .chain([(routes::not_found(), Page::NotFound)])
        .map(|(address, page)| {
            let key = page_key(views, &page, None, diagnostics);
            Job::new(address, Audience::Everyone, key, Make::Page(page))
        })
        .collect()
}

/// A course's overview, its modules and lessons, and its contents for the API.
fn course_jobs<'a>(
    views: &Views<'a>,
    subject: &'a Subject,
    course: &'a Course,
    parts: &'a CourseParts<'a>,
) -> (Vec<Job<'a>>, Diagnostics) {
    let mut said = Diagnostics::new();
    let page = Page::Course(subject, course);
    let key = page_key(views, &page, None, &mut said);
    let mut jobs = vec![Job::new(routes::course(&course.slug), Audience::Everyone, key, Make::Page(page))];
    let mut at = 0;
    let mut places = Vec::with_capacity(course.modules.len());
    for (module_at, module) in course.modules.iter().enumerate() {
        places.push(Place { course, parts, at, module_at });
        at += n_pages(course, module);
    }
    let made: Vec<_> =
        course.modules.par_iter().zip(places).map(|(module, place)| module_jobs(views, place, module)).collect();
    let mut items = Vec::new();
    for (more, module_items, more_said) in made {
        jobs.extend(more);
        items.extend(module_items);
        said.append(more_said);
    }
    let key = Digest::of_parts(items.iter().map(String::as_bytes));
    let audience = Audience::Enrolled(course.id);
    let (file, make, encodings) = (contents_file(course.id), Make::Contents(course), Default::default());
    jobs.push(Job { file, address: None, audience, key, make, encodings });
    (jobs, said)
}

/// How many pages a module has.
fn n_pages(course: &Course, module: &Module) -> usize {
    match course.layout {
        Layout::Module => 1,
        Layout::Lesson => 1 + module.contents.len(),
    }
}

/// The page of a module, which stands at `place`, and those of its contents, which follow it there; and the keys of its
/// contents for the API.
fn module_jobs<'a>(
    views: &Views<'a>,
    place: Place<'a>,
    module: &'a Module,
) -> (Vec<Job<'a>>, Vec<String>, Diagnostics) {
    let (course, mut said) = (place.course, Diagnostics::new());
    let audience = audience(course, module);
    let mut item = |content: &Content| {
        content_item(views, course, module, content, &mut said).expect("a key is made without a template")
    };
    let items: Vec<_> = module.contents.iter().map(&mut item).collect();
    let page = Page::Module(place, module);
    let key = page_key(views, &page, Some(&items), &mut said);
    let mut jobs = vec![Job::new(place.address(), audience, key, Make::Page(page))];
    if course.layout == Layout::Lesson {
        for (nth, content) in module.contents.iter().enumerate() {
            let page = Page::Lesson(Place { at: place.at + 1 + nth, ..place }, module, content);
            let key = page_key(views, &page, Some(&items[nth..=nth]), &mut said);
            let Page::Lesson(place, ..) = &page else { unreachable!("it was just made") };
            jobs.push(Job::new(place.address(), audience, key, Make::Page(page)));
        }
    }
    let ordered = module.contents.iter().zip(items).map(|(content, item)| format!("{} {item}", content.order));
    // Where one module ends and the next begins is part of it.
    (jobs, ordered.chain([String::new()]).collect(), said)
}
