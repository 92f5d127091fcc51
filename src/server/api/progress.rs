//! A student says of a module that it is done, or that it is not. The reference's API has nothing of the kind.

use axum::extract::{Path, State};
use axum::response::Response;
use http::Method;

use super::answer::Answer;
use super::call::{Call, Endpoint, Received, action};
use super::error::ApiError;
use super::people_wire::ProgressJson;
use crate::school::{Study, admit};
use crate::server::app::App;

pub const DONE: Endpoint = action("Done", "PUT, DELETE, OPTIONS");

/// `PUT` and `DELETE /api/courses/<id>/modules/<order>/done/`. A body is not read.
pub async fn done(State(app): State<App>, Path((id, order)): Path<(String, String)>, request: Received) -> Response {
    Call::run(app, DONE, request, async |call| {
        let (course, account) = (call.course(&id)?, call.student()?);
        let order: u32 = order.parse().map_err(|_| ApiError::not_found())?;
        let module = course.modules.iter().find(|module| module.order == order).ok_or_else(ApiError::not_found)?;
        let standing = call.app.school.standing(Some(account), course.id, &call.publication.catalog).await?;
        let study = admit(&standing, Study { course, module }).map_err(ApiError::denied)?;
        let progress = match call.method {
            Method::DELETE => call.app.school.reopen_module(&study, account).await?,
            _ => call.app.school.finish_module(&study, account).await?,
        };
        Ok(Answer::of(&ProgressJson::new(&progress, course)))
    })
    .await
}
