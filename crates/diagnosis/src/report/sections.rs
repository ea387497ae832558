//! The sections of a report: what was understood, the cause with its proof, who was served, whether to resume, the
//! timeline, and what was read.

use super::{Block, Document, Section, TimelineRow, WeighedReason, plain};
use crate::{
    Diagnosis, Verdict,
    evidence::{Evidence, Family, Sign},
    job::JobStory,
    judge::{Finding, RunBasis, Term},
    recipients::{Advice, Outcome, Reason, Who},
    source::{Bound, SourceState},
    words::Say,
};
use language::{FluentValue, Language};
use model::Timestamp;
use std::collections::BTreeSet;

/// Rows of the timeline.
const TIMELINE_MAX: usize = 60;
/// Recipients that are named of each outcome.
const NAMED_MAX: usize = 10;
/// Characters of a line in the timeline.
const LINE_CHARS_MAX: usize = 160;

pub(super) fn document(diagnosis: &Diagnosis, language: Language) -> Document {
    let zone = &diagnosis.collected.reading.zone;
    let telling = Telling { diagnosis, say: Say { language, zone } };
    let mut sections = vec![telling.answer()];
    sections.push(telling.timeline());
    sections.extend(telling.who());
    sections.push(telling.resume());
    sections.extend(telling.others());
    sections.push(telling.sources());
    let title = telling.title();
    Document { title, sections }
}

struct Telling<'a> {
    diagnosis: &'a Diagnosis,
    say: Say<'a>,
}

impl Telling<'_> {
    fn title(&self) -> String {
        let reading = &self.diagnosis.collected.reading;
        let at = reading.at.unwrap_or(reading.from);
        self.say.with("title", &[("at", self.say.date(at).into())])
    }

    fn evidence(&self, index: usize) -> &Evidence {
        &self.diagnosis.collected.evidence[index]
    }

    fn place(&self, one: &Evidence) -> String {
        let source = &self.diagnosis.collected.sources[one.place.source].name;
        let source = plain(source);
        if one.place.line == 0 { source } else { format!("{source}:{}", one.place.line) }
    }

    fn quote(&self, one: &Evidence) -> Block {
        Block::Quote { place: format!("{} · {}", self.place(one), self.say.moment(one.at)), line: one.line.clone() }
    }

    /// What is the matter, the line that proves it, why that is thought, what to do; how the question was understood.
    fn answer(&self) -> Section {
        let mut blocks = vec![Block::Lead(self.verdict())];
        if let Verdict::StoppedByPerson { evidence } = &self.diagnosis.judgement.verdict {
            blocks.push(self.quote(self.evidence(*evidence)));
        }
        if let (Verdict::Cause { .. }, Some(first)) =
            (&self.diagnosis.judgement.verdict, self.diagnosis.judgement.findings.first())
        {
            let cause = first.cause.word();
            blocks.push(self.quote(self.evidence(first.evidence)));
            blocks.push(Block::Text(self.run()));
            blocks.extend(self.effects(first));
            blocks.push(Block::Text(self.say.word("remedy", &cause)));
            blocks.push(Block::Command(self.say.word("check", &cause)));
            blocks.push(Block::Text(self.say.t("why")));
            // The proof is quoted above.
            blocks.push(Block::Reasons(first.terms.iter().skip(1).map(|term| self.term(term)).collect()));
        } else {
            blocks.push(Block::Text(self.run()));
        }
        blocks.push(Block::Note(self.understood()));
        Section { heading: self.say.t("heading-answer"), is_aside: false, blocks }
    }

    fn understood(&self) -> String {
        let reading = &self.diagnosis.collected.reading;
        let values = [
            ("phrase", plain(&reading.phrase).into()),
            ("from", self.say.date(reading.from).into()),
            ("to", self.say.date(reading.to).into()),
            ("zone", crate::question::name_of(&reading.zone).into()),
        ];
        self.say.with(if reading.phrase.is_empty() { "understood-window" } else { "understood" }, &values)
    }

    fn verdict(&self) -> String {
        match &self.diagnosis.judgement.verdict {
            Verdict::Cause { cause } => self.say.word("cause", &cause.word()),
            Verdict::EndedNormally if self.diagnosis.job.is_some() => self.say.t("verdict-job-ended"),
            Verdict::StillRunning => self.say.t("verdict-still-running"),
            Verdict::EndedNormally => self.say.t("verdict-ended-normally"),
            Verdict::StoppedByPerson { .. } => self.say.t("verdict-stopped-by-person"),
            Verdict::Nothing => self.say.t("verdict-nothing"),
            Verdict::Insufficient { suspects, missing } => {
                let names: Vec<String> = suspects.iter().map(|cause| self.say.word("name", &cause.word())).collect();
                let wanted: Vec<String> = missing.iter().map(|family| self.family(*family)).collect();
                let mut text = self.say.t("verdict-insufficient");
                if !names.is_empty() {
                    text.push_str(&format!(" {}", self.say.with("suspects", &[("names", names.join(", ").into())])));
                }
                if !wanted.is_empty() {
                    text.push_str(&format!(" {}", self.say.with("missing", &[("sources", wanted.join(", ").into())])));
                }
                text
            }
        }
    }

    fn family(&self, family: Family) -> String {
        let word =
            serde_json::to_value(family).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
        self.say.word("family", &word)
    }

    fn run(&self) -> String {
        let run = &self.diagnosis.judgement.run;
        let request = run.request.as_ref();
        let job = self.diagnosis.job.as_ref();
        let values = [
            ("at", FluentValue::from(self.say.time(run.end))),
            ("name", job.map(|job| plain(&job.name)).unwrap_or_default().into()),
            ("state", job.map(|job| self.say.word("state", job.state.as_str())).unwrap_or_default().into()),
            ("method", request.map(|request| plain(&request.method)).unwrap_or_default().into()),
            ("path", request.map(|request| plain(&request.path)).unwrap_or_default().into()),
            (
                "status",
                request.and_then(|request| request.status).map(|status| status.to_string()).unwrap_or_default().into(),
            ),
            (
                "lasted",
                request
                    .and_then(|request| request.seconds)
                    .map(|seconds| self.say.seconds(seconds))
                    .unwrap_or_default()
                    .into(),
            ),
        ];
        let id = match (
            run.basis,
            request.and_then(|request| request.status),
            request.and_then(|request| request.seconds),
        ) {
            (RunBasis::Request, Some(_), Some(_)) => "run-request-lasted",
            (RunBasis::Request, Some(_), None) => "run-request",
            (RunBasis::Request, None, _) => "run-request-open",
            (RunBasis::Deliveries, ..) => match run.evidence.map(|index| self.evidence(index).sign) {
                Some(Sign::Submitted | Sign::Delivered) => "run-deliveries",
                Some(Sign::AppSent) => "run-sent",
                _ => "run-lines",
            },
            (RunBasis::Job, ..) => "run-job",
            (RunBasis::Asked, ..) => "run-asked",
        };
        self.say.with(id, &values)
    }

    fn term(&self, term: &Term) -> WeighedReason {
        let setting = term.setting.map(|index| &self.diagnosis.collected.settings[index]);
        let line = term.evidence.map(|index| self.shortened(&self.evidence(index).line)).unwrap_or_default();
        let sign =
            term.evidence.map(|index| self.say.word("sign", &self.evidence(index).sign.word())).unwrap_or_default();
        let values = [
            ("line", FluentValue::from(line)),
            ("sign", sign.into()),
            ("place", term.evidence.map(|index| self.place(self.evidence(index))).unwrap_or_default().into()),
            ("seconds", term.seconds.map(|seconds| self.say.seconds(seconds.abs())).unwrap_or_default().into()),
            ("setting", setting.map(|setting| setting.value.clone()).unwrap_or_default().into()),
            ("where", setting.map(|setting| setting.place.clone()).unwrap_or_default().into()),
            ("count", term.count.map(|count| self.say.language.number(count as u64)).unwrap_or_default().into()),
            ("order", self.say.t(if term.seconds.unwrap_or(0.0) >= 0.0 { "before" } else { "after" }).into()),
        ];
        let word =
            serde_json::to_value(term.word).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
        let text = self.say.with(&format!("term-{}", word.replace('_', "-")), &values);
        WeighedReason { text, points: term.points }
    }

    fn effects(&self, finding: &Finding) -> Option<Block> {
        let names: Vec<String> = finding.effects.iter().map(|cause| self.say.word("name", &cause.word())).collect();
        (!names.is_empty()).then(|| Block::Text(self.say.with("effects", &[("names", names.join(", ").into())])))
    }

    /// What else was weighed.
    fn others(&self) -> Option<Section> {
        let is_named = matches!(self.diagnosis.judgement.verdict, Verdict::Cause { .. });
        let others = self
            .diagnosis
            .judgement
            .findings
            .iter()
            .skip(usize::from(is_named))
            .filter(|finding| finding.effect_of.is_none());
        let mut blocks = Vec::new();
        for finding in others {
            let values = [
                ("name", self.say.word("name", &finding.cause.word()).into()),
                ("points", finding.points.to_string().into()),
            ];
            blocks.push(Block::Text(self.say.with("weighed", &values)));
            blocks.push(Block::Reasons(finding.terms.iter().map(|term| self.term(term)).collect()));
        }
        (!blocks.is_empty()).then(|| Section { heading: self.say.t("heading-others"), is_aside: true, blocks })
    }

    /// Who was served by the job, counted from its items.
    fn items(&self, job: &JobStory) -> Section {
        let told = job.counts.iter().filter(|count| count.count > 0).map(|count| {
            let word = outcome_word(count.outcome);
            let more = usize::try_from(count.count).unwrap_or(usize::MAX).saturating_sub(count.names.len());
            let names = count.names.iter().map(|name| plain(name)).collect::<Vec<_>>().join(", ");
            let names = match (names.is_empty(), more) {
                (true, _) | (false, 0) => names,
                (false, more) => format!("{names}, {}", self.say.count("more", more)),
            };
            vec![
                self.say.word("outcome", &word),
                self.say.language.number(count.count),
                self.say.word("item-basis", &word),
                names,
            ]
        });
        let heading =
            ["column-outcome", "column-count", "column-basis", "column-recipients"].map(|id| self.say.t(id)).to_vec();
        Section {
            heading: self.say.t("heading-who"),
            is_aside: false,
            blocks: vec![Block::Table { heading, rows: told.collect() }],
        }
    }

    fn who(&self) -> Option<Section> {
        if let Some(job) = &self.diagnosis.job {
            return Some(self.items(job));
        }
        let who = self.diagnosis.who.as_ref()?;
        let rows = [Outcome::Sent, Outcome::Held, Outcome::Failed, Outcome::Unknown, Outcome::NotStarted]
            .into_iter()
            .filter_map(|outcome| {
                let count = who.counts.get(&outcome).copied()?;
                let name = self.say.word("outcome", &outcome_word(outcome));
                Some(vec![
                    name,
                    self.say.language.number(count as u64),
                    self.basis(who, outcome),
                    self.names(who, outcome),
                ])
            });
        let heading =
            ["column-outcome", "column-count", "column-basis", "column-recipients"].map(|id| self.say.t(id)).to_vec();
        let mut blocks = vec![Block::Table { heading, rows: rows.collect() }];
        if who.without_address > 0 {
            blocks.push(Block::Text(self.say.count("without-address", who.without_address)));
        }
        if who.repeated_rows > 0 {
            blocks.push(Block::Text(self.say.count("repeated-rows", who.repeated_rows)));
        }
        if let Some(doubt) = who.doubt {
            blocks.push(Block::Text(self.say.word("doubt", &word_of(&doubt))));
        }
        if who.queued_messages > 0 {
            blocks.push(Block::Text(self.say.count("queued-messages", who.queued_messages)));
        }
        Some(Section { heading: self.say.t("heading-who"), is_aside: false, blocks })
    }

    fn basis(&self, who: &Who, outcome: Outcome) -> String {
        let first = who
            .recipients
            .iter()
            .find(|recipient| recipient.outcome == outcome)
            .and_then(|recipient| recipient.evidence);
        match first {
            Some(index) => self.place(self.evidence(index)),
            None => self.say.word("basis", &outcome_word(outcome)),
        }
    }

    fn names(&self, who: &Who, outcome: Outcome) -> String {
        let mut seen = BTreeSet::new();
        let of_outcome = who.recipients.iter().filter(|recipient| recipient.outcome == outcome);
        let mut of_outcome = of_outcome.filter(|recipient| seen.insert(recipient.address.as_str()));
        let named: Vec<String> =
            of_outcome.by_ref().take(NAMED_MAX).map(|recipient| plain(&recipient.address)).collect();
        let more = of_outcome.count();
        let text = named.join(", ");
        if more == 0 { text } else { format!("{text}, {}", self.say.count("more", more)) }
    }

    fn resume(&self) -> Section {
        let resume = &self.diagnosis.resume;
        let advice = match resume.advice {
            Advice::Yes => "advice-yes",
            Advice::Wait => "advice-wait",
            Advice::No => "advice-no",
            Advice::CannotTell if resume.allows_the_rest() => "advice-list-only",
            Advice::CannotTell => "advice-cannot-tell",
        };
        let reasons: Vec<String> = resume.reasons.iter().map(|reason| self.reason(reason)).collect();
        let mut blocks = vec![Block::Lead(self.say.t(advice)), Block::List(reasons)];
        if !resume.is_list_written && resume.reasons.iter().any(|reason| matches!(reason, Reason::Left { .. })) {
            blocks.push(Block::Text(self.say.t("resume-how")));
        }
        blocks.extend(resume.commands.iter().cloned().map(Block::Command));
        Section { heading: self.say.t("heading-resume"), is_aside: false, blocks }
    }

    fn reason(&self, reason: &Reason) -> String {
        match reason {
            Reason::StillSending { last } => {
                self.say.with("reason-still-sending", &[("at", self.say.time(*last).into())])
            }
            Reason::MayStillSend => self.say.t("reason-may-still-send"),
            Reason::Held { count } => self.say.count("reason-held", *count),
            Reason::Unknown { count } => self.say.count("reason-unknown", *count),
            Reason::MayBeRedelivered => self.say.t("reason-may-be-redelivered"),
            Reason::MendFirst => self.say.t("reason-mend-first"),
            Reason::NoCause => self.say.t("reason-no-cause"),
            Reason::NoList => self.say.t("reason-no-list"),
            Reason::Left { count } => self.say.count("reason-left", *count),
            Reason::NobodyLeft => self.say.t("reason-nobody-left"),
            Reason::StillRunning => self.say.t("reason-still-running"),
            Reason::ResumesByItself { at } => {
                self.say.with("reason-resumes-by-itself", &[("at", self.instant(*at).into())])
            }
            Reason::Cancelled => self.say.t("reason-cancelled"),
            Reason::UnknownHeld { count } => self.say.count("reason-unknown-held", *count),
            Reason::LeftInJob { count } => self.say.count("reason-left-in-job", *count),
            Reason::FailedInJob { count } => self.say.count("reason-failed-in-job", *count),
        }
    }

    /// What happened, from all sources on one clock: what was weighed first, then what is nearest to the end of the run.
    fn timeline(&self) -> Section {
        let judgement = &self.diagnosis.judgement;
        let reading = &self.diagnosis.collected.reading;
        let weighed: Vec<usize> = judgement
            .findings
            .iter()
            .flat_map(|finding| finding.terms.iter().filter_map(|term| term.evidence))
            .collect();
        let is_told = |(index, one): &(usize, &Evidence)| {
            let is_routine = matches!(
                one.sign,
                Sign::Submitted
                    | Sign::Delivered
                    | Sign::AppSent
                    | Sign::AppNamed
                    | Sign::AppDone
                    | Sign::AppTotal
                    | Sign::Repeated
                    | Sign::TaskEnded
                    | Sign::WorkerBooted
            );
            let is_fine = one.sign == Sign::Request
                && one.request.as_ref().and_then(|request| request.status).is_some_and(|status| status < 499);
            weighed.contains(index)
                || (reading.from..=reading.to).contains(&one.at)
                    && !is_routine
                    && (!is_fine || Some(*index) == judgement.run.evidence)
        };
        let mut told: Vec<(usize, &Evidence)> =
            self.diagnosis.collected.evidence.iter().enumerate().filter(is_told).collect();
        let left_out = told.len().saturating_sub(TIMELINE_MAX);
        told.sort_by_key(|(index, one)| {
            (!weighed.contains(index), (one.seconds_to(judgement.run.end).abs() * 1e3) as i64)
        });
        told.truncate(TIMELINE_MAX);
        told.sort_by_key(|(index, one)| (one.at, *index));
        // A line that proves several things is told once.
        told.dedup_by(|(later, other), (first, one)| {
            let is_same = one.at == other.at && one.place == other.place && one.line == other.line;
            // Of a line that proves several things, what was weighed counts.
            if is_same && weighed.contains(later) && !weighed.contains(first) {
                (*first, *one) = (*later, *other);
            }
            is_same
        });
        let deciding = match judgement.verdict {
            Verdict::Cause { .. } => judgement.findings.first().map(|first| first.evidence),
            _ => None,
        };
        let row = |(index, one): &(usize, &Evidence)| TimelineRow {
            at: self.instant(one.at),
            what: self.say.word("sign", &one.sign.word()),
            place: self.place(one),
            line: self.shortened(&one.line),
            is_deciding: deciding == Some(*index),
        };
        let mut blocks = vec![Block::Timeline(told.iter().map(row).collect())];
        if told.is_empty() {
            blocks = vec![Block::Text(self.say.t("timeline-empty"))];
        }
        if left_out > 0 {
            blocks.push(Block::Note(self.say.count("left-out", left_out)));
        }
        Section { heading: self.say.t("heading-timeline"), is_aside: false, blocks }
    }

    fn instant(&self, at: Timestamp) -> String {
        let day = |at: Timestamp| at.in_zone(self.say.zone).date();
        if day(at) == day(self.diagnosis.judgement.run.end) { self.say.time(at) } else { self.say.moment(at) }
    }

    fn shortened(&self, line: &str) -> String {
        let lines: Vec<&str> = line.lines().collect();
        let shown = match &lines[..] {
            [] => String::new(),
            [line] => (*line).to_owned(),
            [first, .., last] => format!("{first} … {last}"),
        };
        let cut: String = shown.chars().take(LINE_CHARS_MAX).collect();
        if cut.len() < shown.len() { format!("{cut}…") } else { cut }
    }

    fn sources(&self) -> Section {
        let collected = &self.diagnosis.collected;
        let rows: Vec<Vec<String>> = collected
            .sources
            .iter()
            .filter(|source| source.state != SourceState::Undated)
            .map(|source| {
                let state = match &source.state {
                    SourceState::Read => self.say.t("state-read"),
                    SourceState::Silent => self.say.t("state-silent"),
                    SourceState::Undated => self.say.t("state-undated"),
                    SourceState::Unreadable { why } => self.say.word("unreadable", &word_of(why)),
                    SourceState::Partial { bound } => self.say.word("partial", &word_of(bound)),
                };
                let zone = source.zone.clone().unwrap_or_else(|| self.say.t("own-zone"));
                let zone = match source.shift_seconds {
                    0 => zone,
                    shift => {
                        self.say.with("shifted", &[("zone", zone.into()), ("minutes", (shift / 60).to_string().into())])
                    }
                };
                vec![source.name.clone(), state, self.say.count("records", source.records as usize), zone]
            })
            .collect();
        let heading =
            ["column-source", "column-state", "column-records", "column-zone"].map(|id| self.say.t(id)).to_vec();
        let mut blocks = vec![Block::Table { heading, rows }];
        if collected.bounds.contains(&Bound::Files) {
            blocks.push(Block::Text(self.say.t("bound-files")));
        }
        if collected.bounds.contains(&Bound::Links) {
            blocks.push(Block::Text(self.say.t("bound-links")));
        }
        if !collected.settings.is_empty() {
            let settings = collected
                .settings
                .iter()
                .map(|setting| format!("{} = {} ({})", word_of(&setting.name), setting.value, setting.place));
            blocks.push(Block::Text(self.say.t("settings")));
            blocks.push(Block::List(settings.collect()));
        }
        let is_own = self.diagnosis.job.as_ref().is_some_and(JobStory::is_own);
        let has_lines = collected.sources.iter().any(|source| source.records > 0);
        if !has_lines {
            blocks.push(Block::Text(match collected.newest {
                Some(newest) => self.say.with("no-lines-then", &[("newest", self.say.date(newest).into())]),
                None => self.say.t("no-lines"),
            }));
        }
        let is_silent = !is_own
            && has_lines
            && !collected.sources.iter().any(|source| source.is_readable() && source.holds(Family::App));
        if is_silent {
            blocks.push(Block::Text(self.say.t("application-silent")));
            if self.is_django() {
                blocks.push(Block::Text(self.say.t("application-silent-django")));
                blocks.push(Block::Command(LOGGING.to_owned()));
            }
        }
        Section { heading: self.say.t("heading-sources"), is_aside: true, blocks }
    }

    /// Whether a unit of the machine runs Django, or something does that asks gunicorn for it.
    fn is_django(&self) -> bool {
        let collected = &self.diagnosis.collected;
        let names = ["manage.py", "gunicorn", "django", "wsgi"];
        let is_one = |text: &str| names.iter().any(|name| text.contains(name));
        collected.services.iter().any(|service| is_one(&service.command))
            || collected.settings.iter().any(|setting| is_one(&setting.place))
            || collected.sources.iter().any(|source| is_one(&source.name))
    }
}

/// What makes Django say what goes wrong, to its standard error and so to the journal.
const LOGGING: &str = "LOGGING = {\n    \"version\": 1,\n    \"disable_existing_loggers\": False,\n    \"handlers\": {\"console\": {\"class\": \"logging.StreamHandler\"}},\n    \"root\": {\"handlers\": [\"console\"], \"level\": \"INFO\"},\n}";

fn outcome_word(outcome: Outcome) -> String {
    word_of(&outcome)
}

fn word_of(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
