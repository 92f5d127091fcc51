//! Row R22: how often the API may be called: by scope, in bursts and in the long run.

use educa::school::Role;
use educa::server::{ApiConfig, ForwardedHeaders, Scope, ServerConfig};
use jiff::SignedDuration;
use reqwest::{Method, Response};

use crate::support::{PASSWORD, Server, Site, Visitor, header};

fn limited(rates: &[(Scope, &str)]) -> ServerConfig {
    let mut api = ApiConfig::default();
    for (scope, text) in rates {
        api.throttle[scope.at()] = text.parse().expect("rates");
    }
    let trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    ServerConfig { api, trusted_proxies, forwarded_headers: ForwardedHeaders::XForwarded, ..ServerConfig::default() }
}

async fn from(visitor: &Visitor<'_>, address: &str, path: &str) -> Response {
    visitor.request(Method::GET, path).header("X-Forwarded-For", address).send().await.expect("an answer")
}

async fn statuses(visitor: &Visitor<'_>, address: &str, n: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..n {
        statuses.push(from(visitor, address, "/api/subjects/").await.status().as_u16());
    }
    statuses
}

#[tokio::test]
async fn strangers_are_counted_by_network_and_hear_when_to_come_back() {
    let server = Server::with(Site::smallest(), limited(&[(Scope::Anon, "1/minute")])).await;
    let visitor = server.visitor();
    let first = from(&visitor, "203.0.113.9", "/api/subjects/").await;
    assert_eq!(header(&first, "ratelimit-policy"), "\"anon\";q=1;w=60");
    assert_eq!(
        (header(&first, "ratelimit"), header(&first, "retry-after")),
        ("\"anon\";r=0;t=60".into(), String::new())
    );
    let second = from(&visitor, "203.0.113.9", "/api/courses/").await;
    assert_eq!((second.status().as_u16(), header(&second, "retry-after")), (429, "60".into()));
    assert_eq!(header(&second, "ratelimit"), "\"anon\";r=0;t=60");
    assert_eq!(
        (header(&second, "vary"), header(&second, "allow")),
        ("Accept, Cookie".into(), "GET, HEAD, OPTIONS".into())
    );
    let words = "{\"detail\":\"Request was throttled. Expected available in 60 seconds.\"}";
    assert_eq!(second.text().await.expect("a text"), words);
    assert_eq!(statuses(&visitor, "203.0.113.10", 1).await, [200], "another network");
    // A customer has a /64 of IPv6, and what stands left of a trusted proxy's word is anybody's.
    assert_eq!(statuses(&visitor, "2001:db8:1:2::1", 1).await, [200]);
    assert_eq!(statuses(&visitor, "2001:db8:1:2:ffff::9", 1).await, [429]);
    assert_eq!(statuses(&visitor, "198.51.100.1, 203.0.113.9", 1).await, [429]);
    server.later(SignedDuration::from_secs(59));
    assert_eq!(
        header(&from(&visitor, "203.0.113.9", "/api/").await, "retry-after"),
        "1",
        "what was refused cost nothing"
    );
    server.later(SignedDuration::from_secs(1));
    assert_eq!(statuses(&visitor, "203.0.113.9", 2).await, [200, 429]);
}

#[tokio::test]
async fn bursts_and_the_long_run_are_taken_from_together() {
    let server = Server::with(Site::smallest(), limited(&[(Scope::Anon, "2/minute, 3/hour")])).await;
    let visitor = server.visitor();
    let first = from(&visitor, "203.0.113.9", "/api/").await;
    assert_eq!(header(&first, "ratelimit-policy"), "\"anon\";q=2;w=60, \"anon-hour\";q=3;w=3600");
    assert_eq!(header(&first, "ratelimit"), "\"anon\";r=1;t=30, \"anon-hour\";r=2;t=1200");
    assert_eq!(statuses(&visitor, "203.0.113.9", 2).await, [200, 429]);
    server.later(SignedDuration::from_mins(1));
    assert_eq!(statuses(&visitor, "203.0.113.9", 2).await, [200, 429]);
    let refused = from(&visitor, "203.0.113.9", "/api/").await;
    assert_eq!(
        (header(&refused, "retry-after"), header(&refused, "ratelimit")),
        ("1140".into(), "\"anon\";r=1;t=30, \"anon-hour\";r=0;t=3540".into())
    );
}

#[tokio::test]
async fn accounts_have_their_own_wherever_they_call_from() {
    let server = Server::with(Site::smallest(), limited(&[(Scope::Anon, "1/day"), (Scope::User, "2/day")])).await;
    let (ada, bob) = (server.student("ada").await, server.student("bob").await);
    let mut found = Vec::new();
    for (visitor, address) in
        [(&ada, "203.0.113.1"), (&ada, "203.0.113.2"), (&ada, "203.0.113.3"), (&bob, "203.0.113.1")]
    {
        let answer = from(visitor, address, "/api/subjects/").await;
        found.push((answer.status().as_u16(), header(&answer, "ratelimit-policy")));
    }
    let policy = "\"user\";q=2;w=86400".to_owned();
    assert_eq!(found, [200, 200, 429, 200].map(|status| (status, policy.clone())));
    assert_eq!(statuses(&server.visitor(), "203.0.113.1", 2).await, [200, 429], "who is not known is somebody else");
}

/// Negotiation, authentication and permission come before it, method and object after.
#[tokio::test]
async fn enrolling_is_counted_in_its_place() {
    let server = Server::with(
        Site::smallest(),
        limited(&[(Scope::Anon, "1/day"), (Scope::User, "off"), (Scope::Enroll, "2/hour")]),
    )
    .await;
    server.account("ada", Role::Student).await;
    let visitor = server.visitor();
    let enroll = async |method: Method, path: &str, password: Option<&str>, accept: &str| {
        let request = visitor.request(method, path).header("Accept", accept);
        let request = if password.is_some() { request.basic_auth("ada", password) } else { request };
        request.send().await.expect("an answer")
    };
    let path = "/api/courses/1/enroll/";
    for _ in 0..3 {
        assert_eq!(enroll(Method::POST, path, Some(PASSWORD), "text/csv").await.status(), 406);
        assert_eq!(enroll(Method::POST, path, Some("wrong"), "*/*").await.status(), 401);
        assert_eq!(enroll(Method::POST, path, None, "*/*").await.status(), 401, "no permission, nothing counted");
    }
    let first = enroll(Method::POST, "/api/courses/9/enroll/", Some(PASSWORD), "*/*").await;
    assert_eq!((first.status().as_u16(), header(&first, "ratelimit")), (404, "\"enroll\";r=1;t=1800".into()));
    assert_eq!(enroll(Method::GET, path, Some(PASSWORD), "*/*").await.status(), 405);
    let third = enroll(Method::GET, path, Some(PASSWORD), "*/*").await;
    assert_eq!((third.status().as_u16(), header(&third, "retry-after")), (429, "1800".into()), "before the method");
    assert_eq!(header(&third, "allow"), "POST, DELETE, OPTIONS");
    assert_eq!(from(&visitor, "203.0.113.9", "/api/").await.status(), 200, "other calls go on");
}

#[tokio::test]
async fn what_is_off_counts_nothing_and_unsaid_limits_are_wide() {
    let off = Scope::ALL.map(|scope| (scope, "off"));
    let server = Server::with(Site::smallest(), limited(&off)).await;
    let answer = server.visitor().get("/api/").await;
    assert_eq!((header(&answer, "ratelimit"), header(&answer, "ratelimit-policy")), (String::new(), String::new()));
    let server = Server::start().await;
    let visitor = server.visitor();
    let found = statuses(&visitor, "", 300).await;
    assert!(found.iter().all(|status| *status == 200), "a program that reads everything meets no limit");
}

/// Many at once get no more than one after the other.
#[tokio::test]
async fn no_call_slips_through_beside_others() {
    let server = Server::with(Site::smallest(), limited(&[(Scope::Anon, "5/day")])).await;
    let visitor = server.visitor();
    let calls = (0..20).map(|_| async { from(&visitor, "203.0.113.9", "/api/").await.status().as_u16() });
    let found = futures_util::future::join_all(calls).await;
    assert_eq!(found.iter().filter(|status| **status == 200).count(), 5, "{found:?}");
}
