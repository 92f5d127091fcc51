//! Signing in and out.

use std::net::IpAddr;

use crate::school::{
    Account, AccountId, AccountState, Device, EventKind, Found, SEEN_EVERY, SESSION_LIFETIME, School, SchoolError,
    Session, SignedIn, Token, TokenKey,
};

/// How many accounts a step takes at most: few enough that other writes wait no longer than for each other.
const STEP: usize = 256;

/// What came of ending sessions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ended {
    /// How many sessions ended.
    pub sessions: usize,
    /// How many tokens of programs.
    pub tokens: usize,
    /// Of how many accounts.
    pub accounts: usize,
}

impl Ended {
    fn add(&mut self, more: Self) {
        self.sessions += more.sessions;
        self.tokens += more.tokens;
        self.accounts += more.accounts;
    }
}

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
        Ok(self.session(token.key()).await?.map(|(account, _)| account))
    }

    /// A session and whose it is, if it has not ended.
    pub async fn session(&self, key: TokenKey) -> Result<Option<(Account, Session)>, SchoolError> {
        let Some((session, account)) = self.session_of(key).await? else { return Ok(None) };
        let now = self.clock.now();
        if session.expires <= now {
            return Ok(None);
        }
        if session.seen + SEEN_EVERY <= now {
            self.store.touch_session(session.key, now).await?;
        }
        Ok(Some((account, session)))
    }

    /// A session that nothing ended but perhaps its time, and whose it is.
    async fn session_of(&self, key: TokenKey) -> Result<Option<(Session, Account)>, SchoolError> {
        let read = async {
            let Some(session) = self.store.session(key).await? else { return Ok(None) };
            let account = self.store.account(session.account).await?;
            let account = account
                .filter(|account| account.state() == AccountState::Active && account.generation == session.generation);
            Ok(account.map(|account| (session, account)))
        };
        self.known_sessions.or_read(key, self.store.version(), read).await
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

    /// Ends all sessions and tokens of the account of this name; nothing if there is no such account.
    pub async fn end_sessions_of(&self, username: &str) -> Result<Option<Ended>, SchoolError> {
        let Some(account) = self.account_by_name(username).await? else { return Ok(None) };
        Ok(Some(self.end_all_of(vec![account]).await?))
    }

    /// Ends the sessions and tokens of everybody, account by account in the order of their ids: a transaction takes a few hundred of
    /// them and no more, and other writes go on in between. Who signs in after their turn stays signed in.
    pub async fn end_everybodys_sessions(&self) -> Result<Ended, SchoolError> {
        let mut ended = Ended::default();
        let mut after = AccountId(0);
        loop {
            let page = self.store.accounts(after, STEP).await?;
            let Some(last) = page.last() else { return Ok(ended) };
            after = last.id;
            let step = self.end_all_of(page).await?;
            ended.add(step);
            tokio::task::yield_now().await;
        }
    }

    /// What there is to end of an account: its sessions, and the tokens of its programs.
    pub(super) async fn signed_in(&self, account: &Account) -> Result<Ended, SchoolError> {
        let (sessions, tokens) = (self.sessions(account).await?.len(), self.tokens(account).await?.len());
        Ok(Ended { sessions, tokens, accounts: usize::from(sessions + tokens > 0) })
    }

    async fn end_all_of(&self, accounts: Vec<Account>) -> Result<Ended, SchoolError> {
        let mut ended = Ended::default();
        let mut signed_in = Vec::new();
        for account in &accounts {
            let to_end = self.signed_in(account).await?;
            if to_end != Ended::default() {
                signed_in.push(account.id);
                ended.add(to_end);
            }
        }
        if !signed_in.is_empty() {
            self.store.end_sessions(signed_in, self.origin(None, None)).await?;
        }
        Ok(ended)
    }
}
