//! What is being served: one catalog with its theme, swapped whole when a new build lands.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use super::api::Kept;
use crate::course::{self, CATALOG_FILE, Catalog, CatalogError, Language};
use crate::diag::Diagnostics;
use crate::disk::{self, DiskError};
use crate::theme::{DEFAULT_THEME, SiteView, Theme, ThemeOptions};

/// Where a publication is read from.
#[derive(Debug, Clone)]
pub struct PublicationSource {
    /// Public files.
    pub public: PathBuf,
    /// Gated files and the catalog.
    pub private: PathBuf,
    /// Themes of the school's own.
    pub themes: PathBuf,
    /// The theme's name.
    pub theme: String,
    /// Whether the theme's style sheets are minified: as the build does it.
    pub minify: bool,
    /// What every page knows of the site.
    pub site: SiteView,
    /// The site's language.
    pub lang: Language,
}

impl PublicationSource {
    fn landed(&self) -> Result<SystemTime, DiskError> {
        disk::modified(&self.private.join(CATALOG_FILE))
    }
}

/// A publication that cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum PublicationError {
    /// The catalog cannot be read: most likely nothing was built yet.
    #[error("{0} (nothing to serve: run `educa build` first, or serve without --no-build)")]
    Catalog(CatalogError),
    /// The theme's files cannot be read.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The theme has mistakes.
    #[error("the theme cannot be used:\n{0}")]
    Theme(String),
}

/// Without the catalog's error as a source: the sentence has its words in it already.
impl From<CatalogError> for PublicationError {
    fn from(error: CatalogError) -> Self {
        Self::Catalog(error)
    }
}

/// One state of the school, immutable.
pub struct Publication {
    /// What there is and who may read it.
    pub catalog: Arc<Catalog>,
    /// For the server's own pages.
    pub theme: Arc<Theme>,
    /// Where it was read from.
    pub source: Arc<PublicationSource>,
    /// What the API made of it.
    pub kept: Kept,
    /// When its catalog was laid down; nothing if it has none.
    landed: Option<SystemTime>,
}

impl Publication {
    fn load(source: Arc<PublicationSource>) -> Result<Self, PublicationError> {
        // Asked before reading: a catalog that lands in between is then noticed, never overlooked.
        let landed = Some(source.landed().map_err(CatalogError::from)?);
        let catalog = Arc::new(course::load(&source.private)?);
        let theme = Arc::new(load_theme(&source, &source.themes, &source.theme)?);
        Ok(Self { catalog, theme, source, kept: Kept::default(), landed })
    }

    /// When its catalog was laid down, if it lies on the disk.
    pub fn landed(&self) -> Option<SystemTime> {
        self.landed
    }

    fn bare(source: Arc<PublicationSource>) -> Result<Self, PublicationError> {
        // No theme of the school's own lies there: it may be what is broken.
        let nowhere = source.private.join(CATALOG_FILE);
        let theme = Arc::new(load_theme(&source, &nowhere, DEFAULT_THEME)?);
        Ok(Self { catalog: Arc::default(), theme, source, kept: Kept::default(), landed: None })
    }
}

fn load_theme(source: &PublicationSource, themes: &Path, name: &str) -> Result<Theme, PublicationError> {
    let mut diagnostics = Diagnostics::new();
    let options = ThemeOptions { themes, name, site: &source.site, minify: source.minify };
    let theme = Theme::load(&options, &mut diagnostics)?;
    let mistakes = || diagnostics.sorted().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    theme.ok_or_else(|| PublicationError::Theme(mistakes()))
}

/// Holds the publication of the moment.
pub struct Shelf {
    current: RwLock<Arc<Publication>>,
}

impl Shelf {
    /// Reads what the last build left.
    pub fn open(source: PublicationSource) -> Result<Self, PublicationError> {
        Ok(Self { current: RwLock::new(Arc::new(Publication::load(Arc::new(source))?)) })
    }

    /// Holds a school without any page until a first build is there, for a server that starts before it.
    pub fn bare(source: PublicationSource) -> Result<Self, PublicationError> {
        Ok(Self { current: RwLock::new(Arc::new(Publication::bare(Arc::new(source))?)) })
    }

    /// The publication of the moment. A request keeps the one it began with.
    pub fn current(&self) -> Arc<Publication> {
        // The lock is held for a pointer copy only, so a poisoned one still holds a whole value.
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads anew; on failure the old publication stays.
    pub fn reload(&self) -> Result<(), PublicationError> {
        self.load(self.source())
    }

    /// The same from another source: the settings were changed.
    pub fn replace(&self, source: PublicationSource) -> Result<(), PublicationError> {
        self.load(Arc::new(source))
    }

    /// Takes over what was just built in this process, whose catalog need not lie on the disk yet.
    pub fn put(&self, catalog: Arc<Catalog>, theme: Arc<Theme>, source: PublicationSource) {
        self.set(Publication { catalog, theme, source: Arc::new(source), kept: Kept::default(), landed: None });
    }

    fn load(&self, source: Arc<PublicationSource>) -> Result<(), PublicationError> {
        self.set(Publication::load(source)?);
        Ok(())
    }

    fn set(&self, new: Publication) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
    }

    /// Whether another catalog has landed since. One that is missing will come: a build lays it down last.
    pub fn is_outdated(&self) -> bool {
        let current = self.current();
        current.source.landed().is_ok_and(|landed| Some(landed) != current.landed)
    }

    /// Where the publication of the moment was read from.
    pub fn source(&self) -> Arc<PublicationSource> {
        self.current().source.clone()
    }
}
