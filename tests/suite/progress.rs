//! Progress: students say which modules they have done, go on where they were, and are seen by who teaches them.

use educa::school::Role;
use jiff::SignedDuration;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Server, Site, Visitor, assert_guarded, location};

const DONE: &str = "/students/course/1/done/";
const MY_COURSES: &str = "/students/courses/";

async fn mark(visitor: &Visitor<'_>, module: &str) -> Response {
    visitor.post(DONE, &[("module", module)]).await
}

async fn call(visitor: &Visitor<'_>, method: Method, path: &str, name: &str) -> Response {
    visitor.request(method, path).basic_auth(name, Some(PASSWORD)).send().await.expect("an answer")
}

async fn json_of(answer: Response) -> Value {
    assert_eq!(answer.status(), 200, "{}", answer.url());
    answer.json().await.expect("JSON")
}

fn has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}

#[tokio::test]
async fn a_student_goes_from_module_to_module_and_sees_how_far_they_are() {
    let server = Server::start().await;
    let sue = server.student("sue").await;
    sue.enroll("1").await;
    has(&sue.read(MY_COURSES).await, &["0 of 2 modules done", "Go to course", "<progress max=\"2\" value=\"0\">"]);
    // The page of a module holds the form that is sent.
    let form = format!("<form class=\"mark-done\" method=\"post\" action=\"{DONE}\">");
    let first = sue.read("/course/sets/basics/").await;
    has(&first, &[&form, "name=\"module\" value=\"basics\"", "Mark as done and go on"]);
    has(&sue.read("/course/sets/more/").await, &[&form, "value=\"more\"", "Mark as done and finish"]);
    let answer = mark(&sue, "basics").await;
    assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, "/course/sets/more/"));
    assert_guarded(&answer);
    let page = sue.read(MY_COURSES).await;
    has(&page, &["1 of 2 modules done", "href=\"/course/sets/more/\"", "Continue: <span>More</span>", "Modules done"]);
    assert_eq!(location(&mark(&sue, "more").await), MY_COURSES, "there is no module after it");
    has(&sue.read(MY_COURSES).await, &["All 2 modules done", "Go to course"]);
    // And back.
    let undone = sue.post(DONE, &[("module", "basics"), ("undo", "yes")]).await;
    assert_eq!(location(&undone), MY_COURSES);
    has(&sue.read(MY_COURSES).await, &["1 of 2 modules done", "Continue: <span>Basics</span>"]);
}

#[tokio::test]
async fn twice_is_once_and_leaving_forgets_nothing() {
    let server = Server::start().await;
    let sue = server.student("sue").await;
    sue.enroll("1").await;
    mark(&sue, "basics").await;
    server.later(SignedDuration::from_hours(30));
    assert_eq!(location(&mark(&sue, "basics").await), "/course/sets/more/");
    has(&sue.read(MY_COURSES).await, &["1 of 2 modules done", "datetime=\"2026-11-20T12:00:00Z\""]);
    sue.post("/students/leave-course/", &[("course", "1")]).await;
    assert_eq!(mark(&sue, "more").await.status(), 403, "who left says nothing more");
    sue.enroll("1").await;
    has(&sue.read(MY_COURSES).await, &["1 of 2 modules done"]);
}

#[tokio::test]
async fn only_who_has_a_place_says_so_and_only_of_modules_that_there_are() {
    let later = "+++\nid = 2\ntitle = \"Later\"\nowner = \"ada\"\nstarts = 2026-11-21T12:00:00Z\n+++\n";
    let site = Site::smallest()
        .with("content/maths/later/course.md", later)
        .with("content/maths/later/01-soon/module.md", "+++\ntitle = \"Soon\"\n+++\n");
    let server = Server::over(site).await;
    let answer = mark(&server.visitor(), "basics").await;
    assert_eq!(location(&answer), format!("/accounts/login/?next={DONE}"));
    let (sue, ada) = (server.student("sue").await, server.person("ada", Role::Instructor).await);
    for visitor in [&sue, &ada] {
        assert_eq!(mark(visitor, "basics").await.status(), 403, "who only looks at a course has done nothing there");
    }
    sue.enroll("1").await;
    // Where signing in leads after a form was sent by somebody who was not signed in.
    assert_eq!(location(&sue.get(DONE).await), "/course/sets/basics/");
    assert_eq!(sue.post(DONE, &[]).await.status(), 400);
    for (module, status) in [("", 400), ("nothing", 404), ("../more", 404), ("Basics", 404)] {
        assert_eq!(mark(&sue, module).await.status(), status, "{module:?}");
    }
    for path in ["/students/course/99/done/", "/students/course/x/done/"] {
        assert_eq!(sue.post(path, &[("module", "basics")]).await.status(), 404, "{path}");
    }
    sue.enroll("2").await;
    let early = sue.post("/students/course/2/done/", &[("module", "soon")]).await;
    assert_eq!(early.status(), 403, "before it begins");
    let request = sue.request(Method::POST, DONE).header("Sec-Fetch-Site", "cross-site");
    let foreign = request.form(&[("module", "basics")]).send().await.expect("an answer");
    assert_eq!(foreign.status(), 403, "a page of another site says nothing for anybody");
    has(&sue.read(MY_COURSES).await, &["0 of 2 modules done"]);
}

#[tokio::test]
async fn where_each_content_has_a_page_the_last_one_of_a_module_has_the_form() {
    let course = "+++\nid = 2\ntitle = \"Logic\"\nowner = \"ada\"\nlayout = \"lesson\"\n+++\n";
    let text = |title: &str| format!("+++\ntitle = \"{title}\"\n+++\nWords.\n");
    let site = Site::smallest()
        .with("content/maths/logic/course.md", course)
        .with("content/maths/logic/01-not/module.md", "+++\ntitle = \"Not\"\n+++\n")
        .with("content/maths/logic/01-not/01-first.md", text("First"))
        .with("content/maths/logic/01-not/02-last.md", text("Last"))
        .with("content/maths/logic/02-empty/module.md", "+++\ntitle = \"Empty\"\n+++\n");
    site.build_with_warnings();
    for (page, expected) in [
        ("/course/logic/not/", false),
        ("/course/logic/not/first/", false),
        ("/course/logic/not/last/", true),
        ("/course/logic/empty/", true),
    ] {
        assert_eq!(site.gated(page).contains("class=\"mark-done\""), expected, "{page}");
    }
}

#[tokio::test]
async fn what_an_author_removes_or_renames_is_not_counted() {
    let server = Server::start().await;
    let sue = server.student("sue").await;
    sue.enroll("1").await;
    mark(&sue, "basics").await;
    mark(&sue, "more").await;
    server.site.rename("content/maths/sets/02-more", "content/maths/sets/02-other");
    server.site.build();
    for _ in 0..100 {
        if sue.get("/course/sets/other/").await.status() == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    has(&sue.read(MY_COURSES).await, &["1 of 2 modules done", "Continue: <span>More</span>", "/course/sets/other/"]);
    mark(&sue, "other").await;
    has(&sue.read(MY_COURSES).await, &["All 2 modules done"]);
}

#[tokio::test]
async fn programs_say_and_read_how_far_somebody_is() {
    let server = Server::start().await;
    let sue = server.student("sue").await;
    sue.enroll("1").await;
    let address = |order: &str| format!("/api/courses/1/modules/{order}/done/");
    for _ in 0..2 {
        let answer = json_of(call(&sue, Method::PUT, &address("1"), "sue").await).await;
        assert_eq!(answer, json!({"done": 1, "modules": 2, "finished": [1]}));
    }
    let mine = json_of(call(&sue, Method::GET, "/api/me/courses/", "sue").await).await;
    assert_eq!(mine[0]["progress"], json!({"done": 1, "modules": 2, "finished": [1]}));
    let me = json_of(call(&sue, Method::GET, "/api/me/", "sue").await).await;
    assert_eq!(me["progress"], json!({"done": 1, "modules": 2}));
    let answer = json_of(call(&sue, Method::DELETE, &address("1"), "sue").await).await;
    assert_eq!(answer, json!({"done": 0, "modules": 2, "finished": []}));
    for order in ["2", "x", "-1", "4294967296"] {
        assert_eq!(call(&sue, Method::PUT, &address(order), "sue").await.status(), 404, "{order}");
    }
    server.account("tom", Role::Student).await;
    server.account("root", Role::Staff).await;
    for name in ["tom", "root"] {
        assert_eq!(call(&server.visitor(), Method::PUT, &address("0"), name).await.status(), 403, "{name}");
    }
    for (site, status) in [("cross-site", 403), ("same-origin", 200)] {
        let request = sue.request(Method::PUT, &address("0")).header("Sec-Fetch-Site", site);
        assert_eq!(request.send().await.expect("an answer").status(), status, "{site}");
    }
}

#[tokio::test]
async fn who_teaches_sees_how_far_each_one_is() {
    let server = Server::start().await;
    let (sue, tom) = (server.student("sue").await, server.student("tom").await);
    sue.enroll("1").await;
    tom.enroll("1").await;
    mark(&sue, "basics").await;
    mark(&sue, "more").await;
    mark(&tom, "more").await;
    let ada = server.person("ada", Role::Instructor).await;
    has(&ada.read("/teach/1/").await, &["Modules done", "<td>2 of 2</td>", "<td>1 of 2</td>"]);
    let people = json_of(call(&ada, Method::GET, "/api/courses/1/people/", "ada").await).await;
    let done: Vec<_> = people["results"].as_array().expect("a list").iter().map(|one| &one["modules_done"]).collect();
    assert_eq!(done, [&json!(2), &json!(1)]);
    let table = call(&ada, Method::GET, "/api/courses/1/people.csv", "ada").await.text().await.expect("a text");
    let column: Vec<_> = table.lines().map(|line| line.rsplit(',').next().expect("a cell")).collect();
    assert_eq!(column, ["modules_done", "2", "1"]);
}
