//! The builder, seen from the preview: what changed goes in, what was built comes out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::batch::Changed;
use crate::diag::{Diagnostic, Diagnostics};
use crate::school::{Clock as _, SystemClock};
use crate::site::{self, BuildError, Built, Progress, PublishError, SiteConfig};

/// Builds one school again and again.
pub struct Rebuilder {
    config: SiteConfig,
}

impl Rebuilder {
    /// For a school with these settings.
    pub fn new(config: SiteConfig) -> Self {
        Self { config }
    }

    /// Takes over other settings.
    pub fn set_up(&mut self, config: SiteConfig) {
        self.config = config;
    }

    /// What is built.
    pub fn config(&self) -> &SiteConfig {
        &self.config
    }

    /// Builds. That the world failed is one more thing which is wrong, and which an author can see and mend: most often
    /// the content folder is away for a moment.
    pub fn build(&mut self, _changed: &Changed, progress: &dyn Progress) -> Built {
        // What is to be published later becomes due while the preview runs.
        self.config.now = SystemClock.now();
        let build = || site::build(&self.config, progress);
        match catch_unwind(AssertUnwindSafe(build)) {
            Ok(Ok(built)) => built,
            Ok(Err(BuildError::Disk(error) | BuildError::Publish(PublishError::Disk(error)))) => {
                let path = error.path.strip_prefix(&self.config.root).unwrap_or(&error.path);
                let message = format!("cannot {} this: {}", error.verb, error.reason());
                failed(Diagnostic::error(path.display().to_string(), message))
            }
            Ok(Err(error)) => failed(Diagnostic::error("educa", error.to_string())),
            Err(_) => {
                let help = "this is a mistake of educa: please report it with what standard error says";
                failed(Diagnostic::error("educa", "the build broke off").help(help))
            }
        }
    }
}

fn failed(why: Diagnostic) -> Built {
    Built { diagnostics: Diagnostics::from(why), ..Built::default() }
}
