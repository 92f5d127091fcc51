//! A small school on the disk, which can be edited and built.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use educa::site::{self, Built, Quiet, SiteConfig};
use tempfile::TempDir;

/// A school in a temporary folder. Methods chain, so that a test reads like a story.
pub struct Site {
    folder: TempDir,
    /// For tests that change settings.
    pub config: SiteConfig,
}

/// The smallest school: one instructor, one subject, one gated course of two modules.
const SMALLEST: [(&str, &str); 7] = [
    ("content/instructors/ada.md", "+++\nid = 1\nname = \"Ada Okafor\"\n+++\nTeaches.\n"),
    ("content/maths/subject.md", "+++\nid = 1\ntitle = \"Mathematics\"\n+++\nNumbers and shapes.\n"),
    (
        "content/maths/sets/course.md",
        "+++\nid = 1\ntitle = \"Sets\"\nowner = \"ada\"\ncreated = 2026-02-05T12:00:00.123456Z\n+++\nAll about sets.\n",
    ),
    ("content/maths/sets/01-basics/module.md", "+++\ntitle = \"Basics\"\n+++\nThe beginning.\n"),
    ("content/maths/sets/01-basics/01-union.md", "+++\ntitle = \"Union\"\n+++\nThe secret of unions.\n"),
    ("content/maths/sets/02-more/module.md", "+++\ntitle = \"More\"\n+++\nThe rest.\n"),
    ("content/maths/sets/02-more/01-product.md", "+++\ntitle = \"Product\"\n+++\nThe secret of products.\n"),
];

impl Site {
    /// A school without any file.
    pub fn empty() -> Self {
        let folder = TempDir::new().expect("a folder");
        let root = folder.path().to_owned();
        fs::create_dir(root.join("content")).expect("a folder");
        fs::write(root.join("educa.toml"), "[site]\ntitle = \"Test school\"\n").expect("written");
        let config = SiteConfig {
            newest: None,
            program: "the tests".to_owned(),
            fresh: false,
            title: "Test school".into(),
            description: String::new(),
            lang: "en".parse().expect("a language"),
            base_url: None,
            theme: "school".into(),
            content: root.join("content"),
            themes: root.join("themes"),
            public: root.join("public"),
            private: root.join("private"),
            state: root.join(".educa"),
            root,
            raw_html: false,
            highlight: true,
            math: true,
            static_host_files: true,
            search: true,
            minify: true,
            images: true,
            compress: Vec::new(),
            drafts: false,
            now: "2026-11-20T12:00:00Z".parse().expect("a time"),
        };
        Self { folder, config }
    }

    /// The smallest school: course 1 "Sets" of subject 1 "Mathematics", modules `basics` and `more`, all gated.
    pub fn smallest() -> Self {
        SMALLEST.into_iter().fold(Self::empty(), |site, (path, text)| site.with(path, text))
    }

    /// A school large enough for a build to be caught in the middle: courses of both layouts, with media.
    pub fn large(n_courses: usize, n_modules: usize, n_contents: usize) -> Self {
        let site = Self::smallest();
        for course in 2..n_courses + 2 {
            let layout = if course % 2 == 0 { "lesson" } else { "module" };
            let folder = format!("content/maths/course-{course}");
            let settings =
                format!("id = {course}\ntitle = \"Course {course}\"\nowner = \"ada\"\nlayout = \"{layout}\"");
            site.write(&format!("{folder}/course.md"), format!("+++\n{settings}\n+++\nAll of it.\n"));
            for module in 1..=n_modules {
                let folder = format!("{folder}/{module:02}-part");
                let text = format!("+++\ntitle = \"Part {module}\"\nslug = \"part-{module}\"\n+++\nA part.\n");
                site.write(&format!("{folder}/module.md"), text);
                site.write(&format!("{folder}/picture.svg"), "<svg viewBox=\"0 0 4 3\"></svg>");
                for content in 1..=n_contents {
                    let text =
                        "## Here\n\nSome *words* on [the course](../course.md#) and ![it](picture.svg).\n\n".repeat(4);
                    let text = format!("+++\ntitle = \"Lesson {content}\"\n+++\n{text}");
                    site.write(&format!("{folder}/{content:02}-lesson-{content}.md"), text);
                }
            }
        }
        site
    }

    /// The same course files in another folder, with their times; nothing that a build made.
    pub fn copy(&self) -> Self {
        let copy = Self::empty();
        for (path, bytes) in tree(self.root()) {
            if ["public/", "private/", ".educa/"].iter().any(|made| path.starts_with(made)) {
                continue;
            }
            copy.write(&path, bytes);
            let modified = fs::metadata(self.path(&path)).and_then(|metadata| metadata.modified()).expect("a time");
            let file = fs::File::options().write(true).open(copy.path(&path)).expect("a file");
            file.set_modified(modified).expect("a time");
        }
        copy
    }

    /// The same, built with the same theme and language.
    pub fn copy_with_config(&self) -> Self {
        let mut copy = self.copy();
        copy.config.theme.clone_from(&self.config.theme);
        copy.config.lang.clone_from(&self.config.lang);
        copy
    }

    /// The school's folder.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A path in it.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    /// Adds or replaces a file.
    pub fn with(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(path, text);
        self
    }

    /// The same in the middle of a test.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("below the root")).expect("folders");
        fs::write(path, text).expect("written");
    }

    /// Removes a file or a folder.
    pub fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.expect("removed");
    }

    /// Renames a file or a folder.
    pub fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).expect("renamed");
    }

    /// The text of a file, made by a build or not.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// A page that everyone may read.
    pub fn public(&self, address: &str) -> String {
        assert!(!self.has(&format!("private{address}index.html")), "{address} lies in both folders");
        self.read(&format!("public{address}index.html"))
    }

    /// A page for those who enrolled.
    pub fn gated(&self, address: &str) -> String {
        assert!(!self.has(&format!("public{address}index.html")), "{address} lies in both folders");
        self.read(&format!("private{address}index.html"))
    }

    /// Everything that was published, by path.
    pub fn published(&self) -> BTreeMap<String, Vec<u8>> {
        let folders = [("public", &self.config.public), ("private", &self.config.private)];
        let files = |(name, folder): (&str, &PathBuf)| {
            let name = name.to_owned();
            tree(folder).into_iter().map(move |(path, bytes)| (format!("{name}/{path}"), bytes)).collect::<Vec<_>>()
        };
        folders.into_iter().flat_map(files).collect()
    }

    /// The program in this school's folder.
    pub fn program(&self) -> super::Program {
        super::Program::at(self.root())
    }

    /// Whether a file stands.
    pub fn has(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    /// Builds, whatever comes of it.
    pub fn try_build(&self) -> Built {
        site::build(&self.config, &Quiet).expect("the machine works")
    }

    /// Builds; there must be no mistake at all.
    pub fn build(&self) -> Built {
        let built = self.try_build();
        assert!(built.diagnostics.is_empty(), "{:#?}", said(&built));
        built
    }

    /// Builds a school that nothing is wrong with but what may be said about it.
    pub fn build_with_warnings(&self) -> Vec<String> {
        let built = self.try_build();
        assert!(built.published.is_some(), "{:#?}", said(&built));
        said(&built)
    }

    /// Everything a build says, sorted; it must not publish if there is an error among it.
    pub fn said(&self) -> Vec<String> {
        let built = self.try_build();
        assert_eq!(built.published.is_none(), built.diagnostics.has_errors());
        said(&built)
    }
}

fn said(built: &Built) -> Vec<String> {
    built.diagnostics.iter().map(ToString::to_string).collect()
}

/// All files below a folder with their bytes.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
                files.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    files
}

/// A PNG of a size, as noisy as a photo.
pub fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixel = |x: u32, y: u32| image::Rgb([(x / 3) as u8, (y * 2) as u8, ((x * 7) ^ (y * 13)) as u8 / 4]);
    let picture = image::RgbImage::from_fn(width, height, pixel);
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("encoded");
    bytes.into_inner()
}
