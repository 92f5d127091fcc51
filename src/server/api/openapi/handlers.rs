//! `/api/schema/` and `/api/docs/`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use super::document::document;
use super::pages;
use crate::server::api::answer::Answer;
use crate::server::api::call::{Call, Endpoint, open};
use crate::server::api::negotiation::{Form, Kind};
use crate::server::api::representation::Representation;
use crate::server::app::App;
use crate::server::problem::Problem;

/// The document.
pub const SCHEMA: Endpoint = open("Schema").also(Kind::Yaml);

/// `GET /api/schema/`: JSON, or YAML by `Accept`, `?format=yaml` or the suffix `.yaml`.
pub async fn schema(State(app): State<App>, request: Request) -> Response {
    Call::run(app, SCHEMA, request, async |call| {
        let site = call.publication.theme.site();
        let document = document(&site.title, &call.base, &call.publication.catalog);
        if call.form != Form::Yaml {
            return Ok(Answer::of(&document));
        }
        let text = serde_saphyr::to_string(&document).map_err(|error| Problem::unavailable(error.to_string()))?;
        Ok(Answer::kept(Arc::new(Representation::new(text))).of_type(Kind::Yaml.media_type()))
    })
    .await
}

/// `GET /api/docs/`: the same for people.
pub async fn docs(State(app): State<App>) -> Result<Response, Problem> {
    pages::draw(&app)
}
