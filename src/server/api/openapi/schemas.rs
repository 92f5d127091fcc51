//! What answers look like, from the types that are sent.

use serde_json::{Value, json};
use utoipa::OpenApi;

use crate::course::json::{CourseJson, FullModuleJson, ModuleJson};
use crate::server::api::people_wire::{
    AccountLineJson, EnrollmentLineJson, EventLineJson, InvitationJson, InvitedJson, MeJson, MyCourseJson, PeopleJson,
    PersonJson, ProgressJson, ReachablePersonJson, TotalProgressJson,
};
use crate::server::api::wire::{ConfirmingJson, EnrolledJson, GrantedJson, IndexJson, SubjectJson, UserJson};

#[derive(OpenApi)]
#[openapi(components(schemas(
    IndexJson,
    SubjectJson<'static>,
    CourseJson<'static, ModuleJson<'static>>,
    CourseJson<'static, FullModuleJson<'static>>,
    EnrolledJson,
    UserJson<'static>,
    GrantedJson<'static>,
    ConfirmingJson<'static>,
    MeJson<'static>,
    TotalProgressJson,
    ProgressJson,
    MyCourseJson<'static>,
    PeopleJson<PersonJson<'static>>,
    PeopleJson<ReachablePersonJson<'static>>,
    InvitationJson<'static>,
    InvitedJson,
    AccountLineJson<'static>,
    EnrollmentLineJson<'static>,
    EventLineJson,
)))]
struct Sent;

/// All schemas by name: those of the types, those of errors, and a page of each list.
pub fn schemas<'a>(listed: impl Iterator<Item = &'a str>) -> Value {
    let sent = serde_json::to_value(Sent::openapi().components).expect("a document is JSON");
    let mut schemas = sent["schemas"].as_object().cloned().unwrap_or_default();
    // The macro names what is generic by all of its parts.
    for (given, name) in [
        ("Course_Module", "Course"),
        ("Course_FullModule", "FullCourse"),
        ("People_Person", "PeopleToTeach"),
        ("People_ReachablePerson", "PeopleToReach"),
    ] {
        let schema = schemas.remove(given).expect("the type is among those above");
        schemas.insert(name.into(), schema);
    }
    schemas.insert("Registered".into(), json!({ "anyOf": [reference("Granted"), reference("Confirming")] }));
    schemas.insert("People".into(), json!({ "anyOf": [reference("PeopleToReach"), reference("PeopleToTeach")] }));
    schemas.insert(
        "Error".into(),
        json!({
            "type": "object",
            "description": "Why it did not work, as a sentence.",
            "required": ["detail"],
            "properties": { "detail": { "type": "string" } },
        }),
    );
    schemas.insert(
        "FieldErrors".into(),
        json!({
            "type": "object",
            "description": "What is wrong with each field; `non_field_errors` is about all of them.",
            "additionalProperties": { "type": "array", "items": { "type": "string" } },
        }),
    );
    for name in listed {
        schemas.insert(format!("{name}Page"), page(name));
    }
    schemas.into()
}

/// A reference to a schema.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Pages by number and by offset have a count, pages by cursor have none.
fn page(name: &str) -> Value {
    let url = json!({ "type": ["string", "null"], "format": "uri" });
    json!({
        "type": "object",
        "description": "A page of the list, and where the others are.",
        "required": ["next", "previous", "results"],
        "additionalProperties": false,
        "properties": {
            "count": { "type": "integer", "minimum": 0 },
            "next": url,
            "previous": url,
            "results": { "type": "array", "items": reference(name) },
        },
    })
}
