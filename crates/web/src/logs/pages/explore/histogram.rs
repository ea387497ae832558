//! How many lines there were over time, by level: bars that lead to their own time.

use super::{Fine, LEVELS, Links, Sign, View};
use crate::home::chart::round_up;
use model::{Level, Timestamp};
use std::{fmt::Write as _, time::Duration};
use telemetry::query::Counts;

/// Units of the drawing; the page stretches it.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 96.0;
/// Of a step's width, what its bar leaves free.
const FREE: f64 = 0.18;
/// Fewer than seen otherwise would be nothing.
const BAR_MIN: f64 = 2.0;

/// From the bottom of a bar to its top: the graver stand on the line, where they are seen and compared.
const STACK: [(&str, &[Level]); 4] = [
    ("bad", &[Level::Critical, Level::Error]),
    ("doubt", &[Level::Warning]),
    ("busy", &[Level::Info]),
    ("still", &[Level::Debug, Level::Trace]),
];

#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    /// Where steps begin, and where the last one ends.
    pub(crate) edges: Vec<Timestamp>,
    pub(crate) step: Duration,
    pub(crate) counts: Vec<Counts>,
    /// The search without its times, to which they are added.
    pub(crate) address: String,
    pub(crate) legend: Vec<LegendKey>,
}

/// What a colour of the bars means, and the search with these lines only, and without them.
#[derive(Clone, Debug)]
pub(crate) struct LegendKey {
    pub(crate) class: &'static str,
    pub(crate) word: &'static str,
    pub(crate) links: Option<Links>,
}

/// One step that has lines, for the table.
pub(super) struct HistogramStep {
    pub(super) from: Timestamp,
    pub(super) total: u64,
    pub(super) warnings: u64,
    pub(super) errors: u64,
    pub(super) address: String,
}

impl Histogram {
    pub(crate) fn total(&self) -> u64 {
        self.counts.iter().map(|counts| counts.total).sum()
    }

    fn top(&self) -> u64 {
        round_up(self.counts.iter().map(|counts| counts.total).max().unwrap_or(0))
    }

    pub(super) fn scale(&self) -> [u64; 2] {
        [self.top(), 0]
    }

    fn address(&self, from: Timestamp, until: Timestamp) -> String {
        let mut times = url::form_urlencoded::Serializer::new(String::new());
        times.append_pair("since", &from.to_string()).append_pair("until", &until.to_string());
        let joint = if self.address.contains('?') { '&' } else { '?' };
        format!("{}{joint}{}", self.address, times.finish())
    }

    /// The edges as the page's script reads them: milliseconds since 1970.
    pub(super) fn edges_ms(&self) -> String {
        self.edges.iter().map(|edge| (edge.as_micros() / 1_000).to_string()).collect::<Vec<_>>().join(" ")
    }

    /// How finely the steps are told.
    pub(super) fn fine(&self, v: &View) -> Fine {
        v.fine(self.edges.iter().copied())
    }

    /// Steps that have lines.
    pub(super) fn steps(&self) -> Vec<HistogramStep> {
        let step = |(at, counts): (usize, &Counts)| HistogramStep {
            from: self.edges[at],
            total: counts.total,
            warnings: counts.of(Level::Warning),
            errors: counts.of(Level::Error) + counts.of(Level::Critical),
            address: self.address(self.edges[at], self.edges[at + 1]),
        };
        self.counts.iter().enumerate().filter(|(_, counts)| counts.total > 0).map(step).collect()
    }

    /// Where the horizontal axis is labelled: five times, evenly.
    pub(super) fn labels(&self, v: &View) -> Vec<String> {
        let (Some(start), Some(end)) = (self.edges.first(), self.edges.last()) else { return Vec::new() };
        let whole = end.since(*start);
        let clock = |at: Timestamp, form: &str| at.in_zone(&v.zone).strftime(form).to_string();
        let label = |at: Timestamp| match whole.as_secs() {
            0..600 => clock(at, "%H:%M:%S"),
            600..172_800 => clock(at, "%H:%M"),
            172_800..5_184_000 => v.stamp_to(&at, &Fine::Minute),
            _ => v.stamp_to(&at, &Fine::Day),
        };
        (0..=4).map(|part: u32| label(*start + whole * part / 4)).collect()
    }

    /// The drawing. What it says is in the table beside it too, so that it is hidden from who cannot see it.
    pub(super) fn svg(&self, v: &View) -> String {
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">\
             <path class=\"line\" d=\"M0 0H{WIDTH}M0 {HEIGHT}H{WIDTH}\"/>"
        );
        let step = WIDTH / self.counts.len().max(1) as f64;
        let (unit, fine) = (HEIGHT / self.top().max(1) as f64, self.fine(v));
        for (at, counts) in self.counts.iter().enumerate().filter(|(_, counts)| counts.total > 0) {
            let x = at as f64 * step;
            let address = self.address(self.edges[at], self.edges[at + 1]).replace('&', "&amp;");
            // Into a String: this cannot fail. An address is percent-encoded: of what HTML minds it has only `&`.
            let _ = write!(
                svg,
                "<a href=\"{address}\" tabindex=\"-1\"><rect class=\"slot\" x=\"{x:.1}\" y=\"0\" width=\"{step:.1}\" height=\"{HEIGHT}\"/>"
            );
            let mut parts: Vec<(&str, u64)> = STACK
                .iter()
                .map(|(class, levels)| (*class, levels.iter().map(|level| counts.of(*level)).sum()))
                .collect();
            let known: u64 = counts.by_level.iter().sum();
            parts.push(("none", counts.total.saturating_sub(known)));
            let mut y = HEIGHT;
            for (class, n) in parts.into_iter().filter(|(_, n)| *n > 0) {
                let tall = (n as f64 * unit).max(BAR_MIN).min(y);
                y -= tall;
                let (left, width) = (x + step * FREE / 2.0, step * (1.0 - FREE));
                let _ = write!(
                    svg,
                    "<rect class=\"seg {class}\" x=\"{left:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{tall:.1}\"/>"
                );
            }
            let title = self.title(v, at, counts, &fine).replace('&', "&amp;").replace('<', "&lt;");
            let _ = write!(svg, "<title>{title}</title></a>");
        }
        let _ = write!(svg, "<rect class=\"pick\" data-pick x=\"0\" y=\"0\" width=\"0\" height=\"{HEIGHT}\"/></svg>");
        svg
    }

    fn title(&self, v: &View, at: usize, counts: &Counts, fine: &Fine) -> String {
        let levels = LEVELS.iter().filter(|Sign(level)| counts.of(*level) > 0);
        let levels: Vec<String> =
            levels.map(|sign| format!("{} {}", v.t(sign.word()), v.number(&counts.of(sign.0)))).collect();
        let values = [
            ("from", v.stamp_to(&self.edges[at], fine)),
            ("until", v.stamp_to(&self.edges[at + 1], fine)),
            ("lines", v.count("explore-lines-n", &counts.total)),
        ];
        format!("{}\n{}", v.with_all("explore-bar", &values), levels.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Words;
    use jiff::tz::TimeZone;
    use language::Language;

    fn view() -> View {
        View {
            words: Words { language: Language::English, zone: TimeZone::UTC },
            viewer: None,
            logout: crate::layout::view::Logout::Here,
            csrf: String::new(),
            notice_key: None,
            here: "/explore".into(),
            part_of: None,
            theme: crate::layout::view::Theme::Auto,
            now: "2026-11-20T15:42:10Z".parse().unwrap(),
        }
    }

    /// Of three steps.
    fn edges(start: &str, step: Duration) -> Vec<Timestamp> {
        let start: Timestamp = start.parse().unwrap();
        (0..=3).map(|n| start + step * n).collect()
    }

    #[test]
    fn bars_stand_on_each_other_and_lead_to_their_time() {
        let counts = [
            Counts { total: 0, by_level: [0; 6] },
            Counts { total: 100, by_level: [0, 0, 80, 15, 4, 1] },
            Counts { total: 7, by_level: [0; 6] },
        ];
        let histogram = Histogram {
            edges: edges("2026-11-20T15:00:00Z", Duration::from_secs(60)),
            step: Duration::from_secs(60),
            counts: counts.to_vec(),
            address: "/explore?q=a+%26+b".into(),
            legend: Vec::new(),
        };
        insta::assert_snapshot!(histogram.svg(&view()).replace("><", ">\n<"));
        assert_eq!(histogram.labels(&view()), ["15:00:00", "15:00:45", "15:01:30", "15:02:15", "15:03:00"]);
        assert_eq!(histogram.steps().len(), 2);
    }

    #[test]
    fn times_are_told_as_finely_as_their_steps() {
        let day = 86_400_000;
        for (start, step_ms, zone, told) in [
            ("2026-11-18T00:00:00Z", day, "UTC", "18 Nov"),
            ("2026-11-18T00:00:00Z", day, "Europe/Paris", "18 Nov 01:00"),
            ("2026-11-18T00:00:00Z", day / 2, "UTC", "18 Nov 00:00"),
            ("2026-11-18T00:00:00Z", 5_000, "UTC", "18 Nov 00:00:00"),
            ("2025-11-18T00:00:00Z", 100, "UTC", "18 Nov 2025 00:00:00.000"),
            // A night that is an hour longer: what follows is no midnight.
            ("2026-10-24T22:00:00Z", day, "Europe/Paris", "25 Oct 00:00"),
        ] {
            let histogram = Histogram {
                edges: edges(start, Duration::from_millis(step_ms)),
                step: Duration::from_millis(step_ms),
                counts: vec![Counts::default(); 3],
                address: String::new(),
                legend: Vec::new(),
            };
            let words = Words { language: Language::English, zone: TimeZone::get(zone).unwrap() };
            let v = View { words, ..view() };
            assert_eq!(v.stamp_to(&histogram.edges[0], &histogram.fine(&v)), told, "{start} {step_ms}");
        }
    }
}
