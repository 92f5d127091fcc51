//! Stage 4: the [`SiteGraph`]: where everything lies, who may read it, and what leads where.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use rayon::prelude::*;

use super::places::{Claim, Places, Rank, Target};
use super::prerequisites::Prerequisites;
use crate::course::{Address, Slug};
use crate::diag::{Diagnostic, Diagnostics, nearest};
use crate::digest::{Digest, Hasher};
use crate::site::cache::{ByCourse, Fragments};
use crate::site::curriculum::{Course, Curriculum, Instructor, Resource};
use crate::site::source::{Scaled, planned};

/// A curriculum placed on the site.
pub struct SiteGraph<'a> {
    /// What is placed.
    pub curriculum: &'a Curriculum,
    /// Its rendered texts.
    pub fragments: &'a Fragments,
    /// The instructors by their user names.
    owners: HashMap<&'a Slug, &'a Instructor>,
    /// Which courses build upon which.
    prerequisites: Prerequisites<'a>,
    /// Where each file of the content folder lies on the site.
    targets: HashMap<Arc<str>, Arc<Target>>,
    /// Every published file, each once and in the order of [`in_folders`].
    taken: Vec<Arc<Claim>>,
    /// Whether pictures have smaller forms.
    images: bool,
    /// Pages that lead elsewhere.
    pub moved: Vec<(Address, Address)>,
    /// The identity of all that links can find: every address that is taken, every file's place and reader, every heading.
    pub shape: Digest,
}

/// Where the things of a course lie, and the identity of what links can find there.
pub struct Placed {
    places: Places,
    shape: Digest,
}

impl<'a> SiteGraph<'a> {
    /// Places everything; two things at one address are reported. `made` are the addresses, with names for people, of
    /// what the build makes besides pages, and `known` the places of the last build.
    pub fn new(
        curriculum: &'a Curriculum,
        fragments: &'a Fragments,
        made: Vec<(Address, &'static str)>,
        images: bool,
        known: &mut ByCourse<Placed>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let all: Vec<_> = curriculum.courses().collect();
        let placed = |at: usize, course: &Course| {
            let places = Places::of_course(course);
            let shape = places.shape(&fragments.courses[at]);
            Ok::<_, Infallible>(Placed { places, shape })
        };
        let Ok(courses) = known.of(fragments.basis, &all, placed);
        let around = Places::around_courses(curriculum, made);
        let all: Vec<_> = std::iter::once(&around).chain(courses.iter().map(|placed| &placed.places)).collect();
        for places in &all {
            diagnostics.append(places.said.clone());
        }
        let moved = all.iter().flat_map(|places| &places.moved).cloned().collect();
        let targets = all.iter().flat_map(|places| &places.targets).cloned().collect();
        let taken = taken(&all, diagnostics);
        let shapes = courses.iter().map(|placed| placed.shape);
        let shape = shape(shapes.chain([around.shape(&fragments.others)]), &taken);
        let owners = curriculum.instructors.iter().map(|instructor| (&instructor.user_name, instructor)).collect();
        let prerequisites = Prerequisites::new(curriculum, diagnostics);
        let graph = Self { curriculum, fragments, owners, prerequisites, targets, taken, images, moved, shape };
        graph.check_owners(diagnostics);
        graph
    }

    /// Where a file lies, by its path below the content folder.
    pub fn target(&self, path: &str) -> Option<&Target> {
        self.targets.get(path).map(|target| &**target)
    }

    /// The paths of all files that have a place.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.targets.keys().map(|path| &**path)
    }

    /// The same with the path as the graph keeps it.
    pub fn entry(&self, path: &str) -> Option<(&str, &Target)> {
        self.targets.get_key_value(path).map(|(path, target)| (&**path, &**target))
    }

    /// The smaller forms of the picture at a target.
    pub fn scaled(&self, target: &Target) -> Vec<Scaled> {
        let resource = target.resource.as_ref().filter(|_| self.images);
        resource.map(|resource| planned(resource, &target.address)).unwrap_or_default()
    }

    /// All files that are published as they are, by address.
    pub fn resources(&self) -> Vec<(&Target, &Resource)> {
        let targets = self.targets.values().map(|target| &**target);
        let mut resources: Vec<_> = targets.filter_map(|target| Some((target, &**target.resource.as_ref()?))).collect();
        resources.sort_by(|a, b| a.0.address.cmp(&b.0.address));
        resources
    }

    /// Whether a page or file lies at an address.
    pub fn has_address(&self, address: &Address) -> bool {
        let file = address.file();
        let found = self.taken.binary_search_by(|taken| in_folders(&taken.file, &file));
        found.is_ok_and(|at| self.taken[at].address == *address)
    }

    /// The owner of a course, if there is such an instructor.
    pub fn owner(&self, course: &Course) -> Option<&'a Instructor> {
        self.owners.get(&course.owner).copied()
    }

    /// The courses in which one needs a place first, in the author's order.
    pub fn prerequisites(&self, course: &Course) -> &[&'a Course] {
        self.prerequisites.of(course)
    }

    fn check_owners(&self, diagnostics: &mut Diagnostics) {
        for course in self.curriculum.courses().filter(|course| self.owner(course).is_none()) {
            // An instructor whose text has mistakes was reported for those.
            if self.curriculum.has_file(&format!("instructors/{}.md", course.owner)) {
                continue;
            }
            let names = self.curriculum.instructors.iter().map(|instructor| instructor.user_name.as_str());
            let help = match nearest(course.owner.as_str(), names) {
                Some(name) => format!("did you mean \"{name}\"?"),
                None => format!("write content/instructors/{}.md with `id` and `name`", course.owner),
            };
            let message = format!("there is no instructor \"{}\"", course.owner);
            diagnostics.push(course.document.error(course.owner_at.clone(), message).help(help));
        }
    }
}

/// The order of paths in which whatever lies in a folder follows the folder at once.
fn in_folders(one: &str, other: &str) -> Ordering {
    let lowest = |byte: u8| if byte == b'/' { 0 } else { byte };
    one.bytes().map(lowest).cmp(other.bytes().map(lowest))
}

/// All claims that can be granted; those that cannot are reported.
fn taken(all: &[&Places], diagnostics: &mut Diagnostics) -> Vec<Arc<Claim>> {
    let pages = all.iter().flat_map(|places| &places.claims);
    let mut claims: Vec<_> = pages.chain(all.iter().flat_map(|places| &places.aliases)).cloned().collect();
    // Stable: of two claims to one address the first was there first.
    claims.par_sort_by(|one, other| in_folders(&one.file, &other.file));
    let mut taken: Vec<Arc<Claim>> = Vec::with_capacity(claims.len());
    for claim in claims {
        match taken.last() {
            Some(first) if first.file == claim.file => {
                if first.rank == Rank::Page && claim.rank == Rank::Page {
                    continue;
                }
                let message = format!("the address {} is already taken by {}", claim.address, first.shown);
                let help = "rename one of them, or give it another `slug`";
                let mut diagnostic = Diagnostic::error(&claim.shown, message).help(help);
                diagnostic.place = claim.place.clone();
                diagnostics.push(diagnostic);
            }
            _ => taken.push(claim),
        }
    }
    for pair in taken.windows(2) {
        // A file cannot lie where a page needs a folder.
        if pair[1].file.strip_prefix(&pair[0].file).is_some_and(|rest| rest.starts_with('/')) {
            let message = format!("the address {} is needed as a folder for {}", pair[0].address, pair[1].address);
            let help = "give it another name, for example with an ending";
            diagnostics.push(Diagnostic::error(&pair[0].shown, message).help(help));
        }
    }
    taken
}

fn shape(parts: impl Iterator<Item = Digest>, taken: &[Arc<Claim>]) -> Digest {
    let mut hasher = Hasher::default();
    for part in parts {
        hasher.update(part.as_bytes());
    }
    let mut addresses = Vec::with_capacity(taken.len() * 64);
    for claim in taken {
        addresses.extend_from_slice(claim.address.as_str().as_bytes());
        addresses.push(0);
    }
    hasher.update(&addresses);
    hasher.finish()
}
