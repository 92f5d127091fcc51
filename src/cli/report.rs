//! Diagnostics as people read them, and as programs do.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;

use crate::diag::{Diagnostic, Diagnostics, Severity};

/// Prints all diagnostics to standard error, each with its source line and what to do, then their number.
pub fn print(diagnostics: &Diagnostics) {
    let renderer = Renderer::styled();
    for diagnostic in diagnostics {
        anstream::eprintln!("{}\n", render(&renderer, diagnostic));
    }
    if let Some(summary) = summary(diagnostics) {
        anstream::eprintln!("{summary}");
    }
}

/// Prints all diagnostics to standard output as GitHub's workflow commands, which show them at their lines.
pub fn print_annotations(diagnostics: &Diagnostics) {
    for diagnostic in diagnostics {
        anstream::println!("{}", annotation(diagnostic));
    }
    if let Some(summary) = summary(diagnostics) {
        anstream::eprintln!("{summary}");
    }
}

/// `::error file=a.md,line=1,col=2,endColumn=3::words`, escaped as GitHub's toolkit does it.
fn annotation(diagnostic: &Diagnostic) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let mut line = format!("::{} file={}", diagnostic.severity, property(&diagnostic.path));
    if let Some(place) = &diagnostic.place {
        let (at, end) = (place.column, place.column + place.width);
        line += &format!(",line={},col={at},endColumn={end}", place.line);
    }
    let help = diagnostic.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{line}::{}", data(&format!("{}{help}", diagnostic.message)))
}

/// `2 errors and 1 warning`; nothing if there is nothing.
pub fn summary(diagnostics: &Diagnostics) -> Option<String> {
    let counts = [(diagnostics.count(Severity::Error), "error"), (diagnostics.count(Severity::Warning), "warning")];
    let parts: Vec<_> = counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, one)| counted(n, one)).collect();
    if parts.is_empty() { None } else { Some(parts.join(" and ")) }
}

/// `1 course`, `2 courses`
pub fn counted(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

fn render(renderer: &Renderer, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&*diagnostic.message);
    let mut group = match &diagnostic.place {
        Some(place) => {
            let start: usize = place.text.chars().take(place.column - 1).map(char::len_utf8).sum();
            let width: usize = place.text[start..].chars().take(place.width).map(char::len_utf8).sum();
            let span = start..start + width;
            let snippet = Snippet::source(&*place.text)
                .line_start(place.line)
                .path(&*diagnostic.path)
                .annotation(AnnotationKind::Primary.span(span));
            title.element(snippet)
        }
        None => title.element(annotate_snippets::Origin::path(&*diagnostic.path)),
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(&**help));
    }
    renderer.render(&[group])
}

/// A diagnostic for programs.
#[derive(Debug, Serialize)]
pub struct JsonDiagnostic<'a> {
    path: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    severity: String,
    message: &'a str,
    help: Option<&'a str>,
}

/// All diagnostics for programs.
pub fn json(diagnostics: &Diagnostics) -> Vec<JsonDiagnostic<'_>> {
    diagnostics.iter().map(JsonDiagnostic::of).collect()
}

impl<'a> JsonDiagnostic<'a> {
    fn of(diagnostic: &'a Diagnostic) -> Self {
        Self {
            path: &diagnostic.path,
            line: diagnostic.place.as_ref().map(|place| place.line),
            column: diagnostic.place.as_ref().map(|place| place.column),
            severity: diagnostic.severity.to_string(),
            message: &diagnostic.message,
            help: diagnostic.help.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceText;

    #[test]
    fn an_annotation_has_its_place_and_no_character_of_githubs_own() {
        let source = SourceText { path: "a,b:c.md", text: "one\n100 %\n" };
        let diagnostic = source.error(8..9, "100% wrong\nreally").help("do: this");
        let expected = "::error file=a%2Cb%3Ac.md,line=2,col=5,endColumn=6::100%25 wrong%0Areally (do: this)";
        assert_eq!(annotation(&diagnostic), expected);
        assert_eq!(annotation(&Diagnostic::warning("x", "y")), "::warning file=x::y");
    }
}
