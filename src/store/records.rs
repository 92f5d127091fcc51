//! Records: the bytes that stand under a key, and back.
//!
//! Each record has a type of its own here, apart from the school's, so that the school's can change without touching what
//! lies on people's disks. A record is a version byte and then postcard. Reading one parses it into the school's types
//! again, rules and all: whatever is not exactly what this version writes is [`StoreError::Damaged`], never a panic.

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::course::CourseId;
use crate::school::{
    Account, AccountId, Message, MessageText, NewAccount, PasswordHash, Role, Session, SessionKey, StoreError,
};

/// The version of every record below. A record that changes gets the next number and keeps its old type for reading.
const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct AccountRecord {
    username: String,
    email: Option<String>,
    role: RoleRecord,
    password: String,
    created: i64,
    generation: u32,
}

/// Written as the variant's position: append only.
#[derive(Serialize, Deserialize)]
enum RoleRecord {
    Student,
    Instructor,
    Staff,
}

#[derive(Serialize, Deserialize)]
struct SessionRecord {
    account: u64,
    generation: u32,
    expires: i64,
}

#[derive(Serialize, Deserialize)]
struct EnrollmentRecord {
    at: i64,
}

#[derive(Serialize, Deserialize)]
struct MessageRecord {
    author: u64,
    text: String,
    at: i64,
}

/// The account that a new one becomes under its id.
pub(super) fn account_from(id: AccountId, new: &NewAccount) -> Account {
    Account {
        id,
        username: new.username.clone(),
        email: new.email.clone(),
        role: new.role,
        password: new.password.clone(),
        created: kept(new.created),
        generation: 0,
    }
}

/// The time as a record keeps it: to the microsecond.
///
/// Answers go through this too, so that what is said at once is what will be read later.
pub(super) fn kept(at: Timestamp) -> Timestamp {
    from_microseconds(at.as_microsecond()).unwrap_or(at)
}

pub(super) fn write_account(account: &Account) -> Vec<u8> {
    encode(&AccountRecord {
        username: account.username.to_string(),
        email: account.email.as_ref().map(|email| email.as_str().to_owned()),
        role: match account.role {
            Role::Student => RoleRecord::Student,
            Role::Instructor => RoleRecord::Instructor,
            Role::Staff => RoleRecord::Staff,
        },
        password: account.password.0.clone(),
        created: account.created.as_microsecond(),
        generation: account.generation,
    })
}

pub(super) fn read_account(id: AccountId, bytes: &[u8]) -> Result<Account, StoreError> {
    let what = || format!("account {id}");
    let record: AccountRecord = decode(bytes, what)?;
    Ok(Account {
        id,
        username: record.username.parse().map_err(|_| damaged(what))?,
        email: record.email.map(|email| email.parse()).transpose().map_err(|_| damaged(what))?,
        role: match record.role {
            RoleRecord::Student => Role::Student,
            RoleRecord::Instructor => Role::Instructor,
            RoleRecord::Staff => Role::Staff,
        },
        password: PasswordHash(record.password),
        created: time(record.created, what)?,
        generation: record.generation,
    })
}

pub(super) fn write_session(session: &Session) -> Vec<u8> {
    encode(&SessionRecord {
        account: session.account.0,
        generation: session.generation,
        expires: session.expires.as_microsecond(),
    })
}

pub(super) fn read_session(key: SessionKey, bytes: &[u8]) -> Result<Session, StoreError> {
    // Whose session it is cannot be told from a record that is not legible, and the key belongs in no log.
    let what = || "a session".to_owned();
    let record: SessionRecord = decode(bytes, what)?;
    let expires = time(record.expires, what)?;
    Ok(Session { key, account: AccountId(record.account), generation: record.generation, expires })
}

pub(super) fn write_enrollment(at: Timestamp) -> Vec<u8> {
    encode(&EnrollmentRecord { at: at.as_microsecond() })
}

pub(super) fn read_enrollment(account: AccountId, course: CourseId, bytes: &[u8]) -> Result<Timestamp, StoreError> {
    let what = || format!("enrollment of account {account} in course {course}");
    let record: EnrollmentRecord = decode(bytes, what)?;
    time(record.at, what)
}

pub(super) fn write_message(message: &Message) -> Vec<u8> {
    encode(&MessageRecord {
        author: message.author.0,
        text: message.text.as_str().to_owned(),
        at: message.at.as_microsecond(),
    })
}

pub(super) fn read_message(room: CourseId, id: u64, bytes: &[u8]) -> Result<Message, StoreError> {
    let what = || format!("message {id} in the room of course {room}");
    let record: MessageRecord = decode(bytes, what)?;
    let text = MessageText::parse(&record.text).map_err(|_| damaged(what))?;
    Ok(Message { id, author: AccountId(record.author), text, at: time(record.at, what)? })
}

/// A plain number, as counters and indexes hold it: eight bytes and no version.
pub(super) fn write_number(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

pub(super) fn read_number(what: &'static str, bytes: &[u8]) -> Result<u64, StoreError> {
    bytes.try_into().map(u64::from_be_bytes).map_err(|_| damaged(|| what.to_owned()))
}

/// The error of a record that is not what this version writes.
pub(super) fn damaged(what: impl Fn() -> String) -> StoreError {
    StoreError::Damaged { what: what() }
}

fn encode(record: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(record, vec![VERSION])
        .expect("records are plain structs, and a vector takes any number of bytes")
}

fn decode<T: DeserializeOwned>(bytes: &[u8], what: impl Fn() -> String) -> Result<T, StoreError> {
    match bytes.split_first() {
        Some((&VERSION, body)) => match postcard::take_from_bytes(body) {
            Ok((record, [])) => Ok(record),
            _ => Err(damaged(what)),
        },
        Some((version, _)) => Err(damaged(|| format!("{}, version {version}", what()))),
        None => Err(damaged(|| format!("{}, empty", what()))),
    }
}

fn time(microseconds: i64, what: impl Fn() -> String) -> Result<Timestamp, StoreError> {
    from_microseconds(microseconds).ok_or_else(|| damaged(what))
}

/// By way of a duration, because [`Timestamp::from_microsecond`] refuses the last second that a timestamp can hold.
fn from_microseconds(microseconds: i64) -> Option<Timestamp> {
    Timestamp::from_duration(SignedDuration::from_micros(microseconds)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account {
            id: AccountId(7),
            username: "Ада+1".parse().expect("a name"),
            email: Some("ada@example.org".parse().expect("an address")),
            role: Role::Staff,
            password: PasswordHash("$argon2id$…".into()),
            created: "2026-02-03T04:05:06.000007Z".parse().expect("a time"),
            generation: 3,
        }
    }

    fn course() -> CourseId {
        CourseId::new(9).expect("an id")
    }

    #[test]
    fn every_record_comes_back_as_it_was() {
        let account = account();
        assert_eq!(read_account(account.id, &write_account(&account)).expect("read"), account);
        let bare = Account { email: None, role: Role::Instructor, created: Timestamp::MIN, ..account.clone() };
        assert_eq!(read_account(bare.id, &write_account(&bare)).expect("read"), bare);
        let session =
            Session { key: SessionKey([5; 32]), account: account.id, generation: 2, expires: account.created };
        assert_eq!(read_session(session.key, &write_session(&session)).expect("read"), session);
        let at = write_enrollment(account.created);
        assert_eq!(read_enrollment(account.id, course(), &at).expect("read"), account.created);
        let text = MessageText::parse("two\nlines 😀").expect("a text");
        let message = Message { id: 4, author: account.id, text, at: kept(Timestamp::MAX) };
        assert_eq!(read_message(course(), 4, &write_message(&message)).expect("read"), message);
        assert_eq!(read_number("a number", &write_number(u64::MAX)).expect("read"), u64::MAX);
    }

    #[test]
    fn the_bytes_on_disk_stay_what_they_are() {
        // A failure here means that stores in the field can no longer be read: raise the version instead.
        let enrollment = write_enrollment(Timestamp::from_microsecond(1_000).expect("a time"));
        assert_eq!(enrollment, [1, 0xd0, 0x0f]);
        let session = Session {
            key: SessionKey([0; 32]),
            account: AccountId(300),
            generation: 1,
            expires: Timestamp::from_microsecond(-1).expect("a time"),
        };
        assert_eq!(write_session(&session), [1, 0xac, 0x02, 1, 1]);
        let mut ada = Account { username: "ada".parse().expect("a name"), email: None, ..account() };
        ada.password = PasswordHash("#".into());
        ada.created = Timestamp::UNIX_EPOCH;
        assert_eq!(write_account(&ada), *b"\x01\x03ada\x00\x02\x01#\x00\x03");
    }

    #[test]
    fn an_unknown_version_says_which_record_and_which_version() {
        let mut bytes = write_account(&account());
        bytes[0] = 9;
        let error = read_account(AccountId(7), &bytes).expect_err("version 9 is not known");
        assert_eq!(error.to_string(), "the store holds a damaged record (account 7, version 9)");
    }

    #[test]
    fn a_torn_or_flipped_record_is_damage_or_another_record_but_never_a_panic() {
        let bytes = write_account(&account());
        for length in 0..bytes.len() {
            assert!(
                matches!(read_account(AccountId(7), &bytes[..length]), Err(StoreError::Damaged { .. })),
                "{length}"
            );
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(matches!(read_account(AccountId(7), &longer), Err(StoreError::Damaged { .. })));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            match read_account(AccountId(7), &flipped) {
                Ok(other) => assert_ne!(other, account(), "bit {bit}"),
                Err(error) => assert!(matches!(error, StoreError::Damaged { .. }), "bit {bit}: {error}"),
            }
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic() {
        let mut hash = blake3::hash(b"arbitrary");
        for length in (0..=32).cycle().take(20_000) {
            let mut bytes = hash.as_bytes()[..length].to_vec();
            // Half of them get the right version, or few would come past the first byte.
            if hash.as_bytes()[31] < 128
                && let Some(first) = bytes.first_mut()
            {
                *first = VERSION;
            }
            let _ = read_account(AccountId(1), &bytes);
            let _ = read_session(SessionKey([0; 32]), &bytes);
            let _ = read_enrollment(AccountId(1), course(), &bytes);
            let _ = read_message(course(), 1, &bytes);
            let _ = read_number("a number", &bytes);
            hash = blake3::hash(hash.as_bytes());
        }
    }

    #[test]
    fn a_record_that_breaks_a_rule_is_damaged() {
        let message = encode(&MessageRecord { author: 1, text: " ".into(), at: 0 });
        assert!(matches!(read_message(course(), 1, &message), Err(StoreError::Damaged { .. })));
        let late = encode(&EnrollmentRecord { at: i64::MAX });
        assert!(matches!(read_enrollment(AccountId(1), course(), &late), Err(StoreError::Damaged { .. })));
    }
}
