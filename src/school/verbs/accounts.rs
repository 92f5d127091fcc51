//! Accounts: made, found, and their passwords.

use std::net::IpAddr;

use crate::school::{
    Account, AccountId, Added, Found, NewAccount, PasswordHash, Registration, RegistrationMistakes, Role, School,
    SchoolError, UsernameKey, ValidRegistration,
};

/// How many accounts are read at a time.
const PAGE: usize = 1_000;

impl School {
    /// Checks what somebody filled in. Estimating a password's strength takes up to half a second of a core, which is not
    /// for where requests are answered.
    pub async fn validate(
        &self,
        registration: Registration,
    ) -> Result<Result<ValidRegistration, RegistrationMistakes>, SchoolError> {
        Ok(self.hasher.run(move || registration.validate()).await?)
    }

    /// Makes an account for a student who comes from this address; the mistakes say so if the name is taken.
    pub async fn register(
        &self,
        registration: ValidRegistration,
        address: Option<IpAddr>,
    ) -> Result<Result<Account, RegistrationMistakes>, SchoolError> {
        self.make_account(registration, Role::Student, address).await
    }

    /// Makes an account in any role, for who may: the command line. Its mail address needs no proof.
    pub async fn add_account(
        &self,
        registration: ValidRegistration,
        role: Role,
    ) -> Result<Result<Account, RegistrationMistakes>, SchoolError> {
        self.make_account(registration, role, None).await
    }

    async fn make_account(
        &self,
        registration: ValidRegistration,
        role: Role,
        address: Option<IpAddr>,
    ) -> Result<Result<Account, RegistrationMistakes>, SchoolError> {
        let ValidRegistration { username, email, password } = registration;
        // Asked first only to save the work of hashing; the store decides.
        if self.store.account_by_name(&username.key()).await?.is_some() {
            return Ok(Err(RegistrationMistakes::name_taken()));
        }
        let password = self.hasher.hash(password).await?;
        let email_confirmed = email.is_some();
        let origin = self.origin(None, address);
        let created = origin.at;
        let account = NewAccount { username, email, email_confirmed, active: true, role, password, created };
        Ok(match self.store.add_account(account, origin).await? {
            Added::New(account) => Ok(account),
            Added::Existing(_) => Err(RegistrationMistakes::name_taken()),
        })
    }

    /// The account of this name, if the password is its own. Takes as long if there is no such account.
    pub async fn verify(&self, username: &str, password: String) -> Result<Option<Account>, SchoolError> {
        let account = self.store.account_by_name(&UsernameKey::of(username)).await?;
        let expected = account.as_ref().map(|account| account.password.clone());
        let verified = self.hasher.verify(password, expected).await?;
        Ok(account.filter(|_| verified))
    }

    /// The account with this id.
    pub async fn account(&self, id: AccountId) -> Result<Option<Account>, SchoolError> {
        Ok(self.store.account(id).await?)
    }

    /// The account of this name, without regard to case.
    pub async fn account_by_name(&self, name: &str) -> Result<Option<Account>, SchoolError> {
        Ok(self.store.account_by_name(&UsernameKey::of(name)).await?)
    }

    /// All accounts, by id.
    pub async fn accounts(&self) -> Result<Vec<Account>, SchoolError> {
        let mut accounts = Vec::new();
        loop {
            let after = accounts.last().map_or(AccountId(0), |account: &Account| account.id);
            let page = self.store.accounts(after, PAGE).await?;
            if page.is_empty() {
                return Ok(accounts);
            }
            accounts.extend(page);
        }
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
}
