//! `[store]`: where the records lie.

use std::path::Path;

use super::layer::{at_least_one, folder, set};
use crate::fields::Fields;
use crate::store::StoreConfig;

/// What a layer says of it.
#[derive(Debug, Default)]
pub struct StoreTable {
    path: Option<String>,
    cache_mb: Option<u32>,
}

impl StoreTable {
    /// Reads the table.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        Self { path: fields.text("path"), cache_mb: at_least_one(fields, "cache_mb") }
    }

    /// This where it speaks, `below` where it is silent.
    pub fn over(self, below: Self) -> Self {
        Self { path: self.path.or(below.path), cache_mb: self.cache_mb.or(below.cache_mb) }
    }

    /// Puts it into the configuration.
    pub fn into_config(self, root: &Path, store: &mut StoreConfig) {
        folder(root, self.path, &mut store.path);
        set(&mut store.cache_bytes, self.cache_mb.map(|mb| u64::from(mb) * 1024 * 1024));
    }
}
