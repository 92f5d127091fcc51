//! How a command reaches a server that runs: a socket in the store's folder, for who may read that folder anyway.
//!
//! The client says one line of JSON, a [`Request`], and the server answers with one, a [`Reply`]. What is to be written out
//! goes into a file without a name first, so that a slow client keeps no writer waiting, and follows its reply as it is.

use std::io::Seek as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use super::user::{Answer, Order};
use crate::disk::{self, OpenFile};
use crate::store::{PostgresStore, SledStore};

#[cfg(unix)]
pub use super::control_server::Control;

/// The socket's name; hidden, so that it counts as nothing in a folder.
pub const SOCKET: &str = ".control";

/// What can be asked for. An order may hold a password: this is not for logs.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Request {
    /// The store, written out.
    Export(Wanted),
    /// Something about accounts.
    User(Order),
}

/// A form of the whole store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wanted {
    /// An archive.
    Backup,
    /// JSON lines.
    Dump,
}

/// What the server answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reply {
    /// So many bytes follow.
    Bytes(u64),
    /// What came of an order.
    Answer(Answer),
    /// It could not be done, and why.
    Error(String),
}

/// Writes what is wanted into a file without a name, and goes to its beginning.
pub async fn export(store: &SledStore, folder: &Path, wanted: Wanted) -> anyhow::Result<OpenFile> {
    let scratch = disk::scratch(folder)?;
    let file = match wanted {
        Wanted::Backup => store.backup(scratch).await?.1,
        Wanted::Dump => store.dump(scratch).await?.1,
    };
    rewound(file)
}

/// The same of a store in a database; the file is where the system has such.
pub async fn export_database(store: &PostgresStore, wanted: Wanted) -> anyhow::Result<OpenFile> {
    let scratch = disk::scratch(&std::env::temp_dir())?;
    let file = match wanted {
        Wanted::Backup => store.backup(scratch).await?.1,
        Wanted::Dump => store.dump(scratch).await?.1,
    };
    rewound(file)
}

fn rewound(mut file: OpenFile) -> anyhow::Result<OpenFile> {
    file.rewind().context("cannot read what was written")?;
    Ok(file)
}

/// Asks the server that has this store open for all of it; the bytes are written into `out` as they come.
pub fn ask_export(folder: &Path, wanted: Wanted, out: &mut dyn std::io::Write) -> anyhow::Result<u64> {
    use std::io::Read as _;
    match ask(folder, &Request::Export(wanted))? {
        (Reply::Bytes(length), rest) => {
            let n = std::io::copy(&mut rest.take(length), out).context("cannot write what the server sent")?;
            if n == length { Ok(n) } else { bail!("the server broke off after {n} of {length} bytes") }
        }
        _ => bail!("the server's answer cannot be understood"),
    }
}

/// Has the server that has this store open carry out an order.
pub fn order(folder: &Path, order: Order) -> anyhow::Result<Answer> {
    match ask(folder, &Request::User(order))? {
        (Reply::Answer(answer), _) => Ok(answer),
        _ => bail!("the server's answer cannot be understood"),
    }
}

/// Sees to it that there is a server to ask.
pub fn find(folder: &Path) -> anyhow::Result<()> {
    connect(folder).map(|_| ())
}

#[cfg(unix)]
type Stream = std::os::unix::net::UnixStream;

/// Asks, and reads the first line of the answer; the rest of it is in the reader.
#[cfg(unix)]
fn ask(folder: &Path, request: &Request) -> anyhow::Result<(Reply, std::io::BufReader<Stream>)> {
    use std::io::{BufRead as _, BufReader, Write as _};
    let mut stream = connect(folder)?;
    let line = serde_json::to_string(request)? + "\n";
    stream.write_all(line.as_bytes()).context("cannot ask the server")?;
    let mut answer = BufReader::new(stream);
    let mut head = String::new();
    answer.read_line(&mut head).context("the server does not answer")?;
    if !head.ends_with('\n') {
        bail!("the server broke off");
    }
    match serde_json::from_str(&head).context("the server's answer cannot be understood (is it another version?)")? {
        Reply::Error(error) => bail!("the server could not do it: {error}"),
        reply => Ok((reply, answer)),
    }
}

#[cfg(unix)]
fn connect(folder: &Path) -> anyhow::Result<Stream> {
    Stream::connect(folder.join(SOCKET)).with_context(|| {
        format!("another educa is using the store in {}, and it does not answer on {SOCKET}", folder.display())
    })
}

/// Elsewhere there is no such socket: stop the server first.
#[cfg(not(unix))]
fn ask(folder: &Path, _request: &Request) -> anyhow::Result<(Reply, std::io::Empty)> {
    Err(connect(folder).map_or_else(|error| error, |()| anyhow::anyhow!("there is no server to ask")))
}

#[cfg(not(unix))]
fn connect(folder: &Path) -> anyhow::Result<()> {
    bail!("another educa is using the store in {}; stop it first", folder.display())
}
