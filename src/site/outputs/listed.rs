//! The pages that search engines may list, and those that are not for everyone.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::course::{Address, Audience, routes};
use crate::site::curriculum::{Content, Course, Curriculum, Layout, Module};
use crate::site::graph::{audience, content_place};

/// A page that search engines may list.
#[derive(Debug)]
pub struct Listed {
    /// Where it lies.
    pub address: Address,
    /// When what it shows was last changed, if it shows something that has a date.
    pub updated: Option<Timestamp>,
}

/// All of them, in the order of the site.
pub fn listed(curriculum: &Curriculum) -> Vec<Listed> {
    let undated = |address| Listed { address, updated: None };
    let mut pages = vec![undated(routes::catalog())];
    pages.extend(curriculum.instructors.iter().map(|one| undated(routes::instructor(&one.user_name))));
    for subject in &curriculum.subjects {
        pages.push(undated(routes::subject(&subject.slug)));
        for course in &subject.courses {
            pages.push(Listed { address: routes::course(&course.slug), updated: Some(outlined(course)) });
            let open = |module: &&Module| audience(course, module) == Audience::Everyone;
            for module in course.modules.iter().filter(open) {
                pages.extend(module_pages(course, module));
            }
        }
    }
    pages
}

fn module_pages(course: &Course, module: &Module) -> Vec<Listed> {
    let updated = module.contents.iter().map(|content| content.updated).max();
    let mut pages = vec![Listed { address: routes::module(&course.slug, &module.slug), updated }];
    if course.layout == Layout::Lesson {
        let page = |content: &Content| Listed {
            address: content_place(course, module, content).0,
            updated: Some(content.updated),
        };
        pages.extend(module.contents.iter().map(page));
    }
    pages
}

/// When the last content appeared in a course's outline.
fn outlined(course: &Course) -> Timestamp {
    let contents = course.modules.iter().flat_map(|module| &module.contents);
    contents.map(|content| content.created).chain([course.created]).max().unwrap_or(course.created)
}

/// The pages of modules and contents that only the enrolled may read.
pub fn gated(curriculum: &Curriculum) -> HashSet<Address> {
    let mut gated = HashSet::new();
    for course in curriculum.subjects.iter().flat_map(|subject| &subject.courses) {
        for module in course.modules.iter().filter(|module| audience(course, module) != Audience::Everyone) {
            gated.extend(module_pages(course, module).into_iter().map(|page| page.address));
        }
    }
    gated
}
