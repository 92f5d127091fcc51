//! Items: contents as their templates drew them, from one use to the other.
//!
//! In a build that makes everything, each is used twice: on its page, and in what the API says of its course. The two are
//! made one soon after the other, so little waits here; what would be too much is drawn again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many bytes may wait. Those of ten courses of a hundred lessons are half of it.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Drawn contents that were used once.
#[derive(Debug, Default)]
pub struct Items(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    by_path: HashMap<String, String>,
    bytes: usize,
}

impl Items {
    /// Gives out what waits of the content at a path.
    pub fn take(&self, path: &str) -> Option<String> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let item = waiting.by_path.remove(path)?;
        waiting.bytes -= item.len();
        Some(item)
    }

    /// Keeps a content that was drawn for its first use.
    pub fn keep(&self, path: &str, item: &str) {
        let (path, item) = (path.to_owned(), item.to_owned());
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.bytes + item.len() <= MAX_BYTES {
            waiting.bytes += item.len();
            waiting.by_path.insert(path, item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_given_out_once_and_never_too_much_waits() {
        let items = Items::default();
        items.keep("a.md", "<p>a</p>");
        assert_eq!(items.take("a.md").as_deref(), Some("<p>a</p>"));
        assert_eq!(items.take("a.md"), None);
        let large = "x".repeat(MAX_BYTES / 2 + 1);
        items.keep("b.md", &large);
        items.keep("c.md", &large);
        assert_eq!(items.take("c.md"), None);
        assert_eq!(items.take("b.md"), Some(large.clone()));
        items.keep("c.md", &large);
        assert_eq!(items.take("c.md"), Some(large));
    }
}
