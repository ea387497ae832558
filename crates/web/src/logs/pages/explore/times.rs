//! Times of records as a column has them: short, to the millisecond, as the reader's language writes dates.

use crate::layout::view::View;
use language::Language;
use model::Timestamp;

/// How finely a time is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fine {
    Day,
    Minute,
    Second,
    Millisecond,
}

impl View {
    /// `21 Nov 14:32:05.123`, in French `21 nov. 14:32:05,123`; with its year where that is not this one.
    pub(crate) fn stamp(&self, at: &Timestamp) -> String {
        self.stamp_to(at, &Fine::Millisecond)
    }

    /// `21 Nov`, `21 Nov 14:32` and so on. `static/tail.js` writes the same.
    pub(crate) fn stamp_to(&self, at: &Timestamp, fine: &Fine) -> String {
        let (at, now) = (at.in_zone(&self.zone), self.now.in_zone(&self.zone));
        let year = if at.year() == now.year() { String::new() } else { format!(" {}", at.year()) };
        let time = match fine {
            Fine::Day => "",
            Fine::Minute => " %H:%M",
            Fine::Second => " %H:%M:%S",
            Fine::Millisecond => " %H:%M:%S%.3f",
        };
        let time = at.strftime(time).to_string();
        let time = if self.language == Language::French { time.replace('.', ",") } else { time };
        format!("{} {}{year}{time}", at.day(), self.month(at.month()))
    }

    /// How finely times must be told, so that none of them loses anything but zeros.
    pub(crate) fn fine(&self, times: impl IntoIterator<Item = Timestamp>) -> Fine {
        let fine = |at: Timestamp| {
            let at = at.in_zone(&self.zone);
            match (at.hour(), at.minute(), at.second(), at.subsec_nanosecond() / 1_000_000) {
                (0, 0, 0, 0) => Fine::Day,
                (_, _, 0, 0) => Fine::Minute,
                (_, _, _, 0) => Fine::Second,
                _ => Fine::Millisecond,
            }
        };
        times.into_iter().map(fine).max().unwrap_or(Fine::Day)
    }

    /// `Europe/Paris (UTC+01:00)`.
    pub(crate) fn zone_label(&self) -> String {
        let offset = self.now.in_zone(&self.zone).strftime("UTC%:z").to_string();
        match self.zone_name() {
            "" => offset,
            "UTC" => "UTC".to_owned(),
            name => format!("{name} ({offset})"),
        }
    }

    /// To the microsecond, with the zone: `21 Nov 2026, 14:32:05.123456 +01:00`.
    pub(crate) fn exact(&self, at: &Timestamp) -> String {
        let time = at.in_zone(&self.zone).strftime("%H:%M:%S%.6f").to_string();
        let time = if self.language == Language::French { time.replace('.', ",") } else { time };
        format!("{}, {time} {}", self.day(at), at.in_zone(&self.zone).strftime("%:z"))
    }

    /// The names of the months, as scripts take them.
    pub(crate) fn months(&self) -> String {
        (1..=12).map(|month| self.month(month)).collect::<Vec<_>>().join("|")
    }
}
