//! Where in a buffer a match could be: a few bytes of what each match must hold, in letters of either case, that are
//! rare in a sample of the file.

use aho_corasick::{AhoCorasick, Input, MatchKind, packed};
use memchr::memmem;

/// Bytes of a needle from which a window is chosen.
const NEEDLE_BYTES_MAX: usize = 64;
/// Bytes of a window, where the needle has as many.
const WINDOW_BYTES: usize = 3;
/// Ways to write windows for which the vectorised search serves.
const PACKED_MAX: usize = 48;
/// Bytes in which windows are counted.
const SAMPLE_BYTES: usize = 64 << 10;

pub(super) struct Finder(Search);

enum Search {
    Text(memmem::Finder<'static>),
    Few(packed::Searcher),
    Many(Box<AhoCorasick>),
}

impl Finder {
    /// For texts, their letters small, of which each match holds one. `None` where there are none, or too many.
    pub(super) fn new(required: &[Vec<u8>], sample: &[u8]) -> Option<Self> {
        if required.is_empty() || required.iter().any(Vec::is_empty) {
            return None;
        }
        let mut sample = sample[..sample.len().min(SAMPLE_BYTES)].to_vec();
        sample.make_ascii_lowercase();
        if let [only] = required
            && letters(only).iter().all(|letter| letter.len() == 1)
        {
            return Some(Self(Search::Text(memmem::Finder::new(only).into_owned())));
        }
        let ways: Vec<Vec<u8>> = required.iter().flat_map(|needle| written(&rarest(needle, &sample))).collect();
        if ways.len() <= PACKED_MAX {
            let few =
                packed::Config::new().match_kind(packed::MatchKind::LeftmostFirst).builder().extend(&ways).build();
            if let Some(few) = few {
                return Some(Self(Search::Few(few)));
            }
        }
        let many = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(&ways).ok()?;
        Some(Self(Search::Many(Box::new(many))))
    }

    /// The first place at or behind `from` where a match could be: somewhere in the line of that place.
    pub(super) fn find(&self, buffer: &[u8], from: usize) -> Option<usize> {
        match &self.0 {
            Search::Text(text) => text.find(buffer.get(from..)?).map(|at| from + at),
            Search::Few(few) => few.find_in(buffer, (from..buffer.len()).into()).map(|found| found.start()),
            Search::Many(many) => many.find(Input::new(buffer).range(from..)).map(|found| found.start()),
        }
    }
}

/// The letters of a needle, each as the ways to write it. What follows a broken letter is left away.
fn letters(needle: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let needle = &needle[..needle.len().min(NEEDLE_BYTES_MAX)];
    let text = match std::str::from_utf8(needle) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&needle[..error.valid_up_to()]).unwrap_or_default(),
    };
    let ways = |letter: char| {
        let capital = match letter {
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

/// The part of a needle, as letters, that occurs least in the sample. Of a needle that is no text, its first byte.
fn rarest(needle: &[u8], sample: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let letters = letters(needle);
    if letters.is_empty() {
        return vec![vec![needle[..1].to_vec()]];
    }
    let mut often = [0_u32; 256];
    for byte in sample {
        often[usize::from(*byte)] += 1;
    }
    let bytes = |letters: &[Vec<Vec<u8>>]| letters.iter().map(|ways| ways[0].len()).sum::<usize>();
    let windows = (0..letters.len()).filter_map(|from| {
        let to = (from + 1..=letters.len()).find(|to| bytes(&letters[from..*to]) >= WINDOW_BYTES)?;
        Some(&letters[from..to])
    });
    let frequency = |window: &&[Vec<Vec<u8>>]| {
        let text: Vec<u8> = window.iter().flat_map(|ways| ways[0].clone()).collect();
        let count = memmem::find_iter(sample, &text).count();
        (count, text.iter().map(|byte| often[usize::from(*byte)]).sum::<u32>())
    };
    windows.min_by_key(frequency).unwrap_or(&letters).to_vec()
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

    #[test]
    fn the_rarest_part_is_looked_for_in_letters_of_either_case() {
        let sample = b"level level error error".repeat(10);
        let text = |window: Vec<Vec<Vec<u8>>>| {
            String::from_utf8(window.iter().flat_map(|ways| ways[0].clone()).collect()).unwrap()
        };
        assert_eq!(text(rarest(b"level error q", &sample)), "r q");
        assert_eq!(text(rarest("é".as_bytes(), &sample)), "é");
        assert_eq!(written(&letters("Œ".to_lowercase().as_bytes())), ["œ".as_bytes(), "Œ".as_bytes()]);
        assert_eq!(written(&letters(b"a1b")).len(), 4);
        assert_eq!(written(&letters(b"a\xC3")).len(), 2);
    }

    #[test]
    fn each_way_to_write_is_found() {
        let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
        let many: Vec<Vec<u8>> = (b'a'..=b'z').map(|letter| vec![letter; 4]).collect();
        for (required, buffer, place) in [
            (texts(&["durée"]), "-- DURÉE", Some(3)),
            (texts(&["12.5"]), "x 12.5", Some(2)),
            (texts(&["ab", "yz"]), "xYZ", Some(1)),
            (texts(&["k"]), "K", Some(0)),
            (many, "zzQqQqzz", Some(2)),
            (texts(&["ab"]), "a b", None),
        ] {
            let finder = Finder::new(&required, b"").unwrap();
            let found = finder.find(buffer.as_bytes(), 0);
            // Any place within the needle will do.
            assert!(found.is_some() == place.is_some() && found >= place, "{buffer}: {found:?}");
        }
        assert!(Finder::new(&[], b"").is_none() && Finder::new(&texts(&["a", ""]), b"").is_none());
    }
}
