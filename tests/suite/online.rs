//! Row W14: the page of all with whom one shares a course.

use std::time::Duration;

use educa::school::{Backing, Role};

use crate::support::{Server, Site, location};

const ONLINE: &str = "/students/online/";

/// What a page says of people: name, state, and the courses named.
fn rows(page: &str) -> Vec<(String, &str, usize)> {
    let between =
        |text: &'static str, end: char| move |row: &str| row.split(text).nth(1)?.split(end).next().map(str::to_owned);
    page.split("<tr data-name=")
        .skip(1)
        .map(|row| {
            let row = row.split("</tr>").next().expect("a row ends");
            let name = between("<bdi>", '<')(row).expect("a name");
            let state = if row.contains(">Online<") { "online" } else { "offline" };
            assert_eq!(row.contains("class=\"online\""), state == "online", "{row}");
            (name, state, row.matches("<li>").count())
        })
        .collect()
}

fn row(name: &str, state: &'static str, n_courses: usize) -> (String, &'static str, usize) {
    (name.to_owned(), state, n_courses)
}

#[tokio::test]
async fn everybody_is_there_once_with_the_courses_that_are_shared() {
    let server = Server::over(Site::large(1, 1, 1)).await;
    let anonymous = server.visitor().get(ONLINE).await;
    assert_eq!(location(&anonymous), "/accounts/login/?next=/students/online/");
    let [ada, bob, eve, tom] = [
        server.student("ada").await,
        server.student("Bob").await,
        server.student("eve").await,
        server.student("tom").await,
    ];
    for (who, courses) in [(&ada, &["1", "2"][..]), (&bob, &["1", "2"]), (&eve, &["2"])] {
        for course in courses {
            who.enroll(course).await;
        }
    }
    assert_eq!(
        rows(&ada.read(ONLINE).await),
        [row("ada", "offline", 2), row("Bob", "offline", 2), row("eve", "offline", 1)]
    );
    assert_eq!(
        rows(&eve.read(ONLINE).await),
        [row("ada", "offline", 1), row("Bob", "offline", 1), row("eve", "offline", 1)]
    );
    let page = tom.read(ONLINE).await;
    assert!(rows(&page).is_empty() && page.contains("Nobody."), "who is in no course sees nobody: {page}");
    bob.post("/students/leave-course/", &[("course", "2")]).await;
    assert_eq!(rows(&eve.read(ONLINE).await), [row("ada", "offline", 1), row("eve", "offline", 1)]);
    assert!(ada.read("/students/courses/").await.contains("href=\"/students/online/\""));
    assert!(ada.read("/chat/room/1/").await.contains("href=\"/students/online/\""));
}

#[tokio::test]
async fn who_is_here_comes_first() {
    let server = Server::start().await;
    let [ada, zoe] = [server.caller("ada").await, server.caller("zoe").await];
    let reader = server.person("staff", Role::Staff).await;
    let mut socket = zoe.opens("/ws/presence/1/").await;
    socket.next().await;
    server.agrees_on_online(&[zoe.account.id], 1).await;
    assert_eq!(rows(&reader.read(ONLINE).await), [row("zoe", "online", 1), row("ada", "offline", 1)]);
    drop((socket, ada));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let page = reader.read(ONLINE).await;
    assert_eq!(rows(&page), [row("ada", "offline", 1), row("zoe", "offline", 1)]);
    assert!(page.contains("0 people on this page are online."), "{page}");
}

#[tokio::test]
async fn who_teaches_sees_their_courses_and_nobody_sees_who_only_asked() {
    let asking = "+++\nid = 1\ntitle = \"Sets\"\nowner = \"ada\"\ncreated = 2026-01-01T00:00:00Z\nenrollment = \"approval\"\n+++\n";
    let server = Server::over(Site::smallest().with("content/maths/sets/course.md", asking)).await;
    let bob = server.student("bob").await;
    bob.post("/students/enroll-course/", &[("course", "1")]).await;
    let owner = server.person("ada", Role::Instructor).await;
    assert!(rows(&owner.read(ONLINE).await).is_empty());
    let account = server.account("carl", Role::Student).await;
    for backing in [Backing::None, Backing::Answer] {
        server.school.enroll(&account, &server.course(1), backing, None).await.expect("it works");
    }
    assert_eq!(rows(&owner.read(ONLINE).await), [row("carl", "offline", 1)]);
    assert!(rows(&bob.read(ONLINE).await).is_empty());
    let elsewhere = server.person("other", Role::Instructor).await;
    assert!(rows(&elsewhere.read(ONLINE).await).is_empty());
}

#[tokio::test]
async fn a_page_has_two_hundred_and_says_how_many_come_after() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    let password = server.account("model", Role::Student).await.password;
    for n in 0..206 {
        let account = server.account_with(&format!("student{n:03}"), password.clone()).await;
        server.school.enroll(&account, &server.course(1), Backing::None, None).await.expect("it works");
    }
    let page = ada.read(ONLINE).await;
    assert_eq!(rows(&page).len(), 200);
    assert!(page.contains("7 more people on the next pages."), "{page}");
    let next = page.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a next page");
    let page = ada.read(next).await;
    let names: Vec<_> = rows(&page).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, (199..206).map(|n| format!("student{n:03}")).collect::<Vec<_>>());
    assert!(!page.contains("rel=\"next\"") && page.contains(&format!("href=\"{ONLINE}\"")), "{page}");
    for odd in ["x", "-1", "99999999999999999999", ""] {
        assert_eq!(rows(&ada.read(&format!("{ONLINE}?after={odd}")).await).len(), 200, "{odd}");
    }
}
