//! Any lines as times: what is read ends between characters, and every order of stamps resolves.
#![no_main]

use jiff::tz::TimeZone;
use model::Timestamp;
use sources::timestamps::{self, Calendar, Reference, Stamp};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let mut calendar = Calendar::new(zone, Reference::Modified(Timestamp::from_micros(1_736_514_000_000_000)));
    let stamps: Vec<Stamp> = text.lines().filter_map(read).collect();
    calendar.walk_back(&stamps.iter().copied().collect());
    for stamp in stamps {
        calendar.resolve(stamp);
    }
});

fn read(line: &str) -> Option<Stamp> {
    let (stamp, length) = timestamps::read(line).or_else(|| timestamps::epoch(line))?;
    assert!(line.is_char_boundary(length));
    Some(stamp)
}
