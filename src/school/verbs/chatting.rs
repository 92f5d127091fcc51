//! What is said in the rooms of the courses.

use crate::school::{Account, Message, MessageText, Pass, Room, School, SchoolError};

impl School {
    /// Says something in a room.
    pub async fn say(&self, room: &Pass<Room>, author: &Account, text: MessageText) -> Result<Message, SchoolError> {
        let Room(course) = *room.thing();
        Ok(self.store.add_message(course, author.id, text, self.clock.now()).await?)
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
