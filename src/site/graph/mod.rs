//! Where everything lies on the site, who may read it, and what leads where.

mod places;
mod prerequisites;
mod site_graph;
mod links;

pub use places::{audience, content_place};
pub use site_graph::{Placed, SiteGraph};
