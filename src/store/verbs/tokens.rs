//! API tokens: made, used, followed by the next one, ended.

use jiff::Timestamp;

use super::accounts::account;
use super::{Draft, Found, Obstacle, Table};
use crate::school::{AccountId, ApiToken, EventKind, MAX_TOKENS, NextKeys, Origin, Renewed, TokenKey, TooManyTokens};
use crate::store::keys::{account_key, token_in};
use crate::store::records::{read_api_token, read_keys, write_api_token, write_keys};

pub fn add_token(
    draft: &mut Draft<'_>,
    token: &ApiToken,
    origin: Origin,
) -> Result<Result<(), TooManyTokens>, Obstacle> {
    if make_room(draft, token, origin.at)?.is_err() {
        return Ok(Err(TooManyTokens));
    }
    put(draft, token)?;
    draft.log(EventKind::TokenMade, Some(token.account), None, origin)?;
    Ok(Ok(()))
}

/// Forgets what ended of the account's tokens; then, if need be, the family that was used longest ago.
fn make_room(draft: &mut Draft<'_>, new: &ApiToken, now: Timestamp) -> Result<Result<(), TooManyTokens>, Obstacle> {
    let owner = account(draft, new.account)?;
    let mut kept = Vec::new();
    for key in keys_of(draft, new.account)? {
        let Some(token) = token(draft, key)? else { continue };
        match token.ends() > now && owner.as_ref().is_some_and(|owner| token.is_of(owner)) {
            true => kept.push(token),
            false => remove(draft, &token)?,
        }
    }
    if kept.len() < MAX_TOKENS {
        return Ok(Ok(()));
    }
    let families = kept.iter().filter(|token| token.renewal.is_some() && new.renewal.is_some());
    match families.min_by_key(|token| token.used.unwrap_or(token.created)) {
        Some(idle) => remove(draft, idle).map(Ok),
        None => Ok(Err(TooManyTokens)),
    }
}

pub fn touch_token(draft: &mut Draft<'_>, key: TokenKey, used: Timestamp) -> Result<Found, Obstacle> {
    let Some(token) = token(draft, key)? else { return Ok(Found::No) };
    draft.put(Table::ApiTokens, &key.0, write_api_token(&ApiToken { used: Some(used), ..token }));
    Ok(Found::Yes)
}

pub fn renew_token(
    draft: &mut Draft<'_>,
    family: TokenKey,
    secret: TokenKey,
    next: NextKeys,
    origin: Origin,
) -> Result<Renewed, Obstacle> {
    let Some(key) = draft.get(Table::TokenFamilies, &family.0)? else { return Ok(Renewed::No) };
    let Some(last) = token(draft, token_in(&key)?)? else { return Ok(Renewed::No) };
    if last.renewal.is_none_or(|renewal| renewal.secret != secret) {
        remove(draft, &last)?;
        draft.log(EventKind::TokenReused, Some(last.account), None, origin)?;
        return Ok(Renewed::Reused(last.account));
    }
    let owner = account(draft, last.account)?.filter(|owner| last.is_of(owner));
    match owner.and_then(|_| last.renewed(next, origin.at)) {
        Some(renewed) => {
            // To be used is what it was refreshed for: an idle family is one that nobody refreshes.
            let renewed = ApiToken { used: Some(origin.at), ..renewed };
            remove(draft, &last)?;
            put(draft, &renewed)?;
            Ok(Renewed::Yes(Box::new(renewed)))
        }
        None => Ok(Renewed::No),
    }
}

pub fn remove_token(draft: &mut Draft<'_>, key: TokenKey, origin: Origin) -> Result<Found, Obstacle> {
    let Some(token) = token(draft, key)? else { return Ok(Found::No) };
    remove(draft, &token)?;
    draft.log(EventKind::TokensEnded, Some(token.account), None, origin)?;
    Ok(Found::Yes)
}

pub fn remove_tokens_of(draft: &mut Draft<'_>, account: AccountId, origin: Origin) -> Result<(), Obstacle> {
    let keys = keys_of(draft, account)?;
    for key in &keys {
        if let Some(token) = token(draft, *key)? {
            remove(draft, &token)?;
        }
    }
    if !keys.is_empty() {
        draft.log(EventKind::TokensEnded, Some(account), None, origin)?;
    }
    Ok(())
}

/// Removes those of the tokens that have ended. They were found outside, so each is looked at again.
pub fn remove_expired_tokens(draft: &mut Draft<'_>, keys: &[TokenKey], now: Timestamp) -> Result<usize, Obstacle> {
    let mut n_removed = 0;
    for key in keys {
        if let Some(token) = token(draft, *key)?.filter(|token| token.ends() <= now) {
            remove(draft, &token)?;
            n_removed += 1;
        }
    }
    Ok(n_removed)
}

fn put(draft: &mut Draft<'_>, token: &ApiToken) -> Result<(), Obstacle> {
    draft.put(Table::ApiTokens, &token.key.0, write_api_token(token));
    if let Some(renewal) = token.renewal {
        draft.put(Table::TokenFamilies, &renewal.family.0, token.key.0.to_vec());
    }
    let mut keys = keys_of(draft, token.account)?;
    keys.push(token.key);
    draft.put(Table::ApiTokensOf, &account_key(token.account), write_keys(&keys));
    Ok(())
}

fn remove(draft: &mut Draft<'_>, token: &ApiToken) -> Result<(), Obstacle> {
    draft.remove(Table::ApiTokens, &token.key.0);
    if let Some(renewal) = token.renewal {
        draft.remove(Table::TokenFamilies, &renewal.family.0);
    }
    let mut keys = keys_of(draft, token.account)?;
    keys.retain(|key| *key != token.key);
    match keys.is_empty() {
        true => draft.remove(Table::ApiTokensOf, &account_key(token.account)),
        false => draft.put(Table::ApiTokensOf, &account_key(token.account), write_keys(&keys)),
    }
    Ok(())
}

fn keys_of(draft: &Draft<'_>, account: AccountId) -> Result<Vec<TokenKey>, Obstacle> {
    let keys = draft.get(Table::ApiTokensOf, &account_key(account))?;
    Ok(keys.map_or(Ok(Vec::new()), |keys| read_keys("the tokens of an account", &keys))?)
}

fn token(draft: &Draft<'_>, key: TokenKey) -> Result<Option<ApiToken>, Obstacle> {
    let record = draft.get(Table::ApiTokens, &key.0)?;
    Ok(record.map(|record| read_api_token(key, &record)).transpose()?)
}
