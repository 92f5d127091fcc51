//! What educa does, seen through its front doors: real builds of small schools, a real server on a free port over a real
//! store, the real program. One module a room or concern; `support` sets the stage.

mod support;

mod browsable;
mod catalog;
mod contents;
mod bombs;
mod links;
mod migrations;
mod backups;
mod assets;
mod authoring;
mod mistakes;
mod themes;
mod publishing;
mod outputs;
mod external;
mod incremental;
mod program;
mod authors_commands;
mod operators_commands;
#[cfg(unix)]
mod operators_orders;
mod never_panics;
mod pages;
mod accounts;
mod recovery;
mod refusals;
mod confirmation;
mod sessions;
mod sign_in_limits;
mod mail;
mod enrollment;
mod policies;
mod teaching;
mod permissions;
mod admin;
mod gate;
mod caching;
mod api;
mod api_bodies;
mod tokens;
mod chat;
mod forwarded;
mod front_server;
mod edge;
mod tls;
mod limits;
mod wire;
mod durability;
mod operation;
mod watched;
mod dev;
mod store;
