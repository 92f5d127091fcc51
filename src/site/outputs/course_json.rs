//! A course as the API shows it, beside its page: `/course/<slug>/course.json`, to the byte what `/api/courses/<id>/`
//! answers, for whoever reads a school from a static host. A test holds the two against each other.

use serde::Serialize;

use crate::course::{Audience, routes};
use crate::digest::Digest;
use crate::site::curriculum::{Course, Document, Module, Subject};
use crate::site::graph::SiteGraph;
use crate::site::publish::{Job, Make};
use crate::site::views::Views;

#[derive(Serialize)]
struct CourseFile<'a> {
    id: u32,
    subject: u32,
    title: &'a str,
    slug: &'a str,
    overview: String,
    created: String,
    owner: u32,
    modules: Vec<ModuleInFile<'a>>,
}

#[derive(Serialize)]
struct ModuleInFile<'a> {
    order: u32,
    title: &'a str,
    description: String,
}

/// A file for each course, public like the course's outline.
pub fn jobs<'a>(views: &Views<'a>) -> Vec<Job<'a>> {
    let subjects = views.graph.curriculum.subjects.iter();
    let courses = subjects.flat_map(|subject| subject.courses.iter().map(move |course| (subject, &**course)));
    let job = |(subject, course): (&'a Subject, &'a Course)| {
        // Texts are known by their digests: what did not change is not read.
        let key = Digest::of(&bytes(views.graph, subject, course, |text| text.body.to_string())?);
        let body = |text: &Document| text.body().trim().to_owned();
        let write = move |views: &Views<'_>| bytes(views.graph, subject, course, body).unwrap_or_default();
        let make = Make::Output(Box::new(write));
        Some(Job::new(routes::course_json(&course.slug), Audience::Everyone, key, make))
    };
    courses.filter_map(job).collect()
}

/// Nothing of a course without an owner: that was reported, and then nothing is published.
fn bytes(
    graph: &SiteGraph<'_>,
    subject: &Subject,
    course: &Course,
    text: impl Fn(&Document) -> String,
) -> Option<Vec<u8>> {
    let file = CourseFile {
        id: course.id.get(),
        subject: subject.id.get(),
        title: &course.title,
        slug: course.slug.as_str(),
        overview: text(&course.document),
        created: time(course.created),
        owner: graph.owner(course)?.id.get(),
        modules: course.modules.iter().map(|one| module(one, &text)).collect(),
    };
    let json = serde_json::to_string(&file).expect("plain texts and numbers always serialize");
    // As the API has it: old JavaScript ends a line there.
    Some(json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029").into_bytes())
}

fn module(module: &Module, text: impl Fn(&Document) -> String) -> ModuleInFile<'_> {
    ModuleInFile { order: module.order, title: &module.title, description: text(&module.document) }
}

/// Microseconds, or none at all if they are zero.
fn time(time: jiff::Timestamp) -> String {
    if time.subsec_nanosecond() / 1_000 == 0 { format!("{time:.0}") } else { format!("{time:.6}") }
}
