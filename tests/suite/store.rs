//! The promises of the port `Store`, each written once and kept by every carrier; then those of the store on disk.
//!
//! A new carrier joins by one more module below that opens it: `promises!` runs the same list on it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use educa::course::CourseId;
use educa::school::{
    Account, AccountId, Accounts as _, Added, Enrollments as _, Found, Message, MessageText, Messages as _, NewAccount,
    PasswordHash, Role, Session, SessionKey, Sessions as _, Store, UsernameKey,
};
use educa::store::{MemoryStore, OpenError, SledStore, StoreConfig};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::task::JoinSet;

type AnyStore = Arc<dyn Store>;

/// One test for each promise, on the store that `open()` of the surrounding module opens.
macro_rules! promises {
    ($($promise:ident),+ $(,)?) => {
        /// On disk.
        mod on_sled {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                let folder = tempfile::tempdir().expect("a folder");
                super::$promise(std::sync::Arc::new(super::open(folder.path()))).await;
            })+
        }
        /// In memory.
        mod in_memory {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                super::$promise(std::sync::Arc::new(super::MemoryStore::new())).await;
            })+
        }
    };
}

promises![
    an_account_is_found_by_id_and_by_name,
    a_name_is_taken_whatever_its_case,
    one_of_many_registrations_of_a_name_wins,
    accounts_are_listed_by_id_and_ids_are_never_given_twice,
    a_password_change_raises_the_generation,
    a_session_lasts_until_it_is_removed,
    the_sweep_takes_what_expired_and_nothing_else,
    a_sweep_and_writers_do_not_disturb_each_other,
    enrolling_twice_keeps_the_first_time,
    one_of_many_enrollments_wins,
    an_enrollment_ends,
    enrollments_are_listed_by_course,
    messages_are_numbered_from_one_without_gaps,
    messages_of_many_writers_are_numbered_without_gaps,
    the_last_messages_come_oldest_first,
    times_are_kept_to_the_microsecond,
];

// — what the tests are made of —

fn open(path: &Path) -> SledStore {
    SledStore::open(&config(path)).expect("the store opens")
}

fn config(path: &Path) -> StoreConfig {
    StoreConfig { path: path.join("data"), cache_bytes: 8 * 1024 * 1024 }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a time")
}

fn course(number: u32) -> CourseId {
    CourseId::new(number).expect("an id")
}

fn text(text: &str) -> MessageText {
    MessageText::parse(text).expect("a message")
}

fn new_account(name: &str) -> NewAccount {
    NewAccount {
        username: name.parse().expect("a name"),
        email: Some("ada@example.org".parse().expect("an address")),
        role: Role::Instructor,
        password: PasswordHash("first".into()),
        created: at(0),
    }
}

fn session(number: u32, expires: Timestamp) -> Session {
    let key = SessionKey(*educa::digest::Digest::of(&number.to_be_bytes()).as_bytes());
    Session { key, account: AccountId(1), generation: 2, expires }
}

async fn register(store: &dyn Store, name: &str) -> Account {
    match store.add_account(new_account(name)).await.expect("stored") {
        Added::New(account) => account,
        Added::Existing(account) => panic!("{name} was taken by account {}", account.id),
    }
}

/// Does something on `n` tasks at once, and gathers what they return.
async fn at_once<T, F>(store: &AnyStore, n: u32, act: impl Fn(AnyStore, u32) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for number in 0..n {
        tasks.spawn(act(Arc::clone(store), number));
    }
    tasks.join_all().await
}

// — promises about accounts —

async fn an_account_is_found_by_id_and_by_name(store: AnyStore) {
    let ada = register(&*store, "Ada").await;
    let ben = register(&*store, "ben").await;
    assert_eq!(ada.username.as_str(), "Ada");
    assert_eq!((ada.role, ada.created, ada.generation), (Role::Instructor, at(0), 0));
    assert_eq!(ada.email, new_account("Ada").email);
    assert_eq!(store.account(ada.id).await.expect("read"), Some(ada.clone()));
    assert_eq!(store.account_by_name(&UsernameKey::of("aDA")).await.expect("read"), Some(ada.clone()));
    assert_eq!(store.account_by_name(&UsernameKey::of("ben")).await.expect("read"), Some(ben));
    for name in ["", "ad", "adas", "ada ada", &"a".repeat(100_000)] {
        assert_eq!(store.account_by_name(&UsernameKey::of(name)).await.expect("read"), None);
    }
    assert_eq!(store.account(AccountId(0)).await.expect("read"), None);
    assert_eq!(store.account(AccountId(u64::MAX)).await.expect("read"), None);
}

async fn a_name_is_taken_whatever_its_case(store: AnyStore) {
    let first = register(&*store, "Straße").await;
    for name in ["straße", "STRASSE", "Straße"] {
        let other = NewAccount { password: PasswordHash("other".into()), ..new_account(name) };
        assert_eq!(store.add_account(other).await.expect("answered"), Added::Existing(first.clone()), "{name}");
    }
    assert_eq!(store.accounts().await.expect("read"), [first]);
}

async fn one_of_many_registrations_of_a_name_wins(store: AnyStore) {
    let added = at_once(&store, 64, |store, number| async move {
        let name = if number % 2 == 0 { "Grace" } else { "gRACE" };
        store.add_account(new_account(name)).await.expect("answered")
    })
    .await;
    let n_new = added.iter().filter(|added| matches!(added, Added::New(_))).count();
    assert_eq!(n_new, 1);
    let accounts = store.accounts().await.expect("read");
    assert_eq!(accounts.len(), 1);
    for added in added {
        let (Added::New(account) | Added::Existing(account)) = added;
        assert_eq!(account, accounts[0]);
    }
}

async fn accounts_are_listed_by_id_and_ids_are_never_given_twice(store: AnyStore) {
    let mut last = AccountId(0);
    for number in 0..20 {
        let account = register(&*store, &format!("one{number}")).await;
        // A name that is taken uses up no id that somebody else got.
        store.add_account(new_account("one0")).await.expect("answered");
        assert!(account.id > last);
        last = account.id;
    }
    let many = at_once(&store, 64, |store, number| async move { register(&*store, &format!("many{number}")).await.id });
    let many: BTreeSet<_> = many.await.into_iter().collect();
    assert_eq!(many.len(), 64);
    assert!(many.first().is_some_and(|first| *first > last));
    let listed: Vec<_> = store.accounts().await.expect("read").iter().map(|account| account.id).collect();
    assert!(listed.is_sorted());
    assert_eq!(listed.len(), 84);
}

async fn a_password_change_raises_the_generation(store: AnyStore) {
    let ada = register(&*store, "ada").await;
    let ben = register(&*store, "ben").await;
    let second = PasswordHash("second".into());
    assert_eq!(store.set_password(ada.id, second.clone()).await.expect("stored"), Found::Yes);
    let changed = Account { password: second, generation: ada.generation + 1, ..ada.clone() };
    assert_eq!(store.account(ada.id).await.expect("read"), Some(changed));
    assert_eq!(store.account(ben.id).await.expect("read"), Some(ben));
    assert_eq!(store.set_password(AccountId(99), PasswordHash("x".into())).await.expect("answered"), Found::No);
    at_once(&store, 32, move |store, _| async move { store.set_password(ada.id, PasswordHash("x".into())).await })
        .await;
    let generation = store.account(ada.id).await.expect("read").map(|account| account.generation);
    assert_eq!(generation, Some(ada.generation + 33));
}

// — promises about sessions —

async fn a_session_lasts_until_it_is_removed(store: AnyStore) {
    let (one, two) = (session(1, at(10)), session(2, at(20)));
    store.add_session(one.clone()).await.expect("stored");
    store.add_session(two.clone()).await.expect("stored");
    assert_eq!(store.session(one.key).await.expect("read"), Some(one.clone()));
    assert_eq!(store.remove_session(one.key).await.expect("removed"), Found::Yes);
    assert_eq!(store.remove_session(one.key).await.expect("answered"), Found::No);
    assert_eq!(store.session(one.key).await.expect("read"), None);
    assert_eq!(store.session(two.key).await.expect("read"), Some(two));
}

async fn the_sweep_takes_what_expired_and_nothing_else(store: AnyStore) {
    assert_eq!(store.remove_expired_sessions(at(0)).await.expect("swept"), 0);
    at_once(&store, 1_500, |store, number| async move {
        store.add_session(session(number, at(i64::from(number % 3)))).await.expect("stored");
    })
    .await;
    assert_eq!(store.remove_expired_sessions(at(1)).await.expect("swept"), 1_000);
    assert_eq!(store.remove_expired_sessions(at(1)).await.expect("swept"), 0);
    for number in 0..30 {
        let kept = store.session(session(number, at(0)).key).await.expect("read");
        assert_eq!(kept.is_some(), number % 3 == 2, "session {number}");
    }
}

async fn a_sweep_and_writers_do_not_disturb_each_other(store: AnyStore) {
    let removed = at_once(&store, 200, |store, number| async move {
        store.add_session(session(number, at(i64::from(number % 2)))).await.expect("stored");
        store.remove_expired_sessions(at(0)).await.expect("swept")
    })
    .await;
    assert_eq!(removed.iter().sum::<usize>(), 100, "each expired session was removed, and counted, once");
    for number in 0..200 {
        let kept = store.session(session(number, at(0)).key).await.expect("read");
        assert_eq!(kept.is_some(), number % 2 == 1, "session {number}");
    }
}

// — promises about enrollments —

async fn enrolling_twice_keeps_the_first_time(store: AnyStore) {
    let ada = AccountId(1);
    assert_eq!(store.enrollment(ada, course(7)).await.expect("read"), None);
    assert_eq!(store.add_enrollment(ada, course(7), at(1)).await.expect("stored"), Added::New(at(1)));
    assert_eq!(store.add_enrollment(ada, course(7), at(2)).await.expect("answered"), Added::Existing(at(1)));
    assert_eq!(store.enrollment(ada, course(7)).await.expect("read"), Some(at(1)));
    assert_eq!(store.enrollment(AccountId(2), course(7)).await.expect("read"), None);
    assert_eq!(store.enrollment(ada, course(8)).await.expect("read"), None);
}

async fn one_of_many_enrollments_wins(store: AnyStore) {
    let added = at_once(&store, 64, |store, number| async move {
        store.add_enrollment(AccountId(1), course(7), at(i64::from(number))).await.expect("answered")
    })
    .await;
    let new: Vec<_> = added.iter().filter(|added| matches!(added, Added::New(_))).collect();
    assert_eq!(new.len(), 1);
    let kept = store.enrollment(AccountId(1), course(7)).await.expect("read").expect("enrolled");
    for added in &added {
        let (Added::New(first) | Added::Existing(first)) = added;
        assert_eq!(*first, kept);
    }
}

async fn an_enrollment_ends(store: AnyStore) {
    let ada = AccountId(1);
    store.add_enrollment(ada, course(7), at(1)).await.expect("stored");
    store.add_enrollment(ada, course(8), at(1)).await.expect("stored");
    assert_eq!(store.remove_enrollment(ada, course(7)).await.expect("removed"), Found::Yes);
    assert_eq!(store.remove_enrollment(ada, course(7)).await.expect("answered"), Found::No);
    assert_eq!(store.enrollments_of(ada).await.expect("read"), [(course(8), at(1))]);
    assert_eq!(store.add_enrollment(ada, course(7), at(9)).await.expect("stored"), Added::New(at(9)));
}

async fn enrollments_are_listed_by_course(store: AnyStore) {
    for number in [70_000, 2, 256, 255, u32::MAX, 1] {
        store.add_enrollment(AccountId(256), course(number), at(i64::from(number % 10))).await.expect("stored");
    }
    for neighbour in [255, 257, 1, u64::MAX] {
        store.add_enrollment(AccountId(neighbour), course(3), at(0)).await.expect("stored");
    }
    let listed = store.enrollments_of(AccountId(256)).await.expect("read");
    let expected = [1, 2, 255, 256, 70_000, u32::MAX].map(|number| (course(number), at(i64::from(number % 10))));
    assert_eq!(listed, expected);
    assert_eq!(store.enrollments_of(AccountId(2)).await.expect("read"), []);
}

// — promises about messages —

async fn messages_are_numbered_from_one_without_gaps(store: AnyStore) {
    for id in 1..=5 {
        let message = store.add_message(course(1), AccountId(3), text("hello"), at(1)).await.expect("stored");
        let expected = Message { id, author: AccountId(3), text: text("hello"), at: at(1) };
        assert_eq!(message, expected);
    }
    let other = store.add_message(course(2), AccountId(3), text("another room"), at(0)).await.expect("stored");
    assert_eq!(other.id, 1);
}

async fn messages_of_many_writers_are_numbered_without_gaps(store: AnyStore) {
    let added = at_once(&store, 128, |store, number| async move {
        let room = course(1 + number % 2);
        let said = store.add_message(room, AccountId(3), text(&format!("{number}")), at(0)).await.expect("stored");
        (room, said)
    })
    .await;
    let mut rooms: BTreeMap<CourseId, BTreeMap<u64, Message>> = BTreeMap::new();
    for (room, message) in added {
        rooms.entry(room).or_default().insert(message.id, message);
    }
    for (room, messages) in rooms {
        assert!(messages.keys().copied().eq(1..=64), "room {room}");
        let listed = store.last_messages(room, 1_000).await.expect("read");
        assert!(listed.iter().eq(messages.values()), "room {room}");
    }
}

async fn the_last_messages_come_oldest_first(store: AnyStore) {
    for number in 1..=300 {
        store.add_message(course(2), AccountId(1), text(&format!("{number}")), at(number)).await.expect("stored");
    }
    for room in [1, 3] {
        store.add_message(course(room), AccountId(1), text("next door"), at(0)).await.expect("stored");
    }
    let ids = |messages: Vec<Message>| messages.iter().map(|message| message.id).collect::<Vec<_>>();
    assert_eq!(ids(store.last_messages(course(2), 3).await.expect("read")), [298, 299, 300]);
    assert_eq!(ids(store.last_messages(course(2), 1_000).await.expect("read")), (1..=300).collect::<Vec<_>>());
    assert_eq!(ids(store.last_messages(course(2), 0).await.expect("read")), Vec::<u64>::new());
    assert_eq!(ids(store.last_messages(course(4), 3).await.expect("read")), Vec::<u64>::new());
}

// — promises about time —

async fn times_are_kept_to_the_microsecond(store: AnyStore) {
    let fine: Timestamp = "2026-02-03T04:05:06.123456789Z".parse().expect("a time");
    let kept: Timestamp = "2026-02-03T04:05:06.123456Z".parse().expect("a time");
    let account = store.add_account(NewAccount { created: fine, ..new_account("ada") }).await.expect("stored");
    assert!(matches!(account, Added::New(account) if account.created == kept));
    assert_eq!(store.accounts().await.expect("read")[0].created, kept);
    assert_eq!(store.add_enrollment(AccountId(1), course(1), fine).await.expect("stored"), Added::New(kept));
    assert_eq!(store.enrollment(AccountId(1), course(1)).await.expect("read"), Some(kept));
    let message = store.add_message(course(1), AccountId(1), text("now"), fine).await.expect("stored");
    assert_eq!(store.last_messages(course(1), 1).await.expect("read"), std::slice::from_ref(&message));
    assert_eq!(message.at, kept);
    store.add_session(session(1, fine)).await.expect("stored");
    assert_eq!(store.session(session(1, fine).key).await.expect("read"), Some(session(1, kept)));
}

// — the store on disk —

/// Every file of the store with its bytes.
fn bytes_of(folder: &TempDir) -> BTreeMap<String, Vec<u8>> {
    let (entries, problems) = educa::disk::list_files(folder.path()).expect("listed");
    assert!(problems.is_empty(), "{problems:?}");
    let read = |path: &Path| (path.display().to_string(), educa::disk::read(path).expect("read"));
    entries.iter().map(|entry| read(&entry.path)).collect()
}

/// A folder with a store that holds one enrollment, closed.
async fn closed_store() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    open(folder.path()).add_enrollment(AccountId(1), course(7), at(1)).await.expect("stored");
    folder
}

#[tokio::test]
async fn everything_is_there_after_reopening() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let ada = register(&store, "Ada").await;
    store.set_password(ada.id, PasswordHash("second".into())).await.expect("stored");
    store.add_session(session(1, at(5))).await.expect("stored");
    store.add_enrollment(ada.id, course(7), at(1)).await.expect("stored");
    store.add_enrollment(ada.id, course(8), at(2)).await.expect("stored");
    store.remove_enrollment(ada.id, course(8)).await.expect("removed");
    let said = store.add_message(course(7), ada.id, text("hello"), at(3)).await.expect("stored");
    let ada = store.account(ada.id).await.expect("read").expect("there");
    drop(store);
    for turn in 0..5 {
        let store = open(folder.path());
        assert_eq!(store.account_by_name(&UsernameKey::of("ADA")).await.expect("read"), Some(ada.clone()));
        assert_eq!(store.session(session(1, at(5)).key).await.expect("read"), Some(session(1, at(5))));
        assert_eq!(store.enrollments_of(ada.id).await.expect("read"), [(course(7), at(1))]);
        assert_eq!(store.last_messages(course(7), 10).await.expect("read")[0], said);
        let next = register(&store, &format!("ben{turn}")).await;
        assert_eq!(next.id, AccountId(ada.id.0 + 1 + turn));
        assert_eq!(store.add_message(course(7), ada.id, text("again"), at(4)).await.expect("stored").id, 2 + turn);
    }
}

#[tokio::test]
async fn a_folder_has_one_store_at_a_time() {
    let folder = closed_store().await;
    let store = open(folder.path());
    let error = SledStore::open(&config(folder.path())).expect_err("it is open already");
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
    let message = error.to_string();
    assert!(message.contains("data") && message.contains("stop") && message.contains("--data"), "{message}");
    store.add_enrollment(AccountId(1), course(8), at(1)).await.expect("the first one works on");
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused_and_left_as_it_is() {
    let folder = closed_store().await;
    let marker = folder.path().join("data/format");
    educa::disk::write(&marker, b"educa store, format 7, in colour\n").expect("written");
    // A torn snapshot is left as well: it is the newer version's to remove.
    educa::disk::write(&folder.path().join("data/snap.FFFFFFFFFFFFFFFF.generating"), b"torn").expect("written");
    let before = bytes_of(&folder);
    let error = SledStore::open(&config(folder.path())).expect_err("it is newer");
    assert!(matches!(error, OpenError::Newer { found: 7, known: 1, .. }), "{error}");
    assert!(error.to_string().contains("format 7"), "{error}");
    assert_eq!(bytes_of(&folder), before);
}

#[tokio::test]
async fn a_folder_of_something_else_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    educa::disk::write(&folder.path().join("data/thesis.txt"), b"years of work").expect("written");
    let before = bytes_of(&folder);
    let error = SledStore::open(&config(folder.path())).expect_err("it is no store");
    assert!(matches!(error, OpenError::NotAStore { .. }), "{error}");
    assert_eq!(bytes_of(&folder), before);
}

#[tokio::test]
async fn a_store_that_lost_its_records_is_not_begun_again() {
    let folder = closed_store().await;
    educa::disk::remove_file(&folder.path().join("data/db")).expect("removed");
    let before = bytes_of(&folder);
    let error = SledStore::open(&config(folder.path())).expect_err("its records are gone");
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    assert_eq!(bytes_of(&folder), before);
}

#[tokio::test]
async fn a_snapshot_that_was_torn_does_not_prevent_opening() {
    let folder = closed_store().await;
    for bytes in [&b""[..], b"torn by a power loss"] {
        let torn = folder.path().join("data/snap.FFFFFFFFFFFFFFFF.generating");
        educa::disk::write(&torn, bytes).expect("written");
        let store = open(folder.path());
        assert_eq!(store.enrollment(AccountId(1), course(7)).await.expect("read"), Some(at(1)));
        assert!(!educa::disk::exists(&torn));
    }
}

#[tokio::test]
async fn a_store_whose_making_was_interrupted_is_finished() {
    for unfinished in [&b""[..], b"educa store, format 1, unfinished\n"] {
        // Cut off before the records were made, and after.
        let empty = tempfile::tempdir().expect("a folder");
        educa::disk::write(&empty.path().join("data/format"), unfinished).expect("written");
        register(&open(empty.path()), "ada").await;
        let full = closed_store().await;
        educa::disk::write(&full.path().join("data/format"), unfinished).expect("written");
        let store = open(full.path());
        assert_eq!(store.enrollment(AccountId(1), course(7)).await.expect("read"), Some(at(1)));
    }
}

#[tokio::test]
async fn writers_who_wait_together_share_flushes() {
    let folder = tempfile::tempdir().expect("a folder");
    let sled = Arc::new(open(folder.path()));
    let before = sled.flushes();
    let store: AnyStore = sled.clone();
    at_once(&store, 64, |store, number| async move {
        store.add_enrollment(AccountId(u64::from(number)), course(7), at(1)).await.expect("stored");
    })
    .await;
    let n_flushes = sled.flushes() - before;
    assert!((1..=16).contains(&n_flushes), "{n_flushes} flushes for 64 enrollments");
}
