//! Whatever an author writes, names or links to: a build ends with pages or with mistakes, never with a panic, and no
//! address leaves its folder.

use educa::course::{Address, Slug};
use educa::diag::SourceText;
use educa::site::{parse_video, split_front_matter};
use proptest::prelude::*;

use crate::support::Site;

/// Texts that are likelier than chance to mean something.
fn markup() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("+++\n".to_owned()),
        Just("---\r\n".to_owned()),
        Just("title = \"T\"\n".to_owned()),
        Just("title: [a\n".to_owned()),
        Just("slug = \"é\"\n".to_owned()),
        Just("## H {#x}\n".to_owned()),
        Just("[a](../..//x.md#y?z)".to_owned()),
        Just("![a][b] [^1]\n\n[^1]: [^1]\n".to_owned()),
        Just("> [!NOTE]\n> - [ ] |a|\n|-|\n".to_owned()),
        Just("<a href='javascript:x'>".to_owned()),
        Just("```x{y\n".to_owned()),
        Just(": d\n\n".to_owned()),
        "\\PC{0,9}",
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn an_address_stays_in_its_folder(text in "(/|\\.|\\.\\.|\\\\|%2e|a|ü|\u{0}|\u{7f}| ){0,9}") {
        if let Ok(address) = text.parse::<Address>() {
            let file = address.file();
            prop_assert!(!file.starts_with('/') && !file.split('/').any(|part| part.is_empty() || part.starts_with('.')));
            prop_assert!(!file.contains(['\\', '\0']));
            prop_assert!(address.href().is_ascii());
        }
    }

    #[test]
    fn a_slug_of_a_name_is_a_slug(name in "\\PC{0,200}") {
        if let Some(slug) = Slug::from_name(&name) {
            prop_assert_eq!(slug.as_str().parse::<Slug>(), Ok(slug.clone()));
        }
    }

    #[test]
    fn front_matter_is_split_at_its_fences(text in markup()) {
        if let Ok(Some(found)) = split_front_matter(SourceText { path: "a.md", text: &text }) {
            prop_assert!(found.settings.start <= found.settings.end && found.settings.end < found.body + 1);
            prop_assert!(text.get(found.settings.clone()).is_some() && text.get(found.body..).is_some());
        }
    }

    #[test]
    fn what_is_embedded_cannot_end_its_attribute(path in "[ -~]{0,40}", host in "youtu.be|vimeo.com|www.youtube.com|e.org") {
        if let Ok(video) = parse_video(&format!("https://{host}/{path}")) {
            let shown = format!("{video:?}");
            prop_assert!(host == "e.org" || !shown.contains(['<', '&', '\'']), "{}", shown);
        }
    }
}

proptest! {
    // A build each: few cases here, many over time.
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_build_ends(text in markup(), settings in markup(), name in "[0-9]{0,2}-?[a-zü %#?&'\"]{1,9}") {
        let site = Site::smallest();
        site.write(&format!("content/maths/sets/01-basics/{name}.md"), format!("+++\ntitle = \"T\"\n+++\n{text}"));
        site.write("content/maths/sets/01-basics/03-x.md", &settings);
        let built = site.try_build();
        prop_assert_eq!(built.published.is_none(), built.diagnostics.has_errors());
        for diagnostic in &built.diagnostics {
            prop_assert!(diagnostic.place.as_ref().is_none_or(|place| place.line > 0 && place.column > 0));
        }
    }
}
