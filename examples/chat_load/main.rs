//! Load for a chat room: many members, some of whom speak. `benches/live` has it measure educa and examples/bare_chat.rs.
//!
//! Each message says who sent it, as which of theirs, and when; so each member finds out by itself how long it was on its way,
//! and whether one is missing, comes twice, or in another order. With `--rate` messages are sent by the clock, whatever comes
//! back; without it each sender has so many on the way as `--window` says. What was found is one line of JSON.
//!
//!     cargo run --release --example chat_load -- --address 127.0.0.1:8000 --path /ws/chat/room/1/ --cookies FILE --rate 1000

mod member;
mod times;

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Parser;
use futures_util::StreamExt as _;
use http::header::{COOKIE, HeaderValue};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use member::{Ear, Member, Talk, Voice};
use times::Times;

/// How long what is on its way may take after the last was sent.
const PATIENCE: Duration = Duration::from_secs(15);

type Socket = WebSocketStream<TcpStream>;

#[derive(Parser)]
#[command(about = "Load for a chat room; what was found is one line of JSON")]
struct Arguments {
    #[arg(long)]
    address: SocketAddr,
    #[arg(long, default_value = "/")]
    path: String,
    /// A file of cookies, one a line; members take turns with them
    #[arg(long)]
    cookies: Option<PathBuf>,
    #[arg(long, default_value_t = 100)]
    members: usize,
    /// How many of them speak
    #[arg(long, default_value_t = 10)]
    senders: usize,
    /// Messages a second, of all together; as many as come back if it is left out
    #[arg(long)]
    rate: Option<u32>,
    /// How many a sender has on the way when there is no rate
    #[arg(long, default_value_t = 16)]
    window: u64,
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Characters of a message
    #[arg(long, default_value_t = 64)]
    size: usize,
    /// One more member, who reads nothing after the first frame
    #[arg(long)]
    stuck: bool,
    /// Nobody speaks: holds the sockets open until standard input ends
    #[arg(long)]
    idle: bool,
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(arguments.threads).enable_all().build()?;
    let found = runtime.block_on(async {
        let door = Door::of(&arguments)?;
        if arguments.idle { idle(&door, arguments.members).await } else { talk(&door, &arguments).await }
    })?;
    writeln!(io::stdout(), "{found}")?;
    Ok(())
}

/// The way into the room.
struct Door {
    address: SocketAddr,
    path: String,
    cookies: Vec<HeaderValue>,
}

impl Door {
    fn of(arguments: &Arguments) -> anyhow::Result<Self> {
        let text = arguments.cookies.as_ref().map(std::fs::read_to_string).transpose()?.unwrap_or_default();
        let cookies = text.lines().map(HeaderValue::from_str).collect::<Result<_, _>>()?;
        Ok(Self { address: arguments.address, path: arguments.path.clone(), cookies })
    }

    /// Opens a socket with buffers of this size, and waits for its first frame.
    async fn open(&self, nth: usize, buffer: u32) -> anyhow::Result<Socket> {
        let tcp = TcpSocket::new_v4()?;
        tcp.set_nodelay(true)?;
        if buffer < 4_096 {
            tcp.set_recv_buffer_size(buffer)?;
        }
        let stream = tcp.connect(self.address).await?;
        let mut request = format!("ws://{}{}", self.address, self.path).into_client_request()?;
        if !self.cookies.is_empty() {
            request.headers_mut().insert(COOKIE, self.cookies[nth % self.cookies.len()].clone());
        }
        let config = WebSocketConfig::default().read_buffer_size(buffer as usize).write_buffer_size(4_096);
        let opened = timeout(PATIENCE, client_async_with_config(request, stream, Some(config))).await?;
        let (mut socket, _) = opened.with_context(|| format!("socket {nth}"))?;
        match timeout(PATIENCE, socket.next()).await? {
            Some(Ok(Message::Text(text))) if text.starts_with("{\"type\":\"chat_history\"") => Ok(socket),
            other => bail!("socket {nth} began with {other:?}"),
        }
    }
}

/// Holds sockets open, answering pings, until standard input ends.
async fn idle(door: &Door, n_sockets: usize) -> anyhow::Result<Value> {
    let n_open = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for nth in 0..n_sockets {
        let mut socket = door.open(nth, 1_024).await?;
        let n_open = n_open.clone();
        n_open.fetch_add(1, Ordering::Relaxed);
        tasks.spawn(async move {
            while let Some(Ok(_)) = socket.next().await {}
            n_open.fetch_sub(1, Ordering::Relaxed);
        });
    }
    writeln!(io::stdout(), "{}", json!({ "opened": n_sockets }))?;
    tokio::task::spawn_blocking(|| io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(json!({ "open": n_open.load(Ordering::Relaxed) }))
}

async fn talk(door: &Door, arguments: &Arguments) -> anyhow::Result<Value> {
    let mut sockets = Vec::new();
    for nth in 0..arguments.members {
        sockets.push(door.open(nth, 16 * 1_024).await?);
    }
    let stuck = if arguments.stuck { Some(door.open(arguments.members, 2_048).await?) } else { None };
    let began = Instant::now() + Duration::from_millis(100);
    let n_senders = arguments.senders.min(arguments.members);
    let talk = Arc::new(Talk {
        began,
        ends: began + Duration::from_secs(arguments.seconds),
        n_sent: AtomicU64::new(0),
        n_refused: AtomicU64::new(0),
        latest_us: AtomicU64::new(0),
        n_speaking: AtomicUsize::new(n_senders),
        total: watch::Sender::new((n_senders == 0).then_some(0)),
    });
    let mut tasks = JoinSet::new();
    for (nth, socket) in sockets.into_iter().enumerate() {
        let voice = (nth < n_senders).then(|| Voice::of(nth, n_senders, arguments, &talk));
        let ear = Ear { seen: vec![0; n_senders], ..Ear::default() };
        tasks.spawn(Member { socket, voice, ear, talk: talk.clone() }.take_part());
    }
    let ears = tasks.join_all().await;
    let mut found = summary(&talk, &ears);
    if let Some(stuck) = stuck {
        found["stuck"] = end_of(stuck).await.into();
    }
    Ok(found)
}

/// What became of somebody who did not read.
async fn end_of(mut socket: Socket) -> String {
    let rest = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(Some(frame)))) => return format!("closed with {}", u16::from(frame.code)),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return "cut off".to_owned(),
            }
        }
    };
    timeout(Duration::from_secs(1), rest).await.unwrap_or_else(|_| "still open".to_owned())
}

fn summary(talk: &Talk, ears: &[Ear]) -> Value {
    let all = |count: fn(&Ear) -> u64| ears.iter().map(count).sum::<u64>();
    let times = ears.iter().fold(Times::default(), |times, ear| times.and(&ear.times));
    let n_expected = talk.total.borrow().unwrap_or_default() * ears.len() as u64;
    let last = ears.iter().filter_map(|ear| ear.last_at).max().unwrap_or(talk.began);
    let seconds = last.duration_since(talk.began).as_secs_f64();
    let ends: Vec<&str> = ears.iter().filter_map(|ear| ear.ended.as_deref()).collect();
    let firsts = ears.iter().map(|ear| ear.first_id);
    json!({
        "sent": talk.n_sent.load(Ordering::Relaxed),
        "refused": talk.n_refused.load(Ordering::Relaxed),
        "expected": n_expected,
        "delivered": all(|ear| ear.n_heard),
        "missing": all(|ear| ear.n_missing) + n_expected.saturating_sub(all(|ear| ear.n_heard + ear.n_missing)),
        "doubled": all(|ear| ear.n_doubled),
        "misordered": all(|ear| ear.n_misordered),
        "same_beginning": firsts.clone().min() == firsts.max(),
        "rate": all(|ear| ear.n_heard) as f64 / seconds.max(0.001),
        "p50": times.at(0.5), "p99": times.at(0.99), "max": times.max_us as f64 / 1_000.0,
        "sent_late": talk.latest_us.load(Ordering::Relaxed) as f64 / 1_000.0,
        "ended": ends,
    })
}
