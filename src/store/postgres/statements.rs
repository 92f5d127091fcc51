//! What is asked of the database. The names of tables stand in each row: their order may change, and a person can read them.

use std::ops::Bound;

use tokio_postgres::types::ToSql;

use crate::store::record_store::{Order, Scan};
use crate::store::table::{TABLE_NAMES, Table};

/// The relation that holds all tables. Bytes are compared as sled compares them.
pub const CREATE: &str = "CREATE TABLE educa_records (\
     tree text COLLATE \"C\" NOT NULL, key bytea NOT NULL, record bytea NOT NULL, PRIMARY KEY (tree, key)) \
     WITH (fillfactor = 90)";

/// The record under a key.
pub const GET: &str = "SELECT record FROM educa_records WHERE tree = $1 AND key = $2";

/// The records under some keys.
pub const GET_ALL: &str = "SELECT key, record FROM educa_records WHERE tree = $1 AND key = ANY($2)";

/// Puts records under keys, whatever stands there.
pub const PUT: &str = "INSERT INTO educa_records (tree, key, record) \
     SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[]) \
     ON CONFLICT (tree, key) DO UPDATE SET record = excluded.record";

/// Removes what stands under keys of one table.
pub const REMOVE: &str = "DELETE FROM educa_records WHERE tree = $1 AND key = ANY($2)";

/// How many bytes all of it takes.
pub const SIZE: &str = "SELECT pg_total_relation_size('educa_records')";

/// The name of a table.
pub fn tree(table: Table) -> &'static str {
    TABLE_NAMES[table as usize]
}

/// A parameter, wherever it is used.
pub type Parameter<'a> = &'a (dyn ToSql + Sync);

/// Asks for what a scan reads: its text, and the parameters in it besides the name of the table, which is the first.
pub fn scan(scan: &Scan) -> (String, Vec<&Vec<u8>>) {
    let mut text = "SELECT key, record FROM educa_records WHERE tree = $1".to_owned();
    let mut bounds = Vec::new();
    let ends = [(&scan.from, [">=", ">"]), (&scan.to, ["<=", "<"])];
    for (end, [included, excluded]) in ends {
        let (comparison, key) = match end {
            Bound::Included(key) => (included, key),
            Bound::Excluded(key) => (excluded, key),
            Bound::Unbounded => continue,
        };
        bounds.push(key);
        text.push_str(&format!(" AND key {comparison} ${}", bounds.len() + 1));
    }
    text.push_str(match scan.order {
        Order::Up => " ORDER BY key",
        Order::Down => " ORDER BY key DESC",
    });
    text.push_str(&format!(" LIMIT ${}", bounds.len() + 2));
    (text, bounds)
}

/// How many rows a scan reads at most.
pub fn limit(scan: &Scan) -> i64 {
    i64::try_from(scan.limit).unwrap_or(i64::MAX)
}
