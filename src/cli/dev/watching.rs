//! What changed: from the system's events, or by looking where the system cannot tell.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{ErrorKind, Event, EventKind, RecursiveMode, Watcher};

use super::batch::{Batch, Changed};
use super::places::{Meaning, Places};
use super::poll::Poll;

/// How often files are looked at if the system does not tell.
const LOOK: Duration = Duration::from_secs(1);

/// When a new folder is looked at once more. The system tells of a folder and begins to watch it a little later; what is
/// written into it in between is told by nobody.
const SETTLE: Duration = Duration::from_millis(200);

/// Something that happened.
pub enum Signal {
    /// The system says so.
    Event(Event),
    /// The system says that it cannot go on.
    Failed(notify::Error),
    /// These paths look different.
    Paths(Vec<PathBuf>),
    /// It is over.
    Stop,
}

/// Makes a watcher that sends to a channel; an argument, so that a test can make one that fails.
pub type MakeWatcher = fn(Sender<Signal>) -> notify::Result<Box<dyn Watcher + Send>>;

/// How changes are noticed.
enum Carrier {
    Told(Box<dyn Watcher + Send>),
    Looking(#[expect(dead_code, reason = "it looks until it is dropped")] Poll),
}

/// Watches a school's places.
pub struct Watching {
    places: Places,
    make: MakeWatcher,
    /// How often it looks, if it does.
    every: Duration,
    carrier: Carrier,
    sender: Sender<Signal>,
    signals: Receiver<Signal>,
    /// Folders to look at once more, and when.
    unsettled: Option<(Instant, Changed)>,
}

impl Watching {
    /// Begins: what changes from now on is told. With `every` it looks that often; without, the system tells, or it
    /// looks once a second if the system cannot.
    pub fn start(places: Places, every: Option<Duration>, make: MakeWatcher) -> Self {
        let (sender, signals) = mpsc::channel();
        let carrier = match every {
            Some(every) => looking(&places, every, &sender),
            None => told_or_looking(&places, make, &sender),
        };
        Self { places, make, every: every.unwrap_or(LOOK), carrier, sender, signals, unsettled: None }
    }

    /// Where to send [`Signal::Stop`].
    pub fn sender(&self) -> Sender<Signal> {
        self.sender.clone()
    }

    /// Watches these places from now on. True if they are others than before: what changed in them so far is not told.
    #[must_use]
    pub fn follow(&mut self, places: &Places) -> bool {
        if *places == self.places {
            return false;
        }
        self.places = places.clone();
        self.carrier = match &self.carrier {
            Carrier::Looking(_) => looking(places, self.every, &self.sender),
            Carrier::Told(_) => told_or_looking(places, self.make, &self.sender),
        };
        true
    }

    /// Waits for changes and returns all that happen together; nothing once it is over.
    pub fn next(&mut self) -> Option<Changed> {
        let mut batch: Option<Batch> = None;
        loop {
            let now = Instant::now();
            let wait = match &batch {
                Some(collected) => collected.wait(now),
                None => {
                    Some(self.unsettled.as_ref().map_or(Duration::MAX, |(at, _)| at.saturating_duration_since(now)))
                }
            };
            let signal = match wait {
                None => Err(RecvTimeoutError::Timeout),
                // A receiver cannot wait for ever with a limit.
                Some(Duration::MAX) => self.signals.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(wait) => self.signals.recv_timeout(wait),
            };
            match signal {
                Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
                Ok(Signal::Event(event)) if is_close(&event) => {
                    batch.iter_mut().for_each(|collected| collected.finish(&event.paths));
                }
                Ok(signal) => {
                    let written = being_written(&signal);
                    let Some(changed) = self.understand(signal) else { continue };
                    let now = Instant::now();
                    let collected = batch.get_or_insert_with(|| Batch::new(Changed::nothing(), now));
                    collected.add(changed, now);
                    collected.begin(written);
                }
                Err(RecvTimeoutError::Timeout) => match batch.take() {
                    Some(collected) => return Some(collected.changed),
                    None => return Some(self.settle()),
                },
            }
        }
    }

    /// What a signal says about the school; nothing if it is about something else.
    fn understand(&mut self, signal: Signal) -> Option<Changed> {
        match signal {
            Signal::Stop => None,
            Signal::Paths(paths) => Some(Changed::Paths(paths.into_iter().collect())),
            Signal::Event(event) if event.need_rescan() => Some(Changed::Unknown),
            Signal::Event(event) => {
                let Meaning { paths, new_folders, is_moved } = self.places.meaning(&event);
                if is_moved {
                    self.watch_again(true);
                    return Some(Changed::Unknown);
                }
                if !new_folders.is_empty() {
                    let new = Changed::Paths(new_folders.into_iter().collect());
                    let mut unsettled = self.unsettled.take().map_or_else(Changed::nothing, |(_, folders)| folders);
                    unsettled.add(new);
                    self.unsettled = Some((Instant::now() + SETTLE, unsettled));
                }
                (!paths.is_empty()).then(|| Changed::Paths(paths.into_iter().collect()))
            }
            Signal::Failed(error) => {
                if matches!(error.kind, ErrorKind::MaxFilesWatch | ErrorKind::Io(_)) {
                    self.look_instead(&error);
                }
                Some(Changed::Unknown)
            }
        }
    }

    /// Looks at new folders once more, and watches all that is below them.
    fn settle(&mut self) -> Changed {
        let folders = self.unsettled.take().map_or_else(Changed::nothing, |(_, folders)| folders);
        self.watch_again(false);
        folders
    }

    /// Watches what is below the folders by now; `anew` if one of them came, went or was replaced.
    fn watch_again(&mut self, anew: bool) {
        let Carrier::Told(watcher) = &mut self.carrier else { return };
        let watched = self.places.folders().into_iter().try_for_each(|folder| {
            if anew {
                // What was watched may be elsewhere by now; that it is not watched any more is no mistake.
                let _ = watcher.unwatch(folder);
            }
            watch_if_there(&mut **watcher, folder)
        });
        if let Err(error) = watched {
            self.look_instead(&error);
        }
    }

    fn look_instead(&mut self, error: &notify::Error) {
        say_why(error);
        self.carrier = looking(&self.places, self.every, &self.sender);
    }
}

/// The system's own watcher.
pub fn system_watcher(sender: Sender<Signal>) -> notify::Result<Box<dyn Watcher + Send>> {
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let signal = match event {
            // Our own builds read every file: that is no news.
            Ok(event) if event.kind.is_access() && !is_close(&event) => return,
            Ok(event) => Signal::Event(event),
            Err(error) => Signal::Failed(error),
        };
        let _ = sender.send(signal);
    })?;
    Ok(Box::new(watcher))
}

/// Whether a file was closed that had been open for writing.
fn is_close(event: &Event) -> bool {
    event.kind == EventKind::Access(AccessKind::Close(AccessMode::Write))
}

/// Files that will be closed some time after this. Only Linux tells when.
fn being_written(signal: &Signal) -> Vec<PathBuf> {
    match signal {
        Signal::Event(event)
            if cfg!(target_os = "linux") && matches!(event.kind, EventKind::Modify(ModifyKind::Data(_))) =>
        {
            event.paths.clone()
        }
        _ => Vec::new(),
    }
}

fn told_or_looking(places: &Places, make: MakeWatcher, sender: &Sender<Signal>) -> Carrier {
    match told(places, make(sender.clone())) {
        Ok(watcher) => Carrier::Told(watcher),
        Err(error) => {
            say_why(&error);
            looking(places, LOOK, sender)
        }
    }
}

fn told(places: &Places, watcher: notify::Result<Box<dyn Watcher + Send>>) -> notify::Result<Box<dyn Watcher + Send>> {
    let mut watcher = watcher?;
    for parent in places.parents() {
        watcher.watch(parent, RecursiveMode::NonRecursive)?;
    }
    for folder in places.folders() {
        watch_if_there(&mut *watcher, folder)?;
    }
    Ok(watcher)
}

/// A folder that is not there (any more) is told of by its parent when it comes.
fn watch_if_there(watcher: &mut dyn Watcher, folder: &std::path::Path) -> notify::Result<()> {
    match watcher.watch(folder, RecursiveMode::Recursive) {
        Err(error) if is_missing(&error) => Ok(()),
        watched => watched,
    }
}

fn is_missing(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

fn looking(places: &Places, every: Duration, sender: &Sender<Signal>) -> Carrier {
    let sender = sender.clone();
    Carrier::Looking(Poll::start(places.clone(), every, move |paths| {
        let _ = sender.send(Signal::Paths(paths));
    }))
}

fn say_why(error: &notify::Error) {
    let why = match &error.kind {
        ErrorKind::MaxFilesWatch => {
            "the system watches as many files as it may (on Linux, raise fs.inotify.max_user_watches)".to_owned()
        }
        _ => error.to_string(),
    };
    anstream::eprintln!("looking for changes every {} s, because {why}", LOOK.as_secs());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk;

    fn school() -> (tempfile::TempDir, Places) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        disk::write(&root.join("content/a.md"), b"a").expect("written");
        let mut said = crate::diag::Diagnostics::new();
        disk::write(&root.join("educa.toml"), b"").expect("written");
        let settings = crate::cli::settings::load(root, jiff::Timestamp::UNIX_EPOCH, &mut said).expect("settings");
        let places = Places::of(&settings.site, settings.store.folder());
        (folder, places)
    }

    /// Waits for changes until this path is among them.
    fn until(watching: &mut Watching, path: &std::path::Path) {
        while !watching.next().expect("it goes on").may_be(path) {}
    }

    #[test]
    fn a_watcher_that_cannot_be_made_is_replaced_by_looking() {
        let (folder, places) = school();
        let mut watching = Watching::start(places, None, |_| Err(notify::Error::new(ErrorKind::MaxFilesWatch)));
        assert!(matches!(watching.carrier, Carrier::Looking(_)));
        let path = folder.path().join("content/b/c.md");
        disk::write(&path, b"new").expect("written");
        until(&mut watching, &path);
    }

    #[test]
    fn a_watcher_that_fails_later_is_replaced_by_looking() {
        let (folder, places) = school();
        let mut watching = Watching::start(places, None, system_watcher);
        assert!(matches!(watching.carrier, Carrier::Told(_)));
        let full = notify::Error::new(ErrorKind::MaxFilesWatch);
        watching.sender().send(Signal::Failed(full)).expect("sent");
        assert_eq!(watching.next(), Some(Changed::Unknown));
        assert!(matches!(watching.carrier, Carrier::Looking(_)));
        let path = folder.path().join("content/a.md");
        disk::write(&path, b"longer").expect("written");
        until(&mut watching, &path);
    }

    #[test]
    fn lost_events_may_be_about_anything() {
        let (_folder, places) = school();
        let mut watching = Watching::start(places, None, system_watcher);
        let lost = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        watching.sender().send(Signal::Event(lost)).expect("sent");
        assert_eq!(watching.next(), Some(Changed::Unknown));
        watching.sender().send(Signal::Stop).expect("sent");
        assert_eq!(watching.next(), None);
    }
}
