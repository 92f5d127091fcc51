//! `educa build` and `educa check`.

use std::mem::ManuallyDrop;
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use super::args::{BuildArgs, CheckArgs, Format};
use super::external;
use super::progress::Bar;
use super::report::{self, JsonDiagnostic, counted};
use super::settings::Settings;
use super::timings::Timings;
use crate::diag::Diagnostics;
use crate::site::{self, Built, Changed, Engine, SiteConfig};

/// `educa build`: publishes the school if nothing is wrong with it.
pub fn build(settings: Settings, args: &BuildArgs, format: Format) -> anyhow::Result<ExitCode> {
    let config = SiteConfig { drafts: args.drafts, fresh: args.fresh, ..settings.site };
    let timings = Timings::new(Bar::default());
    // This process ends soon, and the system takes memory back at once: to free it piece by piece is 2 % of a build.
    let mut engine = ManuallyDrop::new(Engine::new(config));
    let built = engine.build(&Changed::Anything, &timings)?;
    engine.save(&timings)?;
    let times = timings.finish();
    print(&built, times.total, format)?;
    if args.timings {
        anstream::eprint!("{times}");
    }
    Ok(exit_code(built.diagnostics.has_errors()))
}

/// `educa check`: says what is wrong, and writes nothing.
pub fn check(settings: Settings, args: &CheckArgs, format: Format) -> anyhow::Result<ExitCode> {
    let config = SiteConfig { drafts: args.drafts, ..settings.site };
    let mut built = site::check(&config, &Bar::default())?;
    if args.deep {
        let mut all = built.diagnostics;
        all.append(site::check_published(&config)?);
        built.diagnostics = all.sorted();
    }
    if args.external {
        let (said, note) = external::check(&config, args.external_allow_private)?;
        let mut all = built.diagnostics;
        all.append(said);
        built.diagnostics = all.sorted();
        built.notes.push(note);
    }
    match format {
        Format::Json => print_json(&built)?,
        Format::Github => report::print_annotations(&built.diagnostics),
        Format::Text => {
            print_notes(&built);
            report::print(&built.diagnostics);
            if args.strict && !built.diagnostics.is_empty() && !built.diagnostics.has_errors() {
                anstream::eprintln!("warnings count as errors, because of --strict");
            }
            if built.diagnostics.is_empty() {
                let size = built.size;
                let modules = counted(size.modules, "module");
                let (courses, pages) = (counted(size.courses, "course"), counted(size.pages, "page"));
                anstream::println!("{courses}, {modules}, {pages}: no mistakes");
            }
        }
    }
    let strict = args.strict && !built.diagnostics.is_empty();
    Ok(exit_code(built.diagnostics.has_errors() || strict))
}

/// Says what a build found and did.
pub fn print(built: &Built, took: Duration, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Json => return print_json(built),
        Format::Github => report::print_annotations(&built.diagnostics),
        Format::Text => report::print(&built.diagnostics),
    }
    print_notes(built);
    match built.published {
        None => anstream::eprintln!("nothing was published"),
        Some(published) => anstream::println!(
            "{}, {}: {} written, {} kept, {} removed, {} in all, in {:.2} s",
            counted(built.size.courses, "course"),
            counted(built.size.pages, "page"),
            counted(published.written, "file"),
            published.kept,
            published.removed,
            indicatif::DecimalBytes(published.bytes),
            took.as_secs_f64(),
        ),
    }
    Ok(())
}

fn print_notes(built: &Built) {
    for note in &built.notes {
        anstream::eprintln!("note: {note}");
    }
}

#[derive(Serialize)]
struct JsonBuilt<'a> {
    diagnostics: Vec<JsonDiagnostic<'a>>,
    courses: usize,
    modules: usize,
    pages: usize,
    published: Option<JsonPublished>,
}

#[derive(Serialize)]
struct JsonPublished {
    written: usize,
    kept: usize,
    removed: usize,
    bytes: u64,
}

/// The document of a school whose settings have mistakes: nothing else of it is known.
pub fn print_unreadable(diagnostics: &Diagnostics) -> anyhow::Result<()> {
    print_json(&Built { diagnostics: diagnostics.clone(), ..Built::default() })
}

fn print_json(built: &Built) -> anyhow::Result<()> {
    let published = built.published.map(|published| JsonPublished {
        written: published.written,
        kept: published.kept,
        removed: published.removed,
        bytes: published.bytes,
    });
    let document = JsonBuilt {
        diagnostics: report::json(&built.diagnostics),
        courses: built.size.courses,
        modules: built.size.modules,
        pages: built.size.pages,
        published,
    };
    anstream::println!("{}", serde_json::to_string(&document)?);
    Ok(())
}

fn exit_code(failed: bool) -> ExitCode {
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
