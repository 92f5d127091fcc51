//! What every address answers until there is a first build: 503, and what is wrong. Readable without the script.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::builds::Preview;
use super::routes::{PREFIX, STYLES};
use crate::diag::{Diagnostic, Diagnostics};
use crate::server::caching::unstored;
use crate::server::operation::is_probe;

/// The middleware: lets requests through once something is served.
pub async fn hold(State(preview): State<Arc<Preview>>, request: Request, next: Next) -> Response {
    if preview.is_served() || request.uri().path().starts_with(PREFIX) || is_probe(request.uri().path()) {
        return next.run(request).await;
    }
    let page = Html(page(&preview.moment().problems));
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, page).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    unstored(response)
}

fn page(problems: &Diagnostics) -> String {
    let mut list = String::new();
    for problem in problems {
        // Writing to a string cannot fail.
        let _ = write!(list, "<li>{}</li>", item(problem));
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Nothing is built yet</title>\n\
         <link rel=\"stylesheet\" href=\"{STYLES}\">\n</head>\n<body class=\"educa-waiting\">\n<main>\n\
         <h1>Nothing is built yet</h1>\n\
         <p>This page shows the school as soon as its mistakes are mended and saved.</p>\n<ol>{list}</ol>\n</main>\n\
         </body>\n</html>\n"
    )
}

fn item(problem: &Diagnostic) -> String {
    let place = problem.place.as_ref();
    let at = place.map_or_else(String::new, |place| format!(":{}:{}", place.line, place.column));
    let mut html = format!("<p><b>{}</b>: {}</p>", problem.severity, escaped(&problem.message));
    let _ = write!(html, "<pre>{}{at}", escaped(&problem.path));
    if let Some(place) = place {
        let _ = write!(html, "\n{:4} | {}", place.line, escaped(&place.text));
    }
    html.push_str("</pre>");
    if let Some(help) = &problem.help {
        let _ = write!(html, "<p>{}</p>", escaped(help));
    }
    html
}

/// As text between tags.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_author_wrote_is_text_and_never_a_tag() {
        let text = "<script>alert(1)</script> & more";
        let source = crate::diag::SourceText { path: "content/<b>.md", text };
        let page = page(&source.error(0..8, text).help(text).into());
        assert!(!page.contains("<script") && !page.contains("<b>.md"), "{page}");
        assert_eq!(page.matches("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more").count(), 3, "{page}");
        assert!(page.contains("content/&lt;b&gt;.md:1:1"), "{page}");
    }
}
