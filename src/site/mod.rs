//! The site: course files into static pages. Synchronous, on all cores, without network.
//!
//! `run` is the whole pipeline on one screen. Each file below is one stage: it takes the finished value of the stage
//! before and returns its own. Mistakes of authors are collected as diagnostics on the way; nothing is published while
//! an error stands.

mod config;
mod text;
mod source;
mod history;
mod front_matter;
mod curriculum;
mod naming;
mod folder;
mod settings;
mod assembly;
mod assemble;
mod assemble_courses;
mod assemble_course;
mod assemble_content;
mod video;
mod by_course;
mod fragment;
mod fragments;
mod headings;
mod footnotes;
mod tables;
mod languages;
mod grammars;
mod highlight;
mod fence;
mod code;
mod math;
mod dialect;
mod picture;
mod markdown;
mod images;
mod scaled;
mod places;
mod graph;
mod links;
mod render;
mod views;
mod lessons;
mod items;
mod pages;
mod jobs;
mod outputs;
mod catalog;
mod cache_file;
mod ledger;
mod memory;
mod present;
mod compress;
mod draw;
mod publish;
mod rest;
mod run;
mod build;
mod external;

pub use build::{BuildError, Built, Engine, Progress, Quiet, SchoolSize, Stage, build, check, check_published};
pub use config::SiteConfig;
pub use external::{ExternalLinks, external_links};
pub use front_matter::{Fence, FrontMatter, split as split_front_matter};
pub use markdown::{Dialect, MarkdownWords, RenderOptions, render as render_markdown};
pub use publish::{PublishError, Published};
pub use source::Changed;
pub use video::{NotAVideo, Video, parse as parse_video};
