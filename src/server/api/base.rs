//! [`Base`]: below which address everything is.

use std::fmt;

use http::uri::Authority;

use crate::server::app::App;
use crate::server::middleware::RequestHost;

/// Such as `http://127.0.0.1:8000`, for absolute URLs: as the request named it. Most answers have none, so it is written
/// when somebody wants it.
#[derive(Debug, Clone)]
pub struct Base {
    /// Nothing for a request that named none.
    authority: Option<Authority>,
    https: bool,
}

impl Base {
    /// That of a request. The operator's own `base_url` says how its host is reached.
    pub fn of(app: &App, host: Option<&RequestHost>) -> Self {
        let authority = host.map(|host| host.authority.clone());
        let own = app.config.base_url.as_deref().and_then(|url| url.strip_prefix("https://"));
        let is_own = own.is_some_and(|own| own == authority.as_ref().map_or(LOCALHOST, Authority::as_str));
        Self { authority, https: is_own || host.is_some_and(|host| host.https) }
    }
}

const LOCALHOST: &str = "localhost";

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.authority.as_ref().map_or(LOCALHOST, Authority::as_str);
        write!(f, "{}://{authority}", if self.https { "https" } else { "http" })
    }
}
