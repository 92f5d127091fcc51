//! What is said in the rooms of the courses.

use crate::school::{Account, Budget, Message, MessageText, Pass, Room, School, SchoolError, TooEarly};

impl School {
    /// Says something in a room, unless its author said too much just now, wherever that was.
    pub async fn say(
        &self,
        room: &Pass<Room>,
        author: &Account,
        text: MessageText,
    ) -> Result<Result<Message, TooEarly>, SchoolError> {
        let (Room(course), now) = (*room.thing(), self.clock.now());
        if let Err(early) = self.throttle.spend(Budget::MESSAGES, &author.id.0.to_be_bytes(), 1, now) {
            return Ok(Err(early));
        }
        Ok(Ok(self.store.add_message(course, author.id, text, now).await?))
    }

    /// The last messages of a room with their authors' accounts, oldest first.
    pub async fn messages(&self, room: &Pass<Room>, limit: usize) -> Result<Vec<(Message, Account)>, SchoolError> {
        let Room(course) = *room.thing();
        let mut messages = Vec::new();
        for message in self.store.last_messages(course, limit).await? {
            if let Some(author) = self.store.account(message.author).await? {
                messages.push((message, author));
            }
        }
        Ok(messages)
    }
}
