//! An author with an editor, a terminal and a browser: a school that `educa dev` follows.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, redirect};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::{Running, Site};

/// Longer than anything should take on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often an author looks.
const LOOK: Duration = Duration::from_millis(5);

/// A school that is being written.
pub struct Author {
    /// The school, to be edited.
    pub site: Site,
    /// The program.
    pub dev: Running,
    client: Client,
}

impl Author {
    /// Starts `educa dev` over the smallest school.
    pub fn begin() -> Self {
        Self::over(Site::smallest(), &[])
    }

    /// The same over any school, with options.
    pub fn over(site: Site, arguments: &[&str]) -> Self {
        let dev = site.program().dev(arguments);
        Self::with(site, dev)
    }

    /// The same with a program that was started by other means.
    pub fn with(site: Site, dev: Running) -> Self {
        let client = Client::builder().cookie_store(true).redirect(redirect::Policy::none()).no_proxy();
        Self { site, dev, client: client.build().expect("a client") }
    }

    /// GET, to be shaped and sent.
    pub fn request(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.dev.url))
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Response {
        self.request(path).send().await.expect("an answer")
    }

    /// POST of a form, as a browser's own page sends it.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let request = self.client.post(format!("{}{path}", self.dev.url)).header("Sec-Fetch-Site", "same-origin");
        request.form(form).send().await.expect("an answer")
    }

    /// The text of a page, whatever it is.
    pub async fn page(&self, path: &str) -> String {
        self.get(path).await.text().await.expect("a text")
    }

    /// Looks at a page until it is as wished; panics if it does not become so in good time.
    pub async fn sees(&self, path: &str, wished: impl Fn(u16, &str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path).await;
            let status = answer.status().as_u16();
            let text = answer.text().await.expect("a text");
            if wished(status, &text) {
                return text;
            }
            assert!(Instant::now() < deadline, "{path}: {status} {text}\n{}", self.dev.said());
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Looks at the terminal until it says this.
    pub async fn reads(&self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.dev.said().contains(text) {
            assert!(Instant::now() < deadline, "{text:?} is not said:\n{}", self.dev.said());
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Opens a page and listens as its script does.
    pub async fn opens(&self, path: &str) -> Events {
        let build = build_of(&self.page(path).await);
        self.listens(&build).await
    }

    /// Listens as a page of this build.
    pub async fn listens(&self, build: &str) -> Events {
        let answer = self.get(&format!("/.educa/events?build={build}")).await;
        assert_eq!(answer.status(), 200);
        let mut events = Events { answer, got: String::new(), first: Value::Null };
        let (name, data) = events.next().await;
        events.first = data;
        assert!(
            ["fixed", "problems", "reload", "styles"].contains(&&*name),
            "it says at once what is the case: {name}"
        );
        events
    }
}

/// The build that a page says it is of.
pub fn build_of(page: &str) -> String {
    let start = page.find("data-build=\"").unwrap_or_else(|| panic!("no script: {page}")) + 12;
    page[start..].split('"').next().expect("a number").to_owned()
}

/// What an open page hears.
pub struct Events {
    /// The answer that it is read from.
    pub answer: Response,
    /// The data of what was said at once.
    pub first: Value,
    got: String,
}

impl Events {
    /// The next event and its data; panics if none comes in good time.
    pub async fn next(&mut self) -> (String, Value) {
        self.maybe_next().await.expect("the server goes on")
    }

    /// The same; nothing once the server ends it.
    pub async fn maybe_next(&mut self) -> Option<(String, Value)> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            while let Some((message, rest)) = self.got.split_once("\n\n") {
                let (message, rest) = (message.to_owned(), rest.to_owned());
                self.got = rest;
                let field = |name: &str| message.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                if let Some(event) = field("event: ") {
                    let data = field("data: ").expect("every event has data");
                    return Some((event, serde_json::from_str(&data).expect("JSON")));
                }
            }
            let chunk = timeout_at(deadline, self.answer.chunk()).await.expect("an event in good time");
            self.got += std::str::from_utf8(&chunk.ok().flatten()?).expect("UTF-8");
        }
    }

    /// Waits for an event of this name; others may come before it.
    pub async fn until(&mut self, wanted: &str) -> Value {
        loop {
            let (name, data) = self.next().await;
            if name == wanted {
                return data;
            }
        }
    }
}
