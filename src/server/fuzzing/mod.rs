//! What fuzz targets ask of this room: each takes any bytes and asserts what must hold for all of them.
//!
//! `cargo fuzz` compiles this, and so do tests, which feed it the seeds of `fuzz/seeds/` and small changes of them: a
//! target cannot rot between two long runs. No build of educa has any of it.

mod cookies;
mod forms;
mod front_servers;
mod frames;
mod redirects;
mod sockets;
mod tokens;

pub use cookies::cookies;
pub use forms::forms;
pub use front_servers::front_servers;
pub use redirects::redirects;
pub use sockets::sockets;
pub use tokens::tokens;
