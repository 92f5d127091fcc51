//! The command line: parses, reads settings, composes the rooms, and says what happened.
//!
//! Results go to standard output, progress and diagnostics to standard error. The exit code is 0, or 1 for a mistake in
//! the input or a failure of the machine, or 2 for a wrong call.

mod args;
mod settings;
mod report;
mod progress;
mod timings;
mod build;
mod hosting;
mod serve;
mod dev;
mod ids;
mod new;
mod external;
mod fix;
mod init;
mod user;
mod control;
#[cfg(unix)]
mod control_server;
mod records;
mod edge;
mod run;

pub use run::run;
