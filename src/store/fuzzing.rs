//! What fuzz targets ask of this room: see `server::fuzzing`. The bytes are an archive, the inside of one, records, and the
//! lines of a dump.

use crate::course::CourseId;
use crate::school::{AccountId, EventId, LetterId, Progress, TokenKey};
use crate::store::backup::{ArchiveReader, ArchiveWriter, DigestLine, DumpLine, ReadLine, Record, ReportsLine};
use crate::store::records::{
    read_account, read_api_token, read_digest, read_event, read_letter, read_link, read_message, read_mute,
    read_number, read_progress, read_read_mark, read_reports, read_seat, read_session, read_tally, write_account,
    write_api_token, write_digest, write_event, write_letter, write_link, write_message, write_mute, write_progress,
    write_read_mark, write_reports, write_seat, write_session, write_tally,
};
use crate::store::table::Table;

/// What is read of a damaged archive, dump or record is what was written, or a refusal.
pub fn archives(bytes: &[u8]) {
    let _ = read(bytes);
    if let Ok(inside) = zstd::encode_all(bytes, 1) {
        let _ = read(&[b"educa backup 1\n", inside.as_slice()].concat());
    }
    comes_back_or_is_damaged(bytes);
    records(bytes);
    for line in bytes.split(|byte| *byte == b'\n').take(64) {
        dump_line(line);
    }
}

fn read(bytes: &[u8]) -> Option<(u64, Vec<Record>)> {
    let mut reader = ArchiveReader::new(bytes).ok()?;
    let mut records = Vec::new();
    while let Some(record) = reader.next().ok()? {
        records.push(record);
    }
    Some((reader.format, records))
}

/// Records cut from the bytes, written and read; then again with one bit changed, and without the end.
fn comes_back_or_is_damaged(bytes: &[u8]) {
    let [at, bit, tables @ ..] = bytes else { return };
    let record = |(nth, bytes): (usize, &[u8])| {
        let table = Table::ALL[usize::from(bytes[0]) % Table::ALL.len()];
        (table, nth.to_be_bytes().to_vec(), bytes.to_vec())
    };
    let records: Vec<Record> = tables.chunks(24).enumerate().map(record).collect();
    let mut writer = ArchiveWriter::new(Vec::new(), u64::from(*at)).expect("memory takes it");
    for (table, key, value) in &records {
        writer.record(*table, key, value).expect("memory takes it");
    }
    let (summary, mut archive) = writer.finish().expect("memory takes it");
    assert_eq!(summary.records, records.len() as u64);
    let whole = Some((u64::from(*at), records));
    assert_eq!(read(&archive), whole, "what is written is read");
    let at = usize::from(u16::from_be_bytes([*at, *bit])) % archive.len();
    assert_eq!(read(&archive[..at]), None, "a part is nothing");
    archive[at] ^= 1 << (bit % 8);
    let read = read(&archive);
    assert!(read.is_none() || read == whole, "another archive was read");
}

/// Whatever lies under a key is read as a record that is written as itself, or is damage.
fn records(bytes: &[u8]) {
    let (account, course, token) = (AccountId(7), CourseId::new(9).expect("an id"), TokenKey([5; 32]));
    macro_rules! comes_back {
        ($read:expr, $write:expr) => {{
            let read = $read;
            if let Ok(record) = read(bytes) {
                assert_eq!(read(&$write(&record)).ok(), Some(record), "what was read can be kept");
            }
        }};
    }
    comes_back!(|bytes: &[u8]| read_account(account, bytes), write_account);
    comes_back!(|bytes: &[u8]| read_session(token, bytes), write_session);
    comes_back!(|bytes: &[u8]| read_api_token(token, bytes), write_api_token);
    comes_back!(|bytes: &[u8]| read_link(token, bytes), write_link);
    comes_back!(|bytes: &[u8]| read_letter(LetterId(3), bytes), write_letter);
    comes_back!(|bytes: &[u8]| read_seat(account, course, bytes), write_seat);
    comes_back!(|bytes: &[u8]| read_progress(account, course, bytes), write_progress);
    comes_back!(|bytes: &[u8]| read_tally(course, bytes), write_tally);
    comes_back!(|bytes: &[u8]| read_message(course, 4, bytes), write_message);
    comes_back!(|bytes: &[u8]| read_mute(course, account, bytes), |muted: &_| write_mute(*muted));
    comes_back!(|bytes: &[u8]| read_reports(course, 4, bytes), |reports: &Vec<_>| write_reports(reports));
    comes_back!(|bytes: &[u8]| read_read_mark(account, course, bytes), write_read_mark);
    comes_back!(|bytes: &[u8]| read_digest(account, bytes), |last: &_| write_digest(*last));
    comes_back!(|bytes: &[u8]| read_event(EventId(2), bytes), write_event);
    assert_eq!(read_number("a number", bytes).is_ok(), bytes.len() == 8);
}

/// A line that can be loaded says the same when it is dumped again.
fn dump_line(line: &[u8]) {
    let Ok(line) = serde_json::from_slice::<DumpLine>(line) else { return };
    let Ok(again) = line.kept() else { return };
    let text = serde_json::to_string(&again).expect("a line");
    let read: DumpLine = serde_json::from_str(&text).expect("what was dumped can be loaded");
    let kept = read.kept().expect("what was dumped can be loaded");
    assert_eq!(serde_json::to_string(&kept).expect("a line"), text, "nothing is lost");
}

impl DumpLine {
    /// The line of the record that this one becomes.
    fn kept(self) -> Result<Self, String> {
        let course = |number| CourseId::new(number).map_err(|error| error.to_string());
        let readable = |error: crate::school::StoreError| error.to_string();
        Ok(match self {
            Self::Educa(_) | Self::Last(_) => self,
            Self::Account(line) => {
                let account = line.account()?;
                let account = read_account(account.id, &write_account(&account)).map_err(readable)?;
                Self::Account((&account).into())
            }
            Self::Token(line) => {
                let token = line.token()?;
                Self::Token((&read_api_token(token.key, &write_api_token(&token)).map_err(readable)?).into())
            }
            Self::Seat(line) => {
                let (account, course) = (AccountId(line.account), course(line.course)?);
                let seat = read_seat(account, course, &write_seat(&line.record()?)).map_err(readable)?;
                Self::Seat(crate::store::backup::SeatLine::new(account, course, &seat))
            }
            Self::Progress(line) => {
                let (account, course) = (AccountId(line.account), course(line.course)?);
                let progress = Progress::new(vec![line.module()?]).expect("one module is there once");
                let progress = read_progress(account, course, &write_progress(&progress)).map_err(readable)?;
                Self::Progress(crate::store::backup::ProgressLine::new(account, course, &progress.done()[0]))
            }
            Self::Message(line) => {
                let room = course(line.course)?;
                let message = line.message()?;
                let message = read_message(room, message.id, &write_message(&message)).map_err(readable)?;
                Self::Message(crate::store::backup::MessageLine::new(room, &message))
            }
            Self::Mute(line) => {
                let (room, account) = (course(line.course)?, AccountId(line.account));
                let muted = read_mute(room, account, &write_mute(line.muted())).map_err(readable)?;
                Self::Mute(crate::store::backup::MuteLine::new(room, account, muted))
            }
            Self::Reports(line) => {
                let (room, message) = (course(line.course)?, line.message);
                let reports = read_reports(room, message, &write_reports(&line.reports()?)).map_err(readable)?;
                Self::Reports(ReportsLine::new(room, message, line.dismissed, &reports))
            }
            Self::Read(line) => {
                let (account, room) = (AccountId(line.account), course(line.course)?);
                let mark = read_read_mark(account, room, &write_read_mark(&line.mark()?)).map_err(readable)?;
                Self::Read(ReadLine::new(account, room, &mark))
            }
            Self::Digest(line) => {
                let last = read_digest(AccountId(line.account), &write_digest(line.last)).map_err(readable)?;
                Self::Digest(DigestLine { last, ..line })
            }
            Self::Event(line) => {
                let event = line.event()?;
                Self::Event((&read_event(event.id, &write_event(&event)).map_err(readable)?).into())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_and_what_is_near_them() {
        crate::disk::each_seed("archives", super::archives);
    }
}
