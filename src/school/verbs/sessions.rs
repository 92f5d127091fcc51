//! Signing in and out.

use std::net::IpAddr;

use crate::school::{
    Account, Device, EventKind, Found, SEEN_EVERY, SESSION_LIFETIME, School, SchoolError, Session, SignedIn, Token,
};

impl School {
    /// Signs somebody in whose password was verified, or who just registered.
    pub async fn sign_in(&self, account: Account, device: Device) -> Result<SignedIn, SchoolError> {
        let token = Token::random()?;
        let origin = self.origin(Some(&account), device.address);
        let session = Session {
            key: token.key(),
            account: account.id,
            generation: account.generation,
            created: origin.at,
            expires: origin.at + SESSION_LIFETIME,
            seen: origin.at,
            device,
        };
        self.store.add_session(session, origin).await?;
        Ok(SignedIn { account, token })
    }

    /// Whose session this is, if it is one that has not ended.
    pub async fn identify(&self, token: &Token) -> Result<Option<Account>, SchoolError> {
        let Some(session) = self.store.session(token.key()).await? else { return Ok(None) };
        let now = self.clock.now();
        if session.expires <= now {
            return Ok(None);
        }
        let account = self.store.account(session.account).await?;
        let account = account.filter(|account| account.active && account.generation == session.generation);
        if account.is_some() && session.seen + SEEN_EVERY <= now {
            self.store.touch_session(session.key, now).await?;
        }
        Ok(account)
    }

    /// Ends a session, for every browser that holds its token.
    pub async fn sign_out(&self, token: &Token, address: Option<IpAddr>) -> Result<Found, SchoolError> {
        let by = self.identify(token).await?;
        let origin = self.origin(by.as_ref(), address);
        Ok(self.store.remove_session(token.key(), EventKind::SignedOut, origin).await?)
    }

    /// The sessions of an account that have not ended, the last used first.
    pub async fn sessions(&self, account: &Account) -> Result<Vec<Session>, SchoolError> {
        let now = self.clock.now();
        let mut sessions = self.store.sessions_of(account.id).await?;
        sessions.retain(|session| session.expires > now && session.generation == account.generation);
        sessions.sort_by_key(|session| std::cmp::Reverse((session.seen, session.key)));
        Ok(sessions)
    }
}
