//! Readers: a few connections, for whoever reads next.

use std::sync::Arc;

use deadpool_postgres::{Object, Pool, PoolError, TimeoutType};
use tokio::time::timeout;
use tokio_postgres::Row;

use super::link::{Link, SILENCE};
use super::rest::Rest;
use super::statements::Parameter;
use super::words::{is_over, reason, unreadable};
use crate::school::StoreError;

/// A pool that knows when to rest.
pub struct Readers {
    pool: Pool,
    rest: Arc<Rest>,
}

impl Readers {
    /// No connection is made before it is wanted.
    pub fn new(link: &Link, rest: Arc<Rest>) -> Self {
        Self { pool: link.pool(), rest }
    }

    /// The rows that answer a question. It is asked once more if the connection ended of which we had not heard.
    pub async fn rows(&self, text: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut again = true;
        loop {
            let client = self.client().await.map_err(unreadable)?;
            let asking = async {
                let statement = client.prepare_cached(text).await?;
                client.query(&statement, parameters).await
            };
            match timeout(SILENCE, asking).await {
                Ok(Ok(rows)) => return Ok(rows),
                Ok(Err(error)) => {
                    let over = client.is_closed() || is_over(&error);
                    if over {
                        // It is no use to the next reader.
                        drop(Object::take(client));
                    }
                    if !(over && again) {
                        return Err(unreadable(reason(&error)));
                    }
                }
                Err(_) => {
                    drop(Object::take(client));
                    return Err(unreadable("the database does not answer".to_owned()));
                }
            }
            again = false;
        }
    }

    async fn client(&self) -> Result<Object, String> {
        self.rest.check()?;
        match self.pool.get().await {
            Ok(client) => {
                self.rest.succeeded();
                Ok(client)
            }
            // The database is well, but has more to do than it can.
            Err(PoolError::Timeout(TimeoutType::Wait)) => Err("too many are reading".to_owned()),
            Err(PoolError::Backend(error)) => Err(self.rest.failed(&reason(&error))),
            Err(error) => Err(self.rest.failed(&error.to_string())),
        }
    }
}
