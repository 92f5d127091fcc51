//! The server's end of the control socket.
//!
//! Orders are carried out by the very school that serves, so its next answer knows of them. A few clients at a time are
//! heard, each by itself: whoever waits for a backup keeps no order waiting.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use super::control::{Reply, Request, SOCKET, export};
use super::user::carry_out;
use crate::disk::{self, OpenFile};
use crate::school::School;
use crate::store::SledStore;

/// The longest line. A password of 1,000 characters, each escaped, and all the rest of an order take half of it.
const MAX_LINE: u64 = 16 * 1024;

/// How long a client may take to say its line, or to hear an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many clients are heard at a time; others wait for their turn.
const PLACES: usize = 8;

/// Answers until it is dropped.
pub struct Control {
    task: JoinHandle<()>,
    socket: PathBuf,
}

/// What commands reach.
struct Reached {
    store: Arc<SledStore>,
    school: Arc<School>,
    folder: PathBuf,
}

impl Control {
    /// Listens in the folder of this store, which nobody else has open: a socket that lies there is of a server that died.
    pub fn open(store: Arc<SledStore>, school: Arc<School>, folder: &Path) -> anyhow::Result<Self> {
        let socket = folder.join(SOCKET);
        disk::remove_file(&socket)?;
        let listener = UnixListener::bind(&socket)
            .with_context(|| format!("cannot listen on {} (is the path too long for a socket?)", socket.display()))?;
        disk::make_private(&socket)?;
        let reached = Arc::new(Reached { store, school, folder: folder.to_owned() });
        Ok(Self { task: tokio::spawn(listen(listener, reached)), socket })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.task.abort();
        // The next server removes it otherwise.
        let _ = disk::remove_file(&self.socket);
    }
}

async fn listen(listener: UnixListener, reached: Arc<Reached>) {
    let places = Arc::new(Semaphore::new(PLACES));
    // Whoever is being heard when this ends is cut off.
    let mut clients = JoinSet::new();
    loop {
        let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
        match listener.accept().await {
            Ok((stream, _)) => {
                let reached = reached.clone();
                clients.spawn(async move {
                    if let Err(error) = hear(stream, &reached).await {
                        tracing::warn!("a command was not answered: {error:#}");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                // No more files may be open, or such: later there may.
                tracing::warn!("a command was not heard: {error}");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        while clients.try_join_next().is_some() {}
    }
}

async fn hear(stream: UnixStream, reached: &Reached) -> anyhow::Result<()> {
    let (input, mut output) = stream.into_split();
    let mut input = BufReader::new(input.take(MAX_LINE));
    let mut line = Vec::new();
    timeout(PATIENCE, input.read_until(b'\n', &mut line)).await.context("it said nothing")??;
    if line.is_empty() {
        // Somebody only looked whether we are here.
        return Ok(());
    }
    let is_whole = line.ends_with(b"\n");
    let (reply, file) = match serde_json::from_slice(&line) {
        Ok(request) if is_whole => reached.answer(request).await.unwrap_or_else(|error| (failed(&error), None)),
        _ if !is_whole => (Reply::Error(format!("a request is one line of at most {MAX_LINE} bytes")), None),
        _ => (Reply::Error("this server does not understand the request (is it another version?)".to_owned()), None),
    };
    let head = serde_json::to_string(&reply)? + "\n";
    timeout(PATIENCE, output.write_all(head.as_bytes())).await.context("it does not listen")??;
    if let Some(file) = file {
        tokio::io::copy(&mut tokio::fs::File::from_std(file), &mut output).await?;
    }
    output.shutdown().await?;
    if !is_whole {
        // A socket that is closed over unread bytes takes the answer with it.
        let mut rest = input.into_inner().into_inner().take(64 * MAX_LINE);
        let _ = timeout(PATIENCE, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
    }
    Ok(())
}

fn failed(error: &anyhow::Error) -> Reply {
    Reply::Error(format!("{error:#}"))
}

impl Reached {
    async fn answer(&self, request: Request) -> anyhow::Result<(Reply, Option<OpenFile>)> {
        match request {
            Request::Export(wanted) => {
                let file = export(&self.store, &self.folder, wanted).await?;
                let length = file.metadata()?.len();
                tracing::info!(?wanted, length, "the store was written out");
                Ok((Reply::Bytes(length), Some(file)))
            }
            Request::User(order) => {
                let kind = order.kind();
                let answer = carry_out(&self.school, order).await?;
                tracing::info!(order = kind, "an operator's order was carried out");
                Ok((Reply::Answer(answer), None))
            }
        }
    }
}
