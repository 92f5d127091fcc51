//! Running the server: new builds land in it (K13, E1), it stops in order, and it says clearly why it cannot start.

use std::time::Duration;

use reqwest::{Client, redirect};
use tokio::net::TcpListener;

use crate::support::{PASSWORD, Program, Raw, Server, Site, Visitor, header, location};

/// Asks until the answer is as wished; panics if it does not become so in good time.
async fn soon(visitor: &Visitor<'_>, path: &str, wished: impl Fn(u16, &str) -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    loop {
        let answer = visitor.get(path).await;
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a text");
        if wished(status, &text) {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "{path}: {status} {text}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_new_build_is_served_without_a_restart() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    let tag = header(&ada.get("/course/sets/basics/").await, "etag");
    server.site.write("content/maths/sets/01-basics/01-union.md", "+++\ntitle = \"Union\"\n+++\nAll new words.\n");
    server.site.write("content/maths/sets/03-last/module.md", "+++\ntitle = \"Last\"\n+++\nThe end.\n");
    server.site.build();
    soon(&ada, "/course/sets/basics/", |status, text| status == 200 && text.contains("All new words.")).await;
    soon(&ada, "/course/sets/last/", |status, _| status == 200).await;
    soon(&ada, "/students/course/1/3/", |status, _| status == 302).await;
    soon(&ada, "/api/courses/1/", |_, text| text.contains("\"title\":\"Last\"")).await;
    soon(&server.visitor(), "/course/sets/", |_, text| text.contains("Last")).await;
    assert_eq!(server.visitor().get("/course/sets/last/").await.status(), 302, "what is new is gated too");
    let request = ada.request(reqwest::Method::GET, "/course/sets/basics/").header("If-None-Match", &tag);
    assert_eq!(request.send().await.expect("an answer").status(), 200, "an old copy is outdated");
    server.site.remove("content/maths/sets/03-last");
    server.site.build();
    soon(&ada, "/course/sets/last/", |status, _| status == 404).await;
}

#[tokio::test]
async fn a_seat_survives_a_renamed_and_moved_course() {
    let server = Server::start().await;
    let (ada, bob) = (server.student("ada").await, server.student("bob").await);
    ada.enroll("1").await;
    server.site.write("content/arts/subject.md", "+++\nid = 2\ntitle = \"Arts\"\n+++\nAll of them.\n");
    server.site.rename("content/maths/sets", "content/arts/collections");
    server.site.build();
    soon(&ada, "/course/collections/basics/", |status, text| status == 200 && text.contains("The secret of unions."))
        .await;
    assert_eq!(location(&ada.get("/students/course/1/").await), "/course/collections/basics/");
    assert_eq!(bob.get("/course/collections/basics/").await.status(), 403);
    assert_eq!(server.visitor().get("/course/collections/basics/").await.status(), 302);
    assert!(ada.read("/students/courses/").await.contains("/course/collections/"));
}

#[tokio::test]
async fn a_course_that_is_not_published_keeps_its_seats() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    let course = server.site.read("content/maths/sets/course.md");
    server.site.write("content/maths/sets/course.md", course.replacen("+++\n", "+++\ndraft = true\n", 1));
    server.site.build();
    soon(&ada, "/course/sets/", |status, _| status == 404).await;
    for (path, status) in [("/course/sets/basics/", 404), ("/students/course/1/", 404), ("/students/courses/", 200)] {
        assert_eq!(ada.get(path).await.status(), status, "{path}");
    }
    server.site.write("content/maths/sets/course.md", course);
    server.site.build();
    soon(&ada, "/course/sets/basics/", |status, _| status == 200).await;
}

#[tokio::test]
async fn a_broken_build_changes_nothing() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    server.site.write("content/maths/sets/01-basics/01-union.md", "+++\ntitle = \n+++\nBroken.\n");
    assert!(server.site.try_build().diagnostics.has_errors());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(ada.read("/course/sets/basics/").await.contains("The secret of unions."));
    server.site.write("content/maths/sets/01-basics/01-union.md", "+++\ntitle = \"Union\"\n+++\nMended.\n");
    server.site.build();
    soon(&ada, "/course/sets/basics/", |_, text| text.contains("Mended.")).await;
}

/// A watch on a folder ends with the folder.
#[tokio::test]
async fn a_build_into_a_folder_made_anew_is_noticed() {
    let server = Server::start().await;
    for round in ["first", "second"] {
        for made in ["public", "private", ".educa"] {
            server.site.remove(made);
        }
        server.site.write("content/maths/sets/course.md", course(round));
        server.site.build();
        soon(&server.visitor(), "/api/courses/1/", |_, text| text.contains(round)).await;
    }
}

fn course(title: &str) -> String {
    format!("+++\nid = 1\ntitle = \"{title}\"\nowner = \"ada\"\ncreated = 2026-02-05T12:00:00Z\n+++\nAll about sets.\n")
}

/// A build lays pages down before the catalog that says whose they are. Until it is there, a page that became another
/// course's is nobody's: the seat that the old catalog asks for is not the one that counts.
#[tokio::test]
async fn a_page_that_became_another_courses_waits_for_its_catalog() {
    let server = Server::start().await;
    let (ada, bob) = (server.student("ada").await, server.student("bob").await);
    ada.enroll("1").await;
    let page = "private/course/sets/basics/index.html";
    let before = server.site.read(page);
    server.site.write(page, before.replace("The secret of unions.", "Of another course."));
    let answer = ada.get("/course/sets/basics/").await;
    assert_eq!((answer.status().as_u16(), header(&answer, "retry-after")), (503, "5".into()));
    assert!(!answer.text().await.expect("a text").contains("Of another course."));
    assert_eq!(bob.get("/course/sets/basics/").await.status(), 403);
    // One that lands while somebody waits is served at once.
    let (waiting, ()) = tokio::join!(ada.read("/course/sets/basics/"), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.site.write(page, &before);
    });
    assert!(waiting.contains("The secret of unions."));
}

/// Both kinds of file that lie in the wrong place or are gone are our failure, and a passing one.
#[tokio::test]
async fn a_file_that_the_catalog_lists_and_the_disk_has_not_is_503() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    server.site.remove("private/course/sets/basics/index.html");
    server.site.remove("private/contents/1.json");
    let answer = ada.get("/course/sets/basics/").await;
    assert_eq!((answer.status().as_u16(), header(&answer, "retry-after")), (503, "5".into()));
    let request = ada.request(reqwest::Method::GET, "/api/courses/1/contents/").header("Sec-Fetch-Site", "same-origin");
    let answer = request.send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), header(&answer, "retry-after")), (503, "5".into()));
    let text = answer.text().await.expect("a text");
    assert!(!text.contains("private") && !text.contains("contents/"), "nothing about our insides: {text}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_server_finishes_what_it_began() {
    let site = Site::smallest();
    let server = Program::at(site.root()).serve(&[]);
    let address = server.url.trim_start_matches("http://").parse().expect("an address");
    // Browsers open connections ahead of need; this one must not hold up the end.
    let idle = Raw::to(address).await;
    let mut raw = Raw::to(address).await;
    let form = format!("username=ada&password1={0}&password2={0}", PASSWORD.replace(' ', "+"));
    let (first, rest) = form.split_at(10);
    raw.send(format!(
        "POST /students/register/ HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        form.len()
    ))
    .await;
    raw.until("100 Continue").await;
    raw.send(first).await;
    let id = server.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    // The port is closed first: nobody new is let in while the last are served.
    let closed = async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), closed).await.expect("the port closes");
    raw.send(rest).await;
    let answer = raw.until_closed().await;
    assert!(answer.contains("HTTP/1.1 302 Found") && answer.contains("sessionid="), "{answer}");
    let began = std::time::Instant::now();
    let code = tokio::task::spawn_blocking(|| server.wait()).await.expect("waited");
    assert_eq!(code, Some(0));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    drop(idle);
    let again = Program::at(site.root()).serve(&["--no-build"]);
    let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().expect("a client");
    let form = [("username", "ada"), ("password", PASSWORD)];
    let answer = client.post(format!("{}/accounts/login/", again.url)).form(&form).send().await.expect("an answer");
    assert_eq!(answer.status(), 302, "the account that the last request made is there");
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let site = Site::smallest();
    let run = Program::at(site.root()).run(&["serve", "--listen", &address]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains(&format!("cannot listen on {address}")) && run.err.contains("--listen"), "{}", run.err);
    assert!(!run.err.contains("panicked"), "{}", run.err);
}

#[test]
fn a_store_serves_one_process_at_a_time() {
    let site = Site::smallest();
    let program = Program::at(site.root());
    let running = program.serve(&[]);
    for arguments in
        [&["serve", "--no-build", "--listen", "127.0.0.1:0"][..], &["dev", "--listen", "127.0.0.1:0"], &["compact"]]
    {
        let run = program.run_with_input(arguments, PASSWORD);
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{arguments:?}: {run:?}");
        let said = "another educa is using the store in";
        assert!(run.err.contains(said) && run.err.contains(".educa/data"), "{arguments:?}: {}", run.err);
    }
    running.kill();
    let run = program.run_with_input(&["user", "add", "ada", "--password-stdin"], PASSWORD);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(program.run(&["user", "list"]).out.contains("ada"));
}

#[test]
fn a_store_of_a_newer_educa_is_left_alone() {
    let site = Site::smallest();
    let program = Program::at(site.root());
    program.run_with_input(&["user", "add", "ada", "--password-stdin"], PASSWORD);
    let marker = site.read(".educa/data/format");
    site.write(".educa/data/format", marker.replace("format 5", "format 99"));
    assert!(site.read(".educa/data/format").contains("99"));
    let before = crate::support::tree(&site.path(".educa/data"));
    let run = program.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("newer version of educa (format 99") && run.err.contains("update educa"), "{}", run.err);
    assert_eq!(crate::support::tree(&site.path(".educa/data")), before);
}

#[test]
fn nothing_is_served_that_was_not_built() {
    let site = Site::smallest();
    let run = Program::at(site.root()).run(&["serve", "--no-build", "--listen", "127.0.0.1:0"]);
    assert_eq!(run.code, 1);
    assert!(
        run.err.contains("catalog.json: no such file or directory (nothing to serve: run `educa build` first"),
        "{}",
        run.err
    );
    assert_eq!(run.err.to_lowercase().matches("no such file").count(), 1, "said once: {}", run.err);
    site.write("content/maths/sets/course.md", "+++\ntitle = \n+++\n");
    let run = Program::at(site.root()).run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(run.code, 1);
    assert!(
        run.err.contains("content/maths/sets/course.md:2") || run.out.contains("content/maths/sets/course.md:2"),
        "{run:?}"
    );
}
