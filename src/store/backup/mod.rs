//! Backups: a store out of its folder and back into one, whole or not at all.
//!
//! `archive` is the file of `educa backup`: all records as they are. `dump` is that of `educa dump`: what they mean, in JSON
//! lines. Both are written from one moment of the store. `replacement` puts a store in the place of another.

mod archive;
mod dump;
mod dump_lines;
mod dump_room_lines;
mod export;
mod import;
mod replacement;

pub use archive::{ArchiveError, Summary};
#[cfg(any(test, fuzzing))]
pub use archive::{ArchiveReader, ArchiveWriter, Record};
pub(in crate::store) use dump::write as write_dump;
pub use dump::{LoadError, LoadMistake};
#[cfg(any(test, fuzzing))]
pub use dump_lines::{Line as DumpLine, MessageLine, MuteLine, ProgressLine, SeatLine};
#[cfg(any(test, fuzzing))]
pub use dump_room_lines::{DigestLine, ReadLine, ReportsLine};
pub use export::ExportError;
pub(in crate::store) use export::archive;
pub use import::{Compaction, RestoreError, Restored, compact, load, restore};
