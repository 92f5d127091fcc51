//! Tokens for programs: made by hand or for a password, used, refreshed, ended.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use crate::school::{
    Account, ApiToken, Device, Found, NextKeys, RefreshToken, Renewed, SEEN_EVERY, School, SchoolError, TOKEN_DAYS,
    Token, TokenKey, TokenName, TooManyTokens,
};

/// A token that was just made. Nobody can ask for it again.
#[derive(Debug)]
pub struct MadeToken {
    /// What its program shows.
    pub token: Token,
    /// From when on it is worth nothing.
    pub expires: Timestamp,
}

/// What a program gets for a password, or for a refresh token.
#[derive(Debug)]
pub struct Granted {
    /// For whom it works.
    pub account: Account,
    /// What it shows.
    pub token: Token,
    /// From when on that is worth nothing.
    pub expires: Timestamp,
    /// What it gets the next one for.
    pub refresh: RefreshToken,
}

impl School {
    /// Makes a token for somebody who showed their password, for so many of [`TOKEN_DAYS`].
    pub async fn make_token(
        &self,
        account: &Account,
        name: TokenName,
        days: u16,
        address: Option<IpAddr>,
    ) -> Result<Result<MadeToken, TooManyTokens>, SchoolError> {
        let token = Token::random()?;
        let origin = self.origin(Some(account), address);
        let days = TOKEN_DAYS.into_iter().find(|known| *known == days).unwrap_or(TOKEN_DAYS[0]);
        let expires = origin.at + SignedDuration::from_hours(24 * i64::from(days));
        let made = ApiToken {
            key: token.key(),
            account: account.id,
            generation: account.generation,
            name,
            created: origin.at,
            expires,
            used: None,
            renewal: None,
        };
        Ok(self.store.add_token(made, origin).await?.map(|()| MadeToken { token, expires }))
    }

    /// Gives a program a token and a refresh token, for an account whose password it showed.
    pub async fn sign_in_program(
        &self,
        account: Account,
        device: &Device,
    ) -> Result<Result<Granted, TooManyTokens>, SchoolError> {
        let (token, refresh) = (Token::random()?, RefreshToken::random()?);
        let origin = self.origin(Some(&account), device.address);
        let keys = NextKeys { token: token.key(), secret: refresh.secret() };
        let name = TokenName::of_program(device.agent());
        let first = ApiToken::first_of(&account, name, refresh.family(), keys, origin.at);
        let expires = first.expires;
        let added = self.store.add_token(first, origin).await?;
        Ok(added.map(|()| Granted { account, token, expires, refresh }))
    }

    /// Gives a program its next token. Nothing if its refresh token is worth nothing; if that was used before, its whole
    /// family has ended with this.
    pub async fn refresh(&self, shown: &RefreshToken, address: Option<IpAddr>) -> Result<Option<Granted>, SchoolError> {
        let (token, refresh) = (Token::random()?, shown.next()?);
        let keys = NextKeys { token: token.key(), secret: refresh.secret() };
        let origin = self.origin(None, address);
        match self.store.renew_token(shown.family(), shown.secret(), keys, origin).await? {
            Renewed::Yes(renewed) => {
                let account = self.store.account(renewed.account).await?;
                Ok(account.map(|account| Granted { account, token, expires: renewed.expires, refresh }))
            }
            Renewed::Reused(account) => {
                tracing::warn!(%account, "a refresh token was used twice: its family has ended");
                Ok(None)
            }
            Renewed::No => Ok(None),
        }
    }

    /// For whom the program works that shows a token, if it is one that has not ended.
    pub async fn identify_program(&self, token: &Token) -> Result<Option<(Account, TokenKey)>, SchoolError> {
        let Some((token, account)) = self.token_of(token.key()).await? else { return Ok(None) };
        let now = self.clock.now();
        if token.expires <= now {
            return Ok(None);
        }
        if token.used.is_none_or(|used| used + SEEN_EVERY <= now) {
            self.store.touch_token(token.key, now).await?;
        }
        Ok(Some((account, token.key)))
    }

    /// A token that nothing ended but perhaps its time, and whose it is.
    async fn token_of(&self, key: TokenKey) -> Result<Option<(ApiToken, Account)>, SchoolError> {
        let read = async {
            let Some(token) = self.store.token(key).await? else { return Ok(None) };
            let account = self.store.account(token.account).await?.filter(|account| token.is_of(account));
            Ok(account.map(|account| (token, account)))
        };
        self.known_tokens.or_read(key, self.store.version(), read).await
    }

    /// The tokens of an account that have not ended, the last made first.
    pub async fn tokens(&self, account: &Account) -> Result<Vec<ApiToken>, SchoolError> {
        let now = self.clock.now();
        let mut tokens = self.store.tokens_of(account.id).await?;
        tokens.retain(|token| token.ends() > now && token.generation == account.generation);
        tokens.sort_by_key(|token| std::cmp::Reverse((token.created, token.key)));
        Ok(tokens)
    }

    /// Ends one of somebody's tokens, and its family.
    pub async fn end_token(
        &self,
        account: &Account,
        key: TokenKey,
        address: Option<IpAddr>,
    ) -> Result<Found, SchoolError> {
        // Somebody else's is none.
        match self.store.token(key).await?.filter(|token| token.account == account.id) {
            Some(_) => Ok(self.store.remove_token(key, self.origin(Some(account), address)).await?),
            None => Ok(Found::No),
        }
    }

    /// Ends all of somebody's tokens; their sessions go on.
    pub async fn end_tokens(&self, account: &Account, address: Option<IpAddr>) -> Result<(), SchoolError> {
        Ok(self.store.remove_tokens_of(account.id, self.origin(Some(account), address)).await?)
    }
}
