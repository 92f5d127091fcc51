//! `educa init`: a new school that builds and serves at once.

use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;

use super::args::{Format, InitArgs};
use crate::disk;
use crate::school::{Clock as _, SystemClock};

const GITIGNORE: &str = "/public/\n/private/\n/.educa/\n";

const SUBJECT: &str =
    "+++\nid = 1\ntitle = \"First subject\"\n+++\n\nSay in a sentence or two what this subject is about.\n";

const COURSE: &str = "+++\nid = 1\ntitle = \"First course\"\nowner = \"first-instructor\"\ncreated = CREATED\n\
                      summary = \"A course to begin with\"\n+++\n\n\
                      This text is the overview: everyone can read it. The modules below are for those who enroll, \
                      until you write `access = \"public\"` at the top of this file.\n";

const MODULE: &str =
    "+++\ntitle = \"First module\"\n+++\n\nA module is a folder with a number. Its contents are files with numbers.\n";

const CONTENT: &str = "+++\ntitle = \"First lesson\"\n+++\n\n\
                       Write in Markdown. Add more with `educa new content first-subject/first-course/01-first-module \"Title\"`,\n\
                       look for mistakes with `educa check`, and see the result with `educa serve`.\n\n\
                       ## A heading\n\nHeadings begin with `##`, because the title is the page's own heading. Link to other files by their path,\n\
                       like [the course](../course.md): the link is checked, and follows the course wherever its address goes.\n";

const INSTRUCTOR: &str = "+++\nid = 1\nname = \"First Instructor\"\n+++\n\nSay who you are.\n";

const IDS: &str = "subject = 1\ncourse = 1\ninstructor = 1\n";

/// Makes the school.
pub fn init(args: &InitArgs, format: Format) -> anyhow::Result<ExitCode> {
    let folder = &args.folder;
    // A repository that was just made holds nothing of its owner's yet.
    if let Some(name) = disk::list_folder(folder)?.into_iter().find(|name| name != ".git") {
        bail!("{} is not empty (it holds \"{name}\"): choose a new folder", folder.display());
    }
    let title = args.title.clone().unwrap_or_else(|| title_of(folder));
    let settings = format!(
        "# Settings of this school. Everything else has a sensible default; see `educa --help`.\n\n\
         [site]\ntitle = {}\ndescription = \"Courses to learn from\"\nlang = \"en\"\n\
         # base_url = \"https://school.example\"   # where the site will be found\n\
         # theme = \"mine\"                        # a folder in themes/ with a theme.toml: extends = \"school\"\n",
        toml::Value::from(title.as_str())
    );
    let created = SystemClock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let course = COURSE.replace("CREATED", &created);
    let files = [
        ("educa.toml", settings.as_str()),
        (".gitignore", GITIGNORE),
        ("content/ids.toml", IDS),
        ("content/instructors/first-instructor.md", INSTRUCTOR),
        ("content/first-subject/subject.md", SUBJECT),
        ("content/first-subject/first-course/course.md", &course),
        ("content/first-subject/first-course/01-first-module/module.md", MODULE),
        ("content/first-subject/first-course/01-first-module/01-first-lesson.md", CONTENT),
    ];
    for (path, text) in &files {
        disk::write_new(&folder.join(path), text.as_bytes())?;
    }
    let shown = folder.display();
    match format {
        Format::Text | Format::Github => anstream::println!("a school in {shown}: see it with `educa --root {shown}`"),
        Format::Json => {
            let files: Vec<_> = files.iter().map(|(path, _)| folder.join(path)).collect();
            anstream::println!("{}", serde_json::json!({ "files": files }));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn title_of(folder: &Path) -> String {
    let name = folder.file_name().map(|name| name.to_string_lossy().replace(['-', '_'], " "));
    let mut letters = name.as_deref().unwrap_or("School").chars();
    letters.next().map_or_else(|| "School".to_owned(), |first| first.to_uppercase().chain(letters).collect())
}
