//! Which bytes stand beside each other in the texts of a slot: what rules out most words without decoding it.

use crate::{
    fold::fold,
    wire::{Malformed, Reader},
};

/// Places for pairs.
const BITS: usize = 4096;
const BYTES: usize = BITS / 8;

/// Pairs of neighbouring bytes of folded texts, each at one of 4096 places. A false yes is possible, a false no is not.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pairs(Box<[u8; BYTES]>);

impl Pairs {
    pub(super) const BYTES: usize = BYTES;

    /// None when so many differ that they would rule out little.
    pub(super) fn of(texts: &[&[u8]]) -> Option<Self> {
        let mut pairs = Self(Box::new([0; BYTES]));
        let mut folded = Vec::new();
        for text in texts {
            folded.clear();
            folded.extend_from_slice(text);
            fold(&mut folded);
            for pair in folded.windows(2) {
                let place = place(pair[0], pair[1]);
                pairs.0[place / 8] |= 1 << (place % 8);
            }
        }
        pairs.bounded()
    }

    /// Any of these bytes beside any other.
    pub(super) fn among(bytes: &[u8]) -> Option<Self> {
        let mut pairs = Self(Box::new([0; BYTES]));
        for (first, second) in bytes.iter().flat_map(|first| bytes.iter().map(move |second| (*first, *second))) {
            let place = place(first, second);
            pairs.0[place / 8] |= 1 << (place % 8);
        }
        pairs.bounded()
    }

    /// Those of either.
    pub(super) fn united(mut self, other: &Self) -> Option<Self> {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(own, more)| *own |= more);
        self.bounded()
    }

    fn bounded(self) -> Option<Self> {
        let set: usize = self.0.iter().map(|byte| byte.count_ones() as usize).sum();
        (set <= BITS / 2).then_some(self)
    }

    fn has(&self, first: u8, second: u8) -> bool {
        let place = place(first, second);
        self.0[place / 8] >> (place % 8) & 1 == 1
    }

    /// How many of the first bytes may stand beside each other.
    pub(crate) fn run(&self, bytes: &[u8]) -> usize {
        bytes.len().min(1) + bytes.windows(2).take_while(|pair| self.has(pair[0], pair[1])).count()
    }

    pub(super) fn put(pairs: Option<&Self>, out: &mut Vec<u8>) {
        out.push(u8::from(pairs.is_some()));
        out.extend(pairs.iter().flat_map(|pairs| pairs.0.iter()));
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Option<Self>, Malformed> {
        if reader.byte()? == 0 {
            return Ok(None);
        }
        let mut pairs = Self(Box::new([0; BYTES]));
        pairs.0.copy_from_slice(reader.take(BYTES)?);
        Ok(Some(pairs))
    }

    /// Passes over what [`Self::read`] reads.
    pub(super) fn pass(reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let bytes = if reader.byte()? == 0 { 0 } else { BYTES };
        reader.take(bytes).map(drop)
    }
}

fn place(first: u8, second: u8) -> usize {
    usize::from(u16::from_le_bytes([first, second]).wrapping_mul(0x9E37) >> 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_stands_in_a_text_is_never_denied(texts in prop::collection::vec("[a-dA-D1é ]{0,12}", 1..20), at in any::<prop::sample::Index>()) {
            let bytes: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
            let mut out = Vec::new();
            Pairs::put(Pairs::of(&bytes).as_ref(), &mut out);
            let pairs = Pairs::read(&mut Reader(&out)).unwrap().unwrap();
            let mut text = texts[at.index(texts.len())].clone().into_bytes();
            fold(&mut text);
            prop_assert_eq!(pairs.run(&text), text.len());
        }
    }

    #[test]
    fn other_words_are_mostly_denied() {
        let pairs = Pairs::of(&[b"Traceback (most recent call last):", b"ValueError: invalid literal"]).unwrap();
        assert_eq!(
            ["zzzabsentzzz", "montant", "deferred"].map(|word| pairs.run(word.as_bytes()) < word.len()),
            [true; 3]
        );
        assert_eq!((pairs.run(b"error"), pairs.run(b"x"), pairs.run(b"")), (5, 1, 0));
    }
}
