//! Records: the bytes that stand under a key, and back.
//!
//! Each record has a type of its own here, apart from the school's, so that the school's can change without touching what
//! lies on people's disks. Reading one parses it into the school's types again, rules and all: whatever is not exactly
//! what some version wrote is [`StoreError::Damaged`](crate::school::StoreError::Damaged), never a panic. A record that
//! changes gets the next version and keeps its old type for reading.

mod codec;
mod accounts;
mod sessions;
mod api_tokens;
mod links;
mod letters;
mod seats;
mod progress;
mod messages;
mod rooms;
mod events;
#[cfg(test)]
mod record_tests;

pub use accounts::{account_from, read_account, write_account};
pub use api_tokens::{read_api_token, read_keys, write_api_token, write_keys};
pub use codec::{damaged, kept, read_number, write_number};
pub use events::{read_event, write_event};
pub use letters::{read_letter, write_letter};
pub use links::{read_link, write_link};
pub use messages::{read_message, read_mute, write_message, write_mute};
pub use progress::{read_progress, write_progress};
pub use rooms::{read_digest, read_read_mark, read_reports, write_digest, write_read_mark, write_reports};
pub use seats::{SeatRecord, TallyRecord, read_seat, read_tally, write_seat, write_tally};
pub use sessions::{read_session, write_session};
