//! What operators watch: probes, figures, the log.

use std::time::Duration;

use educa::server::{self, ServerConfig};
use reqwest::Method;
use serde_json::Value;

use crate::support::{PASSWORD, Program, Raw, Server, Site, answers, header};

#[tokio::test]
async fn probes_come_by_any_name_and_are_never_kept() {
    let server = Server::start().await;
    for (path, word) in [("/health/live", "live\n"), ("/health/ready", "ready\n")] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: 10.1.2.3:99\r\nConnection: close\r\n\r\n");
        let answer = answers(server.address, request).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with(&format!("\r\n\r\n{word}")), "{answer}");
        assert!(answer.contains("cache-control: no-store") && answer.contains("content-type: text/plain"), "{answer}");
        let post = server.visitor().request(Method::POST, path).send().await.expect("an answer");
        assert_eq!(post.status(), 405, "{path}");
    }
    let foreign = "GET / HTTP/1.1\r\nHost: 10.1.2.3:99\r\nConnection: close\r\n\r\n";
    assert!(answers(server.address, foreign).await.starts_with("HTTP/1.1 400"), "all else needs a name of ours");
    let near = "GET /health/ready/ HTTP/1.1\r\nHost: 10.1.2.3:99\r\nConnection: close\r\n\r\n";
    assert!(answers(server.address, near).await.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn a_school_without_a_build_lives_and_is_not_ready() {
    let site = Site::smallest();
    site.write("content/maths/sets/course.md", "+++\ntitle = \n+++\n");
    let dev = Program::at(site.root()).dev(&[]);
    let address = dev.url.trim_start_matches("http://").parse().expect("an address");
    let ask = |path: &str| answers(address, format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    assert!(ask("/health/live").await.starts_with("HTTP/1.1 200"));
    let answer = ask("/health/ready").await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.ends_with("nothing is built\n"), "{answer}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_server_that_was_told_to_stop_says_so_before_it_closes_its_port() {
    let site = Site::smallest();
    site.write("educa.toml", "[site]\ntitle = \"Test school\"\n[server]\ndrain_seconds = 2\n");
    let server = Program::at(site.root()).serve(&[]);
    let address = server.url.trim_start_matches("http://").parse().expect("an address");
    let probe = format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    assert!(answers(address, &probe).await.starts_with("HTTP/1.1 200"));
    let id = server.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    let deadline = tokio::time::Instant::now() + Duration::from_secs(1);
    let mut answer = String::new();
    while !answer.starts_with("HTTP/1.1 503") && tokio::time::Instant::now() < deadline {
        answer = answers(address, &probe).await;
    }
    assert!(answer.ends_with("stopping\n"), "{answer}");
    let page = format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    assert!(answers(address, &page).await.starts_with("HTTP/1.1 200"), "who still comes is served");
    let code = tokio::task::spawn_blocking(|| server.wait()).await.expect("waited");
    assert_eq!(code, Some(0));
}

/// A large file that a slow reader is in the middle of when the server is told to stop.
#[cfg(unix)]
#[tokio::test]
async fn a_stopped_server_finishes_an_answer_that_it_began() {
    let film = vec![b'f'; 24 * 1024 * 1024];
    let site = Site::smallest().with("content/maths/sets/01-basics/02-film.mp4", &film).with(
        "content/maths/sets/01-basics/module.md",
        "+++\ntitle = \"Basics\"\npreview = true\n+++\nThe beginning.\n",
    );
    let server = Program::at(site.root()).serve(&[]);
    let path = crate::support::tree(&site.path("public")).into_keys().find(|path| path.ends_with(".mp4"));
    let path = path.expect("a film");
    let address = server.url.trim_start_matches("http://").parse().expect("an address");
    let mut raw = Raw::to(address).await;
    raw.send(format!("GET /{path} HTTP/1.1\r\nHost: {address}\r\n\r\n")).await;
    raw.until("ffff").await;
    let id = server.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let answer = raw.until_closed().await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(body.len(), film.len(), "all of it came");
    let code = tokio::task::spawn_blocking(|| server.wait()).await.expect("waited");
    assert_eq!(code, Some(0));
}

#[tokio::test]
async fn figures_are_of_routes_and_never_of_what_was_asked_for() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    for path in
        ["/course/sets/", "/nothing-1/", "/nothing-2/", "/students/course/1/", "/students/course/2/", "/api/nowhere/"]
    {
        ada.get(path).await;
    }
    let odd = reqwest::Method::from_bytes(b"ODDITY").expect("a method");
    ada.request(odd, "/course/sets/").send().await.expect("an answer");
    answers(server.address, "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").await;
    let text = scrape(&server).await;
    for line in [
        "educa_requests_total{route=\"file\",method=\"GET\",status=\"200\"} 1",
        "educa_requests_total{route=\"file\",method=\"GET\",status=\"404\"} 2",
        "educa_requests_total{route=\"file\",method=\"other\",status=\"405\"} 1",
        "educa_requests_total{route=\"/students/course/{id}/\",method=\"GET\",status=\"302\"} 1",
        "educa_requests_total{route=\"/students/course/{id}/\",method=\"GET\",status=\"404\"} 1",
        "educa_requests_total{route=\"/accounts/login/\",method=\"POST\",status=\"302\"} 1",
        "educa_requests_total{route=\"none\",method=\"GET\",status=\"400\"} 1",
        "educa_request_duration_seconds_count{route=\"/accounts/login/\"} 1",
        "educa_requests_in_flight 0",
        // An account, the secret of the school, a session, an enrollment.
        "educa_store_writes_total 4",
        "educa_store_flushes_total 4",
        "educa_build_info{version=\"0.1.0\"} 1",
        "# EOF",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    for secret in ["nothing-1", "ODDITY", "evil.example", "ada", "127.0.0.1"] {
        assert!(!text.contains(secret), "{secret}\n{text}");
    }
    let published = text.lines().find_map(|line| line.strip_prefix("educa_publication_time_seconds "));
    assert!(published.and_then(|seconds| seconds.parse::<u64>().ok()).is_some_and(|at| at > 1_700_000_000), "{text}");
    let connections = text.lines().find_map(|line| line.strip_prefix("educa_connections ")).expect("a figure");
    assert!(connections.parse::<u32>().is_ok_and(|n| n >= 1), "{text}");
    assert_eq!(server.visitor().get("/metrics").await.status(), 404, "visitors see none of it");
}

/// The figures of a server, by the port that is for them.
async fn scrape(server: &Server) -> String {
    let listener = server::bind(([127, 0, 0, 1], 0).into()).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let task = tokio::spawn(server::serve_metrics(listener, server.app.clone(), std::future::pending()));
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let answer = client.get(format!("http://{address}/metrics")).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert!(header(&answer, "content-type").starts_with("application/openmetrics-text; version=1.0.0"));
    let text = answer.text().await.expect("a text");
    task.abort();
    text
}

#[tokio::test]
async fn each_request_is_a_line_of_json_if_the_operator_wants_it() {
    let site = Site::smallest();
    let settings = "log = \"json\"\nlog_requests = true\nlog_clients = true\nmetrics = \"127.0.0.1:0\"\n";
    let settings = format!("[site]\ntitle = \"T\"\n[server]\ntrusted_proxies = [\"127.0.0.1\"]\n{settings}");
    site.write("educa.toml", settings);
    let server = Program::at(site.root()).serve(&[]);
    let address = server.url.trim_start_matches("http://").parse().expect("an address");
    let form = format!("username=ada&password={}", PASSWORD.replace(' ', "+"));
    let request = format!(
        "POST /accounts/login/?next=/hidden-query HTTP/1.1\r\nHost: {address}\r\nX-Forwarded-For: 1.2.3.4, 203.0.113.9\r\n\
         X-Request-Id: front-17\r\nCookie: sessionid=hidden-cookie\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{form}",
        form.len()
    );
    answers(address, request).await;
    let said = until(&server, "educa::requests").await;
    let line = said.lines().find(|line| line.contains("educa::requests")).expect("a line");
    let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    assert_eq!((&line["level"], &line["target"]), (&"INFO".into(), &"educa::requests".into()));
    assert_eq!((&line["status"], &line["client"]), (&200.into(), &"203.0.113.9".into()));
    assert!(line["milliseconds"].as_f64().is_some_and(|time| time > 0.0), "{line}");
    let span = &line["span"];
    assert_eq!(
        (&span["id"], &span["method"], &span["path"]),
        (&"front-17".into(), &"POST".into(), &"/accounts/login/".into())
    );
    for secret in ["hidden-query", "hidden-cookie", "correct", "1.2.3.4"] {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
    let line = said.lines().find(|line| line.contains("/metrics")).expect("it says where its figures are");
    let url = line.split("http://").nth(1).expect("an address").split('"').next().expect("an end");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let text = client.get(format!("http://{url}")).send().await.expect("an answer").text().await.expect("a text");
    assert!(text.contains("educa_requests_total{route=\"/accounts/login/\""), "{text}");
}

/// Whoever has the address of a letter's link can do what it is for.
#[tokio::test]
async fn links_of_letters_and_queries_stay_out_of_the_log() {
    let site = Site::smallest();
    site.write("educa.toml", "[site]\ntitle = \"T\"\n[server]\nlog_requests = true\n");
    let server = Program::at(site.root()).serve(&[]);
    let address = server.url.trim_start_matches("http://").parse().expect("an address");
    let token = "5ec2e7".repeat(10) + "beef";
    let mut n_requests = 0;
    for path in ["/accounts/reset/", "/accounts/confirm/", "/students/invitation/"] {
        for asked in
            [format!("{path}{token}/"), format!("{path}{token}"), format!("/accounts/login/?next={path}{token}/")]
        {
            for method in ["GET", "POST"] {
                let origin = format!("Origin: http://{address}\r\nReferer: http://{address}{path}{token}/\r\n");
                answers(
                    address,
                    format!("{method} {asked} HTTP/1.1\r\nHost: {address}\r\n{origin}Content-Length: 0\r\nConnection: close\r\n\r\n"),
                )
                .await;
                n_requests += 1;
            }
        }
    }
    answers(address, format!("GET /last/ HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")).await;
    let said = until(&server, "path=/last/").await;
    assert_eq!(said.matches("educa::requests").count(), n_requests + 1, "{said}");
    assert!(said.contains("path=/accounts/reset/…") && said.contains("path=/students/invitation/…"), "{said}");
    assert!(!said.contains(&token), "{said}");
}

async fn until(server: &crate::support::Running, text: &str) -> String {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(5);
    loop {
        let said = server.said();
        if said.contains(text) {
            return said;
        }
        assert!(tokio::time::Instant::now() < deadline, "{said}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn the_log_says_nothing_of_requests_unless_asked() {
    let config = ServerConfig::default();
    assert!(!config.log_requests && !config.log_clients && config.metrics.is_none());
}
