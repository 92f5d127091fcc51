//! [`Color`]: what a theme's settings may say of a colour, and how well two of them can be told apart (WCAG 2.2).

use std::fmt;
use std::str::FromStr;

/// An opaque colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Color([u8; 3]);

/// It is no colour that we read.
#[derive(Debug, thiserror::Error)]
#[error("write a colour as \"#rrggbb\", such as \"#1a6753\": only then its contrast can be checked")]
pub(super) struct NoColor;

impl FromStr for Color {
    type Err = NoColor;

    fn from_str(text: &str) -> Result<Self, NoColor> {
        let digits = text.strip_prefix('#').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let digits = match digits.ok_or(NoColor)? {
            short if short.len() == 3 => short.chars().flat_map(|digit| [digit, digit]).collect(),
            long => long.to_owned(),
        };
        let number = (digits.len() == 6).then(|| u32::from_str_radix(&digits, 16).ok()).flatten();
        let [_, rgb @ ..] = number.ok_or(NoColor)?.to_be_bytes();
        Ok(Self(rgb))
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([red, green, blue]) = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Color {
    pub const BLACK: Self = Self([0; 3]);
    pub const WHITE: Self = Self([255; 3]);

    /// So much of `other` in it, from 0 to 1.
    pub fn mixed(self, other: Self, share: f64) -> Self {
        let mix = |at: usize| f64::from(self.0[at]) * (1.0 - share) + f64::from(other.0[at]) * share;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between two bytes")]
        Self([mix(0).round() as u8, mix(1).round() as u8, mix(2).round() as u8])
    }

    /// From 1 for the same colour to 21 for black and white.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The nearest shade or tint of it that has at least this contrast with all of `grounds`, if there is one.
    pub fn readable_on(self, grounds: &[Self], ratio: f64) -> Option<Self> {
        let shades = |end| (0..=100).map(move |step| self.mixed(end, f64::from(step) / 100.0));
        let reaches = |color: &Self| grounds.iter().all(|ground| color.contrast(*ground) >= ratio);
        let dark = grounds.iter().map(|ground| ground.luminance()).sum::<f64>() < 0.18 * grounds.len() as f64;
        let end = if dark { Self::WHITE } else { Self::BLACK };
        shades(end).find(reaches)
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|byte| {
            let part = f64::from(byte) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(text: &str) -> Color {
        text.parse().expect("a colour")
    }

    #[test]
    fn contrast_is_what_the_guidelines_say() {
        for (one, two, ratio) in [("#000", "#fff", 21.0), ("#777777", "#ffffff", 4.48), ("#1a6753", "#1a6753", 1.0)] {
            let found = color(one).contrast(color(two));
            assert!((found - ratio).abs() < 0.01, "{one} on {two}: {found}");
        }
    }

    #[test]
    fn a_colour_is_mended_towards_what_can_be_read() {
        let mended = color("#ff8800").readable_on(&[Color::WHITE], 4.5).expect("a shade");
        assert!(mended.contrast(Color::WHITE) >= 4.5 && mended.contrast(Color::WHITE) < 4.8, "{mended}");
        assert_eq!(color("#123456").readable_on(&[Color::WHITE], 4.5), Some(color("#123456")));
        assert_eq!(color("#777").readable_on(&[Color::BLACK, Color::WHITE], 7.0), None);
    }

    #[test]
    fn only_hexadecimal_colours_are_read() {
        for text in ["", "#", "red", "#12", "#1234", "#12345", "#1234567", "#ääa", "#+12345", "rgb(0,0,0)"] {
            assert!(text.parse::<Color>().is_err(), "{text}");
        }
        assert_eq!(color("#AbC").to_string(), "#aabbcc");
    }
}
