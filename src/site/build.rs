//! Building and checking a school, once or again and again. The pipeline itself is in `run`.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::config::SiteConfig;
use super::memory::Memory;
use super::publish::{self, PublishError, Published};
use super::run::Run;
use super::source::Changed;
use crate::course::{Address, Catalog};
use crate::diag::Diagnostics;
use crate::disk::{self, DiskError, Stat};
use crate::theme::Theme;

/// Hears how far a build is. All methods may be called from any thread.
pub trait Progress: Sync {
    /// A part of the work begins; `n_steps` is 0 where nobody knows.
    fn begin(&self, stage: Stage, n_steps: usize);
    /// One more step of it is done.
    fn step(&self);
}

/// A part of the work, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Another build holds the lock.
    Wait,
    /// What the last build remembered is read.
    Recall,
    /// Course files are read.
    Read,
    /// They are understood.
    Assemble,
    /// Texts become HTML.
    Render,
    /// Links are followed, and what has to be made is found out.
    Link,
    /// Pages are drawn and written.
    Draw,
    /// They take their places.
    Publish,
    /// What was found out is kept for the next build.
    Remember,
}

/// For those who do not want to know.
pub struct Quiet;

impl Progress for Quiet {
    fn begin(&self, _: Stage, _: usize) {}
    fn step(&self) {}
}

/// A build that could not do its work; mistakes of authors are not among these.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The result could not be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Somebody writes files all the time.
    #[error("course files change while they are read: build again when they are at rest")]
    Restless,
}

/// What a build found and did.
#[derive(Default)]
pub struct Built {
    /// What was wrong, sorted.
    pub diagnostics: Diagnostics,
    /// What the school consists of.
    pub size: SchoolSize,
    /// What was published; nothing if there were errors.
    pub published: Option<Published>,
    /// The new catalog; nothing if the old one stands.
    pub catalog: Option<Arc<Catalog>>,
    /// The theme it was drawn with.
    pub theme: Option<Arc<Theme>>,
    /// The addresses whose files were written or removed.
    pub changed: Vec<Address>,
    /// What a person should know besides.
    pub notes: Vec<String>,
}

/// How much there is in a school.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchoolSize {
    /// Courses.
    pub courses: usize,
    /// Modules.
    pub modules: usize,
    /// Pages: public and gated.
    pub pages: usize,
}

/// Builds a school: publishes it if there are no errors in it.
pub fn build(config: &SiteConfig, progress: &dyn Progress) -> Result<Built, BuildError> {
    let mut engine = Engine::new(config.clone());
    let built = engine.build(&Changed::Anything, progress)?;
    engine.save(progress)?;
    // Who builds once ends soon, and the system takes memory back at once: to free it piece by piece is 2 % of a build.
    std::mem::forget(engine);
    Ok(built)
}

/// Finds every mistake in a school and writes nothing.
pub fn check(config: &SiteConfig, progress: &dyn Progress) -> Result<Built, BuildError> {
    let mut memory = Memory::load_read_only(config)?;
    // No moment is known without writing: what was read a moment ago is not relied upon, but nothing is kept anyway.
    let run =
        Run { config, moment: Stat::default(), lock: None, progress, publishes: false, changed: &Changed::Anything };
    let built = run.until_at_rest(&mut memory)?;
    Ok(Built { notes: memory.notes, ..built })
}

/// Compares everything that was published with what the last build wrote: a file that is not, or no longer, what it was
/// is reported.
pub fn check_published(config: &SiteConfig) -> Result<Diagnostics, BuildError> {
    let memory = Memory::load_read_only(config)?;
    Ok(publish::verify(config, &memory.ledger))
}

/// Builds one school again and again, and keeps in memory what it knows.
pub struct Engine {
    config: SiteConfig,
    /// What is known, and how the lock looked when it was found out.
    memory: Option<(Memory, Stat)>,
}

impl Engine {
    /// For a school; nothing is read yet.
    pub fn new(config: SiteConfig) -> Self {
        Self { config, memory: None }
    }

    /// Sets the moment that `publish_on` is compared with.
    pub fn set_now(&mut self, now: Timestamp) {
        self.config.now = now;
    }

    /// Builds what `changed` since the last time, and publishes if there are no errors.
    ///
    /// The first build, and one after another process built, looks at everything.
    pub fn build(&mut self, changed: &Changed, progress: &dyn Progress) -> Result<Built, BuildError> {
        let config = &self.config;
        let lock = disk::lock(&config.state.join("build.lock"), || progress.begin(Stage::Wait, 0))?;
        // Who builds what he is told of looks at nothing else.
        let looks = *changed == Changed::Anything;
        let stamp = lock.stat()?;
        let moment = lock.moment()?;
        publish::claim(&config.public)?;
        publish::claim(&config.private)?;
        progress.begin(Stage::Recall, 0);
        let (mut memory, changed) = match self.memory.take() {
            Some((memory, before)) if before == stamp => (memory, changed),
            // Another process may have built in between.
            _ => (Memory::load(config)?, &Changed::Anything),
        };
        let run = Run { config, moment, lock: looks.then_some(&lock), progress, publishes: true, changed };
        let built = run.until_at_rest(&mut memory)?;
        let notes = std::mem::take(&mut memory.notes);
        self.memory = Some((memory, lock.stat()?));
        Ok(Built { notes, ..built })
    }

    /// Keeps what is known for the next process. Whoever does not call it makes the next build slow.
    pub fn save(&mut self, progress: &dyn Progress) -> Result<(), DiskError> {
        let Some((memory, _)) = self.memory.as_mut().filter(|(memory, _)| memory.is_worth_saving()) else {
            return Ok(());
        };
        progress.begin(Stage::Remember, 0);
        let _lock = disk::lock(&self.config.state.join("build.lock"), || progress.begin(Stage::Wait, 0))?;
        memory.save(&self.config)
    }
}
