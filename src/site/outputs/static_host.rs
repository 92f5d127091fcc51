//! `_headers` and `_redirects`: what our server does by itself, for hosts that read it from files (Netlify, Cloudflare
//! Pages and those that took over their syntax). They have no address, so our server does not hand them out.
//!
//! Both hosts join the values of rules that match one path, so no header stands in two rules that can.

use std::fmt::Write as _;

use super::listed::gated;
use crate::site::graph::SiteGraph;

use crate::course::headers::{FEED, IMMUTABLE, REVALIDATE, SECURITY_HEADERS};
use crate::course::{Address, Slug, routes};

/// Below these lie pages and what belongs to them; `*` is all that follows.
const PAGES: [&str; 5] = ["/", "/course/*", "/instructor/*", "/search/*", "/sitemap.xml"];

/// `_headers`.
pub fn headers() -> String {
    let mut text = String::from("# Made by `educa build`, for static hosts.\n/*\n");
    let mut line = |name: &str, value: &str| writeln!(text, "  {name}: {value}").expect("a text takes every line");
    for (name, value) in SECURITY_HEADERS {
        line(name, value);
    }
    rule(&mut text, "/assets/*", "cache-control", IMMUTABLE);
    for path in PAGES {
        rule(&mut text, path, "cache-control", REVALIDATE);
    }
    let any: Slug = "any".parse().expect("a slug");
    for page in [routes::catalog(), routes::course(&any), routes::subject(&any)] {
        rule(&mut text, &routes::feed(&page).href().replace("/any/", "/:any/"), "content-type", FEED);
    }
    text
}

fn rule(text: &mut String, path: &str, name: &str, value: &str) {
    writeln!(text, "{path}\n  {name}: {value}").expect("a text takes every line");
}

/// `_redirects`: old addresses to new ones, if there are any. Not to gated pages: a static host has none.
pub fn redirects(graph: &SiteGraph<'_>) -> Option<String> {
    if graph.moved.is_empty() {
        return None;
    }
    let gated = gated(graph.curriculum);
    let open = graph.moved.iter().filter(|(_, to)| !gated.contains(to));
    let line = |(from, to): &(Address, Address)| format!("{} {} 301\n", from.href(), to.href());
    let lines: String = open.map(line).collect();
    (!lines.is_empty()).then(|| format!("# Made by `educa build`, for static hosts.\n{lines}"))
}
