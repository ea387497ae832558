//! One job in each of its states, and each of its sides.

use crate::layout::gallery::examples::{ID, at, before, counters, sorted, trace_rows};
use crate::{
    jobs::pages::{
        across::{AcrossFilter, AcrossPage, AcrossRow},
        show::{
            ItemRow, ItemsPage, JobHead, JobLogPage, JobTracesPage, LaterRun, LogLine, May, OverviewPage, TimelinePage,
            TimelineStep, TroubleRow, UndeliveredPage,
        },
    },
    layout::{
        gallery::Drawn,
        parts::{Choice, Mood, Notice, Pager, Sorted},
        states::{Shown as _, reason},
        view::View,
    },
};
use askama::Template as _;
use model::{Counters, Fault, ItemState, JobId, JobKind, JobState, Level, Verdict};
use std::time::Duration;

fn head(v: &View, state: JobState, counters: Counters) -> JobHead {
    let running = state == JobState::Running;
    let paused = state == JobState::Paused;
    JobHead {
        id: ID.to_owned(),
        name: "Factures de novembre 2026".to_owned(),
        kind: JobKind::Mail,
        state,
        counters,
        rate: if running { 6.3 } else { 0.0 },
        left: running.then_some(Duration::from_secs(272)),
        message: None,
        reason: paused.then(|| reason(&v.words, "daily_limit", "")),
        resumes_at: paused.then(|| v.now + Duration::from_secs(32_000)),
        person: "m.durand".to_owned(),
        account: Some("Comptabilité".to_owned()),
        created_at: before(v, 840),
        active: state.is_final().then(|| Duration::from_secs(808)),
        may: May {
            pause: running,
            resume: paused,
            cancel: running || paused,
            retry: state.is_final(),
            settle: true,
            correct: state.is_final(),
            reuse: state.is_final(),
        },
        retryable: Some(counters.failed),
        diagnosis: paused.then(|| (ID.to_owned(), diagnosis::report::cause_name("smtp_auth", v.language), "bad")),
        notice: None,
    }
}

fn trouble(v: &View) -> Vec<TroubleRow> {
    let row = |seq: i64, label: &str, state, code: &str, reply: &str| TroubleRow {
        seq,
        label: label.to_owned(),
        state,
        reason: v.verdict(&Verdict::permanent(code, Fault::Recipient)),
        reply: reply.to_owned(),
        attempts: seq as u64 % 3 + 1,
        at: Some(before(v, seq as u64)),
        line: Some(seq as u64 + 1),
        about: (seq % 2 == 0).then(|| "Garage Benali & fils".to_owned()),
        file: Some(format!("facture_CCT_{seq:03}_2026-11.pdf")),
        address: (state == ItemState::Failed).then(|| label.to_owned()),
        withheld: false,
        was: String::new(),
        fault: None,
    };
    let unknown_user = "550 5.1.1 <facturation@ancien-client.example>: Recipient address rejected: User unknown";
    vec![
        row(14, "facturation@ancien-client.example", ItemState::Failed, "unknown_recipient", unknown_user),
        row(118, "contact@petite-boite.example", ItemState::Failed, "mailbox_full", "452 4.2.2 Mailbox full"),
        row(207, "Anaïs Lefèvre <anais.lefevre@example.org>", ItemState::Unknown, "outcome_unknown", ""),
        row(
            311,
            "direction@mairie-de-saint-martin.example",
            ItemState::Failed,
            "content_refused",
            "554 5.6.0 Bad content",
        ),
    ]
}

fn log(v: &View) -> Vec<LogLine> {
    let line = |n: u64, level, message: &str| LogLine { at: before(v, 60 - n), level, message: message.to_owned() };
    vec![
        line(0, Level::Info, "Début de l’envoi de 4 850 messages par Comptabilité (smtp.example.org:587)"),
        line(2, Level::Info, "[1/4850] Envoyé : facture_CCT_001_2026-11.pdf à client1@example.com (0,8 s)"),
        line(3, Level::Info, "[2/4850] Envoyé : facture_CCT_002_2026-11.pdf à client2@example.com (0,7 s)"),
        line(5, Level::Error, "[3/4850] Échec : facture_CCT_003_2026-11.pdf, 550 5.1.1 User unknown"),
        line(9, Level::Warning, "Le serveur ralentit (421) ; reprise dans 5 s"),
        line(14, Level::Info, "[4/4850] Envoyé : facture_CCT_004_2026-11.pdf à client4@example.com (0,7 s)"),
    ]
}

pub(crate) fn job_pages(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/jobs/x");
    let embed = "<script src=\"https://vigie.exemple.fr/progress.js\" async></script>\n<vigie-progress job=\"01938f2a-77b1-7cc3-9f00-2b6f5f1f0a11\" token=\"t7Ssbml2\"></vigie-progress>".to_owned();
    let overview = |head: JobHead, trouble: Vec<TroubleRow>| {
        let again = if head.counters.skipped > 0 { vec![later(v)] } else { Vec::new() };
        OverviewPage { v, head, trouble, again, log: log(v), log_next: 4_096, embed: embed.clone() }.render().unwrap()
    };
    let running = || head(v, JobState::Running, counters(3_127, 4, 2, 1_717));
    let mut failed = head(v, JobState::Failed, counters(120, 1, 0, 400));
    failed.kind = JobKind::External;
    failed.reason = Some(reason(&v.words, "exception", "KeyError: 'orgUnit'"));
    failed.notice = Some(Notice { mood: Mood::Ok, text: v.count("retry-done", &3) });
    let mut pages = vec![
        ("job-running", overview(running(), trouble(v))),
        ("job-paused", overview(head(v, JobState::Paused, counters(1_890, 12, 0, 611)), trouble(v))),
        ("job-completed", overview(head(v, JobState::Completed, counters(4_850, 0, 0, 0)), vec![])),
        ("job-failed", overview(failed, trouble(v))),
    ];
    pages.extend(sides(v));
    pages.extend(across(v));
    pages
}

fn sides(v: &View) -> Vec<Drawn> {
    let running = || head(v, JobState::Running, counters(3_127, 4, 2, 1_717));
    let completed = || head(v, JobState::Completed, counters(4_846, 3, 1, 0));
    let pager = || Pager { shown: 4, total: Some(4), ..Pager::default() };
    let any = (String::new(), v.t("any-state"));
    let states = Choice::of([any, ("failed".to_owned(), v.t(ItemState::Failed.word()))], "");
    let undelivered = UndeliveredPage { v, head: completed(), rows: trouble(v), pager: pager() };
    let nobody = UndeliveredPage { v, head: running(), rows: vec![], pager: pager() };
    let items = ItemsPage {
        v,
        head: running(),
        csv: "/jobs/1/items.csv".to_owned(),
        q: String::new(),
        states,
        sort: String::new(),
        row_head: sorted(Sorted::Ascending),
        rows: items(v),
        pager: pager(),
    };
    let csv = "/x.csv".to_owned();
    let traces = JobTracesPage {
        v,
        head: completed(),
        rows: trace_rows(v),
        when: sorted(Sorted::Descending),
        pager: pager(),
        csv,
    };
    let log = JobLogPage { v, head: running(), log: log(v), log_next: 1, whole: "/x.log".to_owned() };
    let timeline = TimelinePage { v, head: completed(), rows: steps(v) };
    vec![
        ("job-undelivered", undelivered.render().unwrap()),
        ("job-undelivered-none", nobody.render().unwrap()),
        ("job-items", items.render().unwrap()),
        ("job-traces", traces.render().unwrap()),
        ("job-log", log.render().unwrap()),
        ("job-timeline", timeline.render().unwrap()),
    ]
}

fn across(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/mailings/undelivered");
    let row = |trouble| AcrossRow {
        mailing: "Factures de novembre 2026".to_owned(),
        job: ID.to_owned(),
        address: format!("/jobs/{ID}/undelivered"),
        trouble,
    };
    let choice = |word| Choice::of([(String::new(), v.t(word))], "");
    let page = |rows: Vec<AcrossRow>| {
        let filter = AcrossFilter {
            reasons: choice("missing-any"),
            days: choice("missing-days-all"),
            ..AcrossFilter::default()
        };
        let pager = Pager { shown: rows.len() as u64, ..Pager::default() };
        AcrossPage { v, filter, rows, pager, csv: "/mailings/undelivered.csv".to_owned() }.render().unwrap()
    };
    vec![("undelivered", page(trouble(v).into_iter().map(row).collect())), ("undelivered-none", page(vec![]))]
}

fn later(v: &View) -> LaterRun {
    let job = JobId(uuid::Uuid::from_u128(9));
    LaterRun { job, name: "Factures de novembre 2026".to_owned(), created_at: before(v, 600), count: 1 }
}

fn items(v: &View) -> Vec<ItemRow> {
    let row = |(seq, state): (i64, &ItemState)| ItemRow {
        line: seq.unsigned_abs() + 1,
        about: Some("Garage Benali & fils".to_owned()),
        file: Some("FAC-2026-1188.pdf".to_owned()),
        message: None,
        again: (*state == ItemState::Skipped).then(|| later(v)),
        label: format!("client{seq}@example.com"),
        state: *state,
        attempts: u64::from(state.is_final()),
        detail: if *state == ItemState::Succeeded {
            "<18d2abc123def456@example.org>".to_owned()
        } else {
            String::new()
        },
        issues: Vec::new(),
        at: state.is_final().then(|| before(v, 61 * seq as u64)),
    };
    (1..).zip(ItemState::ALL).map(row).collect()
}

fn steps(v: &View) -> Vec<TimelineStep> {
    let step = |ago, state, person: &str, reason: String| TimelineStep {
        at: before(v, ago),
        state,
        person: person.to_owned(),
        reason,
    };
    vec![
        step(840, JobState::Preparing, "m.durand", String::new()),
        step(836, JobState::Pending, "", String::new()),
        step(830, JobState::Running, "", String::new()),
        step(400, JobState::Paused, "", reason(&v.words, "daily_limit", "")),
        step(300, JobState::Running, "m.durand", String::new()),
        step(22, JobState::Completed, "", String::new()),
    ]
}
