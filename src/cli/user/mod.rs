//! `educa user`: accounts from the command line, also while a server is running.
//!
//! What is typed becomes an [`Order`]. One function carries it out, [`carry_out()`]: on the store itself if nobody has it
//! open, else in the server that has, which gets the order over its control socket.

mod args;
mod order;
mod carry_out;
mod desk;
mod command;

pub use args::UserCommand;
pub use carry_out::carry_out;
pub use command::user;
pub use order::{Answer, Order};
