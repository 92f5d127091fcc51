//! `/api/schema/` and `/api/docs/`.

use axum::extract::State;
use axum::response::Response;

use super::document::document;
use super::pages;
use crate::server::api::answer::Answer;
use crate::server::api::call::{Call, Endpoint, Received, open};
use crate::server::api::error::ApiError;
use crate::server::api::negotiation::{Form, Kind};
use crate::server::api::representation::Representation;
use crate::server::app::App;
use crate::server::problem::Problem;

/// The document.
pub const SCHEMA: Endpoint = open("Schema").also(Kind::Yaml);

/// `GET /api/schema/`: JSON, or YAML by `Accept`, `?format=yaml` or the suffix `.yaml`.
pub async fn schema(State(app): State<App>, request: Received) -> Response {
    Call::run(app, SCHEMA, request, async |call| {
        let kind = if call.form == Form::Yaml { Kind::Yaml } else { Kind::Json };
        let kept = call.publication.kept.document((call.base.to_string(), kind), || made(&call, kind))?;
        Ok(Answer::kept(kept).of_type(kind.media_type()))
    })
    .await
}

fn made(call: &Call, kind: Kind) -> Result<Representation, ApiError> {
    let document = document(&call.publication.theme.site().title, &call.base.to_string(), &call.publication.catalog);
    if kind != Kind::Yaml {
        return Ok(Representation::of(&document));
    }
    let text = serde_saphyr::to_string(&document).map_err(|error| Problem::unavailable(error.to_string()))?;
    Ok(Representation::new(text))
}

/// `GET /api/docs/`: the same for people.
pub async fn docs(State(app): State<App>) -> Result<Response, Problem> {
    pages::draw(&app)
}
