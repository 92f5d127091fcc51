//! Forms: the bytes are a body and a query; as lines `name TAB value` they are what a browser would send.

use axum::body::Body;
use axum::extract::{FromRequest as _, Request};
use form_urlencoded::{Serializer, parse};
use futures_util::FutureExt as _;
use http::header;

use crate::server::pages::Form;

/// A form is read as the standard says, or refused because it is not UTF-8; what a browser writes is what is read.
pub fn forms(bytes: &[u8]) {
    reads_as_the_standard_says(bytes, posted(bytes.to_vec()));
    if let Ok(request) = Request::get(format!("/?{}", String::from_utf8_lossy(bytes))).body(Body::empty()) {
        let query = request.uri().query().unwrap_or_default().as_bytes().to_vec();
        reads_as_the_standard_says(&query, read(request));
    }
    if !bytes.is_empty() {
        let request = Request::post("/").header(header::CONTENT_TYPE, "text/plain").body(Body::from(bytes.to_vec()));
        assert!(read(request.expect("a request")).is_none(), "only a form is a form");
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        comes_back(text);
    }
}

fn reads_as_the_standard_says(bytes: &[u8], form: Option<Form>) {
    let fields: Vec<_> = parse(bytes).into_owned().collect();
    let broken = |text: &str| text.contains('\u{fffd}');
    let sound = std::str::from_utf8(bytes).is_ok() && !fields.iter().any(|(name, value)| broken(name) || broken(value));
    assert_eq!(form.is_some(), sound, "what is UTF-8 is read, and nothing else");
    if let Some(form) = form {
        says(&form, &fields);
    }
}

/// Of two fields with one name the last counts; what was not sent is empty.
fn says(form: &Form, fields: &[(String, String)]) {
    for (name, _) in fields {
        let last = fields.iter().rev().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
        assert_eq!(Some(form.get(name)), last);
    }
    if !fields.iter().any(|(name, _)| name == "never sent") {
        assert_eq!(form.get("never sent"), "");
    }
}

fn comes_back(text: &str) {
    let pairs = text.lines().map(|line| line.split_once('\t').unwrap_or((line, "")));
    let fields: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).take(100).collect();
    let body = Serializer::new(String::new()).extend_pairs(&fields).finish();
    match posted(body.into_bytes()) {
        Some(form) => says(&form, &fields),
        None => assert!(text.contains('\u{fffd}'), "what a browser sends is read"),
    }
}

fn posted(body: Vec<u8>) -> Option<Form> {
    let kind = "application/x-www-form-urlencoded";
    read(Request::post("/").header(header::CONTENT_TYPE, kind).body(Body::from(body)).expect("a request"))
}

fn read(request: Request) -> Option<Form> {
    Form::from_request(request, &()).now_or_never().expect("all of the body is there").ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_and_what_is_near_them() {
        crate::disk::each_seed("forms", super::forms);
    }
}
