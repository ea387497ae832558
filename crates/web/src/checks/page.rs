//! Checks: their list, one with what was heard of it, and the form.

use super::keep;
use crate::{Ctx, maintenance::page::WorkNow};
use crate::{
    layout::{
        foreign::Foreign,
        parts::{Choice, Faults, Notice},
        states::{Shown, Tone},
        view::View,
    },
    schedules::page::WhenPreview,
};
use ::checks::Watch;
use askama::Template;
use model::{CheckState, Timestamp};
use schedules::Expression;
use store::StoredCheck;

#[derive(Template)]
#[template(path = "checks/list.html")]
pub(crate) struct ChecksPage<'a> {
    pub(crate) v: &'a View,
    /// The worst first.
    pub(crate) rows: Vec<CheckRow>,
    pub(crate) works: Vec<WorkNow>,
    pub(crate) notice: Option<Notice>,
    /// By which checks are called by their names, for whoever may set them up.
    pub(crate) ping_key: Option<String>,
}

#[derive(Template)]
#[template(path = "checks/show.html")]
pub(crate) struct CheckDetailPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) row: CheckRow,
    /// What is called; only for those who may change it.
    pub(crate) calls: Option<Calls>,
    /// Whether everybody may see it.
    pub(crate) public: OnPublicPage,
    /// Labels and what stands beside them.
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) pings: Vec<PingRow>,
    pub(crate) outages: Vec<OutageRow>,
    pub(crate) notice: Option<Notice>,
}

#[derive(Template)]
#[template(path = "checks/form.html")]
pub(crate) struct CheckFormPage<'a> {
    pub(crate) v: &'a View,
    /// Of the check that is changed; none of a new one.
    pub(crate) slug: Option<String>,
    pub(crate) form: CheckForm,
    pub(crate) faults: Faults,
    /// Of one that calls.
    pub(crate) preview: WhenPreview,
}

#[derive(Clone, Debug)]
pub(crate) struct CheckRow {
    pub(crate) slug: String,
    pub(crate) name: String,
    /// Identifier of what it is.
    pub(crate) kind: &'static str,
    /// What is expected, in words.
    pub(crate) said: String,
    pub(crate) standing: CheckStanding,
    pub(crate) since: Timestamp,
    /// Identifier of why it is down, and what the other side has of it.
    pub(crate) why: Option<&'static str>,
    pub(crate) detail: Foreign,
    pub(crate) last_at: Option<Timestamp>,
    pub(crate) expected_at: Option<Timestamp>,
    /// As a share, in words.
    pub(crate) uptime: Option<String>,
    /// While work on it goes on that was planned.
    pub(crate) maintenance_until: Option<Timestamp>,
    pub(crate) days: Vec<DayBar>,
}

/// How a check that reports is called.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    /// Its address.
    pub(crate) url: String,
    /// A line of a crontab: the job, and what says how it ended.
    pub(crate) crontab: String,
    /// What a script says when it begins and how it ended.
    pub(crate) script: String,
    /// What clients of Sentry call, with the key of a project in the place of `KEY`.
    pub(crate) sentry: String,
}

impl Calls {
    pub(super) fn of(ctx: &Ctx, kept: &StoredCheck) -> Option<Self> {
        let url = keep::ping_url(ctx, kept)?;
        let check = checking::check_of(kept)?;
        let Watch::Heartbeat(beat) = check.watch else { return None };
        let fields = crontab_fields(&beat.when);
        let curl = "curl -fsS -m 10 --retry 3 -o /dev/null";
        Some(Self {
            crontab: format!("{fields} /path/to/job; {curl} {url}/$?"),
            script: format!("{curl} {url}/start\n/path/to/job\n{curl} {url}/$?"),
            sentry: format!("{}/api/PROJECT/cron/{}/KEY/?status=ok", ctx.app.alerts.origin(), kept.slug),
            url,
        })
    }
}

/// The fields of a crontab by which a job runs at least as often as it is expected: the same where a crontab can say it.
fn crontab_fields(when: &str) -> String {
    let written = when.trim();
    let expression = Expression::parse(when);
    if let Some(fields) = expression.as_ref().ok().and_then(Expression::on_the_clock) {
        return fields;
    }
    match expression {
        // The first of six is seconds, which a crontab has not.
        Ok(Expression::Cron(_)) if written.split_whitespace().count() == 6 => {
            written.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
        }
        Ok(Expression::Cron(_)) => written.to_owned(),
        Ok(Expression::Every(every)) => {
            let divisor =
                |n: u64, of: u64| (1..=n.min(of)).rev().find(|divisor| of.is_multiple_of(*divisor)).unwrap_or(1);
            let each = |n: u64| if n == 1 { "*".to_owned() } else { format!("*/{n}") };
            match (every.as_secs() / 60, every.as_secs() / 3_600, every.as_secs() / 86_400) {
                (minutes, 0, _) => format!("{} * * * *", each(divisor(minutes.max(1), 60))),
                (_, hours, 0) => format!("0 {} * * *", each(divisor(hours, 24))),
                (.., days) if days.is_multiple_of(7) && days < 28 => "0 2 * * 1".to_owned(),
                (.., days) => format!("0 2 {} * *", each(days.min(28))),
            }
        }
        Ok(Expression::Once(_)) | Err(_) => "0 2 * * *".to_owned(),
    }
}

/// Whether the page of states that everybody may see has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct OnPublicPage {
    /// What it is called there; none where it is not on it.
    pub(crate) name: Option<String>,
    /// Where that page is; none while it is off.
    pub(crate) url: Option<String>,
}

/// A day among others.
#[derive(Clone, Debug)]
pub(crate) struct DayBar {
    pub(crate) x: usize,
    pub(crate) tone: &'static str,
    pub(crate) label: String,
}

/// How it stands, as a badge says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CheckStanding(pub(crate) CheckState);

impl CheckStanding {
    pub(crate) fn is_paused(&self) -> bool {
        self.0 == CheckState::Paused
    }
}

impl Shown for CheckStanding {
    fn word(&self) -> &'static str {
        match self.0 {
            CheckState::New => "check-state-new",
            CheckState::Up => "check-state-up",
            CheckState::Late => "check-state-late",
            CheckState::Down => "check-state-down",
            CheckState::Paused => "check-state-paused",
        }
    }

    fn tone(&self) -> Tone {
        match self.0 {
            CheckState::New | CheckState::Paused => Tone::Still,
            CheckState::Up => Tone::Good,
            CheckState::Late => Tone::Doubt,
            CheckState::Down => Tone::Bad,
        }
    }

    fn icon(&self) -> &'static str {
        match self.0 {
            CheckState::New => "pending",
            CheckState::Up => "succeeded",
            CheckState::Late => "warn",
            CheckState::Down => "failed",
            CheckState::Paused => "paused",
        }
    }
}

/// Something that was heard.
#[derive(Clone, Debug)]
pub(crate) struct PingRow {
    pub(crate) no: i64,
    pub(crate) at: Timestamp,
    /// Identifier of what it said, an exit status with it, and the colour of that.
    pub(crate) word: &'static str,
    pub(crate) status: String,
    pub(crate) class: &'static str,
    pub(crate) took: Option<std::time::Duration>,
    pub(crate) source: Foreign,
    pub(crate) body: Option<Foreign>,
}

/// A time in which it was down or paused.
#[derive(Clone, Debug)]
pub(crate) struct OutageRow {
    pub(crate) standing: CheckStanding,
    pub(crate) began_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) lasted: std::time::Duration,
    pub(crate) why: Option<&'static str>,
    pub(crate) detail: Foreign,
}

/// As typed. Field names are those of the form, too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CheckForm {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) when: String,
    pub(crate) zone: String,
    pub(crate) grace_min: String,
    pub(crate) run_max_min: String,
    pub(crate) floors: String,
    pub(crate) url: String,
    pub(crate) statuses: String,
    pub(crate) contains: String,
    pub(crate) slower_than_ms: String,
    pub(crate) certificate_days: String,
    pub(crate) redirects: String,
    pub(crate) host: String,
    pub(crate) port: String,
    pub(crate) record: String,
    pub(crate) expected: String,
    pub(crate) every_s: String,
    pub(crate) timeout_s: String,
    pub(crate) failures_max: String,
    pub(crate) family: String,
    pub(crate) is_public: bool,
    pub(crate) public_name: String,
}

impl CheckForm {
    fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// Identifier of what it is.
    fn word(&self) -> &'static str {
        kind_word(&self.kind)
    }

    fn families(&self, v: &View) -> Vec<Choice> {
        let words = [("any", "check-family-any"), ("ipv4", "check-family-ipv4"), ("ipv6", "check-family-ipv6")];
        Choice::of(words.map(|(code, word)| (code.to_owned(), v.t(word))), &self.family)
    }

    fn records(&self) -> Vec<Choice> {
        Choice::of(
            [("A", "IPv4 (A)"), ("AAAA", "IPv6 (AAAA)")].map(|(code, name)| (code.into(), name.into())),
            &self.record,
        )
    }
}

/// Kinds of check, with the identifiers of their names and of what they are for.
pub(crate) const KINDS: [(&str, &str, &str); 4] = [
    ("heartbeat", "check-kind-heartbeat", "check-about-heartbeat"),
    ("http", "check-kind-http", "check-about-http"),
    ("tcp", "check-kind-tcp", "check-about-tcp"),
    ("dns", "check-kind-dns", "check-about-dns"),
];

pub(crate) fn kind_word(kind: &str) -> &'static str {
    KINDS.iter().find(|(code, _, _)| *code == kind).map_or("check-kind-heartbeat", |(_, word, _)| word)
}

pub(crate) fn why_word(code: ::checks::WhyCode) -> &'static str {
    use ::checks::WhyCode;
    match code {
        WhyCode::Missed => "check-why-missed",
        WhyCode::Failed => "check-why-failed",
        WhyCode::Exited => "check-why-exited",
        WhyCode::TooLong => "check-why-too-long",
        WhyCode::TooLittle => "check-why-too-little",
        WhyCode::Unreachable => "check-why-unreachable",
        WhyCode::Refused => "check-why-refused",
        WhyCode::Status => "check-why-status",
        WhyCode::Text => "check-why-text",
        WhyCode::Slow => "check-why-slow",
        WhyCode::Certificate => "check-why-certificate",
        WhyCode::Redirects => "check-why-redirects",
        WhyCode::Name => "check-why-name",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crontab_runs_a_job_as_often_as_it_is_expected() {
        for (when, fields) in [
            ("30 4 * * MON-FRI", "30 4 * * MON-FRI"),
            ("0 30 4 * * *", "30 4 * * *"),
            ("@daily", "@daily"),
            ("every 5 min", "*/5 * * * *"),
            ("every 1 min", "* * * * *"),
            ("every 7 min", "*/6 * * * *"),
            ("toutes les 2 heures", "0 */2 * * *"),
            ("every 1 h", "0 * * * *"),
            ("every 24 h", "0 0 * * *"),
            ("every 36 h", "0 2 * * *"),
            ("every 7 days", "0 2 * * 1"),
        ] {
            assert_eq!(crontab_fields(when), fields, "{when}");
        }
    }
}
