//! Mail: letters leave the queue into an outbox or to a mail server, through refusals and restarts.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use educa::mail::{Encryption, Secret, Smtp, SmtpServer};
use educa::school::{
    Clock, Delivered, Email, Letter, LetterWriter, Occasion, Role, School, Unwritten, ValidRegistration,
};
use educa::store::{SledStore, StoreConfig};
use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{PASSWORD, Server, Site};

/// A mail server that answers RCPT with these codes, one after another, and then takes everything.
struct MailServer {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    async fn start(answers: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("smtp://ada%40school@{}", listener.local_addr().expect("an address"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new(answers.to_vec()));
        let said = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Self::talk(stream, said.clone(), answers.clone()));
            }
        });
        Self { url, heard }
    }

    async fn talk(stream: TcpStream, heard: Arc<Mutex<Vec<String>>>, answers: Arc<Mutex<Vec<u16>>>) -> Option<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 mail.example ESMTP\r\n").await.ok()?;
        let mut in_data = false;
        while let Some(line) = lines.next_line().await.ok()? {
            heard.lock().expect("not poisoned").push(line.clone());
            let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                "." if in_data => {
                    in_data = false;
                    "250 taken".to_owned()
                }
                _ if in_data => continue,
                "EHLO" => "250-mail.example\r\n250 AUTH PLAIN".to_owned(),
                "AUTH" => "235 welcome".to_owned(),
                "RCPT" => {
                    let mut answers = answers.lock().expect("not poisoned");
                    let code = if answers.is_empty() { 250 } else { answers.remove(0) };
                    format!("{code} about <ada@example.org>")
                }
                "DATA" => {
                    in_data = true;
                    "354 go on".to_owned()
                }
                "QUIT" => "221 bye".to_owned(),
                _ => "250 yes".to_owned(),
            };
            write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        }
        None
    }

    fn carrier(&self) -> Smtp {
        self.carrier_by(Encryption::None)
    }

    fn carrier_by(&self, encryption: Encryption) -> Smtp {
        let server: SmtpServer = self.url.parse().expect("a server");
        let server = SmtpServer { encryption, ..server };
        let from = "The School <school@school.example>".parse().expect("an address");
        Smtp::new(&server, Some(&Secret::new("hunter2".into())), from).expect("a carrier")
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("not poisoned").clone()
    }
}

struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// Writes what the school says, without a theme.
struct Plain;

impl LetterWriter for Plain {
    fn write(&self, to: &Email, _: Occasion<'_>) -> Result<Letter, Unwritten> {
        let subject = "Ünïcode and a very long subject that has to be folded somewhere, since lines are short".into();
        Ok(Letter {
            to: to.clone(), subject, text: "One line.\n.\nAnother ü.\n".into(), html: Some("<p>ü</p>".into())
        })
    }
}

/// Opens the school anew, as a restart does.
fn school(folder: &Path, now: Timestamp) -> School {
    let config = StoreConfig { path: folder.join("store"), ..StoreConfig::default() };
    School::new(Arc::new(SledStore::open(&config).expect("a store")), Arc::new(At(now))).expect("a school")
}

async fn ask(school: &School) {
    let email: Email = "ada@example.org".parse().expect("an address");
    let username = "ada".parse().expect("a name");
    let registration = ValidRegistration { username, email: Some(email.clone()), password: PASSWORD.into() };
    school.add_account(registration, Role::Student).await.expect("it works").expect("free");
    school.ask_reset(&email, &Plain, None).await.expect("it works").expect("not too often");
}

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().expect("a time")
}

#[tokio::test]
async fn a_letter_outlives_a_server_that_is_busy_and_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = MailServer::start(&[451]).await;
    let first = school(folder.path(), now());
    ask(&first).await;
    let put_off = Delivered { put_off: 1, ..Delivered::default() };
    assert_eq!(first.deliver(&server.carrier()).await.expect("it works"), put_off);
    assert_eq!(first.deliver(&server.carrier()).await.expect("it works"), Delivered::default(), "not at once");
    drop(first);
    let second = school(folder.path(), now() + SignedDuration::from_mins(1));
    let sent = Delivered { sent: 1, ..Delivered::default() };
    assert_eq!(second.deliver(&server.carrier()).await.expect("it works"), sent);
    assert_eq!(second.deliver(&server.carrier()).await.expect("it works"), Delivered::default(), "once");
    let heard = server.heard();
    let count = |start: &str| heard.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!(
        (count("RCPT TO:<ada@example.org>"), count("DATA"), count("MAIL FROM:<school@school.example>")),
        (2, 1, 2)
    );
    // ada@school, hunter2
    assert!(heard.contains(&"AUTH PLAIN AGFkYUBzY2hvb2wAaHVudGVyMg==".to_owned()), "{heard:?}");
    for header in
        ["From: \"The School\" <school@school.example>", "To: ada@example.org", "Auto-Submitted: auto-generated"]
    {
        assert!(heard.iter().any(|line| line == header), "{header}: {heard:#?}");
    }
    for start in
        ["Date: ", "Message-ID: <", "MIME-Version: 1.0", "Content-Type: multipart/alternative", "Subject: =?utf-8?"]
    {
        assert_eq!(count(start), 1, "{start}: {heard:#?}");
    }
    assert!(heard.iter().all(|line| line.len() <= 998 && line.is_ascii()), "{heard:#?}");
}

#[tokio::test]
async fn a_letter_is_given_up_when_it_is_refused_or_three_days_old() {
    let refused = tempfile::tempdir().expect("a folder");
    let server = MailServer::start(&[550]).await;
    let one = school(refused.path(), now());
    ask(&one).await;
    let given_up = Delivered { given_up: 1, ..Delivered::default() };
    assert_eq!(one.deliver(&server.carrier()).await.expect("it works"), given_up);
    assert_eq!(one.deliver(&server.carrier()).await.expect("it works"), Delivered::default());
    // Nobody listens there.
    let old = tempfile::tempdir().expect("a folder");
    let nobody = MailServer { url: "smtp://u@127.0.0.1:9".into(), heard: Arc::default() };
    let one = school(old.path(), now());
    ask(&one).await;
    assert_eq!(one.deliver(&nobody.carrier()).await.expect("it works").put_off, 1);
    drop(one);
    let later = school(old.path(), now() + SignedDuration::from_hours(72));
    assert_eq!(later.deliver(&nobody.carrier()).await.expect("it works"), given_up);
}

/// A server that does not encrypt hears neither the password nor the letter.
#[tokio::test]
async fn nothing_is_said_in_the_clear_to_a_server_that_should_encrypt() {
    for (encryption, greets) in [(Encryption::Tls, false), (Encryption::StartTls, true)] {
        let folder = tempfile::tempdir().expect("a folder");
        let server = MailServer::start(&[]).await;
        let school = school(folder.path(), now());
        ask(&school).await;
        let put_off = Delivered { put_off: 1, ..Delivered::default() };
        assert_eq!(school.deliver(&server.carrier_by(encryption)).await.expect("it works"), put_off);
        let heard = server.heard();
        assert_eq!(heard.iter().any(|line| line.starts_with("EHLO")), greets, "{heard:?}");
        assert!(heard.iter().all(|line| !line.starts_with("AUTH") && !line.starts_with("MAIL")), "{heard:?}");
    }
}

/// What nobody waits for comes at once: the task is woken by the queue, not by a clock.
#[tokio::test]
async fn letters_are_delivered_as_they_are_queued() {
    let server = Server::start().await;
    server.account_with_email("ada", "ada@example.org").await;
    let mail = MailServer::start(&[]).await;
    let (school, carrier) = (server.school.clone(), mail.carrier());
    let task = tokio::spawn(async move { school.keep_delivering(&carrier).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    for n in 1..=2 {
        server.visitor().post("/accounts/reset/", &[("email", "ada@example.org")]).await;
        let began = Instant::now();
        while mail.heard().iter().filter(|line| *line == ".").count() < n {
            assert!(began.elapsed() < Duration::from_secs(10), "{:?}", mail.heard());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    task.abort();
}

#[tokio::test]
async fn without_a_mail_server_letters_lie_in_the_outbox() {
    let site = Site::smallest();
    let form = |name: &str, email: &str| {
        [("username", name), ("email", email), ("password1", PASSWORD), ("password2", PASSWORD)]
            .map(|(a, b)| (a, b.to_owned()))
    };
    for (n, name) in ["ada", "bob"].into_iter().enumerate() {
        let running = site.program().serve(&[]);
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        let url = format!("{}/students/register/", running.url);
        let answer =
            client.post(url).form(&form(name, &format!("{name}@example.org"))).send().await.expect("an answer");
        assert_eq!(answer.status(), 302);
        let path = format!(".educa/outbox/{:04}.eml", n + 1);
        let began = Instant::now();
        while !site.has(&path) {
            assert!(began.elapsed() < Duration::from_secs(20), "{}", running.said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // Lines are short in mail: quoted-printable folds a long link, and every reader unfolds it.
        let message = site.read(&path).replace("=\r\n", "");
        assert!(message.contains(&format!("To: {name}@example.org\r\n")), "{message}");
        assert!(
            message.contains("From: no-reply@localhost\r\n") && message.contains("/accounts/confirm/"),
            "{message}"
        );
        let (_, rest) = message.split_once("/accounts/confirm/").expect("a link");
        let token = rest.split('/').next().expect("a token");
        assert_eq!(token.len(), 64);
        let link = format!("{}/accounts/confirm/{token}/", running.url);
        assert_eq!(client.post(&link).send().await.expect("an answer").status(), 200);
        assert_eq!(client.post(&link).send().await.expect("an answer").status(), 404);
        let began = Instant::now();
        while !running.said().contains("path=/accounts/confirm/…") {
            assert!(began.elapsed() < Duration::from_secs(10), "{}", running.said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(!running.said().contains("example.org"), "no address in the log: {}", running.said());
        assert!(!running.said().contains(token), "nor what opens an account: {}", running.said());
        running.kill();
    }
    #[cfg(unix)]
    for (path, mode) in [(".educa/outbox", 0o700), (".educa/outbox/0001.eml", 0o600)] {
        use std::os::unix::fs::PermissionsExt as _;
        let permissions = std::fs::metadata(site.path(path)).expect("it is there").permissions();
        assert_eq!(permissions.mode() & 0o777, mode, "{path}");
    }
}

#[test]
fn what_is_wrong_with_the_settings_of_mail_is_said_without_a_password() {
    let said = |mail: &str| {
        let site = Site::smallest();
        site.write("educa.toml", format!("[site]\ntitle = \"Test school\"\n[mail]\n{mail}\n"));
        let run = site.program().run(&["serve", "--listen", "127.0.0.1:0"]);
        assert_eq!(run.code, 1, "{mail}: {run:?}");
        assert!(!run.err.contains("hunter2"), "{}", run.err);
        run.err
    };
    assert!(said("smtp = \"smtp://ada:hunter2@mail.example\"").contains("`smtp` holds a password"));
    assert!(said("password = \"hunter2\"").contains("`password` holds a password"));
    assert!(said("smtp = \"mail.example\"").contains("`smtp` is not the address of a mail server"));
    assert!(said("from = \"nobody\"").contains("`from` is not a mail address"));
    assert!(said("smtp = \"smtps://ada@mail.example\"\nfrom = \"a@b.example\"").contains("EDUCA_MAIL_PASSWORD"));
    let none = said("smtp = \"smtps://ada@mail.example\"\npassword_file = \"nothing\"\nfrom = \"a@b.example\"");
    assert!(none.contains("cannot read"), "{none}");
    assert!(said("smtp = \"smtps://mail.example\"").contains("`from` under [mail] is missing"));
}
