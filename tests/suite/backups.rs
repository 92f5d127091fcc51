//! `educa backup`, `restore`, `dump`, `load` and `compact`, typed as an operator types them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use educa::school::{EventKind, Events as _, Origin};
use educa::store::{SledStore, StoreConfig};
use jiff::Timestamp;
use reqwest::{Client, Method};
use tokio::task::JoinSet;

use crate::support::{PASSWORD, Program, Running, Site, location};

/// A school with an account for each name.
fn school(names: &[&str]) -> Site {
    let site = Site::smallest();
    site.build();
    for name in names {
        let program = Program::at(site.root());
        program.run_with_input(&["user", "add", name, "--password-stdin"], &format!("{PASSWORD}\n")).succeeded();
    }
    site
}

fn client() -> Client {
    let client = Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).no_proxy();
    client.build().expect("a client")
}

async fn enroll(server: &Running, name: &str) {
    let client = client();
    let form = [("username", name), ("password", PASSWORD)];
    let answer = client.post(format!("{}/accounts/login/", server.url)).form(&form).send().await.expect("an answer");
    assert_eq!(location(&answer), "/students/courses/");
    let form = [("course", "1")];
    let enroll = format!("{}/students/enroll-course/", server.url);
    let answer = client.post(enroll).form(&form).send().await.expect("an answer");
    assert_eq!(location(&answer), "/students/course/1/");
}

async fn is_enrolled(server: &Running, name: &str) -> bool {
    let request = client().request(Method::GET, format!("{}/api/courses/1/contents/", server.url));
    let answer = request.basic_auth(name, Some(PASSWORD)).send().await.expect("an answer");
    assert!([200, 403].contains(&answer.status().as_u16()), "{}", answer.status());
    answer.status() == 200
}

fn path(site: &Site, name: &str) -> (PathBuf, String) {
    let path = site.path(name);
    let text = path.to_str().expect("a text").to_owned();
    (path, text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_running_server_is_a_moment_of_it() {
    let site = school(&["ada", "ben"]);
    let program = Program::at(site.root());
    let (file, name) = path(&site, "school.backup");
    let server = program.serve(&["--no-build"]);
    enroll(&server, "ada").await;
    program.run_with_input(&["backup", &name], "").succeeded();
    enroll(&server, "ben").await;
    let again = program.run_with_input(&["backup", &name], "");
    assert!(again.fails_with("is there already"), "{again:?}");
    let busy = program.run_with_input(&["restore", &name, "--replace"], "");
    assert!(busy.fails_with("another educa is using the store"), "{busy:?}");
    drop(server);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    }
    let occupied = program.run_with_input(&["restore", &name], "");
    assert!(occupied.fails_with("--replace"), "{occupied:?}");
    let restored = program.run_with_input(&["restore", &name, "--replace"], "");
    assert!(restored.succeeded().contains("data.before-restore-1"), "{restored:?}");
    let server = program.serve(&["--no-build"]);
    assert!(is_enrolled(&server, "ada").await);
    assert!(!is_enrolled(&server, "ben").await, "that was after the backup");
    drop(server);
    // What was put aside is whole.
    let old = site.path(".educa/data.before-restore-1");
    let server = program.serve(&["--no-build", "--data", old.to_str().expect("a text")]);
    assert!(is_enrolled(&server, "ben").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_backup_changes_nothing() {
    let site = school(&["ada"]);
    let program = Program::at(site.root());
    let (file, name) = path(&site, "school.backup");
    program.run_with_input(&["backup", &name], "").succeeded();
    let whole = fs::read(&file).expect("read");
    let (_, elsewhere) = path(&site, "elsewhere");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    for (bytes, says) in [
        (&whole[..whole.len() - 1], "damaged"),
        (&whole[..20], "damaged"),
        (&flipped[..], "damaged"),
        (b"something else", "not a backup"),
        (b"", "not a backup"),
    ] {
        fs::write(&file, bytes).expect("written");
        for arguments in [&["restore", &name, "--replace"][..], &["restore", &name, "--data", &elsewhere]] {
            let answer = program.run_with_input(arguments, "");
            assert!(answer.fails_with(says), "{answer:?}");
        }
    }
    assert!(program.run_with_input(&["user", "list"], "").succeeded().contains("ada"));
    assert!(!site.has(".educa/data.before-restore-1") && !site.has(".educa/data.unfinished"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_is_loaded_with_all_its_ids() {
    let site = school(&["ada", "ben", "Straße"]);
    let program = Program::at(site.root());
    let server = program.serve(&["--no-build"]);
    enroll(&server, "ben").await;
    let done = client().put(format!("{}/api/courses/1/modules/0/done/", server.url)).basic_auth("ben", Some(PASSWORD));
    assert_eq!(done.send().await.expect("an answer").status(), 200);
    let login = serde_json::json!({ "username": "ben", "password": PASSWORD });
    let granted = asked(&server, "login/", &login).await;
    let dump = program.run_with_input(&["dump", "-"], "").succeeded();
    drop(server);
    assert!(dump.starts_with("{\"educa\":{\"dump\":1}}\n"), "{dump}");
    assert!(dump.contains("\"username\":\"Straße\"") && !dump.contains("session"), "{dump}");
    assert!(dump.contains("{\"progress\":{\"account\":2,\"course\":1,\"module\":\""), "{dump}");
    let (token, refresh) = (granted["token"].as_str().expect("one"), granted["refresh"].as_str().expect("one"));
    assert!(dump.contains("{\"token\":{\"account\":2,\"hash\":\"") && !dump.contains(token), "{dump}");
    assert!(!dump.contains(&refresh[..64]) && !dump.contains(&refresh[64..]), "{dump}");
    let (_, elsewhere) = path(&site, "elsewhere");
    program.run_with_input(&["load", "-", "--data", &elsewhere], &dump).succeeded();
    let again = program.run_with_input(&["dump", "-", "--data", &elsewhere], "").succeeded();
    assert_eq!(again, dump, "what is loaded is what was dumped");
    let add = ["user", "add", "carol", "--password-stdin", "--data", &elsewhere];
    let added = program.run_with_input(&add, &format!("{PASSWORD}\n")).succeeded();
    assert!(added.contains("id 4"), "{added}");
    let taken = program.run_with_input(
        &["user", "add", "STRASSE", "--password-stdin", "--data", &elsewhere],
        &format!("{PASSWORD}\n"),
    );
    assert!(taken.fails_with("already"), "the indexes were made: {taken:?}");
    let server = program.serve(&["--no-build", "--data", &elsewhere]);
    assert!(is_enrolled(&server, "ben").await && !is_enrolled(&server, "ada").await);
    // What worked for a program works where the school went, and once.
    let next = asked(&server, "token/refresh/", &serde_json::json!({ "refresh": refresh })).await;
    assert_eq!(next["user"]["username"], "ben", "{next}");
    let said = program.run_with_input(&["user", "sign-out", "ben", "--data", &elsewhere], "").succeeded();
    assert_eq!(said, "0 sessions and 1 token of ben are ended\n", "sessions did not move");
    let reused = asked(&server, "token/refresh/", &serde_json::json!({ "refresh": refresh })).await;
    assert_eq!(reused["detail"], "Token is invalid or expired.");
}

/// What an address below `/api/auth/` answers to a body.
async fn asked(server: &Running, address: &str, body: &serde_json::Value) -> serde_json::Value {
    let request = client().post(format!("{}/api/auth/{address}", server.url)).json(body);
    request.send().await.expect("an answer").json().await.expect("JSON")
}

#[test]
fn every_mistake_of_a_dump_is_said_with_its_line() {
    let site = school(&[]);
    let program = Program::at(site.root());
    let account = "{\"account\":{\"id\":1,\"username\":\"ada\",\"role\":\"student\",\"password\":\"\",\"created\":\"2026-01-01T00:00:00Z\"}}";
    let (_, elsewhere) = path(&site, "elsewhere");
    let hash = "ab".repeat(32);
    let token = format!(
        "{{\"token\":{{\"account\":1,\"hash\":\"{hash}\",\"created\":\"2026-02-02T00:00:00Z\",\"expires\":\"2026-03-03T00:00:00Z\"}}}}"
    );
    let head = "{\"educa\":{\"dump\":1}}";
    let done = "{\"progress\":{\"account\":1,\"course\":1,\"module\":\"basics\",\"done\":\"2026-02-02T00:00:00Z\"}}";
    for (dump, says) in [
        (String::new(), "line 1: there is nothing in it"),
        (account.to_owned(), "line 1: the first line of a dump"),
        ("{\"educa\":{\"dump\":9}}".to_owned(), "line 1: this educa reads dumps of version 1"),
        (format!("{head}\n{account}\n{account}"), "line 3: there is such a one"),
        (format!("{head}\n{account}\nnonsense"), "line 3: expected"),
        (format!("{head}\n{}", account.replace("ada", "a b")), "line 2: `username`"),
        (format!("{head}\n{}", account.replace("student", "king")), "line 2: `role`"),
        (
            format!(
                "{head}\n{{\"seat\":{{\"account\":7,\"course\":1,\"state\":\"enrolled\",\"since\":\"2026-01-01T00:00:00Z\"}}}}"
            ),
            "line 2: account 7 is in no earlier line",
        ),
        (format!("{head}\n{account}\n{}", token.replace("ab", "xy")), "line 3: `hash` is not a hash"),
        (format!("{head}\n{account}\n{}", token.replace('1', "7")), "line 3: account 7 is in no earlier line"),
        (format!("{head}\n{account}\n{token}\n{token}"), "line 4: there is such a one"),
        (format!("{head}\n{account}\n{done}\n{done}"), "line 4: there is such a one"),
        (format!("{head}\n{account}\n{}", done.replace("basics", "Ba sics")), "line 3: `module`"),
        (format!("{head}\n{done}"), "line 2: account 1 is in no earlier line"),
        (format!("{head}\n{}", "x".repeat(70_000)), "line 2: it is longer than 64 KiB"),
        (format!("{head}\n{{\"account\":{{\"id\":1,\"crown\":true}}}}"), "line 2: unknown field"),
    ] {
        let answer = program.run_with_input(&["load", "-", "--data", &elsewhere], &dump);
        assert!(answer.fails_with(says), "{says}: {answer:?}");
        assert!(!site.has("elsewhere/db"), "{says}");
    }
}

/// What is of rooms, as docs/dump.md shows it.
const OF_ROOMS: &str = r#"{"educa":{"dump":1}}
{"last":{"account":2,"letter":0,"event":0}}
{"account":{"id":1,"username":"ada","email_confirmed":false,"active":true,"role":"student","password":"","created":"2026-01-01T00:00:00Z","generation":0}}
{"account":{"id":2,"username":"ben","email_confirmed":false,"active":true,"role":"student","password":"","created":"2026-01-01T00:00:00Z","generation":0}}
{"message":{"course":3,"id":1,"author":1,"text":"hello","at":"2026-01-02T00:00:00Z"}}
{"mute":{"course":3,"account":1,"until":"2026-01-03T00:00:00Z"}}
{"reports":{"course":3,"message":1,"by":[{"account":2,"reason":"spam","at":"2026-01-02T00:00:01Z"}]}}
{"reports":{"course":3,"message":1,"dismissed":true,"by":[{"account":1,"at":"2026-01-02T00:00:00Z"}]}}
{"read":{"account":2,"course":3,"read":0,"mentions":[{"message":1,"by":1,"at":"2026-01-02T00:00:00Z"}]}}
{"digest":{"account":2,"last":"2026-01-01T00:00:00.000001Z"}}
"#;

#[test]
fn what_is_of_rooms_is_loaded_as_it_was_dumped() {
    let site = school(&[]);
    let program = Program::at(site.root());
    let (_, elsewhere) = path(&site, "elsewhere");
    program.run_with_input(&["load", "-", "--data", &elsewhere], OF_ROOMS).succeeded();
    assert_eq!(program.run_with_input(&["dump", "-", "--data", &elsewhere], "").succeeded(), OF_ROOMS);
    let (_, other) = path(&site, "other");
    let long = "ü".repeat(201);
    for (from, to, says) in [
        (
            "\"message\":1,\"by\":[{\"account\":2",
            "\"message\":9,\"by\":[{\"account\":2",
            "line 7: message 9 of course 3 is in no",
        ),
        ("[{\"account\":2", "[{\"account\":7", "line 7: account 7 is in no earlier line"),
        ("\"reason\":\"spam\"", &format!("\"reason\":\"{long}\""), "line 7: `reason`: A reason has at most 200"),
        ("[{\"account\":1,\"at\":\"2026-01-02T00:00:00Z\"}]", "[]", "line 8: a message has 1 to 20 reports"),
        ("{\"account\":2,\"course\":3,\"read\"", "{\"account\":2,\"course\":0,\"read\"", "line 9: `course`"),
        ("{\"digest\":{\"account\":2", "{\"digest\":{\"account\":8", "line 10: account 8 is in no earlier line"),
    ] {
        assert!(OF_ROOMS.contains(from), "{from}");
        let answer = program.run_with_input(&["load", "-", "--data", &other], &OF_ROOMS.replace(from, to));
        assert!(answer.fails_with(says), "{says}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_compacted_store_is_the_same_store() {
    let site = school(&["ada", "ben"]);
    grown(&site.path(".educa/data")).await;
    let program = Program::at(site.root());
    let before = program.run_with_input(&["dump", "-"], "").succeeded();
    let said = program.run_with_input(&["compact"], "").succeeded();
    assert!(said.contains("bytes on disk now"), "{said}");
    assert_eq!(program.run_with_input(&["dump", "-"], "").succeeded(), before);
    let again = program.run_with_input(&["compact"], "").succeeded();
    assert!(again.contains("left as it is"), "{again}");
    assert_eq!(program.run_with_input(&["dump", "-"], "").succeeded(), before);
    let beside = fs::read_dir(site.path(".educa")).expect("a folder").filter_map(Result::ok);
    let stores = beside.filter(|entry| entry.file_name().to_string_lossy().starts_with("data"));
    assert_eq!(stores.count(), 1, "nothing is left beside it");
}

/// Makes a store large by events that are forgotten again.
async fn grown(folder: &Path) {
    let config = StoreConfig { path: folder.to_owned(), ..StoreConfig::default() };
    let store = Arc::new(SledStore::open(&config).expect("the store opens"));
    let origin = Origin { at: Timestamp::UNIX_EPOCH, by: None, address: None };
    let mut writes = JoinSet::new();
    for _ in 0..8_000 {
        let store = Arc::clone(&store);
        writes.spawn(async move { store.add_event(EventKind::SignInFailed, None, None, origin).await });
    }
    for outcome in writes.join_all().await {
        outcome.expect("written");
    }
    assert!(store.remove_events(Timestamp::MAX).await.expect("removed") >= 8_000);
}
