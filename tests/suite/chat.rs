//! Rows E10, E11, W1, W10: the chat room as a page, without any script.

use educa::server::ServerConfig;
use jiff::SignedDuration;

use crate::support::{Server, Site, header, location};

const ROOM: &str = "/chat/room/1/";

#[tokio::test]
async fn members_read_and_write() {
    let server = Server::start().await;
    let (ada, bob) = (server.student("ada").await, server.student("bob").await);
    ada.enroll("1").await;
    bob.enroll("1").await;
    assert!(ada.read("/course/sets/basics/").await.contains("href=\"/chat/room/1/\""), "row E11");
    assert!(ada.read(ROOM).await.contains("Nobody has said anything yet"));
    let answer = ada.post(ROOM, &[("message", "hello\r\nyou <script>alert(1)</script> & \"all\"")]).await;
    assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, ROOM));
    bob.post(ROOM, &[("message", "good day")]).await;
    let page = ada.read(ROOM).await;
    assert!(page.contains("hello\nyou &lt;script&gt;alert(1)&lt;"), "line ends kept, text escaped: {page}");
    assert!(!page.contains("<script>alert"), "{page}");
    let (mine, theirs) = (page.find("message mine").expect("one is mine"), page.find("good day").expect("the other"));
    assert!(mine < theirs, "oldest first");
    assert_eq!(page.matches("message mine").count(), 1);
    assert!(page.contains("<b>Me</b>") && page.contains("<bdi>bob</bdi>"), "{page}");
    assert!(page.contains("datetime=\"2026-11-20T12:00:00Z\""), "{page}");
}

#[tokio::test]
async fn links_and_marks_are_drawn() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    ada.post(ROOM, &[("message", "**look** at https://example.org/?a=1&b=2. `<b>` javascript:alert(1)")]).await;
    let link = "https://example.org/?a=1&amp;b=2";
    let expected = format!(
        "<strong>look</strong> at <a href=\"{link}\" rel=\"nofollow noopener ugc\">{link}</a>. <code>&lt;b&gt;</code> javascript:alert(1)</p>"
    );
    let page = ada.read(ROOM).await;
    assert!(page.contains(&expected), "{page}");
}

#[tokio::test]
async fn the_last_fifty_are_shown_oldest_first() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    for n in 1..=53 {
        assert_eq!(ada.post(ROOM, &[("message", &format!("number {n}."))]).await.status(), 302);
        server.later(SignedDuration::from_secs(2));
    }
    let page = ada.read(ROOM).await;
    let at = |n: u32| page.find(&format!("number {n}."));
    assert_eq!(at(3), None);
    let places: Vec<_> = (4..=53).map(|n| at(n).unwrap_or_else(|| panic!("number {n} is missing"))).collect();
    assert!(places.is_sorted());
}

#[tokio::test]
async fn what_is_no_message_comes_back_as_a_draft() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    let (limit, over) = ("ü".repeat(2_000), "ü".repeat(2_001));
    for (text, complaint) in [
        ("", "A message cannot be empty."),
        (" \r\n ", "A message cannot be empty."),
        (over.as_str(), "A message has at most 2,000 characters (this one has 2001)."),
        ("bell \u{7}", "A message cannot contain control characters."),
        ("null \0", "A message cannot contain control characters."),
    ] {
        let answer = ada.post(ROOM, &[("message", text)]).await;
        assert_eq!(answer.status(), 400, "{complaint}");
        assert_eq!(header(&answer, "cache-control"), "private, no-cache");
        let page = answer.text().await.expect("a page");
        assert!(page.contains(complaint), "{page}");
        assert!(text.trim().is_empty() || page.contains(text.trim()), "the draft is kept: {page}");
    }
    assert!(ada.read(ROOM).await.contains("Nobody has said anything yet"));
    assert_eq!(ada.post(ROOM, &[("message", &limit)]).await.status(), 302);
}

#[tokio::test]
async fn somebody_says_only_so_much_at_once() {
    let server = Server::alone(Site::smallest(), ServerConfig::default()).await;
    let (ada, bob) = (server.student("ada").await, server.student("bob").await);
    ada.enroll("1").await;
    bob.enroll("1").await;
    for n in 0..20 {
        assert_eq!(ada.post(ROOM, &[("message", &format!("number {n}."))]).await.status(), 302);
    }
    let answer = ada.post(ROOM, &[("message", "<too> much")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "retry-after").as_str()), (429, "2"));
    let page = answer.text().await.expect("a page");
    assert!(page.contains("id=\"id_message_errors\"><li>So many messages") && page.contains("in 2 seconds."), "{page}");
    assert!(page.contains("&lt;too&gt; much</textarea>"), "what was typed is kept: {page}");
    assert_eq!(ada.post(ROOM, &[("message", " ")]).await.status(), 400, "what is no message is not counted");
    assert_eq!(bob.post(ROOM, &[("message", "hello")]).await.status(), 302, "others are not concerned");
    server.later(SignedDuration::from_secs(2));
    assert_eq!(ada.post(ROOM, &[("message", "number 20.")]).await.status(), 302);
    assert_eq!(ada.post(ROOM, &[("message", "number 21.")]).await.status(), 429);
    assert!(!bob.read(ROOM).await.contains("too&gt; much"));
}

#[tokio::test]
async fn others_can_neither_read_nor_write() {
    let server = Server::start().await;
    let (ada, bob) = (server.student("ada").await, server.student("bob").await);
    ada.enroll("1").await;
    ada.post(ROOM, &[("message", "between us")]).await;
    for path in [ROOM, "/chat/room/2/", "/chat/room/x/"] {
        assert_eq!(bob.get(path).await.status(), 403, "{path}");
        let answer = bob.post(path, &[("message", "let me in")]).await;
        assert_eq!(answer.status(), 403, "{path}");
        assert!(!answer.text().await.expect("a page").contains("between us"), "{path}");
        let answer = server.visitor().post(path, &[("message", "let me in")]).await;
        assert_eq!(location(&answer), format!("/accounts/login/?next={path}"));
    }
    assert_eq!(ada.get("/chat/room/2/").await.status(), 403, "an unknown course is no course one is in");
    assert!(!ada.read(ROOM).await.contains("let me in"));
}
