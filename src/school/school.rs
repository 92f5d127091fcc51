//! [`School`]: the verbs. Each asks its ports, applies the rules, and answers with a value.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Account, Added, Clock, Found, Hasher, HasherError, Message, MessageText, NewAccount, Pass, PasswordHash,
    Registration, RegistrationMistakes, Role, Room, SESSION_LIFETIME, Session, SessionToken, Standing, Store,
    StoreError, UsernameKey, ValidRegistration,
};
use crate::course::CourseId;

/// A school with its ports.
pub struct School {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    hasher: Hasher,
}

/// A verb that could not do its work. "No" is not among these: it is a value.
#[derive(Debug, thiserror::Error)]
pub enum SchoolError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A password could not be hashed.
    #[error(transparent)]
    Hasher(#[from] HasherError),
    /// The machine has no randomness to give.
    #[error("the system gave no random numbers")]
    Random,
}

/// Somebody who just signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub account: Account,
    /// What their browser proves it with from now on.
    pub token: SessionToken,
}

impl School {
    /// A school on these ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Result<Self, HasherError> {
        Ok(Self { store, clock, hasher: Hasher::new()? })
    }

    /// Checks what somebody filled in. Estimating a password's strength takes up to half a second of a core, which is not
    /// for where requests are answered.
    pub async fn validate(
        &self,
        registration: Registration,
    ) -> Result<Result<ValidRegistration, RegistrationMistakes>, SchoolError> {
        Ok(self.hasher.run(move || registration.validate()).await?)
    }

    /// Makes an account; the mistakes say so if its name is taken.
    pub async fn register(
        &self,
        registration: ValidRegistration,
        role: Role,
    ) -> Result<Result<Account, RegistrationMistakes>, SchoolError> {
        let ValidRegistration { username, email, password } = registration;
        // Asked first only to save the work of hashing; the store decides.
        if self.store.account_by_name(&username.key()).await?.is_some() {
            return Ok(Err(RegistrationMistakes::name_taken()));
        }
        let password = self.hasher.hash(password).await?;
        let account = NewAccount { username, email, role, password, created: self.clock.now() };
        Ok(match self.store.add_account(account).await? {
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

    /// Signs somebody in whose password was verified, or who just registered.
    pub async fn sign_in(&self, account: Account) -> Result<SignedIn, SchoolError> {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits).map_err(|_| SchoolError::Random)?;
        let token = SessionToken::from_random(bits);
        let session = Session {
            key: token.key(),
            account: account.id,
            generation: account.generation,
            expires: self.clock.now() + SESSION_LIFETIME,
        };
        self.store.add_session(session).await?;
        Ok(SignedIn { account, token })
    }

    /// Whose session this is, if it is one that has not ended.
    pub async fn identify(&self, token: &SessionToken) -> Result<Option<Account>, SchoolError> {
        let Some(session) = self.store.session(token.key()).await? else { return Ok(None) };
        if session.expires <= self.clock.now() {
            return Ok(None);
        }
        let account = self.store.account(session.account).await?;
        Ok(account.filter(|account| account.generation == session.generation))
    }

    /// Ends a session, for every browser that holds its token.
    pub async fn sign_out(&self, token: &SessionToken) -> Result<Found, SchoolError> {
        Ok(self.store.remove_session(token.key()).await?)
    }

    /// Forgets the sessions that have ended; returns how many.
    pub async fn sweep_sessions(&self) -> Result<usize, SchoolError> {
        Ok(self.store.remove_expired_sessions(self.clock.now()).await?)
    }

    /// Enrolls somebody; twice is once.
    pub async fn enroll(&self, account: &Account, course: CourseId) -> Result<Added<Timestamp>, SchoolError> {
        Ok(self.store.add_enrollment(account.id, course, self.clock.now()).await?)
    }

    /// Ends an enrollment.
    pub async fn leave(&self, account: &Account, course: CourseId) -> Result<Found, SchoolError> {
        Ok(self.store.remove_enrollment(account.id, course).await?)
    }

    /// How somebody stands to a course.
    pub async fn standing(&self, account: Option<&Account>, course: CourseId) -> Result<Standing, SchoolError> {
        let Some(account) = account else { return Ok(Standing::unknown()) };
        let enrolled = self.store.enrollment(account.id, course).await?;
        Ok(Standing::of(account, enrolled.map(|_| course)))
    }

    /// The courses somebody is enrolled in, newest enrollment first.
    pub async fn my_courses(&self, account: &Account) -> Result<Vec<(CourseId, Timestamp)>, SchoolError> {
        let mut courses = self.store.enrollments_of(account.id).await?;
        courses.sort_by_key(|(course, at)| std::cmp::Reverse((*at, *course)));
        Ok(courses)
    }

    /// Says something in a room.
    pub async fn say(&self, room: &Pass<Room>, author: &Account, text: MessageText) -> Result<Message, SchoolError> {
        let Room(course) = *room.thing();
        Ok(self.store.add_message(course, author.id, text, self.clock.now()).await?)
    }

    /// The last messages of a room with their authors' accounts, oldest first.
    pub async fn messages(&self, room: &Pass<Room>, limit: usize) -> Result<Vec<(Message, Account)>, SchoolError> {
        let Room(course) = *room.thing();
        let mut messages = Vec::new();
        for message in self.store.last_messages(course, limit).await? {
            if let Some(author) = self.store.account(message.author).await? {
                messages.push((message, author));
            }
        }
        Ok(messages)
    }

    /// All accounts, by id.
    pub async fn accounts(&self) -> Result<Vec<Account>, SchoolError> {
        Ok(self.store.accounts().await?)
    }

    /// Gives the account of this name a new password and ends all its sessions.
    pub async fn change_password(&self, username: &str, password: String) -> Result<Found, SchoolError> {
        let Some(account) = self.store.account_by_name(&UsernameKey::of(username)).await? else {
            return Ok(Found::No);
        };
        let hash: PasswordHash = self.hasher.hash(password).await?;
        Ok(self.store.set_password(account.id, hash).await?)
    }
}
