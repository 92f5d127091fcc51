//! Smaller images: which there are of a picture, where they lie, and their bytes. Row C14.
//!
//! What is planned follows from the facts of the file alone, so that pages and `check` know it without encoding
//! anything. Encoding is slow: what was made is kept in `.educa/images` by what it was made of.

use std::io::Cursor;
use std::path::Path;

use fast_image_resize::{ResizeOptions, Resizer};
use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits};

use crate::course::Address;
use crate::digest::Digest;
use crate::disk::{self, DiskError};
use crate::site::cache::{Loaded, cache_file};
use crate::site::curriculum::Resource;

/// Pixels; a picture wider than the last is shown in that width at most.
const STEPS: [u32; 4] = [480, 800, 1200, 1600];

/// Of lossy WebP: where photos show no difference at arm's length.
const QUALITY: f32 = 80.0;

/// Changes with everything that changes bytes.
const ENCODER: &str = "webp 0.3, quality 80, 1";

/// The largest picture that is decoded, in pixels and on a side.
const MAX_PIXELS: u64 = 100_000_000;
const MAX_SIDE: u32 = 16_384;

/// How wide a picture is shown at most: the theme's measure, for a browser that must choose before it has laid out.
pub const SIZES: &str = "(min-width: 46rem) 44rem, 100vw";

/// A smaller form of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scaled {
    /// Pixels.
    pub width: u32,
    /// Identity of what it is made of.
    pub key: Digest,
    /// Where it lies: a name that changes with the bytes of the picture.
    pub address: Address,
}

impl Scaled {
    /// Whether it is the smallest of its picture.
    pub fn is_first(&self) -> bool {
        self.width == STEPS[0]
    }
}

/// The smaller forms of the picture at an address: at every step below its own width, and at that.
pub fn planned(resource: &Resource, address: &Address) -> Vec<Scaled> {
    let (true, Some((width, _))) = (resource.facts.scalable, resource.facts.pixels) else { return Vec::new() };
    let Ok(width) = u32::try_from(width) else { return Vec::new() };
    if width <= STEPS[0] {
        return Vec::new();
    }
    let own = (width < STEPS[STEPS.len() - 1]).then_some(width);
    let own = own.filter(|width| !STEPS.contains(width));
    let widths = STEPS.into_iter().filter(|step| *step <= width).chain(own);
    let scaled = |width: u32| {
        let digest = resource.facts.digest;
        let key = Digest::of_parts([ENCODER.as_bytes(), digest.as_bytes(), &width.to_le_bytes()]);
        let address = format!("{address}.{}.{width}.webp", key.short()).parse().ok()?;
        Some(Scaled { width, key, address })
    };
    widths.filter_map(scaled).collect()
}

/// The `srcset` of a picture's smaller forms; empty if there are none.
pub fn srcset(scaled: &[Scaled]) -> String {
    let one = |scaled: &Scaled| format!("{} {}w", scaled.address.href().replace(',', "%2C"), scaled.width);
    scaled.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What the head of a picture says: its size as it is shown, and whether smaller forms of it can be made.
pub fn head(bytes: &[u8]) -> Option<((u64, u64), bool)> {
    let mut decoder = decoder(bytes)?;
    let (width, height) = decoder.dimensions();
    let turned = decoder.orientation().is_ok_and(|orientation| orientation.to_exif() >= 5);
    let sound = width <= MAX_SIDE && height <= MAX_SIDE && u64::from(width) * u64::from(height) <= MAX_PIXELS;
    // Colours of another space would need its profile, which the encoder cannot add.
    let plain = decoder.icc_profile().is_ok_and(|profile| profile.is_none_or(|profile| is_srgb(&profile)));
    let (width, height) = if turned { (height, width) } else { (width, height) };
    Some(((u64::from(width), u64::from(height)), sound && plain && !moves(bytes)))
}

/// Profiles carry their name, in one of two alphabets.
fn is_srgb(profile: &[u8]) -> bool {
    let wide: Vec<u8> = b"sRGB".iter().flat_map(|byte| [0, *byte]).collect();
    profile.windows(4).any(|window| window == b"sRGB") || profile.windows(8).any(|window| window == wide)
}

/// An animation would become a still.
fn moves(bytes: &[u8]) -> bool {
    let has = |chunk: &[u8]| bytes[..bytes.len().min(4096)].windows(4).any(|window| window == chunk);
    has(b"acTL") || (bytes.starts_with(b"RIFF") && has(b"ANIM"))
}

fn decoder(bytes: &[u8]) -> Option<impl image::ImageDecoder + '_> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    limits.max_alloc = Some(MAX_PIXELS * 8);
    reader.limits(limits);
    reader.into_decoder().ok()
}

/// The bytes of a smaller form, from the cache if they were made before; nothing if the picture is broken.
pub fn bytes(state: &Path, resource: &Resource, scaled: &Scaled) -> Result<Option<Vec<u8>>, DiskError> {
    let cached = state.join("images").join(scaled.key.to_string());
    if let Loaded::Value(bytes) = cache_file::load(&cached, ENCODER)? {
        return Ok(Some(bytes));
    }
    let source = disk::read(&resource.disk_path)?;
    let made = encoded(&source, scaled.width);
    if let Some(bytes) = &made {
        cache_file::save(&cached, ENCODER, bytes)?;
    }
    Ok(made)
}

/// Nothing of what a camera writes beside the picture, such as where it was taken, comes along.
fn encoded(source: &[u8], width: u32) -> Option<Vec<u8>> {
    let mut decoder = decoder(source)?;
    let orientation = decoder.orientation().ok()?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    let picture = if picture.color().has_alpha() { picture.into_rgba8().into() } else { picture.into_rgb8().into() };
    let small = resized(picture, width)?;
    let encoder = webp::Encoder::new(
        small.as_bytes(),
        if small.color().has_alpha() { webp::PixelLayout::Rgba } else { webp::PixelLayout::Rgb },
        small.width(),
        small.height(),
    );
    let lossy = encoder.encode_simple(false, QUALITY).ok()?.to_vec();
    // Drawings and screens are often smaller without loss.
    let lossless = source.starts_with(b"\x89PNG").then(|| encoder.encode_simple(true, 75.0).ok()).flatten();
    Some(lossless.map(|bytes| bytes.to_vec()).filter(|bytes| bytes.len() <= lossy.len()).unwrap_or(lossy))
}

fn resized(picture: DynamicImage, width: u32) -> Option<DynamicImage> {
    if width == picture.width() {
        return Some(picture);
    }
    let height = (u64::from(picture.height()) * u64::from(width)).div_ceil(u64::from(picture.width())).max(1);
    let mut small = DynamicImage::new(width, u32::try_from(height).ok()?, picture.color());
    Resizer::new().resize(&picture, &mut small, &ResizeOptions::new()).ok()?;
    Some(small)
}

/// Removes from the cache what nobody asks for any more.
pub fn sweep<'a>(state: &Path, wanted: impl Iterator<Item = &'a Scaled>) -> Result<(), DiskError> {
    let folder = state.join("images");
    let wanted: std::collections::HashSet<String> = wanted.map(|scaled| scaled.key.to_string()).collect();
    for name in disk::list_folder(&folder)?.into_iter().filter(|name| !wanted.contains(name)) {
        disk::remove_file(&folder.join(name))?;
    }
    Ok(())
}
