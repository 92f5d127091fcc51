//! What the staff wants to know of the store, on any carrier.

use async_trait::async_trait;

use super::{Carrier, RecordStore};
use crate::school::{StoreError, StoreWork, Upkeep};

#[async_trait]
impl<C: Carrier> Upkeep for RecordStore<C> {
    async fn size(&self) -> Result<u64, StoreError> {
        self.carrier.size().await
    }

    fn work(&self) -> StoreWork {
        self.carrier.work()
    }

    fn version(&self) -> Option<u64> {
        self.carrier.version()
    }
}
