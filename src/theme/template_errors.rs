//! What the author of a template did wrong: Tera's errors as diagnostics with the file and line they are in.

use std::collections::BTreeMap;

use tera::{ErrorKind, ReportError, Tera};

use crate::diag::{Diagnostic, Diagnostics, SourceText, nearest};

/// Templates by full name (`school/base.html`), each with its name in diagnostics and its text.
pub(super) type Sources = BTreeMap<String, (String, String)>;

/// Adds all templates; every syntax error among them is reported, and if there is none what they refer to in vain.
pub(super) fn add_templates(tera: &mut Tera, sources: &Sources, diagnostics: &mut Diagnostics) {
    let mut sound: BTreeMap<&str, &str> =
        sources.iter().map(|(name, (_, text))| (name.as_str(), text.as_str())).collect();
    let mut said = Diagnostics::new();
    while let Err(error) = tera.add_raw_templates(sound.iter().map(|(name, text)| (*name, *text))) {
        let ErrorKind::SyntaxError(report) = error.kind() else {
            // Without the templates that have syntax errors others seem to lack their parents.
            if said.is_empty() {
                said.append(diagnostics_of(&error, sources));
            }
            break;
        };
        said.append(diagnostics_of(&error, sources));
        if sound.remove(report.filename()).is_none() {
            break;
        }
    }
    diagnostics.append(said);
}

/// The mistakes that an error of Tera's is about.
pub(super) fn diagnostics_of(error: &tera::Error, sources: &Sources) -> Diagnostics {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => of_report(report, sources).into(),
        ErrorKind::MissingParent { current, parent } => missing_parent(current, parent, sources).into(),
        ErrorKind::CircularExtend { tpl, .. } => {
            let message = "this template extends itself in the end";
            Diagnostic::error(shown(tpl, sources), message).help("extend a template of the theme below").into()
        }
        _ => of_text(&error.to_string(), sources),
    }
}

fn of_report(report: &ReportError, sources: &Sources) -> Diagnostic {
    let span = report.span();
    let width = if span.end_line == span.start_line { span.end_col.saturating_sub(span.start_col) } else { 1 };
    placed(report.filename(), span.start_line, span.start_col, width, report.message(), sources)
}

fn missing_parent(current: &str, parent: &str, sources: &Sources) -> Diagnostic {
    let names = sources.keys().filter_map(|name| name.split_once('/')).map(|(_, name)| name);
    let help = match nearest(parent, names) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "name a template of this theme or, with the theme's name before it, of one it extends".to_owned(),
    };
    let message = format!("there is no template \"{parent}\" to extend");
    let Some((shown, text)) = sources.get(current) else { return Diagnostic::error(current, message).help(help) };
    let at = text.find(parent).unwrap_or(0);
    SourceText { path: shown, text }.error(at..at + parent.len(), message).help(help)
}

/// Names that no template, filter, function or component has come as finished reports, one after another: `error: …`,
/// then `--> <template>:<line>:<column>`.
fn of_text(text: &str, sources: &Sources) -> Diagnostics {
    let mut said = Diagnostics::new();
    for report in text.split("error: ").skip(1) {
        let mut lines = report.lines();
        let message = lines.next().unwrap_or_default();
        let place = lines.next().and_then(|line| line.trim().strip_prefix("--> "));
        let place = place.and_then(|place| {
            let (rest, column) = place.rsplit_once(':')?;
            let (template, line) = rest.rsplit_once(':')?;
            Some((template, line.parse().ok()?, column.parse::<usize>().ok()?))
        });
        let width = lines.find(|line| line.contains('^')).map_or(1, |line| line.matches('^').count());
        said.push(match place {
            Some((template, line, column)) => placed(template, line, column.saturating_sub(1), width, message, sources),
            None => Diagnostic::error("the theme's templates", message),
        });
    }
    if said.is_empty() {
        said.push(Diagnostic::error("the theme's templates", text));
    }
    said
}

/// A mistake at a line (from 1) and column (from 0) of a template.
fn placed(template: &str, line: usize, column: usize, width: usize, message: &str, sources: &Sources) -> Diagnostic {
    let message = message.trim().trim_end_matches('.');
    let Some((shown, text)) = sources.get(template) else { return Diagnostic::error(template, message) };
    let line_start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(line_start..).unwrap_or_default();
    let at = |n: usize| line_start + rest.char_indices().nth(n).map_or(rest.len(), |(at, _)| at);
    SourceText { path: shown, text }.error(at(column)..at(column + width.max(1)), message)
}

fn shown<'a>(template: &'a str, sources: &'a Sources) -> &'a str {
    sources.get(template).map_or(template, |(shown, _)| shown)
}
