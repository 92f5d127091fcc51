//! What students say of the modules of their courses.

use jiff::Timestamp;

use super::{Draft, Obstacle, Table};
use crate::school::{Marking, Progress};
use crate::store::keys::seat_key;
use crate::store::records::{kept, read_progress, write_progress};

pub fn mark_module(draft: &mut Draft<'_>, marking: &Marking, at: Timestamp) -> Result<Progress, Obstacle> {
    let Marking { account, course, module, mark } = marking;
    let key = seat_key(*account, *course);
    let record = draft.get(Table::Progress, &key)?;
    let before = record.map(|record| read_progress(*account, *course, &record)).transpose()?.unwrap_or_default();
    let after = before.marked(module, mark, kept(at));
    match after.done() {
        _ if after == before => {}
        [] => draft.remove(Table::Progress, &key),
        _ => draft.put(Table::Progress, &key, write_progress(&after)),
    }
    Ok(after)
}
