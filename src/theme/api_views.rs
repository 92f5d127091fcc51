//! Views of the API's lists as pages: what a list can be asked, and where its other pages are.

use serde::Serialize;

use super::admin_views::ChoiceView;

/// What can be asked of a list of the REST API.
#[derive(Debug, Serialize)]
pub struct ApiListView {
    /// Where the form leads.
    pub address: String,
    /// What is searched for.
    pub search: String,
    /// What can be selected by.
    pub filters: Vec<ApiFilterView>,
    /// The orders.
    pub orders: Vec<ChoiceView>,
    /// What else the address said and goes on saying.
    pub kept: Vec<ApiParameterView>,
    /// All of it, if something was asked.
    pub all: Option<String>,
    /// The first page, if this is another one.
    pub first: Option<String>,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// The last page, if this is another one.
    pub last: Option<String>,
}

/// Something to select by.
#[derive(Debug, Serialize)]
pub struct ApiFilterView {
    /// The parameter, and the word `api_<name>` of the theme.
    pub name: &'static str,
    /// What there is.
    pub choices: Vec<ChoiceView>,
}

/// A parameter that a form sends along.
#[derive(Debug, Serialize)]
pub struct ApiParameterView {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}
