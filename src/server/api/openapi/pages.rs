//! The page of the document: what people read who write a program.

use axum::response::Response;

use super::document::groups;
use super::operation::{Kind, Operation, Shape};
use super::operations::OPERATIONS;
use crate::server::api::credentials::Scheme;
use crate::server::app::App;
use crate::server::pages::Pages;
use crate::server::problem::Problem;
use crate::theme::{AnswerView, DocsView, GroupView, OperationView, ParameterView, WordsPart};

/// `/api/docs/`
pub fn draw(app: &App) -> Result<Response, Problem> {
    let pages = Pages::new(app);
    let groups = groups().map(|name| GroupView {
        name,
        operations: OPERATIONS.iter().filter(|operation| operation.group() == name).map(view).collect(),
    });
    let view = DocsView { page: pages.page(pages.word("api_docs"), "/api/docs/"), groups: groups.collect() };
    pages.draw(&view)
}

fn view(operation: &Operation) -> OperationView {
    let fields = operation.fields.iter().map(|field| ParameterView {
        name: field.name,
        description: Vec::new(),
        max: Some(field.rule.max),
        required: field.required,
    });
    let parameters = operation.parameters.iter().map(|parameter| ParameterView {
        name: parameter.name,
        description: parts(parameter.description),
        max: if let Kind::Short(max) = parameter.kind { Some(max) } else { None },
        required: false,
    });
    let answers = operation.answers.iter().map(|answer| AnswerView {
        status: answer.status,
        description: parts(answer.description),
        schema: match answer.shape {
            Shape::Object(name) | Shape::OrTable(name) => Some(name),
            Shape::List(name) | Shape::Array(name) | Shape::Lines(name) => Some(name),
            Shape::Nothing | Shape::Document => None,
        },
        many: matches!(answer.shape, Shape::List(_) | Shape::Array(_) | Shape::Lines(_)),
    });
    OperationView {
        id: operation.id,
        method: operation.method.to_ascii_uppercase(),
        path: operation.path,
        summary: operation.summary,
        description: parts(operation.description),
        needs_credentials: matches!(operation.endpoint.scheme, Scheme::Basic | Scheme::Token),
        can_follow: operation.method == "get" && !operation.path.contains('{'),
        parameters: parameters.collect(),
        fields: fields.collect(),
        answers: answers.collect(),
    }
}

/// Between backticks stands code, as in the document.
fn parts(text: &'static str) -> Vec<WordsPart> {
    let parts = text.split('`').enumerate().map(|(at, text)| WordsPart { text, code: at % 2 == 1 });
    parts.filter(|part| !part.text.is_empty()).collect()
}
