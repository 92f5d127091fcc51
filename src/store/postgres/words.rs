//! What went wrong with the database, in words for people. Never what was asked: that may be somebody's record.

use std::error::Error as _;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::school::StoreError;

/// The reason of an error.
pub fn reason(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        return format!("the database says: {} ({})", said.message(), said.code().code());
    }
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        source = error.source();
    }
    words
}

/// Whether an error says that this connection is no more, so that another may do better.
pub fn is_over(error: &Error) -> bool {
    let ends = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
    match error.code() {
        Some(code) => ends.contains(code),
        None => error.is_closed() || error.source().is_some_and(|source| source.is::<std::io::Error>()),
    }
}

/// The error of a read.
pub fn unreadable(reason: String) -> StoreError {
    StoreError::Failed { doing: "read", reason }
}

/// The error of who moves all records.
pub fn immovable(reason: String) -> StoreError {
    StoreError::Failed { doing: "move records", reason }
}
