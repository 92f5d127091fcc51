//! From arguments to an exit code.

use std::process::ExitCode;

use clap::Parser as _;

use super::args::{Cli, Command, Common, Format};
use super::control::Wanted;
use super::settings::{self, Settings};
use super::{build, dev, edge, fix, init, new, records, report, serve, user};
use crate::diag::Diagnostics;
use crate::school::{Clock as _, SystemClock};

/// Runs educa with the arguments of this process.
pub fn run() -> ExitCode {
    let (common, command) = match Cli::try_parse().and_then(Cli::resolved) {
        Ok(parsed) => parsed,
        // Help and version go to standard output, mistakes to standard error.
        Err(error) => {
            let printed = error.print().is_ok();
            return if error.exit_code() == 0 && printed { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    match dispatch(&common, command) {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(common: &Common, command: Command) -> anyhow::Result<ExitCode> {
    if let Command::Init(args) = &command {
        return init::init(args, common.format);
    }
    let Some(settings) = settings(common, &command)? else { return Ok(ExitCode::FAILURE) };
    match command {
        Command::Build(args) => build::build(settings, &args, common.format),
        Command::Serve(args) => serve::serve(settings, args),
        Command::Dev(args) => dev::dev(settings, args),
        Command::Check(args) => build::check(settings, &args, common.format),
        Command::Init(args) => init::init(&args, common.format),
        Command::New(command) => new::new(&settings, &command, common.format),
        Command::Fix(args) => fix::fix(&settings, &args, common.format),
        Command::Backup(args) => records::export(settings, &args, Wanted::Backup),
        Command::Restore(args) => records::restore(settings, &args),
        Command::Dump(args) => records::export(settings, &args, Wanted::Dump),
        Command::Load(args) => records::load(settings, &args),
        Command::Compact(args) => records::compact(settings, &args),
        Command::Edge(command) => edge::edge(&common.root, command),
        Command::User(command) => user::user(settings, command, common.format),
    }
}

/// The settings of the school, or nothing once their mistakes were printed.
fn settings(common: &Common, command: &Command) -> anyhow::Result<Option<Settings>> {
    let mut diagnostics = Diagnostics::new();
    let settings = settings::load(&common.root, SystemClock.now(), &mut diagnostics);
    let diagnostics = diagnostics.sorted();
    let for_programs = common.format == Format::Json && matches!(command, Command::Build(_) | Command::Check(_));
    if settings.is_none() && for_programs {
        build::print_unreadable(&diagnostics)?;
    } else {
        report::print(&diagnostics);
    }
    Ok(settings)
}
