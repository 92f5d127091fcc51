//! What is said in the rooms of the courses.

use crate::course::CourseId;
use crate::school::{Account, Budget, Message, MessageText, Muted, Pass, Room, School, SchoolError, TooEarly};

/// Why somebody may not say something just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsaid {
    /// They said too much of late.
    TooEarly(TooEarly),
    /// They may not write in this room for a time.
    Muted(Muted),
}

impl School {
    /// Says something in a room, unless its author said too much just now, wherever that was, or is muted here.
    pub async fn say(
        &self,
        room: &Pass<Room>,
        author: &Account,
        text: MessageText,
    ) -> Result<Result<Message, Unsaid>, SchoolError> {
        let (Room(course), now) = (*room.thing(), self.clock.now());
        if let Err(early) = self.throttle.spend(Budget::MESSAGES, &author.id.0.to_be_bytes(), 1, now) {
            return Ok(Err(Unsaid::TooEarly(early)));
        }
        Ok(self.store.add_message(course, author.id, text, now).await?.map_err(Unsaid::Muted))
    }

    /// The last messages of a room with their authors' accounts, oldest first.
    pub async fn messages(&self, room: &Pass<Room>, limit: usize) -> Result<Vec<(Message, Account)>, SchoolError> {
        let Room(course) = *room.thing();
        self.with_authors(self.store.last_messages(course, limit).await?).await
    }

    /// Those before a number.
    pub async fn messages_before(
        &self,
        room: &Pass<Room>,
        before: u64,
        limit: usize,
    ) -> Result<Vec<(Message, Account)>, SchoolError> {
        let Room(course) = *room.thing();
        self.with_authors(self.entries_before(course, before, limit).await?).await
    }

    /// The numbers have no gaps, so it is known where the entries before one begin.
    pub(super) async fn entries_before(
        &self,
        course: CourseId,
        before: u64,
        limit: usize,
    ) -> Result<Vec<Message>, SchoolError> {
        let last = before.saturating_sub(1);
        let after = last.saturating_sub(u64::try_from(limit).unwrap_or(u64::MAX));
        Ok(self.store.messages_after(course, after, last, limit).await?)
    }

    pub(super) async fn with_authors(&self, entries: Vec<Message>) -> Result<Vec<(Message, Account)>, SchoolError> {
        let mut messages = Vec::with_capacity(entries.len());
        for message in entries {
            if let Some(author) = self.store.account(message.author).await? {
                messages.push((message, author));
            }
        }
        Ok(messages)
    }
}
