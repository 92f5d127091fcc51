//! `educa new` and `educa fix`: they write what authors would, and never over it.

use crate::support::{Site, tree};

/// A run that must work and say nothing on standard error; what it printed, relative to the school.
fn works(site: &Site, arguments: &[&str]) -> String {
    let run = site.program().run(arguments);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{arguments:?}: {run:?}");
    run.out.replace(&format!("{}/", site.root().display()), "")
}

/// A run that must fail with this on standard error, and change nothing.
fn refused(site: &Site, arguments: &[&str], error: &str) {
    let before = tree(&site.path("content"));
    let run = site.program().run(arguments);
    let said = run.err.replace(&format!("{}/", site.root().display()), "");
    assert_eq!(
        (run.code, run.out.as_str(), said.as_str()),
        (1, "", format!("error: {error}\n").as_str()),
        "{arguments:?}"
    );
    assert_eq!(tree(&site.path("content")), before, "{arguments:?}");
}

#[test]
fn what_is_new_builds_clean() {
    let site = Site::smallest();
    let said = works(&site, &["new", "subject", "Earth \"sciences\""]);
    assert_eq!(said, "content/earth-sciences/subject.md\n");
    let said = works(&site, &["new", "course", "earth-sciences", "Rocks & Stones", "--owner", "bob-stone"]);
    assert_eq!(said, "content/instructors/bob-stone.md\ncontent/earth-sciences/rocks-stones/course.md\n");
    let said = works(&site, &["new", "module", "content/earth-sciences/rocks-stones", "Übersicht"]);
    assert_eq!(said, "content/earth-sciences/rocks-stones/01-ubersicht/module.md\n");
    let module = "earth-sciences/rocks-stones/01-ubersicht";
    assert_eq!(works(&site, &["new", "content", module, "First"]), format!("content/{module}/01-first.md\n"));
    site.write(&format!("content/{module}/stone.svg"), "<svg/>");
    works(&site, &["new", "content", module, "A stone", "--image", "stone.svg"]);
    works(&site, &["new", "content", module, "To print", "--file", "stone.svg"]);
    works(&site, &["new", "content", module, "A talk", "--video", "https://vimeo.com/76979871"]);
    site.build();
    assert!(site.public("/course/subject/earth-sciences/").contains("Earth &quot;sciences&quot; courses"));
    assert!(site.public("/instructor/bob-stone/").contains("<h1>Bob Stone</h1>"));
    assert!(site.gated("/course/rocks-stones/ubersicht/").contains("id=\"a-talk\""));
}

#[test]
fn an_id_is_never_given_twice() {
    let site = Site::smallest();
    works(&site, &["new", "course", "maths", "Two", "--owner", "ada"]);
    assert!(site.read("content/maths/two/course.md").contains("id = 2\n"));
    site.remove("content/maths/two");
    works(&site, &["new", "course", "maths", "Three", "--owner", "ada"]);
    assert!(site.read("content/maths/three/course.md").contains("id = 3\n"));
    assert!(site.read("content/ids.toml").contains("course = 3\n"));
    site.write("content/maths/four/course.md", "+++\nid = 40\ntitle = \"Four\"\nowner = \"ada\"\n+++\n");
    site.write("content/maths/five/course.md", "+++\ntitle = \"Five\"\nowner = \"ada\"\n+++\n");
    works(&site, &["fix"]);
    assert!(site.read("content/maths/five/course.md").contains("id = 41\n"));
}

#[test]
fn nothing_is_written_over() {
    let site = Site::smallest();
    refused(&site, &["new", "subject", "Maths"], "content/maths exists already: give another --slug");
    refused(
        &site,
        &["new", "course", "maths", "Sets", "--owner", "new-owner"],
        "content/maths/sets exists already: give another --slug",
    );
    site.write("content/music/subject.md", "+++\nid = 2\ntitle = \"Music\"\n+++\n");
    refused(
        &site,
        &["new", "course", "music", "Sets", "--owner", "ada"],
        "content/maths/sets/course.md has the slug \"sets\" already: give another --slug",
    );
    refused(
        &site,
        &["new", "module", "maths/sets", "Basics"],
        "content/maths/sets/01-basics is called so already: choose another title, or give another --slug",
    );
    refused(
        &site,
        &["new", "content", "maths/sets/01-basics", "Union"],
        "content/maths/sets/01-basics/01-union.md is called so already: choose another title, or give another --slug",
    );
}

#[test]
fn names_that_mean_something_else_are_refused() {
    let site = Site::smallest();
    refused(
        &site,
        &["new", "subject", "Instructors"],
        "\"instructors\" is the folder of the instructors: give another --slug",
    );
    refused(
        &site,
        &["new", "course", "maths", "Subject", "--owner", "ada"],
        "a course cannot have the slug \"subject\", its address belongs to the subjects: give another --slug",
    );
    refused(&site, &["new", "subject", "!!!"], "no slug can be made of \"!!!\": give one with --slug");
    refused(&site, &["new", "module", "maths/sets", "☆☆☆"], "no slug can be made of \"☆☆☆\": give one with --slug");
    let run = site.program().run(&["new", "module", "maths/sets", "☆☆☆", "--slug", "stars"]);
    assert_eq!((run.code, site.has("content/maths/sets/03-stars/module.md")), (0, true), "{run:?}");
    let run = site.program().run(&["new", "content", "maths/sets/03-stars", "Union", "--slug", "one"]);
    assert_eq!((run.code, site.has("content/maths/sets/03-stars/01-one.md")), (0, true), "{run:?}");
    let run = site.program().run(&["new", "subject", "X", "--slug", "../x"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.starts_with("error: \"../x\" cannot be a slug: a slug is made of"), "{}", run.err);
    refused(
        &site,
        &["new", "content", "maths/sets/01-basics", "X", "--image", "none.svg"],
        "there is no file none.svg in content/maths/sets/01-basics: put it there first",
    );
    let outside = site.path("educa.toml").display().to_string();
    refused(
        &site,
        &["new", "content", "maths/sets/01-basics", "X", "--file", &outside],
        "there is no file educa.toml in content/maths/sets/01-basics: put it there first",
    );
    refused(
        &site,
        &["new", "content", "maths/sets/basics", "X"],
        "there is no module in \"maths/sets/basics\": did you mean maths/sets/01-basics?",
    );
    let run = site.program().run(&["new", "content", "maths/sets/01-basics", "X", "--video", "https://tube.example/1"]);
    assert!(run.code == 1 && run.err.contains("no known video provider"), "{run:?}");
}

#[test]
fn no_path_leads_out_of_the_content_folder() {
    let site = Site::smallest();
    site.write("outside/course.md", "+++\n+++\n");
    for path in ["../outside", "/etc", "none", ""] {
        refused(
            &site,
            &["new", "module", path, "X"],
            &format!("there is no course in \"{path}\": name its folder in content, such as mathematics/algebra"),
        );
    }
    let path = "maths/../../outside";
    let expected = format!("there is no course in \"{path}\": did you mean maths/sets?");
    refused(&site, &["new", "module", path, "X"], &expected);
}

#[test]
fn fix_gives_missing_ids_and_changes_nothing_else() {
    let site = Site::smallest();
    let texts = [
        (
            "content/maths/a/course.md",
            "+++\r\ntitle = \"A\" # why\r\nowner = \"ada\"\r\n+++\r\nText \r\n",
            "+++\r\n",
            "id = 2\r\n",
        ),
        ("content/maths/b/course.md", "---\ntitle:   B\nowner: ada\n---\n\n\nText", "---\n", "id: 3\n"),
        (
            "content/maths/c/course.md",
            "\u{feff}+++\ntitle = \"C\"\nowner = \"ada\"\n+++\n",
            "\u{feff}+++\n",
            "id = 4\n",
        ),
        ("content/music/subject.md", "+++\ntitle = \"Music\"\n+++\n", "+++\n", "id = 2\n"),
        ("content/instructors/bob.md", "---\nname: Bob\n---\n", "---\n", "id: 2\n"),
    ];
    for (path, text, ..) in texts {
        site.write(path, text);
    }
    let before = tree(&site.path("content"));
    let planned = works(&site, &["fix", "--dry-run"]);
    assert_eq!(tree(&site.path("content")), before);
    let said = works(&site, &["fix"]);
    assert_eq!(said, planned);
    assert_eq!(
        said,
        "content/instructors/bob.md: instructor id 2\ncontent/maths/a/course.md: course id 2\n\
         content/maths/b/course.md: course id 3\ncontent/maths/c/course.md: course id 4\ncontent/music/subject.md: subject id 2\n"
    );
    for (path, text, fence, line) in texts {
        assert_eq!(site.read(path), text.replacen(fence, &format!("{fence}{line}"), 1), "{path}");
    }
    assert_eq!(works(&site, &["fix"]), "every subject, course and instructor has an id\n");
    site.build();
}

/// A file that cannot be understood is not touched, and not passed over in silence.
#[test]
fn fix_says_which_files_it_could_not_read() {
    let site = Site::smallest();
    site.write("content/maths/a/course.md", "+++\ntitle = \"A\n+++\n");
    site.write("content/maths/b/course.md", "no front matter\n");
    let before = tree(&site.path("content"));
    let run = site.program().run(&["fix"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
    let said = run.err.replace(&format!("{}/", site.root().display()), "");
    assert_eq!(
        said,
        "error: the settings of content/maths/a/course.md, content/maths/b/course.md cannot be read: see `educa check`\n"
    );
    assert_eq!(tree(&site.path("content")), before);
}

#[test]
fn commands_at_the_same_time_give_different_ids() {
    let site = Site::smallest();
    let titles: Vec<_> = (0..8).map(|n| format!("Course {n}")).collect();
    std::thread::scope(|scope| {
        for title in &titles {
            scope.spawn(|| {
                let run = site.program().run(&["new", "course", "maths", title, "--owner", "ada"]);
                assert_eq!(run.code, 0, "{run:?}");
            });
        }
    });
    // Two courses with one id would be a mistake.
    assert_eq!(site.build().size.courses, 9);
    assert!(site.read("content/ids.toml").contains("course = 9"));
}

#[test]
fn programs_get_json() {
    let site = Site::smallest();
    let json = |arguments: &[&str]| -> serde_json::Value {
        let run = site.program().run(&[&["--format", "json"], arguments].concat());
        assert_eq!(run.code, 0, "{run:?}");
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.out))
    };
    let made = json(&["new", "module", "maths/sets", "Third"]);
    assert!(made["files"][0].as_str().is_some_and(|file| file.ends_with("/03-third/module.md")), "{made}");
    site.write("content/maths/more/course.md", "+++\ntitle = \"More\"\nowner = \"ada\"\n+++\n");
    let fixed = json(&["fix"]);
    assert_eq!((&fixed["given"][0]["kind"], &fixed["given"][0]["id"]), (&"course".into(), &2.into()));
    assert_eq!(json(&["fix"])["given"].as_array().map(Vec::len), Some(0));
    let folder = site.path("new-school");
    let begun = json(&["init", &folder.display().to_string()]);
    assert!(begun["files"].as_array().is_some_and(|files| files.len() > 5), "{begun}");
}
