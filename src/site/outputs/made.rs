//! All outputs as jobs, and where they lie.

use super::listed::listed;
use crate::site::cache::ByCourse;
use crate::site::curriculum::Curriculum;
use crate::site::publish::{Job, Make};
use crate::site::views::Views;

use super::search::{self, CourseIndex, KnownWords};

use super::{course_json, sitemap, static_host};
use crate::course::{Address, Audience, routes};
use crate::digest::Digest;
use crate::site::config::SiteConfig;

/// The addresses that no author may take, each with what it is.
pub fn addresses(curriculum: &Curriculum, config: &SiteConfig) -> Vec<(Address, &'static str)> {
    let mut addresses = vec![(routes::robots(), "robots.txt, which the build writes")];
    let courses = curriculum.subjects.iter().flat_map(|subject| &subject.courses);
    addresses.extend(courses.map(|course| (routes::course_json(&course.slug), "the course for programs")));
    if config.static_host_files {
        let files = ["/_headers", "/_redirects"].map(|file| file.parse().expect("an address"));
        addresses.extend(files.map(|address| (address, "a file for static hosts")));
    }
    if config.search {
        addresses.push((routes::search_index(), "what a search reads"));
        addresses.push((routes::search(), "the page that searches"));
    }
    if let Some(base_url) = &config.base_url {
        let files = sitemap::files(&listed(curriculum), base_url, sitemap::PROTOCOL);
        addresses.extend(files.into_iter().map(|file| (file.address, "the sitemap")));
        addresses.extend(feed_addresses(curriculum).map(|address| (address, "a feed")));
    }
    addresses
}

fn feed_addresses(curriculum: &Curriculum) -> impl Iterator<Item = Address> {
    let subjects = curriculum.subjects.iter().map(|subject| routes::subject(&subject.slug));
    let courses = curriculum.subjects.iter().flat_map(|subject| &subject.courses);
    let pages = subjects.chain(courses.map(|course| routes::course(&course.slug)));
    std::iter::once(routes::catalog()).chain(pages).map(|page| routes::feed(&page))
}

/// Everything that is published besides pages, assets and media.
///
/// `kept` and `known` are what earlier builds found for the search, see there.
pub fn jobs<'a>(
    views: &Views<'a>,
    config: &SiteConfig,
    kept: &mut ByCourse<CourseIndex>,
    known: &KnownWords,
) -> Vec<Job<'a>> {
    let curriculum = views.graph.curriculum;
    let base_url = config.base_url.as_deref();
    let mut jobs = vec![text(routes::robots(), sitemap::robots(base_url))];
    if let Some(base_url) = base_url {
        for file in sitemap::files(&listed(curriculum), base_url, sitemap::PROTOCOL) {
            let make = Make::Output(Box::new(move |_| file.lists.bytes()));
            jobs.push(Job::new(file.address, Audience::Everyone, file.key, make));
        }
    }
    for feed in views.feeds() {
        let (address, key) = (feed.address(), feed.key());
        jobs.push(Job::new(address, Audience::Everyone, key, Make::Output(Box::new(move |_| feed.bytes()))));
    }
    jobs.extend(course_json::jobs(views));
    if config.search {
        jobs.extend(search::jobs(views, kept, known));
    }
    if config.static_host_files {
        let without_address = |name: &str, written: String| {
            let key = Digest::of(written.as_bytes());
            Job::hidden(name, Audience::Everyone, key, Make::Output(Box::new(move |_| written.clone().into_bytes())))
        };
        jobs.push(without_address("_headers", static_host::headers()));
        jobs.extend(static_host::redirects(views.graph).map(|written| without_address("_redirects", written)));
    }
    jobs
}

/// A short text: its own bytes are its key.
fn text<'a>(address: Address, text: String) -> Job<'a> {
    let key = Digest::of(text.as_bytes());
    Job::new(address, Audience::Everyone, key, Make::Output(Box::new(move |_| text.clone().into_bytes())))
}
