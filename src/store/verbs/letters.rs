//! The queue of letters.

use jiff::Timestamp;

use super::{Draft, Found, Obstacle, Table};
use crate::school::{Letter, LetterId, QueuedLetter};
use crate::store::records::{kept, read_letter, write_letter};
use crate::store::table::Counter;

pub fn add_letter(draft: &mut Draft<'_>, letter: &Letter, at: Timestamp) -> Result<LetterId, Obstacle> {
    let id = LetterId(draft.next(Counter::Letter)?);
    put(draft, &QueuedLetter { id, letter: letter.clone(), queued: kept(at), due: kept(at), n_tries: 0 });
    Ok(id)
}

pub fn remove_letter(draft: &mut Draft<'_>, id: LetterId) -> Result<Found, Obstacle> {
    let there = draft.get(Table::Letters, &id.0.to_be_bytes())?.is_some();
    draft.remove(Table::Letters, &id.0.to_be_bytes());
    Ok(if there { Found::Yes } else { Found::No })
}

pub fn put_off_letter(draft: &mut Draft<'_>, id: LetterId, due: Timestamp) -> Result<Found, Obstacle> {
    let Some(record) = draft.get(Table::Letters, &id.0.to_be_bytes())? else { return Ok(Found::No) };
    let letter = read_letter(id, &record)?;
    put(draft, &QueuedLetter { due, n_tries: letter.n_tries.saturating_add(1), ..letter });
    Ok(Found::Yes)
}

/// The letter as it was, if it is due; until `until` it is nobody else's.
pub fn claim_letter(
    draft: &mut Draft<'_>,
    id: LetterId,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<QueuedLetter>, Obstacle> {
    let Some(record) = draft.get(Table::Letters, &id.0.to_be_bytes())? else { return Ok(None) };
    let letter = read_letter(id, &record)?;
    if letter.due > now {
        return Ok(None);
    }
    put(draft, &QueuedLetter { due: kept(until), ..letter.clone() });
    Ok(Some(letter))
}

fn put(draft: &mut Draft<'_>, letter: &QueuedLetter) {
    draft.put(Table::Letters, &letter.id.0.to_be_bytes(), write_letter(letter));
}
