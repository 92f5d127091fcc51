//! Queries: addresses of lists, and the parts that several lists read from theirs.

/// How many rows a page of a list shows.
pub const ROWS: usize = 50;

/// An address with a query of those fields that are not empty.
pub fn address(path: &str, fields: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// What is searched for: no more than any name has.
pub fn search(text: &str) -> String {
    text.trim().chars().take(200).collect()
}
