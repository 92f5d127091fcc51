//! Dumps: a school's records as JSON lines, for people, other programs and other stores.

use std::io::{self, BufRead, BufWriter, Write};

use super::dump_lines::{
    AccountLine, EventLine, Head, LastLine, Line, MessageLine, MuteLine, ProgressLine, SeatLine, TokenLine, course,
};
use super::dump_room_lines::{DigestLine, ReadLine, ReportsLine};
use super::export::ExportError;
use crate::course::CourseId;
use crate::school::{AccountId, EventId, Progress, StoreError};
use crate::store::folder::FORMAT;
use crate::store::keys::{
    account_in, account_key, course_in, course_key, message_in, number_in, numbered_key, person_in, person_key,
    report_key, reported_in, seat_key, token_in,
};
use crate::store::records::{
    read_account, read_api_token, read_digest, read_event, read_message, read_mute, read_number, read_progress,
    read_read_mark, read_reports, read_seat, write_account, write_api_token, write_digest, write_event, write_message,
    write_mute, write_number, write_progress, write_read_mark, write_reports, write_seat,
};
use crate::store::table::{Counter, Table, VERSION_KEY};
use crate::store::tables::Tables;
use crate::store::trees::{Trees, unreadable};

/// Grows when a reader of the version before would misread a line.
const VERSION: u32 = 1;

/// A longer line is a mistake: the longest record is a message of 2,000 characters.
const MAX_LINE: u64 = 64 * 1024;

/// How many mistakes are said at once.
const MAX_MISTAKES: usize = 20;

/// A dump that cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Lines have mistakes.
    #[error("nothing was loaded:{}", .0.iter().map(|mistake| format!("\n  {mistake}")).collect::<String>())]
    Mistakes(Vec<LoadMistake>),
    /// It could not be read to its end.
    #[error("the dump cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// The new store could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct LoadMistake {
    /// Which, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// What a dump holds, each after what it names.
const TABLES: [Table; 9] = [
    Table::Accounts,
    Table::ApiTokens,
    Table::Seats,
    Table::Messages,
    Table::Mutes,
    Table::Reports,
    Table::ReadMarks,
    Table::Digests,
    Table::Events,
];

/// Writes all records that a dump holds; returns how many.
pub fn write<W: Write>(tables: &impl Tables, out: W) -> Result<(u64, W), ExportError> {
    let mut out = BufWriter::new(out);
    let mut n_lines = 0;
    let mut say = |line: Line| -> Result<(), ExportError> {
        n_lines += 1;
        serde_json::to_writer(&mut out, &line).map_err(io::Error::from)?;
        Ok(out.write_all(b"\n")?)
    };
    say(Line::Educa(Head { dump: VERSION }))?;
    say(Line::Last(last(tables)?))?;
    for table in TABLES {
        tables.each(table, |key, record| say(line_of(table, key, record)?))?;
    }
    tables.each(Table::Progress, |key, record| {
        let (account, course) = (account_in(key.get(..8).unwrap_or_default())?, course_in(key)?);
        for module in read_progress(account, course, record)?.done() {
            say(Line::Progress(ProgressLine::new(account, course, module)))?;
        }
        Ok::<_, ExportError>(())
    })?;
    let out = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok((n_lines, out))
}

fn line_of(table: Table, key: &[u8], record: &[u8]) -> Result<Line, StoreError> {
    Ok(match table {
        Table::Accounts => Line::Account(AccountLine::from(&read_account(account_in(key)?, record)?)),
        Table::ApiTokens => Line::Token(TokenLine::from(&read_api_token(token_in(key)?, record)?)),
        Table::Seats => {
            let account = account_in(key.get(..8).unwrap_or_default())?;
            let course = course_in(key)?;
            Line::Seat(SeatLine::new(account, course, &read_seat(account, course, record)?))
        }
        Table::Messages => {
            let room = room_in(key)?;
            Line::Message(MessageLine::new(room, &read_message(room, message_in(key)?, record)?))
        }
        Table::Mutes => {
            let (room, account) = (room_in(key)?, person_in(key)?);
            Line::Mute(MuteLine::new(room, account, read_mute(room, account, record)?))
        }
        Table::Reports => {
            let (room, (dismissed, message)) = (room_in(key)?, reported_in(key)?);
            Line::Reports(ReportsLine::new(room, message, dismissed, &read_reports(room, message, record)?))
        }
        Table::ReadMarks => {
            let (account, room) = (account_in(key.get(..8).unwrap_or_default())?, course_in(key)?);
            Line::Read(ReadLine::new(account, room, &read_read_mark(account, room, record)?))
        }
        Table::Digests => {
            let account = account_in(key)?;
            Line::Digest(DigestLine { account: account.0, last: read_digest(account, record)? })
        }
        _ => Line::Event(EventLine::from(&read_event(EventId(number_in(key)?), record)?)),
    })
}

/// The course at the beginning of a key.
fn room_in(key: &[u8]) -> Result<CourseId, StoreError> {
    let number = key.first_chunk::<4>().map(|number| u32::from_be_bytes(*number)).unwrap_or_default();
    course(number).map_err(|what| StoreError::Damaged { what })
}

fn last(tables: &impl Tables) -> Result<LastLine, StoreError> {
    let counter = |counter: Counter| -> Result<u64, StoreError> {
        let number = tables.get(Table::Meta, counter.key())?;
        number.map_or(Ok(0), |number| read_number("a counter", &number))
    };
    let (account, letter) = (counter(Counter::Account)?, counter(Counter::Letter)?);
    Ok(LastLine { account, letter, event: counter(Counter::Event)? })
}

/// Puts the records of a dump into a store that has none; returns how many lines there were. The indexes are not made.
pub fn read(trees: &Trees, lines: impl BufRead) -> Result<u64, LoadError> {
    let mut reading = Reading { trees, seen: LastLine::default(), mistakes: Vec::new(), n_lines: 0 };
    let mut lines = lines;
    let mut line = Vec::new();
    loop {
        line.clear();
        let n_bytes = io::Read::take(&mut lines, MAX_LINE).read_until(b'\n', &mut line)? as u64;
        if n_bytes == 0 || reading.mistakes.len() >= MAX_MISTAKES {
            break;
        }
        reading.n_lines += 1;
        let too_long = n_bytes == MAX_LINE && line.last() != Some(&b'\n');
        let read = if too_long { Err(Trouble::line("it is longer than 64 KiB")) } else { reading.line(&line) };
        match read {
            Ok(()) => {}
            Err(Trouble::Line(reason)) => reading.mistake(reason),
            Err(Trouble::Store(error)) => return Err(error.into()),
        }
        if too_long {
            break;
        }
    }
    reading.finish()
}

enum Trouble {
    Line(String),
    Store(StoreError),
}

impl Trouble {
    fn line(reason: &str) -> Self {
        Self::Line(reason.to_owned())
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<String> for Trouble {
    fn from(reason: String) -> Self {
        Self::Line(reason)
    }
}

struct Reading<'a> {
    trees: &'a Trees,
    seen: LastLine,
    mistakes: Vec<LoadMistake>,
    n_lines: u64,
}

impl Reading<'_> {
    fn line(&mut self, line: &[u8]) -> Result<(), Trouble> {
        let line: Line = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        match (self.n_lines, &line) {
            (1, Line::Educa(Head { dump: VERSION })) => return Ok(()),
            (1, Line::Educa(Head { dump })) => {
                return Err(
                    format!("this educa reads dumps of version {VERSION}, this is one of version {dump}").into()
                );
            }
            (1, _) => return Err(Trouble::line("the first line of a dump is {\"educa\":{\"dump\":1}}")),
            _ => {}
        }
        match line {
            Line::Educa(_) => Err(Trouble::line("a second head")),
            Line::Last(last) => {
                self.seen.letter = last.letter;
                self.see(last.account, last.event);
                Ok(())
            }
            Line::Account(line) => {
                let account = line.account()?;
                self.see(account.id.0, 0);
                self.put(Table::Accounts, &account_key(account.id), write_account(&account))
            }
            Line::Token(line) => {
                self.known(line.account)?;
                let token = line.token()?;
                self.put(Table::ApiTokens, &token.key.0, write_api_token(&token))
            }
            Line::Seat(line) => {
                self.known(line.account)?;
                let key = seat_key(AccountId(line.account), course(line.course)?);
                self.put(Table::Seats, &key, write_seat(&line.record()?))
            }
            Line::Progress(line) => {
                self.known(line.account)?;
                self.progress(&line)
            }
            Line::Message(line) => {
                let (room, id) = (course(line.course)?, line.id);
                let message = line.message()?;
                self.known(message.author.0)?;
                self.put(Table::Messages, &numbered_key(room, id), write_message(&message))?;
                self.last_message(&course_key(room), id)
            }
            Line::Mute(line) => {
                self.known(line.account)?;
                let key = person_key(course(line.course)?, AccountId(line.account));
                self.put(Table::Mutes, &key, write_mute(line.muted()))
            }
            Line::Reports(line) => self.reports(&line),
            Line::Read(line) => self.read_mark(&line),
            Line::Digest(line) => self.digest(&line),
            Line::Event(line) => {
                let event = line.event()?;
                self.see(0, event.id.0);
                self.put(Table::Events, &event.id.0.to_be_bytes(), write_event(&event))
            }
        }
    }

    fn digest(&self, line: &DigestLine) -> Result<(), Trouble> {
        self.known(line.account)?;
        self.put(Table::Digests, &account_key(AccountId(line.account)), write_digest(line.last))
    }

    fn reports(&self, line: &ReportsLine) -> Result<(), Trouble> {
        let (room, message) = (course(line.course)?, line.message);
        let reports = line.reports()?;
        for report in &reports {
            self.known(report.by.0)?;
        }
        match self.trees.tree(Table::Messages).contains_key(numbered_key(room, message)).map_err(unreadable)? {
            true => self.put(Table::Reports, &report_key(room, line.dismissed, message), write_reports(&reports)),
            false => Err(format!("message {message} of course {room} is in no earlier line").into()),
        }
    }

    fn read_mark(&self, line: &ReadLine) -> Result<(), Trouble> {
        self.known(line.account)?;
        let key = seat_key(AccountId(line.account), course(line.course)?);
        self.put(Table::ReadMarks, &key, write_read_mark(&line.mark()?))
    }

    fn see(&mut self, account: u64, event: u64) {
        self.seen.account = self.seen.account.max(account);
        self.seen.event = self.seen.event.max(event);
    }

    fn put(&self, table: Table, key: &[u8], record: Vec<u8>) -> Result<(), Trouble> {
        if self.trees.tree(table).contains_key(key).map_err(unreadable)? {
            return Err(Trouble::line("there is such a one in an earlier line"));
        }
        Ok(self.trees.put(table, key, record)?)
    }

    fn known(&self, account: u64) -> Result<(), Trouble> {
        match self.trees.tree(Table::Accounts).contains_key(account_key(AccountId(account))).map_err(unreadable)? {
            true => Ok(()),
            false => Err(format!("account {account} is in no earlier line").into()),
        }
    }

    /// One more module of those that somebody has done in a course.
    fn progress(&self, line: &ProgressLine) -> Result<(), Trouble> {
        let (account, course) = (AccountId(line.account), course(line.course)?);
        let key = seat_key(account, course);
        let record = self.trees.get(Table::Progress, &key)?;
        let before = record.map(|record| read_progress(account, course, &record)).transpose()?.unwrap_or_default();
        let progress = Progress::new([before.done(), &[line.module()?]].concat());
        let progress = progress.ok_or_else(|| Trouble::line("there is such a one in an earlier line"))?;
        Ok(self.trees.put(Table::Progress, &key, write_progress(&progress))?)
    }

    fn last_message(&self, room: &[u8], id: u64) -> Result<(), Trouble> {
        let last = self.trees.get(Table::Rooms, room)?;
        let last = last.map_or(Ok(0), |number| read_number("the last message of a room", &number))?;
        Ok(self.trees.put(Table::Rooms, room, write_number(last.max(id)))?)
    }

    fn mistake(&mut self, reason: String) {
        self.mistakes.push(LoadMistake { line: self.n_lines, reason });
    }

    fn finish(mut self) -> Result<u64, LoadError> {
        if self.n_lines == 0 {
            self.n_lines = 1;
            self.mistake("there is nothing in it".to_owned());
        }
        if !self.mistakes.is_empty() {
            return Err(LoadError::Mistakes(self.mistakes));
        }
        let LastLine { account, letter, event } = self.seen;
        for (counter, last) in [(Counter::Account, account), (Counter::Letter, letter), (Counter::Event, event)] {
            self.trees.put(Table::Meta, counter.key(), write_number(last))?;
        }
        self.trees.put(Table::Meta, VERSION_KEY, write_number(FORMAT))?;
        Ok(self.n_lines)
    }
}
