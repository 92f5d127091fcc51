//! A course as the API shows it, beside its page: `/course/<slug>/course.json`, to the byte what `/api/courses/<id>/`
//! answers, for whoever reads a school from a static host. A test holds the two against each other.

use crate::course::json::{self, CourseJson};
use crate::course::{Audience, routes};
use crate::digest::Digest;
use crate::site::curriculum::{Course, Document, Subject};
use crate::site::graph::SiteGraph;
use crate::site::publish::{Job, Make, as_written, course_of_catalog};
use crate::site::views::Views;

/// A file for each course, public like the course's outline.
pub fn jobs<'a>(views: &Views<'a>) -> Vec<Job<'a>> {
    let subjects = views.graph.curriculum.subjects.iter();
    let courses = subjects.flat_map(|subject| subject.courses.iter().map(move |course| (subject, &**course)));
    let job = |(subject, course): (&'a Subject, &'a Course)| {
        // Texts are known by their digests: what did not change is not read.
        let key = Digest::of(&bytes(views.graph, subject, course, |document| document.body.to_string())?);
        let write = move |views: &Views<'_>| bytes(views.graph, subject, course, as_written).unwrap_or_default();
        let make = Make::Output(Box::new(write));
        Some(Job::new(routes::course_json(&course.slug), Audience::Everyone, key, make))
    };
    courses.filter_map(job).collect()
}

fn bytes(
    graph: &SiteGraph<'_>,
    subject: &Subject,
    course: &Course,
    text: impl Fn(&Document) -> String,
) -> Option<Vec<u8>> {
    let course = course_of_catalog(graph, subject, course, text)?;
    Some(json::text_of(&CourseJson::new(&course)).into_bytes())
}
