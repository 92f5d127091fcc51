//! Sessions: begun, used, ended.

use jiff::Timestamp;

use super::{Draft, Found, Obstacle, Table};
use crate::school::{EventKind, Origin, Session, TokenKey};
use crate::store::keys::session_of_key;
use crate::store::records::{read_session, write_session};

pub fn add_session(draft: &mut Draft<'_>, session: &Session, origin: Origin) -> Result<(), Obstacle> {
    draft.put(Table::Sessions, &session.key.0, write_session(session));
    draft.put(Table::SessionsOf, &session_of_key(session.account, session.key), Vec::new());
    draft.log(EventKind::SignedIn, Some(session.account), None, origin)?;
    Ok(())
}

pub fn touch_session(draft: &mut Draft<'_>, key: TokenKey, seen: Timestamp) -> Result<Found, Obstacle> {
    match session(draft, key)? {
        Some(session) => {
            draft.put(Table::Sessions, &key.0, write_session(&Session { seen, ..session }));
            Ok(Found::Yes)
        }
        None => Ok(Found::No),
    }
}

pub fn remove_session(
    draft: &mut Draft<'_>,
    key: TokenKey,
    kind: EventKind,
    origin: Origin,
) -> Result<Found, Obstacle> {
    let Some(session) = session(draft, key)? else { return Ok(Found::No) };
    remove(draft, &session);
    draft.log(kind, Some(session.account), None, origin)?;
    Ok(Found::Yes)
}

/// Removes those of the sessions that have expired. They were found outside, so each is looked at again.
pub fn remove_expired_sessions(draft: &mut Draft<'_>, keys: &[TokenKey], now: Timestamp) -> Result<usize, Obstacle> {
    let mut n_removed = 0;
    for key in keys {
        if let Some(session) = session(draft, *key)?.filter(|session| session.expires <= now) {
            remove(draft, &session);
            n_removed += 1;
        }
    }
    Ok(n_removed)
}

fn remove(draft: &mut Draft<'_>, session: &Session) {
    draft.remove(Table::Sessions, &session.key.0);
    draft.remove(Table::SessionsOf, &session_of_key(session.account, session.key));
}

fn session(draft: &Draft<'_>, key: TokenKey) -> Result<Option<Session>, Obstacle> {
    let record = draft.get(Table::Sessions, &key.0)?;
    Ok(record.map(|record| read_session(key, &record)).transpose()?)
}
