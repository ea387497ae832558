//! Schedules: none, some, one with its runs, and the form.

use crate::{
    layout::{
        gallery::{
            Drawn,
            examples::{ID, at, before},
        },
        parts::{Faults, Mood, Notice, Pager},
        states::JobStanding,
        view::View,
    },
    schedules::{
        page::{
            MaintenanceRow, Reach, RunOutcome, RunRow, ScheduleFormPage, SchedulePage, ScheduleRow, ScheduleSettings,
            ScheduleStanding, SchedulesPage, WhenPreview,
        },
        typed::{self, Offered},
    },
};
use ::schedules::{Expression, said, weekday};
use askama::Template as _;
use model::{Counters, JobKind, JobState};
use store::RunState;

fn when(v: &View, text: &str) -> String {
    said(&Expression::parse(text).unwrap(), v.language)
}

fn run(v: &View, hours: u64, outcome: RunOutcome, detail: &str) -> RunRow {
    let job = matches!(outcome, RunOutcome::Job(_)).then(|| ID.to_owned());
    let times = if matches!(outcome, RunOutcome::Noted(RunState::Missed)) { 3 } else { 1 };
    RunRow { due: before(v, hours * 3_600), by_hand: hours == 1, outcome, job, times, detail: detail.to_owned() }
}

fn job(state: JobState, failed: u64) -> RunOutcome {
    let counters = Counters { total: 312, succeeded: 312 - failed, failed, ..Counters::default() };
    RunOutcome::Job(JobStanding::of(state, &counters, JobKind::Mail))
}

fn row(v: &View, name: &str, kind: JobKind, text: &str, standing: ScheduleStanding) -> ScheduleRow {
    let is_active = standing == ScheduleStanding::Active;
    ScheduleRow {
        id: ID.to_owned(),
        name: name.to_owned(),
        kind,
        said: when(v, text),
        zone: "Europe/Paris".to_owned(),
        standing,
        next_at: is_active.then(|| v.now + std::time::Duration::from_secs(57_000)),
        last: is_active.then(|| run(v, 12, job(JobState::Completed, if kind == JobKind::Mail { 4 } else { 0 }), "")),
    }
}

fn show(v: &View) -> SchedulePage<'_> {
    let refused = "liste.csv:14";
    let next = (0..3).map(|week| format!("{} {:02}/12/2026 08:00", weekday(1, v.language), 7 * week + 7)).collect();
    SchedulePage {
        v,
        row: row(v, "Lettre", JobKind::Mail, "0 8 * * 1", ScheduleStanding::Active),
        settings: ScheduleSettings {
            expression: "0 8 * * 1".to_owned(),
            what: "Lettre aux adhérents".to_owned(),
            what_address: Some(format!("/mailings/{ID}/message")),
            facts: vec![
                ("schedule-days-off", "holidays-fr".to_owned()),
                ("schedule-missed", v.t("schedule-missed-once")),
                ("schedule-overlap", v.t("schedule-overlap-skip")),
                ("schedule-made-by", "Marion Durand".to_owned()),
            ],
        },
        next,
        runs: vec![
            run(v, 1, job(JobState::Running, 0), ""),
            run(v, 168, job(JobState::Completed, 4), ""),
            run(v, 336, RunOutcome::Noted(RunState::Failed), refused),
            run(v, 504, RunOutcome::Noted(RunState::Missed), ""),
            run(v, 672, RunOutcome::Noted(RunState::Skipped), ""),
            run(v, 840, RunOutcome::Nothing, ""),
        ],
        pager: Pager { shown: 5, ..Pager::default() },
        may: Reach::Changes,
        notice: Some(Notice { mood: Mood::Ok, text: v.t("said-saved") }),
    }
}

fn form<'a>(v: &'a View, id: Option<String>, repeat: &str, faults: Faults) -> ScheduleFormPage<'a> {
    let kind = if repeat == "daily" { JobKind::Report } else { JobKind::Mail };
    let mut form = typed::blank(v, "Europe/Paris", (kind, ""));
    form.repeat = repeat.to_owned();
    if id.is_some() {
        (form.name, form.when, form.kind) = ("Sauvegarde".into(), "*/15 8-17 * * 1-5".into(), "command".into());
        form.command = "/usr/local/bin/backup --full".to_owned();
    }
    let drafts = vec![(ID.to_owned(), "Lettre aux adhérents".to_owned())];
    let offered = Offered { drafts, lists: vec!["adherents.csv".to_owned()], accounts: vec!["compta".to_owned()] };
    let choices = typed::choices(v, &form, offered);
    let text = if repeat == "expression" { "*/15 8-17 * * 1-5" } else { "0 8 * * 1" };
    let preview = WhenPreview { said: when(v, text), zone: "Europe/Paris".to_owned(), next: show(v).next, wrong: None };
    ScheduleFormPage { v, id, form, choices, faults, preview }
}

fn search_form(v: &View) -> ScheduleFormPage<'_> {
    let mut page = form(v, None, "daily", Faults::default());
    page.form = typed::blank(v, "Europe/Paris", (JobKind::LogQuery, ""));
    (page.form.name, page.form.query) = ("Délais dépassés".to_owned(), "level:error timeout".to_owned());
    let offered = Offered { drafts: vec![], lists: vec![], accounts: vec!["compta".to_owned()] };
    page.choices = typed::choices(v, &page.form, offered);
    page.faults.add("above", v.t("schedule-query-nobody"));
    page
}

pub(crate) fn schedules(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/schedules");
    let rows = vec![
        row(v, "Lettre", JobKind::Mail, "0 8 * * 1", ScheduleStanding::Active),
        row(v, "Sauvegarde", JobKind::Command, "30 2 * * *", ScheduleStanding::Active),
        row(v, "Relance", JobKind::Http, "every 15 min", ScheduleStanding::Paused),
        row(v, "Vœux", JobKind::Mail, "2026-01-02 09:00", ScheduleStanding::Ended),
    ];
    let work = |name: &str, error: Option<&str>| MaintenanceRow {
        word: v.t(name),
        ended_at: Some(before(v, 2_400)),
        next_at: v.now + std::time::Duration::from_secs(3_000),
        error: error.map(str::to_owned),
    };
    let maintenance = vec![work("maintenance-uploads", None), work("maintenance-damage", Some("EIO"))];
    let mut faults = Faults::default();
    faults.add("name", v.t("field-required"));
    let below = &at(v, "/schedules/new");
    vec![
        ("schedules", SchedulesPage { v, rows, maintenance, notice: None }.render().unwrap()),
        ("schedules-none", SchedulesPage { v, rows: vec![], maintenance: vec![], notice: None }.render().unwrap()),
        ("schedule", show(below).render().unwrap()),
        ("schedule-new", form(below, None, "weekly", faults).render().unwrap()),
        ("schedule-search", search_form(below).render().unwrap()),
        ("schedule-report", form(below, None, "daily", Faults::default()).render().unwrap()),
        ("schedule-edit", form(below, Some(ID.to_owned()), "expression", Faults::default()).render().unwrap()),
    ]
}
