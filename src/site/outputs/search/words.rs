//! Words of a text as a search compares them. `themes/school/assets/search_words.js` does the same to what is typed:
//! a change here is a change there, and `tests/browser/search.test.mjs` holds both against each other.
//!
//! A word is a run of letters, digits and marks, without the accents and vowel signs that people leave out, in lower case.
//! Where a script has no spaces between words, every two neighbouring characters are one, and the last alone.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// No word is longer; what is (a key, a picture in base64) is found by its beginning.
const LONGEST: usize = 40;

/// The words of a text, one after another.
pub fn words(text: &str, mut each: impl FnMut(&str)) {
    let mut folded = String::new();
    for run in text.split(|c: char| !in_word(c)).filter(|run| !run.is_empty()) {
        if run.is_ascii() {
            folded.clear();
            folded.extend(run.bytes().take(LONGEST).map(|byte| char::from(byte.to_ascii_lowercase())));
            each(&folded);
        } else {
            folded = fold(run);
            pieces(&folded, &mut each);
        }
    }
}

fn in_word(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() || is_combining_mark(c) }
}

/// A run without what people leave out when they type.
fn fold(run: &str) -> String {
    let lower = run.nfkd().filter(|c| !is_left_out(*c)).flat_map(char::to_lowercase);
    let mut plain = String::with_capacity(run.len());
    for c in lower.filter(|c| in_word(*c)) {
        match alike(c) {
            "" => plain.push(c),
            other => plain.push_str(other),
        }
    }
    plain.nfc().collect()
}

/// Accents, and the vowel signs of Hebrew and Arabic.
fn is_left_out(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}'
        | '\u{5c4}'..='\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// What a letter is often written as; nothing if it is only itself.
fn alike(c: char) -> &'static str {
    match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ı' => "i",
        'ς' => "σ",
        'ى' | 'ی' => "ي",
        'ة' => "ه",
        'ک' => "ك",
        _ => "",
    }
}

/// The words in a run: stretches of scripts with and without spaces take turns.
fn pieces(run: &str, each: &mut impl FnMut(&str)) {
    let mut rest = run;
    while let Some(first) = rest.chars().next() {
        let kind = is_unspaced(first);
        let end = rest.find(|c| is_unspaced(c) != kind).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        if kind {
            pairs(piece, each);
        } else {
            each(shortened(without_article(piece)));
        }
        rest = behind;
    }
}

/// Thai, Lao, Burmese, Khmer, Chinese, Japanese.
pub fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn pairs(piece: &str, each: &mut impl FnMut(&str)) {
    let mut starts: Vec<_> = piece.char_indices().map(|(at, _)| at).collect();
    starts.push(piece.len());
    for ends in starts.windows(3) {
        each(&piece[ends[0]..ends[2]]);
    }
    each(&piece[starts[starts.len() - 2]..]);
}

/// The Arabic article is written as a part of the word.
fn without_article(word: &str) -> &str {
    word.strip_prefix("ال").filter(|rest| rest.chars().count() > 2).unwrap_or(word)
}

fn shortened(word: &str) -> &str {
    word.char_indices().nth(LONGEST).map_or(word, |(at, _)| &word[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        words(text, |word| found.push(word.to_owned()));
        found
    }

    #[test]
    fn accents_and_case_do_not_count() {
        assert_eq!(found("Über die Größe, naïve ŒUVRE"), ["uber", "die", "grosse", "naive", "oeuvre"]);
        assert_eq!(found("ΟΔΟΣ οδός İstanbul ﬁn"), ["οδοσ", "οδοσ", "istanbul", "fin"]);
        assert_eq!(found("snake_case, x^2"), ["snake", "case", "x", "2"]);
    }

    #[test]
    fn arabic_is_found_without_vowel_signs_and_article() {
        assert_eq!(found("الحُرُوفُ أحمد مكتبة"), ["حروف", "احمد", "مكتبه"]);
    }

    #[test]
    fn scripts_without_spaces_are_pairs() {
        assert_eq!(found("二分木とは"), ["二分", "分木", "木と", "とは", "は"]);
        assert_eq!(found("木"), ["木"]);
        assert_eq!(found("B木がｶﾞ"), ["b", "木が", "がガ", "ガ"]);
    }

    #[test]
    fn signs_that_make_a_letter_stay() {
        assert_eq!(found("हिन्दी 한국어"), ["हिन्दी", "한국어"]);
    }

    #[test]
    fn what_is_no_word_is_cut() {
        assert_eq!(found(&"x".repeat(500))[0].len(), LONGEST);
        assert_eq!(found(&"é".repeat(500))[0].len(), LONGEST);
    }
}
