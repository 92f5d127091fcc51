//! `sitemap.xml` and `robots.txt`, after <https://www.sitemaps.org/protocol.html> and RFC 9309.

use std::ops::Range;

use super::listed::Listed;

use super::xml;

use crate::course::{Address, routes};
use crate::digest::Digest;

/// What the protocol allows in one file.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    n_urls: usize,
    n_bytes: usize,
}

/// 50,000 URLs, and 50 MB.
pub const PROTOCOL: Limits = Limits { n_urls: 50_000, n_bytes: 52_428_800 };

const NAMESPACE: (&str, &str) = ("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9");

/// A file of a sitemap.
pub struct SitemapFile {
    /// Where it lies.
    pub address: Address,
    /// Identity of what it is made of.
    pub key: Digest,
    /// What it lists.
    pub lists: Lists,
}

/// What a file of a sitemap lists.
pub enum Lists {
    /// Pages: URLs, each with its date.
    Pages(Vec<(String, Option<String>)>),
    /// The URLs of other files of the sitemap.
    Files(Vec<String>),
}

/// The sitemap: one file, or an index and its parts.
pub fn files(pages: &[Listed], base_url: &str, limits: Limits) -> Vec<SitemapFile> {
    let url = |page: &Listed| (format!("{base_url}{}", page.address.href()), page.updated.map(xml::moment));
    let urls: Vec<_> = pages.iter().map(url).collect();
    let parts = parts(&urls, limits);
    if parts.len() < 2 {
        return vec![file(routes::sitemap(), Lists::Pages(urls))];
    }
    let addresses: Vec<_> = (1..=parts.len()).map(routes::sitemap_part).collect();
    let index = addresses.iter().map(|address| format!("{base_url}{}", address.href())).collect();
    let parts = parts.into_iter().map(|part| Lists::Pages(urls[part].to_vec()));
    let parts = addresses.iter().cloned().zip(parts).map(|(address, lists)| file(address, lists));
    std::iter::once(file(routes::sitemap(), Lists::Files(index))).chain(parts).collect()
}

fn file(address: Address, lists: Lists) -> SitemapFile {
    let key = match &lists {
        Lists::Pages(urls) => Digest::of_parts(
            urls.iter().flat_map(|(url, date)| [url.as_bytes(), date.as_deref().unwrap_or_default().as_bytes()]),
        ),
        Lists::Files(urls) => Digest::of_parts(urls.iter().map(String::as_bytes)),
    };
    SitemapFile { address, key, lists }
}

/// Where one file ends and the next begins.
fn parts(urls: &[(String, Option<String>)], limits: Limits) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut n_bytes = 0;
    for (at, (url, _)) in urls.iter().enumerate() {
        // Elements, a date, and a URL of which every character is escaped: more than it can be.
        let most = 120 + 6 * url.len();
        n_bytes += most;
        match parts.last_mut().filter(|part| part.len() < limits.n_urls && n_bytes < limits.n_bytes) {
            Some(part) => part.end = at + 1,
            None => {
                parts.push(at..at + 1);
                n_bytes = most;
            }
        }
    }
    parts
}

impl Lists {
    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Lists::Pages(urls) => xml::document("urlset", &[NAMESPACE], |xml| {
                urls.iter().try_for_each(|(url, date)| {
                    xml::element(xml, "url", &[], |xml| {
                        xml::text(xml, "loc", url)?;
                        date.iter().try_for_each(|date| xml::text(xml, "lastmod", date))
                    })
                })
            }),
            Lists::Files(urls) => xml::document("sitemapindex", &[NAMESPACE], |xml| {
                let file = |url: &String| xml::element(xml, "sitemap", &[], |xml| xml::text(xml, "loc", url));
                urls.iter().try_for_each(file)
            }),
        }
    }
}

/// `robots.txt`: everything is for everyone but what the server answers by itself.
pub fn robots(base_url: Option<&str>) -> String {
    let mut text = String::from("User-agent: *\n");
    for folder in routes::answered() {
        text += &format!("Disallow: /{folder}/\n");
    }
    if let Some(base_url) = base_url {
        text += &format!("\nSitemap: {base_url}{}\n", routes::sitemap().href());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_school_has_an_index_and_parts() {
        let page = |n: usize| Listed { address: format!("/course/c-{n}/").parse().expect("an address"), updated: None };
        let pages: Vec<_> = (0..5).map(page).collect();
        let base = "https://school.example";
        let within = |n_urls, n_bytes| files(&pages, base, Limits { n_urls, n_bytes });
        assert_eq!(within(5, 100_000).len(), 1);
        let split = within(2, 100_000);
        let addresses: Vec<_> = split.iter().map(|file| file.address.to_string()).collect();
        assert_eq!(addresses, ["/sitemap.xml", "/sitemap-1.xml", "/sitemap-2.xml", "/sitemap-3.xml"]);
        let texts: Vec<_> = split.iter().map(|file| String::from_utf8(file.lists.bytes()).expect("UTF-8")).collect();
        assert_eq!(texts[0].matches("<sitemap>").count(), 3);
        assert!(texts[0].contains("<loc>https://school.example/sitemap-3.xml</loc>"), "{}", texts[0]);
        let all: usize = texts[1..].iter().map(|text| text.matches("<url>").count()).sum();
        assert_eq!(all, 5);
        assert_eq!(within(50_000, 1).len(), 6, "bytes count too");
        assert_eq!(files(&[], base, PROTOCOL).len(), 1);
    }
}
