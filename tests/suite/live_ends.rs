//! Row W7 and W19: how sockets end when a session, a place or a server does, and when a client does not read.

use std::time::Duration;

use educa::course::{CourseId, EnrollmentPolicy};
use educa::school::{AccountId, EventKind, Found, Origin, Role};
use educa::server::{LiveConfig, ServerConfig};
use futures_util::{SinkExt as _, StreamExt as _};
use jiff::SignedDuration;
use serde_json::json;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Caller, Client, Server, Site};

const ROOM: &str = "/ws/chat/room/1/";
const SOON: Duration = Duration::from_secs(2);

fn room() -> CourseId {
    CourseId::new(1).expect("an id")
}

fn config(live: LiveConfig) -> ServerConfig {
    ServerConfig { live, ..ServerConfig::default() }
}

fn origin(server: &Server, by: Option<AccountId>) -> Origin {
    Origin { at: server.school.now(), by, address: None }
}

/// Opens all three kinds, and waits until each is served.
async fn open_all(caller: &Caller<'_>) -> Vec<Client> {
    let mut sockets = Vec::new();
    for path in [ROOM, "/ws/presence/1/", "/ws/presence/"] {
        let mut socket = caller.opens(path).await;
        socket.next().await;
        sockets.push(socket);
    }
    sockets
}

async fn all_close(sockets: Vec<Client>, code: u16, what: &str) {
    for mut socket in sockets {
        let (closed, after) = socket.code_after().await;
        assert_eq!(closed, code, "{what}");
        assert!(after < SOON, "{what}: {after:?}");
    }
}

#[tokio::test]
async fn every_end_of_a_session_ends_its_sockets_and_no_others() {
    let server = Server::start().await;
    let mut bob = server.caller("bob").await.opens(ROOM).await;
    for what in ["signed out", "sessions", "password", "disabled"] {
        let ada = server.caller(&format!("ada-{what}").replace(' ', "-")).await;
        let sockets = open_all(&ada).await;
        let (id, origin) = (ada.account.id, origin(&server, None));
        match what {
            "signed out" => {
                // Another session of theirs goes on.
                let mut other = server.signed_in(ada.account.clone()).await.opens(ROOM).await;
                other.next().await;
                server.store.remove_session(ada.token.key(), EventKind::SignedOut, origin).await.expect("it works");
                all_close(sockets, 4401, what).await;
                assert!(other.is_silent(Duration::from_millis(700)).await, "it is another session");
                continue;
            }
            "sessions" => server.store.end_sessions(vec![id], origin).await.expect("it works"),
            "password" => {
                let password = ada.account.password.clone();
                assert_eq!(server.store.set_password(id, password, origin).await.expect("it works"), Found::Yes);
            }
            _ => assert_eq!(server.store.disable(id, origin).await.expect("it works"), Found::Yes),
        }
        all_close(sockets, 4401, what).await;
    }
    bob.next().await;
    assert!(bob.is_silent(Duration::from_millis(100)).await);
    let ada = server.caller("ada").await;
    let sockets = open_all(&ada).await;
    server.later(SignedDuration::from_hours(14 * 24));
    all_close(sockets, 4401, "expired").await;
    assert_eq!(bob.code().await, 4401, "that one too");
}

#[tokio::test]
async fn who_loses_their_place_loses_the_room() {
    let server = Server::start().await;
    for (what, by) in [("left", None), ("removed", Some(AccountId(999)))] {
        let ada = server.caller(&format!("ada-{what}")).await;
        let mut sockets = open_all(&ada).await;
        let shared = sockets.pop().expect("the last");
        let by = by.or(Some(ada.account.id));
        let policy = EnrollmentPolicy::default();
        server.store.leave(ada.account.id, room(), policy, origin(&server, by)).await.expect("it works");
        all_close(sockets, 4403, what).await;
        let mut shared = shared;
        assert_eq!(shared.next().await, json!({"type": "presence_state", "count": 0, "users": []}), "{what}");
    }
}

#[tokio::test]
async fn staff_who_are_staff_no_more_see_no_more() {
    let server = Server::start().await;
    let eve = server.caller_as("eve", Role::Staff).await;
    let mut here = eve.opens("/ws/presence/1/").await;
    here.next().await;
    server.store.set_role(eve.account.id, Role::Student, origin(&server, None)).await.expect("it works");
    let (code, after) = here.code_after().await;
    assert_eq!(code, 4403);
    assert!(after < SOON, "{after:?}");
}

#[tokio::test]
async fn a_course_that_is_gone_has_no_room() {
    let server = Server::start().await;
    let ada = server.caller("ada").await;
    let mut sockets = open_all(&ada).await;
    sockets.truncate(2);
    std::fs::remove_dir_all(server.site.path("content/maths/sets")).expect("the course");
    server.site.build();
    for mut socket in sockets {
        assert_eq!(socket.code().await, 4403);
    }
}

#[tokio::test]
async fn the_muted_hear_it_and_are_not_heard() {
    let server = Server::start().await;
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let (mut speaks, mut hears) = (ada.opens(ROOM).await, bob.opens(ROOM).await);
    speaks.next().await;
    hears.next().await;
    let until = server.school.now() + SignedDuration::from_mins(10);
    server.store.mute(room(), ada.account.id, Some(until), origin(&server, None)).await.expect("it works");
    let muted = json!({"type": "muted", "until": "2026-11-20T12:10:00.000000+00:00"});
    assert_eq!(speaks.next().await, muted);
    speaks.send(json!({"message": "hello", "client_id": "1"}).to_string()).await;
    let error = speaks.next().await;
    assert_eq!((&error["client_id"], &error["retry_after"]), (&json!("1"), &json!(600)), "{error}");
    let mut again = ada.opens(ROOM).await;
    again.next().await;
    assert_eq!(again.next().await, muted, "who joins hears it too");
    server.store.mute(room(), ada.account.id, None, origin(&server, None)).await.expect("it works");
    assert_eq!(speaks.next().await, json!({"type": "unmuted"}));
    speaks.say("here I am").await;
    assert_eq!(hears.hears(1).await, [(1, "here I am".into())], "and nothing else was heard");
}

#[tokio::test]
async fn a_server_that_stops_says_so_and_keeps_what_was_said() {
    let mut server = Server::start().await;
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let mut sockets = open_all(&ada).await;
    let mut last = bob.opens(ROOM).await;
    last.next().await;
    last.stream.feed(Message::text("{\"message\":\"before the end\"}")).await.expect("it is fed");
    last.stream.flush().await.expect("it is sent");
    last.hears(1).await;
    sockets.push(last);
    drop((ada, bob));
    server.stop();
    all_close(sockets, 1001, "stopped").await;
    let log = server.store.last_messages(room(), 9).await.expect("a log");
    assert_eq!(log.len(), 1);
}

#[tokio::test]
async fn who_hangs_up_while_they_speak_is_heard() {
    let server = Server::start().await;
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let mut hears = bob.opens(ROOM).await;
    hears.next().await;
    for n in 1..=5 {
        let mut speaks = ada.opens(ROOM).await;
        speaks.say(&n.to_string()).await;
        drop(speaks);
    }
    assert_eq!(hears.hears(5).await.len(), 5);
}

#[tokio::test]
async fn a_client_that_closes_is_answered() {
    let server = Server::start().await;
    let ada = server.caller("ada").await;
    let mut socket = ada.opens(ROOM).await;
    socket.next().await;
    socket.stream.close(None).await.expect("it is sent");
    let answer = socket.stream.next().await.expect("an answer").expect("a frame");
    assert!(answer.is_close(), "{answer:?}");
    assert!(socket.stream.next().await.is_none(), "the server closes the connection");
}

#[tokio::test]
async fn who_does_not_read_is_let_go_and_nobody_else_waits() {
    let slow = Duration::from_secs(4);
    // Silence, too, would be a reason to let somebody go.
    let (ping, silence) = (Duration::from_secs(300), Duration::from_secs(600));
    let (message_burst, messages_per_minute) = (100_000, 100_000);
    let live = LiveConfig { message_burst, messages_per_minute, slow, ping, silence, ..LiveConfig::default() };
    let server = Server::with(Site::smallest(), config(live)).await;
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let mut asleep = bob.opens(ROOM).await;
    let mut room = ada.opens(ROOM).await;
    asleep.next().await;
    room.next().await;
    let text = "x".repeat(2_000);
    let mut slowest = Duration::ZERO;
    // More than the system's buffers take on the way.
    for _ in 0..6_000 {
        let began = Instant::now();
        room.say(&text).await;
        room.hears(1).await;
        slowest = slowest.max(began.elapsed());
        let closed = "educa_socket_closes_total{reason=\"1013\"} 1";
        if server.apps().any(|app| app.metrics.text(None, Default::default()).contains(closed)) {
            break;
        }
    }
    assert!(slowest < slow, "nobody waits for who does not read: {slowest:?}");
    let mut last = 0;
    let code = loop {
        match asleep.next_or_code().await {
            Ok(frame) => last = frame["id"].as_u64().expect("a number"),
            Err(code) => break code,
        }
    };
    assert_eq!(code, 1013);
    let mut back = bob.opens(&format!("{ROOM}?after={last}")).await;
    let next = back.next().await;
    assert!(next["truncated"] == true || next["id"] == last + 1, "and goes on: {last} {}", next["id"]);
}

#[tokio::test]
async fn a_lost_network_is_noticed() {
    // Long enough for a machine that does much else to answer.
    let (ping, silence) = (Duration::from_millis(500), Duration::from_millis(2_000));
    let server = Server::with(Site::smallest(), config(LiveConfig { ping, silence, ..LiveConfig::default() })).await;
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let mut bob = bob.opens("/ws/presence/1/").await;
    bob.next().await;
    // Nobody reads there, so no ping is answered.
    let _lost = ada.opens(ROOM).await;
    let began = Instant::now();
    assert_eq!(bob.next().await, json!({"username": "ada", "is_logged_in": true}));
    assert_eq!(bob.next().await, json!({"username": "ada", "is_logged_in": false}));
    assert!(began.elapsed() >= silence, "{:?}", began.elapsed());
    assert!(bob.is_silent(Duration::from_millis(2_500)).await, "who answers pings stays");
}
