//! [`Operation`]: something that can be done with an address of the API, as the document tells it.

use crate::server::api::body::Rule;
use crate::server::api::call::Endpoint;

/// What a program can do: a method of an address.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// `get`, `post`, `put`, `delete`
    pub method: &'static str,
    /// The path, with its parameters in braces, as the router has it.
    pub path: &'static str,
    /// Its name in clients that are made of the document.
    pub id: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// What else there is to know.
    pub description: &'static str,
    /// How the server sees the address.
    pub endpoint: Endpoint,
    /// What may stand behind `?`.
    pub parameters: &'static [Parameter],
    /// What is sent, field by field.
    pub fields: &'static [Field],
    /// What comes back when it works.
    pub answers: &'static [Answer],
    /// Which errors it has besides those of all operations.
    pub errors: &'static [u16],
}

/// Something behind `?`.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub description: &'static str,
    /// What it may be.
    pub kind: Kind,
}

/// What a parameter may be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Any text: what makes no sense is passed over.
    Text,
    /// A text of at most so many characters.
    Short(usize),
    /// The key of a subject.
    Subject,
    /// The key of an instructor.
    Owner,
    /// A whole number from one to another.
    Number(u64, u64),
    /// What somebody may have in a course, by its name.
    SeatState,
}

/// A field of a body.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it may hold.
    pub rule: Rule,
    /// Whether it must be there.
    pub required: bool,
    /// How many there may be, if it is a list.
    pub many: Option<usize>,
}

/// What comes back.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// In words.
    pub description: &'static str,
    /// The body.
    pub shape: Shape,
}

/// What a body looks like.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// There is none.
    Nothing,
    /// JSON of this schema.
    Object(&'static str),
    /// A list of these: all of it, or a page.
    List(&'static str),
    /// All of these, as an array.
    Array(&'static str),
    /// This document, which is also had as YAML.
    Document,
    /// JSON of this schema, or a table.
    OrTable(&'static str),
    /// JSON of this schema, one a line.
    Lines(&'static str),
}

impl Operation {
    const fn new(method: &'static str, path: &'static str, id: &'static str, endpoint: Endpoint) -> Self {
        Self {
            method,
            path,
            id,
            summary: "",
            description: "",
            endpoint,
            parameters: &[],
            fields: &[],
            answers: &[],
            errors: &[],
        }
    }

    /// Reading.
    pub const fn get(path: &'static str, id: &'static str, endpoint: Endpoint) -> Self {
        Self::new("get", path, id, endpoint)
    }

    /// Doing.
    pub const fn post(path: &'static str, id: &'static str, endpoint: Endpoint) -> Self {
        Self::new("post", path, id, endpoint)
    }

    /// Making it so.
    pub const fn put(path: &'static str, id: &'static str, endpoint: Endpoint) -> Self {
        Self::new("put", path, id, endpoint)
    }

    /// Ending.
    pub const fn delete(path: &'static str, id: &'static str, endpoint: Endpoint) -> Self {
        Self::new("delete", path, id, endpoint)
    }

    /// The same with what it does.
    pub const fn says(self, summary: &'static str, description: &'static str) -> Self {
        Self { summary, description, ..self }
    }

    /// The same with what may stand behind `?`.
    pub const fn asks(self, parameters: &'static [Parameter]) -> Self {
        Self { parameters, ..self }
    }

    /// The same with what is sent.
    pub const fn takes(self, fields: &'static [Field]) -> Self {
        Self { fields, ..self }
    }

    /// The same with what comes back.
    pub const fn gives(self, answers: &'static [Answer]) -> Self {
        Self { answers, ..self }
    }

    /// The same with errors of its own.
    pub const fn fails(self, errors: &'static [u16]) -> Self {
        Self { errors, ..self }
    }

    /// The group it belongs to: `courses` for `/api/courses/{id}/`.
    pub fn group(&self) -> &'static str {
        self.path.trim_start_matches("/api/").split('/').next().filter(|group| !group.is_empty()).unwrap_or("api")
    }
}

impl Answer {
    /// Something was found or done.
    pub const fn ok(description: &'static str, shape: Shape) -> Self {
        Self { status: 200, description, shape }
    }

    /// With another status.
    pub const fn with(status: u16, description: &'static str, shape: Shape) -> Self {
        Self { status, description, shape }
    }
}

impl Field {
    /// One that must be there.
    pub const fn required(name: &'static str, rule: Rule) -> Self {
        Self { name, rule, required: true, many: None }
    }

    /// One that may be there.
    pub const fn optional(name: &'static str, rule: Rule) -> Self {
        Self { name, rule, required: false, many: None }
    }

    /// A list of so many at most, which must be there.
    pub const fn list(name: &'static str, rule: Rule, max: usize) -> Self {
        Self { name, rule, required: true, many: Some(max) }
    }
}
