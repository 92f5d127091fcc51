//! `X-Accel-Redirect`: educa asks the gate, nginx sends the bytes.

use axum::response::{IntoResponse, Response};
use http::HeaderName;

use crate::course::Audience;
use crate::school::{File, Pass};
use crate::server::app::App;
use crate::server::forwarded::Way;

const X_ACCEL_REDIRECT: HeaderName = HeaderName::from_static("x-accel-redirect");

/// An answer that tells the front server which gated file to send; nothing if the operator wants educa to send it, or if
/// the request did not come through a front server that would understand.
pub fn hand_over(app: &App, way: Way, pass: &Pass<File>) -> Option<Response> {
    let prefix = app.config.accel_redirect.as_deref()?;
    let File { address, published } = pass.thing();
    if published.audience == Audience::Everyone || !way.through_proxy {
        return None;
    }
    let index = if address.is_page() { "index.html" } else { "" };
    // Escaped: nginx decodes it once, and would take what follows a `?` for a query.
    let file = format!("{prefix}{}{index}", &address.href()[1..]);
    Some([(X_ACCEL_REDIRECT, file)].into_response())
}
