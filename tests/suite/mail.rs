//! Mail: letters leave the queue into an outbox or to a mail server, through refusals and restarts.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use educa::mail::Encryption;
use educa::school::{
    Clock, Delivered, Email, Letter, LetterWriter, Occasion, Role, School, Unwritten, ValidRegistration,
};
use educa::store::{SledStore, StoreConfig};
use jiff::{SignedDuration, Timestamp};

use crate::support::{MailServer, PASSWORD, Running, Server, Site};

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
    let nobody = MailServer::nobody();
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

/// Nor does one that encrypts and is a stranger.
#[tokio::test]
async fn nothing_is_said_to_a_server_whose_certificate_nobody_trusts() {
    for encryption in [Encryption::Tls, Encryption::StartTls] {
        let folder = tempfile::tempdir().expect("a folder");
        let server = MailServer::start_encrypted(encryption).await;
        let school = school(folder.path(), now());
        ask(&school).await;
        let put_off = Delivered { put_off: 1, ..Delivered::default() };
        assert_eq!(school.deliver(&server.carrier_by(encryption)).await.expect("it works"), put_off);
        let heard = server.heard();
        assert_eq!(heard.iter().any(|line| line == "STARTTLS"), encryption == Encryption::StartTls, "{heard:?}");
        assert!(heard.iter().all(|line| !line.starts_with("AUTH") && !line.starts_with("MAIL")), "{heard:?}");
    }
}

/// The password and the letter, once the machine trusts who it is; `SSL_CERT_FILE` says whom it trusts.
#[tokio::test]
async fn letters_go_to_a_server_that_encrypts_and_is_who_it_says() {
    let mail = MailServer::start_encrypted(Encryption::Tls).await;
    let site = Site::smallest();
    let settings = format!("smtp = \"smtps://{}\"\nfrom = \"school@school.example\"", mail.place);
    site.write("educa.toml", format!("[site]\ntitle = \"Test school\"\n[mail]\n{settings}\n"));
    site.write("root.pem", mail.root.clone().expect("it encrypts"));
    site.write("stranger.pem", rcgen::generate_simple_self_signed(vec![]).expect("a certificate").cert.pem());
    let start = |trusted: &str| {
        let mut command = site.program().command(&["serve", "--listen", "127.0.0.1:0"]);
        command.env("SSL_CERT_FILE", site.path(trusted)).env("EDUCA_MAIL_PASSWORD", "hunter2");
        Running::start(command)
    };
    let running = start("stranger.pem");
    register(&running, "ada").await;
    let began = Instant::now();
    while !running.said().contains("could not be encrypted") {
        assert!(began.elapsed() < Duration::from_secs(20), "{}", running.said());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(mail.heard(), [""; 0]);
    running.kill();
    let running = start("root.pem");
    register(&running, "bob").await;
    mail.took(1).await;
    let heard = mail.heard();
    assert!(heard.iter().any(|line| line.starts_with("AUTH PLAIN ")), "{heard:?}");
    assert!(heard.iter().any(|line| line == "RCPT TO:<bob@example.org>"), "{heard:?}");
    assert!(heard.iter().any(|line| line.contains("/accounts/confirm/")), "{heard:?}");
    running.kill();
}

async fn register(running: &Running, name: &str) {
    let email = format!("{name}@example.org");
    let form = [("username", name), ("email", &email), ("password1", PASSWORD), ("password2", PASSWORD)];
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let answer = client.post(format!("{}/students/register/", running.url)).form(&form).send().await;
    assert!(answer.expect("an answer").status().is_success());
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
        mail.took(n).await;
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
