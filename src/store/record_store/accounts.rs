//! Accounts on any carrier.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Carrier, RecordStore, Scan};
use crate::school::{
    Account, AccountId, Accounts, Added, EmailKey, EventKind, Found, NewAccount, Origin, PasswordHash, Role,
    StoreError, UsernameKey,
};
use crate::store::keys::{account_in, account_key};
use crate::store::records::{damaged, read_account, read_number};
use crate::store::table::{Draft, Table};
use crate::store::verbs;

impl<C: Carrier> RecordStore<C> {
    async fn account_now(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let record = self.carrier.get(Table::Accounts, &account_key(id)).await?;
        record.map(|record| read_account(id, &record)).transpose()
    }

    /// The account that an index names.
    async fn account_by(&self, index: Table, key: &str) -> Result<Option<Account>, StoreError> {
        let Some(id) = self.carrier.get(index, key.as_bytes()).await? else { return Ok(None) };
        let id = AccountId(read_number("the name of an account", &id)?);
        match self.account_now(id).await? {
            Some(account) => Ok(Some(account)),
            None => Err(damaged(|| format!("account {id}, missing"))),
        }
    }
}

#[async_trait]
impl<C: Carrier> Accounts for RecordStore<C> {
    async fn add_account(&self, account: NewAccount, origin: Origin) -> Result<Added<Account>, StoreError> {
        let add = move |draft: &mut Draft<'_>| verbs::add_account(draft, &account, origin);
        self.carrier.write("add an account", add).await
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.account_now(id).await
    }

    async fn account_by_name(&self, key: &UsernameKey) -> Result<Option<Account>, StoreError> {
        self.account_by(Table::Names, key.as_str()).await
    }

    async fn account_by_email(&self, key: &EmailKey) -> Result<Option<Account>, StoreError> {
        self.account_by(Table::Emails, key.as_str()).await
    }

    async fn accounts(&self, after: AccountId, limit: usize) -> Result<Vec<Account>, StoreError> {
        let found = self.carrier.scan(Scan::all(Table::Accounts).after(&account_key(after)).take(limit)).await?;
        found.iter().map(|(key, record)| read_account(account_in(key)?, record)).collect()
    }

    async fn set_password(&self, id: AccountId, password: PasswordHash, origin: Origin) -> Result<Found, StoreError> {
        let kind = EventKind::PasswordChanged;
        let set = move |draft: &mut Draft<'_>| verbs::set_password(draft, id, &password, kind, origin);
        self.carrier.write("set a password", set).await
    }

    async fn rehash(&self, id: AccountId, old: PasswordHash, new: PasswordHash) -> Result<Found, StoreError> {
        let rehash = move |draft: &mut Draft<'_>| verbs::rehash(draft, id, &old, &new);
        self.carrier.write("hash a password anew", rehash).await
    }

    async fn set_role(&self, id: AccountId, role: Role, origin: Origin) -> Result<Found, StoreError> {
        let set = move |draft: &mut Draft<'_>| verbs::set_role(draft, id, role, origin);
        self.carrier.write("set a role", set).await
    }

    async fn end_sessions(&self, accounts: Vec<AccountId>, origin: Origin) -> Result<(), StoreError> {
        let end = move |draft: &mut Draft<'_>| verbs::end_sessions(draft, &accounts, origin);
        self.carrier.write("end sessions", end).await
    }

    async fn disable(&self, id: AccountId, origin: Origin) -> Result<Found, StoreError> {
        let disable = move |draft: &mut Draft<'_>| verbs::disable(draft, id, origin);
        self.carrier.write("disable an account", disable).await
    }

    async fn enable(&self, id: AccountId, origin: Origin) -> Result<Found, StoreError> {
        let enable = move |draft: &mut Draft<'_>| verbs::enable(draft, id, origin);
        self.carrier.write("enable an account", enable).await
    }

    async fn forget_inactive(&self, id: AccountId, before: Timestamp, origin: Origin) -> Result<Found, StoreError> {
        // Found outside, as a verb cannot search: who cannot sign in gets no further ones.
        let marks = self.carrier.scan(Scan::prefix(Table::ReadMarks, &account_key(id))).await?;
        let forget = move |draft: &mut Draft<'_>| {
            let found = verbs::forget_inactive(draft, id, before, origin)?;
            if found == Found::Yes {
                marks.iter().for_each(|(key, _)| draft.remove(Table::ReadMarks, key));
            }
            Ok(found)
        };
        self.carrier.write("forget an account", forget).await
    }
}
