//! Rows K1–K11, K13, E14: published files in memory, and what nobody may keep for somebody else.

use educa::server::{CacheFigures, ServerConfig};
use reqwest::{Method, Response};

use crate::support::{Raw, Server, Site, Visitor, answers, assert_guarded, header, tree};

const OVERVIEW: &str = "/course/sets/";
const BASICS: &str = "/course/sets/basics/";
const MORE: &str = "/course/sets/more/";

/// What an entry is said to cost besides its bytes.
const ENTRY: u64 = 256;

async fn with_memory(site: Site, bytes: usize) -> Server {
    Server::with(site, ServerConfig { cache_bytes: bytes, ..ServerConfig::default() }).await
}

fn counted(server: &Server) -> (u64, u64, u64) {
    let CacheFigures { hits, misses, evictions, .. } = server.app.cache.figures();
    (hits, misses, evictions)
}

async fn enrolled(server: &Server) -> Visitor<'_> {
    let ada = server.student("ada").await;
    ada.enroll("1").await;
    ada
}

#[tokio::test]
async fn a_file_is_read_once_and_then_found() {
    let server = Server::start().await;
    let visitor = server.visitor();
    let first = visitor.read(OVERVIEW).await;
    assert_eq!(counted(&server), (0, 1, 0));
    assert_eq!(visitor.read(OVERVIEW).await, first);
    let head = visitor.request(Method::HEAD, OVERVIEW).send().await.expect("an answer");
    assert_eq!(header(&head, "content-length"), first.len().to_string());
    let tag = header(&head, "etag");
    let again = visitor.request(Method::GET, OVERVIEW).header("If-None-Match", tag).send().await.expect("an answer");
    assert_eq!(again.status(), 304);
    let part = visitor.request(Method::GET, OVERVIEW).header("Range", "bytes=0-8").send().await.expect("an answer");
    assert_eq!((part.status().as_u16(), part.text().await.expect("text").as_str()), (206, &first[..9]));
    assert_eq!(counted(&server), (4, 1, 0), "however it is asked for, the bytes are the same");
    let figures = server.app.cache.figures();
    assert_eq!((figures.entries, figures.bytes), (1, first.len() as u64 + ENTRY));
    assert_eq!(figures.limit, 64 * 1024 * 1024);
    for path in ["/nothing/", "/course/sets", "/accounts/login/", "/api/courses/"] {
        visitor.get(path).await;
    }
    assert_eq!(counted(&server), (4, 1, 0), "what is no file is no miss");
}

#[tokio::test]
async fn the_least_recently_used_page_goes_first() {
    let site = Site::smallest();
    site.build();
    let sizes = [site.public(OVERVIEW), site.gated(BASICS), site.gated(MORE)].map(|page| page.len() as u64 + ENTRY);
    // Room for any two of them and never for three. Keeping two counts them as entries, too.
    let limit = sizes.iter().sum::<u64>() - 1;
    let server = with_memory(site, limit as usize).await;
    let ada = enrolled(&server).await;
    for (path, figures) in [
        (OVERVIEW, (0, 1, 0)),
        (BASICS, (0, 2, 0)),
        (OVERVIEW, (1, 2, 0)),
        (MORE, (1, 3, 1)),
        (OVERVIEW, (2, 3, 1)),
        (MORE, (3, 3, 1)),
        (BASICS, (3, 4, 2)),
        (OVERVIEW, (3, 5, 3)),
    ] {
        ada.read(path).await;
        assert_eq!(counted(&server), figures, "{path}");
        let figures = server.app.cache.figures();
        assert!(figures.bytes <= figures.limit && figures.entries <= 2, "{figures:?}");
    }
}

#[tokio::test]
async fn the_limit_is_held_however_much_is_read_at_once() {
    let server = with_memory(Site::large(3, 3, 3), 20_000).await;
    let files = tree(&server.site.path("public"));
    assert!(files.values().map(Vec::len).sum::<usize>() > 40_000, "there is more than fits");
    let mut readers = tokio::task::JoinSet::new();
    // What hosts read of a folder is nobody's page.
    for (file, bytes) in files.into_iter().filter(|(file, _)| !file.starts_with(['.', '_'])) {
        let url = server.url(&format!("/{}", file.strip_suffix("index.html").unwrap_or(&file)));
        readers.spawn(async move {
            for _ in 0..3 {
                let answer = reqwest::get(&url).await.expect("an answer");
                assert!(answer.bytes().await.expect("bytes") == bytes, "{url}");
            }
        });
    }
    readers.join_all().await;
    let figures = server.app.cache.figures();
    assert!(figures.bytes <= 20_000 && figures.evictions > 0 && figures.entries > 0, "{figures:?}");
}

#[tokio::test]
async fn without_memory_everything_is_read_from_the_disk() {
    let server = with_memory(Site::smallest(), 0).await;
    let ada = enrolled(&server).await;
    for _ in 0..2 {
        assert!(ada.read(BASICS).await.contains("The secret of unions."));
        ada.read(OVERVIEW).await;
    }
    let none = CacheFigures { limit: 0, bytes: 0, entries: 0, hits: 0, misses: 0, evictions: 0 };
    assert_eq!(server.app.cache.figures(), none);
}

#[tokio::test]
async fn large_files_are_sent_piece_by_piece_and_not_kept() {
    let film = vec![7; 700 * 1024];
    let site = Site::smallest()
        .with("content/maths/sets/03-look/module.md", "+++\ntitle = \"Look\"\npreview = true\n+++\nOpen.\n")
        .with("content/maths/sets/03-look/01-film.mp4", &film);
    let server = Server::over(site).await;
    let files = tree(&server.site.path("public"));
    let path = files.keys().find(|file| file.ends_with(".mp4")).expect("a film");
    for _ in 0..2 {
        assert_eq!(server.visitor().get(&format!("/{path}")).await.bytes().await.expect("bytes"), film);
    }
    assert_eq!(server.app.cache.figures().entries, 0);
}

/// Row K13: no lifetime has to end first. The build is read at once and asked for in the same moment.
#[tokio::test]
async fn what_was_published_is_seen_through_the_cache_at_once() {
    let server = Server::start().await;
    let ada = enrolled(&server).await;
    for round in 0..5 {
        let [old, new] = [round, round + 1].map(|n| format!("Round {n} begins."));
        let publish = |words: &str| {
            let text = format!("+++\ntitle = \"Union\"\n+++\n{words}\n");
            server.site.write("content/maths/sets/01-basics/01-union.md", text);
            let course = "id = 1\ntitle = \"Sets\"\nowner = \"ada\"\ncreated = 2026-02-05T12:00:00Z";
            server.site.write("content/maths/sets/course.md", format!("+++\n{course}\n+++\n{words}\n"));
            server.site.build();
            server.app.shelf.reload().expect("a catalog");
        };
        publish(&old);
        for path in [OVERVIEW, BASICS] {
            for _ in 0..2 {
                assert!(ada.read(path).await.contains(&old), "{path}: {old}");
            }
        }
        publish(&new);
        for path in [OVERVIEW, BASICS] {
            let page = ada.read(path).await;
            assert!(page.contains(&new) && !page.contains(&old), "{path}: {new}");
        }
    }
}

/// The same picture lies behind the gate and before it: one digest, one entry, two audiences.
#[tokio::test]
async fn what_is_in_memory_is_still_behind_the_gate() {
    let picture = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"><title>twice</title></svg>";
    let site = Site::smallest()
        .with("content/maths/sets/01-basics/02-gated.svg", picture)
        .with("content/maths/sets/03-look/module.md", "+++\ntitle = \"Look\"\npreview = true\n+++\nOpen.\n")
        .with("content/maths/sets/03-look/01-open.svg", picture);
    let server = Server::over(site).await;
    let of = |room: &str| {
        let files = tree(&server.site.path(room));
        format!(
            "/{}",
            files.keys().find(|file| file.starts_with("course/") && file.ends_with(".svg")).expect("a picture")
        )
    };
    let (open, gated) = (of("public"), of("private"));
    let (visitor, bob, ada) = (server.visitor(), server.student("bob").await, enrolled(&server).await);
    let denied = async |why: &str| {
        for path in [BASICS, MORE, &gated] {
            for (who, status) in [(&visitor, 302), (&bob, 403)] {
                let answer = who.get(path).await;
                assert_eq!(answer.status(), status, "{path} {why}");
                let body = answer.text().await.expect("text");
                assert!(!body.contains("secret of") && !body.contains("twice"), "{path} {why}");
            }
        }
    };
    assert!(visitor.read(&open).await.contains("twice"));
    denied("when the open one is in memory").await;
    for path in [BASICS, MORE, &gated] {
        ada.read(path).await;
    }
    assert_eq!(server.app.cache.figures().entries, 3, "one for both pictures");
    denied("when all is in memory").await;
    ada.post("/students/leave-course/", &[("course", "1")]).await;
    for path in [BASICS, &gated] {
        assert_eq!(ada.get(path).await.status(), 403, "{path} after leaving");
    }
    ada.enroll("1").await;
    ada.read(BASICS).await;
    server.later(jiff::SignedDuration::from_hours(15 * 24));
    assert_eq!(ada.get(BASICS).await.status(), 302, "a session that ended");
}

/// No cache on the way may keep any of it: not the page, not a part, not the refusal, not the way to it.
#[tokio::test]
async fn no_answer_of_a_gated_address_is_for_a_shared_cache() {
    let server = Server::start().await;
    let (visitor, bob, ada) = (server.visitor(), server.student("bob").await, enrolled(&server).await);
    let tag = header(&ada.get(BASICS).await, "etag");
    let ask = |who: &Visitor<'_>, method: Method, path: &str, sent: Option<(&str, &str)>| {
        let request = who.request(method, path);
        sent.into_iter().fold(request, |request, (name, value)| request.header(name, value)).send()
    };
    let (get, head, post) = (|| Method::GET, || Method::HEAD, || Method::POST);
    for (request, status) in [
        (ask(&ada, get(), BASICS, None), 200),
        (ask(&ada, head(), BASICS, None), 200),
        (ask(&ada, get(), BASICS, Some(("If-None-Match", &tag))), 304),
        (ask(&ada, get(), BASICS, Some(("Range", "bytes=0-9"))), 206),
        (ask(&ada, get(), BASICS, Some(("Range", "bytes=9999999-"))), 416),
        (ask(&ada, post(), BASICS, None), 405),
        (ask(&bob, get(), BASICS, None), 403),
        (ask(&bob, head(), BASICS, None), 403),
        (ask(&bob, get(), BASICS, Some(("If-None-Match", "*"))), 403),
        (ask(&bob, get(), BASICS, Some(("Range", "bytes=0-9"))), 403),
        (ask(&visitor, get(), BASICS, None), 302),
        (ask(&visitor, get(), BASICS, Some(("If-None-Match", "*"))), 302),
        (ask(&visitor, get(), BASICS, Some(("Range", "bytes=0-9"))), 302),
        (ask(&visitor, get(), "/course/sets/basics", None), 301),
        (ask(&ada, get(), "/course/sets/basics", None), 301),
        (ask(&visitor, post(), "/course/sets/basics", None), 308),
    ] {
        let answer = request.await.expect("an answer");
        let what = format!("{} {}", answer.status(), answer.url());
        assert_eq!(answer.status(), status, "{what}");
        assert_guarded(&answer);
        assert_eq!(header(&answer, "cache-control"), "private, no-cache", "{what}");
        assert!(header(&answer, "vary").contains("Cookie"), "{what}: {}", header(&answer, "vary"));
    }
}

/// Published files are handed out at the door; what else is asked of them goes through the routes. Nobody sees which.
#[tokio::test]
async fn both_ways_to_a_file_answer_alike() {
    let server = Server::start().await;
    let ada = enrolled(&server).await;
    let pages = [("/", 200), (OVERVIEW, 200), (BASICS, 200), ("/nothing/", 404), ("/course/sets", 301)];
    for (path, status) in pages {
        for method in [Method::GET, Method::HEAD] {
            let at_once = ada.request(method.clone(), path).send().await.expect("an answer");
            let request = ada.request(method.clone(), path).header("Content-Type", "text/plain").body("a body");
            let through_routes = request.send().await.expect("an answer");
            assert_eq!(at_once.status(), status, "{method} {path}");
            assert_eq!(headers(&at_once), headers(&through_routes), "{method} {path}");
            assert_eq!(
                at_once.bytes().await.expect("bytes"),
                through_routes.bytes().await.expect("bytes"),
                "{method} {path}"
            );
        }
    }
    let host = format!("Host: {}", server.address);
    for (head, status) in [
        (format!("GET {OVERVIEW} HTTP/1.1\r\nHost: evil.example"), "400"),
        (format!("TRACE {OVERVIEW} HTTP/1.1\r\n{host}"), "405"),
        (format!("GET {OVERVIEW} HTTP/1.1\r\n{host}\r\nContent-Length: 999999999"), "413"),
        (format!("GET {OVERVIEW} HTTP/1.1\r\n{host}"), "200"),
    ] {
        let answer = answers(server.address, format!("{head}\r\nConnection: close\r\n\r\n")).await;
        assert_eq!(answer.get(9..12), Some(status), "{head}");
        assert!(answer.contains("x-request-id: ") && answer.contains("x-frame-options: DENY"), "{answer}");
    }
    let mut raw = Raw::to(server.address).await;
    raw.send(format!("GET {OVERVIEW} HTTP/1.1\r\n{host}\r\nX-Request-Id: joined-1\r\n\r\n")).await;
    assert!(raw.until("</html>").await.contains("x-request-id: joined-1\r\n"));
}

/// All headers but those that are new each time.
fn headers(answer: &Response) -> Vec<(String, String)> {
    let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().expect("text").into()));
    let mut headers: Vec<_> = headers.filter(|(name, _)| name != "date" && name != "x-request-id").collect();
    headers.sort();
    headers
}
