//! `educa edge`: keys for a CDN.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::args::EdgeCommand;
use super::settings::KEY_FILE;
use crate::disk;
use crate::server::new_edge_key;

/// Runs one of the commands.
pub fn edge(root: &Path, command: EdgeCommand) -> anyhow::Result<ExitCode> {
    let EdgeCommand::Key { file } = command;
    let file = file.unwrap_or_else(|| root.join(KEY_FILE));
    if disk::exists(&file) {
        bail!("{} is there already: what it signed would not be good any more; remove it first", file.display());
    }
    let key = new_edge_key().context("the system gave no random numbers")?;
    disk::write_private(&file, format!("{key}\n").as_bytes())?;
    anstream::println!("a new key is in {} (give it to the edge, and to nobody else)", file.display());
    Ok(ExitCode::SUCCESS)
}
