//! What a build remembers: a school edited at random is, after each edit, the one that a clean build makes; and what is
//! remembered wrongly, or not at all, costs time and nothing else.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use educa::course::Encoding;
use educa::site::{self, Built, Changed, Engine, Quiet};

use crate::support::{Site, picture};

/// Numbers that look random and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        // Knuth's MMIX constants; the high bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % n
    }

    fn of<'a>(&mut self, paths: &'a [String]) -> &'a str {
        &paths[self.below(paths.len())]
    }
}

/// The paths of all files below `content/` that end so.
fn files(site: &Site, ending: &str) -> Vec<String> {
    let all = crate::support::tree(&site.path("content")).into_keys();
    all.filter(|path| path.ends_with(ending)).map(|path| format!("content/{path}")).collect()
}

/// Texts of contents: those with a number in their name.
fn lessons(site: &Site) -> Vec<String> {
    let numbered = |path: &String| path.rsplit('/').next().is_some_and(|name| name.as_bytes()[0].is_ascii_digit());
    files(site, ".md").into_iter().filter(numbered).collect()
}

fn replace(site: &Site, path: &str, from: &str, to: &str) {
    site.write(path, site.read(path).replacen(from, to, 1));
}

/// One edit, and what it was.
fn edit(site: &Site, chance: &mut Chance, nth: usize) -> String {
    let (lessons, texts) = (lessons(site), files(site, ".md"));
    let lesson = chance.of(&lessons).to_owned();
    let (folder, _) = lesson.rsplit_once('/').expect("a folder");
    let other = chance.of(&lessons).to_owned();
    match chance.below(16) {
        0 | 1 => site.write(&lesson, format!("{}Words {nth}.\n", site.read(&lesson))),
        2 => replace(site, chance.of(&texts), "title = \"", &format!("title = \"T{nth} ")),
        3 => site.write(&format!("{folder}/{:02}-new-{nth}.md", 50 + nth), "+++\ntitle = \"New\"\n+++\n## Here\n"),
        4 if lessons.len() > 4 => site.remove(&lesson),
        5 => site.rename(&lesson, &format!("{folder}/{:02}-moved-{nth}.md", 50 + nth)),
        6 => {
            let (folder, _) = other.rsplit_once('/').expect("a folder");
            site.rename(&lesson, &format!("{folder}/{:02}-from-elsewhere-{nth}.md", 50 + nth));
        }
        7 => site.write(&lesson, format!("{}[there](/{})\n", site.read(&lesson), &other["content/".len()..])),
        8 => replace(site, &lesson, "## Here", &format!("## There {nth}")),
        9 => site.write(&format!("{folder}/picture.svg"), format!("<svg viewBox=\"0 0 {} 9\"></svg>", nth + 1)),
        10 => replace(site, chance.of(&files(site, "course.md")), "owner", "access = \"public\"\nowner"),
        11 => replace(site, chance.of(&files(site, "course.md")), "lesson", "module"),
        12 => replace(site, &lesson, "+++\n", &format!("+++\naliases = [\"/old/{nth}/\"]\n")),
        13 => replace(site, &lesson, "+++\n", "+++\ndraft = true\n"),
        14 => {
            site.write(&format!("{folder}/photo.png"), picture(500 + 10 * (nth as u32 % 3), 40));
            site.write(&lesson, format!("{}![photo](photo.png)\n", site.read(&lesson)));
        }
        _ => site.write("educa.toml", site.read("educa.toml")),
    }
    format!("edit {nth} at {lesson}")
}

/// The files of `content/`, each with when it was last written: a watcher tells of that too if the bytes are the same.
fn looks(site: &Site) -> BTreeMap<PathBuf, SystemTime> {
    let paths = crate::support::tree(&site.path("content")).into_keys().map(|path| site.path("content").join(path));
    paths
        .map(|path| (path.clone(), path.metadata().and_then(|metadata| metadata.modified()).expect("a time")))
        .collect()
}

/// What a watcher would say: the files of `content/` that came, went or were written.
fn touched(site: &Site, before: &BTreeMap<PathBuf, SystemTime>) -> Vec<PathBuf> {
    let after = looks(site);
    before.keys().chain(after.keys()).filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

/// What a build says and whether it published; the bytes are compared apart.
fn said(built: &Built) -> (bool, Vec<String>) {
    (built.published.is_some(), built.diagnostics.iter().map(ToString::to_string).collect())
}

fn assert_like_a_clean_build(site: &Site, built: &Built, what: &str) {
    let mut clean = site.copy();
    clean.config.compress.clone_from(&site.config.compress);
    assert_eq!(said(built), said(&clean.try_build()), "{what}");
    if built.published.is_some() {
        let (found, wanted) = (site.published(), clean.published());
        let differ: Vec<_> =
            found.keys().chain(wanted.keys()).filter(|path| found.get(*path) != wanted.get(*path)).collect();
        assert!(differ.is_empty(), "{what}: {differ:?}");
    }
}

#[test]
fn after_any_edits_the_tree_and_the_words_are_those_of_a_clean_build() {
    for seed in 0..6 {
        let (mut site, mut chance) = (Site::large(3, 2, 2), Chance(seed));
        if seed % 3 == 0 {
            site.config.compress = vec![Encoding::Gzip];
        }
        let mut engine = Engine::new(site.config.clone());
        for nth in 0..25 {
            let before = looks(&site);
            let what = format!("seed {seed}, {}", edit(&site, &mut chance, nth));
            let told = Changed::Paths(touched(&site, &before));
            // Now a new process, now one that keeps all it knows in memory, and that most often: it forgets when another
            // process builds.
            let built = match chance.below(8) {
                0 => site.try_build(),
                1 => engine.build(&Changed::Anything, &Quiet).expect("the machine works"),
                _ => engine.build(&told, &Quiet).expect("the machine works"),
            };
            assert_like_a_clean_build(&site, &built, &what);
        }
    }
}

/// A file written twice within one tick of the clock keeps its size and times.
#[test]
fn an_edit_of_the_same_size_in_the_same_moment_is_seen() {
    let site = Site::smallest();
    let path = "content/maths/sets/01-basics/01-union.md";
    let mut engine = Engine::new(site.config.clone());
    for nth in 0..40 {
        site.write(path, format!("+++\ntitle = \"Union\"\n+++\nNumber {nth:03}.\n"));
        engine.build(&Changed::Anything, &Quiet).expect("built");
        assert!(site.gated("/course/sets/basics/").contains(&format!("Number {nth:03}.")));
    }
}

#[test]
fn a_warning_is_said_again_although_nothing_changed() {
    let site = Site::smallest();
    let path = "content/maths/sets/01-basics/01-union.md";
    site.write(path, "+++\ntitle = \"Union\"\n+++\n# A second title\n");
    let first = site.build_with_warnings();
    assert_eq!(first.len(), 1);
    assert_eq!(site.build_with_warnings(), first);
    site.write("content/maths/subject.md", "+++\nid = 1\ntitle = \"Maths\"\n+++\n");
    assert_eq!(site.build_with_warnings(), first, "also when something else changed");
}

#[test]
fn a_file_that_was_only_touched_is_not_written_again() {
    let site = Site::large(2, 2, 2);
    site.build();
    let path = "content/maths/sets/01-basics/01-union.md";
    let modified = std::fs::metadata(site.path(path)).and_then(|metadata| metadata.modified()).expect("a time");
    let text = site.read(path);
    site.remove(path);
    site.write(path, text);
    let file = std::fs::File::options().write(true).open(site.path(path)).expect("a file");
    file.set_modified(modified).expect("a time");
    assert_eq!(site.build().published.expect("published").written, 0);
}

/// Every file of the cache, cut short, bent and emptied.
#[test]
fn what_is_remembered_wrongly_costs_time_and_nothing_else() {
    let site = Site::large(2, 2, 2);
    site.build();
    for file in ["files", "fragments", "fragments.pack", "ledger"] {
        let path = format!(".educa/{file}");
        for damage in 0..4 {
            let bytes = std::fs::read(site.path(&path)).expect("it is there");
            let mut bent = bytes.clone();
            match damage {
                0 => bent.truncate(bytes.len() / 2),
                1 => bent.iter_mut().skip(70).step_by(7).for_each(|byte| *byte ^= 0x55),
                2 => bent.clear(),
                _ => bent.extend_from_slice(b"and more"),
            }
            site.write(&path, bent);
            // Something to draw, so that blobs are asked for.
            let lesson = "content/maths/course-2/01-part/01-lesson-1.md";
            replace(&site, lesson, "title = \"", "title = \"Again ");
            assert_like_a_clean_build(&site, &site.try_build(), &format!("{file}, damage {damage}"));
        }
        site.remove(&path);
        assert_like_a_clean_build(&site, &site.try_build(), &format!("{file}, gone"));
    }
}

#[test]
fn what_another_educa_remembered_is_dropped_with_a_note() {
    let mut site = Site::smallest();
    let n_files = site.build().published.expect("published").written;
    site.config.program = "another".to_owned();
    let built = site.build();
    assert_eq!(built.published.expect("published").written, n_files);
    assert!(built.notes.iter().any(|note| note.contains("everything is made anew")), "{:?}", built.notes);
    assert!(site.build().notes.is_empty());
}

#[test]
fn a_fresh_build_makes_everything_anew() {
    let mut site = Site::smallest();
    let n_files = site.build().published.expect("published").written;
    site.write("public/course/sets/index.html", site.public("/course/sets/").replace("Sets", "Tess"));
    assert_eq!(site.build().published.expect("published").written, 0, "only a deep look sees this");
    let found = site::check_published(&site.config).expect("read").sorted();
    let found: Vec<_> = found.iter().map(|diagnostic| diagnostic.path.as_str()).collect();
    assert_eq!(found, ["public/course/sets/index.html"]);
    site.config.fresh = true;
    assert_eq!(site.build().published.expect("published").written, n_files);
    site.config.fresh = false;
    assert!(site::check_published(&site.config).expect("read").is_empty());
}

/// A day that comes changes a school without a file being touched.
#[test]
fn what_waits_for_its_day_appears_on_it() {
    let mut site = Site::smallest();
    let text = "+++\ntitle = \"Later\"\npublish_on = 2026-12-24\n+++\n";
    site.write("content/maths/sets/01-basics/02-later.md", text);
    site.build();
    assert!(!site.gated("/course/sets/basics/").contains("Later"));
    site.config.now = "2026-12-24T00:00:00Z".parse().expect("a time");
    site.build();
    assert!(site.gated("/course/sets/basics/").contains("Later"));
}

#[test]
fn dates_of_files_do_not_matter_before_the_day_of_the_source() {
    let mut site = Site::smallest();
    site.config.newest = Some("2026-01-01T00:00:00Z".parse().expect("a time"));
    let mut copy = Site::smallest();
    copy.config.newest = site.config.newest;
    for path in files(&copy, ".md") {
        let file = std::fs::File::options().write(true).open(copy.path(&path)).expect("a file");
        file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(5)).expect("a time");
    }
    site.build();
    copy.build();
    assert_eq!(site.published(), copy.published());
}

/// A mistake in a template shows when the pages are drawn; those that were drawn before it are not published.
#[test]
fn a_mistake_in_a_template_leaves_the_whole_school_as_it_was() {
    let mut site = Site::large(2, 2, 2);
    site.write("themes/own/theme.toml", "extends = \"school\"\n");
    site.config.theme = "own".to_owned();
    site.build();
    let before = site.published();
    let template = "{% if page.title == \"Union\" or number == 2 %}{{ nothing.there }}{% endif %}{{ page.title }}";
    site.write("themes/own/templates/module.html", template);
    assert!(site.try_build().published.is_none());
    assert_eq!(site.published(), before);
    site.remove("themes/own/templates/module.html");
    assert_eq!(site.build().published.expect("published").written, 0);
}

/// Whatever somebody does to the output while nothing else changes: the next build sees it and makes it good.
#[test]
fn what_happens_in_the_output_is_seen_after_any_build() {
    let site = Site::large(2, 2, 2);
    site.build();
    let before = site.published();
    let page = "public/course/course-2/index.html";
    let deeds: [&dyn Fn(); 6] = [
        &|| site.write("public/course/course-2/stray.html", "x"),
        &|| site.write("private/stray/deep/page.html", "x"),
        &|| site.remove(page),
        &|| site.write(page, "other"),
        &|| site.remove("private/course"),
        &|| site.rename(page, "public/course/course-2/renamed.html"),
    ];
    for (nth, deed) in deeds.into_iter().enumerate() {
        deed();
        let published = site.build().published.expect("published");
        assert!(published.written + published.removed > 0, "deed {nth}: {published:?}");
        assert_eq!(site.published(), before, "deed {nth}");
        assert_eq!(site.build().published.expect("published").written, 0, "deed {nth}");
    }
}
