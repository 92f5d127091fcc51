//! What PostgreSQL adds to the promises of the store: several processes share a school, and a database that goes away
//! comes back. Each `PostgresStore` here is what a process has of its own: its connections and its committer.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use educa::course::{CourseId, EnrollmentPolicy};
use educa::school::{
    AccountId, Accounts as _, Added, Backing, Enrolling, Enrollments as _, EventFilter, EventId, EventKind,
    Events as _, Letter, Letters as _, Mailer, MailerError, Message, MessageText, Messages as _, NewAccount, Origin,
    PasswordHash, Role, School, SeatState, Store, SystemClock, Upkeep as _, Verdict,
};
use educa::store::{OpenError, PostgresStore};
use jiff::Timestamp;
use tokio::task::JoinSet;

use crate::support::{Cluster, Database};

fn origin() -> Origin {
    Origin { at: Timestamp::from_second(1_800_000_000).expect("a time"), by: None, address: None }
}

fn course(number: u32) -> CourseId {
    CourseId::new(number).expect("an id")
}

fn new_account(name: &str) -> NewAccount {
    NewAccount {
        username: name.parse().expect("a name"),
        email: None,
        email_confirmed: false,
        active: true,
        role: Role::Student,
        password: PasswordHash("hash".into()),
        created: origin().at,
    }
}

async fn register(store: &dyn Store, name: &str) -> AccountId {
    match store.add_account(new_account(name), origin()).await.expect("stored") {
        Added::New(account) => account.id,
        Added::Existing(account) => panic!("{name} was taken by account {}", account.id),
    }
}

/// Two processes on one database, that were started in the same moment.
async fn two(database: &Database) -> [Arc<PostgresStore>; 2] {
    let config = database.config();
    let open = || {
        let config = config.clone();
        tokio::task::spawn_blocking(move || Arc::new(PostgresStore::open(&config).expect("the store opens")))
    };
    let (first, second) = tokio::join!(open(), open());
    [first.expect("opened"), second.expect("opened")]
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_writers_of_each_process_leave_no_gap_and_meet_nowhere() {
    let Some(database) = Database::make().await else { return };
    let stores = two(&database).await;
    let mut writers = JoinSet::new();
    for writer in 0..128_usize {
        let store = stores[writer % 2].clone();
        writers.spawn(async move {
            let account = register(&*store, &format!("writer{writer}")).await;
            let text = MessageText::parse("Hello").expect("a message");
            let mut messages = Vec::new();
            for _ in 0..5 {
                messages.push(
                    store
                        .add_message(course(1), account, text.clone(), origin().at)
                        .await
                        .expect("stored")
                        .expect("they may"),
                );
            }
            (account.0, messages)
        });
    }
    let (accounts, messages): (Vec<_>, Vec<Vec<Message>>) = writers.join_all().await.into_iter().unzip();
    assert_eq!(BTreeSet::from_iter(accounts), BTreeSet::from_iter(1..=128));
    let ids = messages.iter().flatten().map(|message| message.id);
    assert_eq!(BTreeSet::from_iter(ids), BTreeSet::from_iter(1..=640));
    assert!(messages.iter().all(|own| own.is_sorted_by_key(|message| message.id)), "a later one has a higher number");
    for store in &stores {
        let events = store.events(None, EventFilter::default(), usize::MAX).await.expect("read");
        let ids: Vec<_> = events.iter().rev().map(|event| event.id.0).collect();
        assert_eq!(ids, Vec::from_iter(1..=128), "both read the same");
        let work = store.work();
        assert!(work.writes == 64 * 6 && work.flushes < work.writes / 2, "{work:?}: they share transactions");
    }
}

/// Sockets on other processes end because somebody follows the log: an event that is seen after a later one would be missed.
#[tokio::test(flavor = "multi_thread")]
async fn who_follows_the_log_of_events_misses_none_however_many_write() {
    const N_WRITERS: u64 = 32;
    const N_EACH: u64 = 20;
    let Some(database) = Database::make().await else { return };
    let stores = two(&database).await;
    let mut writers = JoinSet::new();
    for writer in 0..N_WRITERS as usize {
        let store = stores[writer % 2].clone();
        writers.spawn(async move {
            for _ in 0..N_EACH {
                store.add_event(EventKind::SignInFailed, None, None, origin()).await.expect("stored");
            }
        });
    }
    let (mut last, mut n_looks) = (0, 0);
    while last < N_WRITERS * N_EACH {
        let events = stores[0].events_after(EventId(last), 50).await.expect("read");
        for event in events {
            assert_eq!(event.id.0, last + 1, "in order, without gaps, whenever it is looked");
            last = event.id.0;
        }
        n_looks += 1;
    }
    writers.join_all().await;
    assert!(n_looks > 20, "it was looked {n_looks} times while they wrote");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_seats_are_given_ten_times_however_many_ask_through_both() {
    let Some(database) = Database::make().await else { return };
    let stores = two(&database).await;
    let policy = EnrollmentPolicy { capacity: Some(10), ..EnrollmentPolicy::default() };
    let mut students = JoinSet::new();
    for student in 0..200_usize {
        let (store, policy) = (stores[student % 2].clone(), policy.clone());
        students.spawn(async move {
            let account = register(&*store, &format!("student{student}")).await;
            let enrolling = Enrolling { account, course: course(1), policy, backing: Backing::None };
            let verdict = store.enroll(enrolling, origin()).await.expect("answered");
            matches!(verdict, Verdict::Give(SeatState::Enrolled))
        });
    }
    let seats = students.join_all().await.into_iter().filter(|has_seat| *has_seat).count();
    assert_eq!(seats, 10);
    for store in &stores {
        let counts = store.seat_counts(course(1)).await.expect("read");
        assert_eq!(counts.enrolled, 10);
        let people = store.people_of(course(1), AccountId(0), usize::MAX).await.expect("read");
        assert_eq!(people.iter().filter(|(_, seat)| seat.state == SeatState::Enrolled).count(), 10);
    }
}

/// Who is next is found ticket by ticket, so this write reads what no other round trip could have fetched before.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_may_follow_a_long_chain_of_reads() {
    let Some(database) = Database::make().await else { return };
    let store = database.open();
    let policy = EnrollmentPolicy { capacity: Some(1), ..EnrollmentPolicy::default() };
    let mut accounts = Vec::new();
    for number in 0..20 {
        let account = register(&store, &format!("student{number}")).await;
        let enrolling = Enrolling { account, course: course(1), policy: policy.clone(), backing: Backing::None };
        let verdict = store.enroll(enrolling, origin()).await.expect("answered");
        assert!(matches!(verdict, Verdict::Give(_)), "{verdict:?}");
        accounts.push(account);
    }
    let leave = async |account| store.leave(account, course(1), policy.clone(), origin()).await.expect("answered");
    for account in &accounts[1..19] {
        assert!(leave(*account).await.followed_by.is_empty());
    }
    assert_eq!(leave(accounts[0]).await.followed_by, [accounts[19]]);
}

/// Counts what it takes, slowly.
#[derive(Default)]
struct Counting(std::sync::Mutex<Vec<String>>);

#[async_trait::async_trait]
impl Mailer for Counting {
    async fn send(&self, letter: &Letter) -> Result<(), MailerError> {
        tokio::time::sleep(Duration::from_millis(5)).await;
        self.0.lock().expect("ours").push(letter.subject.clone());
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_deliver_at_once_send_each_letter_once() {
    let Some(database) = Database::make().await else { return };
    let stores = two(&database).await;
    for number in 0..30 {
        let subject = format!("letter {number}");
        let to = "ada@example.org".parse().expect("an address");
        let letter = Letter { to, subject, text: String::new(), html: None };
        stores[number % 2].add_letter(letter, Timestamp::UNIX_EPOCH).await.expect("queued");
    }
    let schools = stores.map(|store| School::new(store, Arc::new(SystemClock)).expect("a school"));
    let mailer = Counting::default();
    let (first, second) = tokio::join!(schools[0].deliver(&mailer), schools[1].deliver(&mailer));
    assert_eq!(first.expect("delivered").sent + second.expect("delivered").sent, 30);
    let mut sent = mailer.0.into_inner().expect("ours");
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), 30);
}

/// As when a firewall forgets them, or an operator ends them.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_notices_that_idle_connections_were_ended() {
    let Some(database) = Database::make().await else { return };
    let store = database.open();
    let ada = register(&store, "ada").await;
    store.account(ada).await.expect("read");
    let client = database.client().await;
    for turn in 0..5 {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'educa' AND datname = current_database()";
        let ended = client.query(end, &[]).await.expect("ended");
        assert!(!ended.is_empty(), "there are some");
        if turn % 2 == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(store.account(ada).await.expect("read").is_some());
        register(&store, &format!("ben{turn}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_never_comes_is_given_up() {
    let Some(database) = Database::make().await else { return };
    let store = database.open();
    let client = database.client().await;
    let schema = "SELECT relnamespace::int8 FROM pg_class WHERE relname = 'educa_records'";
    let schema: i64 = client.query_one(schema, &[]).await.expect("there").get(0);
    let lock = 0x6564_7500_0000_0000 + schema;
    client.execute("SELECT pg_advisory_lock($1)", &[&lock]).await.expect("locked");
    let began = Instant::now();
    let error = store.add_account(new_account("ada"), origin()).await.expect_err("it is not our turn");
    assert!(error.to_string().contains("statement timeout"), "{error}");
    assert!((8..14).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    assert!(store.account_by_name(&educa::school::UsernameKey::of("ada")).await.expect("read").is_none());
    client.execute("SELECT pg_advisory_unlock($1)", &[&lock]).await.expect("unlocked");
    register(&store, "ada").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_format_stops_writers_that_are_there_and_those_that_come() {
    let Some(database) = Database::make().await else { return };
    let store = database.open();
    register(&store, "ada").await;
    let client = database.client().await;
    let newer = "UPDATE educa_records SET record = '\\x00000000000003e7' WHERE tree = 'meta' AND key = 'version'";
    assert_eq!(client.execute(newer, &[]).await.expect("written"), 1);
    let error = store.add_account(new_account("ben"), origin()).await.expect_err("it would be misunderstood");
    assert!(error.to_string().contains("another version of educa changed the format"), "{error}");
    let error = PostgresStore::open(&database.config()).expect_err("it is newer");
    assert!(matches!(error, OpenError::Newer { found: 999, .. }), "{error}");
    assert!(error.to_string().contains(" 127.0.0.1") || error.to_string().contains("@127.0.0.1"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_format_is_migrated_when_the_store_is_opened() {
    let Some(database) = Database::make().await else { return };
    let store = database.open();
    let ada = register(&store, "ada").await;
    let enrolling =
        Enrolling { account: ada, course: course(1), policy: EnrollmentPolicy::default(), backing: Backing::None };
    store.enroll(enrolling, origin()).await.expect("enrolled");
    drop(store);
    let client = database.client().await;
    let older = "UPDATE educa_records SET record = '\\x0000000000000001' WHERE tree = 'meta' AND key = 'version'; \
                 DELETE FROM educa_records WHERE tree IN ('looks', 'people', 'tallies')";
    client.batch_execute(older).await.expect("written");
    let store = database.open();
    assert_eq!(store.seat_counts(course(1)).await.expect("read").enrolled, 1);
    assert_eq!(store.people_of(course(1), AccountId(0), 9).await.expect("read").len(), 1);
    assert!(matches!(store.add_account(new_account("Ada"), origin()).await, Ok(Added::Existing(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relation_of_somebody_else_and_records_without_a_version_are_left_alone() {
    let Some(database) = Database::make().await else { return };
    let client = database.client().await;
    client.batch_execute("CREATE TABLE educa_records (id bigint, words text)").await.expect("made");
    let error = PostgresStore::open(&database.config()).expect_err("it is somebody else's");
    assert!(error.to_string().contains("id bigint, words text"), "{error}");
    client.batch_execute("DROP TABLE educa_records").await.expect("gone");
    drop(database.open());
    let lost = "DELETE FROM educa_records; INSERT INTO educa_records VALUES ('accounts', 'x', 'y')";
    client.batch_execute(lost).await.expect("changed");
    assert!(matches!(PostgresStore::open(&database.config()), Err(OpenError::Damaged { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_schools_in_two_schemas_know_nothing_of_each_other() {
    let Some(database) = Database::make().await else { return };
    let client = database.client().await;
    client.batch_execute("CREATE SCHEMA north; CREATE SCHEMA south").await.expect("made");
    let open = |schema: &str| {
        let url = format!("{}?options=-c%20search_path%3D{schema}", database.url);
        PostgresStore::open(&url.parse().expect("an address")).expect("the store opens")
    };
    let (north, south) = (open("north"), open("south"));
    assert_eq!((register(&north, "ada").await, register(&south, "ada").await), (AccountId(1), AccountId(1)));
    assert!(north.size().await.expect("read") > 8_192);
}

/// What writers were told while the database went away and came back, twice: as an operator stops it, and as a power loss does.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stops_and_starts_loses_nothing_that_was_answered() {
    let Some(cluster) = Cluster::start().await else { return };
    let open = || Arc::new(PostgresStore::open(&cluster.url.parse().expect("an address")).expect("the store opens"));
    let stores = [open(), open()];
    let stop = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for writer in 0..16_usize {
        let (store, stop) = (stores[writer % 2].clone(), stop.clone());
        writers.spawn(async move {
            let (mut told, mut failed) = (Vec::new(), 0);
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let name = format!("w{writer}n{number}");
                match store.add_account(new_account(&name), origin()).await {
                    Ok(added) => told.push((name, added)),
                    Err(_) => {
                        failed += 1;
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
            }
            (told, failed)
        });
    }
    for way in ["stop", "kill"] {
        tokio::time::sleep(Duration::from_secs(1)).await;
        cluster.tell(way);
        let began = Instant::now();
        let error = stores[0].account(AccountId(1)).await.expect_err("it is gone");
        assert!(began.elapsed() < Duration::from_secs(1) && error.to_string().contains("database"), "{error}");
        tokio::time::sleep(Duration::from_millis(500)).await;
        cluster.tell("start");
        tokio::time::timeout(Duration::from_secs(8), async {
            while stores[0].add_event(EventKind::SignInFailed, None, None, origin()).await.is_err()
                || stores[1].account(AccountId(1)).await.is_err()
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        })
        .await
        .expect("both go on by themselves");
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop.store(true, Ordering::Relaxed);
    let (mut n_told, mut ids) = (0, BTreeSet::new());
    for (told, failed) in writers.join_all().await {
        assert!(failed > 0 && told.len() > 10, "{failed} failed, {} were told", told.len());
        for (name, added) in told {
            let Added::New(account) = added else { panic!("{name} was there already") };
            assert_eq!(stores[0].account(account.id).await.expect("read"), Some(account.clone()), "{name}");
            assert!(ids.insert(account.id), "each has an id of their own");
            n_told += 1;
        }
    }
    let accounts = stores[1].accounts(AccountId(0), usize::MAX).await.expect("read");
    assert!(accounts.len() >= n_told);
    assert!(accounts.iter().map(|account| account.id.0).eq(1..=accounts.len() as u64), "no gaps");
}
