//! Any bytes as a source map: read or refused; every place of what was read can be asked for.
#![no_main]

use errors::source_map::SourceMap;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    ask(bytes);
    // As mappings alone, which bytes by chance would hardly reach.
    let mappings: String = bytes.iter().map(|byte| char::from(byte & 0x7f)).filter(|c| !matches!(c, '"' | '\\') && !c.is_control()).collect();
    let map = format!(r#"{{"version":3,"sources":["a","b"],"sourcesContent":["x\ny\nz",null],"names":["n"],"mappings":"{mappings}"}}"#);
    ask(map.as_bytes());
});

fn ask(bytes: &[u8]) {
    let Ok(map) = SourceMap::parse(bytes) else { return };
    for line in [0, 1, 2, 3, u32::MAX] {
        for column in [0, 1, 2, 80, u32::MAX] {
            let _ = map.original(line, column);
        }
    }
}
