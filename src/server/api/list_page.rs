//! A list of the browsable API: the form that searches, selects and orders, and the way to the other pages.

use super::lists::{Direction, Listed, Style};
use crate::theme::{ApiFilterView, ApiListView, ApiParameterView, ChoiceView};

/// Where in a list somebody is: another question begins at its beginning.
const PLACES: [&str; 3] = ["page", "offset", "cursor"];

/// What a page shows besides a list.
pub fn view(listed: &Listed, path: &str) -> ApiListView {
    let Listed { listing, address, links, .. } = listed;
    let parameters = &address.parameters;
    let asked = ["search", "ordering"].into_iter().chain(listing.filters.iter().map(|filter| filter.name));
    let asked: Vec<_> = asked.collect();
    let said = |name: &str| parameters.get(name).unwrap_or_default();
    let filters = listing.filters.iter().map(|filter| {
        let choice = |(key, title): &(u32, String)| {
            let value = key.to_string();
            ChoiceView { chosen: said(filter.name).trim() == value, title: title.clone(), value }
        };
        ApiFilterView { name: filter.name, choices: filter.choices.iter().map(choice).collect() }
    });
    let others = parameters.each().filter(|(name, _)| !asked.contains(name) && !PLACES.contains(name));
    let cursor = (listed.style == Style::Cursor).then_some(("cursor", ""));
    let kept = others.chain(cursor).map(|(name, value)| ApiParameterView { name: name.into(), value: value.into() });
    let elsewhere = |link: &Option<String>, here: bool| link.clone().filter(|_| !here);
    ApiListView {
        address: path.to_owned(),
        search: said("search").to_owned(),
        filters: filters.collect(),
        orders: orders(listed, said("ordering")),
        kept: kept.collect(),
        all: parameters.each().next().map(|_| path.to_owned()),
        first: elsewhere(&links.first, links.previous.is_none()),
        previous: links.previous.clone(),
        next: links.next.clone(),
        last: elsewhere(&links.last, links.next.is_none()),
    }
}

/// Each field both ways, and what was asked for if it is none of these.
fn orders(listed: &Listed, said: &str) -> Vec<ChoiceView> {
    let choice = |value: String| ChoiceView { chosen: value == said, title: value.clone(), value };
    let both = |name: &'static str| Direction::ALL.map(|direction| choice(direction.said(name)));
    let mut orders: Vec<_> = listed.listing.fields.iter().flat_map(|field| both(field.name)).collect();
    if !said.is_empty() && orders.iter().all(|order| !order.chosen) {
        orders.push(choice(said.to_owned()));
    }
    orders
}
