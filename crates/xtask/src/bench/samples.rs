//! Numbers measured several times over, reduced to a median with its spread.

/// Samples of one quantity in one unit; never a NaN.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples(Vec<f64>);

impl<const N: usize> From<[f64; N]> for Samples {
    fn from(values: [f64; N]) -> Self {
        let mut samples = Self::default();
        values.into_iter().for_each(|value| samples.push(value));
        samples
    }
}

impl Samples {
    /// NaN and infinities are left out: they are no measurements.
    pub(crate) fn push(&mut self, value: f64) {
        if value.is_finite() {
            let at = self.0.partition_point(|other| *other < value);
            self.0.insert(at, value);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The middle one, or the mean of the two in the middle.
    pub(crate) fn median(&self) -> Option<f64> {
        let middle = self.0.len() / 2;
        match self.0.len() {
            0 => None,
            len if len % 2 == 1 => Some(self.0[middle]),
            _ => Some(f64::midpoint(self.0[middle - 1], self.0[middle])),
        }
    }

    pub(crate) fn min(&self) -> Option<f64> {
        self.0.first().copied()
    }

    pub(crate) fn max(&self) -> Option<f64> {
        self.0.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        let cases: [(&[f64], Option<f64>); 4] =
            [(&[], None), (&[3.0], Some(3.0)), (&[9.0, 1.0, 2.0], Some(2.0)), (&[4.0, 1.0, 2.0, 9.0], Some(3.0))];
        for (values, expected) in cases {
            let mut samples = Samples::default();
            values.iter().for_each(|value| samples.push(*value));
            assert_eq!(samples.median(), expected, "{values:?}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_not_a_sample() {
        let samples = Samples::from([f64::NAN, 2.0, f64::INFINITY, 1.0]);
        assert_eq!((samples.len(), samples.min(), samples.max()), (2, Some(1.0), Some(2.0)));
    }
}
