//! Any bytes as a file of recipients: rows or problems, never a panic, every row as wide as the headings.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(reader) = mail::recipients::Reader::new(bytes, "fuzz.csv") {
        let columns = reader.columns().len();
        for row in reader.flatten() {
            assert_eq!(row.values.len(), columns);
        }
    }
});
