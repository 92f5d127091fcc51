//! Databases of one test each, in the PostgreSQL that `scripts/with_postgres` starts.

use educa::store::{PostgresConfig, PostgresStore};
use tokio_postgres::{Client, NoTls};

use super::service::{Service, shared};

/// Where the server is: the address of a database of a user who may make others.
const SERVER: &str = "EDUCA_TEST_POSTGRES";

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
        let server = shared(SERVER, "PostgreSQL", "scripts/with_postgres")?;
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
    service: Service,
    /// The address of a database in it.
    pub url: String,
}

impl Cluster {
    /// Starts one; nothing, said aloud, if there is to be no PostgreSQL.
    pub async fn start() -> Option<Self> {
        // Says it, or fails.
        Database::make().await?;
        let (service, [url]) = Service::start("with_postgres", "EDUCA_TEST_POSTGRES_CTL", [SERVER]);
        Some(Self { service, url })
    }

    /// `stop`, `kill` or `start`.
    pub fn tell(&self, what: &str) {
        self.service.tell(what);
    }
}
