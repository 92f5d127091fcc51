//! Mail addresses and forgotten passwords: links that work once, and the letters that carry them.

use std::net::IpAddr;

use crate::school::{
    Account, AccountState, Device, Email, EventKind, Letter, LetterWriter, Link, Occasion, Purpose, School,
    SchoolError, SignedIn, Token, TokenKey, TooEarly,
};

/// What a link of a letter is for, as far as whoever holds it may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Followed {
    /// It confirms this address.
    ConfirmEmail(Email),
    /// It sets a new password for this account.
    ResetPassword(Box<Account>),
}

impl School {
    /// Sends a link to set a new password, if an account that is not disabled has confirmed this address. For any other the same is done but
    /// for the letter, so that nobody learns which it is.
    pub async fn ask_reset(
        &self,
        email: &Email,
        writer: &dyn LetterWriter,
        address: Option<IpAddr>,
    ) -> Result<Result<(), TooEarly>, SchoolError> {
        if let Err(early) = self.may_write(&email.key()) {
            return Ok(Err(early));
        }
        let token = Token::random()?;
        let origin = self.origin(None, address);
        let account = self.store.account_by_email(&email.key()).await?;
        let account = account.filter(|account| account.state() == AccountState::Active);
        let somebody = "somebody".parse().expect("it is a name");
        let username = account.as_ref().map_or(&somebody, |account| &account.username);
        // To the address as its owner gave it: what was typed may be another mailbox that only looks the same to us.
        let email = &account.as_ref().and_then(confirmed).unwrap_or(email).clone();
        let letter = writer.write(email, Occasion::ResetPassword { username, token: &token })?;
        match account {
            Some(account) => {
                let generation = account.generation;
                let purpose = Purpose::ResetPassword { account: account.id, generation, email: Some(email.clone()) };
                self.send_link(&token, purpose, letter, Some(EventKind::ResetAsked), Some(&account), address).await?;
            }
            None => {
                self.store.add_event(EventKind::ResetAsked, None, None, origin).await?;
            }
        }
        Ok(Ok(()))
    }

    /// Sends a link that confirms an address for an account. If the address is another's, its owner gets a letter saying
    /// so instead: whoever asked sees no difference.
    pub async fn ask_to_confirm(
        &self,
        account: &Account,
        email: &Email,
        writer: &dyn LetterWriter,
        address: Option<IpAddr>,
    ) -> Result<Result<(), TooEarly>, SchoolError> {
        if let Err(early) = self.may_write(&email.key()) {
            return Ok(Err(early));
        }
        let token = Token::random()?;
        let owner = self.store.account_by_email(&email.key()).await?.filter(|owner| owner.id != account.id);
        // Both are written, and one is sent.
        let to_confirm = writer.write(email, Occasion::ConfirmEmail { token: &token })?;
        let username = owner.as_ref().map_or(&account.username, |owner| &owner.username);
        let to = owner.as_ref().and_then(confirmed).unwrap_or(email);
        let taken = writer.write(to, Occasion::AddressTaken { username })?;
        match owner {
            Some(_) => self.post(taken).await?,
            None => {
                let purpose = Purpose::ConfirmEmail { account: account.id, email: email.clone() };
                self.send_link(&token, purpose, to_confirm, None, Some(account), address).await?;
            }
        }
        Ok(Ok(()))
    }

    /// Asks for another address of an account. The one it has is told.
    pub async fn change_email(
        &self,
        account: &Account,
        email: &Email,
        writer: &dyn LetterWriter,
        address: Option<IpAddr>,
    ) -> Result<Result<(), TooEarly>, SchoolError> {
        if let Err(early) = self.ask_to_confirm(account, email, writer, address).await? {
            return Ok(Err(early));
        }
        let old = confirmed(account).filter(|old| old.key() != email.key());
        if let Some(old) = old {
            self.post(writer.write(old, Occasion::AddressChanging { username: &account.username })?).await?;
        }
        Ok(Ok(()))
    }

    async fn send_link(
        &self,
        token: &Token,
        purpose: Purpose,
        letter: Letter,
        event: Option<EventKind>,
        by: Option<&Account>,
        address: Option<IpAddr>,
    ) -> Result<(), SchoolError> {
        let origin = self.origin(by, address);
        let expires = origin.at + purpose.lifetime();
        let link = Link { key: token.key(), purpose, created: origin.at, expires };
        self.store.add_link(link, Some(letter), event, origin).await?;
        self.queued.notify_one();
        Ok(())
    }

    /// What a link is for, if it is still worth something. Looking does not use it.
    pub async fn follow(&self, token: &Token) -> Result<Option<Followed>, SchoolError> {
        let link = self.store.link(token.key()).await?.filter(|link| link.expires > self.clock.now());
        let Some(Link { purpose, .. }) = link else { return Ok(None) };
        Ok(match &purpose {
            Purpose::ConfirmEmail { account, email } => {
                let account = self.store.account(*account).await?.filter(|account| !account.disabled);
                account.map(|_| Followed::ConfirmEmail(email.clone()))
            }
            Purpose::ResetPassword { account, .. } => {
                let account = self.store.account(*account).await?.filter(|account| purpose.resets(account));
                account.map(|account| Followed::ResetPassword(Box::new(account)))
            }
            Purpose::Invitation { .. } => None,
        })
    }

    /// Uses a link that confirms an address; nothing if it is worth nothing.
    pub async fn confirm_email(&self, token: &Token, address: Option<IpAddr>) -> Result<Option<Account>, SchoolError> {
        Ok(self.store.confirm_email(token.key(), self.origin(None, address)).await?)
    }

    /// Uses a link that sets a new password, and ends all sessions; nothing if it is worth nothing.
    pub async fn reset_password(
        &self,
        token: &Token,
        password: String,
        writer: &dyn LetterWriter,
        address: Option<IpAddr>,
    ) -> Result<Option<Account>, SchoolError> {
        let hash = self.hasher.hash(password).await?;
        let account = self.store.reset_password(token.key(), hash, self.origin(None, address)).await?;
        if let Some(account) = &account {
            // Whoever reads the account's mail is its owner: wrong passwords of others shall not keep them waiting.
            self.throttle.forget(Self::counted_name(account.username.as_str()));
            if let Some(email) = confirmed(account) {
                self.throttle.forget(Self::counted_name(email.as_str()));
            }
            self.tell_of_new_password(account, writer).await?;
        }
        Ok(account)
    }

    /// Gives somebody who showed the old one a new password. All sessions end; theirs goes on under a new token.
    pub async fn replace_password(
        &self,
        account: &Account,
        password: String,
        writer: &dyn LetterWriter,
        device: Device,
    ) -> Result<SignedIn, SchoolError> {
        let hash = self.hasher.hash(password).await?;
        self.store.set_password(account.id, hash, self.origin(Some(account), device.address)).await?;
        self.tell_of_new_password(account, writer).await?;
        let account = self.store.account(account.id).await?.unwrap_or_else(|| account.clone());
        self.sign_in(account, device).await
    }

    async fn tell_of_new_password(&self, account: &Account, writer: &dyn LetterWriter) -> Result<(), SchoolError> {
        match confirmed(account) {
            Some(email) => {
                let letter = writer.write(email, Occasion::PasswordChanged { username: &account.username })?;
                self.post(letter).await
            }
            None => Ok(()),
        }
    }

    /// Ends one of somebody's sessions.
    pub async fn end_session(
        &self,
        account: &Account,
        key: TokenKey,
        address: Option<IpAddr>,
    ) -> Result<crate::school::Found, SchoolError> {
        // Somebody else's is none.
        match self.store.session(key).await?.filter(|session| session.account == account.id) {
            Some(_) => {
                let origin = self.origin(Some(account), address);
                Ok(self.store.remove_session(key, EventKind::SessionsEnded, origin).await?)
            }
            None => Ok(crate::school::Found::No),
        }
    }

    /// Ends all of somebody's sessions but one.
    pub async fn end_other_sessions(
        &self,
        account: &Account,
        own: TokenKey,
        address: Option<IpAddr>,
    ) -> Result<(), SchoolError> {
        for session in self.sessions(account).await?.iter().filter(|session| session.key != own) {
            self.end_session(account, session.key, address).await?;
        }
        Ok(())
    }
}

/// The address that is known to be an account's.
fn confirmed(account: &Account) -> Option<&Email> {
    account.email.as_ref().filter(|_| account.email_confirmed)
}
