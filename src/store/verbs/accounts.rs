//! Accounts: made, changed, forgotten.

use jiff::Timestamp;

use crate::school::{
    Account, AccountId, AccountState, Added, EventKind, Found, NewAccount, Origin, PasswordHash, Role, StoreError,
};
use crate::store::keys::account_key;
use crate::store::records::{self, damaged, read_number, write_account, write_number};
use crate::store::table::{Counter, Draft, Obstacle, Table};

/// The account with this id, as the draft leaves it.
pub fn account(draft: &Draft<'_>, id: AccountId) -> Result<Option<Account>, Obstacle> {
    let record = draft.get(Table::Accounts, &account_key(id))?;
    Ok(record.map(|record| records::read_account(id, &record)).transpose()?)
}

pub fn add_account(draft: &mut Draft<'_>, new: &NewAccount, origin: Origin) -> Result<Added<Account>, Obstacle> {
    let (name, look) = (new.username.key(), new.username.look());
    for (table, key) in [(Table::Names, name.as_str()), (Table::Looks, look.as_str())] {
        if let Some(account) = indexed(draft, table, key)? {
            return Ok(Added::Existing(account));
        }
    }
    let id = AccountId(draft.next(Counter::Account)?);
    let mut account = records::account_from(id, new.clone());
    draft.put(Table::Names, name.as_str().as_bytes(), write_number(id.0));
    draft.put(Table::Looks, look.as_str().as_bytes(), write_number(id.0));
    account.email_confirmed = account.email_confirmed && claim_email(draft, &account)?;
    put(draft, &account);
    draft.log(EventKind::Registered, Some(id), None, origin)?;
    Ok(Added::New(account))
}

pub fn set_password(
    draft: &mut Draft<'_>,
    id: AccountId,
    password: &PasswordHash,
    kind: EventKind,
    origin: Origin,
) -> Result<Found, Obstacle> {
    let Some(account) = account(draft, id)? else { return Ok(Found::No) };
    put(draft, &Account { password: password.clone(), ..without_sessions(account) });
    draft.log(kind, Some(id), None, origin)?;
    Ok(Found::Yes)
}

pub fn rehash(draft: &mut Draft<'_>, id: AccountId, old: &PasswordHash, new: &PasswordHash) -> Result<Found, Obstacle> {
    match account(draft, id)? {
        Some(account) if account.password == *old => {
            put(draft, &Account { password: new.clone(), ..account });
            Ok(Found::Yes)
        }
        _ => Ok(Found::No),
    }
}

pub fn set_role(draft: &mut Draft<'_>, id: AccountId, role: Role, origin: Origin) -> Result<Found, Obstacle> {
    let Some(account) = account(draft, id)? else { return Ok(Found::No) };
    if account.role != role {
        put(draft, &Account { role, ..account });
        draft.log(EventKind::RoleChanged, Some(id), None, origin)?;
    }
    Ok(Found::Yes)
}

pub fn end_sessions(draft: &mut Draft<'_>, ids: &[AccountId], origin: Origin) -> Result<(), Obstacle> {
    for id in ids {
        if let Some(account) = account(draft, *id)? {
            put(draft, &without_sessions(account));
            draft.log(EventKind::SessionsEnded, Some(*id), None, origin)?;
        }
    }
    Ok(())
}

pub fn disable(draft: &mut Draft<'_>, id: AccountId, origin: Origin) -> Result<Found, Obstacle> {
    let Some(account) = account(draft, id)? else { return Ok(Found::No) };
    if !account.disabled {
        put(draft, &Account { disabled: true, ..without_sessions(account) });
        draft.log(EventKind::Disabled, Some(id), None, origin)?;
    }
    Ok(Found::Yes)
}

/// The generation is raised here too: a session that somebody was just beginning while the account was disabled stays none.
pub fn enable(draft: &mut Draft<'_>, id: AccountId, origin: Origin) -> Result<Found, Obstacle> {
    let Some(account) = account(draft, id)? else { return Ok(Found::No) };
    if account.disabled {
        put(draft, &Account { disabled: false, ..without_sessions(account) });
        draft.log(EventKind::Enabled, Some(id), None, origin)?;
    }
    Ok(Found::Yes)
}

/// The account of the next generation: whatever sessions it had are none.
fn without_sessions(account: Account) -> Account {
    // Only equality is ever asked of a generation, so after four thousand million it may begin again.
    Account { generation: account.generation.wrapping_add(1), ..account }
}

pub fn forget_inactive(
    draft: &mut Draft<'_>,
    id: AccountId,
    before: Timestamp,
    origin: Origin,
) -> Result<Found, Obstacle> {
    let found =
        account(draft, id)?.filter(|account| account.state() == AccountState::Unconfirmed && account.created < before);
    let Some(account) = found else { return Ok(Found::No) };
    draft.remove(Table::Names, account.username.key().as_str().as_bytes());
    draft.remove(Table::Looks, account.username.look().as_str().as_bytes());
    if let Some(email) = account.email.filter(|_| account.email_confirmed) {
        draft.remove(Table::Emails, email.key().as_str().as_bytes());
    }
    draft.remove(Table::Accounts, &account_key(id));
    draft.remove(Table::Digests, &account_key(id));
    draft.log(EventKind::Forgotten, Some(id), None, origin)?;
    Ok(Found::Yes)
}

/// Writes an account that is there already, or whose names were claimed.
pub fn put(draft: &mut Draft<'_>, account: &Account) {
    draft.put(Table::Accounts, &account_key(account.id), write_account(account));
}

/// Makes an account's address its own, if no other account has it.
pub fn claim_email(draft: &mut Draft<'_>, account: &Account) -> Result<bool, Obstacle> {
    let Some(email) = &account.email else { return Ok(false) };
    let key = email.key();
    match draft.get(Table::Emails, key.as_str().as_bytes())? {
        Some(id) => Ok(read_number("the address of an account", &id)? == account.id.0),
        None => {
            draft.put(Table::Emails, key.as_str().as_bytes(), write_number(account.id.0));
            Ok(true)
        }
    }
}

/// The account that an index names.
fn indexed(draft: &Draft<'_>, table: Table, key: &str) -> Result<Option<Account>, Obstacle> {
    let Some(id) = draft.get(table, key.as_bytes())? else { return Ok(None) };
    let id = AccountId(read_number("the name of an account", &id)?);
    let missing = || -> StoreError { damaged(|| format!("account {id}, missing")) };
    Ok(Some(account(draft, id)?.ok_or_else(missing)?))
}
