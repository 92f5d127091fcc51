//! `educa serve`: composes store, school and server, and runs until it is told to stop.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;

use super::args::{Format, ServeArgs};
use super::build;
use super::hosting::{self, Port};
use super::progress::Bar;
use super::settings::Settings;
use crate::school::Mailer;
use crate::server::{self, App, Hosts, Shelf};
use crate::site;

/// Builds unless told not to, then serves.
pub fn serve(mut settings: Settings, args: ServeArgs) -> anyhow::Result<ExitCode> {
    args.hosting.over(&mut settings);
    let Settings { site, server, store, accounts, mail } = settings;
    if !args.no_build {
        let began = Instant::now();
        let built = site::build(&site, &Bar::default())?;
        build::print(&built, began.elapsed(), Format::Text)?;
        if built.diagnostics.has_errors() {
            return Ok(ExitCode::FAILURE);
        }
    }
    let shelf = Arc::new(Shelf::open(hosting::source(&site))?);
    let app = App { school: hosting::open_school(&store, accounts)?, shelf, config: Arc::new(server) };
    let mailer = hosting::open_mail(&mail)?;
    hosting::start_log("info");
    hosting::runtime()?.block_on(run(app, mailer))?;
    Ok(ExitCode::SUCCESS)
}

async fn run(app: App, mailer: Arc<dyn Mailer>) -> anyhow::Result<()> {
    let port = Port::open(app.config.listen).await?;
    let router = server::router(app.clone(), Hosts::new(&app.config, port.address));
    let _watch = server::watch(app.shelf.clone()).context("cannot watch for new builds")?;
    port.serve(app, mailer, router, "", || {}).await
}
