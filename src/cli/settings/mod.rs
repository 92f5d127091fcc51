//! Settings: educa.toml, then the environment, into the configuration of each room.
//!
//! Both layers are read the same way and every mistake in either is reported at once. `EDUCA_SERVER_LISTEN` is `listen`
//! under `[server]`, and so on. Options of a command come last; each command puts its own on top. One file a table: what
//! can be written there, and into which configuration it goes.

mod load;
mod layer;
mod live;
mod environment;
mod site;
mod build;
mod server;
mod api;
mod tls;
mod edge;
mod store;
mod accounts;
mod mail;

pub use edge::{EdgeSettings, KEY_FILE};
pub use load::{LogFormat, SETTINGS_FILE, Settings, load};
