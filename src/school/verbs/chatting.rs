//! What is said in the rooms of the courses.
//!
//! The functions about one room take the pass for it. What follows the rooms on behalf of everybody in them ([`School::entries`],
//! [`School::last_entry`]) takes the pass of whoever opened the room.

use crate::course::CourseId;
use crate::school::{
    Account, AccountId, Message, MessageText, Muted, Pass, Room, School, SchoolError, TooEarly, Username,
};

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
        if let Err(early) = self.may_say_one_more(author.id) {
            return Ok(Err(Unsaid::TooEarly(early)));
        }
        let (Room(course), now) = (*room.thing(), self.clock.now());
        Ok(self.store.add_message(course, author.id, text, now).await?.map_err(Unsaid::Muted))
    }

    /// Takes one message from somebody's budget, for [`School::say_all`].
    pub fn may_say_one_more(&self, author: AccountId) -> Result<(), TooEarly> {
        self.throttle.spend(self.messages, &author.0.to_be_bytes(), 1, self.clock.now())
    }

    /// Says several things in their order, each of which was taken from the budget: all of them, or none.
    pub async fn say_all(
        &self,
        room: &Pass<Room>,
        author: AccountId,
        texts: Vec<MessageText>,
    ) -> Result<Result<Vec<Message>, Muted>, SchoolError> {
        let Room(course) = *room.thing();
        Ok(self.store.add_messages(course, author, texts, self.clock.now()).await?)
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

    /// The entries of a room after one number up to another, in order. Ask for none after [`School::last_entry`], or what
    /// comes may be lost with the power.
    pub async fn entries(
        &self,
        room: &Pass<Room>,
        after: u64,
        up_to: u64,
        limit: usize,
    ) -> Result<Vec<Message>, SchoolError> {
        let Room(course) = *room.thing();
        Ok(self.store.messages_after(course, after, up_to, limit).await?)
    }

    /// The number of a room's last entry that is durable.
    pub async fn last_entry(&self, room: &Pass<Room>) -> Result<u64, SchoolError> {
        let Room(course) = *room.thing();
        Ok(self.store.last_message_id(course).await?)
    }

    /// Until when somebody may not write in a room, if that is still to come.
    pub async fn muted_in(&self, room: &Pass<Room>, account: AccountId) -> Result<Option<Muted>, SchoolError> {
        let (Room(course), now) = (*room.thing(), self.clock.now());
        Ok(self.store.muted(course, account).await?.filter(|muted| muted.until > now))
    }

    /// What somebody is called.
    pub async fn name_of(&self, account: AccountId) -> Result<Option<Username>, SchoolError> {
        Ok(self.store.account(account).await?.map(|account| account.username))
    }
}
