//! Events of the last hours, as small bars.

use std::fmt::Write as _;

/// Units of the drawing; the page stretches it.
const BAR_WIDTH: usize = 4;
const HEIGHT: u64 = 24;

/// Events of each hour, the oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trend(pub(crate) Vec<u64>);

impl Trend {
    pub(crate) fn sum(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The bars, as an SVG; the most frequent hour fills it.
    pub(crate) fn svg(&self) -> String {
        let most = self.0.iter().copied().max().unwrap_or(0).max(1);
        let width = self.0.len().max(1) * BAR_WIDTH;
        let mut svg = format!(
            "<svg class=\"spark\" viewBox=\"0 0 {width} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\" \
             focusable=\"false\">"
        );
        for (at, events) in self.0.iter().enumerate() {
            // One of very many is seen all the same.
            let tall = if *events == 0 {
                1
            } else {
                (u128::from(*events) * u128::from(HEIGHT) / u128::from(most)).max(2) as u64
            };
            let class = if *events == 0 { "none" } else { "some" };
            // Into a String: this cannot fail.
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{tall}\"/>",
                at * BAR_WIDTH,
                HEIGHT - tall,
                BAR_WIDTH - 1
            );
        }
        svg.push_str("</svg>");
        svg
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_hour_is_full_and_one_event_is_seen() {
        let svg = Trend(vec![0, 1, 1_000]).svg();
        assert!(svg.contains("viewBox=\"0 0 12 24\"") && svg.contains("class=\"none\" x=\"0\" y=\"23\""), "{svg}");
        assert!(
            svg.contains("x=\"4\" y=\"22\" width=\"3\" height=\"2\"")
                && svg.contains("y=\"0\" width=\"3\" height=\"24\"")
        );
        assert!(Trend(vec![u64::MAX, 1]).svg().contains("height=\"2\""));
        assert_eq!(Trend(vec![2, 3]).sum(), 5);
    }
}
