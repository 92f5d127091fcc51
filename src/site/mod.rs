//! The site: course files into static pages. Synchronous, on all cores, without network.
//!
//! `run` is the whole pipeline on one screen. Each room below is one stage: it takes the finished value of the stage
//! before and returns its own. Mistakes of authors are collected as diagnostics on the way; nothing is published while
//! an error stands.

mod config;
mod source;
mod curriculum;
mod markdown;
mod cache;
mod render;
mod graph;
mod views;
mod outputs;
mod publish;
mod memory;
mod run;
mod build;
mod external;

pub use build::{BuildError, Built, Engine, Progress, Quiet, SchoolSize, Stage, build, check, check_published};
pub use config::SiteConfig;
pub use curriculum::{NotAVideo, Video, parse_video};
pub use external::{ExternalLinks, external_links};
pub use markdown::{Dialect, MarkdownWords, RenderOptions, render as render_markdown};
pub use publish::{PublishError, Published};
pub use source::{Changed, Fence, FrontMatter, split_front_matter};
