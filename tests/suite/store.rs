//! The promises of the port `Store`, each written once and kept by every carrier; then those of the store on disk.
//!
//! A new carrier joins by one more module below that opens it: `promises!` runs the same list on it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use educa::course::{Admission, CourseId, EnrollmentPolicy};
use educa::school::{
    Account, AccountId, Accounts as _, Added, ApiToken, Backing, Content, Device, EmailKey, Enrolling,
    Enrollments as _, EventFilter, EventId, EventKind, Found, Left, Letter, Link, MAX_TOKENS, Mark, Marking, Message,
    MessageText, Messages as _, Muted, NewAccount, NextKeys, Origin, PasswordHash, Progress, Purpose, Refusal, Renewed,
    Role, Seat, SeatCounts, SeatState, Session, Sessions as _, Store, TokenKey, TooManyTokens, Upkeep as _,
    UsernameKey, Verdict,
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
        /// In a database.
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $promise() {
                let Some(database) = crate::support::Database::make().await else { return };
                super::$promise(std::sync::Arc::new(database.open())).await;
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
    a_name_is_taken_by_its_look,
    one_of_many_registrations_of_a_name_wins,
    accounts_are_listed_by_id_and_ids_are_never_given_twice,
    a_password_change_raises_the_generation,
    an_account_is_disabled_and_enabled,
    sessions_of_many_accounts_end_at_once,
    a_session_lasts_until_it_is_removed,
    tokens_follow_each_other_and_end,
    an_account_has_only_so_many_tokens,
    of_many_refreshes_at_once_the_first_wins_and_the_family_ends,
    the_sweep_takes_what_expired_and_nothing_else,
    a_sweep_and_writers_do_not_disturb_each_other,
    enrolling_twice_keeps_the_first_time,
    one_of_many_enrollments_wins,
    an_enrollment_ends,
    enrollments_are_listed_by_course_and_by_account,
    a_module_is_done_once_and_stays_done_when_its_course_is_left,
    modules_that_are_done_at_once_are_all_done,
    a_capacity_holds_however_many_ask_at_once,
    a_free_place_goes_to_who_waits_longest,
    a_request_waits_for_its_approval,
    an_invitation_lets_one_in,
    prerequisites_are_seats,
    a_password_is_reset_once_and_in_time,
    an_address_is_confirmed_for_one_account,
    letters_wait_until_they_are_taken,
    what_happens_is_logged_in_order,
    every_write_has_raised_the_number_when_it_is_answered,
    messages_are_numbered_from_one_without_gaps,
    messages_of_many_writers_are_numbered_without_gaps,
    the_last_messages_come_oldest_first,
    entries_of_a_room_are_read_from_one_number_to_another,
    a_message_that_was_taken_away_leaves_a_marker,
    who_is_muted_writes_nothing_until_then,
    times_are_kept_to_the_microsecond,
];

/// The same list goes on there.
#[path = "store_rooms.rs"]
mod rooms;

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

fn origin(second: i64) -> Origin {
    Origin { at: at(second), by: None, address: None }
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
        email: Some(format!("{name}@example.org").parse().expect("an address")),
        email_confirmed: true,
        active: true,
        role: Role::Instructor,
        password: PasswordHash("first".into()),
        created: at(0),
    }
}

fn session(number: u32, expires: Timestamp) -> Session {
    let key = TokenKey(*educa::digest::Digest::of(&number.to_be_bytes()).as_bytes());
    let device = Device::new("Browser/1.0", None);
    Session { key, account: AccountId(1), generation: 2, created: at(0), expires, seen: at(0), device }
}

fn enrolling(account: AccountId, course: CourseId, policy: &EnrollmentPolicy) -> Enrolling {
    Enrolling { account, course, policy: policy.clone(), backing: Backing::None }
}

/// Enrolls where everybody may; whether that changed anything.
async fn enroll(store: &dyn Store, account: AccountId, course: CourseId, second: i64) -> bool {
    let enrolling = enrolling(account, course, &EnrollmentPolicy::default());
    match store.enroll(enrolling, origin(second)).await.expect("answered") {
        Verdict::Give(SeatState::Enrolled) => true,
        Verdict::Keep(SeatState::Enrolled) => false,
        other => panic!("{other:?}"),
    }
}

async fn leave(store: &dyn Store, account: AccountId, course: CourseId, policy: &EnrollmentPolicy) -> Left {
    store.leave(account, course, policy.clone(), origin(50)).await.expect("answered")
}

fn enrolled(second: i64) -> Seat {
    Seat { state: SeatState::Enrolled, since: at(second) }
}

async fn say(store: &dyn Store, room: CourseId, author: AccountId, words: &str, at: Timestamp) -> Message {
    store.add_message(room, author, text(words), at).await.expect("stored").expect("they may")
}

async fn register(store: &dyn Store, name: &str) -> Account {
    match store.add_account(new_account(name), origin(0)).await.expect("stored") {
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
        assert_eq!(
            store.add_account(other, origin(0)).await.expect("answered"),
            Added::Existing(first.clone()),
            "{name}"
        );
    }
    assert_eq!(store.accounts(AccountId(0), 1_000).await.expect("read"), [first]);
}

async fn a_name_is_taken_by_its_look(store: AnyStore) {
    let first = register(&*store, "paypal").await;
    for name in ["paypa1", "PAYPAl", "раураl"] {
        let added = store.add_account(new_account(name), origin(0)).await.expect("answered");
        assert_eq!(added, Added::Existing(first.clone()), "{name}");
    }
}

async fn one_of_many_registrations_of_a_name_wins(store: AnyStore) {
    let added = at_once(&store, 64, |store, number| async move {
        let name = if number % 2 == 0 { "Grace" } else { "gRACE" };
        store.add_account(new_account(name), origin(0)).await.expect("answered")
    })
    .await;
    let n_new = added.iter().filter(|added| matches!(added, Added::New(_))).count();
    assert_eq!(n_new, 1);
    let accounts = store.accounts(AccountId(0), 1_000).await.expect("read");
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
        store.add_account(new_account("one0"), origin(0)).await.expect("answered");
        assert!(account.id > last);
        last = account.id;
    }
    let many = at_once(&store, 64, |store, number| async move { register(&*store, &format!("many{number}")).await.id });
    let many: BTreeSet<_> = many.await.into_iter().collect();
    assert_eq!(many.len(), 64);
    assert!(many.first().is_some_and(|first| *first > last));
    let listed: Vec<_> =
        store.accounts(AccountId(0), 1_000).await.expect("read").iter().map(|account| account.id).collect();
    assert!(listed.is_sorted());
    assert_eq!(listed.len(), 84);
}

async fn a_password_change_raises_the_generation(store: AnyStore) {
    let ada = register(&*store, "ada").await;
    let ben = register(&*store, "ben").await;
    let second = PasswordHash("second".into());
    assert_eq!(store.set_password(ada.id, second.clone(), origin(0)).await.expect("stored"), Found::Yes);
    let changed = Account { password: second, generation: ada.generation + 1, ..ada.clone() };
    assert_eq!(store.account(ada.id).await.expect("read"), Some(changed));
    assert_eq!(store.account(ben.id).await.expect("read"), Some(ben));
    assert_eq!(
        store.set_password(AccountId(99), PasswordHash("x".into()), origin(0)).await.expect("answered"),
        Found::No
    );
    at_once(&store, 32, move |store, _| async move {
        store.set_password(ada.id, PasswordHash("x".into()), origin(0)).await
    })
    .await;
    let generation = store.account(ada.id).await.expect("read").map(|account| account.generation);
    assert_eq!(generation, Some(ada.generation + 33));
}

// — promises about sessions —

/// Each raises the generation, once; and links of before are worth nothing.
async fn an_account_is_disabled_and_enabled(store: AnyStore) {
    let ada = register(&*store, "ada").await;
    let (account, generation, email) = (ada.id, ada.generation, ada.email.clone());
    let reset = link(1, Purpose::ResetPassword { account, generation, email }, 10);
    let confirm = link(2, Purpose::ConfirmEmail { account: ada.id, email: "a@b".parse().expect("an address") }, 10);
    for link in [&reset, &confirm] {
        store.add_link(link.clone(), None, None, origin(0)).await.expect("stored");
    }
    for _ in 0..2 {
        assert_eq!(store.disable(ada.id, origin(1)).await.expect("stored"), Found::Yes);
    }
    let disabled = Account { disabled: true, generation: ada.generation + 1, ..ada.clone() };
    assert_eq!(store.account(ada.id).await.expect("read"), Some(disabled.clone()));
    assert_eq!(store.reset_password(reset.key, PasswordHash("x".into()), origin(2)).await.expect("answered"), None);
    assert_eq!(store.confirm_email(confirm.key, origin(2)).await.expect("answered"), None);
    for _ in 0..2 {
        assert_eq!(store.enable(ada.id, origin(3)).await.expect("stored"), Found::Yes);
    }
    let enabled = Account { disabled: false, generation: ada.generation + 2, ..ada.clone() };
    assert_eq!(store.account(ada.id).await.expect("read"), Some(enabled));
    assert_eq!(
        store.reset_password(reset.key, PasswordHash("x".into()), origin(4)).await.expect("answered"),
        None,
        "of before"
    );
    let events = store.events(None, EventFilter::default(), 9).await.expect("read");
    let kinds: Vec<_> = events.iter().map(|event| (event.kind, event.account)).collect();
    assert_eq!(kinds[..2], [(EventKind::Enabled, Some(ada.id)), (EventKind::Disabled, Some(ada.id))], "once each");
    for found in [store.disable(AccountId(9), origin(5)).await, store.enable(AccountId(9), origin(5)).await] {
        assert_eq!(found.expect("answered"), Found::No);
    }
    // One that waits for its address to be confirmed is not forgotten while it is disabled.
    let Added::New(ben) =
        store.add_account(NewAccount { active: false, ..new_account("ben") }, origin(6)).await.expect("stored")
    else {
        panic!("ben is new")
    };
    store.disable(ben.id, origin(7)).await.expect("stored");
    assert_eq!(store.forget_inactive(ben.id, at(99), origin(99)).await.expect("answered"), Found::No);
    store.enable(ben.id, origin(99)).await.expect("stored");
    assert_eq!(store.forget_inactive(ben.id, at(99), origin(99)).await.expect("answered"), Found::Yes);
}

async fn sessions_of_many_accounts_end_at_once(store: AnyStore) {
    let (ada, ben, eve) =
        (register(&*store, "ada").await, register(&*store, "ben").await, register(&*store, "eve").await);
    // One that is gone meanwhile changes nothing for the others.
    store.end_sessions(vec![ada.id, AccountId(99), ben.id], origin(1)).await.expect("stored");
    for (account, raised) in [(ada, 1), (ben, 1), (eve, 0)] {
        let now = store.account(account.id).await.expect("read").expect("there");
        assert_eq!(now, Account { generation: account.generation + raised, ..account });
    }
    let filter = EventFilter { kind: Some(EventKind::SessionsEnded), ..EventFilter::default() };
    assert_eq!(store.events(None, filter, 9).await.expect("read").len(), 2);
}

async fn a_session_lasts_until_it_is_removed(store: AnyStore) {
    let (one, two) = (session(1, at(10)), session(2, at(20)));
    store.add_session(one.clone(), origin(0)).await.expect("stored");
    store.add_session(two.clone(), origin(0)).await.expect("stored");
    assert_eq!(store.session(one.key).await.expect("read"), Some(one.clone()));
    assert_eq!(store.remove_session(one.key, EventKind::SignedOut, origin(0)).await.expect("removed"), Found::Yes);
    assert_eq!(store.remove_session(one.key, EventKind::SignedOut, origin(0)).await.expect("answered"), Found::No);
    assert_eq!(store.session(one.key).await.expect("read"), None);
    assert_eq!(store.session(two.key).await.expect("read"), Some(two));
}

fn keys(number: u8) -> NextKeys {
    NextKeys { token: TokenKey([number; 32]), secret: TokenKey([number + 100; 32]) }
}

/// The first token of the family with the same number.
fn first_token(account: &Account, number: u8) -> ApiToken {
    let name = "program".parse().expect("a name");
    ApiToken::first_of(account, name, TokenKey([number + 200; 32]), keys(number), at(0))
}

async fn tokens_follow_each_other_and_end(store: AnyStore) {
    let ada = register(&*store, "ada").await;
    let (first, other) = (first_token(&ada, 1), first_token(&ada, 2));
    for token in [&first, &other] {
        store.add_token(token.clone(), origin(0)).await.expect("stored").expect("there is room");
        assert_eq!(store.token(token.key).await.expect("read").as_ref(), Some(token));
    }
    let family = first.renewal.expect("it can be renewed").family;
    let renew = async |shown: u8, next: u8| {
        store.renew_token(family, keys(shown).secret, keys(next), origin(60)).await.expect("answered")
    };
    let Renewed::Yes(second) = renew(1, 11).await else { panic!("it was not used") };
    assert_eq!((second.key, second.created, second.used), (keys(11).token, first.created, Some(at(60))));
    assert_eq!(store.token(first.key).await.expect("read"), None, "the next one took its place");
    assert_eq!(store.touch_token(second.key, at(90)).await.expect("stored"), Found::Yes);
    assert_eq!(store.tokens_of(ada.id).await.expect("read").len(), 2);
    assert_eq!(renew(1, 12).await, Renewed::Reused(ada.id));
    assert_eq!(renew(11, 13).await, Renewed::No, "the family has ended");
    assert_eq!(store.tokens_of(ada.id).await.expect("read"), [other.clone()].as_slice());
    assert_eq!(store.remove_token(other.key, origin(1)).await.expect("removed"), Found::Yes);
    assert_eq!(store.remove_token(other.key, origin(1)).await.expect("answered"), Found::No);
    // All of an account's, and of nobody else's.
    let ben = register(&*store, "ben").await;
    for token in [first_token(&ada, 3), first_token(&ada, 4), first_token(&ben, 5)] {
        store.add_token(token, origin(0)).await.expect("stored").expect("there is room");
    }
    store.remove_tokens_of(ada.id, origin(2)).await.expect("stored");
    assert_eq!(store.tokens_of(ada.id).await.expect("read"), [].as_slice());
    assert_eq!(store.tokens_of(ben.id).await.expect("read").len(), 1);
    // Another generation refreshes nothing.
    store.end_sessions(vec![ben.id], origin(3)).await.expect("stored");
    let renewed = store.renew_token(TokenKey([205; 32]), keys(5).secret, keys(6), origin(60)).await;
    assert_eq!(renewed.expect("answered"), Renewed::No);
    assert_eq!(store.remove_expired_tokens(at(60)).await.expect("swept"), 0);
    assert_eq!(store.remove_expired_tokens(at(90 * 24 * 3600)).await.expect("swept"), 1);
    let filter = EventFilter { kind: Some(EventKind::TokenReused), ..EventFilter::default() };
    assert_eq!(store.events(None, filter, 9).await.expect("read").len(), 1);
}

async fn an_account_has_only_so_many_tokens(store: AnyStore) {
    let ada = register(&*store, "ada").await;
    let by_hand = |number: u8| ApiToken { expires: at(9), renewal: None, ..first_token(&ada, number) };
    for number in 0..u8::try_from(MAX_TOKENS).expect("few") {
        store.add_token(by_hand(number), origin(0)).await.expect("stored").expect("there is room");
    }
    for token in [by_hand(55), first_token(&ada, 55)] {
        assert_eq!(store.add_token(token, origin(0)).await.expect("answered"), Err(TooManyTokens));
    }
    assert_eq!(store.tokens_of(ada.id).await.expect("read").len(), MAX_TOKENS);
    // Those that ended make room.
    store.add_token(first_token(&ada, 55), origin(9)).await.expect("stored").expect("there is room");
    assert_eq!(store.tokens_of(ada.id).await.expect("read"), [first_token(&ada, 55)].as_slice());
}

async fn of_many_refreshes_at_once_the_first_wins_and_the_family_ends(store: AnyStore) {
    let ada = register(&*store, "ada").await;
    let first = first_token(&ada, 1);
    let family = first.renewal.expect("it can be renewed").family;
    store.add_token(first, origin(0)).await.expect("stored").expect("there is room");
    let mut asking = JoinSet::new();
    for number in 10..26 {
        let store = store.clone();
        asking.spawn(async move { store.renew_token(family, keys(1).secret, keys(number), origin(1)).await });
    }
    let mut came = [0; 3];
    while let Some(renewed) = asking.join_next().await {
        match renewed.expect("it ran").expect("answered") {
            Renewed::Yes(_) => came[0] += 1,
            Renewed::Reused(_) => came[1] += 1,
            Renewed::No => came[2] += 1,
        }
    }
    assert_eq!(came, [1, 1, 14]);
    assert_eq!(store.tokens_of(ada.id).await.expect("read"), [].as_slice());
}

async fn the_sweep_takes_what_expired_and_nothing_else(store: AnyStore) {
    assert_eq!(store.remove_expired_sessions(at(0)).await.expect("swept"), 0);
    at_once(&store, 1_500, |store, number| async move {
        store.add_session(session(number, at(i64::from(number % 3))), origin(0)).await.expect("stored");
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
        store.add_session(session(number, at(i64::from(number % 2))), origin(0)).await.expect("stored");
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
    assert_eq!(store.seat(ada, course(7)).await.expect("read"), None);
    assert!(enroll(&*store, ada, course(7), 1).await);
    assert!(!enroll(&*store, ada, course(7), 2).await);
    assert_eq!(store.seat(ada, course(7)).await.expect("read"), Some(enrolled(1)));
    assert_eq!(store.seat(AccountId(2), course(7)).await.expect("read"), None);
    assert_eq!(store.seat(ada, course(8)).await.expect("read"), None);
}

async fn one_of_many_enrollments_wins(store: AnyStore) {
    let gave = at_once(&store, 64, |store, number| async move {
        enroll(&*store, AccountId(1), course(7), i64::from(number)).await
    })
    .await;
    assert_eq!(gave.iter().filter(|gave| **gave).count(), 1);
    assert!(store.seat(AccountId(1), course(7)).await.expect("read").is_some());
    assert_eq!(store.seat_counts(course(7)).await.expect("read").enrolled, 1);
}

async fn an_enrollment_ends(store: AnyStore) {
    let (ada, open) = (AccountId(1), EnrollmentPolicy::default());
    enroll(&*store, ada, course(7), 1).await;
    enroll(&*store, ada, course(8), 1).await;
    assert_eq!(leave(&*store, ada, course(7), &open).await.had, Some(SeatState::Enrolled));
    assert_eq!(leave(&*store, ada, course(7), &open).await, Left { had: None, followed_by: vec![] });
    assert_eq!(store.seats_of(ada).await.expect("read"), [(course(8), enrolled(1))]);
    assert_eq!(store.people_of(course(7), AccountId(0), 9).await.expect("read"), []);
    assert_eq!(store.seat_counts(course(7)).await.expect("read"), SeatCounts::default());
    assert!(enroll(&*store, ada, course(7), 9).await);
}

async fn enrollments_are_listed_by_course_and_by_account(store: AnyStore) {
    for number in [70_000, 2, 256, 255, u32::MAX, 1] {
        enroll(&*store, AccountId(256), course(number), i64::from(number % 10)).await;
    }
    for neighbour in [255, 257, 1, u64::MAX] {
        enroll(&*store, AccountId(neighbour), course(3), 0).await;
    }
    let listed = store.seats_of(AccountId(256)).await.expect("read");
    let expected = [1, 2, 255, 256, 70_000, u32::MAX].map(|number| (course(number), enrolled(i64::from(number % 10))));
    assert_eq!(listed, expected);
    assert_eq!(store.seats_of(AccountId(2)).await.expect("read"), []);
    let people = store.people_of(course(3), AccountId(0), 3).await.expect("read");
    assert_eq!(people, [1, 255, 257].map(|id| (AccountId(id), enrolled(0))));
    let rest = store.people_of(course(3), AccountId(257), 3).await.expect("read");
    assert_eq!(rest, [(AccountId(u64::MAX), enrolled(0))]);
}

/// The modules of a course that somebody has done, each with the second.
async fn done(store: &dyn Store, account: AccountId, of: CourseId) -> Vec<(String, Timestamp)> {
    let progress = store.progress(account, of).await.expect("read");
    progress.done().iter().map(|(module, at)| (module.to_string(), *at)).collect()
}

fn marking(number: u64, module: &str, mark: Mark) -> Marking {
    Marking { account: AccountId(number), course: course(3), module: module.parse().expect("a slug"), mark }
}

fn modules(names: &[&str]) -> Mark {
    Mark::Done(names.iter().map(|name| name.parse().expect("a slug")).collect())
}

async fn a_module_is_done_once_and_stays_done_when_its_course_is_left(store: AnyStore) {
    let id = AccountId(1);
    assert_eq!(store.progress(id, course(3)).await.expect("read"), Progress::default());
    enroll(&*store, id, course(3), 0).await;
    for second in [1, 2] {
        let marking = marking(1, "b", modules(&["a", "b"]));
        let progress = store.mark_module(marking, at(second)).await.expect("written");
        assert_eq!(progress, store.progress(id, course(3)).await.expect("read"), "what is said is what is read");
    }
    assert_eq!(done(&*store, id, course(3)).await, [("b".to_owned(), at(1))], "the first time counts");
    leave(&*store, id, course(3), &EnrollmentPolicy::default()).await;
    assert_eq!(done(&*store, id, course(3)).await.len(), 1, "they may come back");
    // A course has no more modules done than it has modules.
    for name in ["c", "d"] {
        store.mark_module(marking(1, name, modules(&["c", "d"])), at(3)).await.expect("written");
    }
    assert_eq!(done(&*store, id, course(3)).await, [("c".to_owned(), at(3)), ("d".to_owned(), at(3))]);
    for (account, of) in [(2, course(3)), (1, course(4))] {
        assert_eq!(done(&*store, AccountId(account), of).await, [], "nobody else's, and of no other course");
    }
    let all = store.progress_of(id).await.expect("read");
    assert_eq!(
        all.iter().map(|(course, progress)| (*course, progress.done().len())).collect::<Vec<_>>(),
        [(course(3), 2)]
    );
    for name in ["c", "d", "d", "e"] {
        store.mark_module(marking(1, name, Mark::Open), at(4)).await.expect("written");
    }
    assert_eq!(store.progress_of(id).await.expect("read"), []);
}

async fn modules_that_are_done_at_once_are_all_done(store: AnyStore) {
    let names: Vec<String> = (0..50).map(|number| format!("module-{number:02}")).collect();
    let all = Mark::Done(names.iter().map(|name| name.parse().expect("a slug")).collect());
    at_once(&store, 100, move |store, number| {
        let marking = marking(1, &format!("module-{:02}", number % 50), all.clone());
        async move { store.mark_module(marking, at(1)).await.expect("written") }
    })
    .await;
    let found = done(&*store, AccountId(1), course(3)).await;
    assert_eq!(found.iter().map(|(module, _)| module.clone()).collect::<Vec<_>>(), names);
}

async fn a_capacity_holds_however_many_ask_at_once(store: AnyStore) {
    let small = EnrollmentPolicy { capacity: Some(100), ..EnrollmentPolicy::default() };
    let policy = small.clone();
    let verdicts = at_once(&store, 1_000, move |store, number| {
        let enrolling = enrolling(AccountId(u64::from(number) + 1), course(7), &policy);
        async move { store.enroll(enrolling, origin(1)).await.expect("answered") }
    })
    .await;
    let n = |state| verdicts.iter().filter(|verdict| **verdict == Verdict::Give(state)).count();
    assert_eq!((n(SeatState::Enrolled), n(SeatState::Waiting)), (100, 900));
    let counts = store.seat_counts(course(7)).await.expect("read");
    assert_eq!(counts, SeatCounts { enrolled: 100, waiting: 900, requested: 0 });
    let people = store.people_of(course(7), AccountId(0), 2_000).await.expect("read");
    let have = |state| people.iter().filter(|(_, seat)| seat.state == state).count();
    assert_eq!((have(SeatState::Enrolled), have(SeatState::Waiting)), (100, 900));
}

async fn a_free_place_goes_to_who_waits_longest(store: AnyStore) {
    let mut small = EnrollmentPolicy { capacity: Some(1), ..EnrollmentPolicy::default() };
    for id in 1..=5 {
        store.enroll(enrolling(AccountId(id), course(7), &small), origin(1)).await.expect("answered");
    }
    // The second gives up waiting, then the first leaves: the third gets in.
    assert_eq!(leave(&*store, AccountId(2), course(7), &small).await.had, Some(SeatState::Waiting));
    assert_eq!(leave(&*store, AccountId(1), course(7), &small).await.followed_by, [AccountId(3)]);
    assert_eq!(store.seat_counts(course(7)).await.expect("read"), SeatCounts { enrolled: 1, waiting: 2, requested: 0 });
    // More room: whoever asks next lets in those who wait, and waits behind them.
    small.capacity = Some(3);
    let verdict = store.enroll(enrolling(AccountId(9), course(7), &small), origin(2)).await.expect("answered");
    assert_eq!(verdict, Verdict::Give(SeatState::Waiting));
    let people = store.people_of(course(7), AccountId(0), 9).await.expect("read");
    let states: Vec<_> = people.iter().map(|(account, seat)| (account.0, seat.state)).collect();
    let expected =
        [(3, SeatState::Enrolled), (4, SeatState::Enrolled), (5, SeatState::Enrolled), (9, SeatState::Waiting)];
    assert_eq!(states, expected);
}

async fn a_request_waits_for_its_approval(store: AnyStore) {
    let policy = EnrollmentPolicy { admission: Admission::Approval, ..EnrollmentPolicy::default() };
    let ask = enrolling(AccountId(1), course(7), &policy);
    assert_eq!(store.enroll(ask.clone(), origin(1)).await.expect("answered"), Verdict::Give(SeatState::Requested));
    assert_eq!(store.enroll(ask.clone(), origin(2)).await.expect("answered"), Verdict::Keep(SeatState::Requested));
    let approved = Enrolling { backing: Backing::Approval, ..ask };
    assert_eq!(store.enroll(approved, origin(3)).await.expect("answered"), Verdict::Give(SeatState::Enrolled));
    assert_eq!(store.seat(AccountId(1), course(7)).await.expect("read"), Some(enrolled(3)));
    assert_eq!(store.seat_counts(course(7)).await.expect("read"), SeatCounts { enrolled: 1, waiting: 0, requested: 0 });
}

async fn an_invitation_lets_one_in(store: AnyStore) {
    let policy = EnrollmentPolicy { admission: Admission::Invite, ..EnrollmentPolicy::default() };
    let invitation = |number, course| link(number, Purpose::Invitation { course, email: None, by: AccountId(9) }, 10);
    for (number, course) in [(1, course(7)), (2, course(8)), (3, course(7))] {
        store.add_link(invitation(number, course), None, Some(EventKind::Invited), origin(0)).await.expect("stored");
    }
    assert_eq!(store.invitations(course(7)).await.expect("read").len(), 2);
    let try_with = |account, number, second| {
        let backing = Backing::Invitation(invitation(number, course(7)).key);
        let enrolling = Enrolling { backing, ..enrolling(AccountId(account), course(7), &policy) };
        let store = store.clone();
        async move { store.enroll(enrolling, origin(second)).await.expect("answered") }
    };
    let refused = Verdict::Refuse(Refusal::NotInvited);
    assert_eq!(try_with(1, 2, 1).await, refused, "into another course");
    assert_eq!(try_with(1, 99, 1).await, refused, "none at all");
    assert_eq!(try_with(1, 1, 10).await, refused, "too late");
    assert_eq!(try_with(1, 1, 9).await, Verdict::Give(SeatState::Enrolled));
    assert_eq!(try_with(2, 1, 9).await, refused, "used up");
    assert_eq!(try_with(1, 3, 9).await, Verdict::Keep(SeatState::Enrolled));
    assert_eq!(store.invitations(course(7)).await.expect("read").len(), 1, "who has a seat uses up no invitation");
}

async fn prerequisites_are_seats(store: AnyStore) {
    let policy = EnrollmentPolicy { prerequisites: vec![course(1), course(2)], ..EnrollmentPolicy::default() };
    let ask = || store.enroll(enrolling(AccountId(1), course(7), &policy), origin(1));
    enroll(&*store, AccountId(1), course(1), 1).await;
    let missing = Verdict::Refuse(Refusal::Prerequisites(vec![course(2)]));
    assert_eq!(ask().await.expect("answered"), missing);
    enroll(&*store, AccountId(1), course(2), 1).await;
    assert_eq!(ask().await.expect("answered"), Verdict::Give(SeatState::Enrolled));
}

// — promises about links and letters —

fn link(number: u32, purpose: Purpose, expires: i64) -> Link {
    let key = TokenKey(*educa::digest::Digest::of(&number.to_le_bytes()).as_bytes());
    Link { key, purpose, created: at(i64::from(number)), expires: at(expires) }
}

fn letter(to: &str) -> Letter {
    let to = to.parse().expect("an address");
    Letter { to, subject: "Hello".into(), text: "Follow this link.".into(), html: None }
}

async fn a_password_is_reset_once_and_in_time(store: AnyStore) {
    let address = |text: &str| Some(text.parse().expect("an address"));
    let account = NewAccount { email: address("ada@example.org"), email_confirmed: true, ..new_account("ada") };
    let Added::New(ada) = store.add_account(account, origin(0)).await.expect("stored") else { panic!("she is new") };
    let reset_at =
        |number, generation, email| link(number, Purpose::ResetPassword { account: ada.id, generation, email }, 10);
    let reset = |number, generation| reset_at(number, generation, address("ADA@example.org"));
    for link in [reset_at(4, 0, None), reset_at(5, 0, address("old@example.org"))] {
        let key = link.key;
        store.add_link(link, None, None, origin(0)).await.expect("stored");
        assert_eq!(store.reset_password(key, PasswordHash("x".into()), origin(1)).await.expect("answered"), None);
    }
    for (number, generation) in [(1, 0), (2, 0), (3, 1)] {
        let event = Some(EventKind::ResetAsked);
        store.add_link(reset(number, generation), Some(letter("a@b")), event, origin(0)).await.expect("stored");
    }
    let hash = || PasswordHash("second".into());
    let use_link = |number: u32, second| store.reset_password(reset(number, 0).key, hash(), origin(second));
    assert_eq!(use_link(1, 10).await.expect("answered"), None, "too late");
    let changed = use_link(1, 9).await.expect("answered").expect("worth something");
    assert_eq!((changed.password, changed.generation), (hash(), 1));
    assert_eq!(use_link(1, 9).await.expect("answered"), None, "used up");
    assert_eq!(use_link(2, 9).await.expect("answered"), None, "the password was changed since");
    assert!(use_link(3, 9).await.expect("answered").is_some());
    assert_eq!(store.due_letters(at(0), 9).await.expect("read").len(), 3, "each came with its letter");
    assert_eq!(store.remove_expired_links(at(10)).await.expect("swept"), 3);
}

async fn an_address_is_confirmed_for_one_account(store: AnyStore) {
    let of = |name: &str, active| NewAccount {
        email: Some("ada@example.org".parse().expect("an address")),
        email_confirmed: false,
        active,
        ..new_account(name)
    };
    let mut accounts = Vec::new();
    for name in ["ada", "ben"] {
        let Added::New(account) = store.add_account(of(name, false), origin(0)).await.expect("stored") else {
            panic!("{name} is taken");
        };
        accounts.push(account);
    }
    let key = EmailKey::of("ADA@Example.org");
    assert_eq!(store.account_by_email(&key).await.expect("read"), None, "nobody proved it yet");
    let email = || accounts[0].email.clone().expect("an address");
    for (number, account) in accounts.iter().enumerate() {
        let purpose = Purpose::ConfirmEmail { account: account.id, email: email() };
        store.add_link(link(number as u32, purpose, 10), None, None, origin(0)).await.expect("stored");
    }
    let key_of =
        |number| link(number, Purpose::ResetPassword { account: AccountId(0), generation: 0, email: None }, 0).key;
    let confirmed = store.confirm_email(key_of(0), origin(1)).await.expect("answered").expect("worth something");
    assert!(confirmed.active && confirmed.email_confirmed);
    assert_eq!(store.account_by_email(&key).await.expect("read"), Some(confirmed));
    assert_eq!(store.confirm_email(key_of(1), origin(1)).await.expect("answered"), None, "it is somebody's");
    let forget = |id| store.forget_inactive(id, at(1), origin(5));
    assert_eq!(forget(accounts[0].id).await.expect("answered"), Found::No, "it is active");
    assert_eq!(forget(accounts[1].id).await.expect("answered"), Found::Yes);
    assert_eq!(store.account_by_name(&UsernameKey::of("ben")).await.expect("read"), None);
    assert!(
        matches!(store.add_account(of("BEN", true), origin(6)).await.expect("stored"), Added::New(account) if account.id.0 == 3)
    );
}

async fn letters_wait_until_they_are_taken(store: AnyStore) {
    let first = store.add_letter(letter("a@b"), at(1)).await.expect("stored");
    let second = store.add_letter(letter("c@d"), at(2)).await.expect("stored");
    assert!(first < second);
    assert_eq!(store.due_letters(at(0), 9).await.expect("read"), []);
    assert_eq!(store.due_letters(at(2), 1).await.expect("read")[0].id, first);
    let claims = [at(1), at(9), at(9), at(10)].map(|now| store.claim_letter(first, now, at(10)));
    let mut claimed = Vec::new();
    for claim in claims {
        claimed.push(claim.await.expect("answered").map(|letter| letter.n_tries));
    }
    assert_eq!(claimed, [Some(0), None, None, Some(0)], "it is one's own until the claim ends");
    assert_eq!(store.due_letters(at(2), 9).await.expect("read").len(), 1);
    assert_eq!(store.put_off_letter(first, at(60)).await.expect("answered"), Found::Yes);
    assert_eq!(store.next_letter_due().await.expect("read"), Some(at(2)));
    assert_eq!(store.remove_letter(second).await.expect("answered"), Found::Yes);
    assert_eq!(store.remove_letter(second).await.expect("answered"), Found::No);
    let due = store.due_letters(at(60), 9).await.expect("read");
    assert_eq!((due.len(), due[0].n_tries, due[0].queued), (1, 1, at(1)));
}

// — promises about the log —

async fn what_happens_is_logged_in_order(store: AnyStore) {
    let ada = register(&*store, "ada").await;
    enroll(&*store, ada.id, course(7), 1).await;
    enroll(&*store, ada.id, course(7), 2).await;
    leave(&*store, ada.id, course(7), &EnrollmentPolicy::default()).await;
    store.add_event(EventKind::SignInFailed, None, None, origin(60)).await.expect("stored");
    let all = store.events(None, EventFilter::default(), 99).await.expect("read");
    let kinds: Vec<_> = all.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::SignInFailed, EventKind::Removed, EventKind::Enrolled, EventKind::Registered]);
    assert!(all.iter().map(|event| event.id.0).eq([4, 3, 2, 1]));
    let about_ada = EventFilter { account: Some(ada.id), ..EventFilter::default() };
    assert_eq!(store.events(Some(all[1].id), about_ada, 1).await.expect("read"), all[2..3]);
    assert_eq!(store.remove_events(at(1)).await.expect("swept"), 1);
    assert_eq!(store.events(None, EventFilter::default(), 99).await.expect("read"), all[..3]);
    let next = store.add_event(EventKind::SignedOut, None, None, origin(61)).await.expect("stored");
    assert_eq!(next.0, 5, "numbers are never given twice");
}

async fn every_write_has_raised_the_number_when_it_is_answered(store: AnyStore) {
    // Where others write, too, there is none.
    let Some(before) = store.version() else { return };
    let ada = register(&*store, "ada").await;
    let after = store.version().expect("as before");
    assert!(after > before);
    assert_eq!(store.account(ada.id).await.expect("read"), Some(ada.clone()));
    assert_eq!(
        store.remove_session(TokenKey([9; 32]), EventKind::SignedOut, origin(0)).await.expect("answered"),
        Found::No
    );
    assert_eq!(store.version(), Some(after), "nothing was written");
    store.set_role(ada.id, Role::Staff, origin(0)).await.expect("stored");
    assert!(store.version() > Some(after));
}

// — promises about messages —

async fn messages_are_numbered_from_one_without_gaps(store: AnyStore) {
    for id in 1..=5 {
        let message = say(&*store, course(1), AccountId(3), "hello", at(1)).await;
        let expected = Message { id, author: AccountId(3), at: at(1), content: Content::Said(text("hello")) };
        assert_eq!(message, expected);
    }
    let other = say(&*store, course(2), AccountId(3), "another room", at(0)).await;
    assert_eq!(other.id, 1);
}

async fn messages_of_many_writers_are_numbered_without_gaps(store: AnyStore) {
    let added = at_once(&store, 128, |store, number| async move {
        let room = course(1 + number % 2);
        let said = say(&*store, room, AccountId(3), &format!("{number}"), at(0)).await;
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
        say(&*store, course(2), AccountId(1), &format!("{number}"), at(number)).await;
    }
    for room in [1, 3] {
        say(&*store, course(room), AccountId(1), "next door", at(0)).await;
    }
    let ids = |messages: Vec<Message>| messages.iter().map(|message| message.id).collect::<Vec<_>>();
    assert_eq!(ids(store.last_messages(course(2), 3).await.expect("read")), [298, 299, 300]);
    assert_eq!(ids(store.last_messages(course(2), 1_000).await.expect("read")), (1..=300).collect::<Vec<_>>());
    assert_eq!(ids(store.last_messages(course(2), 0).await.expect("read")), Vec::<u64>::new());
    assert_eq!(ids(store.last_messages(course(4), 3).await.expect("read")), Vec::<u64>::new());
}

async fn entries_of_a_room_are_read_from_one_number_to_another(store: AnyStore) {
    assert_eq!(store.last_message_id(course(2)).await.expect("read"), 0);
    for number in 1..=300 {
        say(&*store, course(2), AccountId(1), &format!("{number}"), at(number)).await;
        say(&*store, course(3), AccountId(1), "next door", at(number)).await;
    }
    let ids = async |after, up_to, limit| {
        let messages = store.messages_after(course(2), after, up_to, limit).await.expect("read");
        messages.iter().map(|message| message.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(0, 3, 9).await, [1, 2, 3]);
    assert_eq!(ids(255, u64::MAX, 2).await, [256, 257]);
    assert_eq!(ids(298, u64::MAX, 9).await, [299, 300]);
    assert_eq!(ids(300, u64::MAX, 9).await, [0; 0]);
    assert_eq!(ids(u64::MAX, 7, 9).await, [0; 0]);
    assert_eq!(store.last_message_id(course(2)).await.expect("read"), 300);
}

async fn a_message_that_was_taken_away_leaves_a_marker(store: AnyStore) {
    let by = AccountId(9);
    for words in ["one", "two"] {
        say(&*store, course(1), AccountId(1), words, at(1)).await;
    }
    let remove = |id| store.remove_message(course(1), id, Origin { by: Some(by), ..origin(5) });
    let removal = Message { id: 3, author: by, at: at(5), content: Content::Removal { of: 1 } };
    assert_eq!(remove(1).await.expect("stored"), Some(removal.clone()));
    for id in [1, 3, 4] {
        assert_eq!(remove(id).await.expect("answered"), None, "there is no text in {id}");
    }
    let messages = store.last_messages(course(1), 9).await.expect("read");
    let marker = Message { id: 1, author: AccountId(1), at: at(1), content: Content::Removed { by } };
    assert_eq!((&messages[0], &messages[2]), (&marker, &removal));
    assert_eq!(messages[1].text(), Some(&text("two")));
    let events = store.events_after(EventId(0), 9).await.expect("read");
    assert_eq!(
        events.iter().map(|event| (event.kind, event.account)).collect::<Vec<_>>(),
        [(EventKind::MessageRemoved, Some(AccountId(1)))]
    );
    assert_eq!(store.events_after(events[0].id, 9).await.expect("read"), []);
}

async fn who_is_muted_writes_nothing_until_then(store: AnyStore) {
    let (ada, muted) = (AccountId(1), Muted { until: at(60) });
    store.mute(course(1), ada, Some(at(60)), origin(0)).await.expect("stored");
    assert_eq!(store.muted(course(1), ada).await.expect("read"), Some(muted));
    assert_eq!(store.muted_in(course(1)).await.expect("read"), [(ada, muted)]);
    assert_eq!(store.add_message(course(1), ada, text("hello"), at(59)).await.expect("answered"), Err(muted));
    assert_eq!(say(&*store, course(1), ada, "hello", at(60)).await.id, 1, "it has passed");
    assert_eq!(say(&*store, course(2), ada, "hello", at(1)).await.id, 1, "another room");
    store.mute(course(1), ada, Some(at(90)), origin(61)).await.expect("stored");
    for _ in 0..2 {
        store.mute(course(1), ada, None, origin(62)).await.expect("stored");
    }
    assert_eq!(say(&*store, course(1), ada, "again", at(63)).await.id, 2);
    let kinds: Vec<_> = store.events_after(EventId(0), 9).await.expect("read").iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Muted, EventKind::Muted, EventKind::Unmuted]);
}

// — promises about time —

async fn times_are_kept_to_the_microsecond(store: AnyStore) {
    let fine: Timestamp = "2026-02-03T04:05:06.123456789Z".parse().expect("a time");
    let kept: Timestamp = "2026-02-03T04:05:06.123456Z".parse().expect("a time");
    let account =
        store.add_account(NewAccount { created: fine, ..new_account("ada") }, origin(0)).await.expect("stored");
    assert!(matches!(account, Added::New(account) if account.created == kept));
    assert_eq!(store.accounts(AccountId(0), 1_000).await.expect("read")[0].created, kept);
    let enrolling = enrolling(AccountId(1), course(1), &EnrollmentPolicy::default());
    store.enroll(enrolling, Origin { at: fine, ..origin(0) }).await.expect("stored");
    let seat = store.seat(AccountId(1), course(1)).await.expect("read");
    assert_eq!(seat.map(|seat| seat.since), Some(kept));
    let message = say(&*store, course(1), AccountId(1), "now", fine).await;
    assert_eq!(store.last_messages(course(1), 1).await.expect("read"), std::slice::from_ref(&message));
    assert_eq!(message.at, kept);
    store.add_session(session(1, fine), origin(0)).await.expect("stored");
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
    enroll(&open(folder.path()), AccountId(1), course(7), 1).await;
    folder
}

#[tokio::test]
async fn everything_is_there_after_reopening() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    let ada = register(&store, "Ada").await;
    store.set_password(ada.id, PasswordHash("second".into()), origin(0)).await.expect("stored");
    store.add_session(session(1, at(5)), origin(0)).await.expect("stored");
    enroll(&store, ada.id, course(7), 1).await;
    enroll(&store, ada.id, course(8), 2).await;
    leave(&store, ada.id, course(8), &EnrollmentPolicy::default()).await;
    let said = say(&store, course(7), ada.id, "hello", at(3)).await;
    let ada = store.account(ada.id).await.expect("read").expect("there");
    drop(store);
    for turn in 0..5 {
        let store = open(folder.path());
        assert_eq!(store.account_by_name(&UsernameKey::of("ADA")).await.expect("read"), Some(ada.clone()));
        assert_eq!(store.session(session(1, at(5)).key).await.expect("read"), Some(session(1, at(5))));
        assert_eq!(store.seats_of(ada.id).await.expect("read"), [(course(7), enrolled(1))]);
        assert_eq!(store.last_messages(course(7), 10).await.expect("read")[0], said);
        let next = register(&store, &format!("ben{turn}")).await;
        assert_eq!(next.id, AccountId(ada.id.0 + 1 + turn));
        assert_eq!(say(&store, course(7), ada.id, "again", at(4)).await.id, 2 + turn);
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
    enroll(&store, AccountId(1), course(8), 1).await;
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
    assert!(matches!(error, OpenError::Newer { found: 7, known: 5, .. }), "{error}");
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
        assert_eq!(store.seat(AccountId(1), course(7)).await.expect("read"), Some(enrolled(1)));
        assert!(!educa::disk::exists(&torn));
    }
}

#[tokio::test]
async fn a_store_whose_making_was_interrupted_is_finished() {
    for unfinished in [&b""[..], b"educa store, format 5, unfinished\n"] {
        // Cut off before the records were made, and after.
        let empty = tempfile::tempdir().expect("a folder");
        educa::disk::write(&empty.path().join("data/format"), unfinished).expect("written");
        register(&open(empty.path()), "ada").await;
        let full = closed_store().await;
        educa::disk::write(&full.path().join("data/format"), unfinished).expect("written");
        let store = open(full.path());
        assert_eq!(store.seat(AccountId(1), course(7)).await.expect("read"), Some(enrolled(1)));
    }
}

#[tokio::test]
async fn writers_who_wait_together_share_flushes() {
    let folder = tempfile::tempdir().expect("a folder");
    let sled = Arc::new(open(folder.path()));
    let before = sled.work();
    let store: AnyStore = sled.clone();
    at_once(&store, 64, |store, number| async move {
        enroll(&*store, AccountId(u64::from(number)), course(7), 1).await;
    })
    .await;
    let n_flushes = sled.work().flushes - before.flushes;
    assert!((1..=16).contains(&n_flushes), "{n_flushes} flushes for 64 enrollments");
    assert_eq!(sled.work().writes - before.writes, 64);
}
