//! The commands: from what was typed to an order, and from its answer to words.

use std::io::{BufRead as _, IsTerminal as _};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::json;

use super::args::{PasswordArgs, UserCommand};
use super::desk::Desk;
use super::order::{AccountJson, Answer, Order};
use crate::cli::args::{Format, StoreArgs};
use crate::cli::settings::Settings;

/// Said of a server that answers what was not asked.
const OTHER: &str = "the server's answer is to another order";

/// Runs one of the commands.
pub fn user(settings: Settings, command: UserCommand, format: Format) -> anyhow::Result<ExitCode> {
    // The store first: a person should not type a password for nothing.
    let desk = |args: StoreArgs| Desk::open(&settings.store.or_folder(args.data));
    match command {
        UserCommand::Add { name, email, role, password, store } => {
            let desk = desk(store)?;
            let (name, email) = (name.to_string(), email.map(|email| email.as_str().to_owned()));
            let (role, password) = (role.as_str().to_owned(), asked(&password)?);
            say_added(&desk.order(Order::Add { name, email, role, password })?, format)?;
        }
        UserCommand::List { store } => say_list(&all_accounts(&desk(store)?)?, format)?,
        UserCommand::Role { name, role, store } => {
            desk(store)?.order(Order::Role { name: name.clone(), role: role.as_str().to_owned() })?;
            anstream::println!("{name} is {} now", role.as_str());
        }
        UserCommand::Password { name, password, store } => {
            let desk = desk(store)?;
            let password = asked(&password)?;
            desk.order(Order::Password { name: name.clone(), password })?;
            anstream::println!("the password of {name} is changed, and all its sessions and tokens are ended");
        }
        UserCommand::Disable { name, store } => {
            let answer = desk(store)?.order(Order::Disable { name: name.clone() })?;
            say_ended(&answer, Some(&name), &format!("{name} is disabled, and "), format)?;
        }
        UserCommand::Enable { name, store } => {
            desk(store)?.order(Order::Enable { name: name.clone() })?;
            anstream::println!("{name} is enabled");
        }
        UserCommand::SignOut { name: Some(name), all: _, store } => {
            let answer = desk(store)?.order(Order::SignOut { name: name.clone() })?;
            say_ended(&answer, Some(&name), "", format)?;
        }
        UserCommand::SignOut { name: None, all: _, store } => {
            say_ended(&desk(store)?.order(Order::SignOutAll)?, None, "", format)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// All accounts, asked for in parts.
fn all_accounts(desk: &Desk) -> anyhow::Result<Vec<AccountJson>> {
    let mut accounts: Vec<AccountJson> = Vec::new();
    loop {
        let after = accounts.last().map_or(0, |account| account.id);
        match desk.order(Order::List { after })? {
            Answer::Accounts(part) if part.is_empty() => return Ok(accounts),
            Answer::Accounts(part) => accounts.extend(part),
            _ => bail!(OTHER),
        }
    }
}

fn say_added(answer: &Answer, format: Format) -> anyhow::Result<()> {
    let Answer::Added(account) = answer else { bail!(OTHER) };
    match format {
        Format::Json => anstream::println!("{}", serde_json::to_string(account)?),
        _ => anstream::println!("added {} {} (id {})", account.role, account.username, account.id),
    }
    Ok(())
}

/// How many sessions and tokens ended: of one account, or of all.
fn say_ended(answer: &Answer, name: Option<&str>, before: &str, format: Format) -> anyhow::Result<()> {
    let Answer::SignedOut { sessions, tokens, accounts } = answer else { bail!(OTHER) };
    let counted = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
    let ended = match tokens {
        0 => counted(*sessions, "session"),
        _ => format!("{} and {}", counted(*sessions, "session"), counted(*tokens, "token")),
    };
    let is = if (*sessions, *tokens) == (1, 0) { "is" } else { "are" };
    match (name, format) {
        (Some(name), Format::Json) => {
            anstream::println!("{}", json!({ "username": name, "sessions_ended": sessions, "tokens_ended": tokens }));
        }
        (None, Format::Json) => {
            anstream::println!(
                "{}",
                json!({ "sessions_ended": sessions, "tokens_ended": tokens, "accounts": accounts })
            );
        }
        (Some(name), _) => anstream::println!("{before}{ended} of {name} {is} ended"),
        (None, _) => anstream::println!("{ended} of {} {is} ended", counted(*accounts, "account")),
    }
    Ok(())
}

fn say_list(accounts: &[AccountJson], format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        anstream::println!("{}", serde_json::to_string(accounts)?);
        return Ok(());
    }
    let width = accounts.iter().map(|account| account.username.chars().count()).max().unwrap_or(0);
    for AccountJson { id, username, email, role, state, created } in accounts {
        let date = created.get(..10).unwrap_or(created);
        let email = email.as_deref().unwrap_or_default();
        let line = format!("{id:>4}  {username:width$}  {role:10}  {state:11}  {date}  {email}");
        anstream::println!("{}", line.trim_end());
    }
    if accounts.is_empty() {
        anstream::eprintln!("there are no accounts yet: add one with `educa user add NAME`");
    }
    Ok(())
}

/// The password: from standard input, or typed twice on a terminal without being shown.
fn asked(args: &PasswordArgs) -> anyhow::Result<String> {
    if args.password_stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("cannot read the password")?;
        return Ok(line.trim_end_matches(['\n', '\r']).to_owned());
    }
    if !std::io::stdin().is_terminal() {
        bail!("there is no terminal to ask for the password on: pass it with --password-stdin");
    }
    let first = rpassword::prompt_password("Password: ").context("cannot read the password")?;
    let second = rpassword::prompt_password("Password again: ").context("cannot read the password")?;
    if first == second { Ok(first) } else { bail!("the two passwords differ") }
}
