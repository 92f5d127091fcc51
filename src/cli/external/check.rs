//! All links of a school, at most sixteen at once and two of one host.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::answer::Answer;
use super::asking::Asker;
use super::remembered;
use crate::cli::report::counted;
use crate::diag::Diagnostics;
use crate::site::{self, SiteConfig};

const AT_ONCE: usize = 16;
const AT_ONCE_PER_HOST: usize = 2;

/// Where the answers of the last days are kept, below the build's folder.
const REMEMBERED: &str = "links";

/// Asks all links that lead out of a school; what is wrong with them, and how many were asked.
pub fn check(config: &SiteConfig, allow_private: bool) -> anyhow::Result<(Diagnostics, String)> {
    let links = site::external_links(config)?;
    let path = config.state.join(REMEMBERED);
    let mut remembered = remembered::load(&path, config.now)?;
    let n_all = links.len();
    remembered.retain(|url, _| links.contains_key(url));
    let open: Vec<_> = links.keys().filter(|url| !remembered.contains_key(*url)).map(String::as_str).collect();
    let n_asked = open.len();
    let answers = ask_all(&Asker::new(allow_private)?, open);
    let mut said = Diagnostics::new();
    let fine = answers.iter().filter(|(_, answer)| **answer == Answer::Fine);
    remembered.extend(fine.map(|(url, _)| ((*url).to_owned(), config.now)));
    for (url, answer) in &answers {
        links[*url].iter().filter_map(|at| answer.say(url, at)).for_each(|diagnostic| said.push(diagnostic));
    }
    if n_asked > 0 {
        remembered::save(&path, &remembered)?;
    }
    let note = format!(
        "{} to other sites: {n_asked} asked, {} answered in the last 7 days",
        counted(n_all, "link"),
        n_all - n_asked
    );
    Ok((said, note))
}

/// Links by host, and how many of each host are being asked.
struct Queue<'a> {
    waiting: BTreeMap<&'a str, VecDeque<&'a str>>,
    asking: BTreeMap<&'a str, usize>,
}

impl<'a> Queue<'a> {
    /// A link of a host that has a place free; nothing for now if every host has its fill.
    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        let asking = &self.asking;
        let free = |host: &&str| asking.get(*host).is_none_or(|n| *n < AT_ONCE_PER_HOST);
        // The host with the most to ask: it takes longest.
        let (host, _) = self.waiting.iter().filter(|(host, _)| free(host)).max_by_key(|(_, urls)| urls.len())?;
        let host = *host;
        let urls = self.waiting.get_mut(host)?;
        let url = urls.pop_front()?;
        if urls.is_empty() {
            self.waiting.remove(host);
        }
        *self.asking.entry(host).or_default() += 1;
        Some((host, url))
    }
}

fn ask_all<'a>(asker: &Asker, urls: Vec<&'a str>) -> BTreeMap<&'a str, Answer> {
    let bar = bar(urls.len());
    let mut queue = Queue { waiting: BTreeMap::new(), asking: BTreeMap::new() };
    for url in urls {
        queue.waiting.entry(host(url)).or_default().push_back(url);
    }
    // A host never has more workers than places, so a worker that finds none free is not needed any more.
    let n_workers = queue.waiting.values().map(|urls| urls.len().min(AT_ONCE_PER_HOST)).sum::<usize>().min(AT_ONCE);
    let queue = Mutex::new(queue);
    let answers = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..n_workers {
            scope.spawn(|| {
                loop {
                    let next = lock(&queue).next();
                    let Some((host, url)) = next else { break };
                    let answer = asker.ask(url);
                    lock(&answers).insert(url, answer);
                    bar.inc(1);
                    lock(&queue).asking.entry(host).and_modify(|n| *n -= 1);
                }
            });
        }
    });
    bar.finish_and_clear();
    answers.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or(rest)
}

fn bar(n: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(n as u64), ProgressDrawTarget::stderr_with_hz(10));
    let style = ProgressStyle::with_template("{spinner} Asking other sites {bar:30} {pos}/{len}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
