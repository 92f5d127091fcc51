//! `educa backup`, `restore`, `dump`, `load`, `compact`: a school's records out of the store and into it.

use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;

use super::args::StoreArgs;
use super::control::{self, Wanted};
use super::settings::Settings;
use crate::disk::{self, DiskError};
use crate::store::{
    self, Compaction, Moved, OpenError, PostgresConfig, PostgresStore, Restored, SledStore, StoreConfig, StorePlace,
    Summary,
};

/// Options of `educa backup` and `educa dump`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The file to write; `-` for standard output.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Replace the file if it is there.
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Options of `educa restore` and `educa load`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file to read; `-` for standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Put the store that is there aside (nothing is deleted), and this one in its place.
    #[arg(long)]
    pub replace: bool,
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Options of `educa compact`.
#[derive(Debug, Args)]
pub struct CompactArgs {
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Writes the store out, whether or not a server is running on it.
pub fn export(settings: Settings, args: &ExportArgs, wanted: Wanted) -> anyhow::Result<ExitCode> {
    let place = settings.store.or_folder(args.store.data.clone());
    if args.file == Path::new("-") {
        write_out(&place, wanted, &mut std::io::stdout().lock())?;
        return Ok(ExitCode::SUCCESS);
    }
    if disk::exists(&args.file) && !args.force {
        bail!("{} is there already; choose another name, or say --force", args.file.display());
    }
    disk::write_pieces(&args.file, |file| -> Result<(), Failed> { Ok(write_out(&place, wanted, file).map(|_| ())?) })
        .map_err(|Failed(error)| error)?;
    let size = disk::stat(&args.file).map_or(0, |stat| stat.size);
    anstream::println!("wrote {} ({size} bytes)", args.file.display());
    Ok(ExitCode::SUCCESS)
}

/// Lets an error of ours pass through the disk.
struct Failed(anyhow::Error);

impl From<DiskError> for Failed {
    fn from(error: DiskError) -> Self {
        Self(error.into())
    }
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        Self(error)
    }
}

fn write_out(place: &StorePlace, wanted: Wanted, out: &mut dyn Write) -> anyhow::Result<u64> {
    match place {
        StorePlace::Folder(config) => write_folder(config, wanted, out),
        StorePlace::Database(config) => {
            let store = PostgresStore::open(config)?;
            let mut file = runtime()?.block_on(control::export_database(&store, wanted))?;
            std::io::copy(&mut file, out).context("cannot write")
        }
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")
}

fn write_folder(config: &StoreConfig, wanted: Wanted, out: &mut dyn Write) -> anyhow::Result<u64> {
    if !disk::is_folder(&config.path) {
        bail!("there is no store in {}", config.path.display());
    }
    match SledStore::open(config) {
        Ok(store) => {
            let mut file = runtime()?.block_on(control::export(&store, &config.path, wanted))?;
            std::io::copy(&mut file, out).context("cannot write")
        }
        Err(OpenError::InUse { path }) => control::ask_export(&path, wanted, out),
        Err(error) => Err(error.into()),
    }
}

/// `educa restore`
pub fn restore(settings: Settings, args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let input = input(&args.file)?;
    match settings.store.or_folder(args.store.data.clone()) {
        StorePlace::Folder(config) => said(&config, "restored", store::restore(&config, input, args.replace)?),
        StorePlace::Database(config) => {
            moved(&config, "restored", store::restore_database(&config, input, args.replace)?)
        }
    }
}

/// `educa load`
pub fn load(settings: Settings, args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let input = BufReader::new(input(&args.file)?);
    match settings.store.or_folder(args.store.data.clone()) {
        StorePlace::Folder(config) => said(&config, "loaded", store::load(&config, input, args.replace)?),
        StorePlace::Database(config) => moved(&config, "loaded", store::load_database(&config, input, args.replace)?),
    }
}

/// `educa compact`
pub fn compact(settings: Settings, args: &CompactArgs) -> anyhow::Result<ExitCode> {
    let config = match settings.store.or_folder(args.store.data.clone()) {
        StorePlace::Folder(config) => config,
        StorePlace::Database(config) => {
            bail!(
                "{config} is kept small by PostgreSQL itself (autovacuum); VACUUM FULL educa_records gives its space back"
            )
        }
    };
    if !disk::is_folder(&config.path) {
        bail!("there is no store in {}", config.path.display());
    }
    let Compaction { records: Summary { records, bytes }, before, after } = store::compact(&config)?;
    let place = config.path.display();
    anstream::println!("the store in {place} holds {records} records of {bytes} bytes");
    if after < before {
        anstream::println!("it takes {after} bytes on disk now, {before} before");
    } else {
        anstream::println!("it takes {before} bytes on disk, and a new one would take no fewer: it was left as it is");
    }
    Ok(ExitCode::SUCCESS)
}

fn said(config: &StoreConfig, done: &str, restored: Restored) -> anyhow::Result<ExitCode> {
    let Restored { records, old } = restored;
    anstream::println!("{done} {records} records into {}", config.path.display());
    if let Some(old) = old {
        anstream::println!("the store that was there is in {} now", old.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn moved(config: &PostgresConfig, done: &str, moved: Moved) -> anyhow::Result<ExitCode> {
    let Moved { records, old } = moved;
    anstream::println!("{done} {records} records into {config}");
    if let Some(old) = old {
        anstream::println!("the relation that was there is called {old} now");
    }
    Ok(ExitCode::SUCCESS)
}

fn input(file: &Path) -> anyhow::Result<Box<dyn Read + Send>> {
    if file == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    Ok(Box::new(disk::open(file)?))
}
