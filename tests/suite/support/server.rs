//! A running server: the real router on a free port, over a real store, with a clock that stands still.
//!
//! With EDUCA_TEST_TOGETHER=yes it is two: servers that share a database and a Redis, each a process but for the memory that
//! it lies in. Requests and sockets then go to one and the other in turns, so tests of one server are tests of several.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use educa::course::{Course, Language};
use educa::school::{
    Account, AccountId, AccountRules, Added, Clock, Email, Letter, Mailer, MailerError, NewAccount, Origin,
    PasswordHash, Role, School, Store, ValidRegistration,
};
use educa::server::{self, App, Hosts, LiveConfig, PublicationSource, ServerConfig, Shelf, Watch};
use educa::store::{PostgresStore, SledStore, StoreConfig};
use educa::theme::SiteView;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::{Shared, Site};

/// A password that nobody objects to.
pub const PASSWORD: &str = "correct horse x9";

/// A server over a school; stops when dropped.
pub struct Server {
    /// The school it serves; may be edited and built anew.
    pub site: Site,
    /// The rules, for setting the stage.
    pub school: Arc<School>,
    /// Its parts.
    pub app: App,
    /// Where it listens.
    pub address: SocketAddr,
    /// The records, for setting the stage where the rules would take too long.
    pub store: Arc<dyn Store>,
    clock: Arc<StoppedClock>,
    processes: Vec<Process>,
    turn: AtomicUsize,
    _data: TempDir,
    _shared: Option<Shared>,
}

/// One that serves; there may be several.
struct Process {
    app: App,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    _watch: Watch,
}

/// A clock that stands still until it is moved.
struct StoppedClock(Mutex<Timestamp>);

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("not poisoned")
    }
}

impl Default for StoppedClock {
    fn default() -> Self {
        Self(Mutex::new("2026-11-20T12:00:00Z".parse().expect("a time")))
    }
}

impl Process {
    async fn start(site: &Site, school: Arc<School>, config: ServerConfig, change: impl FnOnce(&mut App)) -> Self {
        let shelf = Arc::new(Shelf::open(source(site)).expect("a publication"));
        let config = ServerConfig { grace: Duration::from_secs(1), ..config };
        let mut app = App::new(school, shelf.clone(), config);
        change(&mut app);
        let listener = server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let router = server::router(app.clone(), Hosts::new(&app.config, address));
        let watch = server::watch(shelf).expect("a watcher");
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server::serve(listener, router, app.clone(), async move {
            let _ = stopped.await;
        }));
        Self { app, address, stop: Some(stop), _watch: watch }
    }
}

impl Server {
    /// A server over the smallest school.
    pub async fn start() -> Self {
        Self::over(Site::smallest()).await
    }

    /// A server over a school, which is built first.
    pub async fn over(site: Site) -> Self {
        Self::with(site, ServerConfig::default()).await
    }

    /// The same with settings; `listen` is replaced by a free port.
    pub async fn with(site: Site, config: ServerConfig) -> Self {
        if std::env::var_os("EDUCA_TEST_TOGETHER").is_some() {
            let shared = Shared::make().await.expect("EDUCA_TEST_TOGETHER needs PostgreSQL and Redis");
            return Self::together(site, config, shared).await;
        }
        Self::alone(site, config).await
    }

    /// One process, whatever others are: for what each process has of its own.
    pub async fn alone(site: Site, config: ServerConfig) -> Self {
        Self::with_parts(site, config, |_| {}).await
    }

    /// Two that share their records and hear each other.
    pub async fn together(site: Site, config: ServerConfig, shared: Shared) -> Self {
        site.build();
        let clock = Arc::new(StoppedClock::default());
        let config = ServerConfig { live: LiveConfig { redis: Some(shared.redis.clone()), ..config.live }, ..config };
        let mut processes = Vec::new();
        let mut first = None;
        for _ in 0..2 {
            let database = shared.database.config();
            let opened = tokio::task::spawn_blocking(move || PostgresStore::open(&database));
            let store: Arc<dyn Store> = Arc::new(opened.await.expect("opened").expect("a store"));
            let school = School::new(store.clone(), clock.clone()).expect("a school");
            let school = Arc::new(school.with_messages(config.live.messages()));
            processes.push(Process::start(&site, school, config.clone(), |_| {}).await);
            first.get_or_insert(store);
        }
        Self::of(site, first.expect("two"), clock, processes, Some(shared))
    }

    fn of(
        site: Site,
        store: Arc<dyn Store>,
        clock: Arc<StoppedClock>,
        processes: Vec<Process>,
        shared: Option<Shared>,
    ) -> Self {
        let (app, address) = (processes[0].app.clone(), processes[0].address);
        let data = TempDir::new().expect("a folder");
        let (school, turn) = (app.school.clone(), AtomicUsize::new(0));
        Self { site, school, app, address, store, clock, processes, turn, _data: data, _shared: shared }
    }

    /// A server over the smallest school, where everybody must confirm a mail address.
    pub async fn confirming() -> Self {
        let rules = AccountRules { confirm_email: true };
        Self::with_rules(Site::smallest(), ServerConfig::default(), rules, |_| {}).await
    }

    /// The same with other parts.
    pub async fn with_parts(site: Site, config: ServerConfig, change: impl FnOnce(&mut App)) -> Self {
        Self::with_rules(site, config, AccountRules::default(), change).await
    }

    async fn with_rules(site: Site, config: ServerConfig, rules: AccountRules, change: impl FnOnce(&mut App)) -> Self {
        site.build();
        let data = TempDir::new().expect("a folder");
        let store = StoreConfig { path: data.path().join("store"), ..StoreConfig::default() };
        let store: Arc<dyn Store> = Arc::new(SledStore::open(&store).expect("a store"));
        let clock = Arc::new(StoppedClock::default());
        let school = School::new(store.clone(), clock.clone()).expect("a school").with_rules(rules);
        let school = Arc::new(school.with_messages(config.live.messages()));
        let process = Process::start(&site, school, config, change).await;
        Self { _data: data, ..Self::of(site, store, clock, vec![process], None) }
    }

    /// Tells it to stop.
    pub fn stop(&mut self) {
        for process in &mut self.processes {
            process.stop = None;
        }
    }

    /// The parts of each process.
    pub fn apps(&self) -> impl Iterator<Item = &App> {
        self.processes.iter().map(|process| &process.app)
    }

    /// Where the next request goes: to one process and the other in turns.
    pub fn next_address(&self) -> SocketAddr {
        self.processes[self.turn.fetch_add(1, Ordering::Relaxed) % self.processes.len()].address
    }

    /// The next request goes to this process.
    pub fn turn_to(&self, process: usize) {
        self.turn.store(process, Ordering::Relaxed);
    }

    /// Waits until every process says of these that so many are here, as it does at once if it is the only one.
    pub async fn agrees_on_online(&self, accounts: &[AccountId], n_online: usize) {
        let agreed = async {
            while !self.apps().all(|app| app.live.online(accounts.iter().copied()).len() == n_online) {
                assert!(self.processes.len() > 1, "it knows by itself");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        // Two are promised, and held to elsewhere; here a machine may be busy with other tests.
        tokio::time::timeout(Duration::from_secs(10), agreed).await.expect("they agree");
    }

    /// How many serve the school.
    pub fn n_processes(&self) -> usize {
        self.processes.len()
    }

    /// Moves the clock.
    pub fn later(&self, by: SignedDuration) {
        *self.clock.0.lock().expect("not poisoned") += by;
    }

    /// Takes the letters that wait.
    pub async fn letters(&self) -> Vec<Letter> {
        let kept = KeptLetters::default();
        self.school.deliver(&kept).await.expect("they are delivered");
        kept.0.into_inner().expect("not poisoned")
    }

    /// Takes the only letter that waits.
    pub async fn letter(&self) -> Letter {
        let mut letters = self.letters().await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        letters.remove(0)
    }

    /// An account with a confirmed address and [`PASSWORD`].
    pub async fn account_with_email(&self, name: &str, email: &str) -> Account {
        let (username, email) = (name.parse().expect("a name"), Some(email.parse().expect("an address")));
        let registration = ValidRegistration { username, email, password: PASSWORD.into() };
        self.school.add_account(registration, Role::Student).await.expect("it works").expect("a free name")
    }

    /// An absolute URL.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A browser without cookies; it follows no redirect by itself.
    pub fn visitor(&self) -> Visitor<'_> {
        let client = Client::builder().cookie_store(true).redirect(redirect::Policy::none()).no_proxy();
        Visitor { server: self, client: client.build().expect("a client") }
    }

    /// A browser of somebody new who just registered as a student.
    pub async fn student(&self, name: &str) -> Visitor<'_> {
        self.person(name, Role::Student).await
    }

    /// Somebody new in some role, with [`PASSWORD`], not signed in.
    pub async fn account(&self, name: &str, role: Role) -> Account {
        let email: Option<Email> = None;
        let username = name.parse().expect("a name");
        let registration = ValidRegistration { username, email, password: PASSWORD.into() };
        self.school.add_account(registration, role).await.expect("it works").expect("a free name")
    }

    /// A course as the server knows it.
    pub fn course(&self, id: u32) -> Course {
        let catalog = educa::course::load(&self.site.config.private).expect("a catalog");
        catalog.courses.into_iter().find(|course| course.id.get() == id).expect("a course")
    }

    /// A student with a password that was hashed before: for tests of many, where hashing takes the time.
    pub async fn account_with(&self, name: &str, password: PasswordHash) -> Account {
        let created = self.clock.now();
        let username = name.parse().expect("a name");
        let role = Role::Student;
        let account =
            NewAccount { username, email: None, email_confirmed: false, active: true, role, password, created };
        let origin = Origin { at: created, by: None, address: None };
        match self.store.add_account(account, origin).await.expect("it works") {
            Added::New(account) => account,
            Added::Existing(_) => panic!("{name} is taken"),
        }
    }

    /// A browser of somebody new in some role, signed in.
    pub async fn person(&self, name: &str, role: Role) -> Visitor<'_> {
        self.account(name, role).await;
        let visitor = self.visitor();
        let answer = visitor.post("/accounts/login/", &[("username", name), ("password", PASSWORD)]).await;
        assert_eq!(answer.status(), 302);
        visitor
    }
}

/// A mailer that keeps what it is given.
#[derive(Default)]
struct KeptLetters(Mutex<Vec<Letter>>);

#[async_trait]
impl Mailer for KeptLetters {
    async fn send(&self, letter: &Letter) -> Result<(), MailerError> {
        self.0.lock().expect("not poisoned").push(letter.clone());
        Ok(())
    }
}

/// The path of the link in a letter, which stands in both of its forms.
pub fn link_in(letter: &Letter) -> String {
    let url = letter.text.lines().find(|line| line.starts_with("http")).expect("a link");
    let html = letter.html.as_deref().expect("HTML");
    assert!(html.contains(&format!("<a href=\"{url}\">")), "{html}");
    let (_, rest) = url.split_once("://").expect("absolute");
    rest[rest.find('/').expect("a path")..].to_owned()
}

/// Somebody with a browser.
pub struct Visitor<'a> {
    server: &'a Server,
    client: Client,
}

impl Visitor<'_> {
    /// A request to be shaped and sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.server.next_address()))
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.expect("an answer")
    }

    /// POST of a form, as a browser's own page sends it.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let request = self.request(Method::POST, path).header("Sec-Fetch-Site", "same-origin");
        request.form(form).send().await.expect("an answer")
    }

    /// Enrolls in a course through the form.
    pub async fn enroll(&self, course: &str) {
        let answer = self.post("/students/enroll-course/", &[("course", course)]).await;
        assert_eq!(location(&answer), format!("/students/course/{course}/"));
    }

    /// The text of a page that must be there.
    pub async fn read(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.expect("a text")
    }
}

/// The value of a header; empty if there is none. Several of one name are joined as one would be written.
pub fn header(answer: &Response, name: &str) -> String {
    let values = answer.headers().get_all(name).iter().map(|value| value.to_str().expect("text"));
    values.collect::<Vec<_>>().join(", ")
}

/// The value of the session cookie that an answer sets.
pub fn session(answer: &Response) -> String {
    let cookie = header(answer, "set-cookie");
    let value = cookie.strip_prefix("sessionid=").and_then(|rest| rest.split(';').next());
    value.unwrap_or_else(|| panic!("no session cookie: {cookie}")).to_owned()
}

/// The headers that every answer has, whatever it is.
pub fn assert_guarded(answer: &Response) {
    let what = format!("{} {}", answer.status(), answer.url());
    assert_eq!(header(answer, "x-content-type-options"), "nosniff", "{what}");
    assert_eq!(header(answer, "x-frame-options"), "DENY", "{what}");
    let policy = header(answer, "content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
}

/// Where a redirect leads; empty if the answer is none.
pub fn location(answer: &Response) -> String {
    answer.headers().get("location").map(|value| value.to_str().expect("a path").to_owned()).unwrap_or_default()
}

fn source(site: &Site) -> PublicationSource {
    let config = &site.config;
    let lang: Language = config.lang.clone();
    PublicationSource {
        public: config.public.clone(),
        private: config.private.clone(),
        themes: config.themes.clone(),
        theme: config.theme.clone(),
        minify: config.minify,
        site: SiteView {
            title: config.title.clone(),
            description: config.description.clone(),
            lang: lang.to_string(),
            search: config.search,
        },
        lang,
    }
}
