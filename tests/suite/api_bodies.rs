//! Bodies for the API: JSON, forms and multipart, and whatever else a program may send. Never 500, and in bounded memory.

use educa::school::Role;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Server, assert_guarded};

const LOGIN: &str = "/api/auth/login/";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=cut";

async fn post(server: &Server, kind: &str, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let mut request = server.visitor().request(Method::POST, LOGIN);
    if !kind.is_empty() {
        request = request.header("Content-Type", kind);
    }
    said(request.body(body).send().await.expect("an answer")).await
}

async fn said(answer: Response) -> (u16, Value) {
    assert_guarded(&answer);
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

fn part(name: &str, value: &str) -> String {
    format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

#[tokio::test]
async fn json_forms_and_multipart_say_the_same() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let escaped = PASSWORD.replace(' ', "+");
    for (kind, body) in [
        ("application/json", json!({ "username": " ada ", "password": PASSWORD, "more": [1] }).to_string()),
        ("Application/JSON; charset=UTF-8", json!({ "username": "ada", "password": PASSWORD }).to_string()),
        (FORM, format!("username=ada&password={escaped}")),
        (FORM, format!("username=bob&username=ada&password={escaped}&more")),
        (MULTIPART, format!("{}{}--cut--\r\n", part("username", "ada"), part("password", PASSWORD))),
    ] {
        let (status, said) = post(&server, kind, body.clone()).await;
        assert_eq!((status, &said["user"]["username"]), (200, &json!("ada")), "{kind} {body}: {said}");
    }
}

#[tokio::test]
async fn fields_hear_what_is_wrong_with_them() {
    let server = Server::start().await;
    let required = json!(["This field is required."]);
    for (body, username, password) in [
        ("{}", required.clone(), required.clone()),
        (
            r#"{"username":null,"password":""}"#,
            json!(["This field may not be null."]),
            json!(["This field may not be blank."]),
        ),
        (
            r#"{"username":"  ","password":true}"#,
            json!(["This field may not be blank."]),
            json!(["Not a valid string."]),
        ),
        (r#"{"username":[],"password":{"a":"b"}}"#, json!(["Not a valid string."]), json!(["Not a valid string."])),
        (r#"{"username":"a\u0000","password":"x"}"#, json!(["Null characters are not allowed."]), Value::Null),
        (r#"{"username":1e300,"password":"x"}"#, json!(["Not a valid string."]), Value::Null),
    ] {
        let (status, said) = post(&server, "application/json", body).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!((&said["username"], &said["password"]), (&username, &password), "{body}");
    }
    for kind in ["application/json", FORM, MULTIPART, "text/csv", ""] {
        let expected = json!({ "username": required, "password": required });
        assert_eq!(post(&server, kind, "").await, (400, expected), "an empty body has no fields: {kind}");
    }
    let long = json!({ "username": "x".repeat(255), "password": "y".repeat(4_097) }).to_string();
    let expected = json!({
        "username": ["Ensure this field has no more than 254 characters."],
        "password": ["Ensure this field has no more than 4096 characters."],
    });
    assert_eq!(post(&server, "application/json", long).await, (400, expected));
    let file = "--cut\r\nContent-Disposition: form-data; name=\"username\"; filename=\"a\"\r\n\r\nada\r\n";
    let (status, said) = post(&server, MULTIPART, format!("{file}{}--cut--\r\n", part("password", "x"))).await;
    assert_eq!((status, said), (400, json!({ "username": ["Not a valid string."] })));
    // In the order in which they are asked for, whatever the order in the alphabet.
    let answer = server.visitor().request(Method::POST, LOGIN).json(&json!({})).send().await.expect("an answer");
    let text = answer.text().await.expect("a text");
    assert_eq!(text, r#"{"username":["This field is required."],"password":["This field is required."]}"#);
    // A number is its digits.
    let (status, said) = post(&server, "application/json", r#"{"username":7,"password":-1.5}"#).await;
    assert_eq!((status, said["non_field_errors"].is_array()), (400, true));
}

#[tokio::test]
async fn a_body_that_is_no_object_is_said_to_be_what_it_is() {
    let server = Server::start().await;
    for (body, kind) in [
        ("[]", "list"),
        ("[[1],{}]", "list"),
        ("\"a\"", "str"),
        ("5", "int"),
        ("-5", "int"),
        ("1.5", "float"),
        ("true", "bool"),
    ] {
        let expected = json!({ "non_field_errors": [format!("Invalid data. Expected a dictionary, but got {kind}.")] });
        assert_eq!(post(&server, "application/json", body).await, (400, expected), "{body}");
    }
    let expected = json!({ "non_field_errors": ["No data provided"] });
    assert_eq!(post(&server, "application/json", "null").await, (400, expected));
}

#[tokio::test]
async fn what_cannot_be_read_is_400_with_the_reason() {
    let server = Server::start().await;
    let deep = |open: &str| format!("{{\"a\":{}", open.repeat(50_000));
    let utf16: Vec<u8> = "{\"username\":\"ada\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let many = (0..2_000).map(|n| format!("\"{n}\":0")).collect::<Vec<_>>().join(",");
    for body in [
        b"{".to_vec(),
        b"{broken".to_vec(),
        b"{\"username\":\"ada\",}".to_vec(),
        b"{\"username\":\"ada\"} {}".to_vec(),
        b"{\"username\":\"a\",\"username\":\"b\"}".to_vec(),
        b"{\"username\":\"\\ud800\"}".to_vec(),
        b"{\"username\":\"\xff\"}".to_vec(),
        b"{\"more\":\"\xff\"}".to_vec(),
        b"{\"username\":1e999}".to_vec(),
        b"{\"username\":NaN}".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        b" ".to_vec(),
        b"\0".to_vec(),
        utf16,
        deep("[").into_bytes(),
        deep("{\"a\":").into_bytes(),
        "[".repeat(200_000).into_bytes(),
        format!("{{{many}}}").into_bytes(),
    ] {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let (status, said) = post(&server, "application/json", body).await;
        let detail = said["detail"].as_str().unwrap_or_default();
        assert!(status == 400 && detail.starts_with("JSON parse error - ") && detail.len() < 200, "{shown}: {said}");
    }
    let fields = "a&".repeat(1_001);
    for body in ["username=%ff".to_owned(), fields] {
        let (status, said) = post(&server, FORM, body).await;
        assert!(status == 400 && said["detail"].as_str().is_some_and(|said| said.starts_with("Form parse error - ")));
    }
    let (status, _) = post(&server, FORM, &b"username=\xff"[..]).await;
    assert_eq!(status, 400);
    let many: String = (0..1_001).map(|n| part(&n.to_string(), "")).collect();
    for (kind, body) in [
        (MULTIPART, "nothing of the kind".to_owned()),
        (MULTIPART, part("username", "ada")),
        (MULTIPART, "--cut\r\n\r\nno head\r\n--cut--\r\n".to_owned()),
        (MULTIPART, "--cut\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--cut--\r\n".to_owned()),
        (MULTIPART, format!("--cut\r\n{}: x\r\n\r\n", "y".repeat(100_000))),
        (MULTIPART, format!("{many}--cut--\r\n")),
        ("multipart/form-data", part("username", "ada")),
        ("multipart/form-data; boundary=", part("username", "ada")),
    ] {
        let (status, said) = post(&server, kind, body.clone()).await;
        let detail = said["detail"].as_str().unwrap_or_default();
        assert!(status == 400 && detail.starts_with("Multipart form parse error - "), "{:.60}: {said}", body);
    }
}

/// Deep JSON under a name that nobody asks for takes no stack and is no obstacle; it is where a name is asked for.
#[tokio::test]
async fn what_is_deep_is_read_over() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = format!("{{\"username\":\"ada\",\"password\":\"{PASSWORD}\",\"more\":{deep}}}");
    assert_eq!(post(&server, "application/json", body).await.0, 200);
    let body = format!("{{\"username\":{deep},\"password\":\"x\"}}");
    let expected = json!({ "username": ["Not a valid string."] });
    assert_eq!(post(&server, "application/json", body).await, (400, expected));
}

#[tokio::test]
async fn other_types_are_415_and_what_is_too_large_413() {
    let server = Server::start().await;
    for kind in
        ["text/csv", "application/xml", "application/json; charset=latin-1", "application/vnd.api+json", "nothing"]
    {
        let expected = json!({ "detail": format!("Unsupported media type \"{kind}\" in request.") });
        assert_eq!(post(&server, kind, "a,b").await, (415, expected));
    }
    let expected = json!({ "detail": "Unsupported media type \"\" in request." });
    assert_eq!(post(&server, "", "a").await, (415, expected));
    let large = format!("{{\"username\":\"{}\"}}", "x".repeat(300_000));
    assert_eq!(post(&server, "application/json", large).await.0, 413);
}
