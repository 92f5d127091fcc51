//! Stage 4: the [`SiteGraph`]: where everything lies, who may read it, and what leads where.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::curriculum::{Access, Content, Course, Curriculum, Instructor, Layout, Module, Resource, Subject};
use super::fragments::Fragments;
use super::scaled::{Scaled, planned};
use crate::course::{Address, Audience, Slug, routes};
use crate::diag::{Diagnostic, Diagnostics, Place};
use crate::digest::{Digest, Hasher};

/// A curriculum placed on the site.
pub struct SiteGraph<'a> {
    /// What is placed.
    pub curriculum: &'a Curriculum,
    /// Its rendered texts.
    pub fragments: &'a Fragments,
    /// The instructors by their user names.
    owners: HashMap<&'a Slug, &'a Instructor>,
    /// Where each file of the content folder lies on the site.
    targets: HashMap<&'a str, Target<'a>>,
    /// Every published file by its path, with what it is for.
    taken: BTreeMap<String, Taken>,
    /// Whether pictures have smaller forms.
    images: bool,
    /// Pages that lead elsewhere.
    pub moved: Vec<(Address, Address)>,
}

/// What has an address.
struct Taken {
    address: Address,
    /// The file that asked for it.
    shown: String,
    rank: Rank,
}

/// How something came to its address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    /// By its slug. Two of one slug were reported when the slugs were.
    Page,
    /// By its file's name, or because an author wrote the address.
    Other,
}

/// Where a file of the content folder lies on the site.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// The page or file.
    pub address: Address,
    /// The place on the page; empty for its top.
    pub anchor: String,
    /// Who may read it.
    pub audience: Audience,
    /// The file to publish as it is, if it is one.
    pub resource: Option<&'a Resource>,
}

impl Target<'_> {
    /// Width and height, if it is an image whose size is known.
    pub fn pixels(&self) -> Option<(u64, u64)> {
        self.resource?.facts.pixels
    }
}

impl<'a> SiteGraph<'a> {
    /// Places everything; two things at one address are reported. `made` are the addresses, with names for people, of
    /// what the build makes besides pages.
    pub fn new(
        curriculum: &'a Curriculum,
        fragments: &'a Fragments,
        made: Vec<(Address, &'static str)>,
        images: bool,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let owners = curriculum.instructors.iter().map(|instructor| (&instructor.user_name, instructor)).collect();
        let (targets, taken, moved) = (HashMap::new(), BTreeMap::new(), Vec::new());
        let mut graph = Self { curriculum, fragments, owners, targets, taken, images, moved };
        graph.claim(routes::catalog(), "the catalog", Rank::Page, None, diagnostics);
        graph.claim(routes::not_found(), "the page for what does not exist", Rank::Page, None, diagnostics);
        for (address, name) in made {
            graph.claim(address, name, Rank::Page, None, diagnostics);
        }
        for instructor in &curriculum.instructors {
            let address = routes::instructor(&instructor.user_name);
            let document = &instructor.document;
            graph.place(&document.path, &document.shown, page(address, Audience::Everyone), diagnostics);
        }
        if let Some(first) = curriculum.instructors.first() {
            let address = routes::instructor(&first.user_name);
            let parent = address.parent();
            let resources = &curriculum.instructor_resources;
            graph.place_resources(resources, "instructors/", &parent, Audience::Everyone, diagnostics);
        }
        for subject in &curriculum.subjects {
            graph.place_subject(subject, diagnostics);
        }
        graph.place_aliases(diagnostics);
        graph.check_folders(diagnostics);
        graph
    }

    /// Where a file lies, by its path below the content folder.
    pub fn target(&self, path: &str) -> Option<&Target<'a>> {
        self.targets.get(path)
    }

    /// The paths of all files that have a place.
    pub fn paths(&self) -> impl Iterator<Item = &'a str> {
        self.targets.keys().copied()
    }

    /// The same with the path as the graph keeps it.
    pub fn entry(&self, path: &str) -> Option<(&'a str, &Target<'a>)> {
        self.targets.get_key_value(path).map(|(path, target)| (*path, target))
    }

    /// The smaller forms of the picture at a target.
    pub fn scaled(&self, target: &Target<'_>) -> Vec<Scaled> {
        let resource = target.resource.filter(|_| self.images);
        resource.map(|resource| planned(resource, &target.address)).unwrap_or_default()
    }

    /// All files that are published as they are, by address.
    pub fn resources(&self) -> Vec<(&Target<'a>, &'a Resource)> {
        let mut resources: Vec<_> =
            self.targets.values().filter_map(|target| Some((target, target.resource?))).collect();
        resources.sort_by(|a, b| a.0.address.cmp(&b.0.address));
        resources
    }

    /// Whether a page or file lies at an address.
    pub fn has_address(&self, address: &Address) -> bool {
        self.taken.get(&address.file()).is_some_and(|taken| taken.address == *address)
    }

    /// The identity of all that links can find: every address that is taken, every file's place and reader, every heading.
    pub fn shape(&self) -> Digest {
        let target = |(path, target): (&&'a str, &Target<'a>)| {
            let mut text = format!("{path}\0{}\0{}\0{:?}", target.address, target.anchor, target.audience);
            if let Some(resource) = target.resource {
                text += &format!("\0{:?}", resource.facts);
            }
            for heading in self.fragments.get(path).map_or(&[][..], |fragment| &fragment.headings) {
                text += "\0";
                text += &heading.id;
                text += "\0";
                text += &heading.anchor;
            }
            (*path, Digest::of(text.as_bytes()))
        };
        let mut targets: Vec<_> = self.targets.par_iter().map(target).collect();
        targets.par_sort_unstable();
        let mut hasher = Hasher::default();
        for (_, digest) in targets {
            hasher.update(digest.as_bytes());
        }
        for taken in self.taken.values() {
            hasher.update(taken.address.as_str().as_bytes());
            hasher.update(b"\0");
        }
        hasher.finish()
    }

    /// The owner of a course, if there is such an instructor.
    pub fn owner(&self, course: &Course) -> Option<&'a Instructor> {
        self.owners.get(&course.owner).copied()
    }

    fn place_subject(&mut self, subject: &'a Subject, diagnostics: &mut Diagnostics) {
        let address = routes::subject(&subject.slug);
        let document = &subject.document;
        self.place(&document.path, &document.shown, page(address.clone(), Audience::Everyone), diagnostics);
        let folder = document.path.strip_suffix("subject.md").unwrap_or_default();
        self.place_resources(&subject.resources, folder, &address, Audience::Everyone, diagnostics);
        for course in &subject.courses {
            self.place_course(course, diagnostics);
        }
    }

    fn place_course(&mut self, course: &'a Course, diagnostics: &mut Diagnostics) {
        let address = routes::course(&course.slug);
        let document = &course.document;
        self.place(&document.path, &document.shown, page(address.clone(), Audience::Everyone), diagnostics);
        let folder = document.path.strip_suffix("course.md").unwrap_or_default();
        self.place_resources(&course.resources, folder, &address, Audience::Everyone, diagnostics);
        // An instructor whose text has mistakes was reported for those.
        let written = self.curriculum.files.contains(&format!("instructors/{}.md", course.owner));
        if self.owner(course).is_none() && !written {
            let names = self.curriculum.instructors.iter().map(|instructor| instructor.user_name.as_str());
            let help = match crate::diag::nearest(course.owner.as_str(), names) {
                Some(name) => format!("did you mean \"{name}\"?"),
                None => format!("write content/instructors/{}.md with `id` and `name`", course.owner),
            };
            let message = format!("there is no instructor \"{}\"", course.owner);
            diagnostics.push(document.error(course.owner_at.clone(), message).help(help));
        }
        for module in &course.modules {
            self.place_module(course, module, diagnostics);
        }
    }

    fn place_module(&mut self, course: &'a Course, module: &'a Module, diagnostics: &mut Diagnostics) {
        let address = routes::module(&course.slug, &module.slug);
        let audience = audience(course, module);
        let document = &module.document;
        self.place(&document.path, &document.shown, page(address.clone(), audience), diagnostics);
        self.place_resources(&module.resources, &module.folder, &address, audience, diagnostics);
        for content in &module.contents {
            let Some(document) = &content.document else { continue };
            match course.layout {
                Layout::Lesson => {
                    let address = routes::lesson(&course.slug, &module.slug, &content.slug);
                    self.place(&document.path, &document.shown, page(address, audience), diagnostics);
                }
                Layout::Module => {
                    let anchor = content.slug.to_string();
                    let target = Target { anchor, ..page(address.clone(), audience) };
                    self.targets.insert(&document.path, target);
                }
            }
        }
        if course.layout == Layout::Lesson {
            self.claim_lone_media(course, module, diagnostics);
        }
    }

    /// Media contents have a page but no text whose path could lead to it: a link to the file means the file.
    fn claim_lone_media(&mut self, course: &Course, module: &Module, diagnostics: &mut Diagnostics) {
        for content in module.contents.iter().filter(|content| content.document.is_none()) {
            let address = routes::lesson(&course.slug, &module.slug, &content.slug);
            self.claim(address, &content.path, Rank::Page, None, diagnostics);
        }
    }

    fn place_resources(
        &mut self,
        resources: &'a [Resource],
        folder: &str,
        parent: &Address,
        audience: Audience,
        diagnostics: &mut Diagnostics,
    ) {
        for resource in resources {
            let relative = resource.path.strip_prefix(folder).unwrap_or(&resource.path);
            match parent.join(relative) {
                Ok(address) => {
                    let target = Target { resource: Some(resource), ..page(address, audience) };
                    self.place(&resource.path, &resource.shown, target, diagnostics);
                }
                Err(_) => {
                    let message = "this file's name cannot be part of an address";
                    let help = "rename it without backslashes and control characters";
                    diagnostics.push(Diagnostic::error(&resource.shown, message).help(help));
                }
            }
        }
    }

    fn place(&mut self, path: &'a str, shown: &str, target: Target<'a>, diagnostics: &mut Diagnostics) {
        let rank = if target.resource.is_some() { Rank::Other } else { Rank::Page };
        self.claim(target.address.clone(), shown, rank, None, diagnostics);
        self.targets.insert(path, target);
    }

    fn claim(
        &mut self,
        address: Address,
        shown: &str,
        rank: Rank,
        place: Option<Place>,
        diagnostics: &mut Diagnostics,
    ) {
        match self.taken.get(&address.file()) {
            None => {
                let taken = Taken { address, shown: shown.to_owned(), rank };
                self.taken.insert(taken.address.file(), taken);
            }
            Some(first) if first.rank == Rank::Page && rank == Rank::Page => {}
            Some(first) => {
                let message = format!("the address {address} is already taken by {}", first.shown);
                let mut diagnostic =
                    Diagnostic::error(shown, message).help("rename one of them, or give it another `slug`");
                diagnostic.place = place;
                diagnostics.push(diagnostic);
            }
        }
    }

    /// A file cannot lie where a page needs a folder.
    fn check_folders(&self, diagnostics: &mut Diagnostics) {
        for (file, taken) in &self.taken {
            let folder = format!("{file}/");
            let below = self.taken.range(folder.clone()..).next().filter(|(other, _)| other.starts_with(&folder));
            if let Some((_, other)) = below {
                let message = format!("the address {} is needed as a folder for {}", taken.address, other.address);
                let help = "give it another name, for example with an ending";
                diagnostics.push(Diagnostic::error(&taken.shown, message).help(help));
            }
        }
    }

    fn place_aliases(&mut self, diagnostics: &mut Diagnostics) {
        let mut aliases = Vec::new();
        for subject in &self.curriculum.subjects {
            let address = routes::subject(&subject.slug);
            aliases.extend(subject.aliases.iter().map(|alias| (alias, address.clone())));
            for course in &subject.courses {
                let address = routes::course(&course.slug);
                aliases.extend(course.aliases.iter().map(|alias| (alias, address.clone())));
                for module in &course.modules {
                    let address = routes::module(&course.slug, &module.slug);
                    aliases.extend(module.aliases.iter().map(|alias| (alias, address.clone())));
                    for content in &module.contents {
                        let (address, _) = content_place(course, module, content);
                        aliases.extend(content.aliases.iter().map(|alias| (alias, address.clone())));
                    }
                }
            }
        }
        for (alias, to) in aliases {
            let place = Some(alias.place.clone());
            if routes::is_served(&alias.address) {
                let message = format!("the address {} belongs to the server", alias.address);
                let mut diagnostic = Diagnostic::error(&*alias.shown, message).help("remove this alias");
                diagnostic.place = place;
                diagnostics.push(diagnostic);
                continue;
            }
            self.claim(alias.address.clone(), &alias.shown, Rank::Other, place, diagnostics);
            self.moved.push((alias.address.clone(), to));
        }
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

fn page<'a>(address: Address, audience: Audience) -> Target<'a> {
    Target { address, anchor: String::new(), audience, resource: None }
}
