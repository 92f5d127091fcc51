//! Stores that earlier versions wrote are opened, and everything in them is found. See tests/stores/README.md.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use educa::course::CourseId;
use educa::school::{
    AccountId, AccountState, Accounts as _, ApiToken, EmailKey, Enrollments as _, EventFilter, Events as _,
    MessageText, Messages as _, Origin, Role, SeatCounts, SeatState, Sessions as _, Token, TokenKey, Tokens as _,
};
use educa::store::{OpenError, SledStore, StoreConfig};

/// A copy of a store from the repository, as it lay.
fn unpack(name: &str) -> (tempfile::TempDir, StoreConfig) {
    let folder = tempfile::tempdir().expect("a folder");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores").join(name);
    let path: PathBuf = folder.path().join("data");
    fs::create_dir(&path).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a text");
        let mut bytes = fs::read(entry.path()).expect("a file");
        if name.ends_with(".gz") {
            let packed = std::mem::take(&mut bytes);
            flate2::read::GzDecoder::new(&*packed).read_to_end(&mut bytes).expect("unpacked");
        }
        fs::write(path.join(name.trim_end_matches(".gz")), bytes).expect("written");
    }
    let config = StoreConfig { path, cache_bytes: 8 * 1024 * 1024 };
    (folder, config)
}

fn open(config: &StoreConfig) -> SledStore {
    SledStore::open(config).expect("the store opens")
}

#[tokio::test]
async fn a_store_of_format_1_is_brought_to_ours_with_all_that_is_in_it() {
    let (_folder, config) = unpack("format-1");
    // Twice: the second time there is nothing to do.
    for _ in 0..2 {
        let store = open(&config);
        let accounts = store.accounts(AccountId(0), 99).await.expect("read");
        let names: Vec<_> = accounts.iter().map(|account| account.username.as_str()).collect();
        assert_eq!(names, ["ada", "ben", "grace", "Straße", "Carol"]);
        assert_eq!((accounts[0].role, accounts[0].active), (Role::Staff, true));
        let by_mail = store.account_by_email(&EmailKey::of("ADA@example.org")).await.expect("read");
        assert_eq!(by_mail.as_ref(), Some(&accounts[0]));
        let token = "863e82d863a286e8080061c3a1a1c79767d6096cb090e2f651be7e21e09a8b46";
        let token = Token::parse(token).expect("a token");
        let session = store.session(token.key()).await.expect("read").expect("a session");
        assert_eq!(store.sessions_of(AccountId(1)).await.expect("read"), [session]);
        let course = CourseId::new(1).expect("an id");
        let people = store.people_of(course, AccountId(0), 9).await.expect("read");
        assert!(people.iter().all(|(_, seat)| seat.state == SeatState::Enrolled));
        assert_eq!(people.iter().map(|(account, _)| account.0).collect::<Vec<_>>(), [1, 2]);
        let counts = store.seat_counts(course).await.expect("read");
        assert_eq!(counts, SeatCounts { enrolled: 2, ..SeatCounts::default() });
        let messages = store.last_messages(course, 9).await.expect("read");
        assert_eq!(messages[1].text().map(MessageText::as_str), Some("hello from ben"));
    }
    let marker = fs::read_to_string(config.path.join("format")).expect("read");
    assert_eq!(marker, "educa store, format 5\n");
}

#[tokio::test]
async fn a_store_of_format_2_is_brought_to_ours_and_its_accounts_can_be_disabled() {
    let (_folder, config) = unpack("format-2");
    let origin = Origin { at: "2026-11-22T00:00:00Z".parse().expect("a time"), by: None, address: None };
    for generation in 0..2 {
        let store = open(&config);
        let accounts = store.accounts(AccountId(0), 99).await.expect("read");
        let shown: Vec<_> = accounts.iter().map(|account| (account.username.as_str(), account.state())).collect();
        let ben = if generation == 0 { AccountState::Active } else { AccountState::Disabled };
        let (active, unconfirmed) = (AccountState::Active, AccountState::Unconfirmed);
        assert_eq!(shown, [("ada", active), ("ben", ben), ("grace", active), ("Carol", unconfirmed)]);
        assert_eq!((accounts[0].role, accounts[1].generation), (Role::Staff, generation));
        let token = "41bca019d2dcad226b6977db85ae14c88ddf8b22b63a4ed804c4f9845fa41cfb";
        let session = store.session(Token::parse(token).expect("a token").key()).await.expect("read");
        assert_eq!(session.map(|session| session.account), Some(AccountId(1)));
        let counts = store.seat_counts(CourseId::new(1).expect("an id")).await.expect("read");
        assert_eq!(counts, SeatCounts { enrolled: 2, waiting: 1, ..SeatCounts::default() });
        assert_eq!(store.events(None, EventFilter::default(), 99).await.expect("read").len(), 11 + generation as usize);
        store.disable(AccountId(2), origin).await.expect("stored");
    }
    let marker = fs::read_to_string(config.path.join("format")).expect("read");
    assert_eq!(marker, "educa store, format 5\n");
}

#[tokio::test]
async fn a_store_of_format_3_is_brought_to_ours_and_its_accounts_get_tokens() {
    let (_folder, config) = unpack("format-3");
    let origin = Origin { at: "2026-11-22T00:00:00Z".parse().expect("a time"), by: None, address: None };
    for n_tokens in 0..2_u8 {
        let store = open(&config);
        let accounts = store.accounts(AccountId(0), 99).await.expect("read");
        let shown: Vec<_> = accounts.iter().map(|account| (account.username.as_str(), account.state())).collect();
        let (active, unconfirmed) = (AccountState::Active, AccountState::Unconfirmed);
        let people = [
            ("ada", active),
            ("ben", active),
            ("grace", active),
            ("dora", AccountState::Disabled),
            ("Carol", unconfirmed),
        ];
        assert_eq!(shown, people);
        let token = "85bc7f3a9558f0c0bcc027666d7e71436660800c77cdb928bb099909b9c12e86";
        let session = store.session(Token::parse(token).expect("a token").key()).await.expect("read");
        assert_eq!(session.map(|session| session.account), Some(AccountId(1)));
        let counts = store.seat_counts(CourseId::new(1).expect("an id")).await.expect("read");
        assert_eq!(counts, SeatCounts { enrolled: 2, waiting: 1, ..SeatCounts::default() });
        let events = store.events(None, EventFilter::default(), 99).await.expect("read");
        assert_eq!(events.len(), 14 + usize::from(n_tokens));
        let tokens = store.tokens_of(AccountId(1)).await.expect("read");
        assert_eq!(tokens.len(), usize::from(n_tokens));
        let made = ApiToken {
            key: TokenKey([n_tokens; 32]),
            account: AccountId(1),
            generation: accounts[0].generation,
            name: "backup".parse().expect("a name"),
            created: origin.at,
            expires: "2027-11-22T00:00:00Z".parse().expect("a time"),
            used: None,
            renewal: None,
        };
        store.add_token(made.clone(), origin).await.expect("stored").expect("there is room");
        assert_eq!(store.token(made.key).await.expect("read"), Some(made));
    }
    let marker = fs::read_to_string(config.path.join("format")).expect("read");
    assert_eq!(marker, "educa store, format 5\n");
}

#[tokio::test]
async fn a_store_of_format_4_is_brought_to_ours_and_its_messages_can_be_taken_away() {
    let (_folder, config) = unpack("format-4");
    let by_ada = |at: &str| Origin { at: at.parse().expect("a time"), by: Some(AccountId(1)), address: None };
    let room = CourseId::new(1).expect("an id");
    for turn in 0..2 {
        let store = open(&config);
        let token = "e37acdca43928c39fa8d28888a60ee391ce973c8a4ab101cba4bcb9bfa1cc97d";
        let token = store.token(Token::parse(token).expect("a token").key()).await.expect("read");
        assert_eq!(token.map(|token| token.account), Some(AccountId(1)));
        let messages = store.last_messages(room, 9).await.expect("read");
        let texts: Vec<_> = messages.iter().map(|message| message.text().map(MessageText::as_str)).collect();
        let expected: [&[_]; 2] =
            [&[Some("hello from ada"), Some("hello from ben")], &[Some("hello from ada"), None, None]];
        assert_eq!(texts, expected[turn]);
        let removed = store.remove_message(room, 2, by_ada("2026-11-22T00:00:00Z")).await.expect("stored");
        assert_eq!(removed.is_some(), turn == 0);
    }
    let marker = fs::read_to_string(config.path.join("format")).expect("read");
    assert_eq!(marker, "educa store, format 5\n");
}

#[tokio::test]
async fn a_migration_that_was_interrupted_is_finished() {
    // The marker is raised before the first change, the number in the records after the last.
    let (_folder, config) = unpack("format-1");
    fs::write(config.path.join("format"), "educa store, format 5\n").expect("written");
    let store = open(&config);
    assert!(store.account_by_email(&EmailKey::of("ben@example.org")).await.expect("read").is_some());
    drop(store);
    fs::write(config.path.join("format"), "educa store, format 6\n").expect("written");
    let error = SledStore::open(&config).expect_err("it is newer");
    assert!(matches!(error, OpenError::Newer { found: 6, known: 5, .. }), "{error}");
}
