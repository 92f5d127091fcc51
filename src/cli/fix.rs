//! `educa fix`: gives an id to what has none.

use std::process::ExitCode;

use anyhow::bail;

use super::args::{FixArgs, Format};
use super::ids::{self, Holder, Holders, Ids, holders};
use super::settings::Settings;
use crate::disk;
use crate::site::Fence;

/// Writes the missing ids into the files.
pub fn fix(settings: &Settings, args: &FixArgs, format: Format) -> anyhow::Result<ExitCode> {
    let content = &settings.site.content;
    let _lock = if args.dry_run { None } else { Some(ids::lock(settings)?) };
    let Holders { readable: holders, unreadable } = holders(content)?;
    // An id in a file that cannot be read may be the very one that would be given next.
    if !unreadable.is_empty() {
        let names: Vec<_> = unreadable.iter().map(|path| path.display().to_string()).collect();
        bail!("the settings of {} cannot be read: see `educa check`", names.join(", "));
    }
    let mut ids = Ids::load(content, &holders)?;
    let missing: Vec<_> = holders.iter().filter(|holder| holder.id.is_none()).collect();
    let given: Vec<_> = missing.iter().map(|holder| (*holder, ids.give(holder.kind))).collect();
    if !args.dry_run {
        ids.save()?;
    }
    for (holder, id) in &given {
        if !args.dry_run {
            disk::write(&holder.path, with_id(holder, *id).as_bytes())?;
        }
        if format == Format::Text {
            anstream::println!("{}: {} id {id}", holder.path.display(), holder.kind.name());
        }
    }
    match format {
        Format::Json => print_json(&given),
        Format::Text if given.is_empty() => anstream::println!("every subject, course and instructor has an id"),
        Format::Text | Format::Github => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn print_json(given: &[(&Holder, u32)]) {
    let one = |(holder, id): &(&Holder, u32)| serde_json::json!({ "path": holder.path, "kind": holder.kind.name(), "id": id });
    let given: Vec<_> = given.iter().map(one).collect();
    anstream::println!("{}", serde_json::json!({ "given": given }));
}

/// The text with a first setting `id`; everything else stays as its author wrote it.
fn with_id(holder: &Holder, id: u32) -> String {
    let at = holder.front_matter.settings.start;
    let line_end = if holder.text[..at].ends_with("\r\n") { "\r\n" } else { "\n" };
    let line = match holder.front_matter.fence {
        Fence::Toml => format!("id = {id}{line_end}"),
        Fence::Yaml => format!("id: {id}{line_end}"),
    };
    format!("{}{line}{}", &holder.text[..at], &holder.text[at..])
}
