//! Where a school's records lie: the one choice between the carriers.

use std::fmt;
use std::path::{Path, PathBuf};

use super::open::StoreConfig;
use super::postgres::PostgresConfig;

/// Where the records lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorePlace {
    /// In a folder, for one process.
    Folder(StoreConfig),
    /// In PostgreSQL, for as many as like.
    Database(PostgresConfig),
}

impl StorePlace {
    /// In this folder, if one was named.
    #[must_use]
    pub fn or_folder(self, folder: Option<PathBuf>) -> Self {
        match (self, folder) {
            (Self::Folder(config), Some(path)) => Self::Folder(StoreConfig { path, ..config }),
            (Self::Database(_), Some(path)) => Self::Folder(StoreConfig { path, ..StoreConfig::default() }),
            (place, None) => place,
        }
    }

    /// The folder, if it is one.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(config) => Some(&config.path),
            Self::Database(_) => None,
        }
    }
}

/// For people: without a password.
impl fmt::Display for StorePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(config) => config.path.display().fmt(f),
            Self::Database(config) => config.fmt(f),
        }
    }
}
