//! Tables in the hands of one: of a store that is being made or brought to our format, or of one moment that is written out.

use sled::IVec;

use super::table::Table;
use crate::school::StoreError;

/// Tables that nobody else changes meanwhile.
pub trait Tables {
    /// The record under a key.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<IVec>, StoreError>;

    /// Shows each record with its key, in order, until that fails. What is put meanwhile may be shown or not.
    fn each<E: From<StoreError>>(&self, table: Table, see: impl FnMut(&[u8], &[u8]) -> Result<(), E>) -> Result<(), E>;

    /// Puts a record under a key, in place of any other.
    fn put(&self, table: Table, key: &[u8], record: Vec<u8>) -> Result<(), StoreError>;
}
