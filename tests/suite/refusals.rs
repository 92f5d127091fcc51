//! What was refused leaves a line of the log, and not more lines than somebody can read.

use reqwest::{Client, Method, redirect};

use crate::support::{PASSWORD, Program, Running, Site};

async fn until(server: &Running, text: &str) -> String {
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(5);
    loop {
        let said = server.said();
        if said.contains(text) {
            return said;
        }
        assert!(tokio::time::Instant::now() < deadline, "{text}: {said}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn the_first_refusal_of_a_minute_is_a_line_without_secrets() {
    let site = Site::smallest();
    site.write("educa.toml", "[site]\ntitle = \"T\"\n[server]\nlog = \"json\"\n");
    let server = Program::at(site.root()).serve(&[]);
    let client = Client::builder().cookie_store(true).redirect(redirect::Policy::none()).no_proxy();
    let client = client.build().expect("a client");
    let url = |path: &str| format!("{}{path}", server.url.trim_end_matches('/'));
    let form = [("username", "ada"), ("password1", PASSWORD), ("password2", PASSWORD)];
    assert_eq!(client.post(url("/students/register/")).form(&form).send().await.expect("an answer").status(), 302);
    for path in ["/chat/room/1/?q=hidden-query", "/teach/1/", "/admin/", "/course/sets/basics/"] {
        assert_eq!(client.get(url(path)).send().await.expect("an answer").status(), 403, "{path}");
    }
    for _ in 0..3 {
        let request = client.request(Method::POST, url("/students/enroll-course/"));
        let answer = request.header("Sec-Fetch-Site", "cross-site").form(&[("course", "1")]).send().await;
        assert_eq!(answer.expect("an answer").status(), 403);
    }
    let said = until(&server, "sent by another site").await;
    let lines: Vec<_> = said.lines().filter(|line| line.contains("educa::refusals")).collect();
    assert_eq!(lines.len(), 2, "{said}");
    for (line, words) in lines.iter().zip([
        &["\"route\":\"/chat/room/{id}/\"", "\"account\":1", "\"reason\":\"no right\"", "\"others\":0"][..],
        &["\"reason\":\"sent by another site\"", "\"others\":0"][..],
    ]) {
        assert!(words.iter().all(|word| line.contains(word)), "{line}");
    }
    for secret in ["hidden-query", PASSWORD] {
        assert!(!lines.concat().contains(secret), "{secret}: {said}");
    }
}
