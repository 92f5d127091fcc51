//! The minifier against the tokenizer of a browser: what is left is read as what was there.

use cssparser::{ParseError, Parser, ParserInput, Token};
use proptest::prelude::*;

use super::minified;

/// The tokens of a style sheet without comments and without the white space of which CSS says that it means nothing.
fn tokens(css: &str) -> Vec<String> {
    let mut input = ParserInput::new(css);
    let mut tokens = Vec::new();
    all(&mut Parser::new(&mut input), &mut tokens);
    let is = |at: Option<&String>, of: &[&str]| at.is_none_or(|token| of.contains(&token.as_str()));
    let mut kept: Vec<String> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before =
            is(kept.last(), &["{", "}", "; ", ", ", "(", " ", ":"]) || kept.last().is_some_and(|token| opens(token));
        let after = is(tokens[at + 1..].iter().find(|token| *token != " "), &["{", "}", "; ", ", ", ")", "]"]);
        if token != " " || !(before || after) {
            kept.push(token.clone());
        }
    }
    kept
}

fn opens(token: &str) -> bool {
    token.starts_with("Function")
}

fn all(parser: &mut Parser<'_, '_>, tokens: &mut Vec<String>) {
    while let Ok(token) = parser.next_including_whitespace() {
        let (shown, closing) = match token {
            Token::WhiteSpace(_) => (" ".to_owned(), None),
            Token::Semicolon => ("; ".to_owned(), None),
            Token::Comma => (", ".to_owned(), None),
            Token::Colon => (":".to_owned(), None),
            Token::CloseParenthesis => (")".to_owned(), None),
            Token::CloseCurlyBracket => ("}".to_owned(), None),
            Token::CurlyBracketBlock => ("{".to_owned(), Some("}")),
            Token::ParenthesisBlock => ("(".to_owned(), Some(")")),
            Token::SquareBracketBlock => ("[".to_owned(), Some("]")),
            Token::Function(name) => (format!("Function {name}"), Some(")")),
            other => (format!("{other:?}"), None),
        };
        tokens.push(shown);
        if let Some(closing) = closing {
            let nested = parser.parse_nested_block(|parser| {
                all(parser, tokens);
                Ok::<_, ParseError<'_, ()>>(())
            });
            assert!(nested.is_ok());
            tokens.push(closing.to_owned());
        }
    }
}

/// What style sheets are made of, the parts that others stumble over among it.
const PARTS: [&str; 63] = [
    "a",
    "b",
    ".c",
    "#d",
    "*",
    ">",
    "+",
    "~",
    "-",
    "/",
    "|",
    "&",
    "!important",
    "@media",
    "@layer",
    "@container",
    "--x",
    "--x:",
    "1px",
    "50%",
    "-1",
    "+2",
    ".5",
    "1e3",
    "U+26",
    "calc(",
    "var(--x,",
    ":is(",
    ":not(",
    "url(",
    "url( ",
    "URL(a b)",
    "url(data:a;b,/*c*/{})",
    "url(\"x\")",
    "color-mix(",
    "light-dark(",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    "::",
    ";",
    ",",
    " ",
    "  ",
    "\n",
    "\t",
    "/**/",
    "/* a { */",
    "/*! kept */",
    "\"s /* t */ ;\"",
    "'it\\'s'",
    "\"\\\n\"",
    "\\31 ",
    "\\1e3",
    "\\{",
    "\\",
    "é",
    "<!--",
    "-->",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn what_is_left_is_read_as_what_was_there(parts in prop::collection::vec(prop::sample::select(&PARTS[..]), 0..30)) {
        let css = parts.concat();
        let short = minified(&css);
        prop_assert_eq!(tokens(&short), tokens(&css), "{:?} {:?}", css, short);
        prop_assert!(short.len() <= css.len());
        prop_assert_eq!(minified(&short), short);
    }

    #[test]
    fn any_text_at_all_is_survived(css in any::<String>()) {
        prop_assert_eq!(tokens(&minified(&css)), tokens(&css));
    }
}

#[test]
fn the_built_in_style_sheet_keeps_every_token_and_loses_bytes() {
    let css = include_str!("../../themes/school/assets/school.css");
    let short = minified(css);
    assert_eq!(tokens(&short), tokens(css));
    assert!(short.len() * 100 < css.len() * 93, "{} of {}", short.len(), css.len());
}

#[test]
fn what_is_no_token_goes_and_what_separates_stays() {
    let cases = [
        ("a { color : red ; }\n", "a{color :red;}"),
        ("a :hover , b{}", "a :hover,b{}"),
        ("p { width: calc( 1px + 2px ) }", "p{width:calc(1px + 2px)}"),
        ("a: hover {}", "a: hover{}"),
        ("a { & :is( b , c ) > d { x: y } }", "a{& :is(b,c) > d{x:y}}"),
        ("a { --empty: ; --b: { c }; }", "a{--empty: ;--b:{c};}"),
        ("@media ( width >= 40rem ) and (hover) { }", "@media (width >= 40rem) and (hover){}"),
        ("a { margin: 1px/**/2px; b: c/* */(d) }", "a{margin:1px/**/2px;b:c/**/(d)}"),
        ("\\1e3/**/ a", "\\1e3/**/ a"),
        ("\\1e3/**/ /*! kept */a", "\\1e3/*! kept */ a"),
        ("/* one */ a /* two */ b {} /*! three */", "a b{}/*! three */"),
        ("a { b: url( x y ;) ; c: \"d  ;  e\" }", "a{b:url( x y ;);c:\"d  ;  e\"}"),
        (".\\31  b { }", ".\\31  b{}"),
        (".\\31/* one */ b { }", ".\\31/**/ b{}"),
        ("a { b: \"never closed\n }", "a { b: \"never closed\n }"),
    ];
    for (css, short) in cases {
        assert_eq!(minified(css), short, "{css}");
    }
}
