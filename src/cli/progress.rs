//! A progress bar on a terminal, when a build is long enough to wonder.

use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::site::{Progress, Stage};

/// Shows how far a build is, on standard error and only if that is a terminal.
#[derive(Default)]
pub struct Bar {
    current: Mutex<Option<ProgressBar>>,
}

impl Progress for Bar {
    fn begin(&self, stage: Stage, n_steps: usize) {
        let words = match stage {
            Stage::Wait => {
                anstream::eprintln!("another build of this school is running: waiting for it");
                return;
            }
            Stage::Recall | Stage::Read | Stage::Assemble => "Reading",
            Stage::Render | Stage::Link => "Rendering",
            Stage::Draw => "Drawing",
            Stage::Publish | Stage::Remember => "Publishing",
        };
        let bar = ProgressBar::with_draw_target(Some(n_steps as u64), ProgressDrawTarget::stderr_with_hz(10));
        let template = match n_steps {
            0 => "{spinner} {msg} {pos}",
            _ => "{spinner} {msg} {bar:30} {pos}/{len}",
        };
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(words);
        bar.enable_steady_tick(Duration::from_millis(200));
        self.replace(Some(bar));
    }

    fn step(&self) {
        if let Ok(current) = self.current.lock()
            && let Some(bar) = current.as_ref()
        {
            bar.inc(1);
        }
    }
}

impl Bar {
    fn replace(&self, bar: Option<ProgressBar>) {
        if let Ok(mut current) = self.current.lock()
            && let Some(old) = std::mem::replace(&mut *current, bar)
        {
            old.finish_and_clear();
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.replace(None);
    }
}
