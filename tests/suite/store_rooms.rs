//! More promises of the port `Store`: reports, read marks and mentions, digests.

use educa::course::EnrollmentPolicy;
use educa::school::{
    Account, AccountId, EventId, EventKind, Found, Letter, MAX_MENTIONED, MAX_MENTIONS, MAX_REPORTS, Mention,
    MessageText, Origin, ReadMark, Report, ReportReason, Reported, Store,
};
use jiff::Timestamp;

use super::{AnyStore, MemoryStore, at, at_once, course, enroll, leave, new_account, open, origin, register, say};

promises![
    a_message_is_reported_once_by_each,
    reports_are_answered_or_end_with_their_message,
    of_many_reports_at_once_each_person_has_one,
    who_is_named_and_has_a_place_is_mentioned,
    a_message_mentions_ten_and_fifty_mentions_are_kept,
    reading_only_goes_on_and_takes_mentions_away,
    a_digest_is_queued_once_with_its_time,
    an_account_that_is_forgotten_leaves_no_marks,
];

fn report(by: AccountId, reason: &str) -> Report {
    Report { by, at: at(9), reason: ReportReason::parse(reason).expect("a reason") }
}

async fn reported(store: &dyn Store, id: u64, by: AccountId) -> Reported {
    let origin = Origin { by: Some(by), ..origin(9) };
    store.add_report(course(1), id, report(by, "spam"), origin).await.expect("answered")
}

/// The open reports of room 1: message ids with who reported them.
async fn open_reports(store: &dyn Store) -> Vec<(u64, Vec<AccountId>)> {
    let reports = store.reports(course(1), 1_000).await.expect("read");
    let by = |reports: &[Report]| reports.iter().map(|report| report.by).collect();
    reports.iter().map(|reported| (reported.message.id, by(&reported.reports))).collect()
}

fn letter(to: &str) -> Letter {
    Letter { to: to.parse().expect("an address"), subject: "Mentioned".into(), text: String::new(), html: None }
}

async fn people(store: &dyn Store, names: &[&str]) -> Vec<Account> {
    let mut people = Vec::new();
    for name in names {
        people.push(register(store, name).await);
    }
    people
}

/// Where somebody is mentioned in room 1 and has not read it.
async fn mentions(store: &dyn Store, account: AccountId) -> Vec<u64> {
    let mark = store.read_mark(account, course(1)).await.expect("read");
    mark.mentions.iter().map(|mention| mention.id).collect()
}

async fn a_message_is_reported_once_by_each(store: AnyStore) {
    let (ada, ben, eve) = (AccountId(1), AccountId(2), AccountId(3));
    say(&*store, course(1), ada, "one", at(1)).await;
    assert_eq!(reported(&*store, 1, ada).await, Reported::Own);
    assert_eq!(reported(&*store, 2, ben).await, Reported::Gone);
    assert_eq!(reported(&*store, 1, ben).await, Reported::Yes);
    assert_eq!(reported(&*store, 1, ben).await, Reported::Already);
    assert_eq!(reported(&*store, 1, eve).await, Reported::Yes);
    let found = store.reports(course(1), 9).await.expect("read");
    assert_eq!(found[0].reports, [report(ben, "spam"), report(eve, "spam")]);
    assert_eq!(found[0].message.text().map(MessageText::as_str), Some("one"));
    assert_eq!(store.reports(course(2), 9).await.expect("read"), []);
    for number in 10..100 {
        reported(&*store, 1, AccountId(number)).await;
    }
    assert_eq!(open_reports(&*store).await[0].1.len(), MAX_REPORTS);
    assert_eq!(reported(&*store, 1, AccountId(200)).await, Reported::Already, "as many as are kept");
    let events = store.events_after(EventId(0), 1_000).await.expect("read");
    let n_reported = events.iter().filter(|event| event.kind == EventKind::Reported).count();
    assert_eq!(n_reported, MAX_REPORTS);
}

async fn reports_are_answered_or_end_with_their_message(store: AnyStore) {
    let (ada, ben, eve) = (AccountId(1), AccountId(2), AccountId(3));
    for words in ["one", "two"] {
        say(&*store, course(1), ada, words, at(1)).await;
    }
    for id in [2, 1] {
        assert_eq!(reported(&*store, id, ben).await, Reported::Yes);
    }
    assert_eq!(open_reports(&*store).await, [(1, vec![ben]), (2, vec![ben])]);
    let dismiss = |id| store.dismiss_reports(course(1), id, origin(10));
    assert_eq!(dismiss(1).await.expect("answered"), Found::Yes);
    assert_eq!(dismiss(1).await.expect("answered"), Found::No);
    assert_eq!(dismiss(7).await.expect("answered"), Found::No);
    assert_eq!(open_reports(&*store).await, [(2, vec![ben])]);
    assert_eq!(reported(&*store, 1, ben).await, Reported::Already, "an answer is an answer");
    assert_eq!(reported(&*store, 1, eve).await, Reported::Yes, "others may still ask");
    assert_eq!(open_reports(&*store).await, [(1, vec![eve]), (2, vec![ben])]);
    for id in [1, 2] {
        store.remove_message(course(1), id, origin(11)).await.expect("stored").expect("it was there");
    }
    assert!(open_reports(&*store).await.is_empty());
    assert_eq!(reported(&*store, 1, eve).await, Reported::Gone);
    assert_eq!(reported(&*store, 3, eve).await, Reported::Gone, "a removal is no message");
}

async fn of_many_reports_at_once_each_person_has_one(store: AnyStore) {
    say(&*store, course(1), AccountId(1), "one", at(1)).await;
    let outcomes = at_once(&store, 32, |store: AnyStore, number| async move {
        reported(&*store, 1, AccountId(2 + u64::from(number % 4))).await
    });
    let new = outcomes.await.into_iter().filter(|reported| *reported == Reported::Yes).count();
    assert_eq!(new, 4);
    assert_eq!(open_reports(&*store).await[0].1.len(), 4);
}

async fn who_is_named_and_has_a_place_is_mentioned(store: AnyStore) {
    let accounts = people(&*store, &["Ada", "ben", "c.d.", "eve"]).await;
    let [ada, ben, cd, eve] = [0, 1, 2, 3].map(|at| accounts[at].id);
    for account in [ada, ben, cd] {
        enroll(&*store, account, course(1), 0).await;
    }
    enroll(&*store, eve, course(2), 0).await;
    say(&*store, course(1), ada, "@BEN, @c.d. and @eve: @ada has @ben and @Ben", at(1)).await;
    say(&*store, course(1), ben, "thanks @ada. and @c.d", at(2)).await;
    assert_eq!(mentions(&*store, ben).await, [1], "once in a message");
    assert_eq!(mentions(&*store, cd).await, [1], "a name may end with a full stop, and is not another without it");
    assert_eq!(mentions(&*store, ada).await, [2], "nobody mentions themselves");
    assert_eq!(mentions(&*store, eve).await, Vec::<u64>::new(), "who has no place here");
    let mark = ReadMark { read: 0, mentions: vec![Mention { id: 2, by: ben, at: at(2) }] };
    assert_eq!(store.read_marks_of(ada).await.expect("read"), [(course(1), mark)]);
    leave(&*store, ben, course(1), &EnrollmentPolicy::default()).await;
    store.remove_message(course(1), 1, origin(3)).await.expect("stored").expect("it was there");
    assert_eq!(
        (mentions(&*store, ben).await, mentions(&*store, cd).await),
        (vec![], vec![]),
        "gone with their message"
    );
    assert_eq!(mentions(&*store, ada).await, [2]);
}

async fn a_message_mentions_ten_and_fifty_mentions_are_kept(store: AnyStore) {
    let names: Vec<String> = (0..12).map(|number| format!("user{number}")).collect();
    let accounts = people(&*store, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for account in &accounts {
        enroll(&*store, account.id, course(1), 0).await;
    }
    let all: String = names.iter().map(|name| format!("@{name} ")).collect();
    for second in 1..=60 {
        say(&*store, course(1), AccountId(99), &all, at(second)).await;
    }
    assert_eq!(mentions(&*store, accounts[9].id).await, (11..=60).collect::<Vec<_>>());
    assert_eq!((MAX_MENTIONED, MAX_MENTIONS), (10, 50));
    assert_eq!(mentions(&*store, accounts[10].id).await, Vec::<u64>::new());
}

async fn reading_only_goes_on_and_takes_mentions_away(store: AnyStore) {
    let ada = register(&*store, "ada").await.id;
    enroll(&*store, ada, course(1), 0).await;
    for second in 1..=5 {
        say(&*store, course(1), AccountId(9), "@ada", at(second)).await;
    }
    let read = |id| store.read_up_to(ada, course(1), id);
    for (id, reads, left) in [(2, 2, vec![3, 4, 5]), (1, 2, vec![3, 4, 5]), (4, 4, vec![5]), (u64::MAX, 5, vec![])] {
        read(id).await.expect("stored");
        assert_eq!(store.read_mark(ada, course(1)).await.expect("read").read, reads);
        assert_eq!(mentions(&*store, ada).await, left);
    }
    read(9).await.expect("stored");
    say(&*store, course(1), AccountId(9), "@ada", at(6)).await;
    assert_eq!(mentions(&*store, ada).await, [6], "what was not there yet cannot have been read");
    store.read_up_to(ada, course(3), 1).await.expect("stored");
    assert_eq!(store.read_mark(ada, course(3)).await.expect("read"), ReadMark::default());
}

async fn a_digest_is_queued_once_with_its_time(store: AnyStore) {
    let accounts = people(&*store, &["ada", "ben"]).await;
    let (ada, ben) = (accounts[0].id, accounts[1].id);
    let set = |account, from| store.set_digest(account, from);
    assert_eq!(set(AccountId(99), Some(at(1))).await.expect("answered"), Found::No);
    assert_eq!(store.digest(ada).await.expect("read"), None);
    for second in [1, 2] {
        assert_eq!(set(ada, Some(at(second))).await.expect("answered"), Found::Yes);
    }
    set(ben, Some(at(3))).await.expect("answered");
    assert_eq!(store.digests(AccountId(0), 9).await.expect("read"), [(ada, at(1)), (ben, at(3))]);
    assert_eq!(store.digests(ada, 9).await.expect("read"), [(ben, at(3))]);
    let send = |to, last: Timestamp, second| store.send_digest(ada, last, letter(to), at(second));
    assert_eq!(send("other@example.org", at(1), 90).await.expect("answered"), Found::No);
    assert_eq!(send("ada@example.org", at(2), 90).await.expect("answered"), Found::No);
    let outcomes = at_once(&store, 8, |store: AnyStore, _| async move {
        store.send_digest(ada, at(1), letter("ada@example.org"), at(90)).await.expect("answered")
    });
    let sent = outcomes.await.into_iter().filter(|found| *found == Found::Yes).count();
    assert_eq!((sent, store.due_letters(at(90), 9).await.expect("read").len()), (1, 1));
    assert_eq!(store.digest(ada).await.expect("read"), Some(at(90)));
    set(ada, None).await.expect("answered");
    assert_eq!(store.digest(ada).await.expect("read"), None);
    assert_eq!(send("ada@example.org", at(90), 99).await.expect("answered"), Found::No);
    store.set_digest(ada, Some(at(100))).await.expect("answered");
    store.disable(ada, origin(101)).await.expect("answered");
    assert_eq!(send("ada@example.org", at(100), 200).await.expect("answered"), Found::No);
}

async fn an_account_that_is_forgotten_leaves_no_marks(store: AnyStore) {
    let new = educa::school::NewAccount { active: false, email_confirmed: false, ..new_account("ada") };
    let educa::school::Added::New(ada) = store.add_account(new, origin(0)).await.expect("stored") else {
        panic!("the name is free")
    };
    enroll(&*store, ada.id, course(1), 0).await;
    say(&*store, course(1), AccountId(9), "@ada", at(1)).await;
    store.set_digest(ada.id, Some(at(1))).await.expect("stored");
    assert_eq!(store.read_marks_of(ada.id).await.expect("read").len(), 1);
    assert_eq!(store.forget_inactive(ada.id, at(9), origin(10)).await.expect("answered"), Found::Yes);
    assert_eq!(store.read_marks_of(ada.id).await.expect("read"), []);
    assert_eq!(store.digest(ada.id).await.expect("read"), None);
}
