//! How a command reaches a server that runs: a socket in the store's folder, for who may read that folder anyway.
//!
//! The client says one line, `backup` or `dump`. The server writes what was asked for into a file without a name, so that
//! a slow client keeps no writer waiting, then answers `ok LENGTH` and the bytes, or `error` and a sentence.

use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};

use crate::disk::{self, OpenFile};
use crate::store::SledStore;

/// The socket's name; hidden, so that it counts as nothing in a folder.
const SOCKET: &str = ".control";

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// An archive.
    Backup,
    /// JSON lines.
    Dump,
}

impl Wanted {
    fn word(self) -> &'static str {
        match self {
            Wanted::Backup => "backup",
            Wanted::Dump => "dump",
        }
    }
}

/// Writes what is wanted into a file without a name, and goes to its beginning.
pub async fn export(store: &SledStore, folder: &Path, wanted: Wanted) -> anyhow::Result<OpenFile> {
    let scratch = disk::scratch(folder)?;
    let mut file = match wanted {
        Wanted::Backup => store.backup(scratch).await?.1,
        Wanted::Dump => store.dump(scratch).await?.1,
    };
    file.rewind().context("cannot read what was written")?;
    Ok(file)
}

/// Answers until it is dropped.
#[cfg(unix)]
pub struct Control {
    task: tokio::task::JoinHandle<()>,
    socket: PathBuf,
}

#[cfg(unix)]
impl Control {
    /// Listens in the folder of this store, which nobody else has open: a socket that lies there is of a server that died.
    pub fn open(store: Arc<SledStore>, folder: &Path) -> anyhow::Result<Self> {
        let socket = folder.join(SOCKET);
        disk::remove_file(&socket)?;
        let listener = tokio::net::UnixListener::bind(&socket)
            .with_context(|| format!("cannot listen on {} (is the path too long for a socket?)", socket.display()))?;
        disk::make_private(&socket)?;
        let folder = folder.to_owned();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Err(error) = answer(stream, &store, &folder).await {
                    tracing::warn!("a command was not answered: {error:#}");
                }
            }
        });
        Ok(Self { task, socket })
    }
}

#[cfg(unix)]
impl Drop for Control {
    fn drop(&mut self) {
        self.task.abort();
        // The next server removes it otherwise.
        let _ = disk::remove_file(&self.socket);
    }
}

#[cfg(unix)]
async fn answer(stream: tokio::net::UnixStream, store: &SledStore, folder: &Path) -> anyhow::Result<()> {
    use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
    let (input, mut output) = stream.into_split();
    let mut line = String::new();
    let patience = std::time::Duration::from_secs(10);
    let mut input = BufReader::new(input.take(64));
    tokio::time::timeout(patience, input.read_line(&mut line)).await.context("it said nothing")??;
    let exported = match line.trim_end() {
        "backup" => export(store, folder, Wanted::Backup).await,
        "dump" => export(store, folder, Wanted::Dump).await,
        _ => Err(anyhow::anyhow!("this server knows `backup` and `dump`")),
    };
    match exported {
        Ok(file) => {
            let length = file.metadata()?.len();
            tracing::info!(what = line.trim_end(), length, "the store was written out");
            output.write_all(format!("ok {length}\n").as_bytes()).await?;
            tokio::io::copy(&mut tokio::fs::File::from_std(file), &mut output).await?;
        }
        Err(error) => output.write_all(format!("error {error:#}\n").replace("\n", " ").as_bytes()).await?,
    }
    Ok(output.shutdown().await?)
}

/// Asks the server that has this store open; the bytes are written into `out` as they come.
#[cfg(unix)]
pub fn ask(folder: &Path, wanted: Wanted, out: &mut dyn std::io::Write) -> anyhow::Result<u64> {
    use std::io::{BufRead as _, BufReader, Write as _};
    let socket = folder.join(SOCKET);
    let mut stream = std::os::unix::net::UnixStream::connect(&socket).with_context(|| {
        format!("another educa is using the store in {}, and it does not answer on {SOCKET}", folder.display())
    })?;
    writeln!(stream, "{}", wanted.word()).context("cannot ask the server")?;
    let mut answer = BufReader::new(stream);
    let mut head = String::new();
    answer.read_line(&mut head).context("the server does not answer")?;
    let length = match head.trim_end().split_once(' ') {
        Some(("ok", length)) => length.parse::<u64>().context("the server's answer cannot be understood")?,
        Some(("error", error)) => bail!("the server could not do it: {error}"),
        _ => bail!("the server broke off"),
    };
    let n = std::io::copy(&mut answer.take(length), out).context("cannot write what the server sent")?;
    if n == length { Ok(n) } else { bail!("the server broke off after {n} of {length} bytes") }
}

/// Elsewhere there is no such socket: stop the server first.
#[cfg(not(unix))]
pub fn ask(folder: &Path, _wanted: Wanted, _out: &mut dyn std::io::Write) -> anyhow::Result<u64> {
    bail!("another educa is using the store in {}; stop it first", folder.display())
}
