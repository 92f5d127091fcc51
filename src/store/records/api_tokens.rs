//! API tokens as records, and the list of those of an account.

use serde::{Deserialize, Serialize};

use super::codec::{damaged, decode, encode, time};
use crate::school::{AccountId, ApiToken, Renewal, StoreError, TokenKey};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct ApiTokenRecord {
    account: u64,
    generation: u32,
    name: String,
    created: i64,
    expires: i64,
    used: Option<i64>,
    renewal: Option<RenewalRecord>,
}

#[derive(Serialize, Deserialize)]
struct RenewalRecord {
    family: [u8; 32],
    secret: [u8; 32],
    expires: i64,
}

pub fn write_api_token(token: &ApiToken) -> Vec<u8> {
    let renewal = token.renewal.map(|renewal| RenewalRecord {
        family: renewal.family.0,
        secret: renewal.secret.0,
        expires: renewal.expires.as_microsecond(),
    });
    let record = ApiTokenRecord {
        account: token.account.0,
        generation: token.generation,
        name: token.name.to_string(),
        created: token.created.as_microsecond(),
        expires: token.expires.as_microsecond(),
        used: token.used.map(|used| used.as_microsecond()),
        renewal,
    };
    encode(VERSION, &record)
}

pub fn read_api_token(key: TokenKey, bytes: &[u8]) -> Result<ApiToken, StoreError> {
    // Whose token it is cannot be told from a record that is not legible, and the key belongs in no log.
    let what = || "an API token".to_owned();
    let record: ApiTokenRecord = decode(VERSION, bytes, what)?;
    let renewal = |renewal: RenewalRecord| -> Result<Renewal, StoreError> {
        let (family, secret) = (TokenKey(renewal.family), TokenKey(renewal.secret));
        Ok(Renewal { family, secret, expires: time(renewal.expires, what)? })
    };
    Ok(ApiToken {
        key,
        account: AccountId(record.account),
        generation: record.generation,
        name: record.name.parse().map_err(|_| damaged(what))?,
        created: time(record.created, what)?,
        expires: time(record.expires, what)?,
        used: record.used.map(|used| time(used, what)).transpose()?,
        renewal: record.renewal.map(renewal).transpose()?,
    })
}

/// Hashes one after the other, 32 bytes each and no version: an index, which can be made again.
pub fn write_keys(keys: &[TokenKey]) -> Vec<u8> {
    keys.iter().flat_map(|key| key.0).collect()
}

pub fn read_keys(what: &'static str, bytes: &[u8]) -> Result<Vec<TokenKey>, StoreError> {
    let (keys, []) = bytes.as_chunks::<32>() else { return Err(damaged(|| what.to_owned())) };
    Ok(keys.iter().copied().map(TokenKey).collect())
}
