//! A reader of presence: a socket that is told who is here, and then who came and who went.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::close::Close;
use super::handle::Handle;
use super::live::Live;
use super::member::failed;
use super::presence::{Circle, CircleKey, Here, Presence};
use super::wire;
use crate::course::CourseId;
use crate::school::{Account, Attendance, Staffing, admit, taught};

/// How many names are told at once.
const MAX_NAMES: usize = 100;

/// Whom somebody looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The people of a course.
    Course(CourseId),
    /// All with whom they share a course; the staff sees everybody.
    Shared,
}

/// Somebody who looks.
pub struct Reader {
    presence: Arc<Presence>,
    number: u64,
    view: View,
    /// The circles that are looked at, and how many changes of each are known.
    circles: Vec<(CircleKey, u64)>,
    /// How many people are here of what was told.
    count: usize,
    /// Whether other circles are looked at than were told of.
    is_new: bool,
}

impl Reader {
    /// A reader who will look.
    pub fn new(presence: Arc<Presence>, view: View) -> Self {
        let number = presence.next_reader();
        Self { presence, number, view, circles: Vec::new(), count: 0, is_new: false }
    }

    /// Finds out whom they may see, and whether they may see anybody.
    pub async fn look_again(&mut self, live: &Live, handle: &Arc<Handle>, account: &Account) -> Result<(), Close> {
        let keys = self.visible(live, account).await?;
        self.look_at(keys, handle);
        Ok(())
    }

    fn look_at(&mut self, keys: Vec<CircleKey>, handle: &Arc<Handle>) {
        if keys.iter().ne(self.circles.iter().map(|(key, _)| key)) {
            self.forget();
            for key in &keys {
                self.presence.subscribe(*key, self.number, handle);
            }
            self.circles = keys.into_iter().map(|key| (key, 0)).collect();
            self.is_new = true;
            handle.signal(|signals| signals.presence = true);
        }
    }

    async fn visible(&self, live: &Live, account: &Account) -> Result<Vec<CircleKey>, Close> {
        let publication = live.shelf.current();
        let catalog = &publication.catalog;
        if let View::Course(course) = self.view {
            let known = catalog.course(course).ok_or(Close::NoPlace)?;
            let standing = live.school.standing(Some(account), known.id, catalog).await.map_err(failed)?;
            admit(&standing, Attendance(course)).map_err(|_| Close::NoPlace)?;
            return Ok(vec![Some(course)]);
        }
        if Staffing::of(account, catalog).is_ok() {
            return Ok(vec![None]);
        }
        let mut courses: BTreeSet<_> = live.school.courses_of(account.id).await.map_err(failed)?.into_iter().collect();
        courses.extend(taught(account, catalog).into_iter().flatten().map(|course| course.id));
        Ok(courses.into_iter().filter(|course| catalog.course(*course).is_some()).map(Some).collect())
    }

    /// Who is here.
    pub fn state(&mut self) -> Utf8Bytes {
        let presence = self.presence.clone();
        self.state_of(&presence.here())
    }

    fn state_of(&mut self, here: &Here) -> Utf8Bytes {
        for (key, n_known) in &mut self.circles {
            *n_known = here.circles.get(key).map_or(0, |circle| circle.n_changes);
        }
        self.is_new = false;
        let mut circles: Vec<&Circle> = self.circles.iter().filter_map(|(key, _)| here.circles.get(key)).collect();
        circles.sort_by_key(|circle| std::cmp::Reverse(circle.people.len()));
        self.count = 0;
        for (at, circle) in circles.iter().enumerate() {
            // The largest is not gone through.
            let is_first = |name: &Arc<str>| !circles[..at].iter().any(|before| before.people.contains_key(name));
            self.count +=
                if at == 0 { circle.people.len() } else { circle.people.keys().filter(|name| is_first(name)).count() };
        }
        let first: BTreeSet<&str> =
            circles.iter().flat_map(|circle| circle.people.keys().take(MAX_NAMES)).map(|name| &**name).collect();
        wire::presence_state(self.count, first.into_iter().take(MAX_NAMES).collect())
    }

    /// Who came and who went since; nothing if that comes to nothing.
    pub fn changes(&mut self) -> Option<Utf8Bytes> {
        let presence = self.presence.clone();
        let here = presence.here();
        let Some(changes) = self.net(&here).filter(|_| !self.is_new) else { return Some(self.state_of(&here)) };
        for (key, n_known) in &mut self.circles {
            *n_known = here.circles.get(key).map_or(0, |circle| circle.n_changes);
        }
        drop(here);
        let names = |came: bool| changes.iter().filter(move |(_, now)| **now == came).map(|(name, _)| &**name);
        let (n_online, n_offline) = (names(true).count(), names(false).count());
        self.count = (self.count + n_online).saturating_sub(n_offline);
        let (online, offline): (Vec<_>, Vec<_>) =
            (names(true).take(MAX_NAMES).collect(), names(false).take(MAX_NAMES).collect());
        (!changes.is_empty()).then(|| wire::presence_changes(online, offline, self.count))
    }

    /// Who is here and was not, or the contrary; nothing if not all changes are kept any more.
    fn net(&self, here: &Here) -> Option<BTreeMap<Arc<str>, bool>> {
        // For each name and circle, whether the first change was that they came.
        let mut first: HashMap<Arc<str>, Vec<(CircleKey, bool)>> = HashMap::new();
        for (key, n_known) in &self.circles {
            let Some(circle) = here.circles.get(key) else { continue };
            for change in circle.since(*n_known)? {
                let of_name = first.entry(change.name.clone()).or_default();
                if !of_name.iter().any(|(circle, _)| circle == key) {
                    of_name.push((*key, change.came));
                }
            }
        }
        let is_in = |key: &CircleKey, name: &Arc<str>| {
            here.circles.get(key).is_some_and(|circle| circle.people.contains_key(name))
        };
        let mut net = BTreeMap::new();
        for (name, of_name) in first {
            let is_here = self.circles.iter().any(|(key, _)| is_in(key, &name));
            let was_here = self.circles.iter().any(|(key, _)| {
                let came = of_name.iter().find(|(circle, _)| circle == key).map(|(_, came)| *came);
                came.map_or_else(|| is_in(key, &name), |came| !came)
            });
            if is_here != was_here {
                net.insert(name, is_here);
            }
        }
        Some(net)
    }

    fn forget(&mut self) {
        for (key, _) in self.circles.drain(..) {
            self.presence.unsubscribe(key, self.number);
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.forget();
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::Value;

    use super::*;
    use crate::school::{AccountId, TokenKey};

    const N: u64 = 100_000;

    fn comes(presence: &Arc<Presence>, n: u64, courses: &[CourseId]) {
        let account = AccountId(n);
        presence.arrive(account, &format!("student-{n:06}"));
        let n_reads = presence.begin_reading(account).expect("they are here");
        presence.place(account, courses.to_vec(), n_reads);
    }

    fn json(frame: &Utf8Bytes) -> Value {
        serde_json::from_str(frame).expect("JSON")
    }

    fn reads(presence: &Arc<Presence>, keys: &[CircleKey]) -> Reader {
        let mut reader = Reader::new(presence.clone(), View::Shared);
        reader.look_at(keys.to_vec(), &Arc::new(Handle::new(AccountId(0), TokenKey([0; 32]))));
        reader
    }

    #[tokio::test]
    async fn with_a_hundred_thousand_people_a_change_costs_what_it_costs_with_few() {
        let presence = Arc::<Presence>::default();
        let [one, two] = [1, 2].map(|id| CourseId::new(id).expect("an id"));
        let both = [one, two];
        for n in 0..N {
            comes(&presence, n, if n % 10 == 0 { both.as_slice() } else { &both[..1] });
        }
        let mut reader = reads(&presence, &[Some(one), Some(two)]);
        let state = reader.state();
        assert!(state.len() < 2_000, "nobody is sent the whole list: {} bytes", state.len());
        assert_eq!(
            (json(&state)["count"].as_u64(), json(&state)["users"][99].as_str()),
            (Some(N), Some("student-000099"))
        );
        let began = Instant::now();
        let mut largest = 0;
        for round in 0..100 {
            for n in 0..100 {
                comes(&presence, N + round * 100 + n, &[one, two]);
            }
            let changes = reader.changes().expect("somebody came");
            assert_eq!(json(&changes)["count"], N + (round + 1) * 100, "once, and not twice for two courses");
            largest = largest.max(changes.len());
        }
        assert!(largest < 2_000, "{largest} bytes");
        // Ten thousand changes: all people would be gone through ten thousand times.
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        assert_eq!(reader.changes(), None);
    }

    #[tokio::test]
    async fn only_what_comes_to_something_is_told_and_who_lags_is_told_the_state() {
        let presence = Arc::<Presence>::default();
        let [one, two] = [1, 2].map(|id| CourseId::new(id).expect("an id"));
        let mut reader = reads(&presence, &[Some(one), Some(two)]);
        assert_eq!(json(&reader.state())["count"], 0);
        let moves = |n, courses: &[CourseId]| {
            let n_reads = presence.begin_reading(AccountId(n)).expect("they are here");
            presence.place(AccountId(n), courses.to_vec(), n_reads);
        };
        comes(&presence, 1, &[one]);
        moves(1, &[]);
        assert_eq!(reader.changes(), None, "came and went");
        moves(1, &[two]);
        assert_eq!(json(&reader.changes().expect("news"))["username"], "student-000001");
        moves(1, &[one]);
        assert_eq!(reader.changes(), None, "seen all the time");
        let stale = presence.begin_reading(AccountId(1)).expect("they are here");
        moves(1, &[one, two]);
        presence.place(AccountId(1), Vec::new(), stale);
        assert_eq!(reader.changes(), None, "who read their places first is not the last to say");
        for _ in 0..5_000 {
            moves(1, &[]);
            moves(1, &[one]);
        }
        let state = json(&reader.changes().expect("news"));
        assert_eq!((&state["type"], &state["count"]), (&"presence_state".into(), &1.into()));
    }
}
