//! Keys: what stands before a record.
//!
//! Numbers in keys are big-endian, so that the order of bytes is the order of numbers, and a range is one account's seats or
//! one room's messages.

use super::records::damaged;
use crate::course::CourseId;
use crate::school::{AccountId, StoreError, TokenKey};

pub fn account_key(id: AccountId) -> [u8; 8] {
    id.0.to_be_bytes()
}

pub fn course_key(room: CourseId) -> [u8; 4] {
    room.get().to_be_bytes()
}

pub fn seat_key(account: AccountId, course: CourseId) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&account_key(account));
    key[8..].copy_from_slice(&course.get().to_be_bytes());
    key
}

pub fn person_key(course: CourseId, account: AccountId) -> [u8; 12] {
    let mut key = [0; 12];
    key[..4].copy_from_slice(&course_key(course));
    key[4..].copy_from_slice(&account_key(account));
    key
}

pub fn session_of_key(account: AccountId, session: TokenKey) -> [u8; 40] {
    let mut key = [0; 40];
    key[..8].copy_from_slice(&account_key(account));
    key[8..].copy_from_slice(&session.0);
    key
}

pub fn invitation_key(course: CourseId, link: TokenKey) -> [u8; 36] {
    let mut key = [0; 36];
    key[..4].copy_from_slice(&course_key(course));
    key[4..].copy_from_slice(&link.0);
    key
}

pub fn numbered_key(room: CourseId, id: u64) -> [u8; 12] {
    let mut key = [0; 12];
    key[..4].copy_from_slice(&course_key(room));
    key[4..].copy_from_slice(&id.to_be_bytes());
    key
}

/// The key of a message's reports: those that nobody answered stand together.
pub fn report_key(room: CourseId, answered: bool, message: u64) -> [u8; 13] {
    let mut key = [0; 13];
    key[..5].copy_from_slice(&reports_prefix(room, answered));
    key[5..].copy_from_slice(&message.to_be_bytes());
    key
}

pub fn reports_prefix(room: CourseId, answered: bool) -> [u8; 5] {
    let mut key = [0; 5];
    key[..4].copy_from_slice(&course_key(room));
    key[4] = u8::from(answered);
    key
}

/// Whether they are answered, and the message, in a key of [`Table::Reports`](super::table::Table::Reports).
pub fn reported_in(key: &[u8]) -> Result<(bool, u64), StoreError> {
    match key {
        [_, _, _, _, answered @ (0 | 1), id @ ..] => {
            id.try_into().ok().map(|id| (*answered == 1, u64::from_be_bytes(id)))
        }
        _ => None,
    }
    .ok_or_else(|| damaged(|| "the key of reports".to_owned()))
}

/// The account in a key of [`Table::Accounts`](super::table::Table::Accounts).
pub fn account_in(key: &[u8]) -> Result<AccountId, StoreError> {
    let id = key.try_into().map_err(|_| damaged(|| "the key of an account".to_owned()))?;
    Ok(AccountId(u64::from_be_bytes(id)))
}

/// The account in a key of [`Table::People`](super::table::Table::People).
pub fn person_in(key: &[u8]) -> Result<AccountId, StoreError> {
    match key {
        [_, _, _, _, account @ ..] => account_in(account),
        _ => Err(damaged(|| "the key of a person of a course".to_owned())),
    }
}

/// The token's hash at the end of a key of an index, or a whole key of sessions and links.
pub fn token_in(key: &[u8]) -> Result<TokenKey, StoreError> {
    let token = key.last_chunk::<32>().copied();
    token.map(TokenKey).ok_or_else(|| damaged(|| "the key of a token".to_owned()))
}

/// The number that is a key.
pub fn number_in(key: &[u8]) -> Result<u64, StoreError> {
    key.try_into().map(u64::from_be_bytes).map_err(|_| damaged(|| "a key that is a number".to_owned()))
}

/// The course in a key of [`Table::Seats`](super::table::Table::Seats).
pub fn course_in(key: &[u8]) -> Result<CourseId, StoreError> {
    let course = match key {
        [_, _, _, _, _, _, _, _, course @ ..] => course.try_into().ok().map(u32::from_be_bytes),
        _ => None,
    };
    course.and_then(|number| CourseId::new(number).ok()).ok_or_else(|| damaged(|| "the key of a seat".to_owned()))
}

/// The message id in a key of [`Table::Messages`](super::table::Table::Messages).
pub fn message_in(key: &[u8]) -> Result<u64, StoreError> {
    match key {
        [_, _, _, _, id @ ..] => id.try_into().ok().map(u64::from_be_bytes),
        _ => None,
    }
    .ok_or_else(|| damaged(|| "the key of a message".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(number: u32) -> CourseId {
        CourseId::new(number).expect("an id")
    }

    #[test]
    fn keys_sort_as_their_numbers_do() {
        assert!(seat_key(AccountId(255), course(9)) < seat_key(AccountId(256), course(1)));
        assert!(seat_key(AccountId(1), course(255)) < seat_key(AccountId(1), course(256)));
        assert!(numbered_key(course(1), u64::MAX) < numbered_key(course(2), 0));
        assert!(numbered_key(course(1), 255) < numbered_key(course(1), 256));
    }

    #[test]
    fn keys_are_read_back() {
        assert_eq!(account_in(&account_key(AccountId(300))).expect("read"), AccountId(300));
        assert_eq!(course_in(&seat_key(AccountId(300), course(70_000))).expect("read"), course(70_000));
        assert_eq!(message_in(&numbered_key(course(300), 70_000)).expect("read"), 70_000);
    }

    #[test]
    fn keys_of_another_shape_are_damaged() {
        for length in [0, 3, 4, 7, 8, 11, 13, 20] {
            let key = vec![1; length];
            assert_eq!(account_in(&key).is_ok(), length == 8);
            assert!(course_in(&key).is_err(), "{length}");
            assert!(message_in(&key).is_err(), "{length}");
        }
        assert!(course_in(&[0; 12]).is_err(), "course 0 does not exist");
    }
}
