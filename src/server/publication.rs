//! What is being served: one catalog with its theme, swapped whole when a new build lands.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use crate::course::{self, CATALOG_FILE, Catalog, CatalogError, Language};
use crate::diag::Diagnostics;
use crate::disk::{self, DiskError};
use crate::theme::{SiteView, Theme};

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
    pub catalog: Catalog,
    /// For the server's own pages.
    pub theme: Theme,
    /// When its catalog was laid down.
    landed: SystemTime,
}

impl Publication {
    fn load(source: &PublicationSource) -> Result<Self, PublicationError> {
        // Asked before reading: a catalog that lands in between is then noticed, never overlooked.
        let landed = source.landed().map_err(CatalogError::from)?;
        let catalog = course::load(&source.private)?;
        let mut diagnostics = Diagnostics::new();
        let theme = Theme::load(&source.themes, &source.theme, &source.site, &mut diagnostics)?;
        let mistakes = || diagnostics.sorted().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        theme.map(|theme| Self { catalog, theme, landed }).ok_or_else(|| PublicationError::Theme(mistakes()))
    }
}

/// Holds the publication of the moment.
pub struct Shelf {
    source: PublicationSource,
    current: RwLock<Arc<Publication>>,
}

impl Shelf {
    /// Reads what the last build left.
    pub fn open(source: PublicationSource) -> Result<Self, PublicationError> {
        let current = RwLock::new(Arc::new(Publication::load(&source)?));
        Ok(Self { source, current })
    }

    /// The publication of the moment. A request keeps the one it began with.
    pub fn current(&self) -> Arc<Publication> {
        // The lock is held for a pointer copy only, so a poisoned one still holds a whole value.
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads anew; on failure the old publication stays.
    pub fn reload(&self) -> Result<(), PublicationError> {
        let new = Arc::new(Publication::load(&self.source)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    /// Whether another catalog has landed since. One that is missing will come: a build lays it down last.
    pub fn is_outdated(&self) -> bool {
        self.source.landed().is_ok_and(|landed| landed != self.current().landed)
    }

    /// Where it is read from.
    pub fn source(&self) -> &PublicationSource {
        &self.source
    }
}
