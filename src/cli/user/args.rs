//! What can be typed after `educa user`.

use clap::{Args, Subcommand};

use crate::cli::args::StoreArgs;
use crate::school::{Email, Role, Username};

/// `educa user …`
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Adds an account
    #[command(
        after_help = "Examples:\n  educa user add ada --role instructor\n  echo \"$PASSWORD\" | educa user add root --role staff --password-stdin"
    )]
    Add {
        /// The name to sign in with.
        name: Username,
        /// Where to write to.
        #[arg(long)]
        email: Option<Email>,
        /// What the account may do: student, instructor or staff.
        #[arg(long, default_value = "student")]
        role: Role,
        #[command(flatten)]
        password: PasswordArgs,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Lists all accounts
    #[command(after_help = "Examples:\n  educa user list\n  educa user list --format json | jq -r '.[].username'")]
    List {
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Gives an account another role
    #[command(
        after_help = "Examples:\n  educa user role ada instructor\n  educa user role root staff\n\nAn instructor teaches the courses whose `owner` is the name of the account."
    )]
    Role {
        /// The name of the account.
        name: String,
        /// What the account may do: student, instructor or staff.
        role: Role,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Sets a new password and ends all sessions of the account
    #[command(
        after_help = "Examples:\n  educa user password ada\n  echo \"$PASSWORD\" | educa user password ada --password-stdin"
    )]
    Password {
        /// The name of the account.
        name: String,
        #[command(flatten)]
        password: PasswordArgs,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Disables an account: its sessions end at once, nobody signs in to it, and it keeps what it has
    #[command(
        after_help = "Examples:\n  educa user disable mallory\n\nWho tries to sign in hears what a wrong password hears. Places in courses and messages stay; `educa user enable` opens\nthe account again. What a CDN at an edge was told lasts its minutes."
    )]
    Disable {
        /// The name of the account.
        name: String,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Enables an account that was disabled
    #[command(after_help = "Examples:\n  educa user enable mallory")]
    Enable {
        /// The name of the account.
        name: String,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Ends all sessions of an account, or of everybody
    #[command(
        after_help = "Examples:\n  educa user sign-out ada\n  educa user sign-out --all        everybody has to sign in again\n\nLinks to set a new password that were sent to them before are worth nothing then."
    )]
    SignOut {
        /// The name of the account.
        #[arg(required_unless_present = "all")]
        name: Option<String>,
        /// Of everybody.
        #[arg(long, conflicts_with = "name")]
        all: bool,
        #[command(flatten)]
        store: StoreArgs,
    },
}

/// Where a password comes from.
#[derive(Debug, Args)]
pub struct PasswordArgs {
    /// Read the password from standard input (its first line) instead of asking for it.
    #[arg(long)]
    pub password_stdin: bool,
}
