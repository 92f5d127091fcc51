//! What educa does, seen through its front doors: real builds of small schools, a real server on a free port over a real
//! store, the real program. One module a room or concern; `support` sets the stage.

mod support;

mod browsable;
mod catalog;
mod contents;
mod bombs;
mod links;
mod migrations;
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
mod never_panics;
mod pages;
mod accounts;
mod recovery;
mod confirmation;
mod sessions;
mod sign_in_limits;
mod mail;
mod enrollment;
mod gate;
mod api;
mod chat;
mod forwarded;
mod front_server;
mod limits;
mod wire;
mod durability;
mod operation;
mod dev;
mod store;
