//! What a stranger can send: no request answers 5xx because of what it contains, and nobody can hold the server up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use educa::school::{Credentials, Role};
use educa::server::ServerConfig;
use reqwest::{Client, Method};

use crate::support::{PASSWORD, Raw, Server, Site, answers, assert_guarded, header, location};

const SHORT: Duration = Duration::from_millis(300);

fn impatient() -> ServerConfig {
    ServerConfig { head_timeout: SHORT, ..ServerConfig::default() }
}

#[tokio::test]
async fn forms_of_every_bad_kind_are_refused_with_words() {
    let server = Server::start().await;
    let visitor = server.visitor();
    let many: String = (0..20_000).map(|n| format!("f{n}=&")).collect();
    let large = format!("username={}", "a".repeat(300 * 1024));
    let form = "application/x-www-form-urlencoded";
    for (kind, body, status) in [
        ("text/plain", "username=a", 415),
        ("multipart/form-data; boundary=x", "--x--", 415),
        ("application/json", "{}", 415),
        ("not a type", "username=a", 415),
        (form, "username=%ff&password=x", 400),
        (form, "username=%", 200),
        (form, "%ff=x", 400),
        (form, "=&=&&&=", 200),
        (form, "username=a%00b&password=%00", 200),
        (form, &many, 200),
        (form, &large, 413),
        ("application/x-www-form-urlencoded; charset=utf-8", "username=a&password=b", 200),
        ("text/plain", "", 200),
    ] {
        let request = visitor.request(Method::POST, "/accounts/login/").header("Content-Type", kind);
        let answer = request.body(body.to_owned()).send().await.expect("an answer");
        let what = format!("{kind}: {}", &body[..body.len().min(40)]);
        assert_eq!(answer.status(), status, "{what}");
        assert_guarded(&answer);
        assert!(answer.text().await.expect("a page").contains("<h1"), "{what}");
    }
    let bytes = visitor.request(Method::POST, "/accounts/login/").header("Content-Type", form).body(b"a=\xff".to_vec());
    assert_eq!(bytes.send().await.expect("an answer").status(), 400);
}

#[tokio::test]
async fn a_body_that_grows_too_large_is_cut_off_without_a_length_too() {
    let server = Server::start().await;
    let mut raw = Raw::to(server.address).await;
    raw.send(format!(
        "POST /accounts/login/ HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Transfer-Encoding: chunked\r\n\r\n",
        server.address
    ))
    .await;
    for _ in 0..40 {
        raw.send(format!("2000\r\n{}\r\n", "a".repeat(0x2000))).await;
    }
    let answer = raw.until("</html>").await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("x-frame-options: DENY"), "{answer}");
}

/// The similarity check once made a matrix of two gigabytes of this.
#[tokio::test]
async fn an_over_long_name_costs_nothing() {
    let server = Server::start().await;
    let (name, password) = ("a1.b2".repeat(40_000), "x7!q".repeat(250));
    let began = std::time::Instant::now();
    let form = [("username", name.as_str()), ("password1", password.as_str()), ("password2", password.as_str())];
    let page = server.visitor().post("/students/register/", &form).await.text().await.expect("a page");
    assert!(page.contains("at most 150 characters (it has 200000)"));
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    let form = [("username", "\u{fdfa}".repeat(60_000)), ("password", password)];
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(server.visitor().post("/accounts/login/", &form).await.status(), 413, "three escapes a byte");
}

#[tokio::test]
async fn every_refusal_is_guarded() {
    let server = Server::start().await;
    let (visitor, ada) = (server.visitor(), server.student("ada").await);
    let get = |path| visitor.request(Method::GET, path);
    let post = |path| visitor.request(Method::POST, path);
    for (request, status) in [
        (get("/"), 200),
        (get("/course/sets"), 301),
        (post("/course/sets"), 308),
        (get("/students/courses/"), 302),
        (get("/nothing/"), 404),
        (get("/%ff/"), 404),
        (get("/students/course/%ff/"), 400),
        (ada.request(Method::GET, "/course/sets/basics/"), 403),
        (post("/"), 405),
        (get("/students/leave-course/"), 405),
        (visitor.request(Method::TRACE, "/"), 405),
        (get("/").header("Host", "evil.example"), 400),
        (get("/accounts/login/?next=%ff"), 400),
        (post("/accounts/login/").header("Sec-Fetch-Site", "cross-site"), 403),
        (get("/api/courses/9/"), 404),
        (get("/api/").header("Accept", "a/b"), 406),
        (post("/api/courses/1/enroll/"), 401),
        (get("/api/").header("Host", "evil.example"), 400),
        (visitor.request(Method::TRACE, "/api/"), 405),
        (post("/api/").body("a".repeat(300 * 1024)), 413),
    ] {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{}", answer.url());
        assert_guarded(&answer);
        assert_eq!(header(&answer, "referrer-policy"), "strict-origin-when-cross-origin");
        if answer.status() == 405 {
            assert_ne!(header(&answer, "allow"), "", "{}", answer.url());
        }
        let json = answer.url().path().starts_with("/api/");
        let kind = header(&answer, "content-type");
        assert!(status < 400 || kind.starts_with(if json { "application/json" } else { "text/html" }), "{kind}");
    }
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    let own = format!("http://{}", server.address);
    for (name, value, status) in [
        ("Sec-Fetch-Site", "cross-site", 403),
        ("Sec-Fetch-Site", "same-site", 403),
        ("Sec-Fetch-Site", "other", 403),
        ("Origin", "http://evil.example", 403),
        ("Origin", "null", 403),
        ("Sec-Fetch-Site", "same-origin", 302),
        ("Sec-Fetch-Site", "none", 302),
        ("Origin", own.as_str(), 302),
        ("X-Nothing", "of the kind", 302),
    ] {
        for path in ["/students/enroll-course/", "/students/leave-course/", "/accounts/logout/"] {
            if path == "/accounts/logout/" && status == 302 {
                continue;
            }
            let request = ada.request(Method::POST, path).header(name, value).form(&[("course", "1")]);
            assert_eq!(request.send().await.expect("an answer").status(), status, "{path} {name}: {value}");
        }
    }
    assert_eq!(ada.get("/students/courses/").await.status(), 200, "no foreign form signed anybody out");
    let request = ada.request(Method::GET, "/students/courses/").header("Sec-Fetch-Site", "cross-site");
    assert_eq!(request.send().await.expect("an answer").status(), 200, "a link from elsewhere leads in");
}

#[tokio::test]
async fn a_request_is_named_by_us_or_by_one_short_plain_name() {
    let server = Server::start().await;
    let visitor = server.visitor();
    let named = async |id: &str| {
        let request = visitor.request(Method::GET, "/").header("X-Request-Id", id);
        header(&request.send().await.expect("an answer"), "x-request-id")
    };
    assert_eq!(named("4bf92f-a.b_c").await, "4bf92f-a.b_c");
    for id in ["", "a b", "a\tb", "<script>", &"a".repeat(65), "a\u{fc}"] {
        let own = named(id).await;
        assert!(own.len() == 36 && own != id, "{id:?} became {own:?}");
    }
    assert_eq!(header(&visitor.get("/").await, "x-request-id").len(), 36);
    let two = format!(
        "GET / HTTP/1.1\r\nHost: {}\r\nX-Request-Id: one-1\r\nX-Request-Id: two-2\r\nConnection: close\r\n\r\n",
        server.address
    );
    let answer = answers(server.address, two).await;
    assert!(!answer.contains("one-1") && !answer.contains("two-2"), "{answer}");
}

/// HTTP/2 with prior knowledge, on the same port.
#[tokio::test]
async fn http2_works() {
    let server = Server::start().await;
    server.account("ada", Role::Student).await;
    let client = Client::builder()
        .http2_prior_knowledge()
        .no_proxy()
        .cookie_store(true)
        .redirect(reqwest::redirect::Policy::none());
    let client = client.build().expect("a client");
    let all = (0..40).map(|_| client.get(server.url("/")).send());
    for answer in futures_all(all).await {
        let answer = answer.expect("an answer");
        assert_eq!((answer.status().as_u16(), answer.version()), (200, reqwest::Version::HTTP_2));
        assert_guarded(&answer);
    }
    let form = [("username", "ada"), ("password", PASSWORD)];
    let answer = client.post(server.url("/accounts/login/")).form(&form).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, "/students/courses/"));
    let answer = client.get(server.url("/students/courses/")).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    for path in ["/", "/nothing/", "/api/", "/accounts/login/"] {
        let answer = client.head(server.url(path)).send().await.expect("an answer");
        assert_ne!(header(&answer, "content-length"), "", "{path}");
        assert!(answer.bytes().await.expect("nothing").is_empty(), "{path}");
    }
    let foreign = client.get(server.url("/")).header("Host", "evil.example").send().await.expect("an answer");
    assert_eq!(foreign.status(), 400, "two names that differ");
}

/// All of them at once.
async fn futures_all<F: Future + Send + 'static>(all: impl Iterator<Item = F>) -> Vec<F::Output>
where
    F::Output: Send + 'static,
{
    all.collect::<tokio::task::JoinSet<_>>().join_all().await
}

/// A storm of sign-ins neither starves readers nor grows a queue without end.
#[tokio::test]
async fn readers_do_not_wait_for_a_storm_of_sign_ins() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    // More than may wait, and each comes again at once: the queue stays full for as long as the storm lasts.
    let mut storm = tokio::task::JoinSet::new();
    let count = Arc::new(AtomicU32::new(0));
    for _ in 0..300 {
        let (school, count) = (server.school.clone(), count.clone());
        storm.spawn(async move {
            loop {
                let login = format!("nobody{}", count.fetch_add(1, Ordering::Relaxed));
                let credentials = Credentials { login: &login, password: PASSWORD, devices: &[], address: None };
                let _ = school.prove(credentials).await;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
    }
    let refusal = async {
        loop {
            let began = std::time::Instant::now();
            let answer =
                server.visitor().post("/accounts/login/", &[("username", "ada"), ("password", PASSWORD)]).await;
            if answer.status() != 302 {
                return (answer, began.elapsed());
            }
        }
    };
    let (refusal, took) = tokio::time::timeout(Duration::from_secs(20), refusal).await.expect("not all can wait");
    assert_eq!((refusal.status().as_u16(), header(&refusal, "retry-after")), (503, "5".to_owned()));
    assert_guarded(&refusal);
    assert!(took >= Duration::from_millis(500), "who asks again at once is held up: {took:?}");
    let reading = async {
        for path in ["/", "/course/sets/basics/", "/students/courses/", "/api/courses/"] {
            ada.read(path).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reading).await.expect("who reads does not wait for who signs in");
    let basic = server.visitor().request(Method::POST, "/api/courses/1/enroll/").basic_auth("ada", Some(PASSWORD));
    let answer =
        tokio::time::timeout(Duration::from_secs(20), basic.send()).await.expect("in time").expect("an answer");
    assert!([200, 503].contains(&answer.status().as_u16()), "{}", answer.status());
}

/// Connections beyond the limit wait, and are served when there is room.
#[tokio::test]
async fn a_connection_too_many_waits() {
    let config = ServerConfig { max_connections: 2, ..ServerConfig::default() };
    let server = Server::with(Site::smallest(), config).await;
    let get = format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    let (mut first, mut second) = (Raw::to(server.address).await, Raw::to(server.address).await);
    for raw in [&mut first, &mut second] {
        raw.send(&get).await;
        raw.until("</html>").await;
    }
    let mut third = Raw::to(server.address).await;
    third.send(&get).await;
    assert!(third.is_silent(SHORT).await, "there is no place");
    drop(first);
    assert!(third.until("</html>").await.starts_with("HTTP/1.1 200 OK"));
}

/// Somebody who opens all the connections there are keeps nobody else out, for as long as they hold them.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn one_address_does_not_take_all_places() {
    let server = Server::with(Site::smallest(), ServerConfig { max_connections: 32, ..ServerConfig::default() }).await;
    let mut held = Vec::new();
    for _ in 0..100 {
        held.push(Raw::from([127, 0, 0, 66], server.address).await);
    }
    let get = format!("GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address);
    for _ in 0..20 {
        let mut reader = Raw::from([127, 0, 0, 7], server.address).await;
        reader.send(&get).await;
        assert!(reader.until_closed().await.starts_with("HTTP/1.1 200 OK"));
    }
    let mut refused = 0;
    for raw in &mut held {
        refused += usize::from(!raw.is_silent(Duration::from_millis(20)).await);
    }
    assert_eq!(refused, 100 - 24, "who has three quarters of all places hears at once that there are no more");
}

#[tokio::test]
async fn who_says_nothing_or_not_enough_is_shown_out() {
    let server = Server::with(Site::smallest(), impatient()).await;
    let host = format!("Host: {}\r\n", server.address);
    let half = format!("GET / HTTP/1.1\r\n{host}Accept: a");
    let beginnings =
        ["", "G", "PR", "GET / HTTP/1.1\r\n", &half, "PRI", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"].map(str::to_owned);
    let address = server.address;
    let told = beginnings.clone().map(|beginning| tokio::spawn(answers(address, beginning)));
    for (beginning, answer) in beginnings.into_iter().zip(told) {
        let answer = answer.await.expect("it ends");
        assert!(!answer.contains("HTTP/1.1 2"), "{beginning:?}: {answer}");
    }
    // One byte at a time is no way around it.
    let mut raw = Raw::to(server.address).await;
    for byte in format!("GET / HTTP/1.1\r\n{host}X: {}", "a".repeat(30)).bytes() {
        raw.send([byte]).await;
        tokio::time::sleep(SHORT / 20).await;
    }
    assert!(!raw.until_closed().await.contains("HTTP/1.1 2"));
    // Nor is a connection that was good once.
    let answer = answers(server.address, format!("GET / HTTP/1.1\r\n{host}\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let server = Server::with(Site::smallest(), impatient()).await;
    let head = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 50\r\n";
    let answer = answers(
        server.address,
        format!("POST /accounts/login/ HTTP/1.1\r\nHost: {}\r\n{head}\r\nuser", server.address),
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("x-frame-options: DENY"), "{answer}");
}

/// A reader who takes nothing must not keep a connection for ever.
#[tokio::test]
async fn who_does_not_read_is_cut_off() {
    let film = vec![7; 24 * 1024 * 1024];
    let site = Site::smallest()
        .with("content/maths/sets/03-look/module.md", "+++\ntitle = \"Look\"\npreview = true\n+++\nOpen.\n")
        .with("content/maths/sets/03-look/01-film.mp4", &film);
    let server = Server::with(site, ServerConfig { write_timeout: SHORT, ..ServerConfig::default() }).await;
    let files = crate::support::tree(&server.site.path("public"));
    let path = files.keys().find(|file| file.ends_with(".mp4")).expect("a film");
    let mut raw = Raw::to(server.address).await;
    raw.send(format!("GET /{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address)).await;
    raw.until("HTTP/1.1 200 OK").await;
    tokio::time::sleep(SHORT * 4).await;
    let got = raw.until_closed().await;
    assert!(got.len() < film.len(), "everything came after all");
}
