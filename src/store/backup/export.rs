//! Out of a store: archives and dumps, of one moment.

use std::io::{self, BufWriter, Write};

use super::archive::{ArchiveWriter, Summary};
use super::dump;
use crate::school::StoreError;
use crate::store::SledStore;
use crate::store::folder::FORMAT;
use crate::store::table::Table;
use crate::store::tables::Tables;

/// A store that could not be written out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A record could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was to take the records did not.
    #[error("cannot be written: {0}")]
    Write(#[from] io::Error),
}

impl SledStore {
    /// Writes an archive of this moment. Writers wait for it, so `out` should be quick: a file.
    pub async fn backup<W: Write + Send + 'static>(&self, out: W) -> Result<(Summary, W), ExportError> {
        self.carrier.committer().look(move |backend| archive(&backend.trees, out)).await?
    }

    /// Writes a dump of this moment: JSON lines, see `docs/dump.md`. Writers wait for it, as for a backup.
    pub async fn dump<W: Write + Send + 'static>(&self, out: W) -> Result<(u64, W), ExportError> {
        self.carrier.committer().look(move |backend| dump::write(&backend.trees, out)).await?
    }
}

/// Writes an archive of some tables.
pub fn archive<W: Write>(tables: &impl Tables, out: W) -> Result<(Summary, W), ExportError> {
    let mut archive = ArchiveWriter::new(BufWriter::new(out), FORMAT)?;
    for table in Table::ALL {
        tables.each(*table, |key, value| Ok::<_, ExportError>(archive.record(*table, key, value)?))?;
    }
    let (summary, out) = archive.finish()?;
    let out = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok((summary, out))
}
