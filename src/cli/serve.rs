//! `educa serve`: composes store, school and server, and runs until it is told to stop.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;

use super::args::{Format, ServeArgs};
use super::build;
use super::hosting::{self, Port, Records};
use super::progress::Bar;
use super::settings::Settings;
use crate::school::{Mailer, SystemClock};
use crate::server::{self, App, EdgeSigner, Hosts, Shelf, Tls};
use crate::site;

/// Builds unless told not to, then serves.
pub fn serve(mut settings: Settings, args: ServeArgs) -> anyhow::Result<ExitCode> {
    args.hosting.over(&mut settings);
    let Settings { site, server, edge, store, log, accounts, mail } = settings;
    if !args.no_build {
        let began = Instant::now();
        let built = site::build(&site, &Bar::default())?;
        build::print(&built, began.elapsed(), Format::Text)?;
        if built.diagnostics.has_errors() {
            return Ok(ExitCode::FAILURE);
        }
    }
    use_small_pages();
    let shelf = Arc::new(Shelf::open(hosting::source(&site))?);
    let records = Records::open(&store)?;
    let mut app = App::new(records.school(accounts, &server.live)?, shelf, server);
    if let Some(edge) = edge {
        let config = edge.with_key().context("cannot sign tokens for the edge")?;
        app.edge = Some(Arc::new(EdgeSigner::new(config, Arc::new(SystemClock))?));
    }
    let mailer = hosting::open_mail(&mail)?;
    hosting::start_log(log, "info");
    hosting::runtime()?.block_on(run(app, records, mailer))?;
    Ok(ExitCode::SUCCESS)
}

/// A build is quicker with pages of 2 MB, which the allocator asks for. A server holds for each reader a little of what it
/// reserved; with pages of 4 KB that little is all it needs. A system that refuses only leaves it the larger.
#[cfg(target_os = "linux")]
fn use_small_pages() {
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// Other systems do as they like.
#[cfg(not(target_os = "linux"))]
fn use_small_pages() {}

async fn run(mut app: App, records: Records, mailer: Arc<dyn Mailer>) -> anyhow::Result<()> {
    if let Some(files) = app.config.tls.clone() {
        app.tls = Some(Arc::new(Tls::open(files)?));
    }
    #[cfg(unix)]
    let _control = records.control(app.school.clone())?;
    let port = Port::open(app.config.listen).await?;
    let router = server::router(app.clone(), Hosts::new(&app.config, port.address));
    let _watch = server::watch(app.shelf.clone()).context("cannot watch for new builds")?;
    port.serve(app, mailer, router, "", || {}).await
}
