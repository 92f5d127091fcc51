//! Redirects: the bytes are what a visitor sent as `next`, and the path and query of a request. A browser's own reading of
//! an address (the `url` crate follows the same standard) is the judge.

use http::Uri;
use url::Url;

use crate::course::{Address, Slug};
use crate::server::edge::course_of;
use crate::server::identity::sign_in_to_see;
use crate::server::local_path::LocalPath;

const SITE: [&str; 2] = ["https://school.example/accounts/login/", "http://school.example:8000/a/b/?c#d"];

/// Nobody is led to another host, and whoever is sent to sign in comes back to where they were.
pub fn redirects(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(next) = LocalPath::parse(&text) {
        stays_here(&next);
        carries(&next.as_parameter_of("/accounts/login/", "next"), &next);
        let again = LocalPath::parse(next.as_str()).expect("what is local stays so");
        assert_eq!(again, next, "encoding it once more changes nothing");
        belongs_to_its_course(&next);
    }
    let Ok(uri) = text.parse::<Uri>() else { return };
    let sign_in = sign_in_to_see(uri.path(), uri.query());
    stays_here(&sign_in);
    let wanted = uri.query().map_or_else(|| uri.path().to_owned(), |query| format!("{}?{query}", uri.path()));
    carries(&sign_in, &LocalPath::new(&wanted));
    if let Ok(address) = uri.path().parse::<Address>() {
        // Where the server adds a slash, it is to an address that it has read before.
        stays_here(&LocalPath::new(&format!("{}/", address.href().trim_end_matches('/'))));
    }
}

fn stays_here(path: &LocalPath) {
    let header = path.header();
    assert_eq!(header.to_str().expect("a text"), path.as_str(), "the header says it all");
    for site in SITE.map(|site| Url::parse(site).expect("an address")) {
        let led = site.join(path.as_str()).expect("a path can be followed");
        assert_eq!(led.origin(), site.origin(), "{path}");
        assert!(led.username().is_empty() && led.password().is_none(), "{path}");
    }
}

/// The query of `page` says `next`, and only that.
fn carries(page: &LocalPath, next: &LocalPath) {
    let site = Url::parse(SITE[0]).expect("an address");
    let page = site.join(page.as_str()).expect("a path can be followed");
    let query: Vec<_> = page.query_pairs().collect();
    assert_eq!(query, [("next".into(), next.as_str().into())]);
}

/// A token for an edge is for the course that the path leads to.
fn belongs_to_its_course(next: &LocalPath) {
    let Some(slug) = course_of(next.as_str()) else { return };
    let Ok(slug) = slug.parse::<Slug>() else { return };
    let led = Url::parse(SITE[0]).and_then(|site| site.join(next.as_str())).expect("a path can be followed");
    let path = percent_encoding::percent_decode_str(led.path()).decode_utf8_lossy();
    assert!(path.starts_with(&format!("/course/{slug}/")), "{next} is in {slug}");
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_and_what_is_near_them() {
        crate::disk::each_seed("redirects", super::redirects);
    }
}
