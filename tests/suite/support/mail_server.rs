//! A mail server that listens, and remembers what it was told.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use educa::mail::{Encryption, Secret, Smtp, SmtpServer};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What it can do with TLS.
#[derive(Clone)]
enum Encrypts {
    Never,
    AtOnce(TlsAcceptor),
    OnStartTls(TlsAcceptor),
}

/// A mail server that answers RCPT with some codes, one after another, and then takes everything.
pub struct MailServer {
    /// Its address without a scheme, and who signs in: `ada%40school@127.0.0.1:1234`.
    pub place: String,
    /// Whom to trust to find it trustworthy, if it encrypts.
    pub root: Option<String>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    /// One that never encrypts.
    pub async fn start(answers: &[u16]) -> Self {
        Self::listen(Encrypts::Never, None, answers).await
    }

    /// One that encrypts at once, or when it is asked to.
    pub async fn start_encrypted(encryption: Encryption) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
        let config = builder.with_single_cert(vec![made.cert.der().clone()], key.into()).expect("a certificate");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let encrypts = match encryption {
            Encryption::Tls => Encrypts::AtOnce(acceptor),
            Encryption::StartTls => Encrypts::OnStartTls(acceptor),
            Encryption::None => Encrypts::Never,
        };
        Self::listen(encrypts, Some(made.cert.pem()), &[]).await
    }

    /// A place where none listens.
    pub fn nobody() -> Self {
        Self { place: "ada%40school@127.0.0.1:9".to_owned(), root: None, heard: Arc::default() }
    }

    async fn listen(encrypts: Encrypts, root: Option<String>, answers: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let place = format!("ada%40school@{}", listener.local_addr().expect("an address"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let session = Session { heard: heard.clone(), answers: Arc::new(Mutex::new(answers.to_vec())) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(session.clone().welcome(stream, encrypts.clone()));
            }
        });
        Self { place, root, heard }
    }

    /// Who carries letters to it, without encryption.
    pub fn carrier(&self) -> Smtp {
        self.carrier_by(Encryption::None)
    }

    /// Who carries letters to it.
    pub fn carrier_by(&self, encryption: Encryption) -> Smtp {
        let server: SmtpServer = format!("smtp://{}", self.place).parse().expect("a server");
        let server = SmtpServer { encryption, ..server };
        let from = "The School <school@school.example>".parse().expect("an address");
        Smtp::new(&server, Some(&Secret::new("hunter2".into())), from).expect("a carrier")
    }

    /// All lines that it was told.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("not poisoned").clone()
    }

    /// Waits until it took so many letters.
    pub async fn took(&self, n_letters: usize) {
        let began = Instant::now();
        while self.heard().iter().filter(|line| *line == ".").count() < n_letters {
            assert!(began.elapsed() < Duration::from_secs(20), "{:?}", self.heard());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// What it hears in one connection.
#[derive(Clone)]
struct Session {
    heard: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

impl Session {
    async fn welcome(self, mut stream: TcpStream, encrypts: Encrypts) -> Option<()> {
        const GREETING: &[u8] = b"220 mail.example ESMTP\r\n";
        match encrypts {
            Encrypts::AtOnce(acceptor) => {
                let mut stream = acceptor.accept(stream).await.ok()?;
                stream.write_all(GREETING).await.ok()?;
                self.talk(stream, false).await.map(|_| ())
            }
            Encrypts::OnStartTls(acceptor) => {
                stream.write_all(GREETING).await.ok()?;
                let stream = self.talk(stream, true).await?;
                self.talk(acceptor.accept(stream).await.ok()?, false).await.map(|_| ())
            }
            Encrypts::Never => {
                stream.write_all(GREETING).await.ok()?;
                self.talk(stream, false).await.map(|_| ())
            }
        }
    }

    /// Until the client goes, or wants to go on encrypted: then the stream is returned.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S, offers_tls: bool) -> Option<S> {
        let mut stream = BufReader::new(stream);
        let mut in_data = false;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end_matches(['\r', '\n']).to_owned();
            self.heard.lock().expect("not poisoned").push(line.clone());
            let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                "." if in_data => {
                    in_data = false;
                    "250 taken".to_owned()
                }
                _ if in_data => continue,
                "EHLO" if offers_tls => "250-mail.example\r\n250 STARTTLS".to_owned(),
                "EHLO" => "250-mail.example\r\n250 AUTH PLAIN".to_owned(),
                "STARTTLS" if offers_tls => {
                    stream.write_all(b"220 go on\r\n").await.ok()?;
                    return Some(stream.into_inner());
                }
                "AUTH" => "235 welcome".to_owned(),
                "RCPT" => format!("{} about <ada@example.org>", self.next_answer()),
                "DATA" => {
                    in_data = true;
                    "354 go on".to_owned()
                }
                "QUIT" => "221 bye".to_owned(),
                _ => "250 yes".to_owned(),
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        }
    }

    fn next_answer(&self) -> u16 {
        let mut answers = self.answers.lock().expect("not poisoned");
        if answers.is_empty() { 250 } else { answers.remove(0) }
    }
}
