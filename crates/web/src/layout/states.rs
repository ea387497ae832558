//! States, reasons and moments as a reader sees them: a word, a shape and a colour.

use crate::layout::view::View;
use crate::traces::told::ending;
use crate::words::{Words, kind_name};
use model::{Counters, Fault, ItemState, JobKind, JobState, Retry, Standing, Timestamp, Verdict};
use std::time::Duration;
use store::Role;

/// A colour with a meaning: the name of a class in the style sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Doubt,
    Busy,
    Still,
}

/// Either kind of state, as a badge.
pub(crate) trait Shown {
    /// The identifier of its word.
    fn word(&self) -> &'static str;
    fn tone(&self) -> Tone;
    /// Its symbol in `icons.svg`, no two alike in shape.
    fn icon(&self) -> &'static str;
    /// What the badge says.
    fn said(&self, words: &Words) -> String {
        words.t(self.word())
    }
}

/// How a job stands, as its badge says it: [`Standing`] decides, here are its words, its colour and its shape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JobStanding {
    standing: Standing,
    is_mailing: bool,
    /// Nothing succeeded.
    is_vain: bool,
}

impl JobStanding {
    pub(crate) fn of(state: JobState, counters: &Counters, kind: JobKind) -> Self {
        let is_vain = counters.succeeded == 0 && counters.failed > 0;
        Self { standing: Standing::of(state, counters), is_mailing: kind == JobKind::Mail, is_vain }
    }
}

impl Shown for JobStanding {
    fn word(&self) -> &'static str {
        match (self.standing, self.is_mailing) {
            (Standing::In(state), _) => state.word(),
            (Standing::Undelivered { failed: 0, .. }, _) => "standing-uncertain",
            (Standing::Undelivered { .. }, true) => "standing-undelivered",
            (Standing::Undelivered { .. }, false) => "standing-failed",
            (Standing::NothingDone { .. }, true) => "standing-nothing-sent",
            (Standing::NothingDone { .. }, false) => "standing-nothing-done",
        }
    }

    fn tone(&self) -> Tone {
        match self.standing {
            Standing::In(state) => state.tone(),
            Standing::Undelivered { .. } if self.is_vain => Tone::Bad,
            Standing::Undelivered { .. } | Standing::NothingDone { .. } => Tone::Doubt,
        }
    }

    fn icon(&self) -> &'static str {
        match self.standing {
            Standing::In(state) => state.icon(),
            Standing::Undelivered { .. } if self.is_vain => "failed",
            Standing::Undelivered { .. } | Standing::NothingDone { .. } => "warn",
        }
    }

    fn said(&self, words: &Words) -> String {
        match self.standing {
            Standing::In(state) => words.t(state.word()),
            Standing::NothingDone { .. } => words.t(self.word()),
            Standing::Undelivered { failed: 0, unknown } => words.count(self.word(), &unknown),
            Standing::Undelivered { failed, unknown } => {
                let failed = words.with(self.word(), "failed", words.number(&failed));
                let also = (unknown > 0).then(|| format!(", {}", words.count("uncertain-n", &unknown)));
                failed + &also.unwrap_or_default()
            }
        }
    }
}

impl Tone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Doubt => "doubt",
            Self::Busy => "busy",
            Self::Still => "still",
        }
    }
}

impl<T: Shown> Shown for &T {
    fn word(&self) -> &'static str {
        (**self).word()
    }

    fn tone(&self) -> Tone {
        (**self).tone()
    }

    fn icon(&self) -> &'static str {
        (**self).icon()
    }

    fn said(&self, words: &Words) -> String {
        (**self).said(words)
    }
}

impl Shown for JobState {
    fn word(&self) -> &'static str {
        match self {
            Self::Preparing => "state-preparing",
            Self::Pending => "state-pending",
            Self::Running => "state-running",
            Self::Paused => "state-paused",
            Self::Completed => "state-completed",
            Self::Failed => "state-failed",
            Self::Cancelled => "state-cancelled",
        }
    }

    fn tone(&self) -> Tone {
        match self {
            Self::Preparing | Self::Pending | Self::Cancelled => Tone::Still,
            Self::Running => Tone::Busy,
            Self::Paused => Tone::Doubt,
            Self::Completed => Tone::Good,
            Self::Failed => Tone::Bad,
        }
    }

    fn icon(&self) -> &'static str {
        match self {
            Self::Completed => "succeeded",
            other => other.as_str(),
        }
    }
}

impl Shown for ItemState {
    fn word(&self) -> &'static str {
        match self {
            Self::Queued => "item-queued",
            Self::Running => "item-running",
            Self::Succeeded => "item-succeeded",
            Self::Failed => "item-failed",
            Self::Unknown => "item-unknown",
            Self::Skipped => "item-skipped",
        }
    }

    fn tone(&self) -> Tone {
        match self {
            Self::Queued | Self::Skipped => Tone::Still,
            Self::Running => Tone::Busy,
            Self::Succeeded => Tone::Good,
            Self::Failed => Tone::Bad,
            Self::Unknown => Tone::Doubt,
        }
    }

    fn icon(&self) -> &'static str {
        match self {
            Self::Queued => "pending",
            other => other.as_str(),
        }
    }
}

/// A part of a progress bar, in hundredths of its width.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Segment {
    pub(crate) name: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) x: String,
    pub(crate) width: String,
}

/// Less than this would not be seen.
const SEGMENT_MIN: f64 = 0.6;

/// What has been processed, part by part. Each stands in the list even when it is nothing, for scripts to widen.
pub(crate) fn segments(counters: &Counters) -> Vec<Segment> {
    let parts = [
        ("succeeded", Tone::Good, counters.succeeded),
        ("failed", Tone::Bad, counters.failed),
        ("unknown", Tone::Doubt, counters.unknown),
        ("skipped", Tone::Still, counters.skipped),
    ];
    let total = counters.total.max(1) as f64;
    let widths = parts.map(|(.., n)| if n == 0 { 0.0 } else { (n as f64 * 100.0 / total).max(SEGMENT_MIN) });
    let squeeze = (100.0 / widths.iter().sum::<f64>().max(1.0)).min(1.0);
    let mut x = 0.0;
    let mut segments = Vec::with_capacity(parts.len());
    for ((name, tone, _), width) in parts.into_iter().zip(widths) {
        let width = width * squeeze;
        segments.push(Segment { name, tone: tone.class(), x: format!("{x:.2}"), width: format!("{width:.2}") });
        x += width;
    }
    segments
}

/// To one decimal, and 100 only when everything is processed; an empty job is at 0 until it is over.
pub(crate) fn percent(counters: &Counters, state: JobState) -> f64 {
    match counters.total {
        0 if state.is_final() => 100.0,
        0 => 0.0,
        _ if counters.remaining() == 0 => 100.0,
        _ => counters.percent().min(99.9),
    }
}

impl View {
    /// For scripts, which write times too; empty is their own zone.
    pub(crate) fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or_default()
    }

    pub(crate) fn word(&self, state: &dyn Shown) -> String {
        state.said(self)
    }

    pub(crate) fn tone(&self, state: &dyn Shown) -> &'static str {
        state.tone().class()
    }

    pub(crate) fn icon(&self, state: &dyn Shown) -> &'static str {
        state.icon()
    }

    pub(crate) fn role(&self, role: &Role) -> String {
        self.t(match role {
            Role::Viewer => "role-viewer",
            Role::Operator => "role-operator",
            Role::Admin => "role-admin",
        })
    }

    pub(crate) fn segments(&self, counters: &Counters) -> Vec<Segment> {
        segments(counters)
    }

    pub(crate) fn done(&self, counters: &Counters, state: &JobState) -> String {
        self.percent(&percent(counters, *state))
    }

    /// `3 min 20 s ago`, for what happened lately; else the day and the time.
    pub(crate) fn ago(&self, at: &Timestamp) -> String {
        let since = self.now.since(*at);
        match since.as_secs() {
            0..10 => self.t("just-now"),
            10..60 => self.with("ago", "time", self.duration(&Duration::from_secs(since.as_secs() / 10 * 10))),
            60..86_400 => self.with("ago", "time", self.duration(&Duration::from_secs(largest_unit(since.as_secs())))),
            _ => self.moment(at),
        }
    }

    pub(crate) fn took(&self, from: &Timestamp, until: &Timestamp) -> String {
        self.duration(&until.since(*from))
    }

    /// The name of a kind of job.
    pub(crate) fn kind(&self, kind: &JobKind) -> String {
        kind_name(self.language, *kind)
    }
}

/// Whole minutes below an hour, whole hours from there.
fn largest_unit(seconds: u64) -> u64 {
    if seconds < 3600 { seconds / 60 * 60 } else { seconds / 3600 * 3600 }
}

/// Why a job or an account stands still, in plain words. `detail` is shown beside it where it says more.
pub(crate) fn reason(words: &Words, code: &str, detail: &str) -> String {
    let id = match code {
        "paused_by" => return words.with("reason-paused-by", "name", detail),
        "cancelled_by" => return words.with("reason-cancelled-by", "name", detail),
        "by_hand" if detail.is_empty() => "reason-by-hand",
        "by_hand" => return words.with("reason-by-hand-saying", "what", detail),
        "daily_limit" => "reason-daily-limit",
        "defect" => "reason-defect",
        "not_started" | "not_prepared" => "reason-not-started",
        "account_missing" => "reason-account-missing",
        "account_url" => "reason-account-url",
        "dkim_key_unreadable" => "reason-dkim",
        "scheduled" => "reason-scheduled",
        "settings" => "reason-settings",
        "database" => "reason-database",
        "secret_key_missing" | "key_missing" | "secret_missing" => "reason-secret",
        "paused" => "reason-paused",
        "restored" => "reason-restored",
        "reported" if !detail.is_empty() => return ending(words, detail).unwrap_or_else(|| detail.to_owned()),
        _ => {
            let what = detail.trim().trim_end_matches('.');
            let verdict = Verdict::new(code, Fault::Server, Retry::Never);
            let said = words.verdict(&verdict.with_arg("error", what).with_arg("problem", what));
            return match what.is_empty() {
                true => without_gaps(&said),
                // A code without a text comes back as it is: what was said is then worth more.
                false if said == code => detail.to_owned(),
                false => said,
            };
        }
    };
    words.t(id)
}

/// Without the brackets, or the colon, that were to hold what was said, and hold nothing.
fn without_gaps(text: &str) -> String {
    let colons = [" : .", "\u{a0}: .", "\u{202f}: .", ": ."];
    colons.iter().fold(text.replace(" ()", ""), |text, colon| text.replace(colon, "."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use language::Language;

    #[test]
    fn a_reason_gives_what_was_said_and_leaves_no_gap_for_it() {
        let words = |language| Words { language, zone: TimeZone::UTC };
        let (english, french) = (words(Language::English), words(Language::French));
        assert!(reason(&english, "protocol_error", "HTTP/1.1 400.").contains("SMTP (HTTP/1.1 400)."));
        assert!(reason(&french, "connect_failed", "refused").contains("injoignable\u{a0}: refused. "));
        for words in [english, french] {
            for code in ["protocol_error", "connect_failed", "tls_failed", "dns_failed", "cannot_connect"] {
                let text = reason(&words, code, "");
                assert!(text.len() > code.len() && !text.contains("()"), "{text}");
                assert!(![" .", ": .", " : "].iter().any(|gap| text.contains(gap)), "{text}");
            }
        }
    }

    #[test]
    fn a_job_that_is_over_says_who_is_missing() {
        let words = |language| Words { language, zone: TimeZone::UTC };
        let said = |failed, unknown, kind| {
            let counters =
                Counters { total: 20, succeeded: 20 - failed - unknown, failed, unknown, ..Counters::default() };
            let badge = JobStanding::of(JobState::Completed, &counters, kind);
            [Language::English, Language::French].map(|language| badge.said(&words(language)).replace('\u{a0}', " "))
        };
        assert_eq!(said(0, 0, JobKind::Mail), ["Completed", "Terminé"]);
        assert_eq!(said(7, 0, JobKind::Mail), ["Completed, 7 not delivered", "Terminé, 7 non remis"]);
        assert_eq!(said(0, 2, JobKind::Mail), ["Completed, 2 unconfirmed", "Terminé, 2 non confirmés"]);
        assert_eq!(said(7, 2, JobKind::Mail)[1], "Terminé, 7 non remis, 2 non confirmés");
        assert_eq!(said(1, 0, JobKind::Command), ["Completed, 1 failed", "Terminé, 1 en échec"]);
        let counters = Counters { total: 20, succeeded: 13, failed: 7, ..Counters::default() };
        assert_eq!(JobStanding::of(JobState::Completed, &counters, JobKind::Mail).tone(), Tone::Doubt);
        let counters = Counters { total: 20, failed: 20, ..Counters::default() };
        assert_eq!(JobStanding::of(JobState::Completed, &counters, JobKind::Mail).tone(), Tone::Bad, "nothing worked");
        let counters = Counters { total: 20, skipped: 20, ..Counters::default() };
        let nothing = JobStanding::of(JobState::Completed, &counters, JobKind::Mail);
        assert_eq!(
            (nothing.said(&words(Language::French)).as_str(), nothing.tone()),
            ("Rien n’a été envoyé", Tone::Doubt)
        );
    }

    #[test]
    fn a_bar_shows_the_least_failure_and_never_overflows() {
        let counters = Counters { total: 10_000, succeeded: 9_999, failed: 1, ..Counters::default() };
        let parts = segments(&counters);
        let sum: f64 = parts.iter().map(|part| part.width.parse::<f64>().unwrap()).sum();
        assert!(parts[1].width.parse::<f64>().unwrap() > 0.5 && sum <= 100.01, "{parts:?}");
        let nothing = segments(&Counters::default());
        assert!(nothing.len() == 4 && nothing.iter().all(|part| part.width == "0.00"));
    }

    #[test]
    fn what_is_not_over_is_not_at_a_hundred() {
        let counters = Counters { total: 100_000, succeeded: 99_999, queued: 1, ..Counters::default() };
        assert_eq!(percent(&counters, JobState::Running), 99.9);
        assert_eq!(percent(&Counters::default(), JobState::Pending), 0.0);
        assert_eq!(percent(&Counters::default(), JobState::Completed), 100.0);
    }
}
