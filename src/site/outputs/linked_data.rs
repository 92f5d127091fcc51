//! What a page is about, for machines: JSON-LD in the words of <https://schema.org>, and the few words that previews of
//! links want (<https://ogp.me>).
//!
//! Only pages that search engines may list are described, and only where the site's URL is known: things are named by
//! URLs. What educa does not know it does not say; whether a school charges for a course is such a thing.

use serde_json::{Value, json};

use crate::course::{Address, Audience, Language, routes};
use crate::site::curriculum::{Access, Content, Course, Instructor, Module, Subject};
use crate::site::graph::audience;
use crate::site::views::{Views, kind_name, subject_link};
use crate::theme::{CourseNav, LinkView, PageView};

/// What a page is about.
#[derive(Clone, Copy)]
pub enum About<'a> {
    /// The site.
    Site,
    /// A subject.
    Subject,
    /// A course.
    Course(&'a Subject, &'a Course),
    /// A module.
    Module(&'a CourseNav, &'a Course, &'a Module),
    /// A content with a page of its own.
    Lesson(&'a CourseNav, &'a Course, &'a Module, &'a Content),
    /// An instructor.
    Instructor(&'a Instructor),
}

impl Views<'_> {
    /// The head of a page with what it is about; without that if it is not for everyone.
    pub fn about(&self, page: PageView, about: About<'_>) -> PageView {
        let kind = match about {
            About::Site | About::Subject => "website",
            About::Instructor(_) => "profile",
            _ => "article",
        };
        let readers = match about {
            About::Module(_, course, module) | About::Lesson(_, course, module, _) => audience(course, module),
            _ => Audience::Everyone,
        };
        if readers != Audience::Everyone {
            // Such a page answers a search engine with the sign-in form.
            return PageView { indexed: false, ..page };
        }
        let linked_data_html = match self.base_url {
            Some(base) => script(&json!({
                "@context": "https://schema.org",
                "@graph": Describing { views: self, base, page: &page }.graph(about),
            })),
            None => String::new(),
        };
        PageView { kind, linked_data_html, ..page }
    }
}

/// JSON as the content of a `script` element: no `<` can end it.
fn script(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

/// `de_AT` of `de-AT`. Previews know no language without a country, so others have none.
pub fn locale(lang: &Language) -> Option<String> {
    let country = lang.as_str().split('-').skip(1).find(|part| part.len() == 2)?;
    Some(format!("{}_{}", lang.primary(), country.to_ascii_uppercase()))
}

/// A page that is being described.
struct Describing<'a> {
    views: &'a Views<'a>,
    base: &'a str,
    page: &'a PageView,
}

impl Describing<'_> {
    fn graph(&self, about: About<'_>) -> Vec<Value> {
        match about {
            About::Site => vec![self.site()],
            About::Subject => vec![self.trail(&[])],
            About::Course(subject, course) => vec![self.course(course), self.trail(&[subject_link(subject)])],
            About::Module(nav, course, module) => {
                let updated = module.contents.iter().map(|content| content.updated).max();
                let resource = self.resource(course, "module", &nav.course.address, updated.map(|at| at.to_string()));
                vec![resource, self.trail(&[nav.subject.clone(), nav.course.clone()])]
            }
            About::Lesson(nav, course, module, content) => {
                let address = routes::module(&course.slug, &module.slug).href();
                let mut resource =
                    self.resource(course, kind_name(&content.kind), &address, Some(content.updated.to_string()));
                resource["dateCreated"] = content.created.to_string().into();
                let module = LinkView { title: module.title.clone(), address };
                vec![resource, self.trail(&[nav.subject.clone(), nav.course.clone(), module])]
            }
            About::Instructor(instructor) => vec![self.instructor(instructor)],
        }
    }

    fn site(&self) -> Value {
        let site = self.views.theme.site();
        without_nothing(json!({
            "@type": "WebSite",
            "@id": self.page.canonical,
            "url": self.page.canonical,
            "name": site.title,
            "description": site.description,
            "inLanguage": site.lang,
        }))
    }

    fn school(&self) -> Value {
        json!({ "@type": "Organization", "name": self.views.theme.site().title, "url": self.url(&routes::catalog()) })
    }

    fn course(&self, course: &Course) -> Value {
        let section = |(at, module): (usize, &Module)| {
            let url = self.url(&routes::module(&course.slug, &module.slug));
            json!({ "@type": "Syllabus", "position": at + 1, "name": module.title, "url": url })
        };
        let sections: Vec<_> = course.modules.iter().enumerate().map(section).collect();
        let open = course.modules.iter().filter(|module| audience(course, module) == Audience::Everyone);
        let part = |module: &Module| json!({ "@id": self.url(&routes::module(&course.slug, &module.slug)) });
        let person = self.owner(course);
        without_nothing(json!({
            "@type": "Course",
            "@id": self.page.canonical,
            "url": self.page.canonical,
            "name": course.title,
            "description": self.page.description,
            "inLanguage": self.page.lang,
            "dateCreated": course.created.to_string(),
            "keywords": course.tags,
            "provider": self.school(),
            "author": person,
            "isAccessibleForFree": (course.access == Access::Public).then_some(true),
            "syllabusSections": sections,
            "hasPart": open.map(part).collect::<Vec<_>>(),
            "hasCourseInstance": { "@type": "CourseInstance", "courseMode": "online", "instructor": person },
        }))
    }

    /// A module or lesson that everyone may read, as a part of the thing at `whole`.
    fn resource(&self, course: &Course, kind: &str, whole: &str, updated: Option<String>) -> Value {
        without_nothing(json!({
            "@type": "LearningResource",
            "@id": self.page.canonical,
            "url": self.page.canonical,
            "name": self.page.title,
            "description": self.page.description,
            "inLanguage": self.page.lang,
            "learningResourceType": kind,
            "dateModified": updated,
            "author": self.owner(course),
            "isAccessibleForFree": true,
            "isPartOf": { "@id": format!("{}{whole}", self.base) },
        }))
    }

    fn owner(&self, course: &Course) -> Value {
        let name = self.views.graph.owner(course).map_or("", |owner| owner.name.as_str());
        let url = self.url(&routes::instructor(&course.owner));
        json!({ "@type": "Person", "@id": url, "name": name, "url": url })
    }

    fn instructor(&self, instructor: &Instructor) -> Value {
        without_nothing(json!({
            "@type": "Person",
            "@id": self.page.canonical,
            "url": self.page.canonical,
            "name": instructor.name,
            "description": self.page.description,
            "worksFor": self.school(),
        }))
    }

    /// The way to this page from the catalog.
    fn trail(&self, between: &[LinkView]) -> Value {
        let views = self.views;
        let catalog = LinkView { title: views.word(&views.site, "all_courses"), address: routes::catalog().href() };
        let here = LinkView { title: self.page.title.clone(), address: self.page.address.clone() };
        let links = std::iter::once(&catalog).chain(between).chain([&here]);
        let item = |(at, link): (usize, &LinkView)| {
            let url = format!("{}{}", self.base, link.address);
            // By `@id`: an item is a thing, a bare URL would be a text.
            json!({ "@type": "ListItem", "position": at + 1, "name": link.title, "item": { "@id": url } })
        };
        let items: Vec<_> = links.enumerate().map(item).collect();
        json!({ "@type": "BreadcrumbList", "itemListElement": items })
    }

    fn url(&self, address: &Address) -> String {
        format!("{}{}", self.base, address.href())
    }
}

/// Without the properties that have no value.
fn without_nothing(mut value: Value) -> Value {
    let is_something = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        _ => true,
    };
    if let Some(properties) = value.as_object_mut() {
        properties.retain(|_, value| is_something(value));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_script_that_holds_it() {
        let text = script(&json!({ "name": "</script><!-- <script>" }));
        assert!(!text.contains('<'), "{text}");
        let read: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read["name"], "</script><!-- <script>");
    }

    #[test]
    fn a_locale_has_a_country() {
        let locale = |tag: &str| super::locale(&tag.parse().expect("a language"));
        assert_eq!(locale("de-AT").as_deref(), Some("de_AT"));
        assert_eq!(locale("de"), None);
    }
}
