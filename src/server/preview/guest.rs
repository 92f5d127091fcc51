//! Somebody by choice: who asks without a session of their own is the guest, as long as the guest's session lasts.
//!
//! The session is put into the request and not into the browser, so nothing of it is left there when the preview ends.
//! Signing out, or in as somebody else, ends it for everybody until the preview is started again.
//!
//! Browsers do not guard a session that they do not know of, so what they would not send a cookie with gets none here:
//! what another site asked for, other than by a link. What came through a proxy gets none either: it is not from this
//! machine.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, header};

use super::builds::Preview;
use crate::school::School;
use crate::server::identity::{Caller, put_session};

/// The middleware.
pub async fn sign_in(
    State((preview, school)): State<(Arc<Preview>, Arc<School>)>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(guest) = preview.guest.as_ref().filter(|_| may_be_guest(request.headers())) {
        let own = Caller::of(&school, request.headers()).await;
        if matches!(own, Ok(Caller(None))) {
            put_session(request.headers_mut(), guest);
        }
    }
    next.run(request).await
}

fn may_be_guest(headers: &HeaderMap) -> bool {
    let says = |name: &str, values: &[&str]| {
        headers.get(name).is_none_or(|value| values.iter().any(|expected| value == expected))
    };
    let by_link = headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    let from_here = says("sec-fetch-site", &["same-origin", "none"]);
    let proxied = ["forwarded", "x-forwarded-for"].iter().any(|name| headers.contains_key(*name));
    (from_here || by_link) && !proxied && !headers.contains_key(header::AUTHORIZATION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn guest(headers: &[(&'static str, &'static str)]) -> bool {
        may_be_guest(
            &headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect(),
        )
    }

    #[test]
    fn only_who_is_here_can_be_the_guest() {
        assert!(guest(&[]));
        assert!(guest(&[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")]));
        assert!(guest(&[("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors")]));
        assert!(guest(&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]));
        assert!(!guest(&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")]));
        assert!(!guest(&[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "no-cors")]));
        assert!(!guest(&[("x-forwarded-for", "192.0.2.1")]));
        assert!(!guest(&[("authorization", "Basic YTpi")]));
    }
}
