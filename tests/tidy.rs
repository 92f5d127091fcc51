//! Keeps the rules of ARCHITECTURE.md that a compiler does not: which room may name which, who may touch the disk, how
//! long a file or a function may be, and that every file says what it is for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The table of ARCHITECTURE.md: a room, and the rooms it may name.
const ROOMS: [(&str, &[&str]); 14] = [
    ("diag", &[]),
    ("digest", &[]),
    ("fields", &["diag"]),
    ("disk", &["digest"]),
    ("trust", &["disk"]),
    ("course", &["diag", "digest", "fields", "disk", "trust"]),
    ("theme", &["diag", "digest", "fields", "disk", "trust", "course"]),
    ("site", &["diag", "digest", "fields", "disk", "trust", "course", "theme"]),
    ("school", &["course"]),
    ("store", &["diag", "digest", "fields", "disk", "trust", "course", "school"]),
    ("mail", &["diag", "digest", "fields", "disk", "trust", "course", "school"]),
    ("server", &["diag", "digest", "fields", "disk", "trust", "course", "school", "theme"]),
    (
        "cli",
        &["diag", "digest", "fields", "disk", "trust", "course", "theme", "site", "school", "store", "mail", "server"],
    ),
    ("main", &["cli"]),
];

/// What else is a rule of names: the only file that may say a text.
const ONLY_IN: [(&str, &str); 4] = [
    ("std::fs", "src/disk/"),
    ("std::process::Command", "src/site/source/history.rs"),
    ("Timestamp::now()", "src/school/ports.rs"),
    ("sled::", "src/store/"),
];

const MAX_FILE: usize = 400;
const MAX_FUNCTION: usize = 60;

struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The room a file belongs to: its first folder or name below `src`.
    fn room(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        below.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// Without comments and what stands behind `#[cfg(test)]`: what the rules are about.
    fn code(&self) -> String {
        let before_tests = self.text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let lines = before_tests.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("_tests.rs")
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("a text");
                let path = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
                sources.push(Source { path, text });
            }
        }
    }
    assert!(sources.len() > 50, "the sources were found");
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

/// Rooms that a file names: `crate::room` and, in `main.rs`, `educa::room`; also in `use crate::{a, b::c}`.
fn named_rooms(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for prefix in ["crate::", "educa::"] {
        for (at, _) in code.match_indices(prefix) {
            let rest = &code[at + prefix.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                let group = group.split("};").next().unwrap_or_default();
                rooms.extend(group.split([',', '{', '}']).filter_map(|part| first_word(part.trim())));
            } else {
                rooms.extend(first_word(rest));
            }
        }
    }
    rooms
}

fn first_word(text: &str) -> Option<String> {
    let word: String = text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    (!word.is_empty()).then_some(word)
}

#[test]
fn rooms_name_only_the_rooms_below_them() {
    let table: BTreeMap<_, _> = ROOMS.into_iter().collect();
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| source.path != "src/lib.rs") {
        let room = source.room();
        let allowed = table.get(room).unwrap_or_else(|| panic!("{} is in no room of the table", source.path));
        for named in named_rooms(&source.code()) {
            if table.contains_key(named.as_str()) && named != room && !allowed.contains(&named.as_str()) {
                broken.push(format!("{}: {room} names {named}", source.path));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn some_things_are_said_in_one_place_only() {
    let mut broken = Vec::new();
    for source in sources() {
        for (text, place) in ONLY_IN {
            if source.code().contains(text) && !source.path.starts_with(place) {
                broken.push(format!("{} says {text}, which belongs into {place}", source.path));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_file_says_what_it_is_for() {
    let without: Vec<_> =
        sources().into_iter().filter(|source| !source.text.starts_with("//! ")).map(|source| source.path).collect();
    assert!(without.is_empty(), "{without:#?}");
}

#[test]
fn the_face_of_a_room_defines_nothing() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| source.path.ends_with("/mod.rs")) {
        let definitions = ["fn ", "struct ", "enum ", "trait ", "impl ", "const ", "static ", "type "];
        let defines = |line: &&str| definitions.iter().any(|word| line.trim_start_matches("pub ").starts_with(word));
        broken.extend(source.code().lines().filter(defines).map(|line| format!("{}: {line}", source.path)));
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn files_and_functions_fit_the_eye() {
    let mut broken = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > MAX_FILE {
            broken.push(format!("{} has {lines} lines, the limit is {MAX_FILE}", source.path));
        }
        if !source.is_test() {
            broken.extend(long_functions(&source));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Functions from their `fn` line to the closing brace at the same indentation, which rustfmt guarantees.
fn long_functions(source: &Source) -> Vec<String> {
    let lines: Vec<_> = source.text.lines().collect();
    let mut long = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let is_function = line.contains("fn ") && !line.trim_start().starts_with("//") && !line.ends_with(';');
        if !is_function || line.ends_with('}') {
            continue;
        }
        let close = format!("{}}}", " ".repeat(indent));
        let length = lines[at..].iter().position(|line| **line == close).unwrap_or(0);
        if length > MAX_FUNCTION {
            long.push(format!("{}:{} has {length} lines, the limit is {MAX_FUNCTION}", source.path, at + 1));
        }
    }
    long
}

#[test]
fn no_name_says_nothing() {
    let empty = ["utils", "helpers", "common", "types", "core", "manager", "misc"];
    let named: Vec<_> = sources()
        .into_iter()
        .map(|source| source.path)
        .filter(|path| path.split(['/', '.']).any(|part| empty.contains(&part)))
        .collect();
    assert!(named.is_empty(), "{named:#?}");
}

/// `cargo test` names here what it cannot do by itself; `scripts/test` must do it.
#[test]
fn left_to_scripts_test_are_lints_docs_licences_walks_a_client_program_schemas_front_servers_and_the_browser() {
    let script = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/test")).expect("a script");
    let python = [
        "tests/readme.py",
        "tests/manual.py",
        "tests/client.py",
        "tests/outputs.py",
        "tests/front_server.py",
        "tests/acme.py",
        "tests/slow_clients.py",
    ];
    let postgres = "EDUCA_TEST_EVERYTHING=yes scripts/with_postgres scripts/with_redis cargo test";
    let together = "EDUCA_TEST_TOGETHER=yes scripts/with_postgres scripts/with_redis cargo test";
    let others = ["cargo fmt", "cargo clippy", "cargo doc", "cargo deny", "tests/browser", postgres, together];
    for step in others.into_iter().chain(python) {
        assert!(script.contains(step), "scripts/test does not run {step}");
    }
}

/// A line of docs/security.md is worth as much as the test that it names.
#[test]
fn tests_that_the_security_notes_name_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let notes = read("docs/security.md");
    let (mut missing, mut n_named) = (Vec::new(), 0);
    for named in notes.split('`').skip(1).step_by(2) {
        let Some((file, name)) = named.split_once("::") else { continue };
        if name.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_') || name.starts_with(char::is_uppercase) {
            continue;
        }
        let is_there = match file {
            "fuzz" => root.join("fuzz/fuzz_targets").join(format!("{name}.rs")).is_file(),
            file if file.starts_with("src/") => read(file).contains(&format!("fn {name}(")),
            "School" => continue,
            file => read(&format!("tests/suite/{file}.rs")).contains(&format!("fn {name}(")),
        };
        n_named += 1;
        missing.extend((!is_there).then_some(named));
    }
    assert!(missing.is_empty() && n_named > 50, "{n_named} are named, these are no tests: {missing:#?}");
}
