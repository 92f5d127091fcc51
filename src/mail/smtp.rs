//! SMTP: letters handed to a mail server.

use std::error::Error;
use std::io;
use std::time::Duration;

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::config::{Encryption, Secret, SmtpServer};
use super::message::message;
use crate::school::{Letter, Mailer, MailerError};

/// How long a server may take for each answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// Letters by this server; a connection is made for each.
    pub fn new(
        server: &SmtpServer,
        password: Option<&Secret>,
        from: Mailbox,
    ) -> Result<Self, lettre::transport::smtp::Error> {
        let tls = match server.encryption {
            Encryption::Tls => Tls::Wrapper(TlsParameters::new(server.host.clone())?),
            Encryption::StartTls => Tls::Required(TlsParameters::new(server.host.clone())?),
            Encryption::None => Tls::None,
        };
        let host = server.host.trim_start_matches('[').trim_end_matches(']');
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host);
        let mut builder = builder.port(server.port).tls(tls).timeout(Some(PATIENCE));
        if let (Some(user), Some(password)) = (&server.user, password) {
            builder = builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned()));
        }
        Ok(Self { transport: builder.build(), from })
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, letter: &Letter) -> Result<(), MailerError> {
        let message = message(letter, &self.from)?;
        self.transport.send(message).await.map(|_| ()).map_err(|error| said(&error))
    }
}

/// What a server said, without its words: they often repeat the address.
///
/// Refused for good is only what is wrong with this letter. A wrong password (535) or a certificate that ran out is the
/// operator's to mend, and the letters wait for that.
fn said(error: &lettre::transport::smtp::Error) -> MailerError {
    let code = error.status().map(u16::from);
    match code {
        Some(code @ (500..=529 | 540..=599)) => MailerError::Refused(format!("the mail server answered {code}")),
        Some(code) => MailerError::Transient(format!("the mail server answered {code}")),
        None if error.is_timeout() => MailerError::Transient("the mail server took too long".to_owned()),
        None if is_of_tls(error) => {
            MailerError::Transient("the connection to the mail server could not be encrypted".to_owned())
        }
        None => MailerError::Transient("the mail server could not be reached".to_owned()),
    }
}

/// A certificate that is not trusted arrives as a failed connection with the reason inside.
fn is_of_tls(error: &lettre::transport::smtp::Error) -> bool {
    let reasons = std::iter::successors(error.source(), |error| inside(*error));
    error.is_tls() || reasons.into_iter().any(|error| error.is::<tokio_rustls::rustls::Error>())
}

fn inside<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}
