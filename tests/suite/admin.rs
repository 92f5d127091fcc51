//! Rows O1 and O3: what the staff sees, and nobody else.

use educa::school::{Backing, Email, EventKind, Origin, Role};
use jiff::SignedDuration;

use crate::support::{PASSWORD, Server, Site};

const LOGIN: &str = "/accounts/login/";

fn school() -> Site {
    Site::smallest().with(
        "content/maths/logic/course.md",
        "+++\nid = 2\ntitle = \"Logic & <more>\"\nowner = \"ada\"\ncreated = 2026-01-01T00:00:00Z\nenrollment = \"approval\"\ncapacity = 30\nprerequisites = [\"sets\"]\n+++\n",
    )
}

fn has(page: &str, words: &[&str]) {
    for word in words {
        assert!(page.contains(word), "{word}: {page}");
    }
}

/// The texts of the rows' headings, in order.
fn rows(page: &str) -> Vec<String> {
    let cells = page.split("<th scope=\"row\">").skip(1).filter_map(|rest| rest.split("</th>").next());
    let without_tags = |cell: &str| {
        let parts = cell.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        parts.collect::<String>()
    };
    cells.map(without_tags).collect()
}

fn next(page: &str) -> Option<String> {
    let rest = page.split("rel=\"next\" href=\"").nth(1)?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

#[tokio::test]
async fn people_are_found_by_name_mail_and_role() {
    let server = Server::over(school()).await;
    let root = server.person("root", Role::Staff).await;
    has(&root.read("/students/courses/").await, &["href=\"/admin/\""]);
    server.person("ada", Role::Instructor).await;
    let email: Email = "Sue@Example.org".parse().expect("an address");
    let username = "sue".parse().expect("a name");
    let registration = educa::school::ValidRegistration { username, email: Some(email), password: PASSWORD.into() };
    server.school.add_account(registration, Role::Student).await.expect("it works").expect("free");
    assert_eq!(rows(&root.read("/admin/people/").await), ["root", "ada", "sue"]);
    assert_eq!(rows(&root.read("/admin/people/?role=instructor").await), ["ada"]);
    assert_eq!(rows(&root.read("/admin/people/?search=EXAMPLE").await), ["sue"]);
    assert_eq!(rows(&root.read("/admin/people/?search=o&role=staff").await), ["root"]);
    assert_eq!(rows(&root.read("/admin/people/?search=o&role=student").await), ["sue"], "by her address");
    has(&root.read("/admin/people/?search=%3Cb%3E&role=x&after=-1").await, &["Nobody.", "value=\"&lt;b&gt;\""]);
    server.school.disable_account("sue").await.expect("done");
    assert_eq!(rows(&root.read("/admin/people/?state=disabled").await), ["sue"]);
    assert_eq!(rows(&root.read("/admin/people/?state=active").await), ["root", "ada"]);
    assert_eq!(rows(&root.read("/admin/people/?state=unconfirmed&role=student").await), [""; 0]);
    has(&root.read("/admin/people/3/").await, &["<dt>State</dt><dd>disabled</dd>", "Account disabled"]);
    let password = server.account("first", Role::Student).await.password;
    for nth in 0..60 {
        server.account_with(&format!("many{nth:02}"), password.clone()).await;
    }
    let first = root.read("/admin/people/?search=many").await;
    assert_eq!(rows(&first).len(), 50);
    let second = root.read(&next(&first).expect("a next page")).await;
    assert_eq!((rows(&second).len(), rows(&second)[0].as_str(), next(&second)), (10, "many50", None));
}

#[tokio::test]
async fn a_person_with_their_seats_sessions_and_events() {
    let server = Server::over(school()).await;
    let root = server.person("root", Role::Staff).await;
    let sue = server.student("sue").await;
    sue.enroll("1").await;
    sue.post("/students/enroll-course/", &[("course", "2")]).await;
    let page = root.read("/admin/people/2/").await;
    has(&page, &["<bdi>sue</bdi>", "<dt>Sessions</dt><dd>1</dd>", "<dt>Role</dt><dd>student</dd>", "127.0.0.1"]);
    has(&page, &["Logic &amp; &lt;more&gt;", "href=\"/admin/events/?person=sue\""]);
    assert_eq!(rows(&page)[2..], ["Asked for a place", "Got a place", "Signed in", "Registered"]);
    for path in ["/admin/people/99/", "/admin/people/x/", "/admin/people/-1/"] {
        assert_eq!(root.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn courses_and_enrollments() {
    let server = Server::over(school()).await;
    let root = server.person("root", Role::Staff).await;
    let password = server.account("first", Role::Student).await.password;
    for nth in 0..40 {
        let account = server.account_with(&format!("many{nth:02}"), password.clone()).await;
        for course in [1, 2] {
            server.school.enroll(&account, &server.course(course), Backing::None, None).await.expect("enrolled");
        }
    }
    let page = root.read("/admin/courses/").await;
    has(&page, &["40 enrolled", "0 / 30 enrolled", "40 asked", "The instructor approves each request", "30 places"]);
    has(&page, &["Ada Okafor", "Requires", "href=\"/teach/2/\"", "href=\"/admin/enrollments/?course=2\""]);
    let (mut path, mut seen) = (Some("/admin/enrollments/".to_owned()), Vec::new());
    while let Some(here) = path {
        let page = root.read(&here).await;
        seen.push(rows(&page).len());
        path = next(&page);
    }
    assert_eq!(seen, [50, 30]);
    assert_eq!(rows(&root.read("/admin/enrollments/?course=2").await).len(), 40);
    assert_eq!(rows(&root.read("/admin/enrollments/?state=waiting").await).len(), 0);
    let asked = root.read("/admin/enrollments/?state=requested").await;
    assert_eq!(rows(&asked).len(), 40);
    assert!(rows(&asked).iter().all(|title| title.contains("Logic")), "{asked}");
    for path in ["/admin/enrollments/?after=x", "/admin/enrollments/?after=1-x", "/admin/enrollments/?course=x"] {
        assert_eq!(rows(&root.read(path).await).len(), 50, "{path}");
    }
}

#[tokio::test]
async fn the_log_of_events_says_who_and_from_where() {
    let server = Server::over(school()).await;
    let root = server.person("root", Role::Staff).await;
    let ada = server.person("ada", Role::Instructor).await;
    let sue = server.student("sue").await;
    sue.enroll("1").await;
    let id = server.school.account_by_name("sue").await.expect("read").expect("sue").id.to_string();
    ada.post("/teach/1/remove/", &[("account", &id)]).await;
    let page = root.read("/admin/events/?course=1").await;
    assert_eq!(rows(&page), ["Was removed", "Got a place"]);
    let removal = page.split("<tr>").nth(2).expect("a row");
    has(removal, &["<bdi>sue</bdi>", "<bdi>ada</bdi>", "Sets", "<td>127.0.0.1</td>"]);
    assert_eq!(rows(&root.read("/admin/events/?kind=enrolled").await), ["Got a place"]);
    assert_eq!(rows(&root.read("/admin/events/?person=SUE&kind=removed").await), ["Was removed"]);
    assert_eq!(rows(&root.read("/admin/events/?person=nobody").await).len(), 0);
    for _ in 0..60 {
        let origin = Origin { at: "2026-11-20T12:00:00Z".parse().expect("a time"), by: None, address: None };
        server.store.add_event(EventKind::SignInFailed, None, None, origin).await.expect("logged");
    }
    let first = root.read("/admin/events/?kind=sign-in-failed").await;
    let second = root.read(&next(&first).expect("a next page")).await;
    assert_eq!((rows(&first).len(), rows(&second).len(), next(&second)), (50, 10, None));
    has(&root.read("/admin/events/?kind=nonsense&before=x&course=0").await, &["Was removed"]);
}

#[tokio::test]
async fn figures_by_day() {
    let server = Server::over(school()).await;
    let root = server.person("root", Role::Staff).await;
    server.student("sue").await.enroll("1").await;
    server.later(SignedDuration::from_hours(48));
    server.student("tom").await.enroll("1").await;
    server.student("ulf").await.enroll("1").await;
    let page = root.read("/admin/").await;
    has(&page, &["<dt>Courses</dt><dd>2</dd>", "<dt>Places taken</dt><dd>3</dd>", "Size of the store", " MB</dd>"]);
    has(&page, &["Enrollments a day: 3 in 30 days", "<title>2026-11-20: 1</title>", "<title>2026-11-22: 2</title>"]);
    has(
        &page,
        &["<rect x=\"290\" y=\"0\" width=\"8\" height=\"100\">", "<rect x=\"270\" y=\"50\" width=\"8\" height=\"50\">"],
    );
    assert!(!page.contains("style="), "{page}");
    assert_eq!(page.matches("<rect").count(), 90);
    // What is older than 30 days is not counted.
    server.later(SignedDuration::from_hours(24 * 29));
    let root = server.visitor();
    root.post(LOGIN, &[("username", "root"), ("password", PASSWORD)]).await;
    has(&root.read("/admin/").await, &["Enrollments a day: 2 in 30 days", "Sign-ins a day: 3 in 30 days"]);
}

#[tokio::test]
async fn the_pages_speak_german() {
    let mut site = school();
    site.config.lang = "de".parse().expect("a language");
    let server = Server::over(site).await;
    let root = server.person("root", Role::Staff).await;
    has(&root.read("/admin/").await, &["Verwaltung", "Einschreibungen am Tag", "Vergebene Plätze"]);
    has(&root.read("/admin/events/").await, &["Angemeldet", "Ereignis"]);
    has(&root.read("/admin/people/").await, &["verwaltet"]);
}

/// Every kind of event has words, in each language that the theme speaks.
#[test]
fn all_kinds_of_events_have_words() {
    for language in ["en", "de"] {
        let path = format!("{}/themes/school/i18n/{language}.toml", env!("CARGO_MANIFEST_DIR"));
        let words = std::fs::read_to_string(path).expect("words");
        for kind in educa::school::EVENT_KINDS {
            assert!(words.contains(&format!("event_{} = ", kind.as_str())), "{language}: {}", kind.as_str());
        }
    }
}

/// Rows K10 and O3.
#[tokio::test]
async fn figures_of_the_cache_and_of_requests() {
    let server = Server::start().await;
    for _ in 0..3 {
        server.visitor().read("/course/sets/").await;
    }
    let root = server.person("root", Role::Staff).await;
    let page = root.read("/admin/").await;
    let figure = |name: &str| {
        let row = page.split("<div>").find(|row| row.starts_with(&format!("<dt>{name}</dt>"))).expect("a row");
        row.split("<dd>").nth(1).and_then(|rest| rest.split("</dd>").next()).expect("a value").to_owned()
    };
    assert_eq!(figure("Files"), "1");
    assert_eq!(figure("Found there"), "2");
    assert_eq!(figure("Read from the disk"), "1 (33 %)");
    // Three pages and signing in.
    assert_eq!(figure("Requests answered"), "4");
}
