//! `educa dev`: what an author sees while they write, on a real disk and with the real program.

use std::fs;

use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};

use crate::support::{Author, Program, Running, Server, Site, build_of, header, location};

/// The course's own page, which everyone may read.
const COURSE: &str = "/course/sets/";
const FILE: &str = "content/maths/sets/course.md";

fn course(text: &str) -> String {
    format!("+++\nid = 1\ntitle = \"Sets\"\nowner = \"ada\"\ncreated = 2026-02-05T12:00:00Z\n+++\n{text}\n")
}

/// A theme of the school's own, with styles and a template of its own.
fn themed() -> Site {
    Site::smallest()
        .with("educa.toml", "[site]\ntitle = \"Test school\"\ntheme = \"mine\"\n")
        .with("themes/mine/theme.toml", "extends = \"school\"\n")
        .with("themes/mine/assets/school.css", "body { color: black }\n")
}

#[tokio::test]
async fn what_is_saved_is_seen() {
    let author = Author::begin();
    let mut events = author.opens(COURSE).await;
    author.site.write(FILE, course("All new words."));
    let reload = events.until("reload").await;
    let page = author.page(COURSE).await;
    assert!(page.contains("All new words."), "the event comes when the page is there: {page}");
    assert_eq!(build_of(&page), reload["build"].to_string());
    author.reads("rebuilt in").await;
    author.reads(&format!("({FILE})")).await;
}

#[tokio::test]
async fn a_file_that_an_editor_replaces_is_seen() {
    let author = Author::begin();
    // As Vim does: may I write here? The old one becomes the backup, a new one takes its name, the backup goes.
    author.site.write("content/maths/sets/4913", "");
    author.site.remove("content/maths/sets/4913");
    author.site.rename(FILE, &format!("{FILE}~"));
    author.site.write(FILE, course("Of Vim."));
    author.site.remove(&format!("{FILE}~"));
    author.sees(COURSE, |_, page| page.contains("Of Vim.")).await;
    // As most others do.
    author.site.write("content/maths/sets/.course.md.x1", course("Of the others."));
    author.site.rename("content/maths/sets/.course.md.x1", FILE);
    author.sees(COURSE, |_, page| page.contains("Of the others.")).await;
}

#[cfg(unix)]
#[tokio::test]
async fn what_editors_leave_beside_a_file_is_no_reason_to_build() {
    let author = Author::begin();
    let before = author.dev.said();
    std::os::unix::fs::symlink("nobody@nowhere.1", author.site.path("content/maths/sets/.#course.md")).expect("a link");
    author.site.write("content/maths/sets/.course.md.swp", "x");
    author.site.write("content/maths/sets/#course.md#", "x");
    author.site.remove("content/maths/sets/#course.md#");
    author.site.write("README.md", "x");
    author.site.write(FILE, course("Real."));
    author.sees(COURSE, |_, page| page.contains("Real.")).await;
    author.reads("rebuilt in").await;
    let lines: Vec<_> = author.dev.said()[before.len()..].lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
}

#[tokio::test]
async fn a_renamed_and_a_removed_page_are_gone() {
    let author = Author::over(
        Site::smallest().with(FILE, course("All.").replace("+++\nAll", "access = \"public\"\n+++\nAll")),
        &[],
    );
    author.sees("/course/sets/more/", |status, _| status == 200).await;
    author.site.rename("content/maths/sets/02-more", "content/maths/sets/02-further");
    author.sees("/course/sets/further/", |status, page| status == 200 && page.contains("secret of products")).await;
    author.sees("/course/sets/more/", |status, _| status == 404).await;
    author.site.remove("content/maths/sets/02-further");
    author.sees("/course/sets/further/", |status, _| status == 404).await;
}

/// What is written into a folder before the system watches it is told by nobody.
#[tokio::test]
async fn new_folders_are_followed_from_their_first_file_on() {
    let author = Author::begin();
    for n in 2..12 {
        let folder = format!("content/maths/course-{n}");
        author.site.write(&format!("{folder}/course.md"), course("New.").replace("id = 1", &format!("id = {n}")));
        author.site.write(&format!("{folder}/01-a/module.md"), "+++\ntitle = \"A\"\n+++\nA.\n");
        author.site.write(&format!("{folder}/01-a/01-b.md"), "+++\ntitle = \"B\"\n+++\nB.\n");
        author.sees(&format!("/course/course-{n}/"), |status, page| status == 200 && page.contains("/a/")).await;
    }
    // And later edits in them.
    author.site.write("content/maths/course-7/course.md", course("Later words.").replace("id = 1", "id = 7"));
    author.sees("/course/course-7/", |_, page| page.contains("Later words.")).await;
}

#[tokio::test]
async fn a_checkout_of_many_files_is_few_builds() {
    let author = Author::begin();
    let before = author.dev.said().len();
    for n in 0..500 {
        let text = format!("+++\ntitle = \"Text {n}\"\n+++\nOne of many.\n");
        author.site.write(&format!("content/maths/sets/02-more/{:03}-text-{n}.md", n + 2), text);
    }
    author.site.write(FILE, course("The last of them."));
    author.sees(COURSE, |_, page| page.contains("The last of them.")).await;
    author.sees("/api/courses/1/", |_, text| text.contains("More")).await;
    author.reads("rebuilt in").await;
    let lines = author.dev.said()[before..].matches("rebuilt in").count();
    assert!(lines <= 25, "{lines} builds: {}", author.dev.said());
    let page = author.site.gated("/course/sets/more/");
    assert_eq!(page.matches("One of many.").count(), 500);
}

#[tokio::test]
async fn a_mistake_is_shown_and_the_last_good_page_stays() {
    let author = Author::begin();
    let mut events = author.opens(COURSE).await;
    author.site.write(FILE, course("Broken.").replace("title =", "titel ="));
    let found = events.until("problems").await;
    assert_eq!((&found["errors"], &found["warnings"]), (&2.into(), &0.into()), "{found}");
    let unknown = found["problems"].as_array().and_then(|all| all.iter().find(|one| one["line"] == 3));
    let expected = serde_json::json!({
        "path": FILE, "line": 3, "column": 1, "width": 5, "source": "titel = \"Sets\"", "severity": "error",
        "message": "unknown key `titel`", "help": "did you mean `title`?"
    });
    assert_eq!(unknown, Some(&expected), "{found}");
    author.reads("not built: 2 errors; the last good build is still served").await;
    author.reads(&format!("--> {FILE}:3:1")).await;
    assert!(author.page(COURSE).await.contains("All about sets."));
    assert_eq!(author.opens(COURSE).await.first["errors"], 2, "a page that is opened now hears of it too");
    author.site.write(FILE, course("Mended."));
    events.until("reload").await;
    assert!(author.page(COURSE).await.contains("Mended."));
    events.until("fixed").await;
    author.reads("fixed: rebuilt in").await;
}

/// Undone: nothing of what is published changes, and yet all is well again.
#[tokio::test]
async fn a_mistake_that_is_taken_back_is_fixed() {
    let author = Author::begin();
    let mut events = author.opens(COURSE).await;
    let text = author.site.read(FILE);
    author.site.write(FILE, "+++\ntitle = \n+++\n");
    events.until("problems").await;
    author.site.write(FILE, text);
    assert_eq!(events.next().await.0, "fixed");
    author.reads("fixed: ").await;
}

#[tokio::test]
async fn a_warning_stops_nothing_and_is_told() {
    let author = Author::begin();
    let mut events = author.opens(COURSE).await;
    author.site.write(FILE, course("Some <b>bold</b> words."));
    events.until("reload").await;
    let found = events.until("problems").await;
    assert_eq!((&found["errors"], &found["problems"][0]["severity"]), (&0.into(), &"warning".into()), "{found}");
    assert!(author.page(COURSE).await.contains("Some &lt;b&gt;bold"));
}

#[tokio::test]
async fn styles_are_swapped_and_templates_reload() {
    let author = Author::over(themed(), &[]);
    let mut events = author.opens("/").await;
    author.site.write("themes/mine/assets/school.css", "body { color: red }\n");
    let (name, data) = events.next().await;
    assert_eq!(name, "styles", "{data}");
    let sheet = data["sheets"]["/assets/school.css"].as_str().expect("the sheet's new address").to_owned();
    let page = author.page("/").await;
    assert!(page.contains(&format!("href=\"{sheet}\"")), "{page}");
    assert_eq!(author.page(&sheet).await, "body{color:red}");
    author.site.write(
        "themes/mine/templates/404.html",
        "{% extends \"base.html\" %}{% block content %}Not here.{% endblock content %}",
    );
    assert_eq!(events.next().await.0, "reload");
    assert!(author.page("/nowhere/").await.contains("Not here."), "the server's own pages have it too");
    author.site.write("themes/mine/assets/school.css", "body { color: blue }\n");
    author.site.write(FILE, course("Both at once."));
    author.sees(COURSE, |_, page| page.contains("Both at once.")).await;
    events.until("reload").await;
}

#[tokio::test]
async fn settings_are_read_anew() {
    let author = Author::begin();
    let mut events = author.opens("/").await;
    author.site.write("educa.toml", "[site]\ntitle = \"Another name\"\n");
    events.until("reload").await;
    assert!(author.page("/").await.contains("Another name</title>"));
    assert!(author.page("/accounts/login/").await.contains("Another name</title>"));
    author.site.write("educa.toml", "[site]\ntitel = \"A mistake\"\n");
    let found = events.until("problems").await;
    assert_eq!((&found["problems"][0]["path"], &found["problems"][0]["line"]), (&"educa.toml".into(), &2.into()));
    author.site.write(FILE, course("Meanwhile."));
    author.sees(COURSE, |_, page| page.contains("Meanwhile.") && page.contains("Another name")).await;
    author.site.write("educa.toml", "[site]\ntitle = \"A third\"\n[build]\ncontent = \"texts\"\n");
    author.site.rename("content", "texts");
    author.sees("/", |_, page| page.contains("A third</title>")).await;
    author.site.write("texts/maths/sets/course.md", course("In another folder."));
    author.sees(COURSE, |_, page| page.contains("In another folder.")).await;
}

#[tokio::test]
async fn a_content_folder_may_go_and_come_back() {
    let author = Author::begin();
    let mut events = author.opens(COURSE).await;
    author.site.rename("content", "elsewhere");
    let found = events.until("problems").await;
    let expected = (&"content".into(), &"cannot find this: no such file or directory".into());
    assert_eq!((&found["problems"][0]["path"], &found["problems"][0]["message"]), expected);
    assert!(author.page(COURSE).await.contains("All about sets."));
    author.site.write("elsewhere/maths/sets/course.md", course("Not here any more."));
    let other = Site::smallest().with(FILE, course("Made anew."));
    copy(&other.path("content"), &author.site.path("content"));
    author.sees(COURSE, |_, page| page.contains("Made anew.")).await;
    author.site.write(FILE, course("And followed."));
    author.sees(COURSE, |_, page| page.contains("And followed.")).await;
    author.site.remove("content");
    author.reads("no such file").await;
    author.site.rename("elsewhere", "content");
    author.sees(COURSE, |_, page| page.contains("Not here any more.")).await;
    author.site.write(FILE, course("Followed again."));
    author.sees(COURSE, |_, page| page.contains("Followed again.")).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_content_folder_may_be_a_link() {
    use std::os::unix::fs::symlink;
    let site = Site::smallest();
    site.rename("content", "first");
    copy(&site.path("first"), &site.path("second"));
    symlink(site.path("first"), site.path("content")).expect("a link");
    let author = Author::over(site, &[]);
    author.site.write("first/maths/sets/course.md", course("Through the link."));
    author.sees(COURSE, |_, page| page.contains("Through the link.")).await;
    symlink(author.site.path("second"), author.site.path("new")).expect("a link");
    author.site.rename("new", "content");
    author.sees(COURSE, |_, page| page.contains("All about sets.")).await;
    author.site.write("second/maths/sets/course.md", course("Through the other."));
    author.sees(COURSE, |_, page| page.contains("Through the other.")).await;
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for (path, bytes) in crate::support::tree(from) {
        let path = to.join(path);
        fs::create_dir_all(path.parent().expect("below")).expect("folders");
        fs::write(path, bytes).expect("written");
    }
}

#[tokio::test]
async fn a_school_with_mistakes_can_be_begun_with() {
    let site = Site::smallest().with(FILE, "+++\ntitle = <b>\n+++\n");
    let author = Author::over(site, &[]);
    author.reads("not built: ").await;
    for path in ["/", COURSE, "/accounts/login/", "/api/courses/"] {
        let answer = author.get(path).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "retry-after")), (503, "1".into()), "{path}");
        let page = answer.text().await.expect("a text");
        assert!(page.contains(&format!("{FILE}:2")) && page.contains("title = &lt;b&gt;"), "{page}");
    }
    let mut events = author.opens(COURSE).await;
    assert_eq!(events.first["problems"][0]["path"], FILE);
    author.site.write(FILE, course("The first good one."));
    events.until("reload").await;
    assert!(author.page(COURSE).await.contains("The first good one."));
}

#[tokio::test]
async fn what_an_earlier_run_left_is_served_until_mistakes_are_mended() {
    let site = Site::smallest();
    site.build();
    let author = Author::over(site.with(FILE, "+++\ntitle = \n+++\n"), &[]);
    assert!(author.page(COURSE).await.contains("All about sets."));
    let mut events = author.opens(COURSE).await;
    assert!(events.first["errors"].as_u64() > Some(0));
    author.site.write(FILE, course("Mended."));
    events.until("reload").await;
}

#[tokio::test]
async fn drafts_are_shown_on_request() {
    let draft = || {
        Site::smallest().with("content/maths/late/course.md", course("Late.").replace("id = 1", "id = 2\ndraft = true"))
    };
    assert_eq!(Author::over(draft(), &[]).get("/course/late/").await.status(), 404);
    assert_eq!(Author::over(draft(), &["--drafts"]).get("/course/late/").await.status(), 200);
}

#[tokio::test]
async fn changes_are_noticed_by_looking() {
    let author = Author::over(themed(), &["--poll=0.1"]);
    author.site.write(FILE, course("Seen."));
    author.sees(COURSE, |_, page| page.contains("Seen.")).await;
    author.site.write(FILE, course("Same."));
    author.sees(COURSE, |_, page| page.contains("Same.")).await;
    let mut events = author.opens("/").await;
    author.site.write("themes/mine/assets/school.css", "body { color: red }\n");
    events.until("styles").await;
    author.site.write("educa.toml", "[site]\ntitle = \"Another name\"\n");
    author.sees("/", |_, page| page.contains("Another name</title>")).await;
    author.site.remove("content/maths/sets/02-more");
    author.sees("/api/courses/1/", |_, text| !text.contains("More")).await;
}

/// In a namespace of its own a program can be given as few watches as one likes, if this system lets us make one.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_system_out_of_watches_is_no_obstacle() {
    let few = "echo 3 > /proc/sys/user/max_inotify_watches && exec \"$@\"";
    let within = |command: &std::process::Command| {
        let mut outer = std::process::Command::new("unshare");
        outer
            .args(["--user", "--map-root-user", "sh", "-c", few, "sh"])
            .arg(command.get_program())
            .args(command.get_args());
        outer.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        outer
    };
    if !within(&std::process::Command::new("true")).status().is_ok_and(|status| status.success()) {
        eprintln!("this system gives no namespaces: src/cli/dev/watching.rs tests the same with a watcher that fails");
        return;
    }
    let site = Site::smallest();
    let dev = Running::start(within(&site.program().command(&["dev", "--listen", "127.0.0.1:0"])));
    let author = Author::with(site, dev);
    author.reads("looking for changes every 1 s, because the system watches as many files as it may").await;
    author.site.write(FILE, course("Seen all the same."));
    author.sees(COURSE, |_, page| page.contains("Seen all the same.")).await;
}

#[tokio::test]
async fn somebody_can_be_signed_in_by_choice() {
    let author = Author::over(Site::smallest(), &["--as", "ada"]);
    assert!(author.dev.said().contains("signed in as ada (instructor)"), "{}", author.dev.said());
    let page = author.sees("/course/sets/basics/", |status, _| status == 200).await;
    assert!(page.contains("The secret of unions."), "an instructor reads their own course: {page}");
    assert!(author.page("/accounts/bar/").await.contains("ada"));
    let other_site = author.request("/course/sets/basics/").header("Sec-Fetch-Site", "cross-site");
    assert_eq!(other_site.send().await.expect("an answer").status(), 302, "nothing for what another site embeds");
    let answer = author.post("/accounts/logout/", &[]).await;
    assert_eq!(location(&answer), "/accounts/logout/");
    for path in ["/course/sets/basics/", "/students/courses/"] {
        assert!(location(&author.get(path).await).starts_with("/accounts/login/"), "signed out means signed out");
    }
}

#[tokio::test]
async fn anybody_else_is_a_student_who_enrolls_like_any() {
    let author = Author::over(Site::smallest(), &["--as", "bob"]);
    assert!(author.dev.said().contains("signed in as bob (student)"), "{}", author.dev.said());
    assert_eq!(author.get("/course/sets/basics/").await.status(), 403);
    author.post("/students/enroll-course/", &[("course", "1")]).await;
    assert_eq!(author.get("/course/sets/basics/").await.status(), 200);
    let Author { site, dev, .. } = author;
    dev.kill();
    let again = Author::over(site, &["--as", "Bob"]);
    assert!(again.dev.said().contains("signed in as bob (student)"), "the same account: {}", again.dev.said());
    assert_eq!(again.get("/course/sets/basics/").await.status(), 200);
}

#[test]
fn nobody_is_signed_in_for_the_network() {
    let site = Site::smallest();
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let run = Program::at(site.root()).run(&["dev", "--as", "ada", "--listen", listen]);
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
        assert!(run.err.contains("--as signs in whoever asks") && run.err.contains("127.0.0.1"), "{}", run.err);
    }
    site.write("educa.toml", "[server]\nlisten = \"0.0.0.0:0\"\n");
    assert_eq!(Program::at(site.root()).run(&["dev", "--as", "ada"]).code, 1);
    assert_eq!(Program::at(site.root()).run(&["dev", "--as", "not a name"]).code, 2);
    assert_eq!(Program::at(site.root()).run(&["dev", "--poll=0"]).code, 2);
}

#[tokio::test]
async fn events_are_server_sent_events() {
    let author = Author::begin();
    let build = build_of(&author.page("/").await);
    let answer = author.get(&format!("/.educa/events?build={build}")).await;
    assert_eq!(header(&answer, "content-type"), "text/event-stream");
    assert_eq!(header(&answer, "cache-control"), "no-store");
    let mut answer = answer;
    let mut said = String::new();
    while !said.contains("event: ") {
        said += std::str::from_utf8(&answer.chunk().await.expect("a chunk").expect("more")).expect("UTF-8");
    }
    assert!(said.starts_with("retry: 1000\n\n"), "{said}");
    let mut old = author.listens("1").await;
    assert_eq!(old.first["changed"], serde_json::Value::Null, "a page of another server hears that it is old");
    assert_eq!(old.next().await.0, "styles");
    assert_eq!(author.listens("").await.first, serde_json::json!({}), "who names no build has this one");
}

#[tokio::test]
async fn only_whole_documents_get_the_script() {
    let site = Site::smallest().with("content/maths/sets/page.html", "<!doctype html><p>An author's own.");
    let author = Author::over(site, &[]);
    for path in ["/", COURSE, "/nowhere/", "/accounts/login/", "/api/"] {
        let answer = author.request(path).header("Accept", "text/html").send().await.expect("an answer");
        assert_eq!(header(&answer, CACHE_CONTROL.as_str()), "no-store", "{path}");
        let length = header(&answer, "content-length");
        let text = answer.text().await.expect("a text");
        assert_eq!(length, text.len().to_string(), "{path}");
        let script = "<script src=\"/.educa/preview.js\" defer data-build=\"";
        assert_eq!(text.matches(script).count(), 1, "{path}: {text}");
        assert!(text.find(script) < text.find("</body>"), "{path}");
    }
    let plain = author.get(COURSE).await;
    assert!(header(&plain, ETAG.as_str()).starts_with("W/\"preview-"));
    for (name, value) in [("Sec-Fetch-Dest", "empty"), ("Range", "bytes=0-99")] {
        let text = author.request(COURSE).header(name, value).send().await.expect("an answer").text().await;
        assert!(!text.expect("a text").contains("/.educa/"), "{name}");
    }
    assert!(!author.page("/accounts/bar/").await.contains("/.educa/"), "a piece of a page");
    let script = author.get("/.educa/preview.js").await;
    assert_eq!(header(&script, CONTENT_TYPE.as_str()), "text/javascript; charset=utf-8");
    crate::support::assert_guarded(&script);
    assert_eq!(header(&author.get("/.educa/preview.css").await, CONTENT_TYPE.as_str()), "text/css; charset=utf-8");
}

#[tokio::test]
async fn a_preview_answers_to_this_machines_names_only() {
    let author = Author::begin();
    for path in ["/", "/.educa/events", "/.educa/preview.js"] {
        let answer = author.request(path).header("Host", "evil.example").send().await.expect("an answer");
        assert_eq!(answer.status(), 400, "{path}");
    }
}

#[tokio::test]
async fn other_servers_have_nothing_of_it() {
    let server = Server::start().await;
    let visitor = server.visitor();
    for path in ["/.educa/events", "/.educa/preview.js", "/.educa/preview.css", "/.educa/"] {
        assert_eq!(visitor.get(path).await.status(), 404, "{path}");
    }
    assert!(!visitor.read("/").await.contains("/.educa/"));
}

#[cfg(unix)]
#[tokio::test]
async fn it_stops_at_once_and_leaves_nobody_signed_in() {
    let author = Author::over(Site::smallest(), &["--as", "ada"]);
    let mut events = author.opens("/").await;
    let id = author.dev.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    assert_eq!(events.maybe_next().await, None);
    let Author { site, dev, .. } = author;
    let began = std::time::Instant::now();
    let code = tokio::task::spawn_blocking(|| dev.wait()).await.expect("waited");
    assert_eq!(code, Some(0));
    assert!(began.elapsed() < std::time::Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(site.program().run(&["serve", "--as", "ada"]).code, 2, "and no other command knows the word");
}
