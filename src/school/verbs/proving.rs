//! Proving who one is: a name or a mail address, and the password. Row U2.
//!
//! Whatever fails takes the same time and leaves the same trace: whether there is such an account is nobody's business.

use std::net::IpAddr;

use jiff::SignedDuration;

use crate::school::throttle::{Counted, Rule, TooEarly, network_of};
use crate::school::{
    Account, AccountId, AccountState, Budget, Device, DeviceToken, EmailKey, EventKind, School, SchoolError, SealKey,
    Token, UsernameKey,
};

/// What somebody shows.
#[derive(Debug, Clone, Copy)]
pub struct Credentials<'a> {
    /// A user name or a confirmed address.
    pub login: &'a str,
    /// The password.
    pub password: &'a str,
    /// What their browser kept from earlier times.
    pub devices: &'a [DeviceToken],
    /// Where they are.
    pub address: Option<IpAddr>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// They are who they say.
    Yes(Box<Account>),
    /// They are, and their address must be confirmed before they can sign in.
    Unconfirmed(Box<Account>),
    /// The account or the password is wrong.
    No,
    /// Too many tries were wrong; the next one can be made after this time.
    Later(SignedDuration),
}

impl School {
    /// Checks credentials, unless too many were wrong: then nothing is computed at all.
    pub async fn prove(&self, credentials: Credentials<'_>) -> Result<Proof, SchoolError> {
        let Credentials { login, password, devices, address } = credentials;
        let account = self.account_by_login(login).await?;
        let id = account.as_ref().map(|account| account.id);
        let counted = self.counted(login, id, devices, address).await?;
        let attempt = match self.throttle.begin(counted, self.clock.now()) {
            Ok(attempt) => attempt,
            Err(TooEarly(wait)) => return Ok(Proof::Later(wait)),
        };
        match self.verify(account, password).await? {
            Some(account) => {
                attempt.succeeded();
                let active = account.active;
                let account = Box::new(account);
                Ok(if active { Proof::Yes(account) } else { Proof::Unconfirmed(account) })
            }
            None => {
                let delayed = attempt.failed(self.clock.now());
                let origin = self.origin(None, address);
                self.store.add_event(EventKind::SignInFailed, id, None, origin).await?;
                if delayed {
                    self.store.add_event(EventKind::SignInDelayed, id, None, origin).await?;
                }
                Ok(Proof::No)
            }
        }
    }

    /// The same for a program, which shows its credentials with each request: what was right a moment ago, and would still
    /// be, is known again without work, also while others are delayed who fail under the same name.
    pub async fn prove_program(&self, credentials: Credentials<'_>) -> Result<Proof, SchoolError> {
        let Credentials { login, password, .. } = credentials;
        let label = self.remembered.label(login, password);
        if self.remembered.has(&label)
            && let Some(account) = self.account_by_login(login).await?
            && account.state() == AccountState::Active
            && self.remembered.knows(&label, &account, self.clock.now())
        {
            return Ok(Proof::Yes(Box::new(account)));
        }
        let proof = self.prove(credentials).await?;
        if let Proof::Yes(account) = &proof {
            self.remembered.keep(label, account, self.clock.now());
        }
        Ok(proof)
    }

    /// Notes that a program's credentials were accepted, unless the same was noted within the hour: it sends them with
    /// each request, and an event costs a flush of the disk.
    pub async fn note_basic(&self, account: &Account, address: Option<IpAddr>) -> Result<(), SchoolError> {
        let mut whose = account.id.0.to_be_bytes().to_vec();
        whose.extend(address.map(network_of).unwrap_or_default());
        if self.throttle.spend(Budget::BASIC_EVENTS, &whose, 1, self.clock.now()).is_ok() {
            let origin = self.origin(Some(account), address);
            self.store.add_event(EventKind::BasicUsed, Some(account.id), None, origin).await?;
        }
        Ok(())
    }

    /// The account that somebody means: a confirmed address wins over a name that looks like it.
    pub(super) async fn account_by_login(&self, login: &str) -> Result<Option<Account>, SchoolError> {
        let by_email = self.store.account_by_email(&EmailKey::of(login)).await?;
        let by_name = self.store.account_by_name(&UsernameKey::of(login)).await?;
        Ok(by_email.or(by_name))
    }

    /// Under what a try to sign in is counted. By what was typed, not by whose it is: a delay shall not tell that a name
    /// and an address are one person's.
    async fn counted(
        &self,
        login: &str,
        account: Option<AccountId>,
        devices: &[DeviceToken],
        address: Option<IpAddr>,
    ) -> Result<Vec<Counted>, SchoolError> {
        if let Some(account) = account.filter(|_| !devices.is_empty()) {
            let key = self.seal_key().await?;
            if let Some(number) = devices.iter().find_map(|device| device.number_for(account, &key)) {
                return Ok(vec![Counted::of(Rule::DEVICE, &number)]);
            }
        }
        let name = Self::counted_name(login);
        Ok(Counted::network(Rule::NETWORK, address).into_iter().chain([name]).collect())
    }

    pub(super) fn counted_name(login: &str) -> Counted {
        Counted::of(Rule::NAME, UsernameKey::of(login).as_str().as_bytes())
    }

    /// The account, if the password is its own. Takes as long if there is none; a disabled account has no password that
    /// is its own. A hash that was made with less work than we ask for now is replaced.
    async fn verify(&self, account: Option<Account>, password: &str) -> Result<Option<Account>, SchoolError> {
        let expected = account.as_ref().map(|account| account.password.clone());
        let verified = self.hasher.verify(password.to_owned(), expected).await?;
        let Some(account) = account.filter(|account| verified && !account.disabled) else { return Ok(None) };
        if self.hasher.is_weak(&account.password) {
            let hash = self.hasher.hash(password.to_owned()).await?;
            self.store.rehash(account.id, account.password.clone(), hash).await?;
        }
        Ok(Some(account))
    }

    /// Whether somebody who is signed in knows their password; wrong ones are counted like those of signing in.
    pub async fn knows_password(
        &self,
        account: &Account,
        password: &str,
        address: Option<IpAddr>,
    ) -> Result<Proof, SchoolError> {
        let name = account.username.as_str();
        // The counter is the account's own: strangers who fail to sign in under its name do not delay its owner here.
        let counted = vec![Counted::of(Rule::DEVICE, &account.id.0.to_be_bytes())];
        let attempt = match self.throttle.begin(counted, self.clock.now()) {
            Ok(attempt) => attempt,
            Err(TooEarly(wait)) => return Ok(Proof::Later(wait)),
        };
        match self.verify(self.account_by_name(name).await?, password).await? {
            Some(account) => {
                attempt.succeeded();
                Ok(Proof::Yes(Box::new(account)))
            }
            None => {
                attempt.failed(self.clock.now());
                let origin = self.origin(Some(account), address);
                self.store.add_event(EventKind::SignInFailed, Some(account.id), None, origin).await?;
                Ok(Proof::No)
            }
        }
    }

    /// How many passwords were hashed so far: what answers cost, and what their time tells.
    pub fn n_hashes(&self) -> u64 {
        self.hasher.n_computed()
    }

    /// What a browser keeps from which somebody just signed in.
    pub async fn device_token(&self, account: &Account) -> Result<DeviceToken, SchoolError> {
        Ok(DeviceToken::new(account.id, &self.seal_key().await?, &Token::random()?))
    }

    pub(super) async fn seal_key(&self) -> Result<SealKey, SchoolError> {
        if let Some(key) = self.seal_key.get() {
            return Ok(*key);
        }
        let fresh = Token::random()?;
        let key = SealKey(self.store.secret(fresh.key().0).await?);
        Ok(*self.seal_key.get_or_init(|| key))
    }

    /// Whether a registration from this device may go on; else how long to wait.
    pub fn may_register(&self, device: &Device) -> Result<(), TooEarly> {
        let network = Counted::network(Rule::REGISTRATION, device.address);
        self.throttle.count(network.into_iter().collect(), self.clock.now())
    }

    /// Whether something about letters may be asked from this device; else how long to wait.
    pub fn may_ask(&self, device: &Device) -> Result<(), TooEarly> {
        let network = Counted::network(Rule::LETTERS, device.address);
        self.throttle.count(network.into_iter().collect(), self.clock.now())
    }

    /// Whether one more letter may go to this address; else how long to wait.
    pub(super) fn may_write(&self, to: &EmailKey) -> Result<(), TooEarly> {
        self.throttle.count(vec![Counted::of(Rule::ADDRESS, to.as_str().as_bytes())], self.clock.now())
    }
}
