//! What instructors do: see the people of their courses, answer requests, take places away, invite.

use educa::school::{Backing, EventFilter, EventKind, Role};
use jiff::SignedDuration;

use crate::support::{Server, Site, Visitor, header, location};

const COURSE: &str = "content/maths/sets/course.md";
const PEOPLE: &str = "/teach/1/";
const INVITATIONS: &str = "/teach/1/invitations/";

async fn serving(settings: &str) -> Server {
    let text = format!(
        "+++\nid = 1\ntitle = \"Sets\"\nowner = \"ada\"\ncreated = 2026-02-05T12:00:00Z\n{settings}\n+++\nAll about sets.\n"
    );
    Server::over(Site::smallest().with(COURSE, text)).await
}

async fn ask(visitor: &Visitor<'_>) {
    assert_eq!(visitor.post("/students/enroll-course/", &[("course", "1")]).await.status(), 302);
}

async fn reads(visitor: &Visitor<'_>) -> bool {
    visitor.get("/course/sets/basics/").await.status() == 200
}

fn has(page: &str, words: &[&str]) {
    for word in words {
        assert!(page.contains(word), "{word}: {page}");
    }
}

/// What stands between two texts, each time they do.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| Some(rest.split_once(after)?.0)).collect()
}

/// The names that a list of people shows, in order.
fn names(page: &str) -> Vec<&str> {
    between(page, "<th scope=\"row\"><bdi>", "</bdi>")
}

/// The id of somebody, from the form beside their name.
fn id_of(page: &str, name: &str) -> String {
    let row = page.split("<tr>").find(|row| row.contains(&format!("<bdi>{name}</bdi>"))).expect("a row");
    between(row, "name=\"account\" value=\"", "\"")[0].to_owned()
}

async fn kinds(server: &Server) -> Vec<EventKind> {
    let filter = EventFilter { course: educa::course::CourseId::new(1).ok(), ..EventFilter::default() };
    let events = server.store.events(None, filter, 100).await.expect("events");
    events.iter().rev().map(|event| event.kind).collect()
}

#[tokio::test]
async fn requests_are_answered_and_places_taken_away() {
    let server = serving("enrollment = \"approval\"\ncapacity = 1").await;
    let ada = server.person("ada", Role::Instructor).await;
    let (sue, tom, ulf) = (server.student("sue").await, server.student("tom").await, server.student("ulf").await);
    for visitor in [&tom, &sue, &ulf] {
        ask(visitor).await;
        server.later(SignedDuration::from_secs(1));
    }
    has(&ada.read("/teach/").await, &["href=\"/teach/1/\"", "0 / 1 enrolled", "3 asked"]);
    has(&ada.read("/students/courses/").await, &["href=\"/teach/\""]);
    assert!(!sue.read("/students/courses/").await.contains("/teach/"));
    let page = ada.read("/teach/1/?state=requested").await;
    assert_eq!(names(&page), ["tom", "sue", "ulf"], "the longest waiting first");
    let (sue_id, tom_id, ulf_id) = (id_of(&page, "sue"), id_of(&page, "tom"), id_of(&page, "ulf"));
    let answer =
        ada.post("/teach/1/approve/", &[("account", &sue_id), ("state", "requested"), ("search", "s&x")]).await;
    assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, "/teach/1/?state=requested&search=s%26x"));
    assert!(reads(&sue).await && !reads(&tom).await);
    // The course is full: who is approved waits for the next place.
    ada.post("/teach/1/approve/", &[("account", &tom_id)]).await;
    has(&ada.read(PEOPLE).await, &["1 / 1 enrolled", "1 waiting", "1 asked"]);
    ada.post("/teach/1/remove/", &[("account", &ulf_id)]).await;
    ada.post("/teach/1/remove/", &[("account", &sue_id)]).await;
    assert!(reads(&tom).await && !reads(&sue).await, "the next in the waiting list gets in by itself");
    has(&ulf.read("/students/enroll-course/?course=1").await, &["Ask for a place"]);
    use EventKind::*;
    let expected = [Requested, Requested, Requested, Approved, Waiting, Removed, Removed, Enrolled];
    assert_eq!(kinds(&server).await, expected);
}

#[tokio::test]
async fn who_did_not_ask_gets_no_place() {
    let server = serving("enrollment = \"approval\"").await;
    let ada = server.person("ada", Role::Instructor).await;
    let sue = server.account("sue", Role::Student).await;
    ada.post("/teach/1/approve/", &[("account", &sue.id.to_string())]).await;
    ada.post("/teach/1/remove/", &[("account", &sue.id.to_string())]).await;
    ada.post("/teach/1/approve/", &[("account", "999")]).await;
    assert!(names(&ada.read(PEOPLE).await).is_empty());
    for form in [vec![], vec![("account", "")], vec![("account", "x")], vec![("account", "-1")]] {
        for path in ["/teach/1/approve/", "/teach/1/remove/"] {
            assert_eq!(ada.post(path, &form).await.status(), 400, "{path} {form:?}");
        }
    }
    assert!(kinds(&server).await.is_empty());
}

#[tokio::test]
async fn people_are_searched_filtered_and_paged() {
    let server = serving("capacity = 60").await;
    let staff = server.person("root", Role::Staff).await;
    let password = server.account("first", Role::Student).await.password;
    let course = server.course(1);
    for nth in 0..70 {
        let account = server.account_with(&format!("student{nth:02}"), password.clone()).await;
        server.school.enroll(&account, &course, Backing::None, None).await.expect("enrolled");
    }
    let first = staff.read(PEOPLE).await;
    assert_eq!(names(&first).len(), 50);
    assert!(!first.contains("Back to the beginning"), "{first}");
    let next = between(&first, "rel=\"next\" href=\"", "\"")[0].replace("&amp;", "&");
    let second = staff.read(&next).await;
    assert_eq!(names(&second).first().copied(), Some("student50"));
    assert_eq!(names(&second).len(), 20);
    assert!(second.contains("Back to the beginning") && !second.contains("rel=\"next\""), "{second}");
    assert_eq!(names(&staff.read("/teach/1/?state=waiting").await).len(), 10);
    assert_eq!(names(&staff.read("/teach/1/?search=STUDENT6").await).len(), 10);
    assert_eq!(names(&staff.read("/teach/1/?state=enrolled&search=nt6").await).len(), 0);
    has(&staff.read("/teach/1/?search=%3Cb%3E&state=nonsense&after=x").await, &["Nobody.", "value=\"&lt;b&gt;\""]);
}

/// The token in the first letter that waits to be sent.
async fn letters(server: &Server) -> Vec<(String, String)> {
    let now = "2027-11-20T12:00:00Z".parse().expect("a time");
    let letters = server.store.due_letters(now, 2_000).await.expect("letters");
    letters.into_iter().map(|queued| (queued.letter.to.as_str().to_owned(), queued.letter.text)).collect()
}

fn path_in(text: &str) -> String {
    format!("/students/invitation/{}/", &between(text, "/students/invitation/", "/")[0])
}

#[tokio::test]
async fn an_invitation_works_once_and_for_whoever_holds_it() {
    let server = serving("enrollment = \"invite\"\ncloses = 2026-01-01").await;
    let ada = server.person("ada", Role::Instructor).await;
    has(&ada.read(INVITATIONS).await, &["There are none."]);
    let page = ada.post(INVITATIONS, &[("addresses", "sue@example.org")]).await.text().await.expect("a page");
    has(&page, &["1 invitation is on its way.", "<bdi>sue@example.org</bdi>"]);
    let letters = letters(&server).await;
    let [(to, text)] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(to, "sue@example.org");
    has(text, &["“Sets” at Test school", &format!("http://{}/students/invitation/", server.address)]);
    let path = path_in(text);
    // Looking changes nothing; who is not signed in registers first and comes back.
    let anonymous = server.visitor();
    let page = anonymous.read(&path).await;
    has(&page, &["Invitation: Sets", &format!("/students/register/?next={path}")]);
    let answer = anonymous.post(&path, &[]).await;
    assert_eq!(location(&answer), format!("/accounts/login/?next={path}"));
    let sue = server.student("sue").await;
    has(&sue.read(&path).await, &["Accept and enroll"]);
    assert!(!reads(&sue).await);
    let answer = sue.post(&path, &[]).await;
    assert_eq!(location(&answer), "/students/course/1/");
    assert!(reads(&sue).await);
    let tom = server.student("tom").await;
    for answer in [tom.get(&path).await, tom.post(&path, &[]).await, sue.get(&path).await] {
        assert_eq!(answer.status(), 404);
        has(&answer.text().await.expect("a page"), &["This invitation cannot be used"]);
    }
    assert!(!reads(&tom).await);
    has(&ada.read(INVITATIONS).await, &["There are none."]);
    assert_eq!(kinds(&server).await, [EventKind::Invited, EventKind::Enrolled]);
}

async fn bob_id(server: &Server) -> Option<educa::school::AccountId> {
    server.school.account_by_name("bob").await.expect("read").map(|account| account.id)
}

#[tokio::test]
async fn invitations_cannot_be_misused() {
    let site = Site::smallest()
        .with("content/instructors/bob.md", "+++\nid = 2\nname = \"Bob\"\n+++\n")
        .with("content/maths/logic/course.md", "+++\nid = 2\ntitle = \"Logic\"\nowner = \"bob\"\ncreated = 2026-01-01T00:00:00Z\nenrollment = \"invite\"\ncapacity = 1\n+++\n");
    let server = Server::over(site).await;
    let (ada, bob) = (server.person("ada", Role::Instructor).await, server.person("bob", Role::Instructor).await);
    let logic = "/teach/2/invitations/";
    let page = bob.post(logic, &[("link", "1")]).await.text().await.expect("a page");
    has(&page, &["It works once", "(handed over)"]);
    let path = path_in(&page);
    assert!(letters(&server).await.is_empty());
    assert!(!bob.read(logic).await.contains(&path), "the link is shown once");
    // Another instructor cannot revoke it, by whatever address.
    let key = between(&page, "name=\"key\" value=\"", "\"")[0].to_owned();
    assert_eq!(ada.post("/teach/2/invitations/revoke/", &[("key", &key)]).await.status(), 403);
    assert_eq!(location(&ada.post("/teach/1/invitations/revoke/", &[("key", &key)]).await), INVITATIONS);
    assert_eq!(ada.post("/teach/1/invitations/revoke/", &[("key", "x")]).await.status(), 400);
    // The key that a page shows is not the token.
    let sue = server.student("sue").await;
    for wrong in [key.as_str(), "x", &"0".repeat(64), &path_in(&page)[21..84], "%FF"] {
        let answer = sue.get(&format!("/students/invitation/{wrong}/")).await;
        assert!([400, 404].contains(&answer.status().as_u16()), "{wrong}: {}", answer.status());
    }
    assert_eq!(location(&sue.post(&path, &[]).await), "/students/course/2/");
    // Full: the invited wait like all, and the invitation is used up; one that is revoked or too old is worth nothing.
    let mut paths = Vec::new();
    for _ in 0..3 {
        paths.push(path_in(&bob.post(logic, &[("link", "1")]).await.text().await.expect("a page")));
    }
    let tom = server.student("tom").await;
    has(&tom.read(&paths[0]).await, &["All places are taken", "Join the waiting list"]);
    assert_eq!(location(&tom.post(&paths[0], &[]).await), "/students/enroll-course/?course=2");
    assert_eq!(tom.get(&paths[0]).await.status(), 404);
    let keys = between(&bob.read(logic).await, "name=\"key\" value=\"", "\"")
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    assert_eq!(keys.len(), 2);
    for key in &keys[..1] {
        assert_eq!(location(&bob.post("/teach/2/invitations/revoke/", &[("key", key)]).await), logic);
    }
    let filter = EventFilter { kind: Some(EventKind::InvitationRevoked), ..EventFilter::default() };
    let revoked = server.store.events(None, filter, 9).await.expect("events");
    let who = bob_id(&server).await;
    let said: Vec<_> = revoked.iter().map(|event| (event.course.map(|course| course.get()), event.origin.by)).collect();
    assert_eq!(said, [(Some(2), who)], "what was refused is none");
    assert!(revoked[0].origin.address.is_some());
    let ulf = server.student("ulf").await;
    let mut left = Vec::new();
    for path in &paths[1..] {
        left.push(ulf.get(path).await.status().as_u16());
    }
    left.sort_unstable();
    assert_eq!(left, [200, 404]);
    server.later(SignedDuration::from_hours(30 * 24));
    for path in &paths[1..] {
        assert_eq!(server.visitor().get(path).await.status(), 404);
    }
}

#[tokio::test]
async fn a_table_of_addresses_with_mistakes_loses_nothing() {
    let server = serving("lang = \"de\"").await;
    let ada = server.person("ada", Role::Instructor).await;
    let pasted = "Name;E-Mail\r\nSue;sue@example.org\r\nTom;nobody\r\n\"Ulf; junior\";ulf@example.org\r\nSue;SUE@example.org\r\n<b>;\r\n";
    let answer = ada.post(INVITATIONS, &[("addresses", pasted)]).await;
    assert_eq!(answer.status(), 200);
    let page = answer.text().await.expect("a page");
    has(&page, &["2 invitations are on their way.", "Line 3: there is no mail address in “Tom;nobody”."]);
    has(
        &page,
        &["Line 5: “Sue;SUE@example.org” is invited already.", "Line 6: there is no mail address in “&lt;b&gt;;”."],
    );
    has(&page, &["Tom;nobody\nSue;SUE@example.org\n&lt;b&gt;;</textarea>"]);
    let letters = letters(&server).await;
    assert_eq!(letters.iter().map(|(to, _)| to.as_str()).collect::<std::collections::BTreeSet<_>>().len(), 2);
    has(&letters[0].1, &["Sie sind in den Kurs „Sets“ bei Test school eingeladen."]);
    let page = ada.post(INVITATIONS, &[("addresses", "sue@example.org")]).await.text().await.expect("a page");
    has(&page, &["“sue@example.org” is invited already."]);
    has(&ada.post(INVITATIONS, &[("addresses", " \n")]).await.text().await.expect("a page"), &["at least one address"]);
    let lines = |n: usize| (0..n).map(|nth| format!("{nth}@example.org\n")).collect::<String>();
    let answer = ada.post(INVITATIONS, &[("addresses", &lines(1_001))]).await;
    assert_eq!(answer.status(), 400);
    has(&answer.text().await.expect("a page"), &["more than 1000 lines", "1000@example.org"]);
    server.later(SignedDuration::from_secs(8));
    let page = ada.post(INVITATIONS, &[("addresses", &lines(1_000))]).await.text().await.expect("a page");
    has(&page, &["1000 invitations are on their way."]);
    let too_long = "a".repeat(300_000);
    assert_eq!(ada.post(INVITATIONS, &[("addresses", &too_long)]).await.status(), 413);
}

/// A thousand at once and in an hour, whichever the course; what was too much was not done in part.
#[tokio::test]
async fn an_instructor_invites_only_so_many() {
    let server = serving("").await;
    let (ada, eve) = (server.person("ada", Role::Instructor).await, server.person("root", Role::Staff).await);
    let lines = |from: usize, n: usize| (from..from + n).map(|nth| format!("{nth}@example.org\n")).collect::<String>();
    let invite = async |text: &str| ada.post(INVITATIONS, &[("addresses", text)]).await;
    has(&invite(&lines(0, 600)).await.text().await.expect("a page"), &["600 invitations are on their way."]);
    let answer = invite(&lines(600, 402)).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "retry-after").as_str()), (429, "8"));
    let page = answer.text().await.expect("a page");
    has(&page, &["So many invitations cannot be made at once. Please try again in 8 seconds.", "1001@example.org"]);
    assert!(!page.contains("<bdi>600@example.org"), "nobody was invited");
    assert_eq!(invite("nobody").await.status(), 200, "who invites nobody spends nothing");
    has(&invite(&lines(600, 400)).await.text().await.expect("a page"), &["400 invitations are on their way."]);
    for form in [[("addresses", "x@example.org")], [("link", "1")]] {
        assert_eq!(ada.post(INVITATIONS, &form).await.status(), 429);
        assert_eq!(eve.post(INVITATIONS, &form).await.status(), 200, "others are not concerned");
    }
    server.later(SignedDuration::from_secs(4));
    has(&ada.post(INVITATIONS, &[("link", "1")]).await.text().await.expect("a page"), &["It works once"]);
    assert_eq!(ada.post(INVITATIONS, &[("link", "1")]).await.status(), 429);
}

#[tokio::test]
async fn the_pages_speak_german() {
    let mut site = Site::smallest();
    site.config.lang = "de".parse().expect("a language");
    let server = Server::over(site).await;
    let ada = server.person("ada", Role::Instructor).await;
    ask(&server.student("sue").await).await;
    has(&ada.read("/teach/").await, &["Unterrichten", "1 eingeschrieben"]);
    has(&ada.read(PEOPLE).await, &["Personen: Sets", "Platz entziehen"]);
    has(&ada.read(INVITATIONS).await, &["Einladungen: Sets", "Link machen"]);
    let answer = server.student("tom").await.get(PEOPLE).await;
    assert_eq!(answer.status(), 403);
    has(&answer.text().await.expect("a page"), &["Diese Seite ist nicht für Sie"]);
}
