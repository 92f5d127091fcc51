//! Who may do what: the table of permissions as docs/permissions.md shows it, and every address of the router asked by
//! everybody in every way. The answers are kept in `reports/permissions.txt`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use educa::school::{ACTORS, Actor, FIELDS, PERMISSIONS, Permission, Role, SHAPES, permissions_as_markdown};
use jiff::SignedDuration;
use reqwest::Method;

use crate::support::{Server, Site, Visitor, assert_report, location};

/// All routes are in one function, which this reads.
const ROUTER: &str = include_str!("../../src/server/router.rs");

/// The addresses of all routes, with something in the place of what varies: course 1, account 1, a token that is none.
fn addresses() -> BTreeSet<String> {
    let mut addresses = BTreeSet::new();
    for call in [".page(\"", ".route(\""] {
        for rest in ROUTER.split(call).skip(1) {
            let path = rest.split('"').next().expect("a path");
            let path = path
                .replace("{id}", "1")
                .replace("{number}", "1")
                .replace("{order}", "0")
                .replace("{account}", "1")
                .replace("{token}", &"0".repeat(64));
            addresses.insert(path.replace("{*path}", "nothing"));
        }
    }
    assert!(addresses.len() > 25, "the routes were found");
    // What the fallback answers: public and gated files, and what there is not.
    for path in ["/", "/course/sets/", "/course/sets/basics/", "/nothing", "/teach/99/", "/teach/x/"] {
        addresses.insert(path.to_owned());
    }
    addresses
}

fn school() -> Site {
    Site::smallest().with("content/instructors/bob.md", "+++\nid = 2\nname = \"Bob\"\n+++\n").with(
        "content/maths/logic/course.md",
        "+++\nid = 2\ntitle = \"Logic\"\nowner = \"bob\"\ncreated = 2026-01-01T00:00:00Z\n+++\n",
    )
}

/// A status, and where a redirect leads if not to the sign-in page.
async fn asked(visitor: &Visitor<'_>, method: &Method, path: &str) -> String {
    let request = visitor.request(method.clone(), path).header("Sec-Fetch-Site", "same-origin");
    let answer = request.send().await.expect("an answer");
    let to = location(&answer);
    let status = answer.status().as_str().to_owned();
    match to.as_str() {
        "" => status,
        to if to.starts_with("/accounts/login/") => "login".to_owned(),
        _ => status,
    }
}

#[tokio::test]
async fn every_address_in_every_role_by_every_method() {
    let server = Server::over(school()).await;
    let sue = server.student("sue").await;
    sue.enroll("1").await;
    let people = [
        ("anonymous", server.visitor()),
        ("student", server.student("tom").await),
        ("enrolled", sue),
        ("owner", server.person("ada", Role::Instructor).await),
        ("elsewhere", server.person("bob", Role::Instructor).await),
        ("staff", server.person("root", Role::Staff).await),
    ];
    let mut report = String::from(
        "# Every address of the router: the answer to each role, by method. \"login\" is 302 to sign in.\n",
    );
    // What changes who somebody is to the course comes after what depends on it, and signing out is the very last.
    let mut addresses: Vec<_> = addresses().into_iter().collect();
    let changes = |path: &str| path.contains("/courses/1/people/1/") || path.ends_with("/enroll/");
    addresses.sort_by_key(|path| (path.ends_with("/logout/"), changes(path)));
    for path in addresses {
        let shown = path.replace(&"0".repeat(64), "{token}");
        let _ = writeln!(report, "\n{shown}");
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::POST] {
            let mut row = Vec::new();
            for (who, visitor) in &people {
                if method == Method::POST {
                    // No cell is about who tried to sign in before.
                    server.later(SignedDuration::from_mins(16));
                }
                let answer = asked(visitor, &method, &path).await;
                if method == Method::GET {
                    assert_eq!(asked(visitor, &Method::HEAD, &path).await, answer, "HEAD {path} by {who}");
                }
                row.push(format!("{who} {answer}"));
            }
            let _ = writeln!(report, "    {:7}{}", method.as_str(), row.join(", "));
        }
    }
    assert_report("permissions.txt", &report);
}

#[test]
fn the_table_has_a_row_for_each_permission_and_gives_the_staff_what_it_gives_anybody() {
    let permissions: BTreeSet<Permission> = PERMISSIONS.iter().map(|(permission, ..)| *permission).collect();
    assert_eq!(permissions.len(), PERMISSIONS.len());
    for (permission, what, row) in PERMISSIONS {
        for ((actor, _), allowed) in ACTORS.iter().zip(row) {
            assert_eq!(actor.may(permission), allowed, "{what}");
            assert!(!allowed || Actor::Staff.may(permission), "{what}");
        }
        assert!(!Actor::Anonymous.may(permission) && !Actor::Student.may(permission), "{what}");
    }
}

#[test]
fn the_documentation_shows_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/permissions.md");
    let made = permissions_as_markdown();
    if std::env::var_os("EDUCA_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, &made).expect("written");
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), made, "run with EDUCA_BLESS=1 if the table is right");
}

/// The fields of a struct, as its file declares them. The head of a page is everybody's.
fn fields_of(file: &str, name: &str) -> Vec<String> {
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a source");
    let declared = [format!("struct {name} {{"), format!("struct {name}<")];
    let at = declared.iter().find_map(|head| source.find(head)).unwrap_or_else(|| panic!("{name} is not in {file}"));
    let body = source[at..].split("\n}").next().expect("a body").lines().skip(1);
    let lines = body.map(str::trim).filter(|line| !line.starts_with("//") && !line.starts_with('#'));
    let names = lines.filter_map(|line| Some(line.split_once(':')?.0.trim_start_matches("pub ").to_owned()));
    names.filter(|name| name != "page").map(|field| format!("{name}.{field}")).collect()
}

/// What pages and the API have a place for is what the rules name: not a field more, not one less, none twice.
#[test]
fn every_field_that_is_shown_has_a_rule() {
    let mut shown: Vec<String> = SHAPES.iter().flat_map(|(name, file, _)| fields_of(file, name)).collect();
    let mut ruled: Vec<String> =
        FIELDS.iter().flat_map(|rule| rule.shown_as.iter().map(|field| (*field).to_owned())).collect();
    assert!(shown.len() > 50, "the fields were found");
    shown.sort();
    ruled.sort();
    assert_eq!(shown, ruled);
    // What the API answers with is all here.
    let read = |path| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("read");
    let wire = ["src/course/json.rs", "src/server/api/wire.rs", "src/server/api/people_wire.rs"].map(read).concat();
    // A page of people only holds them, and where there are more.
    let of_the_api = |name: &&str| !["IndexJson", "MetadataJson", "PeopleJson"].contains(name);
    let structs = wire.split("pub struct ").skip(1).filter_map(|rest| rest.split([' ', '<']).next()).filter(of_the_api);
    for name in structs {
        assert!(SHAPES.iter().any(|(shape, ..)| *shape == name), "{name} of the API is in no rule");
    }
    let secret = FIELDS.iter().filter(|rule| rule.field.contains("hash"));
    assert!(secret.clone().count() == 3 && secret.into_iter().all(|rule| rule.readers().is_empty()));
}

/// A student who bears the owner's name, and an instructor who is not the owner, do nothing in the course.
#[tokio::test]
async fn a_name_or_a_role_alone_opens_nothing() {
    let server = Server::start().await;
    let sue = server.account("sue", Role::Student).await;
    server.school.enroll(&sue, &server.course(1), educa::school::Backing::None, None).await.expect("enrolled");
    let sue_id = sue.id.to_string();
    let (student_ada, grace) = (server.student("ada").await, server.person("grace", Role::Instructor).await);
    for visitor in [&student_ada, &grace] {
        for path in ["/teach/1/approve/", "/teach/1/remove/", "/teach/1/invitations/"] {
            let answer =
                visitor.post(path, &[("account", &*sue_id), ("addresses", "a@example.org"), ("link", "1")]).await;
            assert_eq!(answer.status(), 403, "{path}");
        }
        assert_eq!(visitor.get("/teach/1/").await.status(), 403);
    }
    assert_eq!(student_ada.get("/teach/").await.status(), 403);
    assert!(grace.read("/teach/").await.contains("You teach no courses."));
    let root = server.person("root", Role::Staff).await;
    assert!(root.read("/teach/1/").await.contains("<bdi>sue</bdi>"));
    // A role counts from the next request on.
    server.school.change_role("ada", Role::Instructor).await.expect("changed");
    assert!(student_ada.read("/teach/1/").await.contains("<bdi>sue</bdi>"));
    server.school.change_role("root", Role::Student).await.expect("changed");
    assert_eq!(root.get("/teach/1/").await.status(), 403);
}
