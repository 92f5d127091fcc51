//! The search index: it has the words of all pages as learners spell them, no gated one in public, and an edit changes
//! little of it. What a browser makes of it is in tests/browser/search.test.mjs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use serde_json::{Value, json};

use crate::outputs::school;
use crate::support::{Server, Site, header, tree};

fn read_json(site: &Site, path: &str) -> Value {
    serde_json::from_str(&site.read(path)).expect("JSON")
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).expect("gzip");
    plain
}

fn block(site: &Site, path: &str) -> Value {
    serde_json::from_slice(&unpacked(&std::fs::read(site.path(path)).expect("a file"))).expect("JSON")
}

/// Reads shards as the documentation describes them.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn number(&mut self) -> usize {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.take(1)[0];
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number;
            }
            shift += 7;
        }
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }
}

/// Course, page and weight of each page with a word.
type Pages = Vec<(usize, usize, usize)>;

fn pages(postings: &[u8]) -> Pages {
    let (mut bytes, mut course, mut pages) = (Bytes(postings), 0, Vec::new());
    while !bytes.0.is_empty() {
        course += bytes.number();
        let mut page = 0;
        for _ in 0..bytes.number() {
            let posting = bytes.number();
            page += posting >> 3;
            pages.push((course, page, posting & 7));
        }
    }
    pages
}

/// All words of a collection: `index` is its index, `folder` that of its shards.
fn collection(site: &Site, index: &str, folder: &str) -> BTreeMap<String, Pages> {
    let index = read_json(site, index);
    let mut words = BTreeMap::new();
    for (kind, has_postings) in [("words", true), ("endings", false)] {
        for shard in index[kind].as_array().expect("a list") {
            let name = shard[1].as_str().expect("a name");
            let plain = unpacked(&std::fs::read(site.path(&format!("{folder}/{name}.bin"))).expect("a shard"));
            let (mut bytes, mut word, mut first) = (Bytes(&plain), Vec::new(), None);
            while !bytes.0.is_empty() {
                word.truncate(bytes.number());
                let length = bytes.number();
                word.extend_from_slice(bytes.take(length));
                let text = String::from_utf8(word.clone()).expect("UTF-8");
                first.get_or_insert(text.clone());
                if has_postings {
                    let length = bytes.number();
                    words.insert(text, pages(bytes.take(length)));
                } else {
                    let whole: String = text.chars().rev().collect();
                    assert!(words.contains_key(&whole), "{whole} is no word");
                }
            }
            assert_eq!(first.as_deref(), shard[0].as_str());
        }
    }
    words
}

fn public(site: &Site) -> BTreeMap<String, Pages> {
    collection(site, "public/search/index.json", "public/search/all")
}

#[test]
fn the_index_has_the_words_of_all_pages_and_blocks_have_their_texts() {
    let mut site = school();
    site.build();
    let words = public(&site);
    assert_eq!(words["open"], [(2, 2, 0)], "course 2, its third page, once in the text");
    assert_eq!(words["heading"], [(2, 2, 4)]);
    assert_eq!(words["quotes"], [(2, 0, 6), (2, 2, 6)], "titles");
    assert!(!words.contains_key("secret"));
    assert_eq!(read_json(&site, "public/search/index.json")["pages"], 3 + 3 + 1);
    let odd = block(&site, "public/search/2/0.bin");
    let title = "R&D <b>\"quotes\"</b> </script> 🦉";
    let course = json!({"id": 2, "title": title, "address": "/course/odd/", "lang": "en", "dir": "ltr"});
    assert_eq!(odd["course"], course);
    let expected = json!({
        "address": "/course/odd/part/one/", "title": title, "module": "A part", "headings": [["a-heading", "A heading"]],
        "text": "Open words & more. Below it.",
    });
    assert_eq!(odd["pages"][2], expected);
    let open = block(&site, "public/search/1/0.bin");
    let addresses: Vec<_> = open["pages"].as_array().expect("a list").iter().map(|page| &page["address"]).collect();
    assert_eq!(addresses, ["/course/sets/", "/course/sets/look/", "/course/sets/look/#in"]);
    let gated = collection(&site, "private/search/1-enrolled.json", "private/search/1-enrolled");
    assert_eq!(gated["secret"], [(1, 1, 0), (1, 3, 0)]);
    let titles = block(&site, "public/search/2/titles.bin");
    assert_eq!(titles["course"], course);
    assert_eq!(titles["pages"][2], json!(["/course/odd/part/one/", title, "A part"]));
    let open = block(&site, "public/search/1/titles.bin");
    let addresses: Vec<_> = open["pages"].as_array().expect("a list").iter().map(|page| &page[0]).collect();
    assert_eq!(addresses, ["/course/sets/", "/course/sets/look/", "/course/sets/look/#in"], "no gated one");
    let gated = block(&site, "private/search/1-enrolled/titles.bin");
    assert_eq!(gated["pages"][1][0], "/course/sets/basics/#union");
    let gated = block(&site, "private/search/1-enrolled/0.bin");
    assert_eq!(gated["pages"][1]["address"], "/course/sets/basics/#union");
    assert_eq!(gated["pages"][1]["text"], "The secret of unions.");
    site.config.search = false;
    site.build();
    assert!(!site.has("public/search") && !site.has("private/search"));
    assert!(!site.public("/").contains("data-search"));
}

/// A lesson in a public course of a language.
fn lesson(id: u32, lang: &str, title: &str, text: &str) -> Site {
    let folder = format!("content/maths/course-{id}");
    Site::smallest()
        .with(
            &format!("{folder}/course.md"),
            format!("+++\nid = {id}\ntitle = \"T\"\nowner = \"ada\"\nlang = \"{lang}\"\naccess = \"public\"\n+++\n"),
        )
        .with(&format!("{folder}/01-a/module.md"), "+++\ntitle = \"M\"\n+++\n")
        .with(&format!("{folder}/01-a/01-b.md"), format!("+++\ntitle = \"{title}\"\n+++\n{text}\n"))
}

#[test]
fn words_are_as_learners_spell_them_in_any_language() {
    let cases = [
        ("en", "Naïve algorithms", "Don't panic", vec!["naive", "algorithms", "panic"], vec!["naïve", "don't"]),
        ("de", "Übergröße", "Der Binärsuchbaum", vec!["ubergrosse", "binarsuchbaum"], vec!["übergröße"]),
        ("ja", "二分木", "木とは何か。", vec!["二分", "分木", "木と", "とは", "は何", "何か", "か"], vec!["二分木"]),
        ("zh", "排序", "快速排序。", vec!["快速", "速排", "排序"], vec!["快速排序"]),
        ("ar", "الحُرُوف", "مكتبة", vec!["حروف", "مكتبه"], vec!["الحروف"]),
        ("th", "ต้นไม้", "ก", vec!["ก"], vec!["ต้นไม้"]),
    ];
    for (lang, title, text, there, not_there) in cases {
        let site = lesson(7, lang, title, text);
        site.build();
        let words = public(&site);
        for word in there {
            assert!(words.contains_key(word), "{lang}: {word} is not in {:?}", words.keys());
        }
        for word in not_there {
            assert!(!words.contains_key(word), "{lang}: {word}");
        }
    }
}

#[test]
fn authors_keep_pages_modules_and_courses_out() {
    let site = lesson(7, "en", "Here", "Pelargonium.");
    let has = |word: &str| {
        site.build();
        public(&site).contains_key(word)
    };
    assert!(has("pelargonium") && has("here"));
    let folder = "content/maths/course-7";
    for (file, rest) in [
        ("01-a/01-b.md", "title = \"Here\"\n+++\nPelargonium.\n"),
        ("01-a/module.md", "title = \"M\"\n+++\n"),
        ("course.md", "id = 7\ntitle = \"T\"\nowner = \"ada\"\naccess = \"public\"\n+++\n"),
    ] {
        let path = format!("{folder}/{file}");
        let before = site.read(&path);
        site.write(&path, format!("+++\nsearch = false\n{rest}"));
        assert!(!has("pelargonium"), "{file}");
        assert!(has("sets"), "other courses stay");
        site.write(&path, before);
        assert!(has("pelargonium"), "{file}");
    }
    site.write(&format!("{folder}/01-a/01-b.md"), "+++\ntitle = \"Here\"\nsearch = \"no\"\n+++\n");
    assert!(site.said()[0].contains("search"), "{:?}", site.said());
}

/// Every kind of text that only the enrolled may read, marked by a word.
#[test]
fn no_word_of_a_gated_text_is_public() {
    let site = school()
        .with("content/maths/sets/01-basics/02-picture.md", "+++\ntitle = \"P\"\nimage = \"p.svg\"\n+++\nPelargonium.\n")
        .with("content/maths/sets/01-basics/p.svg", "<svg><!-- Pelargonium --></svg>")
        .with("content/maths/sets/01-basics/01-union.md",
            "+++\ntitle = \"Union\"\n+++\nA pelargonium ![pelargonium](p.svg)\n\n## Pelargonium\n\n`pelargonium`[^1]\n\n[^1]: Pelargonium.\n");
    site.build();
    let marked = |folder: &std::path::Path| -> Vec<String> {
        let has = |path: &str, bytes: &[u8]| {
            let plain = if path.ends_with(".bin") { unpacked(bytes) } else { bytes.to_vec() };
            let text = String::from_utf8_lossy(&plain).to_lowercase();
            // In a shard the first letters may be those of the word before, and endings are spelled backwards.
            ["largonium", "muinogral"].iter().any(|word| text.contains(word))
        };
        tree(folder).into_iter().filter(|(path, bytes)| has(path, bytes)).map(|(path, _)| path).collect()
    };
    assert_eq!(marked(&site.config.public), Vec::<String>::new());
    let private = marked(&site.config.private);
    let kinds = private.iter().filter(|path| path.starts_with("search/1-enrolled/")).count();
    assert_eq!(kinds, 2, "a shard and a block: {private:?}");
    assert!(!public(&site).contains_key("pelargonium"));
}

/// The gate of the course is the gate of its words.
#[tokio::test]
async fn the_enrolled_search_where_others_may_not() {
    let server = Server::over(school()).await;
    let index = read_json(&server.site, "private/search/1-enrolled.json");
    let shard = format!("/search/1-enrolled/{}.bin", index["words"][0][1].as_str().expect("a name"));
    let gated = ["/search/1-enrolled.json", "/search/1-enrolled/titles.bin", "/search/1-enrolled/0.bin", &shard];
    for path in ["/search/index.json", "/search/1/0.bin", "/search/"] {
        assert_eq!(server.visitor().get(path).await.status(), 200, "{path}");
    }
    let student = server.student("ada").await;
    for path in gated {
        assert_eq!(server.visitor().get(path).await.status(), 302, "{path}");
        assert_eq!(student.get(path).await.status(), 403, "{path}");
    }
    student.enroll("1").await;
    let lasting = "private, max-age=31536000, immutable";
    for (path, cache) in gated.into_iter().zip(["private, no-cache", "private, no-cache", "private, no-cache", lasting])
    {
        let answer = student.get(path).await;
        assert_eq!((answer.status().as_u16(), &*header(&answer, "cache-control")), (200, cache), "{path}");
    }
}

#[test]
fn an_address_of_the_search_is_no_authors_to_take() {
    let site = school();
    let course = site.read("content/maths/odd/course.md");
    site.write("content/maths/odd/course.md", course.replace("/old/", "/search/2/0.bin"));
    assert!(site.said()[0].contains("the address /search/2/0.bin belongs to the search"), "{:?}", site.said());
}

/// Invented words, a few in each lesson and most of them rare, so that there are many shards.
fn many() -> Site {
    let site = Site::smallest();
    for course in 2..6 {
        let folder = format!("content/maths/course-{course}");
        let settings = format!("id = {course}\ntitle = \"C{course}\"\nowner = \"ada\"\naccess = \"public\"");
        site.write(&format!("{folder}/course.md"), format!("+++\n{settings}\nlayout = \"lesson\"\n+++\n"));
        site.write(&format!("{folder}/01-a/module.md"), "+++\ntitle = \"M\"\n+++\n");
        for nth in 1..=40 {
            let word = |at: usize| format!("w{:x} ", (course * 40 + nth) * 2_654_435_761 % 65_521 + at * at * 97);
            let text: String = (0..150).map(word).collect();
            site.write(&format!("{folder}/01-a/{nth:02}-l{nth}.md"), format!("+++\ntitle = \"L\"\n+++\n{text}\n"));
        }
    }
    site
}

#[test]
fn one_changed_lesson_changes_few_files_and_the_index_is_that_of_a_clean_build() {
    let site = many();
    site.build();
    let before = site.published();
    let n_shards = before.keys().filter(|path| path.starts_with("public/search/all/")).count();
    assert!(n_shards > 10, "{n_shards}");
    assert_eq!(site.build().published.expect("published").written, 0, "nothing changed");
    let path = "content/maths/course-3/01-a/07-l7.md";
    site.write(path, format!("{}\nA single newcomer.\n", site.read(path)));
    site.build();
    let after = site.published();
    let changed = |path: &&String| path.contains("/search/") && before.get(*path) != after.get(*path);
    let written: BTreeSet<_> = after.keys().filter(changed).collect();
    // Its block, the index, and for each of three words a shard and one of endings.
    assert!((3..=8).contains(&written.len()), "{written:?} of {n_shards}");
    assert!(written.contains(&"public/search/3/1.bin".to_owned()));
    assert!(public(&site).contains_key("newcomer"));
    let clean = site.copy();
    clean.build();
    assert!(clean.published() == after, "byte for byte");
}
