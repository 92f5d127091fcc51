//! The rebuild thread: waits for changes, builds, hands over to the server, and says what happened.
//!
//! A build with mistakes changes nothing of what is served. Settings are read anew when they changed; while there are
//! mistakes in them, the ones before hold.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::batch::Changed;
use super::guest::Guest;
use super::places::Places;
use super::rebuilder::Rebuilder;
use super::watching::Watching;
use super::words;
use crate::cli::hosting;
use crate::cli::report;
use crate::cli::settings::{self, Settings};
use crate::diag::{Diagnostic, Diagnostics};
use crate::school::{Clock as _, SystemClock};
use crate::server::{Change, Preview, ServerConfig, Shelf};
use crate::site::{Built, Progress, Published, Quiet, SiteConfig};
use crate::store::StorePlace;

/// What follows an author's changes.
pub struct Rebuilding {
    root: PathBuf,
    drafts: bool,
    places: Places,
    /// What the server and the store were started with, as educa.toml said it.
    started: (ServerConfig, StorePlace),
    store_path: Option<PathBuf>,
    rebuilder: Rebuilder,
    /// What is wrong with the settings.
    in_settings: Diagnostics,
    /// What changed since the last good build.
    pending: Changed,
    /// What the terminal showed last.
    shown: Diagnostics,
    shelf: Arc<Shelf>,
    preview: Arc<Preview>,
    guest: Option<Guest>,
}

/// What rebuilding hands its results to.
pub struct Audience {
    /// What the server serves.
    pub shelf: Arc<Shelf>,
    /// What open pages hear.
    pub preview: Arc<Preview>,
    /// Who is signed in by choice.
    pub guest: Option<Guest>,
}

impl Rebuilding {
    /// For a school with these settings; `typed` are the same with what was typed on top.
    pub fn new(settings: &Settings, typed: &Settings, audience: Audience) -> Self {
        let Audience { shelf, preview, guest } = audience;
        let root = std::path::absolute(&typed.site.root).unwrap_or_else(|_| typed.site.root.clone());
        // By the same root as whenever they are read again: only what was changed may differ.
        let read = settings::load(&root, SystemClock.now(), &mut Diagnostics::new());
        let Settings { server, store, .. } = read.unwrap_or_else(|| settings.clone());
        Self {
            root,
            drafts: typed.site.drafts,
            places: Places::of(&typed.site, typed.store.folder()),
            started: (server, store),
            store_path: typed.store.folder().map(ToOwned::to_owned),
            rebuilder: Rebuilder::new(typed.site.clone()),
            in_settings: Diagnostics::new(),
            pending: Changed::Unknown,
            shown: Diagnostics::new(),
            shelf,
            preview,
            guest,
        }
    }

    /// What to watch.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Builds whatever changes until the watching is over, then lets the guest go.
    pub fn run(mut self, mut watching: Watching) {
        while let Some(changed) = watching.next() {
            self.round(&changed, &Quiet);
            if watching.follow(&self.places) {
                self.round(&Changed::Unknown, &Quiet);
            }
        }
        self.rebuilder.keep();
        if let Some(Err(error)) = self.guest.as_ref().map(Guest::leave) {
            tracing::error!(%error, "the session of --as could not be ended");
        }
    }

    /// One build, and all that follows from it.
    pub fn round(&mut self, changed: &Changed, progress: &dyn Progress) {
        let began = Instant::now();
        if changed.may_be(&self.places.settings) {
            self.read_settings();
        }
        self.pending.add(changed.clone());
        let built = self.rebuilder.build(changed, progress);
        let mut problems = self.in_settings.clone();
        problems.append(built.diagnostics.clone());
        let was_served = self.preview.is_served();
        let handed_over = built.published.map(|published| (published, self.hand_over(&published, &built)));
        if let Some((_, Err(error))) = &handed_over {
            problems.push(Diagnostic::error("educa", error));
        }
        let problems = problems.sorted();
        let was_wrong = self.shown.has_errors();
        if problems != self.shown {
            report::print(&problems);
            self.shown = problems.clone();
        }
        match handed_over {
            Some((published, Ok(is_news))) if is_news || was_wrong => {
                let fixed = if was_wrong && !problems.has_errors() { "fixed: " } else { "" };
                let re = if was_served { "re" } else { "" };
                let line = words::built(began.elapsed(), &published, changed, &self.root);
                say(&format!("{fixed}{re}{line}"));
            }
            Some((_, Ok(_))) => {}
            _ => say(&words::not_built(&problems, self.preview.is_served())),
        }
        // Pages last: whoever waits for them finds the line in the terminal.
        self.preview.found(problems);
        // What no page shows can wait until the pages are shown.
        let unfinished = self.rebuilder.finish();
        if unfinished.has_errors() {
            report::print(&unfinished);
            self.preview.found(unfinished);
        }
    }

    /// Reads educa.toml; what is wrong in it is kept until it is mended.
    fn read_settings(&mut self) {
        let mut said = Diagnostics::new();
        let read = settings::load(&self.root, SystemClock.now(), &mut said);
        self.in_settings = said;
        // Letters of a preview lie in the outbox, whatever [mail] says.
        let Some(Settings { site, server, store, .. }) = read else { return };
        if (&server, &store) != (&self.started.0, &self.started.1) {
            self.started = (server, store);
            anstream::eprintln!("[server] and [store] of educa.toml are read at the start: start `educa dev` again");
        }
        let site = SiteConfig { drafts: self.drafts, compress: Vec::new(), ..site };
        self.places = Places::of(&site, self.store_path.as_deref());
        self.rebuilder.set_up(site);
    }

    /// Puts a build on the shelf and tells the open pages, if there is anything new for them.
    fn hand_over(&mut self, published: &Published, built: &Built) -> Result<bool, String> {
        let source = hosting::source(self.rebuilder.config());
        match (&built.catalog, &built.theme) {
            (Some(catalog), Some(theme)) => self.shelf.put(catalog.clone(), theme.clone(), source),
            // Nothing changed; what is served may be of other settings, or of no build at all.
            _ => self.shelf.replace(source).map_err(|error| error.to_string())?,
        }
        let publication = self.shelf.current();
        if let Some(guest) = &mut self.guest {
            guest.attend(&publication.catalog).map_err(|error| error.to_string())?;
        }
        let pending = std::mem::replace(&mut self.pending, Changed::nothing());
        let change = match &pending {
            Changed::Paths(paths) if self.places.are_styles(paths.iter()) => Change::Styles,
            Changed::Paths(paths) if self.places.are_content(paths.iter()) => {
                Change::Pages(Some(built.changed.iter().map(|address| address.as_str().to_owned()).collect()))
            }
            _ => Change::Pages(None),
        };
        // The theme and the settings show in the server's own pages, which no build writes.
        let only_content = matches!(&pending, Changed::Paths(paths) if self.places.are_content(paths.iter()));
        let is_news = !only_content || published.written + published.removed > 0 || !self.preview.is_served();
        if is_news {
            self.preview.built(change, &publication.catalog);
        }
        Ok(is_news)
    }
}

fn say(line: &str) {
    anstream::println!("{}", words::stamped(SystemClock.now(), line));
}
