//! What `theme.toml` says: colours, fonts, logo. They reach style sheets as custom properties, in the place of the line
//! `@settings;`, so that a school has its own colours without a style sheet of its own.
//!
//! Who sets `accent` alone gets the other colours of its kind, and its counterpart in the dark, made to fit.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::color::Color;
use super::contrast;
use crate::diag::{Diagnostic, Diagnostics, Place, SourceText, nearest};
use crate::fields::{Fields, parse_toml};

/// The colours of a theme, as `theme.toml` names them; in style sheets `accent_tint` is `--accent-tint`.
pub(super) const COLORS: [&str; 17] = [
    "paper",
    "surface",
    "tint",
    "line",
    "edge",
    "ink",
    "soft",
    "accent",
    "accent_strong",
    "accent_tint",
    "on_accent",
    "focus",
    "red",
    "red_tint",
    "blue",
    "purple",
    "amber",
];
const FONTS: [&str; 3] = ["body", "heading", "mono"];

/// The line of a style sheet that the settings replace.
const MARK: &str = "@settings;";

/// What one `theme.toml` says.
#[derive(Default)]
pub(super) struct ThemeToml {
    pub extends: Option<String>,
    light: BTreeMap<&'static str, Chosen>,
    dark: BTreeMap<&'static str, Chosen>,
    fonts: BTreeMap<&'static str, String>,
    logo: Option<(String, Spot)>,
    icon: Option<(String, Spot)>,
}

/// Where a setting stands.
#[derive(Clone)]
pub(super) struct Spot {
    pub path: String,
    pub place: Place,
}

/// A colour, and the line that brought it about.
#[derive(Clone)]
pub(super) struct Chosen {
    pub color: Color,
    pub spot: Spot,
    /// How far its theme is from the one that the site names: 0 is that one.
    pub depth: usize,
}

/// The colours of one look.
pub(super) type Palette = BTreeMap<&'static str, Chosen>;

/// What a theme and those it extends say together.
#[derive(Default)]
pub(super) struct Settings {
    light: Palette,
    dark: Palette,
    fonts: BTreeMap<&'static str, String>,
    logo: Option<(String, Spot)>,
    icon: Option<(String, Spot)>,
}

/// What templates see of it, as `theme`: names of assets.
#[derive(Serialize)]
pub(super) struct ThemeView<'a> {
    logo: &'a str,
    icon: &'a str,
}

impl ThemeToml {
    /// Reads the file's text.
    pub fn read(source: SourceText<'_>, diagnostics: &mut Diagnostics) -> Self {
        let table = match parse_toml(source.text) {
            Ok(table) => table,
            Err(errors) => {
                for error in errors {
                    diagnostics.push(source.error(error.span, error.message).help("write `extends = \"school\"`"));
                }
                return Self::default();
            }
        };
        let mut fields = Fields::new(source, 0, table, diagnostics);
        fields.text("title");
        let spot = |span| Spot { path: source.path.to_owned(), place: source.place(span) };
        let palette = |fields: &mut Fields<'_>| {
            let read =
                |key| fields.parsed(key).map(|(color, span)| (key, Chosen { color, spot: spot(span), depth: 0 }));
            COLORS.into_iter().filter_map(read).collect()
        };
        let toml = Self {
            extends: fields.text("extends"),
            logo: fields.spanned_text("logo").map(|(name, span)| (name, spot(span))),
            icon: fields.spanned_text("icon").map(|(name, span)| (name, spot(span))),
            light: fields.table("light", palette).unwrap_or_default(),
            dark: fields.table("dark", palette).unwrap_or_default(),
            fonts: fields.table("fonts", fonts).unwrap_or_default(),
        };
        fields.finish();
        toml
    }
}

/// Lists of fonts, as CSS writes them. They may hold nothing that would end the declaration they will stand in.
fn fonts(fields: &mut Fields<'_>) -> BTreeMap<&'static str, String> {
    let mut fonts = BTreeMap::new();
    for key in FONTS {
        let Some((list, span)) = fields.spanned_text(key) else { continue };
        let plain = |c: char| c.is_alphanumeric() || " ,-_\"'".contains(c);
        if list.chars().all(plain)
            && [b'"', b'\''].iter().all(|quote| list.bytes().filter(|b| b == quote).count() % 2 == 0)
        {
            fonts.insert(key, list);
        } else {
            fields.wrong(
                span,
                format!("`{key}` is no list of fonts"),
                "write their names with commas between, such as \"Inter, system-ui, sans-serif\"",
            );
        }
    }
    fonts
}

impl Settings {
    /// Puts together what a chain of themes says, the most derived first.
    pub fn new<'a>(chain: impl DoubleEndedIterator<Item = &'a ThemeToml>) -> Self {
        let mut settings = Self::default();
        let layers: Vec<_> = chain.enumerate().collect();
        for (depth, toml) in layers.into_iter().rev() {
            settings.light.extend(at_depth(&toml.light, depth));
            settings.dark.extend(at_depth(&toml.dark, depth));
            settings.complete(toml);
            settings.fonts.extend(toml.fonts.clone());
            settings.icon = toml.icon.clone().or(toml.logo.clone()).or(settings.icon);
            settings.logo = toml.logo.clone().or(settings.logo);
        }
        settings
    }

    /// Makes what goes with an accent that a theme chose, and that the theme does not choose itself.
    fn complete(&mut self, toml: &ThemeToml) {
        if let (true, false) = (toml.light.contains_key("accent"), toml.dark.contains_key("accent"))
            && let Some(accent) = self.light.get("accent").cloned()
        {
            let grounds = grounds(&self.dark);
            let color = accent.color.readable_on(&grounds, 7.0).unwrap_or(accent.color);
            self.dark.insert("accent", Chosen { color, ..accent });
        }
        for (palette, own) in [(&mut self.light, &toml.light), (&mut self.dark, &toml.dark)] {
            let derived = toml.light.contains_key("accent") || own.contains_key("accent");
            if derived && let Some(accent) = palette.get("accent").cloned() {
                let missing = |(name, _): &(&'static str, Color)| !own.contains_key(name);
                for (name, color) in family(&accent, palette).into_iter().filter(missing) {
                    palette.insert(name, Chosen { color, ..accent.clone() });
                }
            }
        }
    }

    /// Warns of colours that cannot be read, and reports files of it that are not there.
    pub fn check(&self, assets: &BTreeMap<String, String>, diagnostics: &mut Diagnostics) {
        contrast::check("light", &self.light, diagnostics);
        contrast::check("dark", &self.dark, diagnostics);
        // Where it is the logo, that says it.
        let logo = self.logo.as_ref().map(|(name, _)| name);
        let icon = self.icon.as_ref().filter(|(name, _)| logo != Some(name));
        for (key, file) in [("logo", self.logo.as_ref()), ("icon", icon)] {
            let Some((name, spot)) = file.filter(|(name, _)| !assets.contains_key(name)) else { continue };
            let help = match nearest(name, assets.keys().map(String::as_str)) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "name a file in the theme's folder `assets`".to_owned(),
            };
            let message = format!("the theme has no asset \"{name}\", which is its {key}");
            diagnostics.push(Diagnostic::error(&spot.path, message).at(spot.place.clone()).help(help));
        }
    }

    /// What templates see.
    pub fn view(&self) -> ThemeView<'_> {
        ThemeView {
            logo: self.logo.as_ref().map_or("", |(name, _)| name),
            icon: self.icon.as_ref().map_or("", |(name, _)| name),
        }
    }

    /// A style sheet with the settings in the place of its line `@settings;`, if it has one.
    pub fn fill(&self, css: &str) -> Option<String> {
        css.contains(MARK).then(|| css.replacen(MARK, &self.css(), 1))
    }

    /// The custom properties. `data-theme` on the root is what a reader chose; without it, the system decides.
    fn css(&self) -> String {
        let mut fonts = String::new();
        for (name, list) in &self.fonts {
            write!(fonts, "--{name}:{list};").expect("a text takes everything");
        }
        let (light, dark) = (declarations(&self.light), declarations(&self.dark));
        format!(
            ":root{{color-scheme:light dark;{fonts}{light}}}\n\
             @media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n\
             @media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n\
             :root[data-theme=light]{{color-scheme:light}}\n"
        )
    }
}

fn at_depth(palette: &Palette, depth: usize) -> impl Iterator<Item = (&'static str, Chosen)> {
    palette.iter().map(move |(name, chosen)| (*name, Chosen { depth, ..chosen.clone() }))
}

/// What text stands on.
pub(super) fn grounds(palette: &Palette) -> Vec<Color> {
    ["paper", "surface", "tint"].into_iter().filter_map(|name| palette.get(name)).map(|chosen| chosen.color).collect()
}

/// The colours that go with an accent: stronger, as a ground, and what is written on it.
fn family(accent: &Chosen, palette: &Palette) -> [(&'static str, Color); 3] {
    let of = |name, otherwise| palette.get(name).map_or(otherwise, |chosen| chosen.color);
    let (paper, ink) = (of("paper", Color::WHITE), of("ink", Color::BLACK));
    let tint = accent.color.mixed(paper, 0.88);
    let strong = accent.color.mixed(ink, 0.3);
    let strong = strong.readable_on(&[paper, of("surface", paper), tint], 4.5).unwrap_or(strong);
    // It stands on both, so the one of them that it is more like counts.
    let written = |on: &Color| on.contrast(accent.color).min(on.contrast(strong));
    let on = if written(&Color::WHITE) >= written(&Color::BLACK) { Color::WHITE } else { Color::BLACK };
    [("accent_strong", strong), ("accent_tint", tint), ("on_accent", on)]
}

fn declarations(palette: &Palette) -> String {
    let named = COLORS.into_iter().filter_map(|name| Some((name, palette.get(name)?)));
    let lines = named.map(|(name, chosen)| format!("--{}:{};", name.replace('_', "-"), chosen.color));
    lines.collect()
}
