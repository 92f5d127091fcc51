//! Which route answered, and whom: told from the routes out to whoever counts and writes.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::Extensions;

use crate::school::{Account, AccountId};

/// Filled in on the way in; what happens to the answer on its way out cannot lose it.
#[derive(Debug, Clone, Default)]
pub struct Route(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    name: OnceLock<Cow<'static, str>>,
    asker: OnceLock<AccountId>,
}

/// The name of everything that was built, and of what does not exist.
pub const FILE: &str = "file";

/// The name of what was refused before it was routed.
const NONE: &str = "none";

impl Route {
    /// The route's pattern, never a path: as many names as there are routes.
    pub fn name(&self) -> Cow<'static, str> {
        self.0.name.get().cloned().unwrap_or(Cow::Borrowed(NONE))
    }
}

impl Route {
    /// For who answers before the routes.
    pub fn name_as(&self, name: impl Into<Cow<'static, str>>) {
        let _ = self.0.name.set(name.into());
    }

    /// Who asked, if they are signed in and somebody wanted to know.
    pub fn asker(&self) -> Option<AccountId> {
        self.0.asker.get().copied()
    }

    /// Tells who asked.
    pub fn asked_by(&self, account: &Account) {
        let _ = self.0.asker.set(account.id);
    }

    /// Tells who asked, if whoever is outside wants to know.
    pub fn tell(extensions: &Extensions, account: Option<&Account>) {
        if let (Some(route), Some(account)) = (extensions.get::<Self>(), account) {
            route.asked_by(account);
        }
    }
}

/// A layer around each route that tells which it is.
pub async fn name_route(request: Request, next: Next) -> Response {
    if let Some(route) = request.extensions().get::<Route>() {
        let matched = request
            .extensions()
            .get::<MatchedPath>()
            .map_or(Cow::Borrowed(FILE), |matched| matched.as_str().to_owned().into());
        route.name_as(matched);
    }
    next.run(request).await
}
