//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::records::{CompactArgs, ExportArgs, ImportArgs};
use super::user::UserCommand;
use crate::school::Username;

/// Builds a school's course files into static pages, and serves them with enrollment.
///
/// Without a command, educa builds the school in the current folder and serves it.
#[derive(Debug, Parser)]
#[command(name = "educa", version)]
#[command(
    after_help = "Examples:\n  educa init my-school          make a new school\n  educa serve                   build and serve the school in this folder\n  educa dev                     the same, and follow every change while you write\n  educa check                   find every mistake, write nothing\n  educa new course mathematics \"Linear algebra\" --owner ada-okafor"
)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// For the default command.
    #[command(flatten)]
    pub serve: ServeArgs,
}

impl Cli {
    /// The command to run; an error if options of the default command stand before another one.
    ///
    /// clap's `args_conflicts_with_subcommands` would refuse `educa --root DIR build` as well.
    pub fn resolved(self) -> Result<(Common, Command), clap::Error> {
        let Self { common, command, serve } = self;
        match command {
            None => Ok((common, Command::Serve(serve))),
            Some(command) if serve == ServeArgs::default() => Ok((common, command)),
            Some(_) => {
                let message = "--listen, --data and --no-build belong after the command";
                Err(Self::command().error(ErrorKind::ArgumentConflict, message))
            }
        }
    }
}

/// What every command takes.
#[derive(Debug, Args)]
pub struct Common {
    /// The school's folder: the one with educa.toml.
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,
    /// How results are written.
    #[arg(long, global = true, value_enum, default_value = "text")]
    pub format: Format,
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: one JSON document on standard output.
    Json,
    /// For GitHub's checks: mistakes as annotations (build and check; other commands write text).
    Github,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Builds content/ into public/ and private/
    #[command(
        after_help = "Examples:\n  educa build\n  educa build --drafts\n  educa build --timings           say where the time went\n  educa build --fresh             make everything anew, whatever is remembered\n  educa build --format json | jq .published.written"
    )]
    Build(BuildArgs),
    /// Builds the school and serves it (the default command)
    #[command(
        after_help = "Examples:\n  educa serve\n  educa serve --listen 0.0.0.0:8080 --data /var/lib/educa\n  educa serve --no-build          serve what the last build made"
    )]
    Serve(ServeArgs),
    /// Shows the school while you write: rebuilds what changed and reloads open pages
    #[command(
        after_help = "Examples:\n  educa dev\n  educa dev --drafts --as ada-okafor      see drafts too, signed in as ada-okafor\n  educa dev --listen 127.0.0.1:0          on a free port\n  educa dev --poll=2                      on file systems that tell nothing of changes"
    )]
    Dev(DevArgs),
    /// Finds every mistake in the content and the theme, and writes nothing
    #[command(
        after_help = "Examples:\n  educa check\n  educa check --strict            fail on warnings too\n  educa check --deep              is what lies in public/ and private/ what the last build wrote?\n  educa check --external          are the pages of other sites that we link to still there?\n  educa check --format github     in a workflow: annotations at the lines"
    )]
    Check(CheckArgs),
    /// Makes a new school that builds and serves at once
    #[command(after_help = "Examples:\n  educa init my-school && educa --root my-school")]
    Init(InitArgs),
    /// Adds a subject, a course, a module or a content
    #[command(
        subcommand,
        after_help = "Examples:\n  educa new subject \"Earth sciences\"\n  educa new content mathematics/algebra/01-sets \"Union\""
    )]
    New(NewCommand),
    /// Gives an id to each subject, course and instructor that has none
    #[command(after_help = "Examples:\n  educa fix\n  educa fix --dry-run             only say what would change")]
    Fix(FixArgs),
    /// Makes keys for a CDN that decides at its edge
    #[command(subcommand, after_help = "Examples:\n  educa edge key")]
    Edge(EdgeCommand),
    /// Adds, lists, changes and disables accounts, and ends sessions, also while a server is running
    #[command(
        subcommand,
        after_help = "Examples:\n  educa user add ada --role instructor\n  educa user list\n  educa user disable mallory\n  educa user sign-out --all"
    )]
    User(UserCommand),
    /// Writes all records of the store into one file, also while a server is running
    #[command(
        after_help = "Examples:\n  educa backup school-2026-11-21.backup\n  educa backup - | ssh elsewhere 'cat > school.backup'"
    )]
    Backup(ExportArgs),
    /// Puts the store of a backup in its place
    #[command(
        after_help = "Examples:\n  educa restore school.backup\n  educa restore school.backup --replace     put the present store aside first\n  educa restore school.backup --data /tmp/look-at-it"
    )]
    Restore(ImportArgs),
    /// Writes accounts, enrollments, messages and events as JSON lines (docs/dump.md), also while a server is running
    #[command(
        after_help = "Examples:\n  educa dump school.jsonl\n  educa dump - | jq -r 'select(.account).account.username'"
    )]
    Dump(ExportArgs),
    /// Makes a store of a dump
    #[command(after_help = "Examples:\n  educa load school.jsonl --data .educa/data")]
    Load(ImportArgs),
    /// Copies the store into a smaller one; the server must be stopped
    #[command(after_help = "Examples:\n  educa compact")]
    Compact(CompactArgs),
}

/// Options of `educa build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// Build drafts, and what is to be published later.
    #[arg(long)]
    pub drafts: bool,
    /// Make everything anew: forget what earlier builds remembered.
    #[arg(long)]
    pub fresh: bool,
    /// Say how long each part of the work took.
    #[arg(long)]
    pub timings: bool,
}

/// Options of `educa check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Exit with 1 on warnings too.
    #[arg(long)]
    pub strict: bool,
    /// Check drafts, and what is to be published later.
    #[arg(long)]
    pub drafts: bool,
    /// Also read everything that was published, and compare it with what the last build wrote.
    #[arg(long)]
    pub deep: bool,
    /// Also ask other sites whether the pages that texts link to are there. What answered is kept in .educa/links for 7
    /// days, the only file that check ever writes.
    #[arg(long)]
    pub external: bool,
    /// Ask hosts with private addresses too, such as this machine.
    #[arg(long, requires = "external")]
    pub external_allow_private: bool,
}

/// What every server takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct HostingArgs {
    /// Where to listen [default: 127.0.0.1:8000, or `server.listen` in educa.toml]. Port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Where accounts and enrollments lie [default: .educa/data, or what educa.toml says under `store`].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Options of `educa serve`.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    pub hosting: HostingArgs,
    /// Serve what the last build made.
    #[arg(long)]
    pub no_build: bool,
}

/// Options of `educa dev`.
#[derive(Debug, Args)]
pub struct DevArgs {
    #[command(flatten)]
    pub hosting: HostingArgs,
    /// Show drafts, and what is to be published later.
    #[arg(long)]
    pub drafts: bool,
    /// Be signed in as NAME without a password, until you sign out. The account is made if there is none: an
    /// instructor's, enrolled in the courses they own, if content/instructors/ has NAME, else a student's. Only on a
    /// loopback address.
    #[arg(long = "as", value_name = "NAME")]
    pub guest: Option<Username>,
    /// Look for changes every SECONDS (1 if not given) instead of being told of them by the system.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "1", value_parser = seconds)]
    pub poll: Option<Duration>,
}

/// A number of seconds, such as `0.5`.
fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.parse::<f64>().ok().filter(|number| (0.05..=3600.0).contains(number));
    number.map(Duration::from_secs_f64).ok_or_else(|| "write a number of seconds from 0.05 to 3600".to_owned())
}

/// Options of `educa init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The folder to make; it must be new or empty.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The school's name [default: made of the folder's name].
    #[arg(long)]
    pub title: Option<String>,
}

/// `educa new …`
#[derive(Debug, Subcommand)]
pub enum NewCommand {
    /// Adds a subject
    #[command(after_help = "Examples:\n  educa new subject \"Earth sciences\"")]
    Subject {
        /// Its title.
        title: String,
        /// Its folder and slug [default: made of the title].
        #[arg(long)]
        slug: Option<String>,
    },
    /// Adds a course to a subject
    #[command(after_help = "Examples:\n  educa new course mathematics \"Linear algebra\" --owner ada-okafor")]
    Course {
        /// The subject's folder in content/.
        subject: String,
        /// Its title.
        title: String,
        /// The instructor: the name of a file in content/instructors/ without `.md`. A new one is made.
        #[arg(long)]
        owner: String,
        /// Its folder and slug [default: made of the title].
        #[arg(long)]
        slug: Option<String>,
    },
    /// Adds a module at the end of a course
    #[command(after_help = "Examples:\n  educa new module mathematics/linear-algebra \"Vectors\"")]
    Module {
        /// The course's folder in content/.
        course: String,
        /// Its title.
        title: String,
        /// Its folder, behind a number, and slug [default: made of the title].
        #[arg(long)]
        slug: Option<String>,
    },
    /// Adds a content at the end of a module
    #[command(
        after_help = "Examples:\n  educa new content mathematics/linear-algebra/01-vectors \"Adding arrows\"\n  educa new content mathematics/linear-algebra/01-vectors \"A picture\" --image arrows.svg"
    )]
    Content {
        /// The module's folder in content/.
        module: String,
        /// Its title.
        title: String,
        /// Make it a video with this address.
        #[arg(long, value_name = "URL", conflicts_with_all = ["image", "file"])]
        video: Option<String>,
        /// Make it an image: a file in the module's folder.
        #[arg(long, value_name = "FILE", conflicts_with = "file")]
        image: Option<String>,
        /// Make it a download: a file in the module's folder.
        #[arg(long, value_name = "FILE")]
        file: Option<String>,
        /// Its file's name, behind a number, and slug [default: made of the title].
        #[arg(long)]
        slug: Option<String>,
    },
}

/// Options of `educa fix`.
#[derive(Debug, Args)]
pub struct FixArgs {
    /// Only say what would change.
    #[arg(long)]
    pub dry_run: bool,
}

/// `educa edge …`
#[derive(Debug, Subcommand)]
pub enum EdgeCommand {
    /// Makes a key that signs tokens, in a file that only you can read; it is not shown
    #[command(after_help = "Examples:\n  educa edge key\n  educa edge key --file /etc/educa/edge.key")]
    Key {
        /// The file to make [default: .educa/edge.key].
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// Where the records lie.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// Where accounts and enrollments lie [default: .educa/data, or what educa.toml says under `store`].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}
