//! Every record comes back as it was, its bytes stay what they are, and damage is said, never a panic.

use jiff::Timestamp;

use super::*;
use crate::course::CourseId;
use crate::school::{
    Account, AccountId, ApiToken, Content, Device, Event, EventId, EventKind, Letter, LetterId, Link, Message,
    MessageText, Muted, Origin, PasswordHash, Progress, Purpose, QueuedLetter, Renewal, Role, Seat, SeatCounts,
    SeatState, Session, StoreError, TokenKey,
};

fn account() -> Account {
    Account {
        id: AccountId(7),
        username: "Ада+1".parse().expect("a name"),
        email: Some("ada@example.org".parse().expect("an address")),
        email_confirmed: true,
        active: true,
        disabled: true,
        role: Role::Staff,
        password: PasswordHash("$argon2id$…".into()),
        created: "2026-02-03T04:05:06.000007Z".parse().expect("a time"),
        generation: 3,
    }
}

fn course() -> CourseId {
    CourseId::new(9).expect("an id")
}

fn second(number: i64) -> Timestamp {
    Timestamp::from_second(number).expect("a time")
}

fn session() -> Session {
    let device = Device::new("Browser/1.0", Some("::1".parse().expect("an address")));
    let (created, expires, seen) = (second(1), second(2), second(3));
    Session { key: TokenKey([5; 32]), account: AccountId(300), generation: 2, created, expires, seen, device }
}

fn api_token() -> ApiToken {
    let renewal = Renewal { family: TokenKey([8; 32]), secret: TokenKey([9; 32]), expires: second(4) };
    ApiToken {
        key: TokenKey([7; 32]),
        account: AccountId(300),
        generation: 2,
        name: "backup Ä".parse().expect("a name"),
        created: second(1),
        expires: second(2),
        used: Some(second(3)),
        renewal: Some(renewal),
    }
}

fn link(purpose: Purpose) -> Link {
    Link { key: TokenKey([6; 32]), purpose, created: second(1), expires: second(2) }
}

fn event() -> Event {
    let origin = Origin { at: second(4), by: None, address: Some("192.0.2.1".parse().expect("an address")) };
    let (account, course) = (Some(AccountId(7)), Some(course()));
    Event { id: EventId(2), kind: EventKind::Enrolled, account, course, origin }
}

#[test]
fn every_record_comes_back_as_it_was() {
    let account = account();
    assert_eq!(read_account(account.id, &write_account(&account)).expect("read"), account);
    let bare = Account { email: None, role: Role::Instructor, created: Timestamp::MIN, ..account.clone() };
    assert_eq!(read_account(bare.id, &write_account(&bare)).expect("read"), bare);
    assert_eq!(read_session(session().key, &write_session(&session())).expect("read"), session());
    for state in [SeatState::Enrolled, SeatState::Waiting, SeatState::Requested] {
        let seat = SeatRecord { seat: Seat { state, since: account.created }, ticket: 3 };
        assert_eq!(read_seat(account.id, course(), &write_seat(&seat)).expect("read"), seat);
    }
    let counts = SeatCounts { enrolled: 1, waiting: 2, requested: 3 };
    let tally = TallyRecord { counts, first_ticket: 4, next_ticket: 5 };
    assert_eq!(read_tally(course(), &write_tally(&tally)).expect("read"), tally);
    let text = MessageText::parse("two\nlines 😀").expect("a text");
    for content in [Content::Said(text), Content::Removed { by: AccountId(9) }, Content::Removal { of: 3 }] {
        let message = Message { id: 4, author: account.id, at: kept(Timestamp::MAX), content };
        assert_eq!(read_message(course(), 4, &write_message(&message)).expect("read"), message);
    }
    let old = read_message(course(), 4, b"\x01\x07\x05hello\x02").expect("read");
    assert_eq!(old.text().map(MessageText::as_str), Some("hello"), "version 1");
    let muted = Muted { until: kept(Timestamp::MAX) };
    assert_eq!(read_mute(course(), account.id, &write_mute(muted)).expect("read"), muted);
    assert_eq!(read_number("a number", &write_number(u64::MAX)).expect("read"), u64::MAX);
    assert_eq!(read_event(EventId(2), &write_event(&event())).expect("read"), event());
}

#[test]
fn what_is_of_rooms_comes_back_as_it_was() {
    let (id, at) = (AccountId(7), kept(Timestamp::MAX));
    let reason = |text| crate::school::ReportReason::parse(text).expect("a reason");
    let reports = ["", "spam 😀"].map(|text| crate::school::Report { by: id, at, reason: reason(text) });
    assert_eq!(read_reports(course(), 4, &write_reports(&reports)).expect("read"), reports);
    let mention = crate::school::Mention { id: 9, by: id, at };
    for mentions in [Vec::new(), vec![mention, mention]] {
        let mark = crate::school::ReadMark { read: u64::MAX, mentions };
        assert_eq!(read_read_mark(id, course(), &write_read_mark(&mark)).expect("read"), mark);
    }
    assert_eq!(read_digest(id, &write_digest(at)).expect("read"), at);
    assert!(matches!(read_digest(id, b"\x01"), Err(StoreError::Damaged { .. })));
    let since = Timestamp::from_microsecond(1_000).expect("a time");
    let report = crate::school::Report { by: id, at: since, reason: reason("no") };
    assert_eq!(write_reports(&[report]), *b"\x01\x01\x07\xd0\x0f\x02no");
    let mark = crate::school::ReadMark { read: 5, mentions: vec![crate::school::Mention { at: since, ..mention }] };
    assert_eq!(write_read_mark(&mark), [1, 5, 1, 9, 7, 0xd0, 0x0f]);
    assert_eq!(write_digest(since), [1, 0xd0, 0x0f]);
}

#[test]
fn tokens_come_back_as_they_were() {
    let bare = ApiToken { name: "".parse().expect("a name"), used: None, renewal: None, ..api_token() };
    for token in [api_token(), bare] {
        assert_eq!(read_api_token(token.key, &write_api_token(&token)).expect("read"), token);
    }
    let keys = [TokenKey([1; 32]), TokenKey([2; 32])];
    assert_eq!(read_keys("keys", &write_keys(&keys)).expect("read"), keys);
    assert_eq!(read_keys("keys", &[]).expect("read"), []);
    assert!(matches!(read_keys("keys", &[0; 33]), Err(StoreError::Damaged { .. })));
}

#[test]
fn links_and_letters_come_back_as_they_were() {
    let email = account().email.expect("an address");
    let (id, by) = (AccountId(7), AccountId(1));
    for purpose in [
        Purpose::ConfirmEmail { account: id, email: email.clone() },
        Purpose::ResetPassword { account: id, generation: 9, email: None },
        Purpose::ResetPassword { account: id, generation: 9, email: Some(email.clone()) },
        Purpose::Invitation { course: course(), email: None, by },
        Purpose::Invitation { course: course(), email: Some(email.clone()), by },
    ] {
        let link = link(purpose);
        assert_eq!(read_link(link.key, &write_link(&link)).expect("read"), link);
    }
    let letter = Letter { to: email, subject: "Hello".into(), text: "Ada".into(), html: Some("<p>Ada".into()) };
    let queued = QueuedLetter { id: LetterId(3), letter, queued: second(1), due: second(2), n_tries: 4 };
    assert_eq!(read_letter(queued.id, &write_letter(&queued)).expect("read"), queued);
}

#[test]
fn the_bytes_on_disk_stay_what_they_are() {
    // A failure here means that stores in the field can no longer be read: raise the version instead.
    let since = Timestamp::from_microsecond(1_000).expect("a time");
    let seat = SeatRecord { seat: Seat { state: SeatState::Waiting, since }, ticket: 5 };
    assert_eq!(write_seat(&seat), [2, 1, 0xd0, 0x0f, 5]);
    let done = ["sets", "x"].map(|slug| (slug.parse().expect("a slug"), since)).to_vec();
    let progress = Progress::new(done).expect("two modules");
    assert_eq!(write_progress(&progress), *b"\x01\x02\x04sets\xd0\x0f\x01x\xd0\x0f");
    assert_eq!(read_progress(AccountId(1), course(), &write_progress(&progress)).expect("read"), progress);
    let bytes = write_session(&Session { device: Device::new("B", None), ..session() });
    assert_eq!(bytes, b"\x02\xac\x02\x02\x80\x89\x7a\x80\x92\xf4\x01\x80\x9b\xee\x02\x01B\x00");
    let bytes = write_api_token(&ApiToken { name: "B".parse().expect("a name"), used: None, ..api_token() });
    let hashes = [[8; 32], [9; 32]].concat();
    let head = b"\x01\xac\x02\x02\x01B\x80\x89\x7a\x80\x92\xf4\x01\x00\x01";
    assert_eq!(bytes, [&head[..], &hashes, b"\x80\xa4\xe8\x03"].concat());
    let mut ada = Account { username: "ada".parse().expect("a name"), email: None, ..account() };
    ada.password = PasswordHash("#".into());
    ada.created = Timestamp::UNIX_EPOCH;
    assert_eq!(write_account(&ada), *b"\x03\x03ada\x00\x01\x01\x01\x02\x01#\x00\x03");
}

#[test]
fn records_of_earlier_versions_are_read() {
    let ada = read_account(AccountId(7), b"\x02\x03ada\x00\x00\x00\x02\x01#\x00\x03").expect("read");
    assert!(!ada.email_confirmed && !ada.active && !ada.disabled && ada.role == Role::Staff && ada.generation == 3);
    let ada = read_account(AccountId(7), b"\x01\x03ada\x01\x03a@b\x02\x01#\x00\x03").expect("read");
    assert!(ada.email_confirmed && ada.active && ada.role == Role::Staff && ada.generation == 3);
    let seat = read_seat(AccountId(7), course(), &[1, 0xd0, 0x0f]).expect("read");
    assert_eq!((seat.seat.state, seat.seat.since.as_microsecond()), (SeatState::Enrolled, 1_000));
    let session = read_session(TokenKey([0; 32]), &[1, 0xac, 0x02, 1, 1]).expect("read");
    assert_eq!((session.account, session.generation, session.expires.as_microsecond()), (AccountId(300), 1, -1));
    assert!(session.created < session.expires && session.device == Device::default());
}

#[test]
fn an_unknown_version_says_which_record_and_which_version() {
    let mut bytes = write_account(&account());
    bytes[0] = 9;
    let error = read_account(AccountId(7), &bytes).expect_err("version 9 is not known");
    assert_eq!(error.to_string(), "the store holds a damaged record (account 7, version 9)");
}

#[test]
fn a_torn_or_flipped_record_is_damage_or_another_record_but_never_a_panic() {
    let bytes = write_account(&account());
    for length in 0..bytes.len() {
        let read = read_account(AccountId(7), &bytes[..length]);
        assert!(matches!(read, Err(StoreError::Damaged { .. })), "{length}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(read_account(AccountId(7), &longer), Err(StoreError::Damaged { .. })));
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        match read_account(AccountId(7), &flipped) {
            Ok(other) => assert_ne!(other, account(), "bit {bit}"),
            Err(error) => assert!(matches!(error, StoreError::Damaged { .. }), "bit {bit}: {error}"),
        }
    }
}

#[test]
fn arbitrary_bytes_never_panic() {
    let mut hash = blake3::hash(b"arbitrary");
    for length in (0..=32).cycle().take(20_000) {
        let mut bytes = hash.as_bytes()[..length].to_vec();
        // Half of them get a version that is known, or few would come past the first byte.
        if hash.as_bytes()[31] < 128
            && let Some(first) = bytes.first_mut()
        {
            *first = 1 + hash.as_bytes()[30] % 3;
        }
        let _ = read_account(AccountId(1), &bytes);
        let _ = read_session(TokenKey([0; 32]), &bytes);
        let _ = read_api_token(TokenKey([0; 32]), &bytes);
        let _ = read_link(TokenKey([0; 32]), &bytes);
        let _ = read_letter(LetterId(1), &bytes);
        let _ = read_seat(AccountId(1), course(), &bytes);
        let _ = read_tally(course(), &bytes);
        let _ = read_progress(AccountId(1), course(), &bytes);
        let _ = read_message(course(), 1, &bytes);
        let _ = read_event(EventId(1), &bytes);
        let _ = read_number("a number", &bytes);
        hash = blake3::hash(hash.as_bytes());
    }
}

#[test]
fn a_damaged_token_is_damage_or_another_token() {
    let bytes = write_api_token(&api_token());
    let key = api_token().key;
    for length in 0..bytes.len() {
        assert!(matches!(read_api_token(key, &bytes[..length]), Err(StoreError::Damaged { .. })), "{length}");
    }
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        match read_api_token(key, &flipped) {
            Ok(other) => assert_ne!(other, api_token(), "bit {bit}"),
            Err(error) => assert!(matches!(error, StoreError::Damaged { .. }), "bit {bit}: {error}"),
        }
    }
}

#[test]
fn a_record_that_breaks_a_rule_is_damaged() {
    // A message of one blank; an account without a name; a seat since a time that no calendar has.
    assert!(matches!(read_message(course(), 1, b"\x01\x01\x01 \x00"), Err(StoreError::Damaged { .. })));
    let nobody = b"\x03\x00\x00\x00\x01\x00\x00\x01#\x00\x00";
    assert!(matches!(read_account(AccountId(1), nobody), Err(StoreError::Damaged { .. })));
    let late = b"\x01\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01";
    assert!(matches!(read_seat(AccountId(1), course(), late), Err(StoreError::Damaged { .. })));
    // One module twice, and one that no address could have.
    for progress in [&b"\x01\x02\x01x\x00\x01x\x02"[..], b"\x01\x01\x01X\x00"] {
        assert!(matches!(read_progress(AccountId(1), course(), progress), Err(StoreError::Damaged { .. })));
    }
}
