//! Files understood: subjects, courses, modules and contents, each with its settings parsed, and what is wrong with them.

mod video;
mod nouns;
mod naming;
mod folder;
mod settings;
mod assembly;
mod content;
mod enrollment;
mod course;
mod courses;
mod school;

pub use courses::KnownCourses;
pub use naming::split_number;
pub use nouns::{
    Access, Alias, Content, Course, Curriculum, Document, Instructor, Kind, Layout, Module, Resource, Speech, Subject,
};
pub use school::assemble;
pub use video::{NotAVideo, Video, parse as parse_video};
