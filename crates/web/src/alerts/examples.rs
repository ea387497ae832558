//! Alerts: nothing, something of each kind, one of them, channels and rules.

use crate::{
    alerts::pages::{
        AlertPage, AlertsPage, ChannelForm, ChannelPage, ChannelRow, ChannelsPage, IncidentRow, LimitField, MessageRow,
        PhaseWord, PreviewRow, RuleForm, RulePage, RuleRow, RulesPage, SeverityWord, SilenceRow,
    },
    layout::{
        foreign::Foreign,
        gallery::{
            Drawn,
            examples::{at, before},
        },
        parts::{Choice, Faults, Pager},
        view::View,
    },
};
use alerting::{CHANNEL_WORDS, what, words_of_rule};
use alerts::{Phase, RuleWord, Severity};
use askama::Template as _;
use std::time::Duration;

const ID: &str = "019a0000-0000-7000-8000-000000000001";

fn incident(v: &View, word: RuleWord, (name, example): (&str, &str), severity: Severity, phase: Phase) -> IncidentRow {
    IncidentRow {
        id: ID.to_owned(),
        what: what(word, v.language),
        name: Foreign::line(name.as_bytes()),
        example: Foreign::line(example.as_bytes()),
        path: "/jobs/7".to_owned(),
        severity: SeverityWord(severity),
        phase: PhaseWord(phase),
        since: before(v, 2_400),
        ended_at: (!phase.is_open()).then(|| before(v, 600)),
        lasted: Duration::from_secs(1_800),
        count: (word == RuleWord::NewIssue).then_some(12),
        acknowledged: (word == RuleWord::DiskNearlyFull).then(|| ("ana".to_owned(), before(v, 900))),
    }
}

fn failed(v: &View) -> IncidentRow {
    let about = ("Factures de mai", "535 5.7.8 Authentication failed");
    incident(v, RuleWord::FailedJob, about, Severity::Critical, Phase::Firing)
}

fn silence(v: &View) -> SilenceRow {
    SilenceRow {
        id: ID.to_owned(),
        what: what(RuleWord::WorkerLost, v.language),
        until: v.now + Duration::from_secs(7_200),
        by: "ana".to_owned(),
        reason: "Migration".to_owned(),
    }
}

fn lists(v: &View) -> Vec<Drawn> {
    let shop = ("Boutique", "ZeroDivisionError: division by zero");
    let firing = vec![
        failed(v),
        incident(v, RuleWord::NewIssue, shop, Severity::Warning, Phase::Firing),
        incident(v, RuleWord::DiskNearlyFull, ("/var/lib/vigie", ""), Severity::Critical, Phase::Firing),
    ];
    let over = vec![
        incident(v, RuleWord::ErrorRate, ("Boutique", ""), Severity::Warning, Phase::Resolved),
        incident(v, RuleWord::Regression, shop, Severity::Info, Phase::Expired),
    ];
    let pager = |shown| Pager { shown, ..Pager::default() };
    let none = AlertsPage {
        v,
        firing: vec![],
        over: vec![],
        pager: pager(0),
        has_channels: false,
        silences: vec![],
        works: vec![],
        notice: None,
    };
    let works = vec![crate::maintenance::examples::now(v)];
    let silences = vec![silence(v)];
    let some = AlertsPage { v, firing, over, pager: pager(2), has_channels: true, silences, works, notice: None };
    vec![("alerts-none", none.render().unwrap()), ("alerts", some.render().unwrap())]
}

fn one(v: &View) -> Drawn {
    let message = |said, state, class, error: &str| MessageRow {
        channel: "Slack".to_owned(),
        said,
        state,
        class,
        error: error.to_owned(),
        at: before(v, 2_000),
    };
    let page = AlertPage {
        v,
        row: failed(v),
        rule: Some(words_of_rule(&RuleWord::FailedJob.usual(), v.language)),
        messages: vec![
            message("said-firing", "message-sent", "good", ""),
            message("said-more", "message-retried", "doubt", "503 Service Unavailable"),
            message("said-escalated", "message-given-up", "bad", "404 no_service"),
            message("said-resolved", "message-waiting", "busy", ""),
        ],
        silences: vec![silence(v)],
        times: Choice::of([("60".to_owned(), v.t("silence-hour"))], "60"),
        notice: None,
    };
    ("alert", page.render().unwrap())
}

fn channels(v: &View) -> Vec<Drawn> {
    let row = |kind, name: &str, is_failing: bool| ChannelRow {
        id: ID.to_owned(),
        name: name.to_owned(),
        kind,
        takes_all: !is_failing,
        failing_since: is_failing.then(|| before(v, 4_000)),
        last_error: if is_failing { "404 no_service" } else { "" }.to_owned(),
        last_sent_at: (!is_failing).then(|| before(v, 300)),
    };
    let types = CHANNEL_WORDS.map(|kind| (kind, super::handlers::channels::word_of(kind))).to_vec();
    let rows = vec![row("channel-email", "Astreinte", false), row("channel-slack", "#exploitation", true)];
    let form = |kind: &str| ChannelForm {
        kind: kind.to_owned(),
        word: super::handlers::channels::word_of(kind),
        name: "Astreinte".to_owned(),
        accounts: Choice::of([("compta".to_owned(), "compta".to_owned())], "compta"),
        from: "vigie@exemple.fr".to_owned(),
        to: "ana@exemple.fr".to_owned(),
        languages: Choice::of([("fr".to_owned(), "Français".to_owned())], "fr"),
        takes_all: true,
        has_secret: kind == "webhook",
        ..ChannelForm::default()
    };
    let mut faults = Faults::default();
    faults.add("url", v.t("channel-bad-url"));
    let page = |kind: &str, id: Option<&str>, faults| {
        ChannelPage { v, id: id.map(str::to_owned), form: form(kind), faults }.render().unwrap()
    };
    vec![
        ("channels", ChannelsPage { v, rows, types: types.clone(), notice: None }.render().unwrap()),
        ("channels-none", ChannelsPage { v, rows: vec![], types, notice: None }.render().unwrap()),
        ("channel-email", page("email", None, Faults::default())),
        ("channel-slack", page("slack", None, faults)),
        ("channel-telegram", page("telegram", None, Faults::default())),
        ("channel-webhook", page("webhook", Some(ID), Faults::default())),
    ]
}

fn rules(v: &View) -> Vec<Drawn> {
    let row = |word: RuleWord, is_enabled| RuleRow {
        id: ID.to_owned(),
        name: what(word, v.language),
        text: words_of_rule(&word.usual(), v.language),
        query: if word == RuleWord::LogPattern { "level:error" } else { "" }.to_owned(),
        severity: SeverityWord(Severity::Warning),
        is_enabled,
        channels: if is_enabled { vec![] } else { vec!["Astreinte".to_owned()] },
    };
    let rows = RuleWord::ALL.map(|word| row(word, word != RuleWord::LogPattern)).to_vec();
    let kinds = RuleWord::ALL.map(|word| (word.as_str(), what(word, v.language))).to_vec();
    let form = RuleForm {
        kind: "log_pattern".to_owned(),
        what: what(RuleWord::LogPattern, v.language),
        severities: Choice::of([("warning".to_owned(), v.t("severity-warning"))], "warning"),
        limits: vec![
            LimitField {
                field: "limit",
                label: alerting::limit_label(RuleWord::LogPattern, v.language),
                value: "1".to_owned(),
            },
            LimitField { field: "within_min", label: v.t("rule-within"), value: "5".to_owned() },
        ],
        query: Some("level:error".to_owned()),
        for_min: "0".to_owned(),
        throttle_min: "5".to_owned(),
        is_measured: true,
        channels: Choice::of([(ID.to_owned(), "Astreinte".to_owned())], ""),
        escalations: Choice::of([(String::new(), v.t("rule-nobody"))], ""),
        escalate_min: "15".to_owned(),
        ..RuleForm::default()
    };
    let preview = PreviewRow { fired: 3, messages: 6, incidents: vec![("Boutique".to_owned(), before(v, 86_000))] };
    let page = |form, preview| {
        let id = Some(ID.to_owned());
        RulePage { v, id, is_built_in: false, form, faults: Faults::default(), preview }.render().unwrap()
    };
    vec![("rules", RulesPage { v, rows, kinds, notice: None }.render().unwrap()), ("rule", page(form, Some(preview)))]
}

pub(crate) fn alerts(v: &View) -> Vec<Drawn> {
    let mut pages = lists(&at(v, "/alerts"));
    pages.push(one(&at(v, "/alerts/019a")));
    pages.extend(channels(&at(v, "/alerts/channels")));
    pages.extend(rules(&at(v, "/alerts/rules")));
    pages
}
