//! Row C19: a site's own theme holds only what differs; what is wrong with it is said like a mistake in a course file.

use crate::support::{Site, assert_report};

/// A school whose theme `mine` extends the default one.
fn school(files: &[(&str, &str)]) -> Site {
    let mut site = Site::smallest().with("themes/mine/theme.toml", "extends = \"school\"\n");
    for (path, text) in files {
        site = site.with(&format!("themes/mine/{path}"), text);
    }
    site.config.theme = "mine".into();
    site.write("educa.toml", "[site]\ntitle = \"Test school\"\ntheme = \"mine\"\n");
    site
}

fn check(site: &Site, report: &str) {
    let run = site.program().run(&["build"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{}", run.err);
    assert!(!site.has("public/index.html") && !site.has("private/catalog.json"));
    assert_report(report, &run.err);
}

#[test]
fn one_template_replaces_that_of_the_theme_it_extends() {
    let site = school(&[("templates/content/text.html", "<article>{{ title }}: {{ body_html | safe }}</article>")]);
    site.build();
    let page = site.gated("/course/sets/basics/");
    assert!(page.contains("<article>Union: <p>The secret of unions.</p>"), "{page}");
    assert!(page.contains("<h1>Basics</h1>"), "{page}");
}

/// The three blocks every page has: title, content, end.
#[test]
fn blocks_of_the_base_template_can_be_replaced_one_by_one() {
    let base = "{% extends \"school/base.html\" %}\n{% block title %}Own: {{ super() }}{% endblock title %}\n\
                {% block end %}<p>{{ t.own_end }}</p>{% endblock end %}";
    let site = school(&[
        ("templates/base.html", base),
        (
            "templates/404.html",
            "{% extends \"base.html\" %}{% block content %}Nothing, {{ site.title }}{% endblock content %}",
        ),
        ("i18n/en.toml", "own_end = \"The end\"\nall_courses = \"Everything\"\n"),
    ]);
    site.build();
    let catalog = site.public("/");
    assert!(catalog.contains("<h1>Everything</h1>"), "{catalog}");
    assert!(catalog.contains("<p>The end</p>\n</body>") || catalog.contains("<p>The end</p></body>"), "{catalog}");
    let missing = site.read("public/404.html");
    assert!(missing.contains("Nothing, Test school") && missing.contains("<title>Own: "), "{missing}");
}

#[test]
fn an_asset_replaces_that_of_the_same_name_and_has_its_own_address() {
    let plain = Site::smallest();
    plain.build();
    let site = school(&[("assets/school.css", "body { color: red }"), ("assets/fonts/own.woff2", "x")]);
    site.build();
    let style = |site: &Site| {
        let page = site.public("/");
        let (_, rest) = page.split_once("<link rel=\"stylesheet\" href=\"").expect("a style");
        rest.split('"').next().expect("closed").to_owned()
    };
    assert_ne!(style(&plain), style(&site));
    assert_eq!(site.read(&format!("public{}", style(&site))), "body{color:red}");
    assert!(site.published().keys().any(|path| path.starts_with("public/assets/fonts/own.")));
    assert!(site.published().keys().any(|path| path.starts_with("public/assets/account.")), "inherited");
}

#[test]
fn a_changed_theme_changes_what_is_built_and_nothing_else_stays() {
    let site = school(&[("templates/content/text.html", "one"), ("assets/own.txt", "one")]);
    site.build();
    let before = site.published();
    site.write("themes/mine/templates/content/text.html", "two");
    site.write("themes/mine/assets/own.txt", "two");
    site.build();
    let own = |path: &&String| path.starts_with("public/assets/own.");
    assert_eq!(site.published().keys().filter(own).count(), 1);
    assert_ne!(site.published(), before);
    let clean = site.copy_with_config();
    clean.build();
    assert_eq!(site.published(), clean.published());
}

#[test]
fn a_word_that_no_template_says_is_warned_of() {
    let site = school(&[
        ("templates/content/text.html", "{{ t.own_end }}"),
        ("i18n/en.toml", "own_end = \"The end\"\nall_courses = \"Everything\"\nal_courses = \"All\"\n"),
        ("i18n/de.toml", "zzz = \"Nichts\"\n"),
    ]);
    let warnings = site.build_with_warnings().join("\n");
    for expected in [
        "themes/mine/i18n/en.toml:3",
        "no template says the word `al_courses`",
        "did you mean `all_courses`?",
        "themes/mine/i18n/de.toml:1",
        "no template says the word `zzz`",
        "remove it, or say it in a template",
    ] {
        assert!(warnings.contains(expected), "{expected}\n{warnings}");
    }
    assert_eq!(warnings.matches("no template says").count(), 2, "{warnings}");
}

#[test]
fn a_syntax_error_in_a_template() {
    let files =
        [("templates/catalog.html", "<p>\n  {% if courses %\n</p>\n"), ("templates/404.html", "{{ page.title }")];
    check(&school(&files), "theme_syntax.txt");
}

#[test]
fn an_unknown_variable_in_a_template() {
    check(&school(&[("templates/content/text.html", "<p>{{ title }}\n{{ titel }}</p>\n")]), "theme_variable.txt");
}

#[test]
fn a_parent_an_asset_and_a_filter_that_do_not_exist() {
    check(&school(&[("templates/404.html", "{% extends \"bass.html\" %}\n")]), "theme_parent.txt");
    check(&school(&[("templates/404.html", "<p>\n{{ asset(name=\"none.css\") }}\n")]), "theme_asset.txt");
    check(&school(&[("templates/404.html", "<p>\n{{ page.title | shout }}\n")]), "theme_filter.txt");
}

#[test]
fn the_settings_and_words_of_a_theme() {
    let site = school(&[("theme.toml", "extend = \"school\"\ntitle = 3\n"), ("i18n/en.toml", "a = 1\nb = \"\n")]);
    check(&site, "theme_settings.txt");
    check(
        &school(&[("templates/x.html", "\u{0}"), ("theme.toml", "extends = \"scool\"\n")]),
        "theme_unknown_parent.txt",
    );
}

#[test]
fn a_theme_that_does_not_exist() {
    let site = school(&[]);
    for (name, report) in [("mien", "theme_unknown.txt"), ("../mine", "theme_outside.txt")] {
        site.write("educa.toml", format!("[site]\ntheme = \"{name}\"\n"));
        check(&site, report);
    }
    site.remove("themes/mine/theme.toml");
    site.write("educa.toml", "[site]\ntheme = \"mine\"\n");
    site.write("themes/mine/templates/x.html", "x");
    check(&site, "theme_without_toml.txt");
}

#[test]
fn themes_in_a_circle() {
    let site = school(&[("theme.toml", "extends = \"other\"\n")]);
    site.write("themes/other/theme.toml", "extends = \"mine\"\n");
    check(&site, "theme_circle.txt");
}

/// The style sheet that the catalog names.
fn style(site: &Site) -> String {
    let page = site.public("/");
    let (_, rest) = page.split_once("<link rel=\"stylesheet\" href=\"").expect("a style");
    site.read(&format!("public{}", rest.split('"').next().expect("closed")))
}

#[test]
fn colours_fonts_and_logo_are_settings() {
    let settings = "extends = \"school\"\nlogo = \"logo.svg\"\n\
                    [light]\naccent = \"#8a2be2\"\n[dark]\npaper = \"#000\"\n[fonts]\nbody = \"Inter, sans-serif\"\n";
    let site = school(&[("theme.toml", settings), ("assets/logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>")]);
    site.build();
    let css = style(&site);
    assert!(css.contains("--body:Inter,sans-serif") && !css.contains("@settings"), "{css}");
    let (light, dark) = css.split_once("@media screen and (prefers-color-scheme:dark)").expect("both looks");
    assert!(light.contains("--accent:#8a2be2") && light.contains("--on-accent:#ffffff"), "{light}");
    // The family of the accent follows it, in the dark too; what nobody set is the default theme's.
    assert!(!css.contains("#1a6753") && !css.contains("#124d3e") && !css.contains("#7cc9b3"), "{css}");
    assert!(light.contains("--paper:#fdfcf9") && dark.contains("--paper:#000000"), "{css}");
    // The same for who chose the dark as for whose system is dark.
    let declared = |mark: &str| css.split_once(mark).expect("a rule").1.split('}').next().expect("closed").to_owned();
    let chosen = declared(":root[data-theme=dark]{color-scheme:dark;");
    assert_eq!(declared(":root:not([data-theme=light]){"), chosen);
    let page = site.public("/");
    assert_eq!(page.matches("/assets/logo.").count(), 1, "as an icon: {page}");
    assert!(
        page.contains("<img src=\"data:image/svg+xml,%3Csvg"),
        "as a logo it is small enough to stand in the page: {page}"
    );
    assert!(!page.contains("style="), "{page}");
}

#[test]
fn a_sheet_of_its_own_and_one_block() {
    let base = "{% extends \"school/base.html\" %}{% block styles %}{{ super() }}\n\
                <link rel=\"stylesheet\" href=\"{{ asset(name=\"mine.css\") }}\">{% endblock styles %}";
    let site = school(&[("templates/base.html", base), ("assets/mine.css", "h1{color:var(--accent)}")]);
    site.build();
    let page = site.public("/");
    assert!(
        page.find("/assets/school.").expect("the theme's") < page.find("/assets/mine.").expect("its own"),
        "{page}"
    );
}

#[test]
fn colours_that_cannot_be_read_are_warned_of() {
    let settings = "extends = \"school\"\n\n[light]\naccent = \"#ff8800\"\nsoft = \"#565e64\"\n";
    let site = school(&[("theme.toml", settings)]);
    let run = site.program().run(&["build"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_report("theme_contrast.txt", &run.err);
    let plain = Site::smallest().program().run(&["build"]);
    assert!(!plain.err.contains("contrast"), "the default theme: {}", plain.err);
}

#[test]
fn settings_that_are_no_colours_no_fonts_and_no_files() {
    let settings = "extends = \"school\"\nlogo = \"lgoo.svg\"\n\
                    [light]\naccent = \"green\"\nacent = \"#123456\"\n[fonts]\nbody = \"x; } body { color: red\"\n";
    check(&school(&[("theme.toml", settings)]), "theme_colours.txt");
    let logo = "extends = \"school\"\nlogo = \"favicn.svg\"\n";
    check(&school(&[("theme.toml", logo)]), "theme_logo.txt");
}
