//! Tokens for an edge: the enrolled of a course get them, for that course, on the way to it and by `/gate/renew/`.
//! `tests/edge` runs the worker that verifies them.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use educa::school::Clock;
use educa::server::{EdgeConfig, EdgeError, EdgeKind, EdgeSigner, SecretText, ServerConfig};
use jiff::Timestamp;
use reqwest::Response;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

use crate::support::{Program, Server, Site, header, location};

/// So that a token is over at the moment of the documented one.
struct TenMinutesBefore;

impl Clock for TenMinutesBefore {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_795_000_000 - 600).expect("a time")
    }
}

fn config(kind: EdgeKind, key: &str) -> EdgeConfig {
    EdgeConfig { kind, key: SecretText(key.to_owned()), lifetime: Duration::from_secs(600) }
}

fn key() -> String {
    "A".repeat(43)
}

async fn with(config: EdgeConfig) -> Server {
    let signer = EdgeSigner::new(config, Arc::new(TenMinutesBefore)).expect("a key");
    let site = Site::smallest()
        .with("content/maths/rings/course.md", "+++\nid = 2\ntitle = \"Rings\"\nowner = \"ada\"\n+++\nRings.\n")
        .with("content/maths/rings/01-first/module.md", "+++\ntitle = \"First\"\n+++\nAbout.\n")
        .with("content/maths/rings/01-first/01-one.md", "+++\ntitle = \"One\"\n+++\nOne.\n");
    Server::with_parts(site, ServerConfig::default(), |app| app.edge = Some(Arc::new(signer))).await
}

/// The documented token, as a cookie.
const COOKIE: &str = "educa-edge=v1.1795000000.iYD0G_iR1XKXEo1BUCV7ZJWb0rrop25YDvzAdHzWquI; HttpOnly; SameSite=Lax; Secure; \
                      Path=/course/sets/; Max-Age=600";

fn cookies(answer: &Response) -> Vec<String> {
    let values = answer.headers().get_all("set-cookie").iter();
    values.map(|value| value.to_str().expect("a text").to_owned()).collect()
}

#[tokio::test]
async fn whoever_goes_to_a_course_gets_its_token() {
    let server = with(config(EdgeKind::Token, &key())).await;
    let sue = server.student("sue").await;
    assert!(cookies(&sue.get("/students/course/1/").await).is_empty(), "not enrolled");
    sue.enroll("1").await;
    for path in ["/students/course/1/", "/students/course/1/2/", "/gate/renew/?next=/course/sets/more/%3Fa=b"] {
        let answer = sue.get(path).await;
        assert_eq!(answer.status(), 302, "{path}");
        assert_eq!(cookies(&answer), [COOKIE], "{path}");
        assert_eq!(header(&answer, "cache-control"), "private, no-store", "{path}");
    }
    assert_eq!(location(&sue.get("/gate/renew/?next=/course/sets/more/%3Fa=b").await), "/course/sets/more/?a=b");
    assert!(cookies(&sue.get("/students/course/2/").await).is_empty());
    sue.post("/students/leave-course/", &[("course", "1")]).await;
    assert!(cookies(&sue.get("/gate/renew/?next=/course/sets/").await).is_empty(), "who left gets no other");
}

#[tokio::test]
async fn whoever_may_not_read_is_told_what_is_missing() {
    let server = with(config(EdgeKind::Token, &key())).await;
    let (nobody, sue) = (server.visitor(), server.student("sue").await);
    sue.enroll("1").await;
    let renew = "/gate/renew/?next=/course/rings/first/";
    let answer = nobody.get(renew).await;
    assert_eq!(location(&answer), "/accounts/login/?next=/gate/renew/%3Fnext%3D/course/rings/first/");
    let refused = sue.get(renew).await;
    assert_eq!((refused.status().as_u16(), cookies(&refused)), (403, vec![]));
    assert!(refused.text().await.expect("a page").contains("Rings"), "with a way to enroll");
    for (next, status) in [
        ("", 400),
        ("?next=", 400),
        ("?next=https://evil.example/course/sets/", 400),
        ("?next=//evil.example/course/sets/", 400),
        ("?next=/\\evil.example/course/sets/", 400),
        ("?next=/course/sets", 404),
        ("?next=/", 404),
        ("?next=/course/none/x/", 404),
        ("?next=/course/sets/../rings/", 404),
        ("?next=/course/sets/%2e%2e/rings/", 404),
        ("?next=/course/sets/%252e%252e/rings/", 404),
        ("?next=/students/courses/", 404),
    ] {
        let answer = sue.get(&format!("/gate/renew/{next}")).await;
        assert_eq!((answer.status().as_u16(), cookies(&answer)), (status, vec![]), "{next}");
    }
    let plain = Server::start().await;
    assert_eq!(plain.visitor().get("/gate/renew/?next=/course/sets/").await.status(), 404, "without an edge");
}

#[tokio::test]
async fn cloudfront_gets_a_policy_for_all_of_the_course() {
    let kind = EdgeKind::CloudFront { key_pair_id: "K2JCJMDEHXQW5F".into(), base_url: "https://school.example".into() };
    let server = with(config(kind, include_str!("cases/edge-rsa.pem"))).await;
    let sue = server.student("sue").await;
    sue.enroll("1").await;
    let cookies = cookies(&sue.get("/students/course/1/").await);
    let value = |name: &str| {
        let cookie = cookies.iter().find_map(|cookie| cookie.strip_prefix(name)?.strip_prefix('='));
        let cookie = cookie.unwrap_or_else(|| panic!("{name}: {cookies:?}"));
        let (value, rest) = cookie.split_once(';').expect("attributes");
        assert_eq!(rest, " HttpOnly; SameSite=Lax; Secure; Path=/course/sets/; Max-Age=600");
        value.to_owned()
    };
    let decoded =
        |text: String| STANDARD.decode(text.replace('-', "+").replace('_', "=").replace('~', "/")).expect("base64");
    let policy = decoded(value("CloudFront-Policy"));
    let json = r#"{"Statement":[{"Resource":"https://school.example/course/sets/*","Condition":{"DateLessThan":{"AWS:EpochTime":1795000000}}}]}"#;
    assert_eq!(std::str::from_utf8(&policy), Ok(json));
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, include_bytes!("cases/edge-rsa.public.der"));
    public.verify(&policy, &decoded(value("CloudFront-Signature"))).expect("signed by that key");
    assert_eq!(value("CloudFront-Key-Pair-Id"), "K2JCJMDEHXQW5F");
    assert_eq!(value("CloudFront-Hash-Algorithm"), "SHA256");
}

#[test]
fn a_key_of_another_kind_is_refused_and_never_shown() {
    let clock = Arc::new(TenMinutesBefore);
    let cloudfront = || EdgeKind::CloudFront { key_pair_id: "K".into(), base_url: "https://e.example".into() };
    let short = config(EdgeKind::Token, "c2hvcnQ");
    assert!(!format!("{short:?}").contains("c2hvcnQ"));
    assert_eq!(EdgeSigner::new(short, clock.clone()).err(), Some(EdgeError::NotAToken));
    assert_eq!(EdgeSigner::new(config(cloudfront(), &key()), clock).err(), Some(EdgeError::NotRsa));
}

#[test]
fn the_command_makes_a_key_that_serves_and_says_nothing_of_it() {
    let site = Site::smallest();
    let program = Program::at(site.root());
    let run = program.run(&["edge", "key"]);
    let made = site.read(".educa/edge.key");
    assert_eq!((run.code, made.trim().len()), (0, 43), "{run:?}");
    assert!(!run.out.contains(made.trim()) && !run.err.contains(made.trim()), "{run:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(site.path(".educa/edge.key")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
    let again = program.run(&["edge", "key"]);
    assert_eq!((again.code, site.read(".educa/edge.key")), (1, made), "{again:?}");
    site.write("educa.toml", "[site]\ntitle = \"T\"\n[edge]\nkind = \"token\"\n");
    assert!(program.serve(&[]).url.starts_with("http://"));
    site.write(".educa/edge.key", "too-short-secret");
    let run = program.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("educa edge key") && !run.err.contains("too-short-secret"), "{}", run.err);
    site.write("educa.toml", "[site]\ntitle = \"T\"\n[edge]\nkind = \"cloudfront\"\n");
    let run = program.run(&["build"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("key_pair_id") && run.err.contains("base_url"), "{}", run.err);
}
