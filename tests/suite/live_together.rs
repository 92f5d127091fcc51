//! Several educa processes that share a database and hear each other by way of a Redis, which may go and come back. What
//! one process promises of chat and presence, several promise, too: `live*`, `online`, `rooms` and `chat` run a second time
//! over two (EDUCA_TEST_TOGETHER); here is what only several can show.

use std::time::Duration;

use educa::course::{CourseId, EnrollmentPolicy};
use educa::school::{EventKind, Origin, Role};
use educa::server::{LiveConfig, RedisConfig, ServerConfig};
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use crate::support::{Caller, Client, PASSWORD, Program, Redis, Running, Server, Shared, Site, on_a_channel, session};

const ROOM: &str = "/ws/chat/room/1/";
const HERE: &str = "/ws/presence/1/";
const SOON: Duration = Duration::from_secs(2);

/// Nobody is told to slow down.
fn talkative() -> ServerConfig {
    let live = LiveConfig { message_burst: 100_000, messages_per_minute: 100_000, ..LiveConfig::default() };
    ServerConfig { live, ..ServerConfig::default() }
}

async fn together() -> Option<Server> {
    Some(Server::together(Site::smallest(), talkative(), Shared::make().await?).await)
}

/// Two on a Redis of their own, which may be away at first.
async fn beside(redis: RedisConfig) -> Option<Server> {
    let shared = Shared { redis, ..Shared::make().await? };
    Some(Server::together(Site::smallest(), talkative(), shared).await)
}

/// Opens a socket at one of the processes.
async fn opens_at(server: &Server, process: usize, caller: &Caller<'_>, path: &str) -> Client {
    server.turn_to(process);
    caller.opens(path).await
}

fn figures(server: &Server, process: usize) -> String {
    server.apps().nth(process).expect("a process").metrics.text(None, Default::default())
}

/// Waits until both hear each other.
async fn hear_each_other(server: &Server) {
    let hear = async {
        while !(0..2).all(|process| {
            let figures = figures(server, process);
            figures.contains("educa_redis_connected 1") && figures.contains("educa_redis_peers 1")
        }) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(10), hear).await.expect("they hear each other");
}

/// Reads until so many are here; nobody goes meanwhile.
async fn sees_come(here: &mut Client, n_people: u64) {
    let mut n_here = here.next().await["count"].as_u64().expect("a state");
    while n_here < n_people {
        // One alone is told without a count.
        n_here = here.next().await["count"].as_u64().unwrap_or(n_here + 1);
    }
}

fn came(name: &str) -> Value {
    json!({"username": name, "is_logged_in": true})
}

fn went(name: &str) -> Value {
    json!({"username": name, "is_logged_in": false})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_at_one_is_heard_at_the_other_at_once_and_after_coming_back() {
    let Some(server) = together().await else { return };
    hear_each_other(&server).await;
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let mut at_one = opens_at(&server, 0, &ada, ROOM).await;
    let mut at_other = opens_at(&server, 1, &bob, ROOM).await;
    at_one.next().await;
    at_other.next().await;
    let mut slowest = Duration::ZERO;
    for n in 1..=50 {
        let began = Instant::now();
        let (from, to) = if n % 2 == 0 { (&mut at_one, &mut at_other) } else { (&mut at_other, &mut at_one) };
        from.say(&n.to_string()).await;
        assert_eq!(to.hears(1).await, [(n, n.to_string())]);
        slowest = slowest.max(began.elapsed());
        assert_eq!(from.hears(1).await[0].0, n);
    }
    assert!(slowest < Duration::from_secs(1), "by a hint, not by looking every five seconds: {slowest:?}");
    let mut back = opens_at(&server, 0, &bob, &format!("{ROOM}?after=20")).await;
    assert_eq!(back.hears(30).await.iter().map(|(id, _)| *id).collect::<Vec<_>>(), (21..=50).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_port_of_the_figures_is_no_process_of_its_own() {
    let Some(server) = together().await else { return };
    let listener = educa::server::bind(([127, 0, 0, 1], 0).into()).await.expect("a port");
    let app = server.apps().next().expect("a process").clone();
    let scraped = tokio::spawn(educa::server::serve_metrics(listener, app, std::future::pending()));
    hear_each_other(&server).await;
    // Longer than it takes to connect, and than the process beside it takes to be heard.
    sleep(Duration::from_secs(1)).await;
    for process in 0..2 {
        let figures = figures(&server, process);
        let connected = figures.lines().find(|line| line.starts_with("educa_redis_connections_total "));
        assert_eq!(connected, Some("educa_redis_connections_total 1"));
        assert!(figures.contains("educa_redis_peers 1\n"), "{figures}");
    }
    scraped.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_here_once_at_however_many_processes_and_may_go_from_one_to_the_other() {
    let Some(server) = together().await else { return };
    hear_each_other(&server).await;
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let mut sees = [opens_at(&server, 0, &ada, HERE).await, opens_at(&server, 1, &ada, HERE).await];
    for here in &mut sees {
        assert_eq!(here.next().await["count"], 1, "ada herself");
    }
    let first = opens_at(&server, 0, &bob, ROOM).await;
    for here in &mut sees {
        let began = Instant::now();
        assert_eq!(here.next().await, came("bob"));
        assert!(began.elapsed() < SOON);
    }
    let second = opens_at(&server, 1, &bob, HERE).await;
    drop(first);
    for here in &mut sees {
        assert!(here.is_silent(Duration::from_millis(1_800)).await, "one is left");
    }
    drop(second);
    sleep(Duration::from_millis(700)).await;
    let third = opens_at(&server, 0, &bob, ROOM).await;
    for here in &mut sees {
        assert!(here.is_silent(Duration::from_millis(1_500)).await, "back in time, at the other one, is not gone");
    }
    drop(third);
    let began = Instant::now();
    for here in &mut sees {
        assert_eq!(here.next().await, went("bob"));
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    }
    assert_eq!(opens_at(&server, 1, &bob, HERE).await.next().await["users"], json!(["ada", "bob"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_a_socket_on_one_ends_it_on_the_other_within_two_seconds() {
    let Some(server) = together().await else { return };
    let bob = server.caller("bob").await;
    let mut stays = opens_at(&server, 1, &bob, ROOM).await;
    stays.next().await;
    let origin = Origin { at: server.school.now(), by: None, address: None };
    let room = CourseId::new(1).expect("an id");
    for (what, code) in [("signed-out", 4401), ("sessions", 4401), ("disabled", 4401), ("left", 4403)] {
        let ada = server.caller(&format!("ada-{what}")).await;
        let mut sockets = Vec::new();
        for process in 0..2 {
            for path in [ROOM, HERE] {
                let mut socket = opens_at(&server, process, &ada, path).await;
                socket.next().await;
                sockets.push(socket);
            }
        }
        let (id, store) = (ada.account.id, &server.store);
        match what {
            "signed-out" => {
                store.remove_session(ada.token.key(), EventKind::SignedOut, origin).await.map(drop).expect("it works");
            }
            "sessions" => store.end_sessions(vec![id], origin).await.expect("it works"),
            "disabled" => drop(store.disable(id, origin).await.expect("it works")),
            _ => drop(store.leave(id, room, EnrollmentPolicy::default(), origin).await.expect("it works")),
        }
        for socket in &mut sockets {
            let (closed, after) = socket.code_after().await;
            assert_eq!((closed, after < SOON), (code, true), "{what}: {after:?}");
        }
    }
    // Muted, and a message taken away, by requests to the first.
    let mut at_one = opens_at(&server, 0, &bob, ROOM).await;
    at_one.next().await;
    at_one.say("rubbish").await;
    assert_eq!((stays.hears(1).await, at_one.hears(1).await.len()), (vec![(1, "rubbish".into())], 1));
    let teacher = server.person("ada", Role::Instructor).await;
    for (path, form, expected) in [
        ("remove/", vec![("message", "1")], json!({"type": "chat_removed", "id": 2, "removed": 1})),
        (
            "mute/",
            vec![("message", "1"), ("time", "day")],
            json!({"type": "muted", "until": "2026-11-21T12:00:00.000000+00:00"}),
        ),
        ("mute/", vec![("message", "1"), ("time", "end")], json!({"type": "unmuted"})),
    ] {
        server.turn_to(0);
        assert_eq!(teacher.post(&format!("/teach/1/chat/{path}"), &form).await.status(), 302, "{path}");
        let began = Instant::now();
        for socket in [&mut stays, &mut at_one] {
            assert_eq!(socket.next().await, expected);
            assert!(began.elapsed() < SOON, "{path}: {:?}", began.elapsed());
        }
    }
}

/// Says so many messages, one after another, and returns what it heard meanwhile; comes back if it is sent away.
async fn talks(mut socket: Client, who: usize, n_messages: usize, pause: Duration) -> (Client, Vec<(u64, String)>) {
    let mut heard = Vec::new();
    for n in 0..n_messages {
        socket.say(&format!("{who}:{n}")).await;
        while heard.last().is_none_or(|(_, text): &(u64, String)| *text != format!("{who}:{n}")) {
            heard.extend(socket.hears(1).await);
        }
        sleep(pause).await;
    }
    (socket, heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_stops_and_comes_back_costs_no_message_and_nobody_leaves_for_it() {
    const N_WRITERS: usize = 8;
    const N_EACH: usize = 100;
    // Says it, or fails, where there is to be none.
    let Some(_) = Shared::make().await else { return };
    let redis = Redis::start();
    let Some(server) = beside(on_a_channel(&redis.url)).await else { return };
    hear_each_other(&server).await;
    let watcher = server.caller("watcher").await;
    let mut sockets = Vec::new();
    for nth in 0..N_WRITERS {
        let mut socket = opens_at(&server, nth % 2, &server.caller(&format!("writer-{nth}")).await, ROOM).await;
        socket.next().await;
        sockets.push(socket);
    }
    let mut writers = tokio::task::JoinSet::new();
    for (nth, socket) in sockets.into_iter().enumerate() {
        writers.spawn(talks(socket, nth, N_EACH, Duration::from_millis(40)));
    }
    let mut sees = [opens_at(&server, 0, &watcher, HERE).await, opens_at(&server, 1, &watcher, HERE).await];
    for here in &mut sees {
        sees_come(here, N_WRITERS as u64 + 1).await;
    }
    for way in ["stop", "kill"] {
        sleep(Duration::from_millis(500)).await;
        redis.tell(way).await;
        sleep(Duration::from_millis(1_500)).await;
        redis.tell("start").await;
        hear_each_other(&server).await;
    }
    let (mut sockets, mut all) = (Vec::new(), Vec::new());
    for (socket, heard) in writers.join_all().await {
        sockets.push(socket);
        all.push(heard);
    }
    // Who was quicker hears what the others said after.
    for (socket, heard) in sockets.iter_mut().zip(&mut all) {
        heard.extend(socket.hears(N_WRITERS * N_EACH - heard.len()).await);
    }
    let ids: Vec<_> = all[0].iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, (1..=(N_WRITERS * N_EACH) as u64).collect::<Vec<_>>(), "each once, in order");
    assert!(all.iter().all(|heard| *heard == all[0]), "at both the same");
    for here in &mut sees {
        assert!(here.is_silent(Duration::from_millis(500)).await, "nobody came or went");
    }
    assert!(figures(&server, 0).contains("educa_redis_connections_total 3"), "{}", figures(&server, 0));
    // And presence is whole: who goes now is gone at both.
    sockets.pop();
    for here in &mut sees {
        assert_eq!(here.next().await["is_logged_in"], false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_moves_to_another_process_while_redis_is_away_does_not_leave() {
    let Some(_) = Shared::make().await else { return };
    let redis = Redis::start();
    let Some(server) = beside(on_a_channel(&redis.url)).await else { return };
    hear_each_other(&server).await;
    let (ada, bob, eve) = (server.caller("ada").await, server.caller("bob").await, server.caller("eve").await);
    let mut sees = [opens_at(&server, 0, &ada, HERE).await, opens_at(&server, 1, &ada, HERE).await];
    let (before, gone) = (opens_at(&server, 0, &bob, ROOM).await, opens_at(&server, 0, &eve, ROOM).await);
    for here in &mut sees {
        sees_come(here, 3).await;
    }
    redis.tell("kill").await;
    drop((before, gone));
    let _after = opens_at(&server, 1, &bob, ROOM).await;
    sleep(Duration::from_secs(3)).await;
    redis.tell("start").await;
    hear_each_other(&server).await;
    for here in &mut sees {
        assert_eq!(here.next().await, went("eve"), "who went is gone once the others can say so");
        assert!(here.is_silent(Duration::from_millis(1_500)).await, "and nobody else");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_each_serves_and_looks_and_finds_it_when_it_comes() {
    let Some(_) = Shared::make().await else { return };
    let redis = Redis::start();
    redis.tell("stop").await;
    let Some(server) = beside(on_a_channel(&redis.url)).await else { return };
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let mut at_one = opens_at(&server, 0, &ada, ROOM).await;
    let mut at_other = opens_at(&server, 1, &bob, ROOM).await;
    at_one.next().await;
    at_other.next().await;
    for n in 1..=3 {
        let began = Instant::now();
        at_one.say("hello").await;
        assert_eq!(at_one.hears(1).await[0].0, n);
        assert_eq!(at_other.hears(1).await[0].0, n);
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    }
    assert!(figures(&server, 0).contains("educa_redis_connected 0"));
    let ready = server.visitor().get("/health/ready").await;
    assert_eq!(ready.status(), 200, "it serves all the same");
    redis.tell("start").await;
    hear_each_other(&server).await;
    let mut here = opens_at(&server, 0, &ada, HERE).await;
    let mut seen = here.next().await["users"].clone();
    while seen.as_array().is_some_and(|users| users.len() < 2) {
        seen = json!(["ada", here.next().await["username"]]);
    }
    assert_eq!(seen, json!(["ada", "bob"]), "who was there before Redis was");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_a_network_is_encrypted_for_who_is_known_and_passwords_may_lie_in_a_file() {
    let Some(_) = Shared::make().await else { return };
    let redis = Redis::start();
    let (url, root) = &redis.encrypted;
    let (scheme, rest) = url.split_once("://:").expect("a password");
    let (password, host) = rest.split_once('@').expect("a host");
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), format!("{password}\n")).expect("written");
    let unknown = on_a_channel(url);
    let wrong = on_a_channel(&format!("{scheme}://:wrong@{host}")).known_by(root.into());
    for config in [unknown, wrong] {
        let server = beside(config).await.expect("there is a Redis");
        sleep(Duration::from_millis(500)).await;
        assert!(figures(&server, 0).contains("educa_redis_connections_total 0"));
    }
    let known = on_a_channel(&format!("{scheme}://{host}")).known_by(root.into());
    let server = beside(known.or_password_file(file.path().into())).await.expect("there is a Redis");
    hear_each_other(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_publish_is_counted_and_changes_nothing() {
    let Some(server) = together().await else { return };
    hear_each_other(&server).await;
    let redis = server.app.config.live.redis.clone().expect("it has one");
    let url = std::env::var("EDUCA_TEST_REDIS").expect("it is there");
    let client = redis::Client::open(url).expect("an address");
    let mut stranger = client.get_multiplexed_async_connection().await.expect("connected");
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let mut here = opens_at(&server, 0, &ada, HERE).await;
    here.next().await;
    let forged = format!("0123456789abcdef[1,7,{{\"moved\":{{\"nth\":1,\"came\":[{}],\"went\":[]}}}}]", bob.account.id);
    let hint = "0123456789abcdef[1,7,{\"hints\":[[1,18446744073709551615]]}]".to_owned();
    let long = "x".repeat(3_000_000);
    let deep = "[".repeat(10_000);
    let n_strange = 500;
    for nth in 0..n_strange {
        let text = [forged.as_str(), &hint, "", "[1,7,\"gone\"]", "\u{0}", &deep][nth % 6];
        let _: i64 =
            redis::cmd("PUBLISH").arg(&redis.channel).arg(text).query_async(&mut stranger).await.expect("published");
    }
    let _: i64 =
        redis::cmd("PUBLISH").arg(&redis.channel).arg(&long).query_async(&mut stranger).await.expect("published");
    let ignored = format!("educa_redis_messages_ignored_total {}", n_strange + 1);
    for process in 0..2 {
        let counted = async {
            while !figures(&server, process).contains(&ignored) {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(10), counted).await.expect("each was counted");
        assert!(figures(&server, process).contains("educa_redis_connections_total 1"), "and the connection held");
    }
    assert!(here.is_silent(Duration::from_millis(600)).await, "bob is not here because somebody says so");
    let mut at_one = opens_at(&server, 0, &ada, ROOM).await;
    let mut at_other = opens_at(&server, 1, &bob, ROOM).await;
    at_one.next().await;
    at_other.next().await;
    at_one.say("still").await;
    assert_eq!(at_other.hears(1).await, [(1, "still".into())]);
}

/// Settings of real programs on one database and one Redis.
fn settings(shared: &Shared, redis: &str) -> String {
    format!(
        "[site]\ntitle = \"Test school\"\n[store]\nurl = \"{}\"\n[live]\nredis = \"{redis}\"\nredis_channel = \"{}\"\n",
        shared.database.url, shared.redis.channel
    )
}

/// The cookie of somebody who signs in at a running program, and takes a place in the course.
async fn signs_in(url: &str, name: &str) -> String {
    let client = reqwest::Client::builder().cookie_store(true).redirect(Policy::none()).no_proxy();
    let client = client.build().expect("a client");
    let post = async |path: &str, form: &[(&str, &str)]| {
        let request = client.post(format!("{url}{path}")).header("Sec-Fetch-Site", "same-origin").form(form);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 302, "{path}");
        answer
    };
    let answer = post("/accounts/login/", &[("username", name), ("password", PASSWORD)]).await;
    post("/students/enroll-course/", &[("course", "1")]).await;
    format!("sessionid={}", session(&answer))
}

/// Somebody's socket at a running program.
async fn opens(program: &Running, cookie: &str, path: &str) -> Client {
    let address = program.url.trim_start_matches("http://");
    Client::open(address.parse().expect("an address"), path, cookie).await.expect("opened")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_at_a_process_that_was_killed_is_gone_within_thirty_seconds_and_who_stops_says_so() {
    let Some(shared) = Shared::make().await else { return };
    let url = std::env::var("EDUCA_TEST_REDIS").expect("it is there");
    let site = Site::smallest().with("educa.toml", settings(&shared, &url));
    let program = Program::at(&site.config.root);
    let add = |name: &str| {
        let input = format!("{PASSWORD}\n");
        program.run_with_input(&["user", "add", name, "--password-stdin"], &input).succeeded();
    };
    let processes = [program.serve(&[]), program.serve(&["--no-build"]), program.serve(&["--no-build"])];
    let mut cookies = Vec::new();
    for name in ["ada", "bob", "eve"] {
        add(name);
        cookies.push(signs_in(&processes[0].url, name).await);
    }
    let mut here = opens(&processes[0], &cookies[0], HERE).await;
    here.next().await;
    let [_one, two, three] = processes;
    let _bob = opens(&two, &cookies[1], ROOM).await;
    assert_eq!(here.next().await, came("bob"));
    let _eve = opens(&three, &cookies[2], HERE).await;
    assert_eq!(here.next().await, came("eve"));
    let began = Instant::now();
    assert!(
        std::process::Command::new("kill").args(["-TERM", &three.id().to_string()]).status().expect("run").success()
    );
    assert_eq!(here.next().await, went("eve"), "who stops says farewell");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    let began = Instant::now();
    two.kill();
    assert_eq!(here.next_in(Duration::from_secs(30)).await, Ok(went("bob")));
    assert!(began.elapsed() > Duration::from_secs(10), "it could have been a short pause: {:?}", began.elapsed());
}
