//! What becomes of a theme's assets, and the forms in which files are published besides their own.

use std::io::Read as _;

use educa::course::Encoding;
use http::header;

use crate::support::{Server, Site, header as value, picture};

/// A small school whose texts are long enough to be compressed.
fn compressing(encodings: &[Encoding]) -> Site {
    let mut site = Site::large(1, 1, 2);
    site.config.compress = encodings.to_vec();
    let picture = "<svg viewBox=\"0 0 4 3\"><!-- a circle --></svg>".repeat(20);
    site.with("content/maths/course-2/01-part/picture.svg", picture)
}

fn unpacked(path: &str, bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    match path.rsplit_once('.').expect("an ending").1 {
        "br" => drop(brotli::Decompressor::new(bytes, 4096).read_to_end(&mut whole).expect("brotli")),
        "gz" => drop(flate2::read::GzDecoder::new(bytes).read_to_end(&mut whole).expect("gzip")),
        _ => whole = zstd::decode_all(bytes).expect("zstandard"),
    }
    whole
}

/// The compressed forms in both folders.
fn forms(site: &Site) -> Vec<String> {
    let is_form = |path: &String| [".br", ".gz", ".zst"].iter().any(|ending| path.ends_with(ending));
    site.published().into_keys().filter(is_form).collect()
}

/// The address of the style sheet that a page names.
fn style_sheet(page: &str) -> String {
    let start = page.find("/assets/school.").expect("a style sheet");
    page[start..].split('"').next().expect("an end").to_owned()
}

#[tokio::test]
async fn style_sheets_lose_comments_and_the_servers_own_pages_name_the_same_file() {
    for minify in [true, false] {
        let mut site = Site::smallest();
        site.config.minify = minify;
        let server = Server::over(site).await;
        let sheet = style_sheet(&server.site.read("public/index.html"));
        assert_eq!(style_sheet(&server.visitor().get("/accounts/login/").await.text().await.expect("a page")), sheet);
        let css = server.site.read(&format!("public{sheet}"));
        assert_eq!(css.contains("/*"), !minify, "{sheet}");
    }
}

#[test]
fn beside_every_text_lie_the_forms_that_were_asked_for_and_hold_the_same() {
    let site = compressing(&Encoding::ALL);
    site.build();
    let published = site.published();
    assert!(forms(&site).len() > 20);
    for form in forms(&site) {
        let (plain, _) = form.rsplit_once('.').expect("an ending");
        assert_eq!(unpacked(&form, &published[&form]), published[plain], "{form}");
        assert!(published[&form].len() < published[plain].len(), "{form}");
    }
    for file in ["public/index.html.br", "private/course/course-2/part-1/lesson-1/index.html.gz"] {
        assert!(published.contains_key(file), "{file} of {:?}", forms(&site));
    }
    assert!(!forms(&site).iter().any(|path| path.contains("/contents/") || path.contains("catalog.json")));
}

#[test]
fn forms_come_and_go_with_their_file_and_their_setting() {
    let mut site = compressing(&[Encoding::Brotli]);
    let first = site.build().published.expect("published");
    let all = site.published();
    assert_eq!(first.written, all.len() - 3, "all but the catalog and what says whose the folders are");
    assert_eq!(site.build().published.expect("published").written, 0, "nothing changed");
    site.remove("public/index.html.br");
    assert_eq!(site.build().published.expect("published").written, 1, "only what is missing");
    site.write("public/index.html.br", "damaged");
    site.write("public/stray.html.br", "of nothing");
    site.build();
    assert_eq!(site.published(), all);
    site.config.compress = vec![Encoding::Gzip];
    site.build();
    assert!(forms(&site).iter().all(|path| path.ends_with(".gz")), "{:?}", forms(&site));
    site.config.compress = Vec::new();
    site.build();
    assert_eq!(forms(&site), Vec::<String>::new());
}

/// An author may lay down such a file, and then it is the author's.
#[test]
fn a_form_never_takes_the_place_of_a_file_of_the_school() {
    let text = "a,b\n".repeat(200);
    let site = compressing(&[Encoding::Gzip])
        .with("content/maths/sets/numbers.csv", &text)
        .with("content/maths/sets/numbers.csv.gz", "the author's own");
    site.build();
    assert_eq!(site.read("public/course/sets/numbers.csv.gz"), "the author's own");
}

#[tokio::test]
async fn the_server_hands_out_the_form_that_the_client_likes_best() {
    let server = Server::over(compressing(&Encoding::ALL)).await;
    let visitor = server.visitor();
    let page = server.site.read("public/index.html").into_bytes();
    let mut tags = std::collections::BTreeSet::new();
    for (accepts, coding) in [
        ("br, gzip", "br"),
        ("gzip, deflate", "gzip"),
        ("zstd;q=1, br;q=0.1", "zstd"),
        ("identity", ""),
        ("", ""),
        ("br;q=0", ""),
        ("nonsense", ""),
    ] {
        let request = || visitor.request(http::Method::GET, "/").header(header::ACCEPT_ENCODING, accepts);
        let answer = request().send().await.expect("an answer");
        let sent = answer.headers().get(header::CONTENT_ENCODING).map_or("", |value| value.to_str().expect("text"));
        assert_eq!(sent, coding, "{accepts}");
        assert_eq!(value(&answer, "vary"), "Accept-Encoding");
        assert_eq!(value(&answer, "content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.headers().contains_key(header::ACCEPT_RANGES), coding.is_empty());
        let tag = value(&answer, "etag");
        let length = value(&answer, "content-length");
        let bytes = answer.bytes().await.expect("bytes");
        let ending = match coding {
            "zstd" => "x.zst",
            "gzip" => "x.gz",
            _ => "x.br",
        };
        assert_eq!(if coding.is_empty() { bytes.to_vec() } else { unpacked(ending, &bytes) }, page, "{accepts}");
        let head = visitor.request(http::Method::HEAD, "/").header(header::ACCEPT_ENCODING, accepts);
        assert_eq!(value(&head.send().await.expect("an answer"), "content-length"), length);
        let again = request().header(header::IF_NONE_MATCH, &tag).send().await.expect("an answer");
        assert_eq!((again.status().as_u16(), value(&again, "etag")), (304, tag.clone()));
        assert_eq!(value(&again, "vary"), "Accept-Encoding");
        tags.insert((coding, tag));
    }
    assert_eq!(tags.len(), 4, "each form has a tag of its own: {tags:?}");
}

#[tokio::test]
async fn ranges_are_of_the_file_as_it_is_and_a_damaged_form_is_never_sent() {
    let server = Server::over(compressing(&[Encoding::Brotli])).await;
    let visitor = server.visitor();
    let get = || visitor.request(http::Method::GET, "/").header(header::ACCEPT_ENCODING, "br");
    let part = get().header(header::RANGE, "bytes=0-14").send().await.expect("an answer");
    assert_eq!(part.status(), 206);
    assert!(!part.headers().contains_key(header::CONTENT_ENCODING));
    assert_eq!(part.text().await.expect("text").to_ascii_lowercase(), "<!doctype html>");
    server.site.write("public/index.html.br", "damaged");
    let whole = get().send().await.expect("an answer");
    assert!(!whole.headers().contains_key(header::CONTENT_ENCODING));
    assert!(whole.text().await.expect("text").contains("</html>"));
    let beside = visitor.get("/index.html.br").await;
    assert_eq!(beside.status(), 404, "a form has no address of its own");
}

#[tokio::test]
async fn a_gated_form_is_for_the_enrolled_alone() {
    let server = Server::over(compressing(&[Encoding::Brotli])).await;
    let student = server.student("ben").await;
    let page = "/course/course-2/part-1/lesson-1/";
    let get = || student.request(http::Method::GET, page).header(header::ACCEPT_ENCODING, "br");
    let refused = get().send().await.expect("an answer");
    assert_eq!(refused.status(), 403);
    assert!(!refused.headers().contains_key(header::CONTENT_ENCODING));
    student.enroll("2").await;
    let answer = get().send().await.expect("an answer");
    assert_eq!(value(&answer, "content-encoding"), "br");
    assert_eq!(value(&answer, "vary"), "Accept-Encoding, Cookie");
    assert_eq!(value(&answer, "cache-control"), "private, no-cache");
    assert!(!server.site.has(&format!("public{page}index.html.br")));
}

/// The smaller forms of pictures in both folders.
fn scaled(site: &Site) -> Vec<String> {
    site.published().into_keys().filter(|path| path.ends_with(".webp")).collect()
}

fn with_picture(bytes: &[u8]) -> Site {
    let lesson = "+++\ntitle = \"Union\"\n+++\n![A photo](photo.png)\n";
    Site::smallest()
        .with("content/maths/sets/01-basics/photo.png", bytes)
        .with("content/maths/sets/01-basics/01-union.md", lesson)
        .with("content/maths/sets/01-basics/02-shown.png", bytes)
}

/// Row C14.
#[test]
fn pictures_come_in_the_sizes_that_screens_need_and_gated_ones_stay_gated() {
    let site = with_picture(&picture(1000, 250));
    site.build();
    let forms = scaled(&site);
    assert_eq!(forms.len(), 6, "{forms:?}");
    let page = site.gated("/course/sets/basics/");
    assert_eq!(page.matches("<picture><source type=\"image/webp\" srcset=\"/course/sets/basics/").count(), 2, "{page}");
    assert_eq!(page.matches("</picture>").count(), 2);
    assert!(page.contains("photo.png\" width=\"1000\" height=\"250\""), "{page}");
    for form in &forms {
        let address = form.strip_prefix("private").expect("gated");
        let width: u32 = form.rsplit('.').nth(1).and_then(|width| width.parse().ok()).expect("a width");
        assert!(page.contains(&format!("{address} {width}w")), "{form}");
        let small = image::load_from_memory(&site.published()[form]).expect("a picture");
        assert_eq!((small.width(), small.height()), (width, width / 4));
    }
    let before = site.published();
    site.remove(".educa/ledger");
    site.build();
    assert_eq!(site.published(), before);
}

/// Its name has the identity of its bytes in it.
#[tokio::test]
async fn a_smaller_picture_never_has_to_be_asked_for_again() {
    let site = with_picture(&picture(700, 90));
    let course = site.read("content/maths/sets/course.md").replacen("owner", "access = \"public\"\nowner", 1);
    for (course, cached) in [(course, "public"), (site.read("content/maths/sets/course.md"), "private")] {
        let site = with_picture(&picture(700, 90)).with("content/maths/sets/course.md", course);
        let server = Server::over(site).await;
        let student = server.student("ben").await;
        student.enroll("1").await;
        let form = scaled(&server.site).remove(0);
        let (_, address) = form.split_once('/').expect("a folder");
        let answer = student.get(&format!("/{address}")).await;
        assert_eq!(value(&answer, "cache-control"), format!("{cached}, max-age=31536000, immutable"));
        let original = student.get("/course/sets/basics/photo.png").await;
        assert_eq!(value(&original, "cache-control"), format!("{cached}, no-cache"));
    }
}

#[test]
fn what_is_small_moves_or_is_not_asked_for_has_no_other_sizes() {
    let mut site = with_picture(&picture(480, 100));
    site.build();
    assert!(scaled(&site).is_empty());
    site.write("content/maths/sets/01-basics/photo.png", picture(900, 10));
    site.build();
    assert_eq!(scaled(&site).len(), 3);
    site.config.images = false;
    site.build();
    assert!(scaled(&site).is_empty());
    assert!(!site.gated("/course/sets/basics/").contains("<picture>"));
}

#[test]
fn the_cache_holds_what_is_asked_for_and_a_damaged_one_is_made_anew() {
    let site = with_picture(&picture(700, 90));
    site.build();
    let cached = || {
        let names = std::fs::read_dir(site.path(".educa/images")).expect("a folder");
        let path = |name: std::fs::DirEntry| format!(".educa/images/{}", name.file_name().to_string_lossy());
        names.map(|name| path(name.expect("a name"))).collect::<Vec<_>>()
    };
    let (before, first) = (site.published(), cached());
    assert_eq!(first.len(), 2, "both pictures are one");
    site.write(&first[0], "damaged");
    site.remove("private/course/sets/basics");
    site.build();
    assert_eq!(site.published(), before);
    site.write("content/maths/sets/01-basics/photo.png", picture(10, 10));
    site.write("content/maths/sets/01-basics/02-shown.png", picture(10, 10));
    site.build();
    assert!(cached().is_empty());
}

/// A picture that breaks off, and one that claims to be larger than any.
#[test]
fn a_broken_picture_is_a_warning_as_often_as_it_is_built() {
    let whole = picture(700, 300);
    let site = with_picture(&whole[..whole.len() / 2]);
    let said = site.build_with_warnings();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].to_string().contains("damaged"), "{said:?}");
    site.write("content/maths/subject.md", "+++\nid = 1\ntitle = \"Maths\"\n+++\n");
    assert_eq!(site.build_with_warnings(), said);
    let mut bomb = picture(700, 300);
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let site = with_picture(&bomb);
    site.build_with_warnings();
    assert!(scaled(&site).is_empty());
}
