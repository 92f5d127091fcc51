//! A course as programs read it: one shape for the API and for the file beside the course's page.
//!
//! The order of the fields is part of the contract. What is shown follows from the [`Course`] of the catalog alone, so
//! the two cannot tell different things.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Course, CourseContents, Module, ModuleContents};

/// A course with its modules.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Course)]
pub struct CourseJson<'a, M> {
    id: u32,
    subject: u32,
    title: &'a str,
    slug: &'a str,
    overview: &'a str,
    #[schema(format = DateTime)]
    created: String,
    owner: u32,
    modules: Vec<M>,
}

/// A module in lists of courses.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Module)]
pub struct ModuleJson<'a> {
    order: u32,
    title: &'a str,
    description: &'a str,
}

/// A module with its contents.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FullModule)]
pub struct FullModuleJson<'a> {
    order: u32,
    title: &'a str,
    description: &'a str,
    contents: Vec<ContentJson<'a>>,
}

/// A content: its place and its HTML.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Content)]
pub struct ContentJson<'a> {
    order: u32,
    item: &'a str,
}

impl<'a> CourseJson<'a, ModuleJson<'a>> {
    /// One course as lists show it.
    pub fn new(course: &'a Course) -> Self {
        let module = |module: &'a Module| ModuleJson {
            order: module.order,
            title: &module.title,
            description: &module.description,
        };
        Self::with(course, course.modules.iter().map(module).collect())
    }
}

impl<'a> CourseJson<'a, FullModuleJson<'a>> {
    /// One course with its contents.
    pub fn full(course: &'a Course, contents: &'a CourseContents) -> Self {
        let module = |(module, contents): (&'a Module, &'a ModuleContents)| FullModuleJson {
            order: module.order,
            title: &module.title,
            description: &module.description,
            contents: contents.contents.iter().map(|one| ContentJson { order: one.order, item: &one.item }).collect(),
        };
        Self::with(course, course.modules.iter().zip(&contents.modules).map(module).collect())
    }
}

impl<'a, M> CourseJson<'a, M> {
    fn with(course: &'a Course, modules: Vec<M>) -> Self {
        Self {
            id: course.id.get(),
            subject: course.subject.get(),
            title: &course.title,
            slug: course.slug.as_str(),
            overview: &course.overview,
            created: time(course.created),
            owner: course.owner.get(),
            modules,
        }
    }
}

/// A value as compact JSON, the fields in their order.
pub fn text_of(value: &impl Serialize) -> String {
    without_line_separators(serde_json::to_string(value).expect("plain strings and numbers always serialize"))
}

/// Old JavaScript ends a line at U+2028 and U+2029, in the middle of a string; the reference's framework escapes them.
/// JSON has them in strings only, so nothing but strings is touched.
pub fn without_line_separators(json: String) -> String {
    match json.contains(['\u{2028}', '\u{2029}']) {
        true => json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"),
        false => json,
    }
}

/// Microseconds, or none at all if they are zero: `2020-02-05T12:00:00.123456Z`.
pub fn time(time: jiff::Timestamp) -> String {
    if time.subsec_nanosecond() / 1_000 == 0 { format!("{time:.0}") } else { format!("{time:.6}") }
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_have_six_digits_or_none() {
        let shown = |text: &str| time(text.parse().expect("a time"));
        assert_eq!(shown("2020-02-05T12:00:00.123456Z"), "2020-02-05T12:00:00.123456Z");
        assert_eq!(shown("2020-02-05T12:00:00.5Z"), "2020-02-05T12:00:00.500000Z");
        assert_eq!(shown("2020-02-05T13:00:00+01:00"), "2020-02-05T12:00:00Z");
    }
}
