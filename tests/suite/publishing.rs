//! What a build leaves in `public/` and `private/`: the same bytes for the same course files, whatever happened before.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::Site;

/// Asserts that two schools have published the same, and names the first files that differ.
fn assert_same(one: &Site, other: &Site) {
    let (one, other) = (one.published(), other.published());
    let differ: Vec<_> = one.keys().chain(other.keys()).filter(|path| one.get(*path) != other.get(*path)).collect();
    assert!(differ.is_empty(), "{} files differ: {:?}", differ.len(), &differ[..differ.len().min(9)]);
}

#[test]
fn a_second_build_writes_nothing() {
    let site = Site::large(2, 2, 3);
    let first = site.build().published.expect("published");
    assert_eq!((first.kept, first.removed), (0, 0));
    let before = site.published();
    let times = times(&site);
    let second = site.build().published.expect("published");
    assert_eq!((second.written, second.kept, second.removed), (0, first.written, 0));
    assert_eq!(site.published(), before);
    assert_eq!(times, self::times(&site), "no file was touched");
}

/// The last change of every published file.
fn times(site: &Site) -> Vec<std::time::SystemTime> {
    let time = |path: &String| std::fs::metadata(site.path(path)).and_then(|metadata| metadata.modified());
    site.published().keys().map(|path| time(path).expect("a time")).collect()
}

#[test]
fn a_copy_of_a_school_builds_the_same_bytes() {
    let site = Site::large(3, 2, 3);
    let copy = site.copy();
    site.build();
    copy.build();
    assert_same(&site, &copy);
}

#[test]
fn only_what_a_change_concerns_is_written() {
    let site = Site::large(4, 3, 3);
    site.build();
    site.write("content/maths/sets/02-more/01-product.md", "+++\ntitle = \"Product\"\n+++\nChanged.\n");
    let published = site.build().published.expect("published");
    // The page, its contents for the API; and of the search a block, a shard and the index of the course.
    assert!((1..=5).contains(&published.written), "{published:?}");
}

/// After each change the published tree is the one that a clean build of the same files leaves.
#[test]
fn after_every_edit_the_tree_is_that_of_a_clean_build() {
    let site = Site::large(2, 2, 2);
    let edit = |name: &str, edit: &dyn Fn()| {
        edit();
        site.build();
        let clean = site.copy();
        clean.build();
        println!("{name}");
        assert_same(&site, &clean);
    };
    let replace = |path: &str, from: &str, to: &str| {
        let text = site.read(path);
        assert!(text.contains(from), "{path}");
        site.write(path, text.replace(from, to));
    };
    let course = "content/maths/course-2/course.md";
    edit("nothing", &|| {});
    edit("retitle", &|| replace(course, "Course 2", "Second"));
    edit("to everyone", &|| replace(course, "owner", "access = \"public\"\nowner"));
    edit("to the enrolled", &|| replace(course, "access = \"public\"\n", ""));
    edit("other layout", &|| replace(course, "lesson", "module"));
    edit("rename a content", &|| {
        site.rename("content/maths/course-2/01-part/01-lesson-1.md", "content/maths/course-2/01-part/01-first.md");
    });
    edit("reorder", &|| {
        site.rename("content/maths/course-2/01-part/01-first.md", "content/maths/course-2/01-part/09-first.md");
    });
    edit("a file where a folder was", &|| {
        site.write("content/maths/course-2/02-part/03-lesson-9.md", "+++\ntitle = \"T\"\naliases = [\"/old/\"]\n+++\n");
    });
    edit("a folder where a file was", &|| {
        replace("content/maths/course-2/02-part/03-lesson-9.md", "\"/old/\"", "\"/old\"");
    });
    edit("and back", &|| replace("content/maths/course-2/02-part/03-lesson-9.md", "\"/old\"", "\"/old/a/\""));
    edit("media", &|| site.write("content/maths/course-2/01-part/picture.svg", "<svg viewBox=\"0 0 9 9\"></svg>"));
    edit("move to another subject", &|| {
        site.write("content/music/subject.md", "+++\nid = 2\ntitle = \"Music\"\n+++\n");
        site.rename("content/maths/course-2", "content/music/course-2");
    });
    edit("remove a module", &|| site.remove("content/music/course-2/02-part"));
    edit("draft", &|| replace("content/music/course-2/course.md", "owner", "draft = true\nowner"));
    edit("remove a subject", &|| site.remove("content/music"));
    assert!(site.path("public/course/course-2").symlink_metadata().is_err(), "no empty folder stays");
}

#[test]
fn what_somebody_else_put_into_the_output_is_removed_or_restored() {
    let site = Site::smallest();
    site.build();
    let before = site.published();
    site.write("public/course/sets/index.html", "hacked");
    site.write("public/stray/page.html", "x");
    site.write("private/.educa-tmp-abc", "what a killed build left");
    site.remove("private/course/sets/more/index.html");
    site.build();
    assert_eq!(site.published(), before);
    assert!(!site.has("public/stray"));
}

#[test]
fn a_damaged_ledger_makes_a_build_slow_never_wrong() {
    let site = Site::smallest();
    let n_files = site.build().published.expect("published").written;
    let before = site.published();
    for damage in ["", "{", "{\"version\":1,\"files\":{\"public/index.html\":\"x\"}}", "{\"version\":99,\"files\":{}}"]
    {
        site.write(".educa/ledger", damage);
        assert_eq!(site.build().published.expect("published").written, n_files, "{damage}");
        assert_eq!(site.published(), before);
    }
}

/// Row A22: a catalog of another version is written anew.
#[test]
fn a_catalog_of_another_version_is_replaced() {
    let site = Site::smallest();
    site.build();
    let catalog = site.read("private/catalog.json");
    site.write("private/catalog.json", catalog.replace("\"version\":2", "\"version\":0"));
    site.build();
    assert_eq!(site.read("private/catalog.json"), catalog);
}

/// `kill -9` at forty moments spread over a build; whatever was left, the next build makes it right.
#[test]
fn a_killed_build_is_made_good_by_the_next_one() {
    let clean = Site::large(6, 4, 6);
    let build = |site: &Site| site.program().run(&["build"]);
    let began = Instant::now();
    assert_eq!(build(&clean).code, 0);
    let duration = began.elapsed();
    let site = clean.copy();
    let mut n_killed = 0;
    for nth in 0..40 {
        // Each round builds everything anew, and what is built differs from what stands there.
        let course = site.read("content/maths/sets/course.md");
        site.write("content/maths/sets/course.md", format!("{course}\nRound {nth}.\n"));
        let _ = std::fs::remove_file(site.path(".educa/ledger"));
        let mut child =
            site.program().command(&["build"]).stderr(Stdio::null()).stdout(Stdio::null()).spawn().expect("it starts");
        let moment = duration.mul_f64(f64::from(nth) / 36.0);
        let began = Instant::now();
        while began.elapsed() < moment && child.try_wait().expect("a child").is_none() {
            std::thread::yield_now();
            std::thread::sleep(Duration::from_micros(200));
        }
        n_killed += u32::from(child.kill().is_ok() && child.wait().expect("it ended").code().is_none());
        assert_catalog_is_whole(&site);
    }
    // How many depends on how busy the machine was when the first build was timed.
    assert!(n_killed >= 5, "only {n_killed} of 40 were killed while they ran");
    let run = build(&site);
    assert_eq!(run.code, 0, "{}", run.err);
    let again = site.copy();
    again.build();
    assert_same(&site, &again);
}

/// A catalog, if there is one, parses: it is never there in part.
fn assert_catalog_is_whole(site: &Site) {
    if site.has("private/catalog.json") {
        serde_json::from_str::<serde_json::Value>(&site.read("private/catalog.json")).expect("a whole catalog");
    }
}

/// Two builds of one school at once: one waits for the other.
#[test]
fn two_builds_at_once_do_not_disturb_each_other() {
    let site = Site::large(3, 3, 4);
    let start = || site.program().command(&["build"]).spawn().expect("it starts");
    let children = [start(), start(), start()];
    for child in children {
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let clean = site.copy();
    clean.build();
    assert_same(&site, &clean);
}

/// A disk that is full while files are written. `ulimit -f` stands for it: it needs no rights and no second disk, and
/// to the program it is the same: a write that fails in the middle.
#[test]
fn a_full_disk_is_an_error_with_a_path_and_the_next_build_makes_it_good() {
    let site = Site::smallest();
    site.build();
    let catalog = site.read("private/catalog.json");
    site.write("content/maths/sets/01-basics/big.pdf", vec![b'x'; 300_000]);
    let union = site.read("content/maths/sets/01-basics/01-union.md");
    site.write("content/maths/sets/01-basics/01-union.md", format!("{union}[big](big.pdf)\n"));
    let educa = site.program().command(&["build"]);
    let mut limited = std::process::Command::new("sh");
    // 128 blocks of 512 bytes; without the trap the system would end the program at once.
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 128; exec \"$@\"", "sh"])
        .arg(educa.get_program())
        .args(educa.get_args());
    let output = limited.output().expect("sh runs");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{said}");
    let path = site.path("private/course/sets/basics/big.pdf");
    assert_eq!(said, format!("error: cannot write {}: file too large\n", path.display()));
    assert_eq!(site.read("private/catalog.json"), catalog, "the catalog is replaced last");
    assert!(!site.gated("/course/sets/basics/").contains("big.pdf"), "no page names a file that is not there");
    site.build();
    let clean = site.copy();
    clean.build();
    assert_same(&site, &clean);
}

#[test]
fn an_output_folder_that_is_not_ours_is_left_alone() {
    let site = Site::smallest();
    site.write("public/my-notes.txt", "years of work");
    let run = site.program().run(&["build"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("public holds files that educa did not write, such as \"my-notes.txt\""), "{}", run.err);
    assert_eq!(site.read("public/my-notes.txt"), "years of work");
    assert!(!site.has("private/catalog.json") && !site.has("public/index.html"));
    for (setting, folder) in [("public", "content"), ("private", "content/maths")] {
        site.write("educa.toml", format!("[build]\n{setting} = \"{folder}\"\n"));
        site.remove("public");
        assert_eq!(site.program().run(&["build"]).code, 1, "{setting} = {folder}");
        assert!(site.has("content/maths/subject.md"));
        site.write("public/my-notes.txt", "x");
    }
}

/// A gated page below `public/` would be a page for everyone.
#[test]
fn output_folders_cannot_lie_in_one_another() {
    let site = Site::smallest();
    for folders in ["public = \"out\"\nprivate = \"out\"", "private = \"public/private\"", "public = \"./private/x\""] {
        site.write("educa.toml", format!("[build]\n{folders}\n"));
        let run = site.program().run(&["build"]);
        assert_eq!(run.code, 1, "{folders}");
        assert!(run.err.contains("lie in one another"), "{}", run.err);
        assert!(!site.has("out") && !site.has("public") && !site.has("private"));
    }
}
