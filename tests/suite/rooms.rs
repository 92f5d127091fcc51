//! What a course's room has besides its messages, as pages without any script: moderation, reports, what is new, mentions,
//! and a letter about them.

use educa::school::{EventFilter, EventKind, Role};
use educa::server::{self, ServerConfig};
use jiff::SignedDuration;

use crate::support::{Server, Site, Visitor, header, link_in, location};

const ROOM: &str = "/chat/room/1/";
const DESK: &str = "/teach/1/chat/";
const COURSES: &str = "/students/courses/";

async fn say(visitor: &Visitor<'_>, text: &str) {
    assert_eq!(visitor.post(ROOM, &[("message", text)]).await.status(), 302, "{text}");
}

/// Posts a form, and returns where it leads.
async fn send(visitor: &Visitor<'_>, path: &str, form: &[(&str, &str)]) -> String {
    let answer = visitor.post(path, form).await;
    assert_eq!(answer.status(), 302, "{path} {form:?}");
    location(&answer)
}

async fn member<'a>(server: &'a Server, name: &str) -> Visitor<'a> {
    let visitor = server.student(name).await;
    visitor.enroll("1").await;
    visitor
}

async fn kinds(server: &Server) -> Vec<EventKind> {
    let events = server.store.events(None, EventFilter::default(), 100).await.expect("events");
    let about_rooms = |kind: &EventKind| {
        use EventKind::{MessageRemoved, Muted, Reported, ReportsDismissed, Unmuted};
        [MessageRemoved, Muted, Unmuted, Reported, ReportsDismissed].contains(kind)
    };
    events.iter().rev().map(|event| event.kind).filter(about_rooms).collect()
}

/// The card or the entry of a page that holds a text.
fn piece<'a>(page: &'a str, begins: &str, holds: &str) -> &'a str {
    let found = page.split(begins).skip(1).find(|piece| piece.contains(holds));
    found.unwrap_or_else(|| panic!("no {begins} with {holds}: {page}"))
}

#[tokio::test]
async fn an_instructor_takes_messages_away_and_mutes() {
    let server = Server::start().await;
    let (ada, sue, tom) =
        (server.person("ada", Role::Instructor).await, member(&server, "sue").await, member(&server, "tom").await);
    say(&sue, "good <day>").await;
    say(&tom, "rubbish").await;
    assert_eq!(ada.get(ROOM).await.status(), 403, "who has no place does not enter the room");
    let page = ada.read(DESK).await;
    assert!(page.contains("good &lt;day&gt;") && page.contains("rubbish") && page.contains("Nothing is reported."));
    assert_eq!(send(&ada, "/teach/1/chat/remove/", &[("message", "2")]).await, "/teach/1/chat/#m2");
    assert_eq!(send(&ada, "/teach/1/chat/remove/", &[("message", "2")]).await, "/teach/1/chat/#m2", "again");
    let page = ada.read(DESK).await;
    assert!(!page.contains("rubbish") && page.contains("Removed by ada."), "{page}");
    let page = sue.read(ROOM).await;
    assert!(page.contains("This message was removed.") && !page.contains("rubbish"), "{page}");

    let mute = [("message", "2"), ("time", "minutes"), ("back", "room")];
    assert_eq!(send(&ada, "/teach/1/chat/mute/", &mute).await, "/chat/room/1/#m2");
    let answer = tom.post(ROOM, &[("message", "more")]).await;
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.expect("a page").contains("2026-11-20 12:10 UTC"));
    say(&sue, "others may").await;
    let page = ada.read(DESK).await;
    let card = piece(&page, "<li class=\"card\">", "<bdi>tom</bdi>");
    let account =
        card.split("name=\"account\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
    assert!(card.contains("datetime=\"2026-11-20T12:10:00Z\""), "{card}");
    assert_eq!(send(&ada, "/teach/1/chat/mute/", &[("account", account), ("time", "end")]).await, DESK);
    say(&tom, "thank you").await;
    send(&ada, "/teach/1/chat/mute/", &[("account", account), ("time", "week")]).await;
    server.later(SignedDuration::from_hours(7 * 24));
    say(&tom, "a week later").await;
    assert!(!ada.read(DESK).await.contains("name=\"account\""), "whose time is over is in no list");
    assert_eq!(
        kinds(&server).await,
        [EventKind::MessageRemoved, EventKind::Muted, EventKind::Unmuted, EventKind::Muted]
    );
}

#[tokio::test]
async fn forms_that_say_nothing_sensible_are_refused() {
    let server = Server::start().await;
    let (ada, sue) = (server.person("ada", Role::Instructor).await, member(&server, "sue").await);
    say(&sue, "hello").await;
    for (path, form, status) in [
        ("remove/", &[("message", "x")][..], 400),
        ("remove/", &[], 400),
        ("mute/", &[("message", "1")], 400),
        ("mute/", &[("message", "1"), ("time", "forever")], 400),
        ("mute/", &[("account", "-1"), ("time", "day")], 400),
        ("mute/", &[("account", "99"), ("time", "day")], 404),
        ("mute/", &[("message", "99"), ("time", "day")], 404),
        ("mute/", &[("message", "18446744073709551615"), ("time", "day")], 404),
        ("dismiss/", &[("message", "1e3")], 400),
    ] {
        assert_eq!(ada.post(&format!("{DESK}{path}"), form).await.status(), status, "{path} {form:?}");
        assert_eq!(sue.post(&format!("{DESK}{path}"), form).await.status(), 403, "{path} {form:?}");
    }
    for before in ["0", "x", "-1", "18446744073709551615", "1"] {
        assert_eq!(ada.get(&format!("{DESK}?before={before}")).await.status(), 200, "{before}");
        assert!(sue.read(&format!("{ROOM}?before={before}")).await.contains("hello"), "{before}");
    }
    assert_eq!(sue.post("/chat/room/1/remove/", &[("message", "")]).await.status(), 400);
    assert_eq!(sue.post("/chat/room/1/report/", &[("message", "two")]).await.status(), 400);
    assert_eq!(kinds(&server).await, []);
}

#[tokio::test]
async fn somebody_takes_back_what_they_said_and_nothing_else() {
    let server = Server::start().await;
    let (sue, tom) = (member(&server, "sue").await, member(&server, "tom").await);
    say(&sue, "mine").await;
    say(&tom, "yours").await;
    let page = sue.read(ROOM).await;
    // What the script of the page fills in stands in templates after the messages.
    let (page, _) = page.split_once("<template").expect("templates");
    assert_eq!(page.matches("action=\"/chat/room/1/remove/\"").count(), 1, "{page}");
    assert_eq!(page.matches("action=\"/chat/room/1/report/\"").count(), 1, "{page}");
    assert!(!page.contains("/teach/"), "{page}");
    assert_eq!(sue.post("/chat/room/1/remove/", &[("message", "2")]).await.status(), 403);
    for _ in 0..2 {
        assert_eq!(send(&sue, "/chat/room/1/remove/", &[("message", "1")]).await, "/chat/room/1/#m1");
    }
    let page = tom.read(ROOM).await;
    assert!(page.contains("This message was removed.") && !page.contains("mine<") && page.contains("yours"), "{page}");
    assert_eq!(server.student("eve").await.post("/chat/room/1/remove/", &[("message", "2")]).await.status(), 403);
}

#[tokio::test]
async fn an_instructor_who_has_a_place_moderates_in_the_room() {
    let server = Server::start().await;
    let (ada, sue) = (server.person("ada", Role::Instructor).await, member(&server, "sue").await);
    ada.enroll("1").await;
    say(&sue, "rubbish").await;
    let page = ada.read(ROOM).await;
    assert!(page.contains("action=\"/teach/1/chat/remove/\"") && page.contains("href=\"/teach/1/chat/\""), "{page}");
    let form = [("message", "1"), ("back", "room"), ("before", "9")];
    assert_eq!(send(&ada, "/teach/1/chat/remove/", &form).await, "/chat/room/1/?before=9#m1");
    assert!(ada.read(ROOM).await.contains("This message was removed."));
}

#[tokio::test]
async fn earlier_messages_are_on_earlier_pages() {
    let server = Server::start().await;
    let (ada, sue) = (server.person("ada", Role::Instructor).await, member(&server, "sue").await);
    for n in 1..=120 {
        say(&sue, &format!("number {n}.")).await;
        server.later(SignedDuration::from_secs(2));
    }
    for (visitor, path) in [(&sue, ROOM), (&ada, DESK)] {
        let page = visitor.read(path).await;
        assert!(page.contains("number 71.") && !page.contains("number 70."));
        assert!(page.contains(&format!("href=\"{path}?before=71\"")), "{page}");
        let page = visitor.read(&format!("{path}?before=71")).await;
        assert!(page.contains("number 21.") && page.contains("number 70.") && !page.contains("number 71."));
        let page = visitor.read(&format!("{path}?before=21")).await;
        assert!(page.contains("number 1.") && page.contains("number 20.") && !page.contains("Earlier messages"));
        assert!(page.contains("Latest messages"), "{page}");
    }
}

#[tokio::test]
async fn reports_reach_who_teaches_and_are_answered() {
    let server = Server::start().await;
    let (ada, sue) = (server.person("ada", Role::Instructor).await, member(&server, "sue").await);
    let (tom, eve) = (member(&server, "tom").await, member(&server, "eve").await);
    say(&sue, "buy at https://spam.example/ now").await;
    say(&sue, "and **here**").await;
    let reason = "it is <spam>";
    let to = send(&tom, "/chat/room/1/report/", &[("message", "1"), ("reason", reason)]).await;
    assert_eq!(to, "/chat/room/1/?reported=1#m1");
    assert!(tom.read(&to).await.contains("Thank you. Who teaches this course has been told."));
    send(&tom, "/chat/room/1/report/", &[("message", "1"), ("reason", "again")]).await;
    send(&eve, "/chat/room/1/report/", &[("message", "1"), ("reason", "")]).await;
    send(&eve, "/chat/room/1/report/", &[("message", "2"), ("reason", "")]).await;
    assert!(!sue.read(ROOM).await.contains("spam&gt;"), "their authors are not told");
    let page = ada.read(DESK).await;
    let card = piece(&page, "<li class=\"card reported\">", "spam.example");
    assert!(card.contains("it is &lt;spam&gt;") && card.contains("<bdi>tom</bdi>") && card.contains("<bdi>eve</bdi>"));
    assert!(!page.contains("again"), "once for each person: {page}");
    assert!(ada.read("/teach/").await.contains("2 reports") && ada.read("/teach/1/").await.contains("2 reports"));
    assert_eq!(send(&ada, "/teach/1/chat/dismiss/", &[("message", "2")]).await, DESK);
    assert!(ada.read("/teach/").await.contains("1 report<"));
    send(&ada, "/teach/1/chat/remove/", &[("message", "1")]).await;
    assert!(ada.read(DESK).await.contains("Nothing is reported.") && !ada.read("/teach/").await.contains(" report"));
    assert_eq!(
        kinds(&server).await,
        [
            EventKind::Reported,
            EventKind::Reported,
            EventKind::Reported,
            EventKind::ReportsDismissed,
            EventKind::MessageRemoved
        ]
    );
    let root = server.person("root", Role::Staff).await;
    let log = root.read("/admin/events/").await;
    assert!(log.contains("Message reported") && log.contains("Reports answered") && log.contains("Message removed"));
}

#[tokio::test]
async fn what_is_no_report_is_refused() {
    let server = Server::alone(Site::smallest(), ServerConfig::default()).await;
    let (sue, tom) = (member(&server, "sue").await, member(&server, "tom").await);
    for n in 1..=11 {
        say(&sue, &format!("number {n}.")).await;
    }
    let report = "/chat/room/1/report/";
    let (long, bell) = ("ü".repeat(201), "a\u{7}");
    for (reason, complaint) in [
        (long.as_str(), "A reason has at most 200 characters (this one has 201)."),
        (bell, "A reason cannot contain control characters."),
    ] {
        let answer = tom.post(report, &[("message", "3"), ("reason", reason)]).await;
        assert_eq!(answer.status(), 400);
        let page = answer.text().await.expect("a page");
        let field = format!("id=\"id_reason_3_errors\"><li>{complaint}");
        assert!(page.contains(&field) && page.contains("href=\"#id_reason_3\"") && page.contains(" open>"), "{page}");
    }
    assert_eq!(sue.post(report, &[("message", "1")]).await.status(), 400, "one's own");
    assert_eq!(tom.post(report, &[("message", "99")]).await.status(), 404);
    assert_eq!(server.student("eve").await.post(report, &[("message", "1")]).await.status(), 403);
    for n in 2..=10 {
        send(&tom, report, &[("message", &n.to_string())]).await;
    }
    let answer = tom.post(report, &[("message", "11"), ("reason", "<one> more")]).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "retry-after").as_str()), (429, "300"));
    assert!(answer.text().await.expect("a page").contains("value=\"&lt;one&gt; more\""), "what was typed is kept");
    server.later(SignedDuration::from_mins(5));
    send(&tom, report, &[("message", "11")]).await;
}

#[tokio::test]
async fn my_courses_say_what_is_new_and_who_is_mentioned() {
    let server = Server::start().await;
    let (sue, tom) = (member(&server, "sue").await, member(&server, "tom").await);
    say(&tom, "before she came").await;
    server.later(SignedDuration::from_secs(10));
    let eve = member(&server, "eve").await;
    assert!(!eve.read(COURSES).await.contains("new message"), "what was said before one came is not new");
    say(&tom, "hello @Eve, and @nobody").await;
    let page = eve.read(COURSES).await;
    assert!(page.contains("1 new message<") && page.contains("href=\"/chat/room/1/#m2\""), "{page}");
    let page = sue.read(COURSES).await;
    assert!(page.contains("2 new messages") && !page.contains("mentioned"), "{page}");
    let page = tom.read(COURSES).await;
    assert!(!page.contains("new message"), "one's own are not new: {page}");
    eve.read(ROOM).await;
    let page = eve.read(COURSES).await;
    assert!(!page.contains("new message") && !page.contains("mentioned"), "{page}");
    say(&tom, "@eve again").await;
    assert!(eve.read(COURSES).await.contains("href=\"/chat/room/1/#m3\""));
    send(&tom, "/chat/room/1/remove/", &[("message", "3")]).await;
    let page = eve.read(COURSES).await;
    assert!(!page.contains("new message") && !page.contains("mentioned"), "gone with their message: {page}");
}

#[tokio::test]
async fn who_reads_in_the_live_page_has_read() {
    let server = Server::start().await;
    let (ada, tom) = (server.caller("ada").await, member(&server, "tom").await);
    let mut room = ada.opens("/ws/chat/room/1/").await;
    room.next().await;
    say(&tom, "for @ada").await;
    room.hears(1).await;
    let courses = async || {
        let page = tom.request(reqwest::Method::GET, COURSES).header("Cookie", ada.cookie());
        page.send().await.expect("an answer").text().await.expect("a page")
    };
    let mut page = courses().await;
    for _ in 0..40 {
        if !page.contains("new message") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        page = courses().await;
    }
    assert!(page.contains("Sets") && !page.contains("new message") && !page.contains("mentioned"), "{page}");
    drop(room);
    say(&tom, "and again").await;
    assert!(courses().await.contains("1 new message"), "who is not there has not");
}

#[tokio::test]
async fn a_mention_that_is_far_back_is_found() {
    let server = Server::start().await;
    let (sue, tom) = (member(&server, "sue").await, member(&server, "tom").await);
    sue.read(ROOM).await;
    for n in 1..=130 {
        say(&tom, if n == 30 { "where is @sue?" } else { "hello" }).await;
        server.later(SignedDuration::from_secs(2));
    }
    let page = sue.read(COURSES).await;
    assert!(page.contains("99+ new messages") && page.contains("href=\"/chat/room/1/?before=55#m30\""), "{page}");
    assert!(sue.read("/chat/room/1/?before=55").await.contains("where is @sue?"));
    let page = sue.read(COURSES).await;
    assert!(page.contains("76 new messages") && !page.contains("mentioned"), "read up to there: {page}");
}

/// A school that knows where it is found, with eve, who wants letters and has a place, and tom.
async fn with_letters(lang: &str) -> Server {
    let config = ServerConfig { base_url: Some("https://school.example".into()), ..ServerConfig::default() };
    let mut site = Site::smallest();
    site.config.lang = lang.parse().expect("a language");
    Server::with(site, config).await
}

async fn signed_in<'a>(server: &'a Server, name: &str) -> Visitor<'a> {
    let visitor = server.visitor();
    let form = [("username", name), ("password", crate::support::PASSWORD)];
    assert_eq!(visitor.post("/accounts/login/", &form).await.status(), 302);
    visitor
}

async fn send_digests(server: &Server) -> usize {
    server::send_digests(&server.app).await.expect("they are queued")
}

#[tokio::test]
async fn a_letter_a_day_says_where_somebody_was_mentioned() {
    let server = with_letters("en").await;
    server.account_with_email("eve", "eve@example.org").await;
    let (eve, tom) = (signed_in(&server, "eve").await, member(&server, "tom").await);
    eve.enroll("1").await;
    let page = eve.read("/accounts/digest/").await;
    assert!(page.contains("<bdi>eve@example.org</bdi>") && !page.contains(" checked"), "{page}");
    say(&tom, "@eve, before you asked for letters").await;
    server.later(SignedDuration::from_hours(48));
    assert_eq!(send_digests(&server).await, 0, "off by default");
    assert_eq!(send(&eve, "/accounts/digest/", &[("digest", "1")]).await, "/accounts/digest/?changed=1");
    assert!(eve.read("/accounts/digest/?changed=1").await.contains(" checked"));
    server.later(SignedDuration::from_hours(1));
    let long = format!("@eve <look>\nat {}", "this ".repeat(40));
    say(&tom, &long).await;
    say(&tom, "@eve and this").await;
    server.later(SignedDuration::from_hours(22));
    assert_eq!(send_digests(&server).await, 0, "a day has not passed");
    server.later(SignedDuration::from_hours(1));
    assert_eq!((send_digests(&server).await, send_digests(&server).await), (1, 0));
    let letter = server.letter().await;
    assert_eq!((letter.to.as_str(), letter.subject.as_str()), ("eve@example.org", "You were mentioned at Test school"));
    assert!(letter.text.contains("Sets: 2 mentions") && letter.text.contains("tom: @eve <look> at this"), "{letter:?}");
    assert!(letter.text.contains("https://school.example/chat/room/1/#m2\n") && letter.text.contains("this…\n"));
    assert!(!letter.text.contains("before you asked") && !letter.text.contains(&long[..150]), "{}", letter.text);
    let html = letter.html.as_deref().expect("HTML");
    assert!(html.contains("@eve &lt;look&gt; at this") && !html.contains("<look>"), "{html}");
    assert_eq!(link_in(&letter), "/accounts/digest/");
    server.later(SignedDuration::from_hours(48));
    assert_eq!(send_digests(&server).await, 0, "nothing new");
    say(&tom, "@eve, a third").await;
    eve.read(ROOM).await;
    assert_eq!(send_digests(&server).await, 0, "what was read needs no letter");
    say(&tom, "@eve, a fourth").await;
    assert_eq!(send_digests(&server).await, 1, "the last letter is days old");
    assert!(server.letter().await.text.contains("Sets: 1 mention\n"));
    say(&tom, "@eve, a fifth").await;
    send(&eve, "/accounts/digest/", &[]).await;
    server.later(SignedDuration::from_hours(48));
    assert_eq!(send_digests(&server).await, 0, "turned off");
}

#[tokio::test]
async fn a_digest_needs_an_address_a_place_and_a_school_that_knows_its_own() {
    let server = with_letters("de").await;
    server.account_with_email("eve", "eve@example.org").await;
    let (eve, tom) = (signed_in(&server, "eve").await, member(&server, "tom").await);
    assert!(tom.read("/accounts/digest/").await.contains("Sie brauchen eine bestätigte E-Mail-Adresse."));
    assert_eq!(tom.post("/accounts/digest/", &[("digest", "1")]).await.status(), 400);
    eve.enroll("1").await;
    send(&eve, "/accounts/digest/", &[("digest", "1")]).await;
    server.later(SignedDuration::from_hours(25));
    say(&tom, "@eve").await;
    send(&eve, "/students/leave-course/", &[("course", "1")]).await;
    assert_eq!(send_digests(&server).await, 0, "who has no place reads nothing of the room");
    eve.enroll("1").await;
    server.school.disable_account("eve").await.expect("disabled");
    assert_eq!(send_digests(&server).await, 0);
    server.school.enable_account("eve").await.expect("enabled");
    assert_eq!(send_digests(&server).await, 1);
    let letter = server.letter().await;
    assert!(
        letter.subject.starts_with("Sie wurden erwähnt") && letter.text.contains("Sets: 1 Erwähnung\n"),
        "{letter:?}"
    );

    let nowhere = Server::start().await;
    nowhere.account_with_email("eve", "eve@example.org").await;
    let eve = signed_in(&nowhere, "eve").await;
    let page = eve.read("/accounts/digest/").await;
    assert!(page.contains("This school does not send such letters.") && !page.contains("name=\"digest\""), "{page}");
    assert_eq!(send_digests(&nowhere).await, 0);
}
