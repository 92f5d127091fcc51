//! The lists that a catalog has: subjects and courses, made once a publication.

use std::sync::Arc;

use super::listing::{Field, Filter, Item, Listing, Value};
use super::selection::fold;
use crate::course::json::CourseJson;
use crate::course::{Catalog, Course, Subject};
use crate::server::api::wire::SubjectJson;

/// What subjects may be ordered by.
const SUBJECT_FIELDS: &[Field] = &[Field::number("id"), Field::text("title"), Field::text("slug")];

/// What courses may be ordered by. By subject means by its title, as the reference's own lists of subjects are.
const COURSE_FIELDS: &[Field] = &[
    Field::number("id"),
    Field::text("subject"),
    Field::text("title"),
    Field::text("slug"),
    Field::time("created"),
    Field::number("owner"),
];

/// Both lists.
#[derive(Debug)]
pub struct CatalogLists {
    /// Ordered by title.
    pub subjects: Arc<Listing>,
    /// Newest first.
    pub courses: Arc<Listing>,
}

impl CatalogLists {
    /// The lists of a catalog.
    pub fn new(catalog: &Catalog) -> Self {
        let subjects = catalog.subjects.iter().map(subject).collect();
        let courses = catalog.courses.iter().map(|one| course(catalog, one)).collect();
        Self {
            subjects: Arc::new(Listing::new(SUBJECT_FIELDS, "title", Vec::new(), subjects)),
            courses: Arc::new(Listing::new(COURSE_FIELDS, "-created", filters(catalog), courses)),
        }
    }
}

fn subject(subject: &Subject) -> Item {
    let id = subject.id.get();
    Item {
        values: vec![Value::Number(id), title(&subject.title), Value::Text(subject.slug.as_str().to_owned())],
        texts: vec![fold(&subject.title)],
        ..Item::new(id, &SubjectJson::new(subject))
    }
}

fn course(catalog: &Catalog, course: &Course) -> Item {
    let (id, subject, owner) = (course.id.get(), course.subject.get(), course.owner.get());
    let subject_title = catalog.subject(course.subject).map_or("", |subject| &subject.title);
    Item {
        values: vec![
            Value::Number(id),
            title(subject_title),
            title(&course.title),
            Value::Text(course.slug.as_str().to_owned()),
            Value::Time(course.created),
            Value::Number(owner),
        ],
        keys: vec![subject, owner],
        texts: vec![fold(&course.title), fold(&course.overview)],
        ..Item::new(id, &CourseJson::new(course))
    }
}

/// As the catalog orders its subjects.
fn title(text: &str) -> Value {
    Value::Text(text.to_lowercase())
}

fn filters(catalog: &Catalog) -> Vec<Filter> {
    let subjects = catalog.subjects.iter().map(|subject| (subject.id.get(), subject.title.clone()));
    let owners = catalog.instructors.iter().map(|owner| (owner.id.get(), owner.name.clone()));
    vec![Filter { name: "subject", choices: subjects.collect() }, Filter { name: "owner", choices: owners.collect() }]
}
