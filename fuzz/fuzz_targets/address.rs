//! Any text as a cell of addresses: what is read writes and reads back the same, and holds no control character.
#![no_main]

libfuzzer_sys::fuzz_target!(|cell: &str| {
    for mailbox in mail::address::parse_list(cell).0 {
        let written = mailbox.to_string();
        assert!(!written.contains(char::is_control));
        assert_eq!(written.parse().as_ref(), Ok(&mailbox));
    }
});
