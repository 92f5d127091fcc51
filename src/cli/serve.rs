//! `educa serve`: composes store, school and server, and runs until it is told to stop.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

use super::args::{Format, ServeArgs};
use super::build;
use super::progress::Bar;
use super::settings::Settings;
use crate::school::{School, SystemClock};
use crate::server::{self, App, Hosts, PublicationSource, Shelf};
use crate::site::{self, SiteConfig};
use crate::store::SledStore;

/// Builds unless told not to, then serves.
pub fn serve(settings: Settings, args: ServeArgs) -> anyhow::Result<ExitCode> {
    let Settings { site, mut server, mut store } = settings;
    server.listen = args.listen.unwrap_or(server.listen);
    store.path = args.data.unwrap_or(store.path);
    if !args.no_build {
        let began = Instant::now();
        let built = site::build(&site, &Bar::default())?;
        build::print(&built, began.elapsed(), Format::Text)?;
        if built.diagnostics.has_errors() {
            return Ok(ExitCode::FAILURE);
        }
    }
    let shelf = Arc::new(Shelf::open(source(&site))?);
    let store = Arc::new(SledStore::open(&store)?);
    let school = Arc::new(School::new(store, Arc::new(SystemClock))?);
    let app = App { school, shelf, config: Arc::new(server) };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_env("EDUCA_LOG").unwrap_or_else(|_| EnvFilter::new("info")))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    runtime.block_on(run(app))?;
    Ok(ExitCode::SUCCESS)
}

/// What the server reads of a build.
fn source(site: &SiteConfig) -> PublicationSource {
    PublicationSource {
        public: site.public.clone(),
        private: site.private.clone(),
        themes: site.themes.clone(),
        theme: site.theme.clone(),
        site: site.site_view(),
        lang: site.lang.clone(),
    }
}

async fn run(app: App) -> anyhow::Result<()> {
    let wanted = app.config.listen;
    let listener = server::bind(wanted).await.with_context(|| {
        format!("cannot listen on {wanted} (another program may use this port: try --listen with another one)")
    })?;
    let address = listener.local_addr().context("cannot listen")?;
    let router = server::router(app.clone(), Hosts::new(&app.config, address));
    let _watch = server::watch(app.shelf.clone()).context("cannot watch for new builds")?;
    let sweep = tokio::spawn(sweep(app.school.clone()));
    // Listened for before anybody is told that the server runs: who is told may stop it at once.
    let stopped = stopped().context("cannot listen for signals")?;
    anstream::println!("serving on http://{address}/ (stop with Ctrl-C)");
    server::serve(listener, router, app.config.clone(), stopped).await;
    sweep.abort();
    anstream::eprintln!("stopped");
    Ok(())
}

/// Sessions that have ended are forgotten once an hour.
async fn sweep(school: Arc<School>) {
    let mut hourly = tokio::time::interval(Duration::from_secs(60 * 60));
    loop {
        hourly.tick().await;
        match school.sweep_sessions().await {
            Ok(0) => {}
            Ok(n) => tracing::info!(n, "ended sessions were forgotten"),
            Err(error) => tracing::error!(%error, "ended sessions could not be forgotten"),
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
