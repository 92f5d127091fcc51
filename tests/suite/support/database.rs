//! Databases of one test each, in the PostgreSQL that `scripts/with_postgres` starts.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use educa::store::{PostgresConfig, PostgresStore};
use tokio_postgres::{Client, NoTls};

/// Where the server is: the address of a database of a user who may make others.
const SERVER: &str = "EDUCA_TEST_POSTGRES";

/// If it is set, nothing may be left out.
const EVERYTHING: &str = "EDUCA_TEST_EVERYTHING";

/// A database that is gone when it is dropped.
pub struct Database {
    server: String,
    name: String,
    /// Its address.
    pub url: String,
}

impl Database {
    /// An empty one; nothing, said aloud, if there is no server.
    pub async fn make() -> Option<Self> {
        let Ok(server) = std::env::var(SERVER) else {
            assert!(std::env::var_os(EVERYTHING).is_none(), "{SERVER} is not set: nothing was tested on PostgreSQL");
            let test = std::thread::current().name().unwrap_or_default().to_owned();
            // Not by a macro: what those print is kept from who looks.
            let _ = writeln!(
                std::io::stderr(),
                "NOT TESTED: {test} needs PostgreSQL: scripts/with_postgres cargo test --test suite"
            );
            return None;
        };
        let random: [u8; 8] = std::array::from_fn(|_| fastrand::u8(..));
        let name = format!("test_{:x}", u64::from_be_bytes(random));
        connect(&server).await.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("made");
        let (address, _) = server.rsplit_once('/').expect("an address with a database");
        let url = format!("{address}/{name}");
        Some(Self { server, name, url })
    }

    /// How educa is told of it.
    pub fn config(&self) -> PostgresConfig {
        self.url.parse().expect("an address")
    }

    /// A store on it.
    pub fn open(&self) -> PostgresStore {
        PostgresStore::open(&self.config()).expect("the store opens")
    }

    /// Somebody else in it.
    pub async fn client(&self) -> Client {
        connect(&self.url).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let gone = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                // The server may be stopped just now; it is private to the tests, and gone after them.
                if let Ok((client, connection)) = tokio_postgres::connect(&server, NoTls).await {
                    tokio::spawn(connection);
                    let _ = client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
                }
            });
        });
        let _ = gone.join();
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connected");
    tokio::spawn(connection);
    client
}

/// A PostgreSQL of one test alone, which may stop it.
pub struct Cluster {
    child: Child,
    ctl: String,
    /// The address of a database in it.
    pub url: String,
}

impl Cluster {
    /// Starts one; nothing, said aloud, if there is to be no PostgreSQL.
    pub async fn start() -> Option<Self> {
        // Says it, or fails.
        Database::make().await?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/with_postgres");
        // It goes on until it can read no more, so it ends with us, however we end.
        let says = "printf '%s\\n' \"$EDUCA_TEST_POSTGRES\" \"$EDUCA_TEST_POSTGRES_CTL\"; cat";
        let mut command = Command::new(script);
        let mut child =
            command.args(["sh", "-c", says]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("run");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut line = || lines.next().expect("it says where it is").expect("read");
        let (url, ctl) = (line(), line());
        Some(Self { child, ctl, url })
    }

    /// `stop`, `kill` or `start`.
    pub fn tell(&self, what: &str) {
        assert!(Command::new(&self.ctl).arg(what).status().expect("run").success(), "{what}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
