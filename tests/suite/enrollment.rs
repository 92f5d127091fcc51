//! Rows E1–E7, E13, C8, C9: joining and leaving courses, cell by cell of the contract's table of pages.

use educa::school::Role;
use reqwest::Method;

use crate::support::{PASSWORD, Server, Site, header, location};

const ENROLL: &str = "/students/enroll-course/";

#[tokio::test]
async fn the_table_of_pages() {
    let server = Server::start().await;
    let (anonymous, stranger) = (server.visitor(), server.student("bob").await);
    let student = server.student("ada").await;
    student.enroll("1").await;
    // Path; anonymous; signed in; enrolled: a status, or where a redirect leads.
    let table = [
        ("/", "200", "200", "200"),
        ("/course/subject/maths/", "200", "200", "200"),
        ("/course/sets/", "200", "200", "200"),
        ("/course/nothing/", "404", "404", "404"),
        ("/course/subject/nothing/", "404", "404", "404"),
        ("/nothing", "404", "404", "404"),
        ("/students/register/", "200", "/students/courses/", "/students/courses/"),
        ("/accounts/login/", "200", "/students/courses/", "/students/courses/"),
        ("/accounts/logout/", "200", "200", "200"),
        ("/students/courses/", "/accounts/login/?next=/students/courses/", "200", "200"),
        ("/students/course/1/", "/accounts/login/?next=/students/course/1/", "403", "/course/sets/basics/"),
        ("/students/course/1/1/", "/accounts/login/?next=/students/course/1/1/", "403", "/course/sets/basics/"),
        ("/students/course/1/2/", "/accounts/login/?next=/students/course/1/2/", "403", "/course/sets/more/"),
        ("/students/course/1/3/", "/accounts/login/?next=/students/course/1/3/", "403", "404"),
        ("/students/course/1/0/", "/accounts/login/?next=/students/course/1/0/", "403", "404"),
        ("/students/course/1/x/", "/accounts/login/?next=/students/course/1/x/", "403", "404"),
        ("/students/course/2/", "/accounts/login/?next=/students/course/2/", "404", "404"),
        ("/students/course/x/", "/accounts/login/?next=/students/course/x/", "404", "404"),
        ("/course/sets/basics/", "/accounts/login/?next=/course/sets/basics/", "403", "200"),
        ("/course/sets/basics/?a=1", "/accounts/login/?next=/course/sets/basics/%3Fa%3D1", "403", "200"),
        ("/chat/room/1/", "/accounts/login/?next=/chat/room/1/", "403", "200"),
        ("/chat/room/2/", "/accounts/login/?next=/chat/room/2/", "403", "403"),
        ("/chat/room/x/", "/accounts/login/?next=/chat/room/x/", "403", "403"),
    ];
    for (path, by_anonymous, by_stranger, by_student) in table {
        for (who, visitor, expected) in [
            ("anonymous", &anonymous, by_anonymous),
            ("a stranger", &stranger, by_stranger),
            ("enrolled", &student, by_student),
        ] {
            for method in [Method::GET, Method::HEAD] {
                let answer = visitor.request(method.clone(), path).send().await.expect("an answer");
                let to = location(&answer);
                let found = if to.is_empty() { answer.status().as_str().to_owned() } else { to };
                assert_eq!(found, expected, "{method} {path} by {who}");
                assert!(header(&answer, "location").is_empty() || answer.status() == 302, "{method} {path} by {who}");
                if expected != "200" {
                    let kept = header(&answer, "cache-control");
                    assert_eq!(kept, "private, no-cache", "{method} {path} by {who}: it depends on who asks");
                    assert_eq!(header(&answer, "vary"), "Cookie", "{method} {path} by {who}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_form_and_its_edges() {
    let server = Server::start().await;
    let answer = server.visitor().post(ENROLL, &[("course", "1")]).await;
    assert_eq!(
        (answer.status().as_u16(), location(&answer).as_str()),
        (302, "/accounts/login/?next=/students/enroll-course/")
    );
    let ada = server.student("ada").await;
    for (form, status) in [
        (vec![], 400),
        (vec![("course", "")], 400),
        (vec![("course", "2")], 404),
        (vec![("course", "x")], 404),
        (vec![("course", "01")], 404),
        (vec![("course", "-1")], 404),
        (vec![("course", "99999999999999999999")], 404),
        (vec![("course", "1\0")], 404),
        (vec![("course", "1"), ("course", "2")], 404),
    ] {
        let answer = ada.post(ENROLL, &form).await;
        assert_eq!(answer.status(), status, "{form:?}");
        assert!(header(&answer, "content-type").starts_with("text/html"), "a page: {form:?}");
    }
    let nothing = ada.request(Method::POST, ENROLL).send().await.expect("an answer");
    assert_eq!(nothing.status(), 400, "no form at all names no course either");
    assert_eq!(ada.get("/course/sets/basics/").await.status(), 403, "none of these enrolled");
    // An old page's token field is no obstacle; of two courses the last counts.
    let form = [("course", "7"), ("csrfmiddlewaretoken", "x"), ("course", "1")];
    assert_eq!(location(&ada.post(ENROLL, &form).await), "/students/course/1/");
    assert_eq!(ada.get("/course/sets/basics/").await.status(), 200);
    // Where the sign-in page led somebody whose form was not accepted.
    assert_eq!(location(&ada.get(ENROLL).await), "/students/courses/");
    assert_eq!(location(&server.visitor().get(ENROLL).await), "/");
}

#[tokio::test]
async fn enrolling_twice_is_one_enrollment() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    assert!(ada.read("/students/courses/").await.contains("You are not enrolled in any courses yet."));
    ada.enroll("1").await;
    ada.enroll("1").await;
    let page = ada.read("/students/courses/").await;
    assert_eq!(page.matches("<li class=\"card\">").count(), 1, "{page}");
    assert!(page.contains("Sets"), "{page}");
}

#[tokio::test]
async fn a_course_can_be_left() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    let leave = "/students/leave-course/";
    let answer = server.visitor().post(leave, &[("course", "1")]).await;
    assert_eq!(location(&answer), "/accounts/login/?next=/students/leave-course/");
    assert_eq!(ada.get(leave).await.status(), 405);
    assert_eq!(ada.post(leave, &[]).await.status(), 400);
    ada.read("/course/sets/basics/").await;
    for _ in 0..2 {
        let answer = ada.post(leave, &[("course", "1")]).await;
        assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, "/students/courses/"));
        assert!(ada.read("/students/courses/").await.contains("You are not enrolled in any courses yet."));
    }
    for path in ["/course/sets/basics/", "/chat/room/1/", "/students/course/1/"] {
        assert_eq!(ada.get(path).await.status(), 403, "{path}");
    }
    ada.enroll("1").await;
    ada.read("/course/sets/basics/").await;
}

#[tokio::test]
async fn what_can_be_done_about_a_course_depends_on_who_asks() {
    let server = Server::start().await;
    let (anonymous, ada) = (server.visitor(), server.student("ada").await);
    let enrolled = server.student("bob").await;
    enrolled.enroll("1").await;
    let bar = "/accounts/bar/?course=1&next=/course/sets/";
    for path in [bar, "/students/enroll-course/?course=1"] {
        let page = anonymous.read(path).await;
        assert!(page.contains("Register to enroll") && !page.contains("Enroll now"), "{page}");
        assert!(page.contains("href=\"/students/register/?next=/"), "{page}");
        let page = ada.read(path).await;
        assert!(page.contains("Enroll now") && page.contains("name=\"course\" value=\"1\""), "{page}");
        assert!(page.contains("action=\"/students/enroll-course/\""), "{page}");
    }
    let page = enrolled.read(bar).await;
    assert!(page.contains("Go to course") && !page.contains("Enroll now"), "{page}");
    assert_eq!(location(&enrolled.get("/students/enroll-course/?course=1").await), "/students/course/1/");
    assert_eq!(ada.get("/students/enroll-course/?course=2").await.status(), 404);
    // The bar is a piece of a page that everyone has: it must not be kept for the next reader.
    let answer = ada.get(bar).await;
    assert_eq!(
        (header(&answer, "cache-control"), header(&answer, "vary")),
        ("private, no-cache".into(), "Cookie, Accept-Language".into())
    );
    assert!(answer.text().await.expect("a text").contains("ada"));
    // Without a course, or for one that is not there, it still says who is asking.
    for path in ["/accounts/bar/", "/accounts/bar/?course=99", "/accounts/bar/?course=x"] {
        assert!(ada.read(path).await.contains("ada"), "{path}");
    }
}

#[tokio::test]
async fn the_page_that_refuses_shows_the_way_in() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    for path in ["/course/sets/basics/", "/students/course/1/", "/chat/room/1/"] {
        let answer = ada.get(path).await;
        assert_eq!(answer.status(), 403, "{path}");
        let page = answer.text().await.expect("a page");
        assert!(page.contains("Enroll now") && page.contains("name=\"course\" value=\"1\""), "{path}: {page}");
        assert!(!page.contains("secret"), "{path}: {page}");
    }
}

/// The instructor of a course and the staff look at its pages; a seat they have not: its room and its contents over the
/// API are for the enrolled alone (row E9).
#[tokio::test]
async fn who_teaches_looks_at_the_pages_and_has_no_seat() {
    let server = Server::start().await;
    for (name, role, page) in [
        ("ada", Role::Instructor, 200),
        ("root", Role::Staff, 200),
        ("grace", Role::Instructor, 403),
        ("Ada2", Role::Instructor, 403),
        ("sue", Role::Student, 403),
    ] {
        let visitor = server.person(name, role).await;
        assert_eq!(visitor.get("/course/sets/basics/").await.status(), page, "{name}");
        for path in ["/chat/room/1/", "/students/course/1/"] {
            assert_eq!(visitor.get(path).await.status(), 403, "{name} {path}");
        }
        let request = visitor.request(reqwest::Method::GET, "/api/courses/1/contents/");
        let answer = request.basic_auth(name, Some(PASSWORD)).send().await.expect("an answer");
        assert_eq!(answer.status(), 403, "{name}");
    }
}

/// A student who bears the owner's name teaches nothing.
#[tokio::test]
async fn a_name_alone_is_no_role() {
    let server = Server::start().await;
    let ada = server.student("ada").await;
    assert_eq!(ada.get("/course/sets/basics/").await.status(), 403);
}

#[tokio::test]
async fn a_course_without_modules_leads_to_its_overview() {
    let site = Site::smallest().with(
        "content/maths/empty/course.md",
        "+++\nid = 2\ntitle = \"Empty\"\nowner = \"ada\"\ncreated = 2026-02-06T12:00:00Z\n+++\nNothing yet.\n",
    );
    let server = Server::over(site).await;
    let ada = server.student("ada").await;
    ada.enroll("2").await;
    assert_eq!(location(&ada.get("/students/course/2/").await), "/course/empty/");
    assert!(ada.read("/course/empty/").await.contains("No modules yet."));
    assert_eq!(ada.get("/students/course/2/1/").await.status(), 404);
}

/// C20: the pieces that a script puts into a static page speak that page's language.
#[tokio::test]
async fn the_bar_speaks_the_language_of_its_page() {
    let server = Server::start().await;
    let ask = async |language: &str| {
        let request = server.visitor().request(reqwest::Method::GET, "/accounts/bar/?course=1");
        let answer = request.header("Accept-Language", language).send().await.expect("an answer");
        answer.text().await.expect("a text")
    };
    assert!(ask("de").await.contains("Anmelden"));
    assert!(ask("de-AT,de;q=0.9").await.contains("Anmelden"));
    for other in ["en", "xx", "!!", ""] {
        assert!(ask(other).await.contains("Sign in"), "{other}");
    }
}
