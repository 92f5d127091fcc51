//! What somebody has not read yet in the rooms of their courses.

use crate::course::CourseId;
use crate::school::{Account, AccountId, Message, Pass, Room, School, SchoolError, Seat, SeatState};

/// How many entries are counted through; who has more unread is told that it is at least as many as were found.
const LOOKED_AT: usize = 200;

/// The most that is counted.
const MOST: usize = 99;

/// What of a room should catch somebody's eye.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attention {
    /// How many messages of others they have not read.
    pub unread: usize,
    /// Whether there are more than that.
    pub more: bool,
    /// The first message that mentions them and that they have not read.
    pub mention: Option<u64>,
    /// How many do.
    pub n_mentions: usize,
    /// The number of the last entry; 0 if nothing is unread, and as many as there can be if it was not looked at.
    pub last: u64,
}

impl School {
    /// Notes that somebody has read a room up to an entry, if they had not.
    pub async fn read_up_to(&self, room: &Pass<Room>, reader: AccountId, id: u64) -> Result<(), SchoolError> {
        let Room(course) = *room.thing();
        // Most pages show nothing new, and a read costs less than a write that changes nothing.
        if self.store.read_mark(reader, course).await?.read < id {
            self.store.read_up_to(reader, course, id).await?;
        }
        Ok(())
    }

    /// What is new to somebody in the room of a course in which they have this seat. Who never was there is told of what was
    /// said since they have the place.
    pub async fn attention(&self, reader: &Account, course: CourseId, seat: Seat) -> Result<Attention, SchoolError> {
        if seat.state != SeatState::Enrolled {
            return Ok(Attention::default());
        }
        let mark = self.store.read_mark(reader.id, course).await?;
        let entries = match mark.read {
            0 => self.store.last_messages(course, LOOKED_AT).await?,
            read => self.store.messages_after(course, read, u64::MAX, LOOKED_AT).await?,
        };
        let is_new = |message: &&Message| {
            message.text().is_some() && message.author != reader.id && (mark.read > 0 || message.at >= seat.since)
        };
        let n_new = entries.iter().filter(is_new).count();
        let unread = n_new.min(MOST);
        Ok(Attention {
            unread,
            more: n_new > MOST || (entries.len() == LOOKED_AT && unread > 0),
            mention: mark.mentions.first().map(|mention| mention.id),
            n_mentions: mark.mentions.len(),
            last: match entries.last() {
                Some(_) if mark.read > 0 && entries.len() == LOOKED_AT => u64::MAX,
                last => last.map_or(0, |entry| entry.id),
            },
        })
    }
}
