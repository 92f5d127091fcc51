//! How far somebody has read who is in a room: noted a moment after it was sent to them, and then now and again, so that a
//! busy room costs each reader a write in some seconds, whatever is said in it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::sleep;

use crate::school::{AccountId, Pass, Room, School};

/// How long after something was sent it is noted; whoever goes to another page within that time has not read it.
const MOMENT: Duration = Duration::from_secs(1);

/// How long until the next is noted.
const REST: Duration = Duration::from_secs(5);

/// What was sent to one socket.
#[derive(Debug, Default)]
pub struct Marks {
    sent: AtomicU64,
    is_noting: AtomicBool,
}

impl Marks {
    /// It was sent everything up to an entry.
    pub fn raise(self: &Arc<Self>, school: &Arc<School>, room: &Pass<Room>, account: AccountId, entry: u64) {
        let before = self.sent.swap(entry, Ordering::SeqCst);
        if entry > before && !self.is_noting.swap(true, Ordering::SeqCst) {
            tokio::spawn(self.clone().note(Arc::downgrade(school), room.clone(), account, before));
        }
    }

    async fn note(self: Arc<Self>, school: Weak<School>, room: Pass<Room>, account: AccountId, mut noted: u64) {
        loop {
            sleep(MOMENT).await;
            let sent = self.sent.load(Ordering::SeqCst);
            if sent <= noted {
                self.is_noting.store(false, Ordering::SeqCst);
                // Something may have been sent just before, by one who saw that we are here.
                if self.sent.load(Ordering::SeqCst) <= noted || self.is_noting.swap(true, Ordering::SeqCst) {
                    return;
                }
                continue;
            }
            let Some(school) = school.upgrade() else { return };
            if let Err(error) = school.read_up_to(&room, account, sent).await {
                tracing::warn!(%error, "how far somebody has read could not be noted");
            }
            noted = sent;
            drop(school);
            sleep(REST).await;
        }
    }
}
