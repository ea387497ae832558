//! Columns of floating-point numbers: as decimals when every one of them is the float nearest to a short decimal, as
//! measurements written by programs are; else as their eight bytes.

use super::{
    column::{Encoding, Values, decimal},
    compress::Zip,
    integers,
};
use crate::wire::{Malformed, Reader};

const SCALE_MAX: u8 = 15;
/// Up to here every integer is a float.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

pub(super) fn encode(floats: &[f64], zip: &mut Zip, payload: &mut Vec<u8>) -> Encoding {
    if let Some((scale, units)) = decimals(floats) {
        integers::encode(&units, zip, payload);
        return Encoding::Decimals { scale };
    }
    floats.iter().for_each(|float| payload.extend_from_slice(&float.to_bits().to_le_bytes()));
    Encoding::Floats
}

pub(super) fn decode(encoding: &Encoding, count: usize, reader: &mut Reader<'_>) -> Result<Values, Malformed> {
    Ok(match encoding {
        Encoding::Decimals { scale } if *scale <= SCALE_MAX => {
            Values::Decimals { scale: *scale, units: integers::decode(count, reader)? }
        }
        Encoding::Floats => {
            let words = (0..count).map(|_| reader.u64().map(f64::from_bits));
            Values::Floats(words.collect::<Result<_, _>>()?)
        }
        _ => return Err(Malformed("a column of floats has another type")),
    })
}

pub(super) fn decimals(floats: &[f64]) -> Option<(u8, Vec<i64>)> {
    let mut scale = 0;
    for &float in floats {
        scale = (scale..=SCALE_MAX).find(|scale| units(float, *scale).is_some())?;
    }
    let units: Option<Vec<i64>> = floats.iter().map(|&float| units(float, scale)).collect();
    Some((scale, units?))
}

/// `float` as a whole number of `10^-scale`, if that gives back the same bits.
fn units(float: f64, scale: u8) -> Option<i64> {
    let units = (float / decimal(1, scale)).round();
    (units.abs() < EXACT_MAX && decimal(units as i64, scale).to_bits() == float.to_bits()).then_some(units as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn back(floats: &[f64]) -> Encoding {
        let mut payload = Vec::new();
        let encoding = encode(floats, &mut Zip::new(), &mut payload);
        let values = decode(&encoding, floats.len(), &mut Reader(&payload)).unwrap();
        for (index, float) in floats.iter().enumerate() {
            assert_eq!(values.number(index).unwrap().to_bits(), float.to_bits());
        }
        encoding
    }

    #[test]
    fn measurements_are_decimals() {
        assert_eq!(back(&[122.6, 0.1, 1e3]), Encoding::Decimals { scale: 1 });
        assert_eq!(back(&[1.0, 2.0]), Encoding::Decimals { scale: 0 });
        assert_eq!(back(&[0.1 + 0.2, 1.0 / 3.0]), Encoding::Floats);
        assert_eq!(back(&[-0.0]), Encoding::Floats);
        assert_eq!(back(&[f64::NAN, f64::INFINITY]), Encoding::Floats);
    }

    proptest! {
        #[test]
        fn floats_come_back(floats: Vec<f64>, whole in prop::collection::vec(any::<i32>(), 0..50), scale in 0u8..9) {
            back(&floats);
            back(&whole.iter().map(|units| decimal(i64::from(*units), scale)).collect::<Vec<_>>());
        }
    }
}
