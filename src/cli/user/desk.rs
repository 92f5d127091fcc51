//! Where orders are carried out: here, or in the server that has the store open.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use tokio::runtime::Runtime;

use super::carry_out::carry_out;
use super::order::{Answer, Order};
use crate::cli::control;
use crate::school::{School, Store, SystemClock};
use crate::store::{OpenError, PostgresStore, SledStore, StorePlace};

/// Takes orders.
pub enum Desk {
    /// Nobody else has the store open, or it is for all to open.
    Here(Box<School>, Runtime),
    /// A server has the store in this folder open.
    Server(PathBuf),
}

impl Desk {
    /// Opens the store, or finds the server that has it open.
    pub fn open(place: &StorePlace) -> anyhow::Result<Self> {
        match place {
            StorePlace::Database(config) => Self::here(Arc::new(PostgresStore::open(config)?)),
            StorePlace::Folder(config) => match SledStore::open(config) {
                Ok(store) => Self::here(Arc::new(store)),
                Err(OpenError::InUse { path }) => {
                    control::find(&path)?;
                    Ok(Self::Server(path))
                }
                Err(error) => Err(error.into()),
            },
        }
    }

    fn here(store: Arc<dyn Store>) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let school = School::new(store, Arc::new(SystemClock))?;
        Ok(Self::Here(Box::new(school), runtime.context("cannot start")?))
    }

    /// Has an order carried out; what is refused is an error.
    pub fn order(&self, order: Order) -> anyhow::Result<Answer> {
        let answer = match self {
            Self::Here(school, runtime) => runtime.block_on(carry_out(school, order))?,
            Self::Server(folder) => control::order(folder, order)?,
        };
        match answer {
            Answer::Refused(why) => bail!("{why}"),
            answer => Ok(answer),
        }
    }
}
