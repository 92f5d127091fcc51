//! [`Preview`]: which build is being served, how it differs from those before, and what is wrong with the newest texts.
//!
//! Pages are told what is the case and not what happened: a page that slept, or that knew a server before this one,
//! names the build it has, and hears what it lacks. So no message can be lost.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use tokio::sync::watch;

use crate::course::Catalog;
use crate::diag::Diagnostics;
use crate::school::Token;

/// What a new build changed in pages that are open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Nothing but style sheets of the theme.
    Styles,
    /// The pages at these addresses; nothing means any page.
    Pages(Option<Vec<String>>),
}

/// How many builds a page may sleep through and still hear exactly what they changed.
const REMEMBERED: usize = 64;

/// What open pages hear, and what is done for an author alone.
pub struct Preview {
    now: watch::Sender<Moment>,
    /// Whose session everybody has who has none.
    pub(super) guest: Option<Token>,
}

/// The state of the preview.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    /// The number of the build that is being served.
    pub build: u64,
    /// Whether there is one.
    pub is_served: bool,
    /// What is wrong with the texts as they are now.
    pub problems: Arc<Diagnostics>,
    /// The addresses of the theme's style sheets by their names without fingerprint.
    pub sheets: Arc<BTreeMap<String, String>>,
    /// The last builds.
    changes: VecDeque<(u64, Change)>,
    /// Whether the server stops.
    pub is_over: bool,
}

/// All that changed since some build.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Whether any page may have changed, or some, or none.
    pub pages: Option<Change>,
    /// Whether style sheets did.
    pub styles: bool,
}

impl Preview {
    /// Nothing is served yet. Builds are numbered from `first` on: a later run must begin higher, such as at the time in
    /// milliseconds, so that pages of this one know it for another.
    pub fn new(first: u64, guest: Option<Token>) -> Self {
        let moment = Moment {
            build: first,
            is_served: false,
            problems: Arc::default(),
            sheets: Arc::default(),
            changes: VecDeque::new(),
            is_over: false,
        };
        Self { now: watch::Sender::new(moment), guest }
    }

    /// Another build is on the shelf.
    pub fn built(&self, change: Change, catalog: &Catalog) {
        let sheets = Arc::new(sheets(catalog));
        self.now.send_modify(|moment| {
            moment.build += 1;
            // Whoever waits for a first build has no page at all.
            let change = if moment.is_served { change } else { Change::Pages(None) };
            moment.is_served = true;
            moment.sheets = sheets;
            moment.changes.push_back((moment.build, change));
            if moment.changes.len() > REMEMBERED {
                moment.changes.pop_front();
            }
        });
    }

    /// Says what is wrong with the texts now; nothing, once it is mended.
    pub fn found(&self, problems: Diagnostics) {
        self.now.send_if_modified(|moment| {
            let is_news = *moment.problems != problems;
            if is_news {
                moment.problems = Arc::new(problems);
            }
            is_news
        });
    }

    /// Whether there is a build to serve.
    pub fn is_served(&self) -> bool {
        self.now.borrow().is_served
    }

    /// Lets the pages that listen go, so that the server can stop.
    pub fn end(&self) {
        self.now.send_modify(|moment| moment.is_over = true);
    }

    pub(super) fn moment(&self) -> Moment {
        self.now.borrow().clone()
    }

    pub(super) fn listen(&self) -> watch::Receiver<Moment> {
        self.now.subscribe()
    }
}

impl Moment {
    /// What changed since a build that a page has. Of a build that is not remembered everything may have.
    pub fn since(&self, build: u64) -> Changes {
        if build == self.build {
            return Changes::default();
        }
        let missed: Vec<_> = self.changes.iter().filter(|(number, _)| *number > build).collect();
        let is_known = missed.first().is_some_and(|(number, _)| *number == build + 1);
        if !is_known {
            return Changes { pages: Some(Change::Pages(None)), styles: true };
        }
        let styles = missed.iter().any(|(_, change)| *change == Change::Styles);
        let mut addresses = BTreeSet::new();
        for (_, change) in missed {
            match change {
                Change::Styles => {}
                Change::Pages(None) => return Changes { pages: Some(Change::Pages(None)), styles },
                Change::Pages(Some(some)) => addresses.extend(some.iter().cloned()),
            }
        }
        let pages = (!addresses.is_empty()).then(|| Change::Pages(Some(addresses.into_iter().collect())));
        Changes { pages, styles }
    }
}

/// `school.css` for `/assets/school.<digest>.css`, with that address.
fn sheets(catalog: &Catalog) -> BTreeMap<String, String> {
    let hrefs = catalog.files.keys().map(|address| address.href());
    let assets = hrefs.filter(|href| href.starts_with("/assets/") && href.ends_with(".css"));
    assets.filter_map(|href| Some((plain_name(&href)?, href))).collect()
}

fn plain_name(href: &str) -> Option<String> {
    let (stem, _) = href.strip_suffix(".css")?.rsplit_once('.')?;
    Some(format!("{stem}.css"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(changes: &[Change]) -> Moment {
        let preview = Preview::new(10, None);
        preview.built(Change::Styles, &Catalog::default());
        for change in changes {
            preview.built(change.clone(), &Catalog::default());
        }
        preview.moment()
    }

    fn some(addresses: &[&str]) -> Change {
        Change::Pages(Some(addresses.iter().map(ToString::to_string).collect()))
    }

    #[test]
    fn a_page_hears_all_that_it_missed_at_once() {
        let moment = after(&[some(&["/b/"]), Change::Styles, some(&["/a/"])]);
        assert_eq!(moment.since(14), Changes::default());
        assert_eq!(moment.since(13), Changes { pages: Some(some(&["/a/"])), styles: false });
        assert_eq!(moment.since(11), Changes { pages: Some(some(&["/a/", "/b/"])), styles: true });
        let anything = Some(Change::Pages(None));
        assert_eq!(moment.since(10).pages, anything, "the first build changes everything");
        assert_eq!(moment.since(3).pages, anything, "a build of a server before this one");
        assert_eq!(moment.since(99).pages, anything, "the clock was put back");
    }

    #[test]
    fn what_is_forgotten_may_be_anything() {
        let moment = after(&vec![Change::Styles; REMEMBERED]);
        assert_eq!(moment.since(11), Changes { pages: None, styles: true });
        let moment = after(&vec![Change::Styles; REMEMBERED + 1]);
        assert_eq!(moment.since(11).pages, Some(Change::Pages(None)));
    }

    #[test]
    fn a_style_sheet_is_known_by_its_name() {
        assert_eq!(plain_name("/assets/school.0a1b.css").as_deref(), Some("/assets/school.css"));
        assert_eq!(plain_name("/assets/print/a.b.0a1b.css").as_deref(), Some("/assets/print/a.b.css"));
        assert_eq!(plain_name("/assets/school.css"), None);
    }
}
