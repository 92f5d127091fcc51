//! Which route answered, told from the routes out to whoever counts.

use std::sync::{Arc, OnceLock};

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;

/// Filled in on the way in; what happens to the answer on its way out cannot lose it.
#[derive(Debug, Clone, Default)]
pub struct Route(Arc<OnceLock<String>>);

/// The name of everything that was built, and of what does not exist.
pub const FILE: &str = "file";

/// The name of what was refused before it was routed.
const NONE: &str = "none";

impl Route {
    /// The route's pattern, never a path: as many names as there are routes.
    pub fn name(&self) -> &str {
        self.0.get().map_or(NONE, String::as_str)
    }
}

impl Route {
    /// For who answers before the routes.
    pub fn name_as(&self, name: &str) {
        let _ = self.0.set(name.to_owned());
    }
}

/// A layer around each route that tells which it is.
pub async fn name_route(request: Request, next: Next) -> Response {
    if let Some(Route(name)) = request.extensions().get::<Route>() {
        let matched = request.extensions().get::<MatchedPath>().map_or(FILE, MatchedPath::as_str);
        let _ = name.set(matched.to_owned());
    }
    next.run(request).await
}
