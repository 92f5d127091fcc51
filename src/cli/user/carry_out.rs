//! Carrying orders out, by the rules of a school: the server's own, or one that was opened for the command.

use super::order::{AccountJson, Answer, Order};
use crate::school::{AccountId, Ended, Found, School, SchoolError, Username, ValidRegistration};

/// How many accounts an answer lists at most.
const PAGE: usize = 1_000;

/// Does what is ordered.
pub async fn carry_out(school: &School, order: Order) -> Result<Answer, SchoolError> {
    Ok(match order {
        Order::Add { name, email, role, password } => add(school, &name, email, &role, password).await?,
        Order::List { after } => {
            let accounts = school.accounts_after(AccountId(after), PAGE).await?;
            Answer::Accounts(accounts.iter().map(AccountJson::from).collect())
        }
        Order::Role { name, role } => match role.parse() {
            Ok(role) => found(&name, school.change_role(&name, role).await?),
            Err(error) => refused(error),
        },
        Order::Password { name, password } => match school.mistakes_in_password(&password, &name).await?.as_slice() {
            [] => found(&name, school.change_password(&name, password).await?),
            mistakes => refused(mistakes.join(" ")),
        },
        Order::Disable { name } => ended(&name, school.disable_account(&name).await?),
        Order::Enable { name } => found(&name, school.enable_account(&name).await?),
        Order::SignOut { name } => ended(&name, school.end_sessions_of(&name).await?),
        Order::SignOutAll => school.end_everybodys_sessions().await?.into(),
    })
}

async fn add(
    school: &School,
    name: &str,
    email: Option<String>,
    role: &str,
    password: String,
) -> Result<Answer, SchoolError> {
    let username: Username = match name.parse() {
        Ok(username) => username,
        Err(error) => return Ok(refused(error)),
    };
    let email = match email.map(|email| email.parse()).transpose() {
        Ok(email) => email,
        Err(error) => return Ok(refused(error)),
    };
    let role = match role.parse() {
        Ok(role) => role,
        Err(error) => return Ok(refused(error)),
    };
    let mistakes = school.mistakes_in_password(&password, name).await?;
    if !mistakes.is_empty() {
        return Ok(refused(mistakes.join(" ")));
    }
    let registration = ValidRegistration { username, email, password };
    Ok(match school.add_account(registration, role).await? {
        Ok(account) => Answer::Added(AccountJson::from(&account)),
        Err(_) => refused(format_args!("there is an account \"{name}\" already")),
    })
}

fn found(name: &str, found: Found) -> Answer {
    match found {
        Found::Yes => Answer::Done,
        Found::No => nobody(name),
    }
}

fn ended(name: &str, ended: Option<Ended>) -> Answer {
    ended.map_or_else(|| nobody(name), Answer::from)
}

fn nobody(name: &str) -> Answer {
    refused(format_args!("there is no account \"{name}\" (see `educa user list`)"))
}

fn refused(why: impl std::fmt::Display) -> Answer {
    Answer::Refused(why.to_string())
}
