//! Bars over a day, drawn here: sent and errors of each half hour.

use crate::layout::view::View;
use model::Timestamp;
use std::{fmt::Write as _, time::Duration};

/// Half hours of a day.
pub(crate) const SLOTS: usize = 48;
const SLOT: Duration = Duration::from_secs(1800);
const TWO_DAYS: Duration = Duration::from_secs(2 * 86_400);
/// Units of the drawing; the page stretches it.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 160.0;
/// Of a slot's width, what its bar leaves free.
const FREE: f64 = 0.26;
/// Fewer than seen otherwise would be nothing.
const BAR_MIN: f64 = 2.0;

/// What was sent in the half hour that begins `at`, and how much of it failed on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) at: Timestamp,
    pub(crate) sent: u64,
    pub(crate) errors: u64,
}

/// The throughput of a day, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct Throughput {
    slots: Vec<Slot>,
    top: u64,
    /// How long each is.
    slot: Duration,
}

impl Throughput {
    pub(crate) fn new(slots: Vec<Slot>) -> Self {
        Self::of(slots, SLOT)
    }

    /// Of another time, in slots of that length.
    pub(crate) fn of(slots: Vec<Slot>, slot: Duration) -> Self {
        let most = slots.iter().map(|slot| slot.sent + slot.errors).max().unwrap_or(0);
        Self { slots, top: round_up(most), slot }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.iter().all(|slot| slot.sent + slot.errors == 0)
    }

    pub(crate) fn sent(&self) -> u64 {
        self.slots.iter().map(|slot| slot.sent).sum()
    }

    pub(crate) fn errors(&self) -> u64 {
        self.slots.iter().map(|slot| slot.errors).sum()
    }

    /// What the vertical axis says, from the top down.
    pub(crate) fn scale(&self) -> [u64; 3] {
        [self.top, self.top / 2, 0]
    }

    /// Where the horizontal axis is labelled: at its quarters, every six hours of a day.
    pub(crate) fn hours(&self) -> Vec<Timestamp> {
        let Some(last) = self.slots.last() else { return Vec::new() };
        let mut hours: Vec<_> = self.slots.iter().step_by((self.slots.len() / 4).max(1)).map(|slot| slot.at).collect();
        hours.truncate(4);
        hours.push(last.at + self.slot);
        hours
    }

    /// Half hours in which something happened, for those who read rather than look.
    pub(crate) fn busy(&self) -> Vec<Slot> {
        self.slots.iter().copied().filter(|slot| slot.sent + slot.errors > 0).collect()
    }

    /// The drawing, whose bars say their numbers when pointed at.
    pub(crate) fn svg(&self, v: &View) -> String {
        let title = |slot: &Slot| {
            let values = [
                ("from", self.hour(v, &slot.at)),
                ("until", self.hour(v, &(slot.at + self.slot))),
                ("sent", v.number(&slot.sent)),
                ("errors", v.number(&slot.errors)),
            ];
            v.with_all("chart-slot", &values)
        };
        draw(&self.slots, self.top, &title)
    }

    /// The time of day, of more than two days the day.
    pub(crate) fn hour(&self, v: &View, at: &Timestamp) -> String {
        match self.slot * u32::try_from(self.slots.len()).unwrap_or(u32::MAX) > TWO_DAYS {
            true => v.day(at),
            false => at.in_zone(&v.zone).strftime("%H:%M").to_string(),
        }
    }
}

/// The next number that reads well on an axis, and halves well.
pub(crate) fn round_up(most: u64) -> u64 {
    let mut step = 1_u64;
    loop {
        for factor in [2, 4, 6, 8, 10] {
            if step.saturating_mul(factor) >= most {
                return step.saturating_mul(factor);
            }
        }
        step = step.saturating_mul(10);
    }
}

fn draw(slots: &[Slot], top: u64, title: &dyn Fn(&Slot) -> String) -> String {
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">"
    );
    for y in [0.0, HEIGHT / 2.0, HEIGHT] {
        // Into a String: this cannot fail.
        let _ = write!(svg, "<path class=\"line\" d=\"M0 {y}H{WIDTH}\"/>");
    }
    let step = WIDTH / slots.len().max(1) as f64;
    let unit = HEIGHT / top.max(1) as f64;
    let height = |n: u64| if n == 0 { 0.0 } else { (n as f64 * unit).max(BAR_MIN) };
    for (at, slot) in slots.iter().enumerate() {
        let x = at as f64 * step;
        let (left, width) = (x + step * FREE / 2.0, step * (1.0 - FREE));
        let (sent, errors) = (height(slot.sent), height(slot.errors));
        let _ = write!(svg, "<g><rect class=\"slot\" x=\"{x:.1}\" y=\"0\" width=\"{step:.1}\" height=\"{HEIGHT}\"/>");
        for (class, y, tall) in [("sent", HEIGHT - sent, sent), ("errors", HEIGHT - sent - errors, errors)] {
            if tall > 0.0 {
                let _ = write!(
                    svg,
                    "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{tall:.1}\"/>"
                );
            }
        }
        let _ = write!(svg, "<title>{}</title></g>", escaped(&title(slot)));
    }
    svg.push_str("</svg>");
    svg
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_on_each_other_and_say_their_numbers() {
        let begin: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let slots = [(0, 0), (120, 0), (80, 40), (0, 1)];
        let slots: Vec<Slot> =
            (0..).zip(slots).map(|(n, (sent, errors))| Slot { at: begin + SLOT * n, sent, errors }).collect();
        let svg = draw(&slots, 200, &|slot| format!("{} <sent>, {} errors", slot.sent, slot.errors));
        insta::assert_snapshot!(svg.replace("><", ">\n<"));
    }

    #[test]
    fn an_axis_ends_at_a_round_number() {
        for (most, top) in [(0, 2), (1, 2), (3, 4), (5, 6), (7, 8), (11, 20), (61, 80), (399, 400), (1_234, 2_000)] {
            assert_eq!(round_up(most), top);
        }
    }

    #[test]
    fn a_day_is_labelled_every_six_hours() {
        let begin = Timestamp::EPOCH;
        let slots = (0..48).map(|n| Slot { at: begin + SLOT * n, sent: 0, errors: 0 }).collect();
        let day = Throughput::new(slots);
        assert!(day.is_empty() && day.hours().len() == 5);
        assert_eq!(day.hours()[4], begin + Duration::from_secs(86_400));
    }
}
