//! API tokens on any carrier.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Carrier, RecordStore};
use crate::school::{
    AccountId, ApiToken, Found, NextKeys, Origin, Renewed, StoreError, TokenKey, Tokens, TooManyTokens,
};
use crate::store::keys::account_key;
use crate::store::records::{read_api_token, read_keys};
use crate::store::table::{Draft, Table};
use crate::store::verbs;

impl<C: Carrier> RecordStore<C> {
    async fn api_token_now(&self, key: TokenKey) -> Result<Option<ApiToken>, StoreError> {
        let record = self.carrier.get(Table::ApiTokens, &key.0).await?;
        record.map(|record| read_api_token(key, &record)).transpose()
    }
}

#[async_trait]
impl<C: Carrier> Tokens for RecordStore<C> {
    async fn add_token(&self, token: ApiToken, origin: Origin) -> Result<Result<(), TooManyTokens>, StoreError> {
        let add = move |draft: &mut Draft<'_>| verbs::add_token(draft, &token, origin);
        self.carrier.write("add a token", add).await
    }

    async fn token(&self, key: TokenKey) -> Result<Option<ApiToken>, StoreError> {
        self.api_token_now(key).await
    }

    async fn tokens_of(&self, account: AccountId) -> Result<Vec<ApiToken>, StoreError> {
        let Some(keys) = self.carrier.get(Table::ApiTokensOf, &account_key(account)).await? else {
            return Ok(Vec::new());
        };
        let keys = read_keys("the tokens of an account", &keys)?;
        let records = self.carrier.get_all(Table::ApiTokens, &keys.iter().map(|key| key.0).collect::<Vec<_>>()).await?;
        // One that ended between the two reads is none.
        let there = keys.into_iter().zip(records).filter_map(|(key, record)| Some((key, record?)));
        there.map(|(key, record)| read_api_token(key, &record)).collect()
    }

    async fn touch_token(&self, key: TokenKey, used: Timestamp) -> Result<Found, StoreError> {
        let touch = move |draft: &mut Draft<'_>| verbs::touch_token(draft, key, used);
        self.carrier.write("note the use of a token", touch).await
    }

    async fn renew_token(
        &self,
        family: TokenKey,
        secret: TokenKey,
        next: NextKeys,
        origin: Origin,
    ) -> Result<Renewed, StoreError> {
        let renew = move |draft: &mut Draft<'_>| verbs::renew_token(draft, family, secret, next, origin);
        self.carrier.write("renew a token", renew).await
    }

    async fn remove_token(&self, key: TokenKey, origin: Origin) -> Result<Found, StoreError> {
        let remove = move |draft: &mut Draft<'_>| verbs::remove_token(draft, key, origin);
        self.carrier.write("end a token", remove).await
    }

    async fn remove_tokens_of(&self, account: AccountId, origin: Origin) -> Result<(), StoreError> {
        let remove = move |draft: &mut Draft<'_>| verbs::remove_tokens_of(draft, account, origin);
        self.carrier.write("end tokens", remove).await
    }

    async fn remove_expired_tokens(&self, now: Timestamp) -> Result<usize, StoreError> {
        let ends = |key, record: &[u8]| read_api_token(key, record).ok().map(|token| token.ends());
        self.sweep(Table::ApiTokens, now, ends, verbs::remove_expired_tokens).await
    }
}
