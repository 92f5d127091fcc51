//! The pipeline: from `content/` to `public/` and `private/` on one screen.

use super::assemble::assemble;
use super::catalog::catalog;
use super::config::SiteConfig;
use super::curriculum::Speech;
use super::graph::SiteGraph;
use super::history::History;
use super::pages::outputs;
use super::publish::{Output, PublishError, Published, publish};
use super::render::render_all;
use super::source::scan;
use super::views::Views;
use crate::course::Catalog;
use crate::diag::Diagnostics;
use crate::disk::{self, DiskError};
use crate::theme::Theme;

/// Hears how far a build is. All methods may be called from any thread.
pub trait Progress: Sync {
    /// A part of the work begins; `n_steps` is 0 where nobody knows.
    fn begin(&self, stage: Stage, n_steps: usize);
    /// One more step of it is done.
    fn step(&self);
}

/// A part of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Another build holds the lock.
    Wait,
    /// Course files are read and understood.
    Read,
    /// Texts and pages are made.
    Render,
    /// Files are written.
    Write,
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
}

/// What a build found and did.
#[derive(Debug)]
pub struct Built {
    /// What was wrong, sorted.
    pub diagnostics: Diagnostics,
    /// What the school consists of.
    pub size: SchoolSize,
    /// What was published; nothing if there were errors.
    pub published: Option<Published>,
}

/// How much there is in a school.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SchoolSize {
    /// Courses.
    pub courses: usize,
    /// Modules.
    pub modules: usize,
    /// Pages: public and gated.
    pub pages: usize,
}

/// Everything that a build publishes, made and not yet written.
struct Made {
    outputs: Vec<Output>,
    catalog: Catalog,
}

/// Builds a school: publishes it if there are no errors in it.
pub fn build(config: &SiteConfig, progress: &dyn Progress) -> Result<Built, BuildError> {
    let _lock = disk::lock(&config.state.join("build.lock"), || progress.begin(Stage::Wait, 0))?;
    let mut diagnostics = Diagnostics::new();
    let made = make(config, progress, &mut diagnostics)?;
    let size = made.as_ref().map(size).unwrap_or_default();
    let diagnostics = diagnostics.sorted();
    let published = match made {
        Some(Made { outputs, catalog }) if !diagnostics.has_errors() => {
            progress.begin(Stage::Write, outputs.len());
            Some(publish(config, &outputs, &catalog, &|| progress.step())?)
        }
        _ => None,
    };
    Ok(Built { diagnostics, size, published })
}

/// Finds every mistake in a school and writes nothing.
pub fn check(config: &SiteConfig, progress: &dyn Progress) -> Result<Built, BuildError> {
    let mut diagnostics = Diagnostics::new();
    let made = make(config, progress, &mut diagnostics)?;
    let size = made.as_ref().map(size).unwrap_or_default();
    Ok(Built { diagnostics: diagnostics.sorted(), size, published: None })
}

fn make(
    config: &SiteConfig,
    progress: &dyn Progress,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Made>, DiskError> {
    progress.begin(Stage::Read, 0);
    let (history, tree) =
        rayon::join(|| History::read(&config.content), || scan(&config.root, &config.content, diagnostics));
    let curriculum = assemble(config, &tree?, &history, diagnostics);
    let Some(theme) = Theme::load(&config.themes, &config.theme, &config.site_view(), diagnostics)? else {
        return Ok(None);
    };
    progress.begin(Stage::Render, 0);
    let fragments = render_all(&curriculum, &theme, config.dialect(), diagnostics);
    let graph = SiteGraph::new(&curriculum, &fragments, diagnostics);
    let site = Speech { dir: config.lang.direction(), lang: config.lang.clone() };
    let views = Views { graph: &graph, theme: &theme, site, base_url: config.base_url.as_deref() };
    let outputs = outputs(&views, diagnostics);
    let catalog = catalog(&graph, &outputs);
    Ok(Some(Made { outputs, catalog }))
}

fn size(made: &Made) -> SchoolSize {
    let courses = &made.catalog.courses;
    let is_page = |output: &&Output| output.address.as_ref().is_some_and(crate::course::Address::is_page);
    SchoolSize {
        courses: courses.len(),
        modules: courses.iter().map(|course| course.modules.len()).sum(),
        pages: made.outputs.iter().filter(is_page).count(),
    }
}
