//! Moderating a room: taking messages away, muting people, reports and their answers.

use std::net::IpAddr;

use jiff::SignedDuration;

use crate::school::{
    Account, AccountId, Budget, Found, Message, Moderate, Muted, NotPermitted, Pass, Report, ReportReason, Reported,
    ReportedMessage, Room, School, SchoolError, Teaching, TooEarly,
};

/// The longest time that somebody is muted for.
const LONGEST_MUTE: SignedDuration = SignedDuration::from_hours(366 * 24);

impl School {
    /// The messages of a room before a number (nothing for the last), oldest first, with their authors' accounts.
    pub async fn room_log(
        &self,
        teaching: &Teaching<Moderate>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(Message, Account)>, SchoolError> {
        let course = teaching.course();
        let messages = match before {
            None => self.store.last_messages(course, limit).await?,
            Some(before) => self.entries_before(course, before, limit).await?,
        };
        self.with_authors(messages).await
    }

    /// Takes a message away. The entry that says so is returned; nothing if no such message can be read.
    pub async fn remove_message(
        &self,
        teaching: &Teaching<Moderate>,
        id: u64,
        address: Option<IpAddr>,
    ) -> Result<Option<Message>, SchoolError> {
        Ok(self.store.remove_message(teaching.course(), id, self.origin_of(teaching, address)).await?)
    }

    /// Whose a message is.
    pub async fn author_of(&self, teaching: &Teaching<Moderate>, id: u64) -> Result<Option<AccountId>, SchoolError> {
        let found = self.store.messages_after(teaching.course(), id.saturating_sub(1), id, 1).await?;
        Ok(found.first().map(|message| message.author))
    }

    /// The same for a message of one's own; nothing if it is gone already.
    pub async fn remove_own_message(
        &self,
        room: &Pass<Room>,
        author: &Account,
        id: u64,
        address: Option<IpAddr>,
    ) -> Result<Result<Option<Message>, NotPermitted>, SchoolError> {
        let Room(course) = *room.thing();
        // Whose a message is never changes, so it may be asked before.
        match self.store.messages_after(course, id.saturating_sub(1), id, 1).await?.first() {
            Some(message) if message.author == author.id => {
                Ok(Ok(self.store.remove_message(course, id, self.origin(Some(author), address)).await?))
            }
            Some(_) => Ok(Err(NotPermitted)),
            None => Ok(Ok(None)),
        }
    }

    /// Forbids somebody to write in a room for a time, at most a year, or allows it again.
    pub async fn mute(
        &self,
        teaching: &Teaching<Moderate>,
        account: AccountId,
        time: Option<SignedDuration>,
        address: Option<IpAddr>,
    ) -> Result<Found, SchoolError> {
        if self.store.account(account).await?.is_none() {
            return Ok(Found::No);
        }
        let origin = self.origin_of(teaching, address);
        let until = time.map(|time| origin.at + time.clamp(SignedDuration::ZERO, LONGEST_MUTE));
        self.store.mute(teaching.course(), account, until, origin).await?;
        Ok(Found::Yes)
    }

    /// Who may not write in a room now, who may first again first.
    pub async fn mutes(&self, teaching: &Teaching<Moderate>) -> Result<Vec<(Account, Muted)>, SchoolError> {
        let now = self.clock.now();
        let mut mutes = Vec::new();
        for (account, muted) in self.store.muted_in(teaching.course()).await? {
            if muted.until > now
                && let Some(account) = self.store.account(account).await?
            {
                mutes.push((account, muted));
            }
        }
        mutes.sort_by_key(|(account, muted)| (muted.until, account.id));
        Ok(mutes)
    }

    /// Reports a message of somebody else.
    pub async fn report(
        &self,
        room: &Pass<Room>,
        reader: &Account,
        id: u64,
        reason: ReportReason,
        address: Option<IpAddr>,
    ) -> Result<Result<Reported, TooEarly>, SchoolError> {
        let (Room(course), origin) = (*room.thing(), self.origin(Some(reader), address));
        if let Err(early) = self.throttle.spend(Budget::REPORTS, &reader.id.0.to_be_bytes(), 1, origin.at) {
            return Ok(Err(early));
        }
        let report = Report { by: reader.id, at: origin.at, reason };
        Ok(Ok(self.store.add_report(course, id, report, origin).await?))
    }

    /// The messages with reports that nobody answered, the oldest first.
    pub async fn reports(
        &self,
        teaching: &Teaching<Moderate>,
        limit: usize,
    ) -> Result<Vec<ReportedMessage>, SchoolError> {
        Ok(self.store.reports(teaching.course(), limit).await?)
    }

    /// Answers the reports of a message: it may stand.
    pub async fn dismiss_reports(
        &self,
        teaching: &Teaching<Moderate>,
        id: u64,
        address: Option<IpAddr>,
    ) -> Result<Found, SchoolError> {
        Ok(self.store.dismiss_reports(teaching.course(), id, self.origin_of(teaching, address)).await?)
    }
}
