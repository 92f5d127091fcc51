//! Who may enroll in a course, and when: what authors write, what everyone reads, and what students can do about it.

use crate::support::{Site, assert_report};

const COURSE: &str = "content/maths/sets/course.md";

/// The smallest school, its course with more settings.
fn school(settings: &str) -> Site {
    Site::smallest().with(COURSE, course(1, "Sets", settings))
}

fn course(id: u32, title: &str, settings: &str) -> String {
    let created = format!("2026-02-0{id}T12:00:00Z");
    format!("+++\nid = {id}\ntitle = \"{title}\"\nowner = \"ada\"\ncreated = {created}\n{settings}\n+++\nAbout it.\n")
}

#[test]
fn the_overview_says_who_may_enroll_and_when() {
    let settings = "enrollment = \"approval\"\ncapacity = 30\nopens = 2026-09-01T08:30:00Z\ncloses = 2026-09-30\n\
                    starts = 2026-10-05\nends = 2027-01-31\nprerequisites = [\"logic\"]";
    let site = school(settings).with("content/maths/logic/course.md", course(2, "Logic", "lang = \"de\""));
    site.build();
    let page = site.public("/course/sets/");
    for said in [
        "The instructor approves each request",
        "<time datetime=\"2026-09-01T08:30:00Z\">1 September 2026, 08:30 UTC</time>",
        "until <time datetime=\"2026-09-30T23:59:59.999999Z\">30 September 2026</time>",
        "<dt>Places</dt><dd>30 places</dd>",
        "<dt>Begins on</dt><dd><time datetime=\"2026-10-05T00:00:00Z\">5 October 2026</time>",
        "<dt>Ends on</dt><dd><time datetime=\"2027-01-31T23:59:59.999999Z\">31 January 2027</time>",
        "<dt>Requires</dt><dd><ul>\n<li><a href=\"/course/logic/\" lang=\"de\" dir=\"ltr\">Logic</a></li>",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    site.write(COURSE, course(1, "Mengen", &format!("lang = \"de\"\n{settings}")));
    site.build();
    let page = site.public("/course/sets/");
    for said in
        ["Die Lehrkraft bestätigt jede Anfrage", "1. September 2026, 08:30 Uhr UTC", "30 Plätze", "Setzt voraus"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("<li><a href=\"/course/logic/\" lang"), "the same language: {page}");
    let plain = site.public("/course/logic/");
    for word in ["Einschreibung</dt>", "Plätze", "Beginnt am", "Setzt voraus"] {
        assert!(!plain.contains(word), "{plain}");
    }
}

/// A page that names another course is drawn anew when that one is renamed, also by a build that keeps courses.
#[test]
fn a_required_course_is_shown_as_it_is_called_now() {
    use educa::site::{Changed, Engine, Quiet};
    let site = school("prerequisites = [\"logic\"]");
    let logic = "content/maths/logic/course.md";
    site.write(logic, course(2, "Logic", ""));
    let mut engine = Engine::new(site.config.clone());
    engine.build(&Changed::Anything, &Quiet).expect("built");
    site.write(logic, course(2, "Logic for all", ""));
    engine.build(&Changed::Paths(vec![site.path(logic)]), &Quiet).expect("built");
    assert!(site.public("/course/sets/").contains(">Logic for all</a>"));
    site.write(logic, course(2, "Logic for most", ""));
    site.build();
    assert!(site.public("/course/sets/").contains(">Logic for most</a>"));
}

#[test]
fn mistakes_are_said_with_their_place() {
    let site = school(
        "enrollment = \"approved\"\ncapacity = -1\nopens = 2026-09-30\ncloses = 2026-09-29\nstarts = \"soon\"\n\
         ends = 2026-01-01\nprerequisites = [\"sets\", \"logik\", \"gone\", \"late\", \"broken\", 3]",
    );
    site.write("content/maths/logic/course.md", course(2, "Logic", "prerequisites = [\"proofs\"]\ncapacity = 0"));
    site.write("content/maths/proofs/course.md", course(3, "Proofs", "prerequisites = [\"graphs\"]"));
    site.write("content/maths/graphs/course.md", course(4, "Graphs", "prerequisites = [\"logic\", \"logic\"]"));
    let settings =
        "access = \"public\"\nenrollment = \"invite\"\ncapacity = 3\nstarts = 2026-01-01\nprerequisites = [\"logic\"]";
    site.write("content/maths/open/course.md", course(5, "Open", settings));
    site.write("content/maths/late/course.md", course(6, "Late", "draft = true"));
    site.write("content/maths/broken/course.md", "+++\nid = 7\n+++\n");
    let run = site.program().run(&["build"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{}", run.err);
    assert_report("policies.txt", &run.err);
}

#[test]
fn what_a_new_course_suggests_is_understood() {
    let site = Site::smallest();
    let made = site.program().run(&["new", "course", "maths", "Logic", "--owner", "ada"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let path = "content/maths/logic/course.md";
    let uncommented: Vec<_> = site.read(path).lines().map(|line| line.replacen("# ", "", 1)).collect();
    let text = uncommented.join("\n").replace("Who may enroll, and when", "# ").replace("a-course", "sets");
    site.write(path, text);
    site.build();
    assert!(site.public("/course/logic/").contains("30 places"));
}
