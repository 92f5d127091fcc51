//! The people and invitations of a course over the API: for who teaches it and for the staff.

use educa::school::{Account, Backing, Role};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Server, Site, Visitor, assert_guarded, header};

const PEOPLE: &str = "/api/courses/1/people/";
const INVITATIONS: &str = "/api/courses/1/invitations/";

async fn serving(settings: &str) -> Server {
    let text = format!(
        "+++\nid = 1\ntitle = \"Sets\"\nowner = \"ada\"\ncreated = 2026-02-05T12:00:00Z\n{settings}\n+++\nAll about sets.\n"
    );
    let server = Server::over(Site::smallest().with("content/maths/sets/course.md", text)).await;
    server.account("ada", Role::Instructor).await;
    server.account("root", Role::Staff).await;
    server
}

async fn call(visitor: &Visitor<'_>, method: Method, path: &str, name: &str) -> Response {
    visitor.request(method, path).basic_auth(name, Some(PASSWORD)).send().await.expect("an answer")
}

async fn read(visitor: &Visitor<'_>, path: &str, name: &str) -> Value {
    let answer = call(visitor, Method::GET, path, name).await;
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.expect("JSON")
}

async fn enroll(server: &Server, account: &Account) {
    server.school.enroll(account, &server.course(1), Backing::None, None).await.expect("enrolled");
}

fn names(page: &Value) -> Vec<&str> {
    let people = page["results"].as_array().expect("a list");
    people.iter().map(|person| person["username"].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn instructors_see_no_addresses_and_the_staff_does() {
    let server = serving("").await;
    let sue = server.account_with_email("sue", "sue@example.org").await;
    enroll(&server, &sue).await;
    let nobody = server.visitor();
    let answer = call(&nobody, Method::GET, PEOPLE, "ada").await;
    assert_guarded(&answer);
    assert_eq!(header(&answer, "allow"), "GET, HEAD, OPTIONS");
    let id = sue.id;
    let seat = r#""state":"enrolled","since":"2026-11-20T12:00:00Z","modules_done":0}]}"#;
    let expected = format!(r#"{{"next":null,"results":[{{"id":{id},"username":"sue",{seat}"#);
    assert_eq!(answer.text().await.expect("a text"), expected);
    let seen = call(&nobody, Method::GET, PEOPLE, "root").await.text().await.expect("a text");
    let expected = format!(r#"{{"next":null,"results":[{{"id":{id},"username":"sue","email":"sue@example.org",{seat}"#);
    assert_eq!(seen, expected);
    // And people look around in it.
    for path in [PEOPLE, INVITATIONS, "/api/me/courses/"] {
        let request =
            nobody.request(Method::GET, path).basic_auth("root", Some(PASSWORD)).header("Accept", "text/html");
        let page = request.send().await.expect("an answer");
        assert_eq!((page.status().as_u16(), header(&page, "content-type")), (200, "text/html; charset=utf-8".into()));
        assert_eq!(page.text().await.expect("a page").contains("sue@example.org"), path == PEOPLE, "{path}");
    }
    let table = |name| call(&nobody, Method::GET, "/api/courses/1/people/?format=csv", name);
    assert!(!table("ada").await.text().await.expect("a text").contains("example.org"));
    assert!(table("root").await.text().await.expect("a text").contains("example.org"));
}

#[tokio::test]
async fn who_teaches_nothing_there_hears_so() {
    let server = serving("").await;
    server.account("bob", Role::Instructor).await;
    let sue = server.account("sue", Role::Student).await;
    enroll(&server, &sue).await;
    let nobody = server.visitor();
    let person = format!("{PEOPLE}{}/", sue.id);
    let key = "0".repeat(64);
    let all = [
        (Method::GET, PEOPLE.to_owned()),
        (Method::GET, format!("{PEOPLE}?format=csv")),
        (Method::DELETE, person.clone()),
        (Method::POST, format!("{person}approve/")),
        (Method::GET, INVITATIONS.to_owned()),
        (Method::POST, INVITATIONS.to_owned()),
        (Method::DELETE, format!("{INVITATIONS}{key}/")),
    ];
    for (method, path) in &all {
        for name in ["bob", "sue"] {
            let answer = call(&nobody, method.clone(), path, name).await;
            assert_eq!(answer.status(), 403, "{method} {path} {name}");
            assert_eq!(header(&answer, "content-type"), "application/json", "{path}");
            let body = answer.text().await.expect("a text");
            assert_eq!(body, r#"{"detail":"You do not have permission to perform this action."}"#);
        }
        let answer = nobody.request(method.clone(), path).send().await.expect("an answer");
        let found = (answer.status().as_u16(), header(&answer, "www-authenticate"));
        assert_eq!(found, (401, "Basic realm=\"api\"".into()), "{method} {path}");
        for unknown in ["99", "x", "0"] {
            let path = path.replace("courses/1/", &format!("courses/{unknown}/"));
            for name in ["ada", "root", "sue"] {
                let answer = call(&nobody, method.clone(), &path, name).await;
                assert_eq!(answer.status(), 404, "{method} {path} {name}");
            }
        }
    }
    assert_eq!(names(&read(&nobody, PEOPLE, "ada").await), ["sue"], "nobody was sent away");
    let seen = call(&nobody, Method::PUT, PEOPLE, "ada").await;
    assert_eq!((seen.status().as_u16(), header(&seen, "allow")), (405, "GET, HEAD, OPTIONS".into()));
    // Who reads the pages of a school is no program: a cookie that another site makes a browser send does nothing.
    let browser = server.visitor();
    let signed_in = browser.post("/accounts/login/", &[("username", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(signed_in.status(), 302);
    for (site, status) in [("cross-site", 403), ("same-origin", 204)] {
        let request = browser.request(Method::DELETE, &person).header("Sec-Fetch-Site", site);
        assert_eq!(request.send().await.expect("an answer").status(), status, "{site}");
    }
}

#[tokio::test]
async fn people_are_filtered_searched_and_paged() {
    let server = serving("capacity = 100").await;
    let password = server.account("first", Role::Student).await.password;
    for nth in 0..120 {
        let account = server.account_with(&format!("student{nth:03}"), password.clone()).await;
        enroll(&server, &account).await;
    }
    let nobody = server.visitor();
    let (mut path, mut seen, mut n_pages) = (format!("{PEOPLE}?limit=45"), Vec::new(), 0);
    loop {
        let page = read(&nobody, &path, "ada").await;
        seen.extend(names(&page).into_iter().map(str::to_owned));
        n_pages += 1;
        let Some(next) = page["next"].as_str() else { break };
        assert!(next.contains("limit=45"), "{next}");
        path = next.strip_prefix(&server.url("")).expect("ours").to_owned();
    }
    let all: Vec<_> = (0..120).map(|nth| format!("student{nth:03}")).collect();
    assert_eq!((n_pages, &seen), (3, &all));
    let number = async |query: &str| names(&read(&nobody, &format!("{PEOPLE}{query}"), "ada").await).len();
    for (query, n) in [
        ("", 50),
        ("?limit=500", 120),
        ("?state=waiting&limit=500", 20),
        ("?state=enrolled&search=STUDENT11", 0),
        ("?state=waiting&search=student11", 10),
        ("?search=nobody", 0),
        ("?state=&search=&after=&limit=", 50),
        ("?after=99999999", 0),
    ] {
        assert_eq!(number(query).await, n, "{query}");
    }
    for (query, field) in [
        ("?state=gone", "state"),
        ("?after=x", "after"),
        ("?after=-1", "after"),
        ("?limit=0", "limit"),
        ("?limit=501", "limit"),
        ("?limit=many", "limit"),
        (&*format!("?search={}", "a".repeat(201)), "search"),
    ] {
        let answer = call(&nobody, Method::GET, &format!("{PEOPLE}{query}"), "ada").await;
        assert_eq!(answer.status(), 400, "{query}");
        let body: Value = answer.json().await.expect("JSON");
        assert!(body[field][0].as_str().is_some_and(|sentence| sentence.len() > 20), "{query}: {body}");
    }
    let wrong = call(&nobody, Method::GET, "/api/courses/1/people.csv?state=x&limit=x", "ada").await;
    assert_eq!(wrong.status(), 400);
    let body: Value = wrong.json().await.expect("JSON");
    assert_eq!(body["state"][0], "\"x\" is not a valid choice.");
    // All of them in one table, whatever a page has.
    let table = call(&nobody, Method::GET, "/api/courses/1/people.csv?state=waiting&limit=3", "ada").await;
    assert_eq!(table.text().await.expect("a text").lines().count(), 21);
}

#[tokio::test]
async fn a_table_is_for_spreadsheets_and_computes_nothing() {
    let server = serving("").await;
    for name in ["sue", "-1+1", "@sum", "+49"] {
        let email = format!("+{}@example.org", name.replace(['@', '+'], "x"));
        enroll(&server, &server.account_with_email(name, &email).await).await;
    }
    let nobody = server.visitor();
    let by_accept = nobody.request(Method::GET, PEOPLE).basic_auth("root", Some(PASSWORD)).header("Accept", "text/csv");
    let answers = [
        call(&nobody, Method::GET, "/api/courses/1/people/?format=csv", "root").await,
        call(&nobody, Method::GET, "/api/courses/1/people.csv", "root").await,
        by_accept.send().await.expect("an answer"),
    ];
    for answer in answers {
        assert_guarded(&answer);
        let found = ["content-type", "content-disposition", "cache-control", "etag"].map(|name| header(&answer, name));
        let name = "attachment; filename=\"people-of-course-1.csv\"";
        assert_eq!(found, ["text/csv; charset=utf-8", name, "no-store", ""]);
        let text = answer.text().await.expect("a text");
        let mut lines = text.split("\r\n");
        assert_eq!(lines.next(), Some("id,username,email,state,since,modules_done"));
        let rows: Vec<_> =
            lines.filter(|line| !line.is_empty()).map(|line| line.split(',').collect::<Vec<_>>()).collect();
        let names: Vec<_> = rows.iter().map(|row| row[1]).collect();
        assert_eq!(names, ["sue", "'-1+1", "'@sum", "'+49"]);
        assert!(rows.iter().all(|row| row[2].starts_with("'+") && row[3] == "enrolled"), "{rows:?}");
    }
    let head = call(&nobody, Method::HEAD, "/api/courses/1/people.csv", "root").await;
    assert_eq!((head.status().as_u16(), header(&head, "content-type")), (200, "text/csv; charset=utf-8".into()));
    // Where there is no table, nobody gets one.
    assert_eq!(call(&nobody, Method::GET, "/api/courses.csv", "root").await.status(), 404);
    let request = nobody.request(Method::GET, "/api/courses/").header("Accept", "text/csv");
    assert_eq!(request.send().await.expect("an answer").status(), 406);
    let options: Value = call(&nobody, Method::OPTIONS, PEOPLE, "ada").await.json().await.expect("JSON");
    assert_eq!(options["renders"], json!(["application/json", "text/html", "text/csv"]));
}

/// More people than are read at a time.
#[tokio::test]
async fn a_table_of_many_is_whole() {
    let server = serving("").await;
    let password = server.account("first", Role::Student).await.password;
    for nth in 0..1_203 {
        let account = server.account_with(&format!("student{nth:04}"), password.clone()).await;
        enroll(&server, &account).await;
    }
    let table = call(&server.visitor(), Method::GET, "/api/courses/1/people.csv", "ada").await;
    let text = table.text().await.expect("a text");
    let names: Vec<_> = text.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
    let all: Vec<_> = (0..1_203).map(|nth| format!("student{nth:04}")).collect();
    assert_eq!(names, all);
    assert_eq!(text.matches("username").count(), 1, "the titles come once");
}

#[tokio::test]
async fn requests_are_answered_and_places_taken_away() {
    let server = serving("enrollment = \"approval\"\ncapacity = 1").await;
    let (sue, tom, ulf) = (
        server.account("sue", Role::Student).await,
        server.account("tom", Role::Student).await,
        server.account("ulf", Role::Student).await,
    );
    for account in [&sue, &tom] {
        enroll(&server, account).await;
    }
    let nobody = server.visitor();
    let approve = async |account: &str| {
        let answer = call(&nobody, Method::POST, &format!("{PEOPLE}{account}/approve/"), "ada").await;
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    };
    let remove = async |account: &str| {
        call(&nobody, Method::DELETE, &format!("{PEOPLE}{account}/"), "ada").await.status().as_u16()
    };
    let (sue, tom, ulf) = (sue.id.to_string(), tom.id.to_string(), ulf.id.to_string());
    assert_eq!(approve(&sue).await, (200, r#"{"enrolled":true}"#.into()));
    assert_eq!(approve(&sue).await, (200, r#"{"enrolled":true}"#.into()), "twice is once");
    assert_eq!(approve(&tom).await, (202, r#"{"enrolled":false,"state":"waiting"}"#.into()), "the course is full");
    for nothing in [&*ulf, "999", "x", "-1", "99999999999999999999999"] {
        assert_eq!(approve(nothing).await, (404, r#"{"detail":"Not found."}"#.into()), "{nothing}");
        assert_eq!(remove(nothing).await, 404, "{nothing}");
    }
    assert_eq!((remove(&sue).await, remove(&sue).await), (204, 404));
    let page = read(&nobody, PEOPLE, "ada").await;
    assert_eq!((names(&page), &page["results"][0]["state"]), (vec!["tom"], &json!("enrolled")));
    for (path, allow) in
        [(format!("{PEOPLE}{tom}/"), "DELETE, OPTIONS"), (format!("{PEOPLE}{tom}/approve/"), "POST, OPTIONS")]
    {
        let answer = call(&nobody, Method::GET, &path, "ada").await;
        assert_eq!((answer.status().as_u16(), header(&answer, "allow").as_str()), (405, allow));
    }
}

/// A body of a type.
async fn invite(visitor: &Visitor<'_>, kind: &str, body: impl Into<String>) -> (u16, Value) {
    let request = visitor.request(Method::POST, INVITATIONS).basic_auth("ada", Some(PASSWORD));
    let answer = request.header("Content-Type", kind).body(body.into()).send().await.expect("an answer");
    assert_guarded(&answer);
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn invitations_are_sent_listed_and_revoked() {
    let server = serving("enrollment = \"invite\"").await;
    let nobody = server.visitor();
    assert_eq!(read(&nobody, INVITATIONS, "ada").await, json!([]));
    let body = json!({"emails": [" a@example.org ", "nobody", "A@example.org", "b@example.org", ""]}).to_string();
    let expected = json!({
        "invited": ["a@example.org", "b@example.org"],
        "refused": [
            {"line": 2, "text": "nobody", "reason": "no-address"},
            {"line": 3, "text": "A@example.org", "reason": "twice"},
            {"line": 5, "text": "", "reason": "no-address"},
        ],
    });
    assert_eq!(invite(&nobody, "application/json", body.clone()).await, (201, expected));
    let mut letters = server.letters().await;
    letters.sort_by_key(|letter| letter.to.as_str().to_owned());
    let to: Vec<_> = letters.iter().map(|letter| letter.to.as_str()).collect();
    assert_eq!(to, ["a@example.org", "b@example.org"]);
    let link = letters[0].text.split_whitespace().find(|word| word.contains("/students/invitation/")).expect("a link");
    assert!(link.starts_with(&server.url("/students/invitation/")), "{link}");
    let token = link.trim_end_matches('/').rsplit('/').next().expect("a token");
    // Once more: nobody gets a second letter.
    let (status, again) = invite(&nobody, "application/json", body).await;
    assert_eq!((status, &again["invited"], &again["refused"][0]["reason"]), (200, &json!([]), &json!("twice")));
    assert!(server.letters().await.is_empty());
    let list = read(&nobody, INVITATIONS, "ada").await;
    let all: Vec<_> = list.as_array().expect("a list").iter().collect();
    assert_eq!(all.len(), 2);
    assert!(!list.to_string().contains(token), "the list opens nothing");
    assert_eq!(all[0]["created"], "2026-11-20T12:00:00Z");
    assert_eq!(all[0]["expires"], "2026-12-20T12:00:00Z");
    let invited = all.iter().find(|one| one["email"] == "a@example.org").expect("it is listed");
    let one = format!("{INVITATIONS}{}/", invited["id"].as_str().expect("an id"));
    assert_eq!(call(&nobody, Method::GET, &one, "ada").await.status(), 405);
    assert_eq!(call(&nobody, Method::DELETE, &one, "ada").await.status(), 204);
    for gone in [one, format!("{INVITATIONS}x/"), format!("{INVITATIONS}{token}/")] {
        assert_eq!(call(&nobody, Method::DELETE, &gone, "ada").await.status(), 404, "{gone}");
    }
    let left = read(&nobody, INVITATIONS, "root").await;
    assert_eq!((left.as_array().map(Vec::len), &left[0]["email"]), (Some(1), &json!("b@example.org")));
    let page = server.visitor().get(&format!("/students/invitation/{token}/")).await;
    assert_ne!(page.status(), 200, "the letter's link is worth nothing any more");
}

#[tokio::test]
async fn addresses_come_as_a_list_a_text_a_form_or_a_table() {
    let server = serving("enrollment = \"invite\"").await;
    let nobody = server.visitor();
    for (kind, body, invited) in [
        ("text/csv", "Name;E-Mail\r\nJane;1@example.org\r\n".to_owned(), "1@example.org"),
        ("text/csv; charset=utf-8", "Name,Email\n\"Doe, Jane\",2@example.org\n".to_owned(), "2@example.org"),
        ("text/plain", "3@example.org\n".to_owned(), "3@example.org"),
        ("application/json", json!({"emails": "\n4@example.org\n"}).to_string(), "4@example.org"),
        ("application/x-www-form-urlencoded", "emails=5%40example.org%0D%0A".to_owned(), "5@example.org"),
    ] {
        let expected = json!({"invited": [invited], "refused": []});
        assert_eq!(invite(&nobody, kind, body).await, (201, expected), "{kind}");
    }
    let field = |sentence: &str| json!({"emails": [sentence]});
    for (kind, body, said) in [
        ("application/json", "{}", field("This field is required.")),
        ("application/json", r#"{"emails":null}"#, field("This field may not be null.")),
        ("application/json", r#"{"emails":[]}"#, field("This list may not be empty.")),
        ("application/json", r#"{"emails":[1]}"#, field("Expected a list of strings.")),
        ("application/json", r#"{"emails":[["a@example.org"]]}"#, field("Expected a list of strings.")),
        ("application/json", r#"{"emails":{"a":"a@example.org"}}"#, field("Expected a list of strings.")),
        ("application/json", r#"{"emails":" "}"#, field("This field may not be blank.")),
        ("application/json", r#"{"emails":["nobody"]}"#, field("1: Enter a valid email address.")),
        ("text/csv", "Email\n", field("This field may not be blank.")),
        ("text/csv", "Email\nnobody\n", field("2: Enter a valid email address.")),
        ("text/plain", "\n", field("This field may not be blank.")),
        ("application/json", "[", json!({"detail": "JSON parse error - EOF while parsing a list at line 1 column 1"})),
    ] {
        assert_eq!(invite(&nobody, kind, body).await, (400, said), "{kind} {body}");
    }
    assert_eq!(invite(&nobody, "", "").await.0, 400, "nothing at all");
    assert_eq!(invite(&nobody, "application/pdf", "x").await.0, 415);
    assert_eq!(invite(&nobody, "text/csv; charset=latin1", "x@example.org").await.0, 415);
    // Only where a list of addresses is asked for.
    let login = nobody.request(Method::POST, "/api/auth/login/").header("Content-Type", "text/csv").body("a");
    assert_eq!(login.send().await.expect("an answer").status(), 415);
}

#[tokio::test]
async fn a_thousand_an_hour_and_no_more() {
    let server = serving("enrollment = \"invite\"").await;
    let nobody = server.visitor();
    let list = |n: usize| (0..n).map(|nth| format!("{nth}@example.org")).collect::<Vec<_>>();
    let too_many = json!({"emails": ["Ensure this field has no more than 1000 elements."]});
    let json_list = json!({"emails": list(1_001)}).to_string();
    assert_eq!(invite(&nobody, "application/json", json_list).await, (400, too_many.clone()));
    assert_eq!(invite(&nobody, "text/plain", list(1_001).join("\n")).await, (400, too_many));
    let (status, body) = invite(&nobody, "application/json", json!({"emails": list(990)}).to_string()).await;
    assert_eq!((status, body["invited"].as_array().map(Vec::len)), (201, Some(990)));
    let more: Vec<_> = (0..11).map(|nth| format!("more{nth}@example.org")).collect();
    let request = nobody.request(Method::POST, INVITATIONS).basic_auth("ada", Some(PASSWORD));
    let answer = request.json(&json!({"emails": more})).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), header(&answer, "retry-after").as_str()), (429, "4"));
    assert_eq!(invite(&nobody, "application/json", json!({"emails": more[..10]}).to_string()).await.0, 201);
    assert_eq!(read(&nobody, INVITATIONS, "ada").await.as_array().map(Vec::len), Some(1_000));
}
