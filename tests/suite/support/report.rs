//! Texts that the program prints, kept whole in `tests/suite/reports/` so that a change of wording is read and not
//! only passed. `EDUCA_BLESS=1 cargo test` writes them anew; then look at the difference before you commit it.

use std::fs;
use std::path::Path;

/// Compares a text with the one that is kept under this name.
pub fn assert_report(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/reports").join(name);
    if std::env::var_os("EDUCA_BLESS").is_some() {
        fs::write(&path, actual).expect("written");
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == actual,
        "{name} differs; run with EDUCA_BLESS=1 if the new text is right\n--- kept\n{kept}\n--- now\n{actual}"
    );
}
