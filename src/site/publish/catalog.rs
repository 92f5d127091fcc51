//! Stage 8: the [`Catalog`] that the server reads.

use std::collections::BTreeMap;

use super::jobs::Job;
use crate::course::{Catalog, Course, EnrollmentPolicy, Instructor, Module, Published, Subject, Variants, routes};
use crate::site::cache::Entry;
use crate::site::curriculum::{self, Curriculum, Document};
use crate::site::graph::SiteGraph;

/// What the server is told of a school.
pub fn catalog(graph: &SiteGraph<'_>, jobs: &[Job<'_>], entries: &[Entry]) -> Catalog {
    let curriculum = graph.curriculum;
    let subject = |subject: &curriculum::Subject| Subject {
        id: subject.id,
        title: subject.title.clone(),
        slug: subject.slug.clone(),
    };
    Catalog {
        subjects: curriculum.subjects.iter().map(subject).collect(),
        courses: courses(graph, curriculum),
        instructors: curriculum.instructors.iter().map(instructor).collect(),
        files: jobs.iter().zip(entries).filter_map(file).collect::<BTreeMap<_, _>>(),
    }
}

fn courses(graph: &SiteGraph<'_>, curriculum: &Curriculum) -> Vec<Course> {
    let of_subject = |subject: &curriculum::Subject| {
        let courses = subject.courses.iter();
        courses.filter_map(|course| course_of_catalog(graph, subject, course, as_written)).collect::<Vec<_>>()
    };
    let mut courses: Vec<_> = curriculum.subjects.iter().flat_map(of_subject).collect();
    courses.sort_by_key(|course| std::cmp::Reverse((course.created, course.id)));
    courses
}

/// What the server is told of a course, with `text` in the place of each document. Nothing of one without an owner: that
/// was reported, and then nothing is published.
pub fn course_of_catalog(
    graph: &SiteGraph<'_>,
    subject: &curriculum::Subject,
    course: &curriculum::Course,
    text: impl Fn(&Document) -> String,
) -> Option<Course> {
    Some(Course {
        id: course.id,
        subject: subject.id,
        title: course.title.clone(),
        slug: course.slug.clone(),
        overview: text(&course.document),
        created: course.created,
        owner: graph.owner(course)?.id,
        lang: course.speech.lang.clone(),
        dir: course.speech.dir,
        enrollment: enrollment(graph, course),
        modules: course.modules.iter().map(|each| module(course, each, &text)).collect(),
    })
}

/// A document as its author wrote it.
pub fn as_written(document: &Document) -> String {
    document.body().trim().to_owned()
}

fn enrollment(graph: &SiteGraph<'_>, course: &curriculum::Course) -> EnrollmentPolicy {
    let prerequisites = graph.prerequisites(course).iter().map(|course| course.id).collect();
    EnrollmentPolicy { prerequisites, ..course.enrollment.clone() }
}

fn module(course: &curriculum::Course, module: &curriculum::Module, text: impl Fn(&Document) -> String) -> Module {
    Module {
        order: module.order,
        title: module.title.clone(),
        description: text(&module.document),
        address: routes::module(&course.slug, &module.slug),
    }
}

fn instructor(instructor: &curriculum::Instructor) -> Instructor {
    Instructor { id: instructor.id, user_name: instructor.user_name.clone(), name: instructor.name.clone() }
}

fn file((job, entry): (&Job<'_>, &Entry)) -> Option<(crate::course::Address, Published)> {
    let mut variants = Variants::default();
    for (encoding, variant) in entry.variants() {
        variants[encoding.at()] = Some(variant);
    }
    let (digest, size, audience, lasting) = (entry.digest, entry.size, job.audience, job.is_lasting());
    let published = Published { digest, size, audience, variants, lasting };
    Some((job.address.clone()?, published))
}
