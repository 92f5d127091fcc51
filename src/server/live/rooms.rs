//! The rooms that somebody is in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::broadcast::{Broadcast, Hint};
use super::room::OpenRoom;
use crate::course::CourseId;
use crate::school::{Pass, Room, School};

/// The rooms of a process. A room is open while somebody holds it.
pub struct Rooms {
    open: Mutex<HashMap<CourseId, Weak<OpenRoom>>>,
    school: Arc<School>,
    broadcast: Arc<dyn Broadcast>,
}

impl Rooms {
    /// None is open.
    pub fn new(school: Arc<School>, broadcast: Arc<dyn Broadcast>) -> Self {
        Self { open: Mutex::default(), school, broadcast }
    }

    /// The room of a pass; nothing if as many others are open as may be.
    pub fn enter(&self, pass: Pass<Room>, max_rooms: usize) -> Option<Arc<OpenRoom>> {
        let Room(course) = *pass.thing();
        let mut open = self.open();
        if let Some(room) = open.get(&course).and_then(Weak::upgrade) {
            return Some(room);
        }
        // Those whose last member has left are forgotten when somebody opens one.
        open.retain(|_, room| room.strong_count() > 0);
        if open.len() >= max_rooms {
            return None;
        }
        let room = OpenRoom::open(pass, self.school.clone(), self.broadcast.clone());
        open.insert(course, Arc::downgrade(&room));
        Some(room)
    }

    /// A room has an entry that is durable; nobody may be there.
    pub fn raise(&self, hint: Hint) {
        if let Some(room) = self.get(hint.room) {
            room.raise(hint.entry);
        }
    }

    /// Another process says so.
    pub fn hear(&self, hint: Hint) {
        if let Some(room) = self.get(hint.room) {
            room.hear(hint.entry);
        }
    }

    /// Hints may have been lost.
    pub fn look(&self) {
        for room in self.open().values().filter_map(Weak::upgrade) {
            room.look();
        }
    }

    /// A room, if somebody is in it.
    pub fn get(&self, course: CourseId) -> Option<Arc<OpenRoom>> {
        self.open().get(&course).and_then(Weak::upgrade)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<CourseId, Weak<OpenRoom>>> {
        // Each change is whole, so poison says nothing.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
