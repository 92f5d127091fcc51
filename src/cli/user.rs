//! `educa user`: accounts from the command line.

use std::io::{BufRead as _, IsTerminal as _};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use serde::Serialize;

use super::args::{Format, PasswordArgs, StoreArgs, UserCommand};
use super::settings::Settings;
use crate::school::{Account, Found, Role, School, SystemClock, Username, ValidRegistration, check_password};
use crate::store::{SledStore, StoreConfig};

/// Runs one of the commands.
pub fn user(settings: Settings, command: UserCommand, format: Format) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
    match command {
        UserCommand::Add { name, email, role, password, store } => {
            // The store first: a person should not type a password for nothing.
            let school = open(settings.store, store)?;
            let password = asked(&password, name.as_str())?;
            let registration = ValidRegistration { username: name, email, password };
            runtime.block_on(add(&school, registration, role, format))
        }
        UserCommand::List { store } => {
            let school = open(settings.store, store)?;
            list(&runtime.block_on(school.accounts())?, format)
        }
        UserCommand::Role { name, role, store } => {
            let school = open(settings.store, store)?;
            match runtime.block_on(school.change_role(&name, role))? {
                Found::Yes => {
                    anstream::println!("{name} is {} now", role.as_str());
                    Ok(ExitCode::SUCCESS)
                }
                Found::No => bail!("there is no account \"{name}\" (see `educa user list`)"),
            }
        }
        UserCommand::Password { name, password, store } => {
            let school = open(settings.store, store)?;
            let password = asked(&password, &name)?;
            match runtime.block_on(school.change_password(&name, password))? {
                Found::Yes => {
                    anstream::println!("the password of {name} is changed, and all its sessions are ended");
                    Ok(ExitCode::SUCCESS)
                }
                Found::No => bail!("there is no account \"{name}\" (see `educa user list`)"),
            }
        }
    }
}

fn open(mut config: StoreConfig, args: StoreArgs) -> anyhow::Result<School> {
    config.path = args.data.unwrap_or(config.path);
    let store = SledStore::open(&config)?;
    Ok(School::new(Arc::new(store), Arc::new(SystemClock))?)
}

async fn add(school: &School, registration: ValidRegistration, role: Role, format: Format) -> anyhow::Result<ExitCode> {
    let name: Username = registration.username.clone();
    match school.add_account(registration, role).await? {
        Ok(account) if format == Format::Json => {
            anstream::println!("{}", serde_json::to_string(&JsonAccount::new(&account))?);
        }
        Ok(account) => anstream::println!("added {} {} (id {})", role.as_str(), account.username, account.id),
        Err(_) => bail!("there is an account \"{name}\" already"),
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct JsonAccount<'a> {
    id: u64,
    username: &'a str,
    email: Option<&'a str>,
    role: &'static str,
    created: String,
}

impl<'a> JsonAccount<'a> {
    fn new(account: &'a Account) -> Self {
        Self {
            id: account.id.0,
            username: account.username.as_str(),
            email: account.email.as_ref().map(|email| email.as_str()),
            role: account.role.as_str(),
            created: account.created.to_string(),
        }
    }
}

fn list(accounts: &[Account], format: Format) -> anyhow::Result<ExitCode> {
    if format == Format::Json {
        let accounts: Vec<_> = accounts.iter().map(JsonAccount::new).collect();
        anstream::println!("{}", serde_json::to_string(&accounts)?);
        return Ok(ExitCode::SUCCESS);
    }
    let width = accounts.iter().map(|account| account.username.as_str().chars().count()).max().unwrap_or(0);
    for account in accounts {
        let email = account.email.as_ref().map_or("", |email| email.as_str());
        let (name, role) = (account.username.as_str(), account.role.as_str());
        let line =
            format!("{:>4}  {name:width$}  {role:10}  {}  {email}", account.id.0, account.created.strftime("%Y-%m-%d"));
        anstream::println!("{}", line.trim_end());
    }
    if accounts.is_empty() {
        anstream::eprintln!("there are no accounts yet: add one with `educa user add NAME`");
    }
    Ok(ExitCode::SUCCESS)
}

/// The password: from standard input, or typed twice on a terminal without being shown.
fn asked(args: &PasswordArgs, username: &str) -> anyhow::Result<String> {
    let password = if args.password_stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("cannot read the password")?;
        line.trim_end_matches(['\n', '\r']).to_owned()
    } else if std::io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Password: ").context("cannot read the password")?;
        let second = rpassword::prompt_password("Password again: ").context("cannot read the password")?;
        if first != second {
            bail!("the two passwords differ");
        }
        first
    } else {
        bail!("there is no terminal to ask for the password on: pass it with --password-stdin");
    };
    match check_password(&password, username).as_slice() {
        [] => Ok(password),
        mistakes => bail!("{}", mistakes.join(" ")),
    }
}
