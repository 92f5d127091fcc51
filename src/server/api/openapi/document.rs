//! The document, put together.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::operation::{self, Answer, Field, Operation, Parameter, Shape};
use super::operations::OPERATIONS;
use super::schemas::{reference, schemas};
use crate::course::Catalog;
use crate::school::SEAT_STATES;
use crate::server::api::credentials::Scheme;
use crate::server::api::negotiation::Kind;

/// Errors that every operation may answer with: a request that makes no sense, credentials that are not good or not
/// enough, a form that we do not have, too many calls.
const ALWAYS: [u16; 5] = [400, 401, 403, 406, 429];

/// What a body may come to besides.
const OF_BODIES: [u16; 2] = [413, 415];

/// The document of a school whose API is below `base`, such as `http://127.0.0.1:8000`.
pub fn document(title: &str, base: &str, catalog: &Catalog) -> Value {
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = described(operation, catalog);
    }
    let lists = OPERATIONS.iter().flat_map(|operation| operation.answers).filter_map(|answer| match answer.shape {
        Shape::List(name) => Some(name),
        _ => None,
    });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": "1.0",
            "description": "Courses, enrollment and contents. JSON unless `Accept` asks for pages.",
        },
        "servers": [{ "url": base }],
        "tags": groups().map(|group| json!({ "name": group })).collect::<Vec<_>>(),
        "paths": paths,
        "components": { "schemas": schemas(lists), "securitySchemes": security_schemes() },
    })
}

/// The groups of operations, each once.
pub fn groups() -> impl Iterator<Item = &'static str> {
    let mut known = Vec::new();
    OPERATIONS.iter().map(Operation::group).filter(move |group| {
        let is_new = !known.contains(group);
        known.push(group);
        is_new
    })
}

fn security_schemes() -> Value {
    json!({
        "basic": { "type": "http", "scheme": "basic" },
        "token": {
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "`Token ` and a token, from `/api/auth/login/` or a page of one's account.",
        },
        "session": {
            "type": "apiKey", "in": "cookie", "name": "sessionid",
            "description": "The session of a browser; for what changes something, from the school's own pages alone.",
        },
    })
}

fn described(operation: &Operation, catalog: &Catalog) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.group()],
        "summary": operation.summary,
        "parameters": parameters(operation, catalog),
        "responses": responses(operation),
        "security": security(operation.endpoint.scheme),
    });
    if !operation.description.is_empty() {
        described["description"] = operation.description.into();
    }
    if !operation.fields.is_empty() {
        described["requestBody"] = body(operation.fields);
    }
    described
}

/// Nobody must show who they are where all may read; where they say it in the body, no header counts.
fn security(scheme: Scheme) -> Value {
    match scheme {
        Scheme::Nobody => json!([]),
        Scheme::Open => json!([{}, { "basic": [] }, { "token": [] }, { "session": [] }]),
        Scheme::Basic | Scheme::Token => json!([{ "basic": [] }, { "token": [] }, { "session": [] }]),
    }
}

fn parameters(operation: &Operation, catalog: &Catalog) -> Vec<Value> {
    let in_path = operation.path.split(['{', '}']).skip(1).step_by(2).map(|name| {
        let schema = match name {
            "token" => json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }),
            "order" => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
            _ => json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX }),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    });
    let behind = operation.parameters.iter().map(|Parameter { name, description, kind }| {
        json!({ "name": name, "in": "query", "description": description, "schema": schema_of(*kind, catalog) })
    });
    in_path.chain(behind).collect()
}

fn schema_of(kind: operation::Kind, catalog: &Catalog) -> Value {
    match kind {
        operation::Kind::Text => json!({ "type": "string" }),
        operation::Kind::Short(max) => json!({ "type": "string", "maxLength": max }),
        operation::Kind::Subject => keys(catalog.subjects.iter().map(|subject| subject.id.get())),
        operation::Kind::Owner => keys(catalog.instructors.iter().map(|owner| owner.id.get())),
        operation::Kind::Number(from, to) => json!({ "type": "integer", "minimum": from, "maximum": to }),
        operation::Kind::SeatState => json!({ "type": "string", "enum": SEAT_STATES.map(|(name, _)| name) }),
    }
}

/// Those that there are: others are refused.
fn keys(keys: impl Iterator<Item = u32>) -> Value {
    json!({ "type": "integer", "enum": keys.collect::<Vec<_>>() })
}

fn body(fields: &[Field]) -> Value {
    let mut properties = Map::new();
    for Field { name, rule, required, many } in fields {
        let mut schema = json!({ "type": "string", "maxLength": rule.max });
        if *required {
            schema["minLength"] = 1.into();
        }
        if *required && rule.trimmed {
            schema["pattern"] = r"\S".into();
        }
        if let Some(max) = many {
            schema = json!({ "type": "array", "items": schema, "minItems": 1, "maxItems": max });
        }
        properties.insert((*name).to_owned(), schema);
    }
    let required: Vec<_> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let schema = json!({ "type": "object", "required": required, "properties": properties });
    let kinds = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];
    let content: Map<_, _> = kinds.map(|kind| (kind.to_owned(), json!({ "schema": schema }))).into_iter().collect();
    json!({ "required": true, "content": content })
}

fn responses(operation: &Operation) -> Value {
    let mut responses = Map::new();
    for answer in operation.answers {
        responses.insert(answer.status.to_string(), response(answer));
    }
    let of_body: &[u16] = if operation.fields.is_empty() { &[] } else { &OF_BODIES };
    let mut errors = [&ALWAYS, operation.errors, of_body].concat();
    errors.sort_unstable();
    for status in errors {
        let words = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
        let content = as_json(&match status {
            400 => json!({ "anyOf": [reference("Error"), reference("FieldErrors")] }),
            _ => reference("Error"),
        });
        responses.insert(status.to_string(), json!({ "description": words.unwrap_or_default(), "content": content }));
    }
    responses.into()
}

fn response(answer: &Answer) -> Value {
    let content = match answer.shape {
        Shape::Nothing => return json!({ "description": answer.description }),
        Shape::Array(name) => as_json(&json!({ "type": "array", "items": reference(name) })),
        Shape::OrTable(name) => and_text(as_json(&reference(name)), Kind::Table),
        // No media type of several values has a schema of its own in 3.1; the text is described in words.
        Shape::Lines(_) => and_text(json!({}), Kind::Lines),
        Shape::Document => and_text(as_json(&json!({ "type": "object" })), Kind::Yaml),
        Shape::Object(name) => as_json(&reference(name)),
        Shape::List(name) => {
            let all = json!({ "type": "array", "items": reference(name) });
            as_json(&json!({ "oneOf": [all, reference(&format!("{name}Page"))] }))
        }
    };
    json!({ "description": answer.description, "content": content })
}

/// The same, also as a text of another kind.
fn and_text(mut content: Value, kind: Kind) -> Value {
    content[kind.media_type()] = json!({ "schema": { "type": "string" } });
    content
}

/// Whatever is had as JSON is had as a page, too, by whoever asks for one; a program does not.
fn as_json(schema: &Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}
