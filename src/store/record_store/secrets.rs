//! The school's secret on any carrier.

use async_trait::async_trait;

use super::{Carrier, RecordStore};
use crate::school::{Secrets, StoreError};
use crate::store::records::damaged;
use crate::store::table::{Draft, SECRET_KEY, Table};

#[async_trait]
impl<C: Carrier> Secrets for RecordStore<C> {
    async fn secret(&self, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        let secret = move |draft: &mut Draft<'_>| match draft.get(Table::Meta, SECRET_KEY)? {
            Some(secret) => {
                let secret: Result<[u8; 32], _> = secret.as_ref().try_into();
                Ok(secret.map_err(|_| damaged(|| "the school's secret".to_owned()))?)
            }
            None => {
                draft.put(Table::Meta, SECRET_KEY, fresh.to_vec());
                Ok(fresh)
            }
        };
        self.carrier.write("keep a secret", secret).await
    }
}
