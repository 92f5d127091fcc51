//! Digests: once a day a letter about mentions that somebody has not read, to those who want it.

use jiff::{SignedDuration, Timestamp};

use crate::course::{Catalog, CourseId};
use crate::school::{
    Account, AccountId, AccountState, Found, LetterWriter, Mention, MentionedIn, Occasion, Quote, School, SchoolError,
    SeatState,
};

/// How long it is between two letters to one person.
const EVERY: SignedDuration = SignedDuration::from_hours(24);

/// How many accounts are read at a time.
const STEP: usize = 500;

/// How many mentions of a course a letter quotes.
const QUOTED: usize = 5;

/// How much of a message a letter quotes, in characters.
const QUOTE: usize = 80;

impl School {
    /// Since when somebody is owed a digest; nothing if they want none.
    pub async fn digest_of(&self, account: &Account) -> Result<Option<Timestamp>, SchoolError> {
        Ok(self.store.digest(account.id).await?)
    }

    /// Turns digests on or off.
    pub async fn set_digest(&self, account: &Account, on: bool) -> Result<(), SchoolError> {
        self.store.set_digest(account.id, on.then(|| self.clock.now())).await?;
        Ok(())
    }

    /// Queues a letter for everybody whose last one is a day old and who was mentioned since in a published course and has
    /// not read it; returns how many. The letter and its time are one write, so that none is queued twice.
    pub async fn send_digests(&self, catalog: &Catalog, writer: &dyn LetterWriter) -> Result<usize, SchoolError> {
        let now = self.clock.now();
        let (mut n_sent, mut after) = (0, AccountId(0));
        loop {
            let step = self.store.digests(after, STEP).await?;
            let Some((last, _)) = step.last() else { break };
            after = *last;
            for (account, last) in step.into_iter().filter(|(_, last)| now.duration_since(*last) >= EVERY) {
                n_sent += usize::from(self.send_digest(account, last, now, catalog, writer).await? == Found::Yes);
            }
            tokio::task::yield_now().await;
        }
        if n_sent > 0 {
            self.queued.notify_one();
        }
        Ok(n_sent)
    }

    async fn send_digest(
        &self,
        id: AccountId,
        last: Timestamp,
        now: Timestamp,
        catalog: &Catalog,
        writer: &dyn LetterWriter,
    ) -> Result<Found, SchoolError> {
        let account = self.store.account(id).await?;
        let account = account.filter(|account| account.email_confirmed && account.state() == AccountState::Active);
        let Some((account, to)) = account.and_then(|account| Some((account.clone(), account.email?))) else {
            return Ok(Found::No);
        };
        let courses = self.mentioned_in(id, last, catalog).await?;
        if courses.is_empty() {
            return Ok(Found::No);
        }
        let letter = writer.write(&to, Occasion::Mentions { username: &account.username, courses: &courses })?;
        Ok(self.store.send_digest(id, last, letter, now).await?)
    }

    /// Where somebody was mentioned since a moment, in courses where they have a place.
    async fn mentioned_in(
        &self,
        account: AccountId,
        since: Timestamp,
        catalog: &Catalog,
    ) -> Result<Vec<MentionedIn>, SchoolError> {
        let mut courses = Vec::new();
        for (id, mark) in self.store.read_marks_of(account).await? {
            let mentions: Vec<Mention> = mark.mentions.into_iter().filter(|mention| mention.at > since).collect();
            let Some(course) = catalog.course(id).filter(|_| !mentions.is_empty()) else { continue };
            if self.store.seat(account, id).await?.is_none_or(|seat| seat.state != SeatState::Enrolled) {
                continue;
            }
            let mut quotes = Vec::new();
            for mention in mentions.iter().take(QUOTED) {
                quotes.extend(self.quote(id, mention).await?);
            }
            courses.push(MentionedIn { course: id, title: course.title.clone(), n_mentions: mentions.len(), quotes });
        }
        Ok(courses)
    }

    /// The beginning of a message; nothing if it was taken away meanwhile.
    async fn quote(&self, room: CourseId, mention: &Mention) -> Result<Option<Quote>, SchoolError> {
        let found = self.store.messages_after(room, mention.id.saturating_sub(1), mention.id, 1).await?;
        let Some(text) = found.first().and_then(|message| message.text()) else { return Ok(None) };
        let by = self.store.account(mention.by).await?;
        Ok(by.map(|by| Quote { id: mention.id, by: by.username, text: beginning(text.as_str()) }))
    }
}

/// The first characters of a text in one line.
fn beginning(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(QUOTE) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_short_and_one_line() {
        assert_eq!(beginning("one\n two"), "one two");
        assert_eq!(beginning(&"ü".repeat(80)), "ü".repeat(80));
        assert_eq!(beginning(&"ü ".repeat(80)), format!("{}…", "ü ".repeat(40).trim_end()));
    }
}
