//! Accounts: made, found, and their passwords.

use std::net::IpAddr;

use crate::school::{
    Account, AccountId, Added, Ended, Found, NewAccount, NewPassword, PasswordHash, PasswordMistakes, Registration,
    RegistrationMistakes, Role, School, SchoolError, UsernameKey, ValidRegistration, check_password,
};

/// Whether whoever makes an account knows that its mail address is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Yes,
    No,
}

impl School {
    /// Checks what somebody filled in. Estimating a password's strength takes up to half a second of a core, which is not
    /// for where requests are answered.
    pub async fn validate(
        &self,
        registration: Registration,
    ) -> Result<Result<ValidRegistration, RegistrationMistakes>, SchoolError> {
        let rules = self.rules;
        Ok(self.hasher.run(move || registration.validate(rules)).await?)
    }

    /// The same for a new password of an account.
    pub async fn validate_password(
        &self,
        password: NewPassword,
        account: &Account,
    ) -> Result<Result<String, PasswordMistakes>, SchoolError> {
        let username = account.username.to_string();
        Ok(self.hasher.run(move || password.validate(&username)).await?)
    }

    /// Makes an account for a student who comes from this address; the mistakes say so if the name is taken. Its mail
    /// address is not confirmed, and it is not active if it has to be.
    pub async fn register(
        &self,
        registration: ValidRegistration,
        address: Option<IpAddr>,
    ) -> Result<Result<Account, RegistrationMistakes>, SchoolError> {
        self.make_account(registration, Role::Student, address, Known::No).await
    }

    /// Makes an account in any role, for who may: the command line. Its mail address needs no proof.
    pub async fn add_account(
        &self,
        registration: ValidRegistration,
        role: Role,
    ) -> Result<Result<Account, RegistrationMistakes>, SchoolError> {
        self.make_account(registration, role, None, Known::Yes).await
    }

    async fn make_account(
        &self,
        registration: ValidRegistration,
        role: Role,
        address: Option<IpAddr>,
        known: Known,
    ) -> Result<Result<Account, RegistrationMistakes>, SchoolError> {
        let ValidRegistration { username, email, password } = registration;
        // Asked first only to save the work of hashing; the store decides.
        if self.store.account_by_name(&username.key()).await?.is_some() {
            return Ok(Err(RegistrationMistakes::name_taken()));
        }
        let password = self.hasher.hash(password).await?;
        let email_confirmed = known == Known::Yes && email.is_some();
        let active = known == Known::Yes || !self.rules.confirm_email;
        let origin = self.origin(None, address);
        let created = origin.at;
        let account = NewAccount { username, email, email_confirmed, active, role, password, created };
        Ok(match self.store.add_account(account, origin).await? {
            Added::New(account) => Ok(account),
            Added::Existing(_) => Err(RegistrationMistakes::name_taken()),
        })
    }

    /// The account with this id.
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, SchoolError> {
        Ok(self.store.account(id).await?)
    }

    /// The account of this name, without regard to case.
    pub async fn account_by_name(&self, name: &str) -> Result<Option<Account>, SchoolError> {
        Ok(self.store.account_by_name(&UsernameKey::of(name)).await?)
    }

    /// What is wrong with a password for a user of this name; nothing if it is good.
    pub async fn mistakes_in_password(&self, password: &str, username: &str) -> Result<Vec<String>, SchoolError> {
        let (password, username) = (password.to_owned(), username.to_owned());
        Ok(self.hasher.run(move || check_password(&password, &username)).await?)
    }

    /// The accounts after an id (0 for the first), by id, at most `limit` of them.
    pub async fn accounts_after(&self, after: AccountId, limit: usize) -> Result<Vec<Account>, SchoolError> {
        Ok(self.store.accounts(after, limit).await?)
    }

    /// Gives the account of this name a new password and ends all its sessions.
    pub async fn change_password(&self, username: &str, password: String) -> Result<Found, SchoolError> {
        let Some(account) = self.store.account_by_name(&UsernameKey::of(username)).await? else {
            return Ok(Found::No);
        };
        let hash: PasswordHash = self.hasher.hash(password).await?;
        Ok(self.store.set_password(account.id, hash, self.origin(None, None)).await?)
    }

    /// Gives the account of this name another role.
    pub async fn change_role(&self, username: &str, role: Role) -> Result<Found, SchoolError> {
        match self.account_by_name(username).await? {
            Some(account) => Ok(self.store.set_role(account.id, role, self.origin(None, None)).await?),
            None => Ok(Found::No),
        }
    }

    /// Disables the account of this name: all its sessions and tokens end, and nobody signs in to it, or learns why not. It
    /// keeps what it has. Returns what ended; nothing if there is no such account.
    pub async fn disable_account(&self, username: &str) -> Result<Option<Ended>, SchoolError> {
        let Some(account) = self.account_by_name(username).await? else { return Ok(None) };
        let ended = if account.disabled { Ended::default() } else { self.signed_in(&account).await? };
        let found = self.store.disable(account.id, self.origin(None, None)).await?;
        Ok((found == Found::Yes).then_some(ended))
    }

    /// Enables the account of this name.
    pub async fn enable_account(&self, username: &str) -> Result<Found, SchoolError> {
        match self.account_by_name(username).await? {
            Some(account) => Ok(self.store.enable(account.id, self.origin(None, None)).await?),
            None => Ok(Found::No),
        }
    }
}
