//! `GET /.educa/events`: server-sent events for the pages that are open.
//!
//! `reload` names the pages that changed, or none for any; `styles` the style sheets as they are now; `problems` what is
//! wrong, and `fixed` that nothing is. A page says with `?build=` which build it has.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use futures_util::stream;
use serde_json::json;
use tokio::sync::watch;

use super::builds::{Change, Changes, Moment, Preview};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::server::caching::unstored;

/// How often a quiet connection says that it stands.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How long a client that was cut off waits before it comes back.
const RETRY: Duration = Duration::from_secs(1);

/// Answers with events until the page is closed or the server stops.
pub async fn events(State(preview): State<Arc<Preview>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let build = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "build");
    let build = build.and_then(|(_, number)| number.parse().ok());
    let moments = preview.listen();
    let build = build.unwrap_or_else(|| moments.borrow().build);
    let listener = Listener { moments, build, told: None, due: [Event::default().retry(RETRY)].into() };
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    unstored(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

/// A page that is open.
struct Listener {
    moments: watch::Receiver<Moment>,
    /// The build it has.
    build: u64,
    /// The problems it knows of.
    told: Option<Arc<Diagnostics>>,
    due: VecDeque<Event>,
}

impl Listener {
    /// The next event; nothing once the server stops.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.due.pop_front() {
                return Some(event);
            }
            let moment = self.moments.borrow_and_update().clone();
            if moment.is_over {
                return None;
            }
            self.note(&moment);
            if self.due.is_empty() {
                self.moments.changed().await.ok()?;
            }
        }
    }

    /// Compares what the page has with what is the case.
    fn note(&mut self, moment: &Moment) {
        let Changes { pages, styles } = moment.since(self.build);
        self.build = moment.build;
        if let Some(Change::Pages(changed)) = pages {
            self.due.push_back(event("reload", &json!({ "build": moment.build, "changed": changed })));
        }
        if styles {
            self.due.push_back(event("styles", &json!({ "build": moment.build, "sheets": &*moment.sheets })));
        }
        if self.told.as_ref() != Some(&moment.problems) {
            self.told = Some(moment.problems.clone());
            self.due.push_back(problems(&moment.problems));
        }
    }
}

fn event(name: &str, data: &serde_json::Value) -> Event {
    Event::default().event(name).data(data.to_string())
}

fn problems(diagnostics: &Diagnostics) -> Event {
    if diagnostics.is_empty() {
        return event("fixed", &json!({}));
    }
    let data = json!({
        "errors": diagnostics.count(Severity::Error),
        "warnings": diagnostics.count(Severity::Warning),
        "problems": diagnostics.iter().map(problem).collect::<Vec<_>>(),
    });
    event("problems", &data)
}

fn problem(diagnostic: &Diagnostic) -> serde_json::Value {
    let place = diagnostic.place.as_ref();
    json!({
        "path": diagnostic.path,
        "line": place.map(|place| place.line),
        "column": place.map(|place| place.column),
        "width": place.map(|place| place.width),
        "source": place.map(|place| &place.text),
        "severity": diagnostic.severity.to_string(),
        "message": diagnostic.message,
        "help": diagnostic.help,
    })
}
