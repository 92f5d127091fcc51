//! Rows W2–W11, W19: the rooms of the courses over WebSockets.

use std::time::Duration;

use educa::course::CourseId;
use educa::school::Origin;
use educa::server::{LiveConfig, ServerConfig};
use futures_util::SinkExt as _;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::support::{Server, Site, header};

const ROOM: &str = "/ws/chat/room/1/";

fn config(live: LiveConfig) -> ServerConfig {
    ServerConfig { live, ..ServerConfig::default() }
}

/// Nobody is told to slow down.
fn talkative() -> LiveConfig {
    LiveConfig { message_burst: 100_000, messages_per_minute: 100_000, ..LiveConfig::default() }
}

fn texts(history: &Value) -> Vec<&str> {
    assert_eq!(history["type"], "chat_history", "{history}");
    history["messages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry["message"].as_str().unwrap_or(""))
        .collect()
}

#[tokio::test]
async fn everybody_in_a_room_hears_what_is_said_and_who_joins_what_was_said() {
    let server = Server::start().await;
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let mut ada_hears = ada.opens(ROOM).await;
    assert_eq!(ada_hears.next().await, json!({"type": "chat_history", "messages": []}));
    let mut bob_hears = bob.opens(ROOM).await;
    bob_hears.next().await;
    let sent = json!({"message": " hello <b>\r\nyou ", "user": "eve", "datetime": "yesterday", "id": 9});
    ada_hears.send(sent.to_string()).await;
    let message = json!({
        "type": "chat_message", "id": 1, "message": "hello <b>\nyou", "user": "ada",
        "datetime": "2026-11-20T12:00:00.000000+00:00",
    });
    assert_eq!([ada_hears.next().await, bob_hears.next().await], [message.clone(), message.clone()]);
    let mut again = bob.opens(ROOM).await;
    assert_eq!(again.next().await, json!({"type": "chat_history", "messages": [message]}));
    let page = server.visitor();
    let page = page.request(reqwest::Method::GET, "/chat/room/1/").header("Cookie", bob.cookie()).send().await;
    assert!(page.expect("an answer").text().await.expect("a page").contains("hello &lt;b&gt;"), "it is in the store");
}

#[tokio::test]
async fn a_form_and_a_socket_say_things_in_one_order() {
    let server = Server::start().await;
    let (ada, bob) = (server.caller("ada").await, server.student("bob").await);
    bob.enroll("1").await;
    let mut room = ada.opens(ROOM).await;
    room.next().await;
    for n in 0..5 {
        room.say(&format!("socket {n}")).await;
        assert_eq!(room.hears(1).await, [(2 * n + 1, format!("socket {n}"))]);
        assert_eq!(bob.post("/chat/room/1/", &[("message", &format!("form {n}"))]).await.status(), 302);
        assert_eq!(room.hears(1).await, [(2 * n + 2, format!("form {n}"))]);
    }
}

#[tokio::test]
async fn many_writers_are_heard_by_all_in_one_order_and_each_in_theirs() {
    const N_WRITERS: usize = 20;
    const N_EACH: usize = 50;
    let server = Server::with(Site::smallest(), config(talkative())).await;
    let mut sockets = Vec::new();
    for nth in 0..N_WRITERS {
        let mut socket = server.caller(&format!("writer-{nth}")).await.opens(ROOM).await;
        socket.next().await;
        sockets.push(socket);
    }
    let mut tasks = tokio::task::JoinSet::new();
    for (nth, mut socket) in sockets.into_iter().enumerate() {
        tasks.spawn(async move {
            let mut heard = Vec::new();
            for n in 0..N_EACH {
                socket.say(&format!("{nth}:{n}")).await;
                // Some are under way, but not more than may wait.
                while n % 8 == 7 && heard.last().is_none_or(|(_, text)| *text != format!("{nth}:{n}")) {
                    heard.extend(socket.hears(1).await);
                }
            }
            heard.extend(socket.hears(N_WRITERS * N_EACH - heard.len()).await);
            heard
        });
    }
    let all = tasks.join_all().await;
    let ids: Vec<_> = all[0].iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, (1..=(N_WRITERS * N_EACH) as u64).collect::<Vec<_>>(), "each once, without gaps");
    assert!(all.iter().all(|heard| *heard == all[0]), "all hear the same");
    for nth in 0..N_WRITERS {
        let own: Vec<_> = all[0].iter().filter_map(|(_, text)| text.strip_prefix(&format!("{nth}:"))).collect();
        assert_eq!(own, (0..N_EACH).map(|n| n.to_string()).collect::<Vec<_>>(), "writer {nth}");
    }
    let stored = server.store.last_messages(CourseId::new(1).expect("an id"), usize::MAX).await.expect("a log");
    let stored: Vec<_> =
        stored.iter().map(|entry| (entry.id, entry.text().expect("said").as_str().to_owned())).collect();
    assert_eq!(stored, all[0], "and it is what the store has");
}

#[tokio::test]
async fn one_writer_in_a_hurry_keeps_their_order_or_is_told_to_slow_down() {
    let server = Server::with(Site::smallest(), config(talkative())).await;
    let mut room = server.caller("ada").await.opens(ROOM).await;
    room.next().await;
    for n in 0..500 {
        room.stream
            .feed(Message::text(json!({"message": n.to_string(), "client_id": n.to_string()}).to_string()))
            .await
            .expect("it is fed");
    }
    room.stream.flush().await.expect("it is sent");
    let (mut heard, mut acks, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    while acks.len() + refused.len() < 500 || heard.len() < acks.len() {
        let frame = room.next().await;
        let named = || frame["client_id"].as_str().expect("a name").to_owned();
        match frame["type"].as_str() {
            Some("chat_message") => {
                heard.push((frame["message"].as_str().expect("a text").to_owned(), frame["id"].clone()))
            }
            Some("ack") => acks.push((named(), frame["id"].clone())),
            Some("error") => refused.push((named(), frame["retry_after"].as_u64().expect("a time"))),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(heard, acks, "what was taken is said in order under the numbers that were told");
    assert!(acks.len() >= 32, "{} were taken", acks.len());
    assert!(heard.is_sorted_by_key(|(text, _)| text.parse::<u32>().expect("a number")));
    assert!(refused.iter().all(|(_, after)| *after == 1));
}

#[tokio::test]
async fn who_was_away_hears_what_they_missed_and_nothing_twice() {
    let server = Server::with(Site::smallest(), config(talkative())).await;
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let mut room = ada.opens(ROOM).await;
    for n in 1..=60 {
        room.say(&n.to_string()).await;
        room.hears(1).await;
    }
    let history = bob.opens(ROOM).await.next().await;
    assert_eq!(texts(&history), (11..=60).map(|n| n.to_string()).collect::<Vec<_>>(), "the last fifty");
    let mut back = bob.opens(&format!("{ROOM}?after=3")).await;
    let missed = back.hears(57).await;
    assert_eq!((missed[0].clone(), missed[56].0), ((4, "4".into()), 60));
    room.say("61").await;
    assert_eq!(back.hears(1).await, [(61, "61".into())]);
    room.hears(1).await;
    for after in [61, 62] {
        let mut back = bob.opens(&format!("{ROOM}?after={after}")).await;
        assert!(back.is_silent(Duration::from_millis(100)).await, "there is nothing to tell");
        room.say("more").await;
        assert_eq!(back.hears(1).await[0].0, after + 1);
    }
    let unknown = bob.opens(&format!("{ROOM}?after=5000")).await.next().await;
    assert_eq!((texts(&unknown).len(), &unknown["truncated"]), (63, &json!(true)), "that is no number of this room");
    for wrong in ["x", "", "-1", "1.5", "18446744073709551616"] {
        let answer = bob.handshake(&format!("{ROOM}?after={wrong}")).send().await.expect("an answer");
        assert_eq!(answer.status(), 400, "{wrong}");
        assert!(answer.json::<Value>().await.expect("JSON")["detail"].as_str().expect("words").contains("after"));
    }
}

#[tokio::test]
async fn who_was_away_for_too_long_hears_that_there_was_more() {
    let server = Server::with(Site::smallest(), config(talkative())).await;
    let ada = server.caller("ada").await;
    let text = |n: u32| educa::school::MessageText::parse(&n.to_string()).expect("a text");
    let (room, texts_of) =
        (CourseId::new(1).expect("an id"), |range: std::ops::RangeInclusive<u32>| range.map(text).collect());
    let at = server.school.now();
    server
        .store
        .add_messages(room, ada.account.id, texts_of(1..=1_500), at)
        .await
        .expect("it works")
        .expect("not muted");
    let mut back = ada.opens(&format!("{ROOM}?after=500")).await;
    assert_eq!(back.hears(1_000).await[0], (501, "501".into()));
    let history = ada.opens(&format!("{ROOM}?after=499")).await.next().await;
    assert_eq!(history["truncated"], true);
    assert!(texts(&history).len() >= 1_000);
    assert_eq!(texts(&history).last(), Some(&"1500"));
}

#[tokio::test]
async fn what_is_no_message_is_said_to_its_sender_and_the_socket_stays_open() {
    let server = Server::start().await;
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let (mut room, mut other) = (ada.opens(ROOM).await, bob.opens(ROOM).await);
    room.next().await;
    other.next().await;
    for frame in
        ["hello", "", "null", "7", "[]", "{}", "{\"message\":null}", "{\"message\":7}", "{\"message\":[\"a\"]}"]
    {
        room.send(frame).await;
        let error = room.next().await;
        assert_eq!((&error["type"], error["detail"].is_string()), (&json!("error"), true), "{frame}");
        assert_eq!(error.as_object().expect("an object").len(), 2, "{error}");
    }
    for text in ["".to_owned(), " \n".into(), "\u{0}".into(), "😀".repeat(2_001), "a".repeat(20_000)] {
        room.send(json!({"message": text, "client_id": "mine"}).to_string()).await;
        let error = room.next().await;
        assert_eq!((&error["type"], &error["client_id"]), (&json!("error"), &json!("mine")), "{error}");
    }
    let longest = "😀".repeat(2_000);
    room.say(&longest).await;
    assert_eq!(room.hears(1).await, [(1, longest.clone())]);
    assert_eq!(other.hears(1).await, [(1, longest)], "in pieces, and nothing before it");
}

#[tokio::test]
async fn who_says_too_much_hears_when_to_go_on_whatever_way_they_take() {
    let server = Server::alone(Site::smallest(), ServerConfig::default()).await;
    let ada = server.caller("ada").await;
    let mut room = ada.opens(ROOM).await;
    room.next().await;
    for n in 0..20 {
        room.say(&n.to_string()).await;
        room.hears(1).await;
    }
    room.say("too much").await;
    let error = room.next().await;
    assert_eq!((&error["type"], &error["retry_after"]), (&json!("error"), &json!(2)));
    let form = server.visitor();
    let form = form.request(reqwest::Method::POST, "/chat/room/1/").header("Cookie", ada.cookie());
    assert_eq!(form.form(&[("message", "a form")]).send().await.expect("an answer").status(), 429);
    server.later(SignedDuration::from_secs(2));
    room.say("again").await;
    assert_eq!(room.hears(1).await, [(21, "again".into())]);
}

#[tokio::test]
async fn what_is_not_the_protocol_ends_the_socket_with_its_code() {
    let server = Server::start().await;
    let ada = server.caller("ada").await;
    let frame = |data: &[u8], kind, last| Message::Frame(Frame::message(data.to_vec(), OpCode::Data(kind), last));
    let large = |n: usize| vec![b'a'; n];
    let reserved = {
        let mut frame = Frame::message("hello", OpCode::Data(Data::Text), true);
        frame.header_mut().rsv1 = true;
        Message::Frame(frame)
    };
    for (what, frames, code) in [
        ("binary", vec![Message::binary("x")], 1003),
        ("a large frame", vec![frame(&large(65_537), Data::Text, true)], 1009),
        (
            "many pieces",
            vec![frame(&large(40_000), Data::Text, false), frame(&large(40_000), Data::Continue, true)],
            1009,
        ),
        ("no UTF-8", vec![frame(b"\xff\xfe", Data::Text, true)], 1007),
        ("UTF-8 cut in two", vec![frame(b"{\xc3", Data::Text, false), frame(b"}", Data::Continue, true)], 1007),
        ("reserved bits", vec![reserved], 1002),
        ("a piece of nothing", vec![frame(b"x", Data::Continue, true)], 1002),
        ("a text within a text", vec![frame(b"{", Data::Text, false), frame(b"{}", Data::Text, true)], 1002),
        ("an unknown kind", vec![frame(b"x", Data::Reserved(3), true)], 1002),
    ] {
        let mut room = ada.opens(ROOM).await;
        room.next().await;
        for frame in frames {
            let _ = room.stream.send(frame).await;
        }
        assert_eq!(room.code().await, code, "{what}");
    }
    let mut room = ada.opens(ROOM).await;
    room.next().await;
    for piece in [frame(b"{\"message\":\"\xc3", Data::Text, false), frame(b"\xa4\"}", Data::Continue, true)] {
        room.stream.send(piece).await.expect("it is sent");
        room.stream.send(Message::Ping("between".into())).await.expect("it is sent");
    }
    assert_eq!(room.hears(1).await, [(1, "ä".into())], "pieces may be cut anywhere");
}

#[tokio::test]
async fn refused_handshakes_say_why_in_plain_http() {
    let server = Server::start().await;
    let (ada, eve) = (server.caller("ada").await, server.caller_as("eve", educa::school::Role::Staff).await);
    let own = format!("http://{}", server.address);
    let foreign = |origin: &str| ada.handshake(ROOM).header("Origin", origin);
    for (what, request, status) in [
        ("nobody", server.handshake(ROOM), 401),
        ("nobody's presence", server.handshake("/ws/presence/"), 401),
        ("an old session", server.handshake(ROOM).header("Cookie", format!("sessionid={}", "0".repeat(64))), 401),
        ("no place", eve.handshake(ROOM), 403),
        ("no such course", ada.handshake("/ws/chat/room/99/"), 403),
        ("no course", ada.handshake("/ws/chat/room/x/"), 403),
        ("presence elsewhere", ada.handshake("/ws/presence/99/"), 403),
        ("another site", foreign("https://evil.example"), 403),
        ("another port", foreign("http://127.0.0.1:1"), 403),
        ("no origin at all", foreign("null"), 403),
        ("another path", ada.handshake("/ws/chat/"), 404),
        ("no slash", ada.handshake("/ws/chat/room/1"), 404),
        ("nothing", ada.handshake("/ws/"), 404),
        ("no socket", ada.handshake(ROOM).header("Upgrade", "h2c"), 426),
        ("an old version", ada.handshake(ROOM).header("Sec-WebSocket-Version", "8"), 400),
        ("a short key", ada.handshake(ROOM).header("Sec-WebSocket-Key", "AAAA"), 400),
    ] {
        // reqwest appends headers; the last one of a name must be the only one.
        let request = request.build().expect("a request");
        let answer =
            reqwest::Client::builder().no_proxy().build().expect("a client").execute(last_of_each(request)).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), status, "{what}");
        assert_eq!(header(&answer, "content-type"), "application/json", "{what}");
        match status {
            426 => assert_eq!(header(&answer, "upgrade"), "websocket"),
            400 if what == "an old version" => assert_eq!(header(&answer, "sec-websocket-version"), "13"),
            _ => {}
        }
        assert!(answer.json::<Value>().await.expect("JSON")["detail"].is_string(), "{what}");
    }
    let answer = server.visitor().get(ROOM).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "upgrade").as_str()), (426, "websocket"));
    assert_eq!(server.visitor().post(ROOM, &[]).await.status(), 405);
    let answer = ada.handshake(ROOM).header("Origin", own).send().await.expect("an answer");
    assert_eq!(answer.status(), 101);
    assert_eq!(header(&answer, "sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "RFC 6455 says so");
}

fn last_of_each(mut request: reqwest::Request) -> reqwest::Request {
    let names: Vec<_> = request.headers().keys().cloned().collect();
    for name in names {
        let last = request.headers().get_all(&name).iter().next_back().cloned().expect("a value");
        request.headers_mut().insert(name, last);
    }
    request
}

#[tokio::test]
async fn over_the_limits_there_is_no_further_socket() {
    let live = LiveConfig { sockets_per_account: 2, sockets_per_address: 3, max_sockets: 3, ..LiveConfig::default() };
    let server = Server::alone(Site::smallest(), config(live)).await;
    let (ada, bob) = (server.caller("ada").await, server.caller("bob").await);
    let first = ada.opens(ROOM).await;
    let _second = ada.opens("/ws/presence/").await;
    let refused = |answer: &reqwest::Response| (answer.status().as_u16(), header(answer, "retry-after"));
    let answer = ada.handshake(ROOM).send().await.expect("an answer");
    assert_eq!(refused(&answer), (429, "10".into()));
    let _third = bob.opens(ROOM).await;
    let answer = bob.handshake(ROOM).send().await.expect("an answer");
    assert_eq!(refused(&answer), (503, "10".into()));
    drop(first);
    let mut tries = 0;
    while bob.tries(ROOM).await.is_err() {
        tries += 1;
        assert!(tries < 10, "whoever leaves makes room");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let live = LiveConfig { sockets_per_address: 1, max_rooms: 0, ..LiveConfig::default() };
    let server = Server::alone(Site::smallest(), config(live)).await;
    let ada = server.caller("ada").await;
    assert_eq!(ada.handshake(ROOM).send().await.expect("an answer").status(), 503, "no room may be open");
    let _one = ada.opens("/ws/presence/").await;
    assert_eq!(refused(&ada.handshake("/ws/presence/").send().await.expect("an answer")), (429, "10".into()));
}

#[tokio::test]
async fn a_removed_message_leaves_its_place() {
    let server = Server::start().await;
    let ada = server.caller("ada").await;
    let mut room = ada.opens(ROOM).await;
    room.next().await;
    for text in ["one", "two", "three"] {
        room.say(text).await;
    }
    room.hears(3).await;
    let (id, origin) = (CourseId::new(1).expect("an id"), Origin { at: server.school.now(), by: None, address: None });
    server.store.remove_message(id, 2, origin).await.expect("it works").expect("it was there");
    let removal = json!({"type": "chat_removed", "id": 4, "removed": 2});
    assert_eq!(room.next().await, removal, "also when nobody of this process did it");
    let place = json!({
        "type": "chat_message", "id": 2, "user": "ada", "datetime": "2026-11-20T12:00:00.000000+00:00", "removed": true,
    });
    let history = ada.opens(ROOM).await.next().await;
    assert_eq!((texts(&history), &history["messages"][1]), (vec!["one", "", "three"], &place));
    let mut back = ada.opens(&format!("{ROOM}?after=1")).await;
    assert_eq!(back.next().await, place);
    assert_eq!((back.next().await["message"].clone(), back.next().await), (json!("three"), removal));
    room.say("four").await;
    assert_eq!(room.hears(1).await, [(5, "four".into())]);
}
