//! A notice in words: what, since when, how bad, the last example, and where to look. Each channel writes it in its own form.

use crate::{
    channels::clip,
    words::{NOT_STARTED, Say, example_text, left_words, what_happened, words_of_rule},
};
use alerts::{Example, Notice, NoticeKind, RuleKind, RuleWord, Severity};
use jiff::tz::TimeZone;
use language::{FluentValue, Language};
use model::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// Characters of a name in a message: clients choose some of them.
const NAME: usize = 200;
/// From which delay on a message says how late it is.
const LATE_FROM: Duration = Duration::from_secs(60);

/// Where this Vigie is, for links and times in messages.
#[derive(Clone, Debug)]
pub struct Place {
    /// `https://vigie.example.org`, without a slash at the end.
    pub origin: String,
    pub zone: TimeZone,
}

/// A message, in one language. Plain text: each channel escapes it in its own way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub tone: MessageTone,
    /// What, of what: one line.
    pub title: String,
    /// What it means, in a sentence.
    pub text: String,
    /// The last example, as a program or a person wrote it.
    pub example: String,
    /// Label and value: since when, how bad, how often.
    pub facts: Vec<(String, String)>,
    /// Of the page of the incident, and what the link says.
    pub link: String,
    pub link_text: String,
    /// That it comes late, or perhaps once more.
    pub notes: Vec<String>,
    pub language: Language,
    pub severity: Severity,
    /// By which messages about one incident are known as one conversation.
    pub thread: Uuid,
    pub is_first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageTone {
    Bad,
    Warning,
    Info,
    Good,
}

/// How a message came so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Journey {
    /// Since it was decided.
    pub(crate) delay: Duration,
    /// It may have arrived already.
    pub(crate) is_doubtful: bool,
}

impl Message {
    pub(crate) fn of(notice: &Notice, place: &Place, language: Language, journey: Journey) -> Self {
        let say = Say { language, zone: &place.zone };
        let is_test = notice.kind == NoticeKind::Test;
        let path = if is_test { "/alerts/channels".to_owned() } else { format!("/alerts/{}", notice.incident) };
        Self {
            tone: tone(notice),
            title: title(notice, &say),
            text: text(notice, &say),
            example: example_text(&notice.example, language),
            facts: facts(notice, &say),
            link: format!("{}{path}", place.origin),
            link_text: say.t(if notice.kind == NoticeKind::Resolved { "link-see" } else { "link-act" }),
            notes: notes(journey, &say),
            language,
            severity: notice.severity,
            thread: notice.incident,
            is_first: matches!(notice.kind, NoticeKind::Firing | NoticeKind::Test),
        }
    }
}

/// The notice of a message that somebody tries a channel with.
pub fn example_notice(channel: &str, now: Timestamp, id: Uuid) -> Notice {
    Notice {
        kind: NoticeKind::Test,
        incident: id,
        rule: Uuid::nil(),
        rule_name: None,
        about: RuleKind::FailedJob,
        severity: Severity::Info,
        since: now,
        at: now,
        count: 0,
        new: 0,
        example: Example { name: channel.to_owned(), ..Example::default() },
        others: Vec::new(),
        others_count: 0,
    }
}

fn tone(notice: &Notice) -> MessageTone {
    match (notice.kind, notice.severity) {
        (NoticeKind::Resolved, _) => MessageTone::Good,
        (NoticeKind::Test, _) | (_, Severity::Info) => MessageTone::Info,
        (_, Severity::Warning) => MessageTone::Warning,
        (_, Severity::Critical) => MessageTone::Bad,
    }
}

/// `Job failed: Invoices of May`
fn title(notice: &Notice, say: &Say<'_>) -> String {
    let what = notice.rule_name.clone().unwrap_or_else(|| {
        // Of one that stands for others, too, only the kind is true.
        let example = Some(&notice.example).filter(|_| notice.others_count == 0);
        what_happened(notice.about.word(), example, say.language)
    });
    let name = &clip(&notice.example.name, NAME);
    let about = match (notice.about.word(), notice.kind) {
        (RuleWord::NewIssue | RuleWord::Regression, NoticeKind::Firing | NoticeKind::More) if notice.new > 1 => {
            let id = if notice.about.word() == RuleWord::NewIssue { "issues-new" } else { "issues-regressed" };
            say.count(id, notice.new, &[("name", name.as_str().into())])
        }
        _ if name.is_empty() || notice.kind == NoticeKind::Test => what,
        _ => say.with("title-of", &[("what", what.into()), ("name", name.as_str().into())]),
    };
    let about = match notice.others_count {
        0 => about,
        n => say.count("title-others", n, &[("about", about.into())]),
    };
    match notice.kind {
        NoticeKind::Firing | NoticeKind::More => about,
        NoticeKind::Test => say.with("title-test", &[("name", name.as_str().into())]),
        kind => say.with(&format!("title-{}", kind.as_str()), &[("about", about.into())]),
    }
}

fn text(notice: &Notice, say: &Say<'_>) -> String {
    match notice.kind {
        NoticeKind::Test => say.t("text-test"),
        NoticeKind::Resolved => {
            let lasted = say.language.duration(notice.at.since(notice.since));
            say.with("text-resolved", &[("lasted", lasted.into())])
        }
        NoticeKind::Escalated => {
            let lasted = say.language.duration(notice.at.since(notice.since));
            say.with("text-escalated", &[("lasted", lasted.into())])
        }
        NoticeKind::Firing | NoticeKind::More => how_bad(notice, say),
    }
}

/// `15 errors in 1 min; the limit is 10.`
fn how_bad(notice: &Notice, say: &Say<'_>) -> String {
    if let Some(left) = notice.example.left.as_ref().filter(|_| notice.others_count == 0) {
        return left_words(left, "how-left", say.language);
    }
    let id = match notice.example.reason == NOT_STARTED {
        true => "how-not-started".to_owned(),
        false => format!("how-{}", notice.about.word().as_str()),
    };
    let value = notice.example.value;
    let mut values = vec![
        ("rule", FluentValue::from(words_of_rule(&notice.about, say.language))),
        ("has_value", FluentValue::from(if value.is_some() { "yes" } else { "no" })),
        ("value", say.language.decimal(value.unwrap_or_default()).into()),
    ];
    if notice.about.word() == RuleWord::CheckDown {
        let reason = Some(notice.example.reason.as_str()).filter(|reason| !reason.is_empty());
        values.push(("why", say.t(&format!("why-{}", reason.unwrap_or("missed"))).into()));
    }
    values.extend(notice.about.within_s().map(|s| ("within", say.language.duration(Duration::from_secs(s)).into())));
    say.count(&id, notice.new.max(1), &values)
}

fn facts(notice: &Notice, say: &Say<'_>) -> Vec<(String, String)> {
    if notice.kind == NoticeKind::Test {
        return Vec::new();
    }
    let severity = match notice.severity {
        Severity::Info => "severity-info",
        Severity::Warning => "severity-warning",
        Severity::Critical => "severity-critical",
    };
    let mut facts = vec![(say.t("label-severity"), say.t(severity)), (say.t("label-since"), say.moment(notice.since))];
    if notice.kind == NoticeKind::Resolved {
        facts.push((say.t("label-until"), say.moment(notice.at)));
    }
    if notice.about.quiet_after().is_some() && notice.count > 1 {
        facts.push((say.t("label-count"), say.language.number(notice.count)));
    }
    if !notice.others.is_empty() {
        let rest = notice.others_count.saturating_sub(notice.others.len() as u64);
        let mut names = notice.others.iter().map(|name| clip(name, NAME)).collect::<Vec<_>>().join(", ");
        if rest > 0 {
            names = say.count("and-others", rest, &[("names", names.into())]);
        }
        facts.push((say.t("label-others"), names));
    }
    facts
}

fn notes(journey: Journey, say: &Say<'_>) -> Vec<String> {
    let late = (journey.delay >= LATE_FROM)
        .then(|| say.with("note-late", &[("delay", say.language.duration(journey.delay).into())]));
    let doubtful = journey.is_doubtful.then(|| say.t("note-doubtful"));
    late.into_iter().chain(doubtful).collect()
}
