//! Who may enroll in a course, and when: what authors write, what everyone reads, and what students can do about it.

use educa::course::EnrollmentPolicy;
use educa::school::Role;
use jiff::SignedDuration;
use reqwest::Method;

use crate::support::{PASSWORD, Server, Site, Visitor, assert_report, location};

const COURSE: &str = "content/maths/sets/course.md";
const ENROLL: &str = "/students/enroll-course/";
const ENROLL_PAGE: &str = "/students/enroll-course/?course=1";
const BAR: &str = "/accounts/bar/?course=1&next=/course/sets/";

/// The smallest school, its course with more settings.
fn school(settings: &str) -> Site {
    Site::smallest().with(COURSE, course(1, "Sets", settings))
}

fn course(id: u32, title: &str, settings: &str) -> String {
    let created = format!("2026-02-0{id}T12:00:00Z");
    format!("+++\nid = {id}\ntitle = \"{title}\"\nowner = \"ada\"\ncreated = {created}\n{settings}\n+++\nAbout it.\n")
}

#[test]
fn the_overview_says_who_may_enroll_and_when() {
    let settings = "enrollment = \"approval\"\ncapacity = 30\nopens = 2026-09-01T08:30:00Z\ncloses = 2026-09-30\n\
                    starts = 2026-10-05\nends = 2027-01-31\nprerequisites = [\"logic\"]";
    let site = school(settings).with("content/maths/logic/course.md", course(2, "Logic", "lang = \"de\""));
    site.build();
    let page = site.public("/course/sets/");
    for said in [
        "The instructor approves each request",
        "<time datetime=\"2026-09-01T08:30:00Z\">1 September 2026, 08:30 UTC</time>",
        "until <time datetime=\"2026-09-30T23:59:59Z\">30 September 2026</time>",
        "<dt>Places</dt><dd>30 places</dd>",
        "<dt>Begins on</dt><dd><time datetime=\"2026-10-05T00:00:00Z\">5 October 2026</time>",
        "<dt>Ends on</dt><dd><time datetime=\"2027-01-31T23:59:59Z\">31 January 2027</time>",
        "<dt>Requires</dt><dd><ul>\n<li><a href=\"/course/logic/\" lang=\"de\" dir=\"ltr\">Logic</a></li>",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    site.write(COURSE, course(1, "Mengen", &format!("lang = \"de\"\n{settings}")));
    site.build();
    let page = site.public("/course/sets/");
    for said in
        ["Die Lehrkraft bestätigt jede Anfrage", "1. September 2026, 08:30 Uhr UTC", "30 Plätze", "Setzt voraus"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("<li><a href=\"/course/logic/\" lang"), "the same language: {page}");
    let plain = site.public("/course/logic/");
    for word in ["Einschreibung</dt>", "Plätze", "Beginnt am", "Setzt voraus"] {
        assert!(!plain.contains(word), "{plain}");
    }
}

/// A page that names another course is drawn anew when that one is renamed, also by a build that keeps courses.
#[test]
fn a_required_course_is_shown_as_it_is_called_now() {
    use educa::site::{Changed, Engine, Quiet};
    let site = school("prerequisites = [\"logic\"]");
    let logic = "content/maths/logic/course.md";
    site.write(logic, course(2, "Logic", ""));
    let mut engine = Engine::new(site.config.clone());
    engine.build(&Changed::Anything, &Quiet).expect("built");
    site.write(logic, course(2, "Logic for all", ""));
    engine.build(&Changed::Paths(vec![site.path(logic)]), &Quiet).expect("built");
    assert!(site.public("/course/sets/").contains(">Logic for all</a>"));
    site.write(logic, course(2, "Logic for most", ""));
    site.build();
    assert!(site.public("/course/sets/").contains(">Logic for most</a>"));
}

#[test]
fn mistakes_are_said_with_their_place() {
    let site = school(
        "enrollment = \"approved\"\ncapacity = -1\nopens = 2026-09-30\ncloses = 2026-09-29\nstarts = \"soon\"\n\
         ends = 2026-01-01\nprerequisites = [\"sets\", \"logik\", \"gone\", \"late\", \"broken\", 3]",
    );
    site.write("content/maths/logic/course.md", course(2, "Logic", "prerequisites = [\"proofs\"]\ncapacity = 0"));
    site.write("content/maths/proofs/course.md", course(3, "Proofs", "prerequisites = [\"graphs\"]"));
    site.write("content/maths/graphs/course.md", course(4, "Graphs", "prerequisites = [\"logic\", \"logic\"]"));
    let settings =
        "access = \"public\"\nenrollment = \"invite\"\ncapacity = 3\nstarts = 2026-01-01\nprerequisites = [\"logic\"]";
    site.write("content/maths/open/course.md", course(5, "Open", settings));
    site.write("content/maths/late/course.md", course(6, "Late", "draft = true"));
    site.write("content/maths/broken/course.md", "+++\nid = 7\n+++\n");
    let run = site.program().run(&["build"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{}", run.err);
    assert_report("policies.txt", &run.err);
}

#[test]
fn what_a_new_course_suggests_is_understood() {
    let site = Site::smallest();
    let made = site.program().run(&["new", "course", "maths", "Logic", "--owner", "ada"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let path = "content/maths/logic/course.md";
    let uncommented: Vec<_> = site.read(path).lines().map(|line| line.replacen("# ", "", 1)).collect();
    let text = uncommented.join("\n").replace("Who may enroll, and when", "# ").replace("a-course", "sets");
    site.write(path, text);
    site.build();
    assert!(site.public("/course/logic/").contains("30 places"));
}

/// A running school whose course has these settings. The clock stands at noon of 20 November 2026.
async fn serving(settings: &str) -> Server {
    Server::over(school(settings).with("content/maths/sets/01-basics/module.md", "+++\ntitle = \"Basics\"\n+++\n"))
        .await
}

/// Asks for a seat by the form, and says what the page then says about it.
async fn ask(visitor: &Visitor<'_>) -> String {
    let answer = visitor.post(ENROLL, &[("course", "1")]).await;
    assert_eq!(answer.status(), 302);
    match location(&answer).as_str() {
        "/students/course/1/" => "a place".into(),
        ENROLL_PAGE => visitor.read(ENROLL_PAGE).await,
        other => panic!("led to {other}"),
    }
}

/// The same over the API.
async fn ask_api(server: &Server, name: &str) -> (u16, String) {
    let request = server.visitor().request(Method::POST, "/api/courses/1/enroll/");
    let answer = request.basic_auth(name, Some(PASSWORD)).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a text"))
}

fn has(page: &str, words: &[&str]) {
    for word in words {
        assert!(page.contains(word), "{word}: {page}");
    }
}

#[tokio::test]
async fn with_approval_one_asks_and_can_withdraw() {
    let server = serving("enrollment = \"approval\"").await;
    has(&server.visitor().read(ENROLL_PAGE).await, &["The instructor approves each request", "Register to enroll"]);
    let ada = server.student("sue").await;
    has(&ada.read(ENROLL_PAGE).await, &["Ask for a place", "The instructor approves each request"]);
    has(&ask(&ada).await, &["You have asked for a place", "Withdraw the request"]);
    has(&ada.read(BAR).await, &["You have asked for a place"]);
    has(&ada.read("/students/courses/").await, &["Asked on", "Withdraw the request", "href=\"/course/sets/\""]);
    assert_eq!(ask_api(&server, "sue").await, (202, "{\"enrolled\":false,\"state\":\"requested\"}".into()));
    let refused = ada.get("/course/sets/basics/").await;
    assert_eq!(refused.status(), 403);
    has(&refused.text().await.expect("a page"), &["You have asked for a place"]);
    assert_eq!(location(&ada.post("/students/leave-course/", &[("course", "1")]).await), "/students/courses/");
    has(&ada.read(ENROLL_PAGE).await, &["Ask for a place"]);
}

#[tokio::test]
async fn by_invitation_and_closed_take_nobody_who_asks() {
    for (settings, words, detail) in [
        ("enrollment = \"invite\"", "for those who are invited", "This course takes only who is invited."),
        ("enrollment = \"closed\"", "takes nobody at the moment", "This course takes nobody."),
    ] {
        let server = serving(settings).await;
        let sue = server.student("sue").await;
        has(&ask(&sue).await, &[words]);
        for page in [ENROLL_PAGE, BAR] {
            let page = sue.read(page).await;
            assert!(page.contains(words) && !page.contains("action=\"/students/enroll-course/\""), "{page}");
            let page = server.visitor().read(ENROLL_PAGE).await;
            assert!(page.contains(words) && page.contains("Sign in") && !page.contains("Register to enroll"), "{page}");
        }
        assert_eq!(ask_api(&server, "sue").await, (403, format!("{{\"detail\":\"{detail}\"}}")));
        assert_eq!(sue.get("/course/sets/basics/").await.status(), 403);
        assert!(sue.read("/students/courses/").await.contains("not enrolled in any courses"));
    }
}

#[tokio::test]
async fn enrollment_has_its_days() {
    let server = serving("opens = 2026-11-20T18:00:00Z\ncloses = 2026-11-21").await;
    let sue = server.student("sue").await;
    has(&ask(&sue).await, &["Enrollment opens on <time datetime=\"2026-11-20T18:00:00Z\">20 November 2026, 18:00 UTC"]);
    let (status, said) = ask_api(&server, "sue").await;
    assert_eq!(
        (status, said.as_str()),
        (403, "{\"detail\":\"Enrollment in this course opens at 2026-11-20T18:00:00Z.\"}")
    );
    server.later(SignedDuration::from_hours(6));
    assert_eq!(ask(&sue).await, "a place");
    // Until the end of the day that the author wrote.
    server.later(SignedDuration::from_hours(29));
    assert_eq!(ask(&server.student("tom").await).await, "a place");
    server.later(SignedDuration::from_hours(1));
    let late = server.student("ulf").await;
    has(&ask(&late).await, &["Enrollment ended on", "21 November 2026</time>"]);
    assert_eq!(ask_api(&server, "ulf").await.0, 403);
    sue.read("/course/sets/basics/").await;
}

#[tokio::test]
async fn who_has_a_place_waits_for_the_beginning() {
    let server = serving("starts = 2026-12-01T08:00:00Z\nends = 2026-12-31").await;
    let sue = server.student("sue").await;
    assert_eq!(ask(&sue).await, "a place");
    for path in ["/course/sets/basics/", "/students/course/1/", "/students/course/1/1/", "/chat/room/1/"] {
        let answer = sue.get(path).await;
        assert_eq!(answer.status(), 403, "{path}");
        let page = answer.text().await.expect("a page");
        has(&page, &["The course has not begun", "1 December 2026, 08:00 UTC", "You have a place"]);
    }
    for page in [ENROLL_PAGE, BAR, "/students/courses/"] {
        has(&sue.read(page).await, &["1 December 2026, 08:00 UTC", "Leave course"]);
    }
    let contents = sue.request(Method::GET, "/api/courses/1/contents/").basic_auth("sue", Some(PASSWORD));
    let answer = contents.send().await.expect("an answer");
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.expect("a text").contains("2026-12-01T08:00:00Z"));
    assert_eq!(server.person("ada", Role::Instructor).await.get("/course/sets/basics/").await.status(), 200);
    server.later(SignedDuration::from_hours(24 * 11));
    sue.read("/course/sets/basics/").await;
    has(&sue.read("/students/courses/").await, &["Go to course"]);
    // Over: who has a place reads on, nobody else comes.
    server.later(SignedDuration::from_hours(24 * 31));
    let sue = server.visitor();
    sue.post("/accounts/login/", &[("username", "sue"), ("password", PASSWORD)]).await;
    sue.read("/course/sets/basics/").await;
    has(&ask(&server.student("tom").await).await, &["Enrollment ended on", "31 December 2026"]);
}

#[tokio::test]
async fn who_comes_late_waits_and_the_longest_waiting_is_next() {
    let server = serving("capacity = 1").await;
    let (sue, tom, ulf) = (server.student("sue").await, server.student("tom").await, server.student("ulf").await);
    assert_eq!(ask(&sue).await, "a place");
    has(&tom.read(ENROLL_PAGE).await, &["All places are taken", "0 people are waiting", "Join the waiting list"]);
    has(&ask(&tom).await, &["You are on the waiting list", "1 person is waiting", "Leave the waiting list"]);
    assert_eq!(ask_api(&server, "ulf").await, (202, "{\"enrolled\":false,\"state\":\"waiting\"}".into()));
    has(&ulf.read("/students/courses/").await, &["Waiting since", "Leave the waiting list"]);
    has(&ulf.read(BAR).await, &["2 people are waiting"]);
    assert_eq!(tom.get("/course/sets/basics/").await.status(), 403);
    sue.post("/students/leave-course/", &[("course", "1")]).await;
    tom.read("/course/sets/basics/").await;
    assert_eq!(ulf.get("/course/sets/basics/").await.status(), 403);
    // A place is asked for again at the end of the queue.
    has(&ask(&sue).await, &["2 people are waiting"]);
    ulf.post("/students/leave-course/", &[("course", "1")]).await;
    tom.post("/students/leave-course/", &[("course", "1")]).await;
    sue.read("/course/sets/basics/").await;
}

#[tokio::test]
async fn what_a_course_builds_upon_comes_first() {
    let site = school("prerequisites = [\"logic\"]").with("content/maths/logic/course.md", course(2, "Logic", ""));
    let server = Server::over(site).await;
    let sue = server.student("sue").await;
    has(&ask(&sue).await, &["Enroll there first", "<a href=\"/course/logic/\">Logic</a>"]);
    let (status, said) = ask_api(&server, "sue").await;
    assert_eq!((status, said.as_str()), (403, "{\"detail\":\"This course requires a place in: Logic.\"}"));
    sue.enroll("2").await;
    assert_eq!(ask(&sue).await, "a place");
    // What somebody has is not taken from them.
    sue.post("/students/leave-course/", &[("course", "2")]).await;
    sue.read("/course/sets/basics/").await;
}

/// A thousand at once, a hundred places.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_capacity_holds_however_many_ask_at_once() {
    let server = std::sync::Arc::new(serving("capacity = 100").await);
    // One of the few slow steps of registering is not what this is about.
    let password = server.account("first", Role::Student).await.password;
    let mut tokens = Vec::new();
    for nth in 0..1_000 {
        let account = server.account_with(&format!("student{nth}"), password.clone()).await;
        let device = educa::school::Device::new("", None);
        tokens.push(server.school.sign_in(account, device).await.expect("signed in").token.to_text());
    }
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("one");
    let mut asking = tokio::task::JoinSet::new();
    for token in tokens {
        let (client, url) = (client.clone(), server.url(ENROLL));
        asking.spawn(async move {
            let request = client.post(url).header("Cookie", format!("sessionid={token}")).form(&[("course", "1")]);
            let request = request.header("Sec-Fetch-Site", "same-origin");
            location(&request.send().await.expect("an answer"))
        });
    }
    let led = asking.join_all().await;
    assert_eq!(led.iter().filter(|to| *to == "/students/course/1/").count(), 100);
    assert_eq!(led.iter().filter(|to| *to == ENROLL_PAGE).count(), 900);
    has(&server.student("late").await.read(ENROLL_PAGE).await, &["900 people are waiting"]);
}

#[tokio::test]
async fn the_pages_speak_german() {
    let mut site = school("lang = \"de\"\ncapacity = 1\nstarts = 2026-12-01");
    site.config.lang = "de".parse().expect("a language");
    let server = Server::over(site).await;
    let (sue, tom) = (server.student("sue").await, server.student("tom").await);
    ask(&sue).await;
    has(&ask(&tom).await, &["Sie stehen auf der Warteliste.", "1 Person wartet.", "Warteliste verlassen"]);
    let page = sue.get("/course/sets/basics/").await.text().await.expect("a page");
    has(&page, &["Der Kurs hat noch nicht begonnen", "Beginnt am", "1. Dezember 2026</time>"]);
}

/// What is stored in the catalog is what the author wrote.
#[test]
fn a_course_without_settings_has_no_policy() {
    let site = school("");
    let built = site.build();
    let catalog = built.catalog.expect("a catalog");
    assert!(catalog.courses.iter().all(|course| course.enrollment == EnrollmentPolicy::default()));
}
