//! Seeds of fuzz targets, for tests.

use std::path::Path;

use super::files::{list_folder, read};

/// How many small changes of each seed are tried.
const CHANGES: usize = 300;

/// Feeds a target its seeds, and small changes of them that are the same in every run.
pub fn each_seed(target: &str, mut check: impl FnMut(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let names = list_folder(&folder).expect("a folder of seeds");
    let seeds: Vec<_> = names.iter().map(|name| read(&folder.join(name)).expect("a seed")).collect();
    assert!(!seeds.is_empty(), "{target} has no seeds");
    check(&[]);
    let mut chance = fastrand::Rng::with_seed(7);
    for seed in &seeds {
        check(seed);
        for _ in 0..CHANGES {
            check(&changed(seed.clone(), &seeds, &mut chance));
        }
    }
}

fn changed(mut bytes: Vec<u8>, seeds: &[Vec<u8>], chance: &mut fastrand::Rng) -> Vec<u8> {
    for _ in 0..chance.usize(1..=4) {
        let at = chance.usize(..=bytes.len());
        match chance.u8(..5) {
            0 if at < bytes.len() => bytes[at] = chance.u8(..),
            1 if at < bytes.len() => bytes[at] ^= 1 << chance.u8(..8),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 => bytes.insert(at, chance.u8(..)),
            _ => {
                let other = &seeds[chance.usize(..seeds.len())];
                bytes.truncate(at);
                bytes.extend_from_slice(&other[chance.usize(..=other.len())..]);
            }
        }
    }
    bytes
}
