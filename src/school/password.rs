//! What a password must be. Row U6; the sentences are the reference application's.

use super::common_passwords::is_listed;

/// Longer ones are refused: they cost time and help nobody.
const MAX_LENGTH: usize = 1_000;

/// The estimator's time grows faster than the length, to a second for 100 characters that all could stand for letters;
/// what comes after this adds strength, never takes it away.
const ESTIMATED: usize = 40;

/// No account has a longer name. Comparing takes time and memory by the product of both lengths, so a name of a
/// quarter of a megabyte, which a form can hold, must never get there whole.
const COMPARED: usize = 150;

/// Everything that is wrong with a password for this user; nothing if it is good.
pub fn check_password(password: &str, username: &str) -> Vec<String> {
    let n_characters = password.chars().count();
    if n_characters == 0 {
        return vec!["This field is required.".to_owned()];
    }
    if n_characters > MAX_LENGTH {
        return vec![format!("Ensure this value has at most 1000 characters (it has {n_characters}).")];
    }
    let mut mistakes = Vec::new();
    if is_similar(password, username) {
        mistakes.push("The password is too similar to the username.".to_owned());
    }
    if n_characters < 8 {
        mistakes.push("This password is too short. It must contain at least 8 characters.".to_owned());
    }
    if is_common(password) {
        mistakes.push("This password is too common.".to_owned());
    }
    if password.chars().all(char::is_numeric) {
        mistakes.push("This password is entirely numeric.".to_owned());
    }
    mistakes
}

/// The user name inside the password, or nearly all of it.
fn is_similar(password: &str, username: &str) -> bool {
    let password = password.to_lowercase();
    let username: String = username.to_lowercase().chars().take(COMPARED).collect();
    // As in Django: each part of "ada.lovelace@example.org" counts, and so does the whole.
    let parts = username.split(|c: char| !c.is_alphanumeric()).chain([username.as_str()]);
    parts.filter(|part| part.chars().count() >= 3).any(|part| {
        let mostly = part.chars().count() * 10 >= password.chars().count() * 7;
        (mostly && password.contains(part)) || strsim::normalized_damerau_levenshtein(&password, part) >= 0.7
    })
}

/// On the list, or guessed within a million tries: zxcvbn's score 0 or 1, "too guessable" and "very guessable".
fn is_common(password: &str) -> bool {
    if is_listed(password) {
        return true;
    }
    let estimated: String = password.chars().take(ESTIMATED).collect();
    let score = zxcvbn::zxcvbn(&estimated, &[]).score();
    matches!(score, zxcvbn::Score::Zero | zxcvbn::Score::One)
}

#[cfg(test)]
mod tests {
    use super::check_password;

    #[test]
    fn good_ones_pass() {
        for password in ["correct horse battery", "Tr0ub4dor&3x", "пароль-от-почты-7", "zażółć gęślą jaźń"]
        {
            assert_eq!(check_password(password, "ada"), [""; 0], "{password}");
        }
    }

    #[test]
    fn everything_wrong_is_said() {
        let said = |password: &str, username: &str| check_password(password, username).join(" ");
        assert_eq!(said("", "ada"), "This field is required.");
        assert!(said("x7!q", "ada").contains("too short"));
        assert!(said("password1", "ada").contains("too common"));
        assert!(said("iloveyou", "ada").contains("too common"));
        assert!(said("8301947562", "ada").contains("entirely numeric"));
        assert!(said("lovelace1", "ada.lovelace").contains("too similar"));
        assert!(said("Lovelace-Ad", "lovelace.ad").contains("too similar"));
        assert!(said(&"a".repeat(1_001), "ada").contains("at most 1000"));
    }

    #[test]
    fn the_longest_input_takes_no_time() {
        let began = std::time::Instant::now();
        let name = "a1.b2".repeat(50_000);
        // The second could stand for letters in many ways, all of which the estimator tries.
        for password in ["x7!q".repeat(250), "4@8({[<369&#!1/|0$5+7%2".repeat(40)] {
            check_password(&password, &name);
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(5), "{:?}", began.elapsed());
    }
}
