//! What docs/themes.md says of templates is what they are: each is there, with what it is given and the blocks it has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::tree;

/// Tables of the page: a template's name, and the names in each of the other columns.
type Rows = BTreeMap<String, Vec<BTreeSet<String>>>;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a text")
}

/// The names in backticks.
fn names(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn rows(page: &str) -> Rows {
    let lines = page.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix('|'));
    let rows = lines.filter_map(|line| line.split_once("` |"));
    rows.map(|(name, rest)| (name.to_owned(), rest.split('|').map(names).collect())).collect()
}

/// The names behind a word that opens something: `{% block content`, `{%- component course_card`.
fn opened(template: &str, word: &str) -> BTreeSet<String> {
    let tags = template.split("{%").skip(1).map(|tag| tag.trim_start_matches('-').trim_start());
    let after = tags.filter_map(|tag| tag.strip_prefix(word)?.strip_prefix(' '));
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    after.map(name).collect()
}

/// The fields of each page's view, by its template.
fn given() -> BTreeMap<String, BTreeSet<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/theme");
    let sources: Vec<_> = tree(&root).into_values().map(|bytes| String::from_utf8(bytes).expect("UTF-8")).collect();
    let mut given = BTreeMap::new();
    for source in &sources {
        for call in source.split("view!(").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (Some(view), Some(template)) = (call.split([',', '<']).next(), call.split('"').nth(1)) else {
                continue;
            };
            given.insert(template.to_owned(), fields(&sources, view.trim()));
        }
    }
    given
}

fn fields(sources: &[String], view: &str) -> BTreeSet<String> {
    let heads = [format!("pub struct {view} {{"), format!("pub struct {view}<'a> {{")];
    let body = sources.iter().flat_map(|source| heads.iter().filter_map(|head| Some(source.split_once(head)?.1)));
    let body = body.filter_map(|rest| rest.split("\n}").next()).next().expect("the view is a struct");
    let lines = body.lines().filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(':'));
    lines.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn every_template_is_described_as_it_is() {
    let page = read("docs/themes.md");
    let (rows, given) = (rows(&page), given());
    assert!(given.len() > 30 && given["lesson.html"].contains("headings"), "{given:?}");
    let templates = tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("themes/school/templates"));
    for (name, bytes) in &templates {
        let text = String::from_utf8_lossy(bytes);
        if name.starts_with("letters/") {
            assert!(page.contains(&format!("`{name}`")), "{name} is not described");
            continue;
        }
        let row = rows.get(name).unwrap_or_else(|| panic!("{name} is not described"));
        let nothing = BTreeSet::new();
        match row.as_slice() {
            [components] => assert_eq!(components, &opened(&text, "component"), "components of {name}"),
            [_, given] => {
                assert!(given.iter().all(|field| text.contains(field.as_str()) || field == "title"), "{name}")
            }
            [_, fields, blocks] => {
                assert_eq!(fields, given.get(name).unwrap_or(&nothing), "what {name} is given");
                assert_eq!(blocks, &opened(&text, "block"), "blocks of {name}");
            }
            _ => panic!("a row of {name} with other columns"),
        }
    }
    let gone: Vec<_> = rows.keys().filter(|name| !templates.contains_key(*name)).collect();
    assert!(gone.is_empty(), "{gone:?} are described and not there");
}
