//! Downloads: bodies that are made page by page while they are sent, so that a school of any size takes as much memory as
//! one page. Nobody reads ahead of the client.

use std::fmt::Write as _;

use axum::body::Body;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use futures_util::stream::try_unfold;
use serde::Serialize;

use crate::school::SchoolError;

/// A page, and where the next one begins; nothing after the last.
pub type Page<S> = Result<Option<(Bytes, S)>, SchoolError>;

/// Pages one after the other. One that cannot be read breaks the answer off: its client sees that the end is missing.
pub fn pages<S, F>(begin: S, next: impl FnMut(S) -> F + Send + 'static) -> Body
where
    S: Send + 'static,
    F: Future<Output = Page<S>> + Send + 'static,
{
    let pages = try_unfold(begin, next);
    Body::from_stream(pages.inspect_err(|error| tracing::error!("a download broke off: {error}")))
}

/// JSON values, one a line.
pub fn lines(values: impl Iterator<Item = impl Serialize>) -> Bytes {
    let mut text = String::new();
    for value in values {
        let json = serde_json::to_string(&value).expect("plain strings and numbers always serialize");
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{json}");
    }
    text.into()
}

/// Rows of a table as spreadsheets read it (RFC 4180).
pub fn rows<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> Bytes {
    let mut builder = csv::WriterBuilder::new();
    let mut writer = builder.terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.map(harmless)).expect("memory takes all, and all rows are as long");
    }
    writer.into_inner().expect("memory takes all").into()
}

/// A text as spreadsheets show it: what they would take for a formula, and compute, gets a mark before it.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_computes_nothing() {
        let cells = ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "a=b", "", "a,\"b\"", "é\n"];
        let table = rows(cells.into_iter().map(|cell| [cell.to_owned(), "1".to_owned()]));
        let expected = "'=1+1,1\r\n'+1,1\r\n'-1,1\r\n'@sum,1\r\n'\tx,1\r\n\"'\rx\",1\r\na=b,1\r\n,1\r\n\
                        \"a,\"\"b\"\"\",1\r\n\"é\n\",1\r\n";
        assert_eq!(std::str::from_utf8(&table), Ok(expected));
    }

    #[test]
    fn a_line_holds_a_value_whatever_is_in_it() {
        assert_eq!(lines(["a\nb", "\u{2028}"].iter()), "\"a\\nb\"\n\"\u{2028}\"\n");
    }
}
