//! Indexes: tables that say nothing new, and can be made again from those that do.

use std::collections::BTreeMap;

use super::keys::{
    account_in, account_key, course_in, course_key, invitation_key, numbered_key, person_key, session_of_key, token_in,
};
use super::records::{
    TallyRecord, read_account, read_api_token, read_link, read_number, read_seat, read_session, write_account,
    write_keys, write_number, write_tally,
};
use super::table::Table;
use super::tables::Tables;
use crate::course::CourseId;
use crate::school::{Account, AccountId, Purpose, SeatState, StoreError, TokenKey};

/// Makes all indexes of a store that has none.
pub fn rebuild(tables: &impl Tables) -> Result<(), StoreError> {
    of_accounts(tables)?;
    of_sessions(tables)?;
    of_tokens(tables)?;
    of_links(tables)?;
    of_seats(tables)
}

/// Names, looks, and whose an address is. Of several accounts that would share an entry the first has it.
pub fn of_accounts(tables: &impl Tables) -> Result<(), StoreError> {
    tables.each(Table::Accounts, |key, record| {
        let id = account_in(key)?;
        let account = read_account(id, record)?;
        claim(tables, Table::Names, account.username.key().as_str(), &account)?;
        claim(tables, Table::Looks, account.username.look().as_str(), &account)?;
        if let Some(email) = account.email.as_ref().filter(|_| account.email_confirmed)
            && !claim(tables, Table::Emails, email.key().as_str(), &account)?
        {
            let unconfirmed = write_account(&Account { email_confirmed: false, ..account.clone() });
            tables.put(Table::Accounts, &account_key(id), unconfirmed)?;
        }
        Ok(())
    })
}

/// Puts an account into an index, unless another is there; returns whether it is now its.
fn claim(tables: &impl Tables, index: Table, key: &str, account: &Account) -> Result<bool, StoreError> {
    match tables.get(index, key.as_bytes())? {
        Some(id) => Ok(read_number("an index of accounts", &id)? == account.id.0),
        None => tables.put(index, key.as_bytes(), write_number(account.id.0)).map(|()| true),
    }
}

/// The sessions of an account.
pub fn of_sessions(tables: &impl Tables) -> Result<(), StoreError> {
    tables.each(Table::Sessions, |key, record| {
        let session = read_session(token_in(key)?, record)?;
        tables.put(Table::SessionsOf, &session_of_key(session.account, session.key), Vec::new())?;
        Ok(())
    })
}

/// The tokens of an account, and the last one of each family.
fn of_tokens(tables: &impl Tables) -> Result<(), StoreError> {
    let mut tokens: BTreeMap<AccountId, Vec<TokenKey>> = BTreeMap::new();
    tables.each(Table::ApiTokens, |key, record| {
        let token = read_api_token(token_in(key)?, record)?;
        tokens.entry(token.account).or_default().push(token.key);
        if let Some(renewal) = token.renewal {
            tables.put(Table::TokenFamilies, &renewal.family.0, token.key.0.to_vec())?;
        }
        Ok::<_, StoreError>(())
    })?;
    for (account, keys) in tokens {
        tables.put(Table::ApiTokensOf, &account_key(account), write_keys(&keys))?;
    }
    Ok(())
}

/// The invitations into a course.
fn of_links(tables: &impl Tables) -> Result<(), StoreError> {
    tables.each(Table::Links, |key, record| {
        let link = read_link(token_in(key)?, record)?;
        if let Purpose::Invitation { course, .. } = link.purpose {
            tables.put(Table::Invitations, &invitation_key(course, link.key), Vec::new())?;
        }
        Ok(())
    })
}

/// The people of a course, how many they are, and who waits.
pub fn of_seats(tables: &impl Tables) -> Result<(), StoreError> {
    let mut tallies: BTreeMap<CourseId, TallyRecord> = BTreeMap::new();
    tables.each(Table::Seats, |key, record| {
        let account = account_in(key.get(..8).unwrap_or_default())?;
        let course = course_in(key)?;
        let record = read_seat(account, course, record)?;
        let tally = tallies.entry(course).or_insert_with(|| TallyRecord { first_ticket: 1, ..TallyRecord::default() });
        match record.seat.state {
            SeatState::Enrolled => tally.counts.enrolled += 1,
            SeatState::Requested => tally.counts.requested += 1,
            SeatState::Waiting => {
                tally.counts.waiting += 1;
                tally.next_ticket = tally.next_ticket.max(record.ticket + 1);
                tables.put(Table::Waiting, &numbered_key(course, record.ticket), write_number(account.0))?;
            }
        }
        tables.put(Table::People, &person_key(course, account), Vec::new())?;
        Ok::<_, StoreError>(())
    })?;
    for (course, tally) in tallies {
        tables.put(Table::Tallies, &course_key(course), write_tally(&tally))?;
    }
    Ok(())
}
