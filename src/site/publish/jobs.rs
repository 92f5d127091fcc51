//! Stage 6: the graph into jobs, one for each file to publish, each with the identity of what it is made of.
//!
//! A job whose key is that of the last build has nothing to do. Keys are made from the same views as pages, with the
//! digest of each fragment in the place of its HTML, so that no blob is read to find out that nothing changed.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::course::{Address, Audience, Encoding, contents_file, routes};
use crate::diag::Diagnostics;
use crate::digest::Digest;
use crate::site::cache::{Entry, Form};
use crate::site::curriculum::{Content, Course, Layout, Module, Resource, Subject};
use crate::site::graph::{audience, content_place};
use crate::site::source::Scaled;
use crate::site::views::{LazyParts, Page, Place, Purpose, Views, content_item, page_key};
use crate::theme::Asset;

/// A file to publish.
pub struct Job<'a> {
    /// Its path as ledger and plan know it: its folder's name and its path there.
    pub path: Arc<str>,
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

/// The keys of the pages of each course, by its id, from the last build.
pub type CourseKeys = HashMap<u32, KnownKeys>;

/// The keys of a course's pages, and what they were made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownKeys {
    inputs: Digest,
    keys: Vec<Digest>,
}

/// How the bytes of a file are made.
pub enum Make<'a> {
    /// Drawn by the theme.
    Page(Page<'a>),
    /// The contents of a course for the API.
    Contents(&'a Course),
    /// They are there: an asset of the theme, whose name has their identity in it.
    Bytes(&'a [u8]),
    /// Copied.
    Copy(&'a Resource),
    /// Something else than a page, which its maker knows how to write.
    Output(Writer<'a>),
    /// The same, with the identity of what it is made of in its name.
    Named(Writer<'a>),
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
        Self { address: Some(address.clone()), ..Self::hidden(&address.file(), audience, key, make) }
    }

    /// A file without an address, by its path in its folder.
    pub fn hidden(file: &str, audience: Audience, key: Digest, make: Make<'a>) -> Self {
        let folder = match audience {
            Audience::Everyone => PUBLIC,
            Audience::Enrolled(_) => PRIVATE,
        };
        let path = format!("{folder}/{file}").into();
        Self { path, address: None, audience, key, make, encodings: Default::default() }
    }

    /// Its path in its folder.
    pub fn file(&self) -> &str {
        self.path.split_once('/').map_or("", |(_, file)| file)
    }

    /// The smaller form of a picture that it makes, if it does.
    pub fn scaled(&self) -> Option<&Scaled> {
        match &self.make {
            Make::Scaled(_, scaled) => Some(scaled),
            _ => None,
        }
    }

    /// Whether its address changes with its bytes.
    pub fn is_lasting(&self) -> bool {
        matches!(self.make, Make::Bytes(_) | Make::Named(_) | Make::Scaled(..))
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
    parts: &'a [LazyParts<'a>],
    known: &CourseKeys,
    diagnostics: &mut Diagnostics,
) -> (Vec<Job<'a>>, CourseKeys) {
    debug_assert_eq!(views.purpose, Purpose::Key, "no HTML is needed here");
    let mut jobs: Vec<_> = assets.iter().map(asset).collect();
    jobs.extend(media(views));
    let outside = views.graph.shape;
    let all: Vec<_> = courses(views).collect();
    let made: Vec<_> = all
        .into_par_iter()
        .zip(parts)
        .map(|((subject, course), parts)| {
            let inputs = course_inputs(views, subject, course, outside);
            let known = known.get(&course.id.get()).filter(|known| known.inputs == inputs);
            (inputs, course, course_jobs(views, subject, course, parts, known))
        })
        .collect();
    jobs.extend(list_jobs(views, diagnostics));
    let mut keys = CourseKeys::new();
    for (inputs, course, (more, said)) in made {
        // What there is to say is found out again rather than remembered.
        if said.is_empty() {
            keys.insert(course.id.get(), KnownKeys { inputs, keys: more.iter().map(|job| job.key).collect() });
        }
        jobs.extend(more);
        diagnostics.append(said);
    }
    (jobs, keys)
}

/// All courses, each with its subject.
pub fn courses<'a>(views: &Views<'a>) -> impl Iterator<Item = (&'a Subject, &'a Course)> {
    let subjects = views.graph.curriculum.subjects.iter();
    subjects.flat_map(|subject| subject.courses.iter().map(move |course| (subject, &**course)))
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
        .chain(views.theme.site().search.then(|| (routes::search(), Page::Search)))
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
    parts: &'a LazyParts<'a>,
    known: Option<&KnownKeys>,
) -> (Vec<Job<'a>>, Diagnostics) {
    let modules = modules(course, parts);
    let overview = (routes::course(&course.slug), Audience::Everyone, Page::Course(subject, course));
    let pages: Vec<_> = std::iter::once(overview).chain(modules.into_iter().flatten()).collect();
    // One key more: that of the contents.
    let (keys, said) = match known.filter(|known| known.keys.len() == pages.len() + 1) {
        Some(known) => (known.keys.clone(), Diagnostics::new()),
        None => course_keys(views, course, &pages),
    };
    let contents = (contents_file(course.id), Audience::Enrolled(course.id), Make::Contents(course));
    let mut jobs: Vec<_> = pages
        .into_iter()
        .zip(&keys)
        .map(|((address, audience, page), key)| Job::new(address, audience, *key, Make::Page(page)))
        .collect();
    let (file, audience, make) = contents;
    jobs.push(Job::hidden(&file, audience, keys[keys.len() - 1], make));
    (jobs, said)
}

/// A page, where it lies, and who may read it.
type Placed<'a> = (Address, Audience, Page<'a>);

/// The pages of each module: its own, and those of its contents.
fn modules<'a>(course: &'a Course, parts: &'a LazyParts<'a>) -> Vec<Vec<Placed<'a>>> {
    let mut at = 0;
    let mut modules = Vec::with_capacity(course.modules.len());
    for (module_at, module) in course.modules.iter().enumerate() {
        let place = Place { course, parts, at, module_at };
        let audience = audience(course, module);
        let mut pages = vec![(routes::module(&course.slug, &module.slug), audience, Page::Module(place, module))];
        if course.layout == Layout::Lesson {
            pages.extend(module.contents.iter().enumerate().map(|(nth, content)| {
                let place = Place { at: at + 1 + nth, ..place };
                (content_place(course, module, content).0, audience, Page::Lesson(place, module, content))
            }));
        }
        at += pages.len();
        modules.push(pages);
    }
    modules
}

/// The keys of a course's pages, and of its contents for the API.
fn course_keys(views: &Views<'_>, course: &Course, pages: &[Placed<'_>]) -> (Vec<Digest>, Diagnostics) {
    let items: Vec<_> = course.modules.par_iter().map(|module| items(views, course, module)).collect();
    let key = |(_, _, page): &Placed<'_>| {
        let mut said = Diagnostics::new();
        let shown = match page {
            Page::Module(place, _) => &items[place.module_at].0[..],
            Page::Lesson(place, module, content) => {
                let nth = module.contents.iter().position(|other| std::ptr::eq(other, *content)).unwrap_or_default();
                &items[place.module_at].0[nth..=nth]
            }
            _ => &[],
        };
        (page_key(views, page, Some(shown), &mut said), said)
    };
    let keyed: Vec<_> = pages.par_iter().map(key).collect();
    let mut said = Diagnostics::new();
    let mut keys = Vec::with_capacity(keyed.len() + 1);
    for (key, more) in keyed {
        keys.push(key);
        said.append(more);
    }
    let mut contents = Vec::new();
    for ((items, more), module) in items.into_iter().zip(&course.modules) {
        said.append(more);
        contents.extend(module.contents.iter().zip(items).map(|(content, item)| format!("{} {item}", content.order)));
        // Where one module ends and the next begins is part of it.
        contents.push(String::new());
    }
    keys.push(Digest::of_parts(contents.iter().map(String::as_bytes)));
    (keys, said)
}

/// The keys of a module's contents.
fn items(views: &Views<'_>, course: &Course, module: &Module) -> (Vec<String>, Diagnostics) {
    let mut said = Diagnostics::new();
    let mut item = |content: &Content| {
        content_item(views, course, module, content, &mut said).expect("a key is made without a template")
    };
    let items = module.contents.iter().map(&mut item).collect();
    (items, said)
}

/// The identity of everything that the keys of a course's pages are made of: its files, whom and which courses it names,
/// and `outside`, what its links can see of the whole school. A course whose inputs are the same has the same keys.
fn course_inputs(views: &Views<'_>, subject: &Subject, course: &Course, outside: Digest) -> Digest {
    let mut bytes = Vec::with_capacity(4096);
    let mut part = |part: &[u8]| {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part);
    };
    part(outside.as_bytes());
    part(views.theme.digest().as_bytes());
    part(views.settings.as_bytes());
    for document in [&subject.document, &course.document] {
        part(document.path.as_bytes());
        part(document.text.facts.digest.as_bytes());
    }
    part(format!("{:?} {} {:?}", subject.speech, subject.slug, course.created).as_bytes());
    if let Some(owner) = views.graph.owner(course) {
        part(owner.user_name.as_str().as_bytes());
        part(owner.document.text.facts.digest.as_bytes());
    }
    for required in views.graph.prerequisites(course) {
        part(format!("{} {:?} {}", required.slug, required.speech, required.title).as_bytes());
    }
    for module in &course.modules {
        part(module.document.path.as_bytes());
        part(module.document.text.facts.digest.as_bytes());
        for content in &module.contents {
            part(content.path.as_bytes());
            part(&content.created.as_microsecond().to_le_bytes());
            part(&content.updated.as_microsecond().to_le_bytes());
            if let Some(document) = &content.document {
                part(document.text.facts.digest.as_bytes());
            }
        }
    }
    Digest::of(&bytes)
}
