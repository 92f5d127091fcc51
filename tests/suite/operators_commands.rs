//! `educa user` and `educa serve`, as an operator or a script calls them.

use std::net::TcpListener;

use crate::support::{PASSWORD, Site};

#[test]
fn accounts_are_added_and_listed() {
    let site = Site::smallest();
    let add = |arguments: &[&str], password: &str| {
        site.program().run_with_input(&[&["user", "add", "--password-stdin"], arguments].concat(), password)
    };
    let run = add(&["ada", "--role", "instructor", "--email", "ada@e.org"], &format!("{PASSWORD}\n"));
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "added instructor ada (id 1)\n", ""));
    let run = add(&["root", "--role", "staff", "--format", "json"], PASSWORD);
    let account: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!((&account["username"], &account["role"]), (&"root".into(), &"staff".into()));
    let run = add(&["ada"], PASSWORD);
    assert_eq!((run.code, run.err.as_str()), (1, "error: there is an account \"ada\" already\n"));
    let run = add(&["bob"], "123\n");
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("at least 8 characters"), "{}", run.err);
    assert_eq!(add(&["no body"], PASSWORD).code, 2, "a name that is none is a wrong call");
    let run = site.program().run(&["user", "list"]);
    let names: Vec<_> = run.out.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!((run.code, names), (0, vec!["ada", "root"]), "{}", run.out);
    let run = site.program().run(&["user", "list", "--format", "json"]);
    let accounts: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(accounts[0]["email"], "ada@e.org");
    assert!(!run.out.contains("argon2"), "no hash is printed");
}

#[test]
fn an_empty_list_says_what_to_do() {
    let run = Site::smallest().program().run(&["user", "list"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert_eq!(run.err, "there are no accounts yet: add one with `educa user add NAME`\n");
}

#[test]
fn a_password_is_changed() {
    let site = Site::smallest();
    site.program().run_with_input(&["user", "add", "ada", "--password-stdin"], PASSWORD);
    let run = site.program().run_with_input(&["user", "password", "ada", "--password-stdin"], "another correct one");
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.out, "the password of ada is changed, and all its sessions and tokens are ended\n");
    let run = site.program().run_with_input(&["user", "password", "nobody", "--password-stdin"], PASSWORD);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert_eq!(run.err, "error: there is no account \"nobody\" (see `educa user list`)\n");
    let run = site.program().run_with_input(&["user", "password", "ada"], PASSWORD);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("--password-stdin"), "{}", run.err);
}

/// Row U7.
#[test]
fn a_role_is_given() {
    let site = Site::smallest();
    site.program().run_with_input(&["user", "add", "ada", "--password-stdin"], PASSWORD);
    let run = site.program().run(&["user", "role", "Ada", "instructor"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "Ada is instructor now\n", ""));
    let run = site.program().run(&["user", "list", "--format", "json"]);
    assert!(run.out.contains("\"role\":\"instructor\""), "{}", run.out);
    let run = site.program().run(&["user", "role", "nobody", "staff"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.err, "error: there is no account \"nobody\" (see `educa user list`)\n");
    assert_eq!(site.program().run(&["user", "role", "ada", "boss"]).code, 2, "a role that is none is a wrong call");
}

#[test]
fn a_port_in_use_is_named() {
    let site = Site::smallest();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let run = site.program().run(&["serve", "--listen", &address]);
    assert_eq!(run.code, 1, "{run:?}");
    let error =
        format!("error: cannot listen on {address} (another program may use this port: try --listen with another one)");
    assert!(run.err.lines().any(|line| line.starts_with(&error)), "{}", run.err);
    assert_eq!(run.err.matches("in use").count(), 1, "{}", run.err);
}

#[test]
fn a_school_with_mistakes_is_not_served() {
    let site = Site::smallest();
    site.write("content/maths/sets/02-more/02-x.md", "+++\ntitel = \"X\"\n+++\n");
    let run = site.program().run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
    assert!(run.err.ends_with("2 errors\nnothing was published\n"), "{}", run.err);
    let run = site.program().run(&["serve", "--listen", "127.0.0.1:0", "--no-build"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("catalog.json") && run.err.contains("educa build"), "{}", run.err);
}
