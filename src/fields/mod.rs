//! Fields: reads a table of named settings key by key, and says everything that is wrong with it.
//!
//! Front matter, `theme.toml` and `educa.toml` are all such tables. serde stops at the first mistake and forgets where
//! it was; an author wants all of them, with places. So a text is parsed into a [`Table`] whose parts know their byte
//! ranges, and [`Fields`] takes what is known out of it by type. What nobody asked for is reported with the nearest
//! name that somebody did ask for: the list of known keys is the code that reads them.

mod reader;
mod toml;
mod value;
mod yaml;

pub use reader::Fields;
pub use toml::parse_toml;
pub use value::{Node, SyntaxError, Table, Value};
pub use yaml::parse_yaml;
