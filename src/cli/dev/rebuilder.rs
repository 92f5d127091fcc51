//! The builder, seen from the preview: what changed goes in, what was built comes out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::batch::Changed;
use crate::diag::{Diagnostic, Diagnostics};
use crate::school::{Clock as _, SystemClock};
use crate::site::{self, BuildError, Built, Engine, Progress, PublishError, Quiet, SiteConfig};

/// Builds one school again and again.
pub struct Rebuilder {
    config: SiteConfig,
    engine: Engine,
}

impl Rebuilder {
    /// For a school with these settings.
    pub fn new(config: SiteConfig) -> Self {
        Self { engine: Engine::new(config.clone()), config }
    }

    /// Takes over other settings.
    pub fn set_up(&mut self, config: SiteConfig) {
        self.keep();
        *self = Self::new(config);
    }

    /// Keeps what is known for the next run.
    pub fn keep(&mut self) {
        // What cannot be kept is found out again; the next build says what is wrong with the disk.
        let _ = self.engine.save(&Quiet);
    }

    /// What is built.
    pub fn config(&self) -> &SiteConfig {
        &self.config
    }

    /// Builds. That the world failed is one more thing which is wrong, and which an author can see and mend: most often
    /// the content folder is away for a moment.
    pub fn build(&mut self, changed: &Changed, progress: &dyn Progress) -> Built {
        // What is to be published later becomes due while the preview runs.
        let changed = self.named(changed);
        self.engine.set_now(SystemClock.now());
        self.attempt(|engine| engine.build_pages(&changed, progress)).unwrap_or_else(failed)
    }

    /// Does what the last build left to be done once its pages were shown.
    pub fn finish(&mut self) -> Diagnostics {
        self.attempt(|engine| Ok(engine.finish()?)).map_or_else(Diagnostics::from, |()| Diagnostics::new())
    }

    fn attempt<T>(&mut self, work: impl FnOnce(&mut Engine) -> Result<T, BuildError>) -> Result<T, Diagnostic> {
        match catch_unwind(AssertUnwindSafe(|| work(&mut self.engine))) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(BuildError::Disk(error) | BuildError::Publish(PublishError::Disk(error)))) => {
                let path = error.path.strip_prefix(&self.config.root).unwrap_or(&error.path);
                let message = format!("cannot {} this: {}", error.verb, error.reason());
                Err(Diagnostic::error(path.display().to_string(), message))
            }
            Ok(Err(error)) => Err(Diagnostic::error("educa", error.to_string())),
            Err(_) => {
                self.engine = Engine::new(self.config.clone());
                let help = "this is a mistake of educa: please report it with what standard error says";
                Err(Diagnostic::error("educa", "the build broke off").help(help))
            }
        }
    }

    /// The watcher's paths, which are absolute, as the settings name them.
    fn named(&self, changed: &Changed) -> site::Changed {
        let Changed::Paths(paths) = changed else { return site::Changed::Anything };
        let folders = [&self.config.content, &self.config.themes];
        let folders = folders.map(|folder| (std::path::absolute(folder).unwrap_or_else(|_| folder.clone()), folder));
        let named = |path: &std::path::PathBuf| {
            let below = |(absolute, folder): &(std::path::PathBuf, &std::path::PathBuf)| {
                let rest = path.strip_prefix(absolute).ok()?;
                // Joining nothing would add a slash.
                Some(if rest.as_os_str().is_empty() { (*folder).clone() } else { folder.join(rest) })
            };
            folders.iter().find_map(below)
        };
        // A path from elsewhere may be anything: a folder that one of ours is a link to, or one above it.
        paths.iter().map(named).collect::<Option<_>>().map_or(site::Changed::Anything, site::Changed::Paths)
    }
}

fn failed(why: Diagnostic) -> Built {
    Built { diagnostics: Diagnostics::from(why), ..Built::default() }
}
