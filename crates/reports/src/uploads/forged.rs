//! Bundles that nobody made: what a fuzz target calls. An error is fine, a panic is not, and no file grows beyond its bound.

use super::bundle::{Bundle, FILE_BYTES_MAX, UnusableBundle};
use std::io::{self, Cursor};

/// Opens any bytes as a bundle, and reads what its manifest names.
///
/// # Panics
/// Where a bound is broken.
pub fn bundle(bytes: &[u8]) {
    let Ok(mut bundle) = Bundle::open(Cursor::new(bytes)) else { return };
    let _ = (bundle.release(), bundle.dist());
    for file in bundle.files() {
        let read = bundle.read(&file, |from| {
            io::copy(from, &mut io::sink()).map_err(|error| UnusableBundle::Read(error.to_string()))
        });
        if let Ok(bytes) = read {
            assert!(bytes <= FILE_BYTES_MAX, "a file of {bytes} bytes is read");
        }
    }
}
