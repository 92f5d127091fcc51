//! The author's preview: what `educa dev` adds to the server, and no other server has.
//!
//! HTML answers get a script (`inject`), which listens for new builds and for mistakes (`events`) and shows them
//! (`preview.js`, `preview.css`). Until there is a first build, every page is a list of what is wrong (`waiting`). Whoever
//! asks can be somebody by choice (`guest`).

mod builds;
mod events;
mod inject;
mod waiting;
mod guest;
mod routes;

pub use builds::{Change, Preview};
pub use routes::{around_all, around_routes, routes};
