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
use super::trees::{Trees, unreadable};
use crate::course::CourseId;
use crate::school::{Account, AccountId, Purpose, SeatState, StoreError, TokenKey};

/// Makes all indexes of a store that has none.
pub fn rebuild(trees: &Trees) -> Result<(), StoreError> {
    of_accounts(trees)?;
    of_sessions(trees)?;
    of_tokens(trees)?;
    of_links(trees)?;
    of_seats(trees)
}

/// Names, looks, and whose an address is. Of several accounts that would share an entry the first has it.
pub fn of_accounts(trees: &Trees) -> Result<(), StoreError> {
    for entry in trees.tree(Table::Accounts).iter() {
        let (key, record) = entry.map_err(unreadable)?;
        let id = account_in(&key)?;
        let account = read_account(id, &record)?;
        claim(trees, Table::Names, account.username.key().as_str(), &account)?;
        claim(trees, Table::Looks, account.username.look().as_str(), &account)?;
        if let Some(email) = account.email.as_ref().filter(|_| account.email_confirmed)
            && !claim(trees, Table::Emails, email.key().as_str(), &account)?
        {
            let unconfirmed = write_account(&Account { email_confirmed: false, ..account.clone() });
            trees.put(Table::Accounts, &account_key(id), unconfirmed)?;
        }
    }
    Ok(())
}

/// Puts an account into an index, unless another is there; returns whether it is now its.
fn claim(trees: &Trees, index: Table, key: &str, account: &Account) -> Result<bool, StoreError> {
    let tree = trees.tree(index);
    match tree.get(key).map_err(unreadable)? {
        Some(id) => Ok(read_number("an index of accounts", &id)? == account.id.0),
        None => trees.put(index, key.as_bytes(), write_number(account.id.0)).map(|()| true),
    }
}

/// The sessions of an account.
pub fn of_sessions(trees: &Trees) -> Result<(), StoreError> {
    for entry in trees.tree(Table::Sessions).iter() {
        let (key, record) = entry.map_err(unreadable)?;
        let session = read_session(token_in(&key)?, &record)?;
        trees.put(Table::SessionsOf, &session_of_key(session.account, session.key), Vec::new())?;
    }
    Ok(())
}

/// The tokens of an account, and the last one of each family.
fn of_tokens(trees: &Trees) -> Result<(), StoreError> {
    let mut tokens: BTreeMap<AccountId, Vec<TokenKey>> = BTreeMap::new();
    for entry in trees.tree(Table::ApiTokens).iter() {
        let (key, record) = entry.map_err(unreadable)?;
        let token = read_api_token(token_in(&key)?, &record)?;
        tokens.entry(token.account).or_default().push(token.key);
        if let Some(renewal) = token.renewal {
            trees.put(Table::TokenFamilies, &renewal.family.0, token.key.0.to_vec())?;
        }
    }
    for (account, keys) in tokens {
        trees.put(Table::ApiTokensOf, &account_key(account), write_keys(&keys))?;
    }
    Ok(())
}

/// The invitations into a course.
fn of_links(trees: &Trees) -> Result<(), StoreError> {
    for entry in trees.tree(Table::Links).iter() {
        let (key, record) = entry.map_err(unreadable)?;
        let link = read_link(token_in(&key)?, &record)?;
        if let Purpose::Invitation { course, .. } = link.purpose {
            trees.put(Table::Invitations, &invitation_key(course, link.key), Vec::new())?;
        }
    }
    Ok(())
}

/// The people of a course, how many they are, and who waits.
pub fn of_seats(trees: &Trees) -> Result<(), StoreError> {
    let mut tallies: BTreeMap<CourseId, TallyRecord> = BTreeMap::new();
    for entry in trees.tree(Table::Seats).iter() {
        let (key, record) = entry.map_err(unreadable)?;
        let account = account_in(key.get(..8).unwrap_or_default())?;
        let course = course_in(&key)?;
        let record = read_seat(account, course, &record)?;
        let tally = tallies.entry(course).or_insert_with(|| TallyRecord { first_ticket: 1, ..TallyRecord::default() });
        match record.seat.state {
            SeatState::Enrolled => tally.counts.enrolled += 1,
            SeatState::Requested => tally.counts.requested += 1,
            SeatState::Waiting => {
                tally.counts.waiting += 1;
                tally.next_ticket = tally.next_ticket.max(record.ticket + 1);
                trees.put(Table::Waiting, &numbered_key(course, record.ticket), write_number(account.0))?;
            }
        }
        trees.put(Table::People, &person_key(course, account), Vec::new())?;
    }
    for (course, tally) in tallies {
        trees.put(Table::Tallies, &course_key(course), write_tally(&tally))?;
    }
    Ok(())
}
