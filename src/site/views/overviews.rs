//! Stage 5: the graph into views, one for each page of lists and overviews.
//!
//! The pages that are read inside a course are in `lessons`.

use super::items::Items;
use crate::course::{Address, Audience, routes};
use crate::diag::Diagnostics;
use crate::digest::Digest;
use crate::site::curriculum::{Content, Course, Document, Instructor, Kind, Module, Speech, Subject};
use crate::site::graph::{SiteGraph, audience, content_place};
use crate::site::markdown::Resolved;
use crate::site::outputs::{About, locale};
use crate::theme::{
    CatalogView, CourseEntry, CourseLink, CourseView, InstructorView, LinkView, MovedView, NotFoundView,
    OutlineContent, OutlineModule, PageView, PolicyView, SearchSubject, SearchView, SubjectEntry, SubjectView, Theme,
};

/// Makes views of one graph.
pub struct Views<'a> {
    /// What is shown.
    pub graph: &'a SiteGraph<'a>,
    /// For the words in titles.
    pub theme: &'a Theme,
    /// The site's language and direction.
    pub site: Speech,
    /// Where the site will be found.
    pub base_url: Option<&'a str>,
    /// Identity of all settings.
    pub settings: Digest,
    /// What the views are for.
    pub purpose: Purpose,
    /// Contents that were drawn and will be used once more.
    pub items: Items,
}

/// What views are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To know whether a page is still what it was: its identity stands for each piece of finished HTML.
    Key,
    /// To draw the page.
    Page,
}

/// How much of a lead makes a description: about what search engines show.
const DESCRIPTION: usize = 160;

impl Views<'_> {
    /// `/`, or one subject's page.
    pub fn catalog(&self, subject: Option<&Subject>, diagnostics: &mut Diagnostics) -> CatalogView {
        let all = &self.graph.curriculum.subjects;
        let entry = |entry: &Subject| SubjectEntry {
            title: entry.title.clone(),
            address: routes::subject(&entry.slug).href(),
            n_courses: entry.courses.len(),
            current: subject.is_some_and(|subject| subject.id == entry.id),
        };
        let shown = all.iter().filter(|other| subject.is_none_or(|subject| subject.id == other.id));
        let mut courses: Vec<_> = shown.flat_map(|s| s.courses.iter().map(move |course| (s, &**course))).collect();
        courses.sort_by_key(|(_, course)| std::cmp::Reverse((course.created, course.id)));
        CatalogView {
            page: self.catalog_page(subject),
            subject: subject.map(|subject| SubjectView {
                title: subject.title.clone(),
                description_html: self.html(&subject.document, Audience::Everyone, diagnostics),
            }),
            subjects: all.iter().map(entry).collect(),
            n_courses: all.iter().map(|subject| subject.courses.len()).sum(),
            courses: courses.into_iter().map(|(subject, course)| self.entry(subject, course)).collect(),
        }
    }

    fn catalog_page(&self, subject: Option<&Subject>) -> PageView {
        match subject {
            None => {
                let page = self.page(self.word(&self.site, "all_courses"), &self.site, "", &routes::catalog());
                let any = self.graph.curriculum.subjects.iter().any(|subject| !subject.courses.is_empty());
                let feed = self.feed_link(&routes::catalog()).filter(|_| any);
                self.about(PageView { feed, ..page }, About::Site)
            }
            Some(subject) => {
                let title = self.word(&subject.speech, "subject_courses").replace("{name}", &subject.title);
                let lead = self.lead(&subject.document);
                let address = routes::subject(&subject.slug);
                let feed = self.feed_link(&address).filter(|_| !subject.courses.is_empty());
                let page = self.page(title, &subject.speech, &lead, &address);
                self.about(PageView { feed, ..page }, About::Subject)
            }
        }
    }

    /// A course's overview.
    pub fn course(&self, subject: &Subject, course: &Course, diagnostics: &mut Diagnostics) -> CourseView {
        let summary = self.summary(course);
        let mut modules = Vec::new();
        for (at, module) in course.modules.iter().enumerate() {
            modules.push(OutlineModule {
                number: at + 1,
                title: module.title.clone(),
                address: routes::module(&course.slug, &module.slug).href(),
                description_html: self.html(&module.document, Audience::Everyone, diagnostics),
                open: audience(course, module) == Audience::Everyone,
                contents: outline(course, module),
            });
        }
        let address = routes::course(&course.slug);
        let any = course.modules.iter().any(|module| !module.contents.is_empty());
        let feed = self.feed_link(&address).filter(|_| any);
        let page = self.page(course.title.clone(), &course.speech, &summary, &address);
        CourseView {
            page: self.about(PageView { feed, ..page }, About::Course(subject, course)),
            id: course.id.get(),
            course: self.entry(subject, course),
            overview_html: self.html(&course.document, Audience::Everyone, diagnostics),
            created: course.created.to_string(),
            enrollment: PolicyView::new(&course.enrollment, self.required(course)),
            start: modules.first().map(|module| module.address.clone()),
            modules,
        }
    }

    fn required(&self, course: &Course) -> Vec<CourseLink> {
        self.graph.prerequisites(course).iter().map(|course| course_link(course)).collect()
    }

    /// An instructor's page.
    pub fn instructor(&self, instructor: &Instructor, diagnostics: &mut Diagnostics) -> InstructorView {
        let lead = self.lead(&instructor.document);
        let address = routes::instructor(&instructor.user_name);
        let subjects = self.graph.curriculum.subjects.iter();
        let mut courses: Vec<_> = subjects
            .flat_map(|subject| subject.courses.iter().map(move |course| (subject, &**course)))
            .filter(|(_, course)| course.owner == instructor.user_name)
            .collect();
        courses.sort_by_key(|(_, course)| std::cmp::Reverse((course.created, course.id)));
        let page = self.page(instructor.name.clone(), &instructor.speech, &lead, &address);
        InstructorView {
            page: self.about(page, About::Instructor(instructor)),
            biography_html: self.html(&instructor.document, Audience::Everyone, diagnostics),
            courses: courses.into_iter().map(|(subject, course)| self.entry(subject, course)).collect(),
        }
    }

    /// The page for what does not exist.
    pub fn not_found(&self) -> NotFoundView {
        let title = self.word(&self.site, "not_found");
        let page = self.page(title, &self.site, "", &routes::not_found());
        NotFoundView { page: PageView { indexed: false, canonical: None, ..page } }
    }

    /// The page that searches: all courses by subject, for those who have no script.
    pub fn search(&self) -> SearchView {
        let page = self.page(self.word(&self.site, "search"), &self.site, "", &routes::search());
        let subjects = self.graph.curriculum.subjects.iter().filter(|subject| !subject.courses.is_empty());
        let subject = |subject: &Subject| SearchSubject {
            title: subject.title.clone(),
            address: routes::subject(&subject.slug).href(),
            lang: subject.speech.lang.to_string(),
            dir: subject.speech.dir.as_str(),
            courses: subject.courses.iter().map(|course| course_link(course)).collect(),
        };
        SearchView {
            page: PageView { indexed: false, canonical: None, ..page },
            subjects: subjects.map(subject).collect(),
        }
    }

    /// A page that sends its reader on.
    pub fn moved(&self, from: &Address, to: &Address) -> MovedView {
        let page = self.page(self.word(&self.site, "moved"), &self.site, "", from);
        let canonical = self.base_url.map(|base| format!("{base}{}", to.href()));
        MovedView { page: PageView { indexed: false, canonical, ..page }, to: to.href() }
    }

    /// The HTML of a text as `reader` reads it.
    pub fn html(&self, document: &Document, reader: Audience, diagnostics: &mut Diagnostics) -> String {
        let resolved = self.graph.resolve(document, reader, diagnostics);
        match self.purpose {
            Purpose::Page => self.graph.fragments.html(&document.path, &resolved),
            Purpose::Key => match self.graph.fragments.get(&document.path) {
                // Whether there is any HTML is something that templates ask.
                Some(fragment) if !fragment.is_empty => html_key(fragment.key, &resolved),
                _ => String::new(),
            },
        }
    }

    /// The beginning of a text, for a description.
    pub fn lead(&self, document: &Document) -> String {
        let lead = self.graph.fragments.get(&document.path).map_or("", |fragment| fragment.lead.as_str());
        shortened(lead, DESCRIPTION)
    }

    /// What a course is about, in one or two sentences; may be empty.
    pub fn summary(&self, course: &Course) -> String {
        if course.summary.is_empty() { self.lead(&course.document) } else { course.summary.clone() }
    }

    /// The head of a page.
    pub fn page(&self, title: String, speech: &Speech, description: &str, address: &Address) -> PageView {
        PageView {
            title,
            lang: speech.lang.to_string(),
            dir: speech.dir.as_str(),
            description: description.to_owned(),
            address: address.href(),
            canonical: self.base_url.map(|base| format!("{base}{}", address.href())),
            indexed: true,
            feed: None,
            kind: "website",
            locale: locale(&speech.lang),
            linked_data_html: String::new(),
        }
    }

    /// The address of a page's feed, if there can be feeds.
    fn feed_link(&self, page: &Address) -> Option<String> {
        self.base_url.map(|_| routes::feed(page).href())
    }

    fn entry(&self, subject: &Subject, course: &Course) -> CourseEntry {
        let owner = self.graph.owner(course).map_or("", |owner| owner.name.as_str());
        CourseEntry {
            title: course.title.clone(),
            address: routes::course(&course.slug).href(),
            summary: course.summary.clone(),
            lang: course.speech.lang.to_string(),
            dir: course.speech.dir.as_str(),
            subject: subject_link(subject),
            n_modules: course.modules.len(),
            instructor: LinkView { title: owner.to_owned(), address: routes::instructor(&course.owner).href() },
            tags: course.tags.clone(),
            public: course.access == crate::site::curriculum::Access::Public,
        }
    }

    /// A word of the theme.
    pub fn word(&self, speech: &Speech, key: &str) -> String {
        self.theme.words(&speech.lang).get(key).to_owned()
    }
}

/// The identity of a fragment with its holes filled.
fn html_key(fragment: Digest, resolved: &[Resolved]) -> String {
    let mut bytes = fragment.as_bytes().to_vec();
    for Resolved { href, size, srcset } in resolved {
        bytes.extend_from_slice(href.as_bytes());
        // An address has no zero, so the parts cannot run together.
        bytes.push(0);
        for side in size.iter().flat_map(|(width, height)| [width, height]) {
            bytes.extend_from_slice(&side.to_le_bytes());
        }
        bytes.push(u8::from(size.is_some()));
        bytes.extend_from_slice(srcset.as_bytes());
        bytes.push(0);
    }
    Digest::of(&bytes).to_string()
}

fn course_link(course: &Course) -> CourseLink {
    CourseLink {
        title: course.title.clone(),
        address: routes::course(&course.slug).href(),
        lang: course.speech.lang.to_string(),
        dir: course.speech.dir.as_str(),
    }
}

/// A link to a subject's page.
pub fn subject_link(subject: &Subject) -> LinkView {
    LinkView { title: subject.title.clone(), address: routes::subject(&subject.slug).href() }
}

/// The contents of a module as links.
pub fn outline(course: &Course, module: &Module) -> Vec<OutlineContent> {
    let link = |content: &Content| {
        let (address, anchor) = content_place(course, module, content);
        let anchor = if anchor.is_empty() { anchor } else { format!("#{anchor}") };
        OutlineContent {
            title: content.title.clone(),
            kind: kind_name(&content.kind),
            address: format!("{}{anchor}", address.href()),
        }
    };
    module.contents.iter().map(link).collect()
}

/// The name of a kind of content.
pub fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Image(_) => "image",
        Kind::File(_) => "file",
        Kind::Video(_) => "video",
    }
}

/// The first words of a text, at most `limit` characters, with an ellipsis if some are missing.
fn shortened(text: &str, limit: usize) -> String {
    let words = text.split_whitespace();
    let mut short = String::new();
    let mut n_characters = 0;
    for word in words {
        n_characters += word.chars().count() + 1;
        if n_characters > limit {
            return format!("{}…", short.trim_end_matches([',', ';', ':', '.']));
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_description_ends_at_a_word() {
        assert_eq!(shortened("One  two\nthree", 100), "One two three");
        assert_eq!(shortened("One two, three", 10), "One two…");
    }
}
