//! Jobs into files: what has to be made, making it, and putting it into its place.

pub mod compress;
mod jobs;
mod catalog;
mod present;
mod draw;
mod plan;
mod rest;

pub use catalog::{as_written, catalog, course_of_catalog};
pub use draw::{Before, Made, Stagings, make, to_do};
pub use jobs::{CourseKeys, Job, Make, PRIVATE, courses, jobs};
pub use plan::{Plan, PublishError, Published, claim, place, plan, verify};
pub use present::{Present, present};
pub use rest::Rest;
