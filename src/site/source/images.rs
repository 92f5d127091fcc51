//! How large an image is, so that a page keeps its place free before it is loaded. Row C14.

use std::path::Path;

use super::scaled;
use crate::disk;

/// Larger files are no pictures for a page.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The width and height of an image in pixels as it is shown, and whether smaller forms of it can be made.
pub fn head(path: &Path, size: u64) -> (Option<(u64, u64)>, bool) {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let is_picture = matches!(ending.as_str(), "png" | "jpg" | "jpeg" | "webp") && size <= MAX_BYTES;
    match is_picture.then(|| disk::read(path).ok()).flatten().and_then(|bytes| scaled::head(&bytes)) {
        Some((pixels, scalable)) => (Some(pixels), scalable),
        None => (pixels(path), false),
    }
}

/// The width and height of an image in pixels, if its file says so.
fn pixels(path: &Path) -> Option<(u64, u64)> {
    let ending = path.extension()?.to_str()?;
    match ending.to_ascii_lowercase().as_str() {
        "svg" => svg_size(&String::from_utf8_lossy(&disk::read(path).ok()?)),
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "avif" => {
            let size = imagesize::size(path).ok()?;
            Some((size.width as u64, size.height as u64))
        }
        _ => None,
    }
}

/// The `width` and `height` of an SVG's root in pixels, else those of its `viewBox`.
fn svg_size(text: &str) -> Option<(u64, u64)> {
    let start = text.find("<svg")?;
    let root = &text[start..start + text[start..].find('>')?];
    let attribute = |name: &str| {
        let at = root.find(&format!(" {name}="))? + name.len() + 2;
        let quote = root[at..].chars().next()?;
        root[at + 1..].split(quote).next()
    };
    let pixels = |text: &str| {
        let number: f64 = text.trim().trim_end_matches("px").parse().ok()?;
        (1.0..1e6).contains(&number).then_some(number.round() as u64)
    };
    if let (Some(width), Some(height)) = (attribute("width").and_then(pixels), attribute("height").and_then(pixels)) {
        return Some((width, height));
    }
    let view_box: Vec<_> = attribute("viewBox")?.split([' ', ',']).filter(|part| !part.is_empty()).collect();
    Some((pixels(view_box.get(2)?)?, pixels(view_box.get(3)?)?))
}

#[cfg(test)]
mod tests {
    use super::svg_size;

    #[test]
    fn an_svg_says_its_size_in_one_of_two_ways() {
        assert_eq!(svg_size("<?xml?><svg xmlns='x' width=\"640px\" height='360' viewBox='0 0 1 1'>"), Some((640, 360)));
        assert_eq!(svg_size("<svg viewBox=\"0 0 320.4 200\"><path/>"), Some((320, 200)));
        assert_eq!(svg_size("<svg width='100%' height='50%' viewBox='0 0 32 20'>"), Some((32, 20)));
        assert_eq!(svg_size("<svg>"), None);
        assert_eq!(svg_size("not at all"), None);
    }
}
