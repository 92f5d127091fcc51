//! `educa dev`: composes watching, rebuilding and the server, and runs until it is told to stop.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};

use super::batch::Changed;
use super::guest::Guest;
use super::rebuilding::{Audience, Rebuilding};
use super::watching::{Signal, Watching, system_watcher};
use crate::cli::args::DevArgs;
use crate::cli::hosting::{self, Port};
use crate::cli::progress::Bar;
use crate::cli::settings::Settings;
use crate::school::{Clock as _, SystemClock};
use crate::server::{self, App, Hosts, Preview, Shelf};

/// What the log says if nobody asks for more: the terminal is for the author.
const LOG: &str = "warn,tower_http=off";

/// Builds, serves, and follows every change.
pub fn dev(settings: Settings, args: DevArgs) -> anyhow::Result<ExitCode> {
    let typed = typed(&settings, &args)?;
    let runtime = hosting::runtime()?;
    let port = runtime.block_on(Port::open(typed.server.listen))?;
    let records = hosting::Records::open(&typed.store)?;
    let school = records.school(typed.accounts, &typed.server.live)?;
    let mailer = hosting::open_mail(&typed.mail)?;
    hosting::start_log(typed.log, LOG);
    #[cfg(unix)]
    let _control = {
        let _inside = runtime.enter();
        // Whoever writes can do without commands beside the preview, such as where the folder's path is too long for one.
        let control = records.control(school.clone());
        control
            .inspect_err(|error| tracing::warn!("other commands cannot reach this preview: {error:#}"))
            .ok()
            .flatten()
    };
    let guest = args.guest.map(|name| Guest::arrive(school.clone(), runtime.handle().clone(), name, &typed.site));
    let guest = guest.transpose()?;
    let shelf = Arc::new(Shelf::bare(hosting::source(&typed.site))?);
    let start = u64::try_from(SystemClock.now().as_millisecond()).unwrap_or_default();
    let preview = Arc::new(Preview::new(start, guest.as_ref().map(Guest::token)));
    if let Some(guest) = &guest {
        anstream::println!("{}", guest.words());
    }
    let audience = Audience { shelf: shelf.clone(), preview: preview.clone(), guest };
    let mut rebuilding = Rebuilding::new(&settings, &typed, audience);
    // Before the first build, so that nothing is missed in between.
    let watching = Watching::start(rebuilding.places().clone(), args.poll, system_watcher);
    rebuilding.round(&Changed::Unknown, &Bar::default());
    if !preview.is_served() && shelf.replace(hosting::source(&typed.site)).is_ok() {
        // What an earlier run left is better than nothing.
        preview.built(server::Change::Pages(None), &shelf.current().catalog);
    }
    let stop = watching.sender();
    let rebuilds = std::thread::Builder::new().name("rebuilds".to_owned()).spawn(move || rebuilding.run(watching));
    let rebuilds = rebuilds.context("cannot start")?;
    let app = App::new(school, shelf, typed.server);
    let router = server::preview_router(app.clone(), Hosts::new(&app.config, port.address), preview.clone());
    runtime.block_on(port.serve(app, mailer, router, "preview; ", || {
        preview.end();
        // A build that is being published is finished: the next one need not do all of it again.
        let _ = stop.send(Signal::Stop);
    }))?;
    let _ = rebuilds.join();
    Ok(ExitCode::SUCCESS)
}

/// The settings with what was typed on top, made fit for a preview.
fn typed(settings: &Settings, args: &DevArgs) -> anyhow::Result<Settings> {
    let mut typed = settings.clone();
    args.hosting.clone().over(&mut typed);
    typed.site.drafts = args.drafts;
    // Browsers would keep cookies of an https site from this one.
    typed.server.base_url = None;
    // Nobody gets letters from a preview: they lie in the outbox.
    typed.mail.smtp = None;
    if args.guest.is_some() {
        let listen = typed.server.listen;
        if !listen.ip().is_loopback() {
            bail!(
                "--as signs in whoever asks, so it is for this machine only, and {listen} may be reached from others: \
                 leave --as out, or use --listen 127.0.0.1:8000"
            );
        }
        typed.server.allowed_hosts.clear();
    }
    Ok(typed)
}
