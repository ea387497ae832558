//! A function that calls itself, alone or in a round of several: how deep it went says nothing about the bug.

/// The longest round that is seen.
const ROUND_MAX: usize = 8;

/// Which of `frames` stay when each round that comes again is kept once. Linear in their number.
///
/// A round that was left in its middle, by the end of the stack, is left out too: where a stack overflows is chance.
pub(super) fn first_rounds(frames: &[u64]) -> Vec<bool> {
    let mut stays = vec![true; frames.len()];
    // Places of the frames that stay so far.
    let mut kept: Vec<usize> = Vec::with_capacity(frames.len());
    // The length of the last round that came again, and how many frames stayed then.
    let mut last_round = None;
    for at in 0..frames.len() {
        kept.push(at);
        let came_again = (1..=ROUND_MAX.min(kept.len() / 2)).find(|length| {
            let (before, round) = kept.split_at(kept.len() - length);
            let earlier = &before[before.len() - length..];
            earlier.iter().zip(round).all(|(a, b)| frames[*a] == frames[*b])
        });
        if let Some(length) = came_again {
            kept.drain(kept.len() - length..).for_each(|dropped| stays[dropped] = false);
            last_round = Some((length, kept.len()));
        }
    }
    if let Some((length, len_then)) = last_round {
        let tail = &kept[len_then..];
        let round = &kept[len_then - length..len_then];
        if tail.len() < length && tail.iter().zip(round).all(|(a, b)| frames[*a] == frames[*b]) {
            tail.iter().for_each(|dropped| stays[*dropped] = false);
        }
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_kept_once() {
        for (frames, expected) in [
            ("", ""),
            ("abc", "abc"),
            ("aaa", "a"),
            ("mababab", "mab"),
            ("mababa", "mab"),
            ("mabcabcab", "mabc"),
            ("maabb", "mab"),
            ("maaz", "maz"),
            ("mababz", "mabz"),
            ("abab", "ab"),
            ("aba", "aba"),
        ] {
            let bytes: Vec<u64> = frames.bytes().map(u64::from).collect();
            let stays = first_rounds(&bytes);
            let kept: String = frames.chars().zip(stays).filter(|(_, stays)| *stays).map(|(frame, _)| frame).collect();
            assert_eq!(kept, expected, "{frames}");
        }
    }
}
