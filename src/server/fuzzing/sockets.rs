//! Sockets: the first byte says how the rest is cut, which is what a client sends over an open socket of a room. Then its lines
//! are sent once more as sound frames. The real loop of a socket serves both, over memory.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncWriteExt as _, DuplexStream, WriteHalf};
use tokio::time::timeout;

use super::frames::{Frames, closes_with, in_frames, must_end};
use crate::course::{Catalog, Course, CourseId, Direction, EnrollmentPolicy, InstructorId, Language, Slug, SubjectId};
use crate::school::{
    Account, Added, Backing, Budget, Device, NewAccount, Origin, PasswordHash, Role, School, Store, SystemClock,
    TokenKey,
};
use crate::server::live::{Live, LiveConfig, serve_member};
use crate::server::operation::Metrics;
use crate::server::publication::{PublicationSource, Shelf};
use crate::theme::{DEFAULT_THEME, SiteView};

/// Longer than anything may take: nothing here waits for anybody.
const PATIENCE: Duration = Duration::from_secs(30);

/// Less than an input may have, so that one can be too large.
const MAX_FRAME: usize = 2_048;

/// Fewer than may wait to be stored.
const MAX_LINES: usize = 24;

/// Each input has a room. When there is none left a new school is made, or what was said would fill the memory.
const ROOMS: u32 = 200;

/// The codes that docs/live.md names.
const CODES: [u16; 8] = [1001, 1002, 1003, 1007, 1009, 1013, 4401, 4403];

/// Nothing that a client sends brings a socket down, or out of the protocol: what is the protocol ends nothing, what is not ends
/// it with a code that is documented, and whatever texts came before, the next message is taken. `store` makes an empty one.
pub fn sockets(store: fn() -> Arc<dyn Store>, bytes: &[u8]) {
    let (cut, sent) = bytes.split_first().map_or((0, bytes), |(cut, sent)| (*cut, sent));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let stage = Stage::of_the_moment(store).await;
        let heard = stage.talk(cut, sent, None).await;
        ends_as_documented(&heard, sent);
        let name = blake3::hash(bytes).to_hex()[..16].to_owned();
        let last = format!("{{\"message\":\"still here\",\"client_id\":\"{name}\"}}");
        let lines = sent.split(|byte| *byte == b'\n').take(MAX_LINES).chain([last.as_bytes()]);
        let frames: Vec<u8> = lines.enumerate().flat_map(|(nth, line)| in_frames(nth, line, MAX_FRAME)).collect();
        let heard = stage.talk(cut, &frames, Some(&name)).await;
        assert_eq!(heard.close, None, "texts end nothing");
        assert!(heard.was_taken(&name), "{:?}", heard.texts);
    });
}

fn ends_as_documented(heard: &Frames, sent: &[u8]) {
    match must_end(sent, MAX_FRAME) {
        Some(true) => assert!(heard.close.is_some(), "this is not the protocol: {}", sent.escape_ascii()),
        Some(false) => assert_eq!(heard.close, None, "this is the protocol: {}", sent.escape_ascii()),
        None => {}
    }
    if let Some(code) = heard.close {
        // A client's own farewell is answered with its own code.
        let is_own = closes_with(sent, code);
        assert!(CODES.contains(&code) || is_own, "{code} is documented nowhere");
    }
    // Six bytes are the least that a frame needs, and two answers the most that it gets.
    assert!(heard.texts.len() <= 1 + sent.len() / 6 * 2, "{} answers", heard.texts.len());
    for (nth, text) in heard.texts.iter().enumerate() {
        let known = if nth == 0 { &["chat_history"][..] } else { &["chat_message", "ack", "error"] };
        assert!(text["type"].as_str().is_some_and(|kind| known.contains(&kind)), "{text}");
    }
}

/// A school with somebody in it, and a room where nothing was said.
#[derive(Clone)]
struct Stage {
    school: Arc<School>,
    account: Account,
    session: TokenKey,
    room: u32,
}

thread_local! {
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

impl Stage {
    async fn of_the_moment(store: fn() -> Arc<dyn Store>) -> Self {
        let kept = STAGE.take().filter(|stage| stage.room < ROOMS);
        let mut stage = match kept {
            Some(stage) => stage,
            None => Self::new(store()).await,
        };
        stage.room += 1;
        stage.school.enroll(&stage.account, &course(stage.room), Backing::None, None).await.expect("a store");
        STAGE.set(Some(stage.clone()));
        stage
    }

    async fn new(store: Arc<dyn Store>) -> Self {
        let school = School::new(store.clone(), Arc::new(SystemClock)).expect("a school");
        let school = school.with_messages(Budget::new("messages", u32::MAX, SignedDuration::from_secs(1)));
        let origin = Origin { at: school.now(), by: None, address: None };
        let Added::New(account) = store.add_account(student(&school), origin).await.expect("a store") else {
            panic!("the store is not empty");
        };
        let session = school.sign_in(account.clone(), Device::default()).await.expect("a store").token.key();
        Self { school: Arc::new(school), account, session, room: 0 }
    }

    /// Has a client send these bytes over a new socket, in pieces, and hear what comes of it, until the server ends it, or
    /// until the message of that name is answered. Then the client is gone.
    async fn talk(&self, cut: u8, sent: &[u8], last: Option<&str>) -> Frames {
        let config = LiveConfig { max_frame: MAX_FRAME, ..LiveConfig::default() };
        let live = Arc::new(Live::new(self.school.clone(), shelf(), config, Metrics::default().live.clone()));
        let cut = usize::from(cut).max(1);
        let (client, server) = tokio::io::duplex(cut * 16);
        let (mut reads, writes) = tokio::io::split(client);
        let hears = async {
            let mut heard = Frames::default();
            while !last.is_some_and(|name| heard.was_answered(name)) && heard.read(&mut reads).await {}
            // Nothing is left of the client from here.
            drop(reads);
            heard
        };
        let served = serve_member(&live, self.session, course(self.room).id, server);
        let talked = async { tokio::join!(served, sends(writes, cut, sent, last.is_none()), hears) };
        let ((), (), heard) = timeout(PATIENCE, talked).await.expect("it ends by itself");
        timeout(PATIENCE, live.stop()).await.expect("what was said is stored");
        heard
    }
}

/// A server that has ended takes no more, which is no mistake.
async fn sends(mut writes: WriteHalf<DuplexStream>, cut: usize, sent: &[u8], then_ends: bool) {
    for piece in sent.chunks(cut) {
        if writes.write_all(piece).await.is_err() {
            return;
        }
    }
    if then_ends {
        let _ = writes.shutdown().await;
    }
}

fn student(school: &School) -> NewAccount {
    NewAccount {
        username: "ada".parse().expect("a name"),
        email: None,
        email_confirmed: false,
        active: true,
        role: Role::Student,
        password: PasswordHash(String::new()),
        created: school.now(),
    }
}

fn course(number: u32) -> Course {
    Course {
        id: CourseId::new(number).expect("an id"),
        subject: SubjectId::new(1).expect("an id"),
        title: "Sets".to_owned(),
        slug: "sets".parse::<Slug>().expect("a slug"),
        overview: String::new(),
        created: Timestamp::UNIX_EPOCH,
        owner: InstructorId::new(1).expect("an id"),
        lang: language(),
        dir: Direction::LeftToRight,
        enrollment: EnrollmentPolicy::default(),
        modules: Vec::new(),
    }
}

fn language() -> Language {
    "en".parse().expect("a language")
}

/// A publication with the courses, of which nothing lies on the disk.
fn shelf() -> Arc<Shelf> {
    static SHELF: OnceLock<Arc<Shelf>> = OnceLock::new();
    let make = || {
        let nowhere = || PathBuf::from("/nowhere");
        let source = PublicationSource {
            public: nowhere(),
            private: nowhere(),
            themes: nowhere(),
            theme: DEFAULT_THEME.to_owned(),
            minify: false,
            site: SiteView { title: "School".into(), description: String::new(), lang: "en".into(), search: false },
            lang: language(),
        };
        let shelf = Shelf::bare(source.clone()).expect("the theme that is built in");
        let catalog = Catalog { courses: (1..=ROOMS).map(course).collect(), ..Catalog::default() };
        shelf.put(Arc::new(catalog), shelf.current().theme.clone(), source);
        Arc::new(shelf)
    };
    SHELF.get_or_init(make).clone()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    #[test]
    fn seeds_and_what_is_near_them() {
        let store = || -> Arc<dyn crate::school::Store> { Arc::new(crate::store::MemoryStore::new()) };
        crate::disk::each_seed("sockets", |bytes| super::sockets(store, bytes));
    }
}
