//! Accounts as records. Version 2 added whether the address is confirmed and whether the account is active, version 3 whether
//! it is disabled.

use serde::{Deserialize, Serialize};

use super::codec::{body, damaged, encode, kept, time, unknown_version, versioned};
use crate::school::{Account, AccountId, NewAccount, PasswordHash, Role, StoreError};

const VERSION: u8 = 3;

#[derive(Serialize, Deserialize)]
struct AccountRecord {
    username: String,
    email: Option<String>,
    email_confirmed: bool,
    active: bool,
    disabled: bool,
    role: RoleRecord,
    password: String,
    created: i64,
    generation: u32,
}

#[derive(Deserialize)]
struct AccountRecord2 {
    username: String,
    email: Option<String>,
    email_confirmed: bool,
    active: bool,
    role: RoleRecord,
    password: String,
    created: i64,
    generation: u32,
}

#[derive(Deserialize)]
struct AccountRecord1 {
    username: String,
    email: Option<String>,
    role: RoleRecord,
    password: String,
    created: i64,
    generation: u32,
}

/// Written as the variant's position: append only.
#[derive(Serialize, Deserialize)]
enum RoleRecord {
    Student,
    Instructor,
    Staff,
}

impl From<AccountRecord2> for AccountRecord {
    fn from(old: AccountRecord2) -> Self {
        let AccountRecord2 { username, email, email_confirmed, active, role, password, created, generation } = old;
        Self { username, email, email_confirmed, active, disabled: false, role, password, created, generation }
    }
}

impl From<AccountRecord1> for AccountRecord {
    fn from(old: AccountRecord1) -> Self {
        let AccountRecord1 { username, email, role, password, created, generation } = old;
        // Only the command line could give an address then: its owner was known.
        let email_confirmed = email.is_some();
        let (active, disabled) = (true, false);
        Self { username, email, email_confirmed, active, disabled, role, password, created, generation }
    }
}

/// The account that a new one becomes under its id.
pub fn account_from(id: AccountId, new: NewAccount) -> Account {
    let NewAccount { username, email, email_confirmed, active, role, password, created } = new;
    let (created, disabled, generation) = (kept(created), false, 0);
    Account { id, username, email, email_confirmed, active, disabled, role, password, created, generation }
}

pub fn write_account(account: &Account) -> Vec<u8> {
    let record = AccountRecord {
        username: account.username.to_string(),
        email: account.email.as_ref().map(|email| email.as_str().to_owned()),
        email_confirmed: account.email_confirmed,
        active: account.active,
        disabled: account.disabled,
        role: match account.role {
            Role::Student => RoleRecord::Student,
            Role::Instructor => RoleRecord::Instructor,
            Role::Staff => RoleRecord::Staff,
        },
        password: account.password.0.clone(),
        created: account.created.as_microsecond(),
        generation: account.generation,
    };
    encode(VERSION, &record)
}

pub fn read_account(id: AccountId, bytes: &[u8]) -> Result<Account, StoreError> {
    let what = || format!("account {id}");
    let record: AccountRecord = match versioned(bytes, what)? {
        (VERSION, record) => body(record, what)?,
        (2, record) => body::<AccountRecord2>(record, what)?.into(),
        (1, record) => body::<AccountRecord1>(record, what)?.into(),
        (version, _) => return Err(unknown_version(version, what)),
    };
    Ok(Account {
        id,
        username: record.username.parse().map_err(|_| damaged(what))?,
        email: record.email.map(|email| email.parse()).transpose().map_err(|_| damaged(what))?,
        email_confirmed: record.email_confirmed,
        active: record.active,
        disabled: record.disabled,
        role: match record.role {
            RoleRecord::Student => Role::Student,
            RoleRecord::Instructor => Role::Instructor,
            RoleRecord::Staff => Role::Staff,
        },
        password: PasswordHash(record.password),
        created: time(record.created, what)?,
        generation: record.generation,
    })
}
