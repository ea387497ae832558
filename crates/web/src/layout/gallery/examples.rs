//! Example data: an office that sends its invoices.

mod house;

pub(crate) use crate::{
    issues::examples::issues, jobs::examples::job_pages, logs::examples::logs, mailings::examples::mailings,
    projects::examples::projects, schedules::examples::schedules,
};
pub(crate) use house::house;

use crate::{
    find::page::{FindPage, FoundRecipient, IssueHit, ThingHit},
    home::{
        attention::{AttentionButton, AttentionRow},
        chart::{Slot, Throughput},
        page::{DashboardPage, ErrorRow},
    },
    jobs::pages::list::{JobsFilter, JobsHeads, JobsPage, ListOf},
    layout::{
        error_page::{ErrorOf, ErrorPage},
        foreign::Foreign,
        parts::{
            AccountRow, Choice, ConfirmPage, Faults, JobRow, Life, Pager, Pause, SortLink, Sorted, TraceOutcome,
            TraceRow, Use, WorkerRow,
        },
        states::{Shown as _, Tone, reason},
        view::{Theme, View, Viewer},
    },
    people::{
        login::page::{LoginPage, LoginSaid},
        setup::page::{SetupOf, SetupPage},
    },
    traces::page::{TracesFilter, TracesPage},
    words::Words,
};
use askama::Template as _;
use jiff::tz::TimeZone;
use language::Language;
use model::{Counters, ItemState, JobKind, JobState, Timestamp};
use std::time::Duration;
use store::{Activity, ApplicationActivity, Role, Tally};

use super::Drawn;

pub(crate) const ID: &str = "01938f2a-77b1-7cc3-9f00-2b6f5f1f0a11";

pub(crate) fn view(language: Language) -> View {
    View {
        words: Words { language, zone: TimeZone::get("Europe/Paris").unwrap() },
        viewer: Some(Viewer { name: "Marion Durand".to_owned(), role: Role::Admin }),
        logout: crate::layout::view::Logout::Here,
        csrf: "c5rf".to_owned(),
        notice_key: None,
        here: "/".to_owned(),
        part_of: None,
        theme: Theme::Auto,
        now: "2026-11-20T15:42:10Z".parse().unwrap(),
    }
}

pub(crate) fn at(v: &View, here: &str) -> View {
    View { here: here.to_owned(), ..v.clone() }
}

pub(crate) fn before(v: &View, seconds: u64) -> Timestamp {
    v.now - Duration::from_secs(seconds)
}

pub(crate) fn counters(succeeded: u64, failed: u64, unknown: u64, queued: u64) -> Counters {
    let total = succeeded + failed + unknown + queued;
    Counters { total, queued, succeeded, failed, unknown, ..Counters::default() }
}

pub(crate) fn job(v: &View, name: &str, state: JobState, counters: Counters, age: u64) -> JobRow {
    JobRow {
        id: ID.to_owned(),
        name: name.to_owned(),
        kind: JobKind::Mail,
        state,
        counters,
        person: "m.durand".to_owned(),
        created_at: before(v, age),
        left: (state == JobState::Running).then_some(Duration::from_secs(272)),
        reason: (state == JobState::Paused).then(|| reason(&v.words, "daily_limit", "")),
        resumes_at: (state == JobState::Paused).then(|| v.now + Duration::from_secs(9 * 3600)),
    }
}

pub(crate) fn rows(v: &View) -> Vec<JobRow> {
    let mut rows = vec![
        job(v, "Factures de novembre 2026", JobState::Running, counters(3_127, 4, 2, 1_717), 840),
        job(v, "Relance octobre – 2e avis", JobState::Paused, counters(1_890, 12, 0, 611), 16_200),
        job(v, "Lettre aux adhérents", JobState::Pending, counters(0, 0, 0, 12_400), 31),
        job(v, "Factures d’octobre 2026", JobState::Completed, counters(4_836, 9, 0, 0), 2_592_000),
        job(v, "Invitation à l’assemblée générale du 12 décembre", JobState::Completed, counters(240, 0, 0, 0), 86_500),
        job(v, "Sync DHIS2 quotidienne", JobState::Failed, counters(120, 1, 0, 4_000), 100_000),
        job(v, "Essai de Marion", JobState::Cancelled, counters(3, 0, 0, 0), 180_000),
        job(v, "Attestations 2025", JobState::Preparing, counters(0, 0, 0, 830), 4),
    ];
    rows[5].kind = JobKind::External;
    rows[5].person = "cron".to_owned();
    rows
}

pub(crate) fn account(name: &str, used: u64, pause: Option<Pause>) -> AccountRow {
    AccountRow {
        name: name.to_owned(),
        server: "smtp.example.org:587".to_owned(),
        messages: used,
        recipients: used + 112,
        daily: Some(Use { used, limit: 2_000 }),
        daily_recipients: None,
        pace: vec!["30 /min".to_owned()],
        pause,
    }
}

pub(crate) fn accounts(v: &View) -> Vec<AccountRow> {
    let pause = Pause {
        reason: reason(&v.words, "daily_limit", ""),
        reply: "550 5.4.5 Daily user sending limit exceeded".to_owned(),
        until: Some(v.now + Duration::from_secs(32_000)),
    };
    let mut relay = account("Relais interne", 6_120, None);
    relay.daily = None;
    vec![account("Comptabilité", 1_240, None), account("Relances", 2_000, Some(pause)), relay]
}

pub(crate) fn workers(v: &View) -> Vec<WorkerRow> {
    let worker = |name: &str, life, beat| WorkerRow {
        name: name.to_owned(),
        pid: 48_213,
        life,
        started_at: before(v, 520_000),
        heartbeat_at: before(v, beat),
        ended_at: (life == Life::Ended).then(|| before(v, beat)),
        jobs: if life == Life::Alive {
            vec![("Factures de novembre 2026".to_owned(), ID.to_owned())]
        } else {
            Vec::new()
        },
        in_flight: Some(8),
        load: (life == Life::Alive).then_some((0.42, 2)),
        memory: (life == Life::Alive).then_some((48_300_000, 2_000_000_000)),
    };
    vec![
        worker("bureau-1", Life::Alive, 1),
        worker("bureau-2", Life::Lost, 47),
        worker("bureau-1", Life::Ended, 90_000),
    ]
}

fn day(v: &View, scale: u64) -> Throughput {
    let begin = v.now - Duration::from_secs(v.now.as_micros() as u64 / 1_000_000 % 1800 + 47 * 1800);
    let shape = |n: u64| match n {
        0..6 => 310 + n * 37 % 90,
        6..29 => n % 3,
        29..36 => 40 + n * 53 % 160,
        36..42 => 20,
        _ => 380 + n * 71 % 260,
    };
    let slot = |n: u64| Slot {
        at: begin + Duration::from_secs(n * 1800),
        sent: shape(n) * scale / 10,
        errors: if n % 11 == 3 { shape(n) * scale / 150 } else { 0 },
    };
    Throughput::new((0..48).map(slot).collect())
}

pub(crate) fn trace_rows(v: &View) -> Vec<TraceRow> {
    let row = |n: u64, comment: &str, outcome| TraceRow {
        at: before(v, n * 7),
        name: "Send invoices mail".to_owned(),
        application: "invoices_send_by_email".to_owned(),
        flow: "send_invoice_email".to_owned(),
        file: format!("facture_CCT_{:03}_2026-11.pdf", 120 - n),
        comment: comment.to_owned(),
        person: "m.durand".to_owned(),
        took: Duration::from_millis(310 + n * 57),
        outcome,
        job: Some(ID.to_owned()),
        issues: Vec::new(),
    };
    let mut rows: Vec<_> = (0..9)
        .map(|n| {
            let id = "<18d2abc123def456@example.org>".to_owned();
            let said = v.with_all("trace-sent", &[("to", "compta@client.example".to_owned()), ("id", id)]);
            row(n, &said, TraceOutcome::Fine)
        })
        .collect();
    let refused = model::Verdict::permanent("unknown_recipient", model::Fault::Recipient);
    let why = format!("{} (550 5.1.1 No such user)", v.verdict(&refused));
    let values = [("to", "facturation@ancien-client.example".to_owned()), ("why", why)];
    rows[2] = row(2, &v.with_all("trace-failed", &values), TraceOutcome::Error);
    rows
}

pub(crate) fn way_in(v: &View) -> Vec<Drawn> {
    let v = &View { viewer: None, ..at(v, "/login") };
    let page =
        |said, name: &str, is_first| LoginPage { v, name: name.to_owned(), back: "/".to_owned(), said, is_first };
    let login = |said, name: &str| page(said, name, false).render().unwrap();
    let setup = |what, faults| SetupPage { v, code: "x7/q".to_owned(), what, faults }.render().unwrap();
    let mut faults = Faults::default();
    faults.add("again", v.with("password-hint", "n", crate::auth::login::PASSWORD_CHARS_MIN));
    vec![
        ("login", login(None, "")),
        ("login-first", page(None, "", true).render().unwrap()),
        ("login-wrong", login(Some(LoginSaid::Wrong), "m.durand")),
        ("login-throttled", login(Some(LoginSaid::Throttled(Duration::from_secs(90))), "m.durand")),
        ("login-out", login(Some(LoginSaid::LoggedOut), "")),
        ("login-expired", login(Some(LoginSaid::Expired), "")),
        ("setup", setup(SetupOf::Entry { name: "admin".to_owned() }, faults)),
        ("setup-password", setup(SetupOf::Password { name: "Marion".to_owned() }, Faults::default())),
        ("setup-gone", setup(SetupOf::Gone, Faults::default())),
    ]
}

fn activity(succeeded: u64, failed: u64) -> Activity {
    let recipients = Tally { succeeded, failed, unknown: 0 };
    Activity { recipients, others: Tally { succeeded: failed, ..Tally::default() }, ..Activity::default() }
}

fn applications(v: &View) -> Vec<ApplicationActivity> {
    let one = |application: &str, activity, age| ApplicationActivity {
        application: application.to_owned(),
        activity,
        last_at: before(v, age),
    };
    vec![
        one("facturation", activity(4_836, 9), 240),
        one("sync_dhis2", activity(1_204, 0), 3_700),
        one("", activity(12, 0), 90_000),
    ]
}

fn needs_attention(v: &View) -> Vec<AttentionRow> {
    let row = |tone, icon, text, word: &str, acts| AttentionRow {
        tone,
        icon,
        text,
        button: Some(AttentionButton { label: v.t(word), address: format!("/jobs/{ID}/undelivered"), acts }),
    };
    let name = ("name", "Relance octobre – 2e avis");
    let shop = ("name", "Boutique");
    let why = ("reason", reason(&v.words, "by_hand", "m.durand"));
    vec![
        row(Tone::Bad, "failed", v.with("today-disk", "free", v.bytes(&890_000_000)), "today-system", false),
        row(Tone::Doubt, "paused", v.with_all("today-paused", &[("name", name.1.to_owned()), why]), "job-resume", true),
        row(Tone::Doubt, "unknown", v.count_with("today-unknown", &2, &[name]), "today-decide", false),
        row(Tone::Doubt, "warn", v.count_with("today-undelivered", &9, &[name]), "today-resend", false),
        row(Tone::Bad, "level-bolt", v.count_with("today-issues-regressed", &1, &[shop]), "today-issues", false),
    ]
}

fn dashboards(v: &View) -> Vec<Drawn> {
    let page = |is_new, running: Vec<JobRow>, errors, accounts, workers, day: Throughput| DashboardPage {
        v,
        attention: if running.is_empty() { vec![] } else { needs_attention(v) },
        today: activity(if is_new { 0 } else { day.sent() }, day.errors()),
        week: activity(day.sent() * 4, day.errors() * 2),
        active_jobs: running.len() as u64,
        paused_jobs: 1,
        completed_today: 3,
        day,
        next: running.iter().skip(1).cloned().collect(),
        applications: if running.is_empty() { vec![] } else { applications(v) },
        week_from: "2026-11-15".to_owned(),
        running,
        errors,
        accounts,
        workers,
        checks: if is_new { crate::checks::ChecksStrip::default() } else { crate::checks::example_strip(v) },
        is_new,
    };
    let error = |n: u64, label: &str, code: &str| ErrorRow {
        at: before(v, n * 131),
        label: label.to_owned(),
        reason: v.verdict(&model::Verdict::permanent(code, model::Fault::Recipient)),
        job: Some((ID.to_owned(), "Factures de novembre 2026".to_owned())),
    };
    let errors = vec![
        error(1, "facturation@ancien-client.example", "unknown_recipient"),
        error(4, "contact@petite-boite.example", "mailbox_full"),
    ];
    let alive = || workers(v).into_iter().take(1).collect();
    let running = rows(v).into_iter().take(2).collect();
    vec![
        ("dashboard", page(false, running, errors, accounts(v), alive(), day(v, 10)).render().unwrap()),
        ("dashboard-new", page(true, vec![], vec![], vec![], vec![], day(v, 0)).render().unwrap()),
        ("dashboard-calm", page(false, vec![], vec![], vec![], vec![], day(v, 0)).render().unwrap()),
    ]
}

pub(crate) fn overviews(v: &View) -> Vec<Drawn> {
    let mut pages = dashboards(v);
    let v = &at(v, "/jobs");
    let states = JobState::ALL.iter().map(|state| (state.as_str().to_owned(), v.t(state.word())));
    let states = Choice::of([(String::new(), v.t("any-state"))].into_iter().chain(states), "");
    let kinds = Choice::of([(String::new(), v.t("any-kind")), ("mail".to_owned(), v.kind(&JobKind::Mail))], "");
    let jobs = |of: ListOf, rows: Vec<JobRow>, q: &str| {
        let v = &at(v, of.path());
        let filter = JobsFilter {
            q: q.to_owned(),
            kinds: kinds.clone(),
            states: states.clone(),
            sort: String::new(),
            ..JobsFilter::default()
        };
        let pager = Pager { shown: rows.len() as u64, next: Some("/jobs?cursor=x".to_owned()), ..Pager::default() };
        let heads = JobsHeads { created: sorted(Sorted::Descending), ..JobsHeads::default() };
        JobsPage { v, of, filter, rows, pager, heads }.render().unwrap()
    };
    pages.extend([
        ("jobs", jobs(ListOf::Jobs, rows(v), "")),
        ("jobs-none", jobs(ListOf::Jobs, vec![], "")),
        ("jobs-no-match", jobs(ListOf::Jobs, vec![], "avril")),
        ("mailings", jobs(ListOf::Mailings, rows(v), "")),
        ("mailings-none", jobs(ListOf::Mailings, vec![], "")),
    ]);
    pages.extend(found(&at(v, "/search")));
    pages.extend(traces(&at(v, "/traces")));
    pages.extend(crate::celery::examples::celery(v));
    pages.extend(crate::messages::examples::messages(v));
    pages.extend(crate::releases::examples::releases(v));
    pages.extend(crate::feedback::examples::feedback(v));
    pages.extend(errors(&at(v, "/nowhere")));
    pages
}

fn found(v: &View) -> Vec<Drawn> {
    let recipient = |label: &str, state| FoundRecipient {
        label: label.to_owned(),
        state,
        mailing: "Factures de novembre 2026".to_owned(),
        address: "/jobs/x/items".to_owned(),
    };
    let pages = v.sections().into_iter().flat_map(|section| section.pages).skip(1).take(2).collect();
    let page = FindPage {
        v,
        q: "facture".to_owned(),
        pages,
        jobs: rows(v).into_iter().take(2).collect(),
        recipients: vec![
            recipient("facturation@ancien-client.example", ItemState::Failed),
            recipient("facture@mairie-de-saint-martin.example", ItemState::Succeeded),
        ],
        issues: vec![IssueHit {
            short_id: "BOUTIQUE-12".to_owned(),
            title: Foreign::line(b"KeyError: 'facture'"),
            state: store::IssueStateKind::New,
        }],
        projects: vec![("Factures".to_owned(), "factures".to_owned())],
        things: vec![ThingHit {
            name: "Factures".to_owned(),
            address: "/schedules/factures".to_owned(),
            word: "found-schedule",
        }],
        help: crate::help::topics::search("csv", v.language, 3),
    };
    let none = FindPage {
        v,
        q: "zzqq".to_owned(),
        pages: vec![],
        jobs: vec![],
        recipients: vec![],
        issues: vec![],
        projects: vec![],
        things: vec![],
        help: vec![],
    };
    vec![("find", page.render().unwrap()), ("find-none", none.render().unwrap())]
}

pub(crate) fn sorted(way: Sorted) -> SortLink {
    SortLink { address: "?sort=x".to_owned(), sorted: Some(way) }
}

pub(crate) fn traces(v: &View) -> Vec<Drawn> {
    let mut pages = Vec::new();
    let traces = |rows: Vec<TraceRow>, filter: TracesFilter, reach: Option<String>| {
        let pager = Pager {
            shown: rows.len() as u64,
            total: Some(1_024_117),
            next: Some("/traces?cursor=x".to_owned()),
            first: Some("/traces".to_owned()),
            reach,
        };
        let page = TracesPage {
            v,
            filter,
            applications: vec!["invoices".to_owned()],
            flows: vec![],
            rows,
            when: sorted(Sorted::Descending),
            pager,
            errors: Some(318),
            csv: "/traces.csv".to_owned(),
        };
        page.render().unwrap()
    };
    let reach = [("shown", v.number(&10_000)), ("until", v.moment(&before(v, 90_000)))];
    let reach = |id: &str| Some(v.with_all(id, &reach));
    let narrow = TracesFilter { q: "facture".to_owned(), errors: true, ..TracesFilter::default() };
    pages.extend([
        ("traces", traces(trace_rows(v), TracesFilter::default(), None)),
        ("traces-searched", traces(trace_rows(v), narrow.clone(), reach("traces-reach"))),
        ("traces-none", traces(vec![], TracesFilter::default(), None)),
        ("traces-searching", traces(vec![], narrow.clone(), reach("traces-reach-none"))),
        ("traces-no-match", traces(vec![], narrow, None)),
        (
            "confirm",
            ConfirmPage {
                v,
                title: v.t("job-cancel-title"),
                text: v.count("job-cancel-items", &1),
                action: "/".into(),
                button: v.t("job-cancel-sure"),
                back: "/".into(),
            }
            .render()
            .unwrap(),
        ),
        (
            "project-removal",
            ConfirmPage {
                v,
                title: v.with("project-remove-title", "name", "Boutique"),
                text: format!("{} {}", v.count("project-remove-issues", &12), v.t("project-remove-text")),
                action: "/".into(),
                button: v.t("project-remove"),
                back: "/".into(),
            }
            .render()
            .unwrap(),
        ),
    ]);
    pages
}

pub(crate) fn errors(v: &View) -> Vec<Drawn> {
    let mut pages = Vec::new();
    for (name, what, status, said) in [
        ("error-403", ErrorOf::Forbidden, 403, None),
        ("error-404", ErrorOf::NotFound, 404, None),
        ("error-409", ErrorOf::Refused, 409, None),
        ("error-422", ErrorOf::Invalid, 422, Some(v.t("explore-saved-nameless"))),
        ("error-503", ErrorOf::Busy, 503, None),
        ("error-500", ErrorOf::Internal, 500, None),
    ] {
        let (detail, remedy, request_id) = (String::new(), String::new(), "9f3c2a7700b1e4d2".to_owned());
        pages.push((name, ErrorPage { v, what, status, said, detail, remedy, request_id }.render().unwrap()));
    }
    pages
}
