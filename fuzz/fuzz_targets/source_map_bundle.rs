//! Any bytes as a bundle of source maps: read within its bounds or refused.
#![no_main]

use std::io::{Cursor, Write as _};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    reports::forged::bundle(bytes);
    // As an archive whose manifest and files are any bytes, which bytes by chance would hardly reach.
    let (manifest, file) = bytes.split_at(bytes.len() / 2);
    if let Ok(archive) = archive(&[("manifest.json", manifest), ("a", file)]) {
        reports::forged::bundle(&archive);
    }
    // And as one with a manifest that names a file, cut or changed somewhere.
    let named = br#"{"release":"a","files":{"a":{"type":"source_map","url":"~/a","headers":{"Debug-Id":"b7ad6b71692043339b7ad6b716920333"}}}}"#;
    let Some((at, with)) = bytes.split_first_chunk::<2>() else { return };
    if let Ok(mut archive) = archive(&[("a", with), ("manifest.json", named)]) {
        let at = usize::from(u16::from_le_bytes(*at)) % archive.len();
        archive[at] ^= with.first().copied().unwrap_or(1);
        reports::forged::bundle(&archive);
        archive.truncate(at);
        reports::forged::bundle(&archive);
    }
});

fn archive(files: &[(&str, &[u8])]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let method = if bytes.len() % 2 == 0 { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        archive.start_file(*name, SimpleFileOptions::default().compression_method(method))?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}
