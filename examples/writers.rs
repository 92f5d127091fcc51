//! How many enrollments a second a store makes durable while many ask at once:
//!
//! ```text
//! cargo run --release --example writers                                  in a folder
//! cargo run --release --example writers -- postgresql://user@host/db     in a database, which must be empty
//! cargo run --release --example writers -- URL 2                         the same by two committers, as by two processes
//! ```

use std::sync::Arc;
use std::time::{Duration, Instant};

use educa::course::{CourseId, EnrollmentPolicy};
use educa::school::{AccountId, Backing, Enrolling, Origin, Store};
use educa::store::{PostgresStore, SledStore, StoreConfig};
use tokio::task::JoinSet;

const WRITERS: u64 = 64;
const LONG: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = tempfile::tempdir_in("target")?;
    let stores: Vec<Arc<dyn Store>> = match arguments.next() {
        None => {
            let config = StoreConfig { path: folder.path().join("data"), ..StoreConfig::default() };
            vec![Arc::new(SledStore::open(&config)?)]
        }
        Some(url) => {
            let n = arguments.next().map_or(Ok(1), |n| n.parse())?;
            let open = |_| Ok(Arc::new(PostgresStore::open(&url.parse()?)?) as Arc<dyn Store>);
            (0..n).map(open).collect::<anyhow::Result<_>>()?
        }
    };
    let began = Instant::now();
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(enroll(stores[writer as usize % stores.len()].clone(), writer, began));
    }
    let mut times = Vec::new();
    for written in writers.join_all().await {
        times.extend(written?);
    }
    times.sort_unstable();
    let (n, seconds) = (times.len(), began.elapsed().as_secs_f64());
    let at = |percent: usize| times[(n * percent / 100).min(n - 1)].as_secs_f64() * 1_000.0;
    let (writes, flushes) = stores.iter().fold((0, 0), |(writes, flushes), store| {
        let work = store.work();
        (writes + work.writes, flushes + work.flushes)
    });
    anstream::println!(
        "{:.0} enrollments/s, half of them within {:.1} ms, 99 of 100 within {:.1} ms; {:.1} a flush",
        n as f64 / seconds,
        at(50),
        at(99),
        writes as f64 / flushes as f64,
    );
    Ok(())
}

/// Enrolls student after student; returns how long each took.
async fn enroll(store: Arc<dyn Store>, writer: u64, began: Instant) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    for number in 1.. {
        if began.elapsed() > LONG {
            break;
        }
        let enrolling = Enrolling {
            account: AccountId(writer * 1_000_000 + number),
            course: CourseId::new(1)?,
            policy: EnrollmentPolicy::default(),
            backing: Backing::None,
        };
        let asked = Instant::now();
        store.enroll(enrolling, Origin { at: jiff::Timestamp::UNIX_EPOCH, by: None, address: None }).await?;
        times.push(asked.elapsed());
    }
    Ok(times)
}
