//! Where in a buffer a match could be: a few bytes of what each match must hold that are rare in a sample of the file,
//! in letters of either case unless they are written just so.

use aho_corasick::{AhoCorasick, Input, MatchKind, packed};
use memchr::memmem;
use std::ops::Range;
use telemetry::query::{Required, language::Case};

/// Bytes of a needle from which a window is chosen.
const NEEDLE_BYTES_MAX: usize = 64;
/// Bytes of a window, where the needle has as many. Of several needles longer ones are looked for, as more of them look alike
/// to the vectorised search.
const WINDOW_BYTES: usize = 3;
const WINDOW_BYTES_OF_SEVERAL: usize = 4;
/// Ways to write windows for which the vectorised search serves.
const PACKED_MAX: usize = 64;
/// Bytes in which windows are counted.
const SAMPLE_BYTES: usize = 64 << 10;

pub(super) struct Finder {
    search: Search,
    /// Bytes between the beginning of the only needle and what is looked for of it; 0 where there are several.
    within: usize,
}

enum Search {
    Text(memmem::Finder<'static>),
    Few(packed::Searcher),
    Many(Box<AhoCorasick>),
}

impl Finder {
    /// For texts of which each match holds one. `None` where there are none, or too many.
    pub(super) fn new(required: &[Required], sample: &[u8]) -> Option<Self> {
        if required.is_empty() || required.iter().any(|required| required.text.is_empty()) {
            return None;
        }
        let sample = Sample::new(&sample[..sample.len().min(SAMPLE_BYTES)]);
        if let [only] = required
            && (only.case == Case::AsWritten || letters(only).iter().all(|letter| letter.len() == 1))
        {
            let search = Search::Text(memmem::Finder::new(&only.text).into_owned());
            return Some(Self { search, within: 0 });
        }
        let width = if required.len() == 1 { WINDOW_BYTES } else { WINDOW_BYTES_OF_SEVERAL };
        let windows: Vec<Window> = required.iter().map(|needle| rarest(needle, width, &sample)).collect();
        let within = if let [only] = &windows[..] { only.at } else { 0 };
        let ways: Vec<Vec<u8>> = windows.iter().flat_map(|window| written(&window.letters)).collect();
        if ways.len() <= PACKED_MAX {
            let few =
                packed::Config::new().match_kind(packed::MatchKind::LeftmostFirst).builder().extend(&ways).build();
            if let Some(few) = few {
                return Some(Self { search: Search::Few(few), within });
            }
        }
        let many = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(&ways).ok()?;
        Some(Self { search: Search::Many(Box::new(many)), within })
    }

    /// Where the needle would begin, if there is only one, of which a part was found at `place`.
    pub(super) fn beginning(&self, place: usize) -> Option<usize> {
        place.checked_sub(self.within)
    }

    /// The first place at or behind `from` where a match could be: somewhere in the line of that place.
    pub(super) fn find(&self, buffer: &[u8], from: usize) -> Option<usize> {
        match &self.search {
            Search::Text(text) => text.find(buffer.get(from..)?).map(|at| from + at),
            Search::Few(few) => few.find_in(buffer, (from..buffer.len()).into()).map(|found| found.start()),
            Search::Many(many) => many.find(Input::new(buffer).range(from..)).map(|found| found.start()),
        }
    }
}

/// The letters of a needle, each as the ways to write it. What follows a broken letter is left away.
fn letters(required: &Required) -> Vec<Vec<Vec<u8>>> {
    let needle = &required.text[..required.text.len().min(NEEDLE_BYTES_MAX)];
    let text = match std::str::from_utf8(needle) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&needle[..error.valid_up_to()]).unwrap_or_default(),
    };
    let ways = |letter: char| {
        let capital = match letter {
            _ if required.case == Case::AsWritten => None,
            'a'..='z' => Some(letter.to_ascii_uppercase()),
            'à'..='ö' | 'ø'..='þ' => char::from_u32(letter as u32 - 0x20),
            'œ' => Some('Œ'),
            'ÿ' => Some('Ÿ'),
            _ => None,
        };
        [Some(letter), capital].into_iter().flatten().map(|letter| letter.to_string().into_bytes()).collect()
    };
    text.chars().map(ways).collect()
}

/// A part of a needle.
struct Window {
    /// Bytes before it.
    at: usize,
    letters: Vec<Vec<Vec<u8>>>,
}

/// What lines look like: as they are, and with small letters.
struct Sample([Vec<u8>; 2]);

impl Sample {
    fn new(bytes: &[u8]) -> Self {
        Self([bytes.to_vec(), bytes.to_ascii_lowercase()])
    }

    fn of(&self, case: Case) -> &[u8] {
        let [as_written, small] = &self.0;
        if case == Case::AsWritten { as_written } else { small }
    }
}

/// The part of a needle that occurs least in the sample. Of a needle that is no text, its first byte.
fn rarest(needle: &Required, width: usize, sample: &Sample) -> Window {
    let (letters, sample) = (letters(needle), sample.of(needle.case));
    if letters.is_empty() {
        return Window { at: 0, letters: vec![vec![needle.text[..1].to_vec()]] };
    }
    let mut often = [0_u32; 256];
    for byte in sample {
        often[usize::from(*byte)] += 1;
    }
    let bytes = |letters: &[Vec<Vec<u8>>]| letters.iter().map(|ways| ways[0].len()).sum::<usize>();
    let windows = (0..letters.len()).filter_map(|from| {
        let to = (from + 1..=letters.len()).find(|to| bytes(&letters[from..*to]) >= width)?;
        Some(from..to)
    });
    let frequency = |window: &Range<usize>| {
        let text: Vec<u8> = letters[window.clone()].iter().flat_map(|ways| ways[0].clone()).collect();
        let count = memmem::find_iter(sample, &text).count();
        (count, text.iter().map(|byte| often[usize::from(*byte)]).sum::<u32>())
    };
    let window = windows.min_by_key(frequency).unwrap_or(0..letters.len());
    Window { at: bytes(&letters[..window.start]), letters: letters[window].to_vec() }
}

/// All ways to write a window.
fn written(window: &[Vec<Vec<u8>>]) -> Vec<Vec<u8>> {
    window.iter().fold(vec![Vec::new()], |starts, ways| {
        starts.iter().flat_map(|start| ways.iter().map(move |way| [start.as_slice(), way].concat())).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn either(text: &[u8]) -> Required {
        Required { text: text.to_vec(), case: Case::Either }
    }

    fn as_written(text: &str) -> Required {
        Required { text: text.into(), case: Case::AsWritten }
    }

    #[test]
    fn the_rarest_part_is_looked_for_in_letters_of_either_case() {
        let sample = Sample::new(&b"level level error error ERROR Q ERROR Q ".repeat(10));
        let text = |needle: Required| {
            let window = rarest(&needle, 3, &sample);
            let text = String::from_utf8(window.letters.iter().flat_map(|ways| ways[0].clone()).collect()).unwrap();
            (window.at, text)
        };
        assert_eq!(text(either(b"level error q")), (4, "l e".into()));
        assert_eq!(text(as_written("level error q")), (10, "r q".into()));
        assert_eq!(text(either("é".as_bytes())), (0, "é".into()));
        assert_eq!(written(&letters(&either("Œ".to_lowercase().as_bytes()))), ["œ".as_bytes(), "Œ".as_bytes()]);
        assert_eq!(written(&letters(&either(b"a1b"))).len(), 4);
        assert_eq!(written(&letters(&as_written("a1B"))), [b"a1B"]);
        assert_eq!(written(&letters(&either(b"a\xC3"))).len(), 2);
    }

    #[test]
    fn each_way_to_write_is_found() {
        let texts = |texts: &[&str]| texts.iter().map(|text| either(text.as_bytes())).collect::<Vec<_>>();
        let many: Vec<Required> = (b'a'..=b'z').map(|letter| either(&[letter; 4])).collect();
        for (required, buffer, place) in [
            (texts(&["durée"]), "-- DURÉE", Some(3)),
            (texts(&["12.5"]), "x 12.5", Some(2)),
            (texts(&["ab", "yz"]), "xYZ", Some(1)),
            (texts(&["k"]), "K", Some(0)),
            (many, "zzQqQqzz", Some(2)),
            (texts(&["ab"]), "a b", None),
            (vec![as_written("Durée")], "durée DURÉE Durée", Some(14)),
            (vec![as_written("Durée")], "durée", None),
            (vec![as_written("Durée"), either(b"late")], "durée LATE", Some(6)),
            (vec![as_written("Durée"), as_written("Late")], "durée LATE", None),
        ] {
            let finder = Finder::new(&required, b"").unwrap();
            let found = finder.find(buffer.as_bytes(), 0);
            // Any place within the needle will do.
            assert!(found.is_some() == place.is_some() && found >= place, "{buffer}: {found:?}");
        }
        assert!(Finder::new(&[], b"").is_none() && Finder::new(&texts(&["a", ""]), b"").is_none());
    }
}
