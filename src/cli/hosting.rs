//! What every command that serves needs: a port, the school with its records, and an end.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tracing_subscriber::EnvFilter;

use super::args::HostingArgs;
#[cfg(unix)]
use super::control::Control;
use super::settings::{LogFormat, Settings};
use crate::mail::{self, MailConfig};
use crate::school::{AccountRules, Mailer, School, Store, Swept, SystemClock};
use crate::server::{self, App, LiveConfig, PublicationSource, Routes};
use crate::site::SiteConfig;
use crate::store::{PostgresStore, SledStore, StorePlace};

impl HostingArgs {
    /// Puts what was typed on top of the settings.
    pub fn over(self, settings: &mut Settings) {
        settings.server.listen = self.listen.unwrap_or(settings.server.listen);
        settings.store = settings.store.clone().or_folder(self.data);
        if settings.store.folder().is_some() {
            // No other process has what lies there.
            settings.server.live.redis = None;
        }
    }
}

/// A school's records, open.
pub enum Records {
    /// In a folder that is ours now.
    Folder(Arc<SledStore>, PathBuf),
    /// In a database, where others may be, too.
    Database(Arc<PostgresStore>),
}

impl Records {
    /// Opens those that lie at this place.
    pub fn open(place: &StorePlace) -> anyhow::Result<Self> {
        Ok(match place {
            StorePlace::Folder(config) => Self::Folder(Arc::new(SledStore::open(config)?), config.path.clone()),
            StorePlace::Database(config) => Self::Database(Arc::new(PostgresStore::open(config)?)),
        })
    }

    /// The school on them.
    pub fn school(&self, rules: AccountRules, live: &LiveConfig) -> anyhow::Result<Arc<School>> {
        let store: Arc<dyn Store> = match self {
            Self::Folder(store, _) => store.clone(),
            Self::Database(store) => store.clone(),
        };
        let school = School::new(store, Arc::new(SystemClock))?.with_rules(rules);
        Ok(Arc::new(school.with_messages(live.messages())))
    }

    /// Lets commands reach them, and the school that is on them, as long as this lives. Those in a database they reach
    /// without us.
    #[cfg(unix)]
    pub fn control(self, school: Arc<School>) -> anyhow::Result<Option<Control>> {
        match self {
            Self::Folder(store, folder) => Control::open(store, school, &folder).map(Some),
            Self::Database(_) => Ok(None),
        }
    }
}

/// Who carries the school's letters.
pub fn open_mail(mail: &MailConfig) -> anyhow::Result<Arc<dyn Mailer>> {
    Ok(mail::open(mail)?)
}

/// What the server reads of a build.
pub fn source(site: &SiteConfig) -> PublicationSource {
    PublicationSource {
        public: site.public.clone(),
        private: site.private.clone(),
        themes: site.themes.clone(),
        theme: site.theme.clone(),
        minify: site.minify,
        site: site.site_view(),
        lang: site.lang.clone(),
    }
}

/// Whoever asks for every detail does not hear what the client of a database would say: the bytes of records, such as
/// hashes of passwords.
const UNHEARD: [&str; 2] = ["tokio_postgres=info", "tokio_postgres::query=info"];

/// Logs to standard error: what `EDUCA_LOG` asks for, else `usual`.
pub fn start_log(format: LogFormat, usual: &str) {
    let filter = EnvFilter::try_from_env("EDUCA_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    let filter = UNHEARD
        .iter()
        .fold(filter, |filter, unheard| filter.add_directive(unheard.parse().expect("it is a directive")));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
}

/// What the server runs on.
pub fn runtime() -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")
}

/// An open port.
pub struct Port {
    listener: TcpListener,
    /// Where it is.
    pub address: SocketAddr,
}

impl Port {
    /// Opens it.
    pub async fn open(wanted: SocketAddr) -> anyhow::Result<Self> {
        let listener = server::bind(wanted).await.with_context(|| {
            format!("cannot listen on {wanted} (another program may use this port: try --listen with another one)")
        })?;
        let address = listener.local_addr().context("cannot listen")?;
        Ok(Self { listener, address })
    }

    /// Says so and serves until it is told to stop, then calls `at_stop` and lets requests finish.
    pub async fn serve(
        self,
        app: App,
        mailer: Arc<dyn Mailer>,
        routes: impl Routes,
        note: &str,
        at_stop: impl FnOnce(),
    ) -> anyhow::Result<()> {
        let sweep = tokio::spawn(sweep(app.school.clone()));
        let digests = tokio::spawn(send_digests(app.clone()));
        let school = app.school.clone();
        let delivery = tokio::spawn(async move { school.keep_delivering(mailer.as_ref()).await });
        // Listened for before anybody is told that the server runs: who is told may stop it at once.
        let stopped = stopped().context("cannot listen for signals")?;
        let scheme = if app.tls.is_some() { "https" } else { "http" };
        anstream::println!("serving on {scheme}://{}/ ({note}stop with Ctrl-C)", self.address);
        let metrics = metrics(&app).await?;
        let (readiness, drain) = (app.readiness.clone(), app.config.drain);
        let stopped = async move {
            stopped.await;
            at_stop();
            // Whoever sends requests here sees it and sends them elsewhere, before the port closes.
            readiness.stop();
            tokio::time::sleep(drain).await;
        };
        server::serve(self.listener, routes, app, stopped).await;
        metrics.abort();
        sweep.abort();
        digests.abort();
        delivery.abort();
        anstream::eprintln!("stopped");
        Ok(())
    }
}

/// Figures on their own port, if the operator wants them.
async fn metrics(app: &App) -> anyhow::Result<JoinHandle<()>> {
    let Some(wanted) = app.config.metrics else { return Ok(tokio::spawn(std::future::ready(()))) };
    let listener = server::bind(wanted).await.with_context(|| format!("cannot listen on {wanted} for metrics"))?;
    let address = listener.local_addr().context("cannot listen")?;
    tracing::info!("figures for Prometheus are at http://{address}/metrics");
    // They are there until the end, also while the last requests are answered.
    Ok(tokio::spawn(server::serve_metrics(listener, app.clone(), std::future::pending())))
}

/// What has ended is forgotten once an hour.
async fn sweep(school: Arc<School>) {
    let mut hourly = tokio::time::interval(Duration::from_secs(60 * 60));
    loop {
        hourly.tick().await;
        match school.sweep().await {
            Ok(swept) if swept == Swept::default() => {}
            Ok(Swept { sessions, tokens, links, accounts, events }) => {
                tracing::info!(sessions, tokens, links, accounts, events, "what had ended was forgotten");
            }
            Err(error) => tracing::error!(%error, "what has ended could not be forgotten"),
        }
    }
}

/// Once an hour, letters about mentions are queued for who is due one.
async fn send_digests(app: App) {
    let mut hourly = tokio::time::interval(Duration::from_secs(60 * 60));
    loop {
        hourly.tick().await;
        match server::send_digests(&app).await {
            Ok(0) => {}
            Ok(digests) => tracing::info!(digests, "digests were queued"),
            Err(error) => tracing::error!(%error, "digests could not be queued"),
        }
    }
}

/// Ready at Ctrl-C or SIGTERM, from now on.
#[cfg(unix)]
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Ready at Ctrl-C.
#[cfg(not(unix))]
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
