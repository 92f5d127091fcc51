//! The promise of the store, kept by the whole program: what a client was told is there after `kill -9`, and nothing is
//! there by half. Rows U5, E2, E3, E13.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use educa::course::CourseId;
use educa::school::{
    Account, AccountId, Event, EventFilter, EventKind, Seat, SeatCounts, SeatState, Store, Token, UsernameKey,
};
use educa::store::{SledStore, StoreConfig};
use reqwest::{Client, Response, redirect};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::support::{Database, PASSWORD, Program, Running, Site, location, session};

const KILLS: u64 = 200;
const CLIENTS: usize = 6;

/// What somebody was told before the server died. What they asked for last may have happened or not.
#[derive(Debug, Clone, Default)]
struct Told {
    /// Whether they have a place in each course; nothing while they wait for an answer.
    seats: BTreeMap<u32, Option<bool>>,
    /// The session that they were given, unless they asked to end it.
    session: Option<String>,
}

/// By name.
type AllTold = Arc<Mutex<BTreeMap<String, Told>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_client_was_told_survives_two_hundred_kills() {
    survives(KILLS, Place::Folder).await;
}

/// The same, while another server on the same database lives on, and takes what comes to it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_client_was_told_survives_kills_beside_a_server_that_lives() {
    let Some(database) = Database::make().await else { return };
    survives(KILLS / 4, Place::Database(database)).await;
}

/// Where the records lie.
enum Place {
    Folder,
    Database(Database),
}

impl Place {
    fn serve(&self, program: &Program) -> Running {
        let mut command = program.command(&["serve", "--listen", "127.0.0.1:0", "--no-build"]);
        if let Self::Database(database) = self {
            command.env("EDUCA_STORE_URL", &database.url);
        }
        Running::start(command)
    }

    /// Opens the store that a dead server left.
    fn open(&self, site: &Site) -> Box<dyn Store> {
        match self {
            Self::Folder => {
                let config = StoreConfig { path: site.path(".educa/data"), cache_bytes: 16 * 1024 * 1024 };
                Box::new(SledStore::open(&config).expect("the store opens"))
            }
            Self::Database(database) => Box::new(database.open()),
        }
    }
}

async fn survives(kills: u64, place: Place) {
    let site = Site::smallest().with(
        "content/maths/rings/course.md",
        "+++\nid = 2\ntitle = \"Rings\"\nowner = \"ada\"\n+++\nAll about rings.\n",
    );
    site.build();
    let program = Program::at(site.root());
    let told = AllTold::default();
    let other = matches!(place, Place::Database(_)).then(|| place.serve(&program));
    for kill in 0..kills {
        let server = place.serve(&program);
        let (answer, mut answered) = mpsc::unbounded_channel();
        let mut clients = JoinSet::new();
        for client in 0..CLIENTS {
            let name = format!("person{kill}-{client}");
            // Every third asks both servers in turn.
            let other = other.as_ref().filter(|_| client % 3 == 0).map_or(&server.url, |other| &other.url);
            let urls = [server.url.clone(), other.clone()];
            clients.spawn(live(urls, name, told.clone(), answer.clone()));
        }
        // Different moments of the work, the same in every run: after so many answers, and a little later.
        for _ in 0..1 + kill * 7 % 23 {
            tokio::time::timeout(Duration::from_secs(20), answered.recv()).await.expect("the server answers");
        }
        tokio::time::sleep(Duration::from_micros(kill * 1_373 % 9_000)).await;
        server.kill();
        clients.shutdown().await;
        let told = told.lock().expect("ours").clone();
        // Everybody at the end, and in between whoever was there last.
        let from = if kill + 1 == kills { "" } else { &format!("person{kill}-") };
        check(&*place.open(&site), &told, from).await;
    }
    let told = told.lock().expect("ours");
    assert!(told.len() as u64 > kills, "only {} were told something", told.len());
    let n = |seat| told.values().flat_map(|told| told.seats.values()).filter(|state| **state == Some(seat)).count();
    // How far each gets before the kill is the machine's; on a slow one few have given a place up by then.
    assert!(n(true) as u64 > kills / 4 && n(false) > 0, "{} places and {} given up", n(true), n(false));
}

/// Registers, then enrolls, leaves, signs out and in, until the server is gone; notes what it was told.
async fn live(urls: [String; 2], name: String, told: AllTold, answered: mpsc::UnboundedSender<()>) -> Option<()> {
    let client = client();
    let asked = AtomicUsize::new(0);
    let post = async |path: &str, form: &[(&str, &str)]| {
        let url = &urls[asked.fetch_add(1, Ordering::Relaxed) % 2];
        let answer = client.post(format!("{url}{path}")).form(form).send().await.ok()?;
        let _ = answered.send(());
        Some(answer)
    };
    let note = |change: &dyn Fn(&mut Told)| change(told.lock().expect("ours").entry(name.clone()).or_default());
    let given = |answer: &Response| Some(session(answer));
    let registration = [("username", name.as_str()), ("password1", PASSWORD), ("password2", PASSWORD)];
    let answer = post("/students/register/", &registration).await?;
    assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, "/students/courses/"));
    note(&|told| told.session = given(&answer));
    for turn in 0.. {
        for (course, path, stays) in [
            (1, "/students/enroll-course/", true),
            (2, "/students/enroll-course/", true),
            (1, "/students/leave-course/", false),
        ] {
            note(&|told| told.seats.extend([(course, None)]));
            let answer = post(path, &[("course", &course.to_string())]).await?;
            assert_eq!(answer.status(), 302, "{path}");
            note(&|told| told.seats.extend([(course, Some(stays))]));
        }
        if turn % 3 == 2 {
            note(&|told| told.session = None);
            post("/accounts/logout/", &[]).await?;
            let answer = post("/accounts/login/", &[("username", &name), ("password", PASSWORD)]).await?;
            assert_eq!(location(&answer), "/students/courses/");
            note(&|told| told.session = given(&answer));
        }
    }
    None
}

/// Holds what a dead server left against what people were told and against itself.
async fn check(store: &dyn Store, told: &BTreeMap<String, Told>, from: &str) {
    for (name, told) in told.iter().filter(|(name, _)| name.starts_with(from)) {
        let account = store.account_by_name(&UsernameKey::of(name)).await.expect("read").expect("registered");
        for (course, told) in told.seats.iter().filter_map(|(course, told)| told.map(|told| (course, told))) {
            let seat = store.seat(account.id, CourseId::new(*course).expect("an id")).await.expect("read");
            assert_eq!(seat.is_some(), told, "{name} in course {course}");
        }
        if let Some(token) = &told.session {
            let key = Token::parse(token).expect("a token").key();
            let session = store.session(key).await.expect("read").expect("signed in");
            assert!(store.sessions_of(account.id).await.expect("read").contains(&session), "{name}");
        }
    }
    nothing_by_half(store).await;
}

/// Counters, indexes and the log tell the same story as the records, because each was written with them.
async fn nothing_by_half(store: &dyn Store) {
    let last =
        async || store.events(None, EventFilter::default(), 1).await.expect("read").first().map(|event| event.id);
    loop {
        let before = last().await;
        let story = Story::read(store).await;
        // What a server that lives wrote meanwhile may be in one part of it and not in the other; each write is an event.
        if last().await == before {
            return story.check();
        }
    }
}

/// What a store says of the same things at several places.
struct Story {
    events: Vec<Event>,
    /// With the account that is found by its name.
    accounts: Vec<(Account, Option<Account>)>,
    sessions: u64,
    courses: Vec<InCourse>,
}

struct InCourse {
    id: CourseId,
    people: Vec<(AccountId, Seat)>,
    counts: SeatCounts,
}

impl Story {
    async fn read(store: &dyn Store) -> Self {
        let events = store.events(None, EventFilter::default(), usize::MAX).await.expect("read");
        let (mut accounts, mut sessions, mut courses) = (Vec::new(), 0, Vec::new());
        for account in store.accounts(AccountId(0), usize::MAX).await.expect("read") {
            sessions += store.sessions_of(account.id).await.expect("read").len() as u64;
            let found = store.account_by_name(&account.username.key()).await.expect("read");
            accounts.push((account, found));
        }
        for id in [1, 2].map(|number| CourseId::new(number).expect("an id")) {
            let people = store.people_of(id, AccountId(0), usize::MAX).await.expect("read");
            courses.push(InCourse { id, people, counts: store.seat_counts(id).await.expect("read") });
        }
        Self { events, accounts, sessions, courses }
    }

    fn check(&self) {
        let n = |kind, course: Option<CourseId>| {
            let of_kind = self.events.iter().filter(|event| event.kind == kind);
            of_kind.filter(|event| course.is_none() || event.course == course).count() as u64
        };
        assert_eq!(n(EventKind::Registered, None), self.accounts.len() as u64);
        assert!(self.accounts.iter().all(|(account, found)| found.as_ref() == Some(account)));
        assert_eq!(n(EventKind::SignedIn, None) - n(EventKind::SignedOut, None), self.sessions);
        for InCourse { id, people, counts } in &self.courses {
            assert!(people.iter().all(|(_, seat)| seat.state == SeatState::Enrolled));
            let enrolled = people.len() as u64;
            assert_eq!(*counts, SeatCounts { enrolled, ..SeatCounts::default() });
            let (came, went) = (n(EventKind::Enrolled, Some(*id)), n(EventKind::Left, Some(*id)));
            assert_eq!(came - went, enrolled);
        }
    }
}

fn client() -> Client {
    let client = Client::builder().cookie_store(true).redirect(redirect::Policy::none()).no_proxy();
    client.build().expect("a client")
}
