//! Atom feeds (RFC 4287): the newest courses of the site and of each subject, the newest contents of each course.
//!
//! A feed is for everyone. Of a gated content it has what the course's public outline has, a title and an address, and
//! no word more. Dates are those of the content, never the moment of the build. Ids of courses are made of their keys,
//! which stay when a course is renamed; contents have no keys, their pages' URLs are their ids.

use std::cmp::Reverse;

use jiff::Timestamp;
use serde::Serialize;

use super::xml;
use crate::site::curriculum::{Content, Course, Module, Subject};
use crate::site::graph::{audience, content_place};
use crate::site::views::Views;

use crate::course::{Address, Audience, routes};
use crate::digest::Digest;

/// A feed has so many entries at most: the newest.
const MAX_ENTRIES: usize = 50;

/// Everything that a feed says.
#[derive(Debug, Serialize)]
pub struct Feed {
    #[serde(skip)]
    address: Option<Address>,
    id: String,
    /// Its own URL.
    url: String,
    /// The URL of the page it belongs to.
    page: String,
    title: String,
    subtitle: String,
    lang: String,
    author: Person,
    updated: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Serialize)]
struct Person {
    name: String,
    url: Option<String>,
}

#[derive(Debug, Serialize)]
struct Entry {
    #[serde(skip)]
    moment: Timestamp,
    id: String,
    page: String,
    title: String,
    summary: String,
    lang: String,
    author: Option<Person>,
    published: String,
    updated: String,
    categories: Vec<String>,
}

impl Views<'_> {
    /// All feeds. Without the site's URL there are none: addresses in them are absolute.
    pub fn feeds(&self) -> Vec<Feed> {
        let Some(base) = self.base_url else { return Vec::new() };
        let subjects = &self.graph.curriculum.subjects;
        let mut feeds = Vec::new();
        let all = subjects.iter().flat_map(|subject| subject.courses.iter().map(move |course| (subject, &**course)));
        let site = self.theme.site().title.clone();
        feeds.extend(self.courses_feed(base, &routes::catalog(), site, self.site.lang.as_str(), all));
        for subject in subjects {
            let title = self.word(&subject.speech, "subject_courses").replace("{name}", &subject.title);
            let courses = subject.courses.iter().map(|course| (subject, &**course));
            let page = routes::subject(&subject.slug);
            feeds.extend(self.courses_feed(base, &page, title, subject.speech.lang.as_str(), courses));
            feeds.extend(subject.courses.iter().filter_map(|course| self.course_feed(base, course)));
        }
        feeds
    }

    fn courses_feed<'c>(
        &self,
        base: &str,
        page: &Address,
        title: String,
        lang: &str,
        courses: impl Iterator<Item = (&'c Subject, &'c Course)>,
    ) -> Option<Feed> {
        let entries = courses.map(|(subject, course)| self.course_entry(base, subject, course)).collect();
        let author = Person { name: self.theme.site().title.clone(), url: Some(format!("{base}/")) };
        let url = |address: &Address| format!("{base}{}", address.href());
        feed(entries, |updated, entries| Feed {
            address: Some(routes::feed(page)),
            id: url(page),
            url: url(&routes::feed(page)),
            page: url(page),
            title,
            subtitle: String::new(),
            lang: lang.to_owned(),
            author,
            updated,
            entries,
        })
    }

    fn course_entry(&self, base: &str, subject: &Subject, course: &Course) -> Entry {
        Entry {
            moment: course.created,
            id: tag(base, course),
            page: format!("{base}{}", routes::course(&course.slug).href()),
            title: course.title.clone(),
            summary: self.summary(course),
            lang: course.speech.lang.to_string(),
            author: Some(self.person(base, course)),
            published: xml::moment(course.created),
            updated: xml::moment(course.created),
            categories: std::iter::once(&subject.title).chain(&course.tags).cloned().collect(),
        }
    }

    fn course_feed(&self, base: &str, course: &Course) -> Option<Feed> {
        let contents = course.modules.iter().flat_map(|module| module.contents.iter().map(move |each| (module, each)));
        let entries = contents.map(|(module, content)| self.content_entry(base, course, module, content)).collect();
        let page = routes::course(&course.slug);
        feed(entries, |updated, entries| Feed {
            address: Some(routes::feed(&page)),
            // Not the name of its entry in other feeds: that stands for the course.
            id: format!("{}/feed", tag(base, course)),
            url: format!("{base}{}", routes::feed(&page).href()),
            page: format!("{base}{}", page.href()),
            title: course.title.clone(),
            subtitle: self.summary(course),
            lang: course.speech.lang.to_string(),
            author: self.person(base, course),
            updated,
            entries,
        })
    }

    fn content_entry(&self, base: &str, course: &Course, module: &Module, content: &Content) -> Entry {
        let (address, anchor) = content_place(course, module, content);
        let anchor = if anchor.is_empty() { anchor } else { format!("#{anchor}") };
        let url = format!("{base}{}{anchor}", address.href());
        let open = audience(course, module) == Audience::Everyone;
        let lead = content.document.as_ref().filter(|_| open).map(|document| self.lead(document));
        Entry {
            moment: content.updated,
            id: url.clone(),
            page: url,
            title: content.title.clone(),
            summary: lead.unwrap_or_default(),
            lang: course.speech.lang.to_string(),
            author: None,
            published: xml::moment(content.created),
            updated: xml::moment(content.updated),
            categories: vec![module.title.clone()],
        }
    }

    fn person(&self, base: &str, course: &Course) -> Person {
        let name = self.graph.owner(course).map_or("", |owner| owner.name.as_str());
        Person { name: name.to_owned(), url: Some(format!("{base}{}", routes::instructor(&course.owner).href())) }
    }
}

/// A feed of the newest entries; nothing if there are none, because a feed must say when it was updated.
fn feed(mut entries: Vec<Entry>, make: impl FnOnce(String, Vec<Entry>) -> Feed) -> Option<Feed> {
    entries.sort_by(|a, b| Reverse(a.moment).cmp(&Reverse(b.moment)).then_with(|| a.id.cmp(&b.id)));
    entries.truncate(MAX_ENTRIES);
    let updated = entries.first()?.updated.clone();
    Some(make(updated, entries))
}

/// A name for ever (RFC 4151): the day is that of the course, whatever its address becomes.
fn tag(base: &str, course: &Course) -> String {
    let host = base.split("://").nth(1).unwrap_or(base);
    let host = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |h| h.0);
    let day = &xml::moment(course.created)[..10];
    format!("tag:{host},{day}:course/{}", course.id)
}

impl Feed {
    /// Where it lies.
    pub fn address(&self) -> Address {
        self.address.clone().expect("only a feed that was read has none")
    }

    /// Identity of everything that it says.
    pub fn key(&self) -> Digest {
        Digest::of(&serde_json::to_vec(self).expect("plain texts always serialize"))
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let attributes = [("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", &*self.lang)];
        xml::document("feed", &attributes, |xml| {
            xml::text(xml, "id", &self.id)?;
            xml::text(xml, "title", &self.title)?;
            if !self.subtitle.is_empty() {
                xml::text(xml, "subtitle", &self.subtitle)?;
            }
            xml::text(xml, "updated", &self.updated)?;
            xml::empty(xml, "link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", &self.url)])?;
            xml::empty(xml, "link", &[("rel", "alternate"), ("type", "text/html"), ("href", &self.page)])?;
            self.author.write(xml)?;
            xml::text(xml, "generator", "educa")?;
            self.entries.iter().try_for_each(|entry| entry.write(xml, &self.lang))
        })
    }
}

impl Person {
    fn write(&self, xml: &mut xml::Xml) -> std::io::Result<()> {
        xml::element(xml, "author", &[], |xml| {
            xml::text(xml, "name", &self.name)?;
            self.url.iter().try_for_each(|url| xml::text(xml, "uri", url))
        })
    }
}

impl Entry {
    fn write(&self, xml: &mut xml::Xml, feed_lang: &str) -> std::io::Result<()> {
        let lang = [("xml:lang", &*self.lang)];
        let attributes = if self.lang == feed_lang { &lang[..0] } else { &lang };
        xml::element(xml, "entry", attributes, |xml| {
            xml::text(xml, "id", &self.id)?;
            xml::text(xml, "title", &self.title)?;
            xml::empty(xml, "link", &[("rel", "alternate"), ("type", "text/html"), ("href", &self.page)])?;
            xml::text(xml, "published", &self.published)?;
            xml::text(xml, "updated", &self.updated)?;
            self.author.iter().try_for_each(|author| author.write(xml))?;
            for category in &self.categories {
                xml::empty(xml, "category", &[("term", category)])?;
            }
            if !self.summary.is_empty() {
                xml::text(xml, "summary", &self.summary)?;
            }
            Ok(())
        })
    }
}
