//! The command line: what each command prints, writes and exits with. Results are on standard output, progress and
//! diagnostics on standard error; the exit code is 0, 1 for mistakes and failures, 2 for a wrong call.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Program, Run, Site, assert_report, tree};

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

/// A run that must work and say nothing on standard error.
fn quiet(site: &Site, arguments: &[&str]) -> String {
    let run = site.program().run(arguments);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{arguments:?}: {run:?}");
    run.out
}

/// A run that must fail with this on standard error and nothing on standard output.
fn refused(site: &Site, arguments: &[&str], error: &str) {
    let run = site.program().run(arguments);
    let said = run.err.replace(&site.root().display().to_string(), "ROOT");
    assert_eq!((run.code, run.out.as_str(), said.as_str()), (1, "", error), "{arguments:?}");
}

#[test]
fn build_says_what_it_did() {
    let site = Site::smallest();
    let out = quiet(&site, &["build"]);
    assert!(out.starts_with("1 course, 7 pages: ") && out.ends_with(" s\n"), "{out}");
    assert!(quiet(&site, &["build"]).contains(" 0 files written, "), "a second build writes nothing");
    let document = json(&site.program().run(&["build", "--format", "json"]));
    assert_eq!((&document["courses"], &document["published"]["written"]), (&1.into(), &0.into()));
    assert_eq!(document["diagnostics"], Value::Array(Vec::new()));
}

#[test]
fn build_can_show_drafts() {
    let site = Site::smallest();
    site.write("content/maths/sets/02-more/02-x.md", "+++\ntitle = \"X\"\ndraft = true\n+++\n");
    quiet(&site, &["build", "--drafts"]);
    assert!(site.gated("/course/sets/more/").contains("id=\"x\""));
    quiet(&site, &["build"]);
    assert!(!site.gated("/course/sets/more/").contains("id=\"x\""));
}

#[test]
fn check_writes_nothing() {
    let site = Site::smallest();
    let before = tree(site.root());
    assert_eq!(quiet(&site, &["check"]), "1 course, 2 modules, 7 pages: no mistakes\n");
    assert_eq!(tree(site.root()), before);
    site.write("content/maths/sets/02-more/02-x.md", "+++\ntitel = \"X\"\n+++\n");
    let before = tree(site.root());
    assert_eq!(site.program().run(&["check"]).code, 1);
    assert_eq!(tree(site.root()), before);
    assert!(!site.has(".educa"));
}

#[test]
fn check_answers_programs_with_one_document() {
    let site = Site::smallest();
    site.write("content/maths/sets/02-more/02-x.md", "+++\ntitel = \"X\"\n+++\n");
    let run = site.program().run(&["check", "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""), "{run:?}");
    let found = &json(&run)["diagnostics"][1];
    let expected = serde_json::json!({
        "path": "content/maths/sets/02-more/02-x.md", "line": 2, "column": 1, "severity": "error",
        "message": "unknown key `titel`", "help": "did you mean `title`?"
    });
    assert_eq!(*found, expected);
    assert_eq!(json(&run)["published"], Value::Null);
}

/// Mistakes in educa.toml are said at once, to people and to programs.
#[test]
fn settings_have_mistakes_too() {
    let site = Site::smallest();
    let text = "[site]\ntitel = \"X\"\nlang = \"english\"\nbase_url = \"school.example/x\"\n\
                [build]\nhtml = \"yes\"\n[server]\nlisten = \"8000\"\nmax_connections = 0\n[sever]\n";
    site.write("educa.toml", text);
    let run = site.program().run(&["build"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert_report("educa_toml.txt", &run.err);
    let run = site.program().run(&["check", "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""), "{run:?}");
    assert_eq!(json(&run)["diagnostics"].as_array().map(Vec::len), Some(7));
    site.write("educa.toml", "[site\n");
    let run = site.program().run(&["user", "list"]);
    assert_eq!(run.code, 1);
    assert_report("educa_toml_syntax.txt", &run.err);
}

#[test]
fn the_environment_has_settings_too() {
    let site = Site::smallest();
    let with = |name: &str, value: &str| {
        let output = site.program().command(&["build"]).env(name, value).output().expect("it ends");
        (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
    };
    assert_eq!(with("EDUCA_SITE_TITLE", "A \"quoted\" school").0, Some(0));
    assert!(
        site.public("/").contains("<title>All courses · A &quot;quoted&quot; school</title>"),
        "{}",
        site.public("/")
    );
    assert_eq!(with("EDUCA_SITE_TITLE", "2027").0, Some(0));
    assert!(site.public("/").contains("<title>All courses · 2027</title>"));
    assert_eq!(with("EDUCA_BUILD_PUBLIC", "out").0, Some(0));
    assert!(site.has("out/index.html"));
    let (code, said) = with("EDUCA_SITE_TITEL", "x");
    assert_eq!(code, Some(1));
    assert_report("environment.txt", &said);
    assert_eq!(with("EDUCA_LOG", "debug").0, Some(0));
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_nobodys_mistake() {
    use std::os::unix::ffi::OsStrExt as _;
    let site = Site::smallest();
    let output = site.program().command(&["check"]).env("OTHER", std::ffi::OsStr::from_bytes(b"\xff")).output();
    assert_eq!(output.expect("it ends").status.code(), Some(0));
}

#[test]
fn a_folder_without_a_school() {
    let folder = TempDir::new().expect("a folder");
    let run = Program::at(folder.path()).run(&["build"]);
    assert_eq!(run.code, 1);
    assert_report("no_school.txt", &run.err.replace(&folder.path().display().to_string(), "FOLDER"));
    let site = Site::empty();
    site.remove("content");
    refused(&site, &["build"], "error: cannot find ROOT/content: no such file or directory\n");
}

#[test]
fn a_wrong_call_exits_with_2() {
    let site = Site::smallest();
    for call in [&["biuld"][..], &["build", "--draft"], &["--no-build", "check"], &["new", "course", "maths", "X"]] {
        let run = site.program().run(call);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{call:?}");
        assert!(run.err.contains("--help"), "{}", run.err);
    }
    assert!(site.program().run(&["biuld"]).err.contains("'build'"), "it offers the nearest command");
}

#[test]
fn every_command_explains_itself_with_examples() {
    let site = Site::smallest();
    let commands: [&[&str]; 15] = [
        &[],
        &["build"],
        &["serve"],
        &["dev"],
        &["check"],
        &["init"],
        &["new"],
        &["new", "subject"],
        &["new", "course"],
        &["new", "module"],
        &["new", "content"],
        &["fix"],
        &["user", "add"],
        &["user", "list"],
        &["user", "password"],
    ];
    for command in commands {
        let help = quiet(&site, &[command, &["--help"]].concat());
        assert!(help.contains("Examples:\n  e"), "{command:?}: {help}");
    }
    assert!(quiet(&site, &["--version"]).starts_with("educa "));
}

/// Standard output that nobody reads to the end is no reason to fall over.
#[test]
fn output_may_be_cut_off() {
    let site = Site::smallest();
    let mut child = site.program().command(&["check"]).spawn().expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn init_makes_a_school_that_builds_clean() {
    let folder = TempDir::new().expect("a folder");
    let school = folder.path().join("my-school");
    let init = |school: &Path| Program::at(folder.path()).run(&["init", &school.display().to_string()]);
    let run = init(&school);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    let program = Program::at(&school);
    assert_eq!(program.run(&["check", "--strict"]).code, 0);
    assert_eq!(program.run(&["build"]).err, "");
    let page = std::fs::read_to_string(school.join("public/index.html")).expect("a page");
    assert!(page.contains("<title>All courses · My school</title>"), "{page}");
    assert_eq!(program.run(&["fix"]).out, "every subject, course and instructor has an id\n");
    let run = init(&school);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("my-school is not empty"), "{}", run.err);
    std::fs::create_dir_all(folder.path().join("repository/.git")).expect("a folder");
    assert_eq!(init(&folder.path().join("repository")).code, 0, "a repository that was just made is empty");
}
