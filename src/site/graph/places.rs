//! Where the things of one course lie on the site, and those around the courses: found out for each on its own, and
//! compared with each other by the graph.

use std::sync::Arc;

use crate::course::{Address, Audience, routes};
use crate::diag::{Diagnostic, Diagnostics, Place};
use crate::digest::{Digest, Hasher};
use crate::site::cache::Rendered;
use crate::site::curriculum::{Access, Alias, Content, Course, Curriculum, Layout, Module, Resource, Subject};

/// What lies where.
#[derive(Default)]
pub struct Places {
    /// By the path of a file of the content folder.
    pub targets: Vec<(Arc<str>, Arc<Target>)>,
    /// Every published file.
    pub claims: Vec<Arc<Claim>>,
    /// Those that only exist because an author wants an old address to lead on; they come after all others.
    pub aliases: Vec<Arc<Claim>>,
    /// Where each of them leads.
    pub moved: Vec<(Address, Address)>,
    /// What cannot lie anywhere.
    pub said: Diagnostics,
}

/// Something that has an address.
pub struct Claim {
    /// Its path in its folder.
    pub file: String,
    /// Its address.
    pub address: Address,
    /// The file that asks for it.
    pub shown: String,
    /// How it came to it.
    pub rank: Rank,
    /// Where an author wrote it.
    pub place: Option<Place>,
}

/// How something came to its address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// By its slug. Two of one slug were reported when the slugs were.
    Page,
    /// By its file's name, or because an author wrote the address.
    Other,
}

/// Where a file of the content folder lies on the site.
#[derive(Debug, Clone)]
pub struct Target {
    /// The page or file.
    pub address: Address,
    /// The place on the page; empty for its top.
    pub anchor: String,
    /// Who may read it.
    pub audience: Audience,
    /// The file to publish as it is, if it is one.
    pub resource: Option<Arc<Resource>>,
}

impl Target {
    /// A page, or something on it.
    fn page(address: Address, audience: Audience) -> Self {
        Self { address, anchor: String::new(), audience, resource: None }
    }

    /// Width and height, if it is an image whose size is known.
    pub fn pixels(&self) -> Option<(u64, u64)> {
        self.resource.as_ref()?.facts.pixels
    }
}

impl Places {
    /// Of a course.
    pub fn of_course(course: &Course) -> Self {
        let mut places = Self::default();
        let address = routes::course(&course.slug);
        let document = &course.document;
        places.place(&document.path, &document.shown, Target::page(address.clone(), Audience::Everyone));
        let folder = document.path.strip_suffix("course.md").unwrap_or_default();
        places.place_resources(&course.resources, folder, &address, Audience::Everyone);
        places.place_aliases(&course.aliases, &address);
        for module in &course.modules {
            places.place_module(course, module);
        }
        places
    }

    /// Of everything else; `made` are the addresses, with names for people, of what the build makes besides pages.
    pub fn around_courses(curriculum: &Curriculum, made: Vec<(Address, &'static str)>) -> Self {
        let mut places = Self::default();
        places.claim(routes::catalog(), "the catalog", Rank::Page);
        places.claim(routes::not_found(), "the page for what does not exist", Rank::Page);
        for (address, name) in made {
            places.claim(address, name, Rank::Page);
        }
        for instructor in &curriculum.instructors {
            let address = routes::instructor(&instructor.user_name);
            let document = &instructor.document;
            places.place(&document.path, &document.shown, Target::page(address, Audience::Everyone));
        }
        if let Some(first) = curriculum.instructors.first() {
            let parent = routes::instructor(&first.user_name).parent();
            let resources = &curriculum.instructor_resources;
            places.place_resources(resources, "instructors/", &parent, Audience::Everyone);
        }
        for subject in &curriculum.subjects {
            places.place_subject(subject);
        }
        places
    }

    fn place_subject(&mut self, subject: &Subject) {
        let address = routes::subject(&subject.slug);
        let document = &subject.document;
        self.place(&document.path, &document.shown, Target::page(address.clone(), Audience::Everyone));
        let folder = document.path.strip_suffix("subject.md").unwrap_or_default();
        self.place_resources(&subject.resources, folder, &address, Audience::Everyone);
        self.place_aliases(&subject.aliases, &address);
    }

    fn place_module(&mut self, course: &Course, module: &Module) {
        let address = routes::module(&course.slug, &module.slug);
        let audience = audience(course, module);
        let document = &module.document;
        self.place(&document.path, &document.shown, Target::page(address.clone(), audience));
        self.place_resources(&module.resources, &module.folder, &address, audience);
        self.place_aliases(&module.aliases, &address);
        for content in &module.contents {
            let (page, anchor) = content_place(course, module, content);
            self.place_aliases(&content.aliases, &page);
            match (&content.document, course.layout) {
                (Some(document), Layout::Lesson) => {
                    self.place(&document.path, &document.shown, Target::page(page, audience));
                }
                (Some(document), Layout::Module) => {
                    let target = Target { anchor, ..Target::page(page, audience) };
                    self.targets.push((document.path.clone(), Arc::new(target)));
                }
                // A media content has a page but no text whose path could lead to it: a link to the file means the file.
                (None, Layout::Lesson) => self.claim(page, &content.path, Rank::Page),
                (None, Layout::Module) => {}
            }
        }
    }

    fn place_resources(&mut self, resources: &[Arc<Resource>], folder: &str, parent: &Address, audience: Audience) {
        for resource in resources {
            let relative = resource.path.strip_prefix(folder).unwrap_or(&resource.path);
            match parent.join(relative) {
                Ok(address) => {
                    let target = Target { resource: Some(resource.clone()), ..Target::page(address, audience) };
                    self.place(&resource.path, &resource.shown, target);
                }
                Err(_) => {
                    let message = "this file's name cannot be part of an address";
                    let help = "rename it without backslashes and control characters";
                    self.said.push(Diagnostic::error(&resource.shown, message).help(help));
                }
            }
        }
    }

    fn place(&mut self, path: &Arc<str>, shown: &str, target: Target) {
        let rank = if target.resource.is_some() { Rank::Other } else { Rank::Page };
        self.claim(target.address.clone(), shown, rank);
        self.targets.push((path.clone(), Arc::new(target)));
    }

    fn claim(&mut self, address: Address, shown: &str, rank: Rank) {
        self.claims.push(Arc::new(Claim { file: address.file(), address, shown: shown.to_owned(), rank, place: None }));
    }

    fn place_aliases(&mut self, aliases: &[Alias], to: &Address) {
        for alias in aliases {
            let place = Some(alias.place.clone());
            let taken = [(routes::is_served(&alias.address), "server"), (routes::is_search(&alias.address), "search")];
            if let Some((_, owner)) = taken.into_iter().find(|(is, _)| *is) {
                let message = format!("the address {} belongs to the {owner}", alias.address);
                let mut diagnostic = Diagnostic::error(&*alias.shown, message).help("remove this alias");
                diagnostic.place = place;
                self.said.push(diagnostic);
                continue;
            }
            let (address, shown) = (alias.address.clone(), alias.shown.to_string());
            let file = address.file();
            self.aliases.push(Arc::new(Claim { file, address, shown, rank: Rank::Other, place }));
            self.moved.push((alias.address.clone(), to.clone()));
        }
    }

    /// The identity of all that links can find here: every file's place and reader, and the headings of its text.
    pub fn shape(&self, texts: &Rendered) -> Digest {
        let mut hasher = Hasher::default();
        let mut bytes = Vec::new();
        for (path, target) in &self.targets {
            bytes.clear();
            let Target { address, anchor, audience, resource } = &**target;
            let facts = resource.as_ref().map(|resource| resource.facts);
            for part in [&**path, address.as_str(), anchor, &format!("{audience:?} {facts:?}")] {
                bytes.extend_from_slice(part.as_bytes());
                bytes.push(0);
            }
            hasher.update(&bytes);
        }
        for text in &texts.texts {
            bytes.clear();
            bytes.extend_from_slice(text.path.as_bytes());
            for heading in &text.facts.headings {
                for part in [&heading.id, &heading.anchor] {
                    bytes.push(0);
                    bytes.extend_from_slice(part.as_bytes());
                }
            }
            bytes.push(1);
            hasher.update(&bytes);
        }
        hasher.finish()
    }
}

/// Who may read a module.
pub fn audience(course: &Course, module: &Module) -> Audience {
    match course.access {
        Access::Enrolled if !module.preview => Audience::Enrolled(course.id),
        _ => Audience::Everyone,
    }
}

/// The page of a content, and the place on it.
pub fn content_place(course: &Course, module: &Module, content: &Content) -> (Address, String) {
    match course.layout {
        Layout::Lesson => (routes::lesson(&course.slug, &module.slug, &content.slug), String::new()),
        Layout::Module => (routes::module(&course.slug, &module.slug), content.slug.to_string()),
    }
}
