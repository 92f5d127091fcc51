//! Revocation: one task follows the school's log of events while sockets are open here or elsewhere, and has those look
//! again whom an event is about. So what another process or a command did is noticed as well as what this one did, by one
//! read of the log whatever the number of sockets.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::MissedTickBehavior;

use super::broadcast::Hint;
use super::live::Live;
use crate::course::CourseId;
use crate::school::{AccountId, Event, EventId, EventKind, SchoolError};
use crate::server::publication::Publication;

/// How often the log is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// How many events are read at a time.
const STEP: usize = 500;

/// Whether somebody follows the log.
#[derive(Debug, Default)]
pub struct Revocation {
    following: Mutex<bool>,
}

impl Revocation {
    /// Sees to it that what happens from now on is noticed, as long as there are sockets. Call it once a socket has its
    /// place, and before it is asked what it may.
    pub async fn begin(&self, live: &Arc<Live>) -> Result<(), SchoolError> {
        let mut following = self.following.lock().await;
        if !*following {
            let last = live.school.last_event().await?;
            tokio::spawn(follow(Arc::downgrade(live), last));
            *following = true;
        }
        Ok(())
    }
}

async fn follow(live: Weak<Live>, mut last: EventId) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut published: Weak<Publication> = Weak::new();
    loop {
        looks.tick().await;
        let Some(live) = live.upgrade() else { return };
        let mut following = live.revocation.following.lock().await;
        if live.sockets.is_empty() && !live.presence.has_elsewhere() {
            // The next socket begins anew, after this lock.
            *following = false;
            return;
        }
        drop(following);
        live.sockets.ended_look_again(live.school.now());
        let current = live.shelf.current();
        if published.upgrade().is_none_or(|published| !Arc::ptr_eq(&published, &current)) {
            live.sockets.all_look_again();
            published = Arc::downgrade(&current);
        }
        if let Err(error) = read_on(&live, &mut last).await {
            tracing::error!(%error, "the log of events could not be read");
        }
    }
}

async fn read_on(live: &Arc<Live>, last: &mut EventId) -> Result<(), SchoolError> {
    loop {
        let events = live.school.events_after(*last, STEP).await?;
        for event in &events {
            notice(live, event).await?;
            *last = event.id;
        }
        if events.len() < STEP {
            return Ok(());
        }
    }
}

async fn notice(live: &Arc<Live>, event: &Event) -> Result<(), SchoolError> {
    use EventKind as E;
    match (event.kind, event.account, event.course) {
        (E::MessageRemoved, _, Some(course)) => return look_at(live, course).await,
        (E::Enrolled | E::Approved | E::Left | E::Removed, Some(account), _) => {
            live.presence.moved(live, account).await?;
            look_again(live, account);
        }
        (
            E::SignedOut
            | E::SessionsEnded
            | E::PasswordChanged
            | E::PasswordReset
            | E::Disabled
            | E::Enabled
            | E::Forgotten
            | E::RoleChanged
            | E::Muted
            | E::Unmuted,
            Some(account),
            _,
        ) => look_again(live, account),
        _ => {}
    }
    Ok(())
}

fn look_again(live: &Live, account: AccountId) {
    live.sockets.look_again(account);
}

/// A removal is an entry of its room's log. Whoever removed the message may have been another process.
async fn look_at(live: &Live, course: CourseId) -> Result<(), SchoolError> {
    if let Some(room) = live.rooms.get(course) {
        let entry = live.school.last_entry(room.pass()).await?;
        live.rooms.raise(Hint { room: course, entry });
    }
    Ok(())
}
