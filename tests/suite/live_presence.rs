//! Rows W14–W16: who is here.

use std::time::Duration;

use educa::school::Role;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::Server;

const HERE: &str = "/ws/presence/1/";
const ALL: &str = "/ws/presence/";

fn came(name: &str) -> Value {
    json!({"username": name, "is_logged_in": true})
}

fn went(name: &str) -> Value {
    json!({"username": name, "is_logged_in": false})
}

fn state(names: &[&str]) -> Value {
    json!({"type": "presence_state", "count": names.len(), "users": names})
}

#[tokio::test]
async fn people_come_and_go_once_however_many_sockets_they_have() {
    let server = Server::start().await;
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let mut here = ada.opens(HERE).await;
    assert_eq!(here.next().await, state(&["ada"]));
    let (first, second, third) = (bob.opens("/ws/chat/room/1/").await, bob.opens(HERE).await, bob.opens(ALL).await);
    assert_eq!(here.next().await, came("bob"));
    server.agrees_on_online(&[ada.account.id, bob.account.id, educa::school::AccountId(99)], 2).await;
    drop((first, second));
    assert!(here.is_silent(Duration::from_millis(1_700)).await, "one is left");
    drop(third);
    // From page to page.
    tokio::time::sleep(Duration::from_millis(600)).await;
    let next = bob.opens(ALL).await;
    assert!(here.is_silent(Duration::from_millis(1_200)).await, "back in time is not gone");
    let began = Instant::now();
    drop(next);
    assert_eq!(here.next().await, went("bob"));
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    server.agrees_on_online(&[bob.account.id], 0).await;
}

#[tokio::test]
async fn people_see_those_with_whom_they_share_a_course() {
    let server = Server::over(crate::support::Site::large(1, 1, 1)).await;
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let carl = server.caller_as("carl", Role::Student).await;
    carl.enroll(2).await;
    bob.enroll(2).await;
    let staff = server.caller_as("staff", Role::Staff).await;
    let mut all = staff.opens(ALL).await;
    assert_eq!(all.next().await, state(&["staff"]));
    let mut ada_sees = ada.opens(ALL).await;
    assert_eq!(ada_sees.next().await, state(&["ada"]));
    let mut bob_sees = bob.opens(ALL).await;
    let first = bob_sees.next().await;
    if first != state(&["ada", "bob"]) {
        assert!(server.n_processes() > 1 && first == state(&["bob"]), "{first}");
        assert_eq!(bob_sees.next().await, came("ada"), "another process hears of her a moment later");
    }
    let _carl = carl.opens(ALL).await;
    assert_eq!(bob_sees.next().await, came("carl"), "once, and not twice for two courses");
    assert_eq!(ada_sees.next().await, came("bob"));
    assert!(ada_sees.is_silent(Duration::from_millis(600)).await, "carl is in another course");
    let mut second = staff.opens("/ws/presence/2/").await;
    assert_eq!(second.next().await, state(&["bob", "carl"]));
    assert_eq!(ada.handshake("/ws/presence/2/").send().await.expect("an answer").status(), 403);
    carl.enroll(1).await;
    assert_eq!(ada_sees.next().await, came("carl"), "a place is a place at once");
    assert!(bob_sees.is_silent(Duration::from_millis(600)).await, "whom bob saw already");
    let mut seen = Vec::new();
    while seen.len() < 3 {
        let frame = all.next().await;
        let one = frame["username"].as_str().map(str::to_owned);
        let many =
            frame["online"].as_array().into_iter().flatten().map(|name| name.as_str().expect("a name").to_owned());
        seen.extend(one.into_iter().chain(many));
    }
    seen.sort();
    assert_eq!(seen, ["ada", "bob", "carl"], "the staff sees everybody");
}

#[tokio::test]
async fn many_changes_are_few_frames_and_nobody_hears_the_whole_list() {
    const N: usize = 150;
    // Nobody reads while all come, however long that takes.
    let (ping, silence) = (Duration::from_secs(300), Duration::from_secs(600));
    let live = educa::server::LiveConfig { ping, silence, ..Default::default() };
    let config = educa::server::ServerConfig { live, ..Default::default() };
    let server = Server::with(crate::support::Site::smallest(), config).await;
    let ada = server.caller("ada").await;
    let mut here = ada.opens(HERE).await;
    here.next().await;
    let began = Instant::now();
    let mut sockets = Vec::new();
    let hash = ada.account.password.clone();
    for nth in 0..N {
        let account = server.account_with(&format!("student-{nth:03}"), hash.clone()).await;
        let caller = server.signed_in(account).await;
        caller.enroll(1).await;
        sockets.push(caller.opens("/ws/chat/room/1/").await);
    }
    let (mut n_frames, mut n_came) = (0, 0);
    while n_came < N {
        let frame = here.next().await;
        n_frames += 1;
        n_came += match frame["type"].as_str() {
            Some("presence_changes") => {
                assert_eq!(frame["count"], 1 + n_came + frame["online"].as_array().expect("a list").len());
                frame["online"].as_array().expect("a list").len()
            }
            _ => usize::from(frame["is_logged_in"] == true),
        };
    }
    let most = began.elapsed().as_millis() / 250 + 1;
    assert!(n_frames <= most, "{n_frames} frames in {:?}", began.elapsed());
    let mut state = ada.opens(HERE).await.next().await;
    let told = Instant::now();
    while state["count"] != N + 1 && server.apps().count() > 1 && told.elapsed() < Duration::from_secs(2) {
        state = ada.opens(HERE).await.next().await;
    }
    assert_eq!((&state["count"], state["users"].as_array().map(Vec::len)), (&json!(N + 1), Some(100)));
    assert_eq!((&state["users"][0], &state["users"][99]), (&json!("ada"), &json!("student-098")));
    drop(sockets);
    let mut gone = 0;
    while gone < N {
        let frame = here.next().await;
        let shown = frame["offline"].as_array().map_or(1, Vec::len);
        assert!(shown <= 100);
        gone = frame["count"].as_u64().map_or(gone + 1, |count| N + 1 - usize::try_from(count).expect("few"));
    }
}

#[tokio::test]
async fn nothing_can_be_said_where_one_looks() {
    let server = Server::start().await;
    let mut here = server.caller("ada").await.opens(HERE).await;
    here.next().await;
    here.say("hello").await;
    assert_eq!(here.next().await["type"], "error");
    assert!(here.is_silent(Duration::from_millis(300)).await);
}
