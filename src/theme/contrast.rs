//! Whether the colours of a theme can be told apart: WCAG 2.2, 1.4.3 for text and 1.4.11 for edges and focus rings.

use super::color::Color;
use super::settings::{Chosen, Palette};
use crate::diag::{Diagnostic, Diagnostics};

const TEXT: f64 = 4.5;
const SHAPE: f64 = 3.0;

/// A colour, what it is seen on, and the contrast it needs there.
const PAIRS: [(&str, &[&str], f64); 11] = [
    ("ink", &["paper", "surface", "tint", "accent_tint"], TEXT),
    ("soft", &["paper", "surface", "tint"], TEXT),
    ("accent", &["paper", "surface", "tint"], TEXT),
    ("accent_strong", &["paper", "surface", "accent_tint"], TEXT),
    ("on_accent", &["accent", "accent_strong"], TEXT),
    ("red", &["paper", "surface", "tint", "red_tint"], TEXT),
    ("blue", &["paper", "surface", "tint"], TEXT),
    ("purple", &["paper", "surface", "tint"], TEXT),
    ("amber", &["paper", "surface", "tint"], TEXT),
    ("edge", &["paper", "surface"], SHAPE),
    ("focus", &["paper", "surface", "tint"], SHAPE),
];

/// Warns of each colour that is too like what it is seen on, once: of where it is worst.
pub(super) fn check(look: &str, palette: &Palette, diagnostics: &mut Diagnostics) {
    for (name, grounds, needed) in PAIRS {
        let Some(front) = palette.get(name) else { continue };
        let grounds: Vec<_> = grounds.iter().filter_map(|name| Some((*name, palette.get(name)?))).collect();
        let worst = grounds.iter().map(|(name, ground)| (front.color.contrast(ground.color), *name, *ground));
        let Some((ratio, ground_name, ground)) = worst.min_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
        if ratio < needed {
            let colors: Vec<_> = grounds.iter().map(|(_, ground)| ground.color).collect();
            diagnostics.push(warning(look, (name, front), (ground_name, ground), (ratio, needed), &colors));
        }
    }
}

fn warning(
    look: &str,
    (name, front): (&str, &Chosen),
    (ground_name, ground): (&str, &Chosen),
    (ratio, needed): (f64, f64),
    grounds: &[Color],
) -> Diagnostic {
    // To blame is the line of the theme that the site chose, not that of the theme below.
    let blamed = if ground.depth < front.depth { ground } else { front };
    let (color, ground_color) = (front.color, ground.color);
    // Rounded down: 4.498 is not 4.5.
    let ratio = (ratio * 100.0).floor() / 100.0;
    let message = format!(
        "in {look} pages `{name}` {color} on `{ground_name}` {ground_color} has a contrast of {ratio:.2}:1, and needs {needed}:1"
    );
    let help = match front.color.readable_on(grounds, needed) {
        Some(better) => format!("`{name} = \"{better}\"` could be read"),
        None => "take a colour that is further from it".to_owned(),
    };
    Diagnostic::warning(&blamed.spot.path, message).at(blamed.spot.place.clone()).help(help)
}
