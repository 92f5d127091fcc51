//! Letters of the queue as records.

use serde::{Deserialize, Serialize};

use super::codec::{damaged, decode, encode, time};
use crate::school::{Letter, LetterId, QueuedLetter, StoreError};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct LetterRecord {
    to: String,
    subject: String,
    text: String,
    html: Option<String>,
    queued: i64,
    due: i64,
    n_tries: u32,
}

pub fn write_letter(queued: &QueuedLetter) -> Vec<u8> {
    let Letter { to, subject, text, html } = queued.letter.clone();
    let record = LetterRecord {
        to: to.as_str().to_owned(),
        subject,
        text,
        html,
        queued: queued.queued.as_microsecond(),
        due: queued.due.as_microsecond(),
        n_tries: queued.n_tries,
    };
    encode(VERSION, &record)
}

pub fn read_letter(id: LetterId, bytes: &[u8]) -> Result<QueuedLetter, StoreError> {
    let what = || format!("letter {}", id.0);
    let record: LetterRecord = decode(VERSION, bytes, what)?;
    let to = record.to.parse().map_err(|_| damaged(what))?;
    let letter = Letter { to, subject: record.subject, text: record.text, html: record.html };
    let (queued, due) = (time(record.queued, what)?, time(record.due, what)?);
    Ok(QueuedLetter { id, letter, queued, due, n_tries: record.n_tries })
}
