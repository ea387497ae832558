//! Pairs of instances: none, some, one with its runs, a plan, a run, what is known. Names are hostile.

use super::page::{
    SyncAction, SyncChangeRow, SyncCheckPage, SyncCountRow, SyncFindingRow, SyncJobRow, SyncKnownRow, SyncLedgerPage,
    SyncNumbers, SyncPage, SyncPlanLink, SyncPlanPage, SyncRow, SyncRunPage, SyncRunRow, SyncRunStanding, SyncStanding,
    SyncValuesRow, SyncWhy, SyncsPage,
};
use crate::layout::{
    foreign::Foreign,
    gallery::{
        Drawn,
        examples::{at, before},
    },
    parts::{Choice, Pager},
    view::View,
};
use askama::Template as _;
use dhis2::plan::Action;
use model::{Counters, JobState};
use std::time::Duration;

fn line(text: &str) -> Foreign {
    Foreign::line(text.as_bytes())
}

fn why(v: &View) -> SyncWhy {
    SyncWhy { text: v.with("sync-why-not-written", "count", "7"), english: None }
}

fn run(v: &View, ago: u64, standing: SyncRunStanding) -> SyncRunRow {
    let is_going = matches!(standing, SyncRunStanding::Going(_));
    let is_good = standing == SyncRunStanding::Succeeded;
    SyncRunRow {
        address: "/auto-sync/1/runs/01938f2a-77b1-7cc3-9f00-2b6f5f1f0a11".to_owned(),
        number: 1,
        name: line("Pays <b>\u{202e}1</b>"),
        standing,
        began: if is_good { "sync-began-automatic" } else { "sync-began-by-hand" },
        created_at: before(v, ago),
        finished_at: (!is_going).then(|| before(v, ago - 95)),
        written: 5_240,
        errors: if is_good || is_going { 0 } else { 7 },
        conflicts: 0,
        counters: is_going.then(|| Counters { total: 412, succeeded: 180, queued: 232, ..Counters::default() }),
        why: (!is_good && !is_going).then(|| why(v)),
    }
}

fn row(v: &View, number: i64, name: &str, standing: SyncStanding) -> SyncRow {
    let is_started = !matches!(standing, SyncStanding::Stopped);
    let last = match standing {
        SyncStanding::Running => Some(run(v, 140, SyncRunStanding::Going("sync-run-metadata"))),
        SyncStanding::Resting => Some(run(v, 300, SyncRunStanding::Incomplete)),
        SyncStanding::Stopped => None,
        _ => Some(run(v, 7_200, SyncRunStanding::Succeeded)),
    };
    let is_resting = standing == SyncStanding::Resting;
    SyncRow {
        number,
        name: line(name),
        label: name.to_owned(),
        source: line("https://play.example/source"),
        target: line("https://dhis2.example.org"),
        standing,
        is_started,
        is_scheduled: standing == SyncStanding::Scheduled,
        cooldown_until: is_resting.then(|| before(v, 0) + Duration::from_secs(1_500)),
        next_at: is_started.then(|| before(v, 0) + Duration::from_secs(1_500)),
        why: is_resting.then(|| why(v)),
        last,
    }
}

fn counts() -> Vec<SyncCountRow> {
    let row = |kind: &str, create, update, delete, conflict, equal| SyncCountRow {
        kind: kind.to_owned(),
        create,
        update,
        delete,
        conflict,
        equal,
        kept: 0,
        extra: 3,
    };
    vec![row("organisationUnits", 12, 0, 0, 0, 1_320), row("dataElements", 0, 4, 2, 1, 1_030)]
}

pub(crate) fn drawn(v: &View) -> Vec<Drawn> {
    let rows = vec![
        row(v, 1, "Pays <b>1</b>", SyncStanding::Running),
        row(v, 2, "Région Nord", SyncStanding::Resting),
        row(v, 3, "District", SyncStanding::Active),
        row(v, 4, "Archives", SyncStanding::Scheduled),
        row(v, 5, "Essai", SyncStanding::Stopped),
    ];
    let list = at(v, "/auto-sync/dashboard");
    let page = |rows: Vec<SyncRow>, history| SyncsPage {
        v: &list,
        rows,
        history,
        numbers: SyncNumbers { active: 3, running: 1, written: 10_480, failed: 1 },
        notice: None,
    };
    let history = vec![run(v, 300, SyncRunStanding::Incomplete), run(v, 7_200, SyncRunStanding::Succeeded)];
    let one = at(v, "/auto-sync/2");
    let show = SyncPage {
        v: &one,
        row: row(v, 2, "Région Nord", SyncStanding::Resting),
        facts: vec![("sync-metadata", line("dataElements, options")), ("sync-values", line(&v.t("sync-yes")))],
        runs: history.clone(),
        plans: vec![SyncPlanLink {
            address: "/auto-sync/2/plans/x".to_owned(),
            created_at: before(v, 900),
            writes: 19,
        }],
        known: 20_412,
        refused: 7,
        notice: None,
    };
    let mut pages = vec![
        ("syncs", page(rows, history).render().unwrap()),
        ("syncs-none", page(vec![], vec![]).render().unwrap()),
        ("sync", show.render().unwrap()),
    ];
    pages.extend(checks(&at(v, "/auto-sync/2/check")));
    pages.extend(plans(&at(v, "/auto-sync/2/plans/x")));
    pages.extend(runs(&at(v, "/auto-sync/2/runs/x")));
    pages.extend(ledgers(&at(v, "/auto-sync/2/ledger")));
    pages
}

fn checks(v: &View) -> Vec<Drawn> {
    let page = |findings| SyncCheckPage { v, number: 2, name: line("Région Nord"), findings, why: None };
    let finding = SyncFindingRow {
        title: "sync-finding-duplicate-code",
        help: "sync-finding-duplicate-code-help",
        side: "sync-source",
        detail: line("dataElements: 2 (DE_1, <i>)"),
    };
    vec![("sync-check", page(vec![finding]).render().unwrap()), ("sync-check-good", page(vec![]).render().unwrap())]
}

fn plans(v: &View) -> Vec<Drawn> {
    let change = |action, properties| SyncChangeRow {
        kind: "dataElements".to_owned(),
        uid: "fbfJHSPpUQD".to_owned(),
        name: line("CPN 1ʳᵉ visite <script>alert(1)</script>"),
        action: SyncAction(action),
        has_moved: action == Action::Delete,
        properties,
    };
    let property = |name: &str, before: &str, after: &str| (line(name), line(before), line(after));
    let page = |counts: Vec<SyncCountRow>, changes: Vec<SyncChangeRow>| SyncPlanPage {
        v,
        number: 2,
        name: line("Région Nord"),
        id: "01938f2a-77b1-7cc3-9f00-2b6f5f1f0a11".to_owned(),
        created_at: before(v, 900),
        values: vec![SyncValuesRow {
            kind: "dataValues BfMAe6Itzgt".to_owned(),
            source: 84_200,
            target: 84_100,
            write: 100,
            delete: 0,
            conflict: 0,
        }],
        blocked: vec![("dataElements".to_owned(), "fbfJHSPpUQD".to_owned(), "E5003".to_owned())],
        is_validated: true,
        unasked: 12,
        held: Some((v.percent(&2.0), "dataElements".to_owned())),
        requests: 214,
        time: Duration::from_secs(38),
        pager: Pager { shown: changes.len() as u64, total: Some(19), ..Pager::default() },
        counts,
        changes,
        why: None,
    };
    let changes = vec![
        change(Action::Create, vec![]),
        change(
            Action::Update,
            vec![property("name", "CPN 1", "CPN 1ʳᵉ visite"), property("description", "", "Première consultation")],
        ),
        change(Action::Conflict, vec![property("shortName", "CPN", "CPN1")]),
        change(Action::Delete, vec![]),
    ];
    let equal = SyncPlanPage { blocked: vec![], held: None, values: vec![], ..page(vec![], vec![]) };
    vec![("sync-plan", page(counts(), changes).render().unwrap()), ("sync-plan-equal", equal.render().unwrap())]
}

fn runs(v: &View) -> Vec<Drawn> {
    let job = |state| SyncJobRow {
        id: "01938f2a-77b1-7cc3-9f00-2b6f5f1f0a10".to_owned(),
        phase: "sync-metadata",
        state,
        counters: Counters { total: 412, succeeded: 180, failed: 7, queued: 225, ..Counters::default() },
    };
    let page = |row, jobs| SyncRunPage {
        v,
        name: line("Région Nord"),
        row,
        counts: counts(),
        values: 5_000,
        registrations: 12,
        jobs,
    };
    let going = run(v, 140, SyncRunStanding::Going("sync-run-values"));
    let over = run(v, 7_200, SyncRunStanding::Incomplete);
    vec![
        ("sync-run", page(going, vec![job(JobState::Running)]).render().unwrap()),
        ("sync-run-over", page(over, vec![]).render().unwrap()),
    ]
}

fn ledgers(v: &View) -> Vec<Drawn> {
    let known = |uid: &str, problem: Option<String>| SyncKnownRow {
        kind: "dataElements".to_owned(),
        uid: uid.to_owned(),
        hash: "9f86d081884c7d659a2feaa0c55ad015".to_owned(),
        problem,
        noted_at: before(v, 600),
    };
    let page = |rows: Vec<SyncKnownRow>, is_narrow| SyncLedgerPage {
        v,
        number: 2,
        name: line("Région Nord"),
        kinds: Choice::of([(String::new(), v.t("sync-ledger-any-type"))], ""),
        only: Choice::of([(String::new(), v.t("sync-ledger-all"))], ""),
        uid: String::new(),
        is_narrow,
        pager: Pager { shown: rows.len() as u64, ..Pager::default() },
        rows,
    };
    let refused = v.with("sync-problem-rejected", "code", "E5003");
    let rows = vec![known("fbfJHSPpUQD", Some(refused)), known("cYeuwXTCPkU", None)];
    vec![
        ("sync-ledger", page(rows, false).render().unwrap()),
        ("sync-ledger-none", page(vec![], false).render().unwrap()),
        ("sync-ledger-no-match", page(vec![], true).render().unwrap()),
    ]
}
