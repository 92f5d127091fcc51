//! The list: about twenty thousand passwords from collections of stolen ones, all in lower case.
//!
//! It is that of Django 5.2, sorted (`list.txt.gz`; Django Software Foundation, BSD-3-Clause: see `LICENSE` beside it), so
//! that what the reference application refuses is refused here.

use std::collections::HashSet;
use std::io::Read as _;
use std::sync::LazyLock;

use flate2::read::GzDecoder;

static PACKED: &[u8] = include_bytes!("list.txt.gz");

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    GzDecoder::new(PACKED).read_to_string(&mut text).expect("the list is part of the program");
    text
});

static LISTED: LazyLock<HashSet<&str>> = LazyLock::new(|| TEXT.lines().collect());

/// Whether a password is on the list, in whatever case.
pub fn is_listed(password: &str) -> bool {
    LISTED.contains(password.to_lowercase().trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::check_password;

    #[test]
    fn every_listed_password_is_refused_as_too_common() {
        assert_eq!(LISTED.len(), 19_640);
        for password in TEXT.lines() {
            assert!(is_listed(password) && is_listed(&password.to_uppercase()), "{password}");
        }
        // Estimating takes a millisecond each, so only some walk the whole way.
        let said = "This password is too common.".to_owned();
        for password in TEXT.lines().step_by(200).chain(["123456", "password", "Qwerty123", "PASSWORD1", "jordan23"]) {
            assert!(check_password(password, "somebody-else").contains(&said), "{password}");
        }
        assert!(!is_listed("correct horse x9") && !is_listed(""));
    }
}
