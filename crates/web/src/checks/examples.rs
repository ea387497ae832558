//! Checks: none, some, one of them, and the form of each kind.

use super::{
    page::{
        Calls, CheckDetailPage, CheckFormPage, CheckRow, CheckStanding, ChecksPage, DayBar, KINDS, OnPublicPage,
        OutageRow, PingRow, kind_word,
    },
    public::{PublicOutage, PublicPage, PublicRow, PublicState, PublicWork},
    public_settings::PublicSettingsPage,
    typed,
};
use crate::{
    layout::{
        foreign::Foreign,
        gallery::{
            Drawn,
            examples::{at, before},
        },
        parts::Faults,
        view::View,
    },
    schedules::page::WhenPreview,
};
use askama::Template as _;
use model::CheckState;
use std::time::Duration;

const DAY: u64 = 86_400;
const URL: &str = "https://vigie.exemple.fr/ping/019a0000-0000-4000-8000-000000000001";

fn line(text: &str) -> Foreign {
    Foreign::line(text.as_bytes())
}

fn row(v: &View, (name, kind, said): (&str, &str, &str), state: CheckState) -> CheckRow {
    let is_down = state == CheckState::Down;
    let tone = |x| match x {
        0..20 => "still",
        41 => "bad",
        89 if is_down => "bad",
        60 | 61 => "doubt",
        _ => "good",
    };
    CheckRow {
        slug: ::checks::slug(name).unwrap(),
        name: name.to_owned(),
        kind: kind_word(kind),
        said: said.to_owned(),
        standing: CheckStanding(state),
        since: before(v, 7_200),
        why: is_down.then_some("check-why-too-little"),
        detail: line(if is_down { "rows = 3 < 100" } else { "" }),
        last_at: (state != CheckState::New).then(|| before(v, 7_200)),
        expected_at: Some(before(v, 0) + Duration::from_secs(3 * DAY / 4)),
        uptime: (state != CheckState::New).then(|| v.percent(&99.87)),
        maintenance_until: (state == CheckState::Late).then(|| v.now + Duration::from_secs(3_600)),
        days: (0..90).map(|x| DayBar { x, tone: tone(x), label: format!("{x}") }).collect(),
    }
}

fn ping(v: &View, no: i64, (word, class): (&'static str, &'static str), body: &str) -> PingRow {
    PingRow {
        no,
        at: before(v, 7_200 * (9 - u64::try_from(no).unwrap())),
        word,
        status: if word == "ping-exit" { "3".to_owned() } else { String::new() },
        class,
        took: (class != "busy").then(|| Duration::from_secs(93)),
        source: line("192.0.2.7 curl/8.9"),
        body: (!body.is_empty()).then(|| Foreign::text(body.as_bytes(), 1_000)),
    }
}

pub(crate) fn drawn(v: &View) -> Vec<Drawn> {
    let backup = ("Sauvegarde de la nuit", "heartbeat", "every 24 h");
    let rows = vec![
        row(v, backup, CheckState::Down),
        row(v, ("Export", "heartbeat", "0 2 * * *"), CheckState::Late),
        row(v, ("Site", "http", "https://example.org/"), CheckState::Up),
        row(v, ("SMTP", "tcp", "mail.example.org:25"), CheckState::Paused),
        row(v, ("Paie", "heartbeat", "every 24 h"), CheckState::New),
    ];
    let works = || vec![crate::maintenance::examples::now(v)];
    let list = |rows: Vec<CheckRow>| {
        let works = if rows.is_empty() { vec![] } else { works() };
        ChecksPage { v: &at(v, "/checks"), rows, works, notice: None, ping_key: Some("k3y0fa11checks".to_owned()) }
            .render()
            .unwrap()
    };
    let outage = OutageRow {
        standing: CheckStanding(CheckState::Down),
        began_at: before(v, 49 * DAY),
        ended_at: Some(before(v, 48 * DAY)),
        lasted: Duration::from_secs(DAY),
        why: Some("check-why-missed"),
        detail: line(""),
    };
    let one = CheckDetailPage {
        v: &at(v, "/checks/sauvegarde-de-la-nuit"),
        row: row(v, backup, CheckState::Down),
        calls: Some(Calls {
            url: URL.to_owned(),
            crontab: format!("0 2 * * * /path/to/job; curl -fsS -o /dev/null {URL}/$?"),
            script: format!("curl {URL}/start\n/path/to/job\ncurl {URL}/$?"),
            sentry: "https://vigie.exemple.fr/api/PROJECT/cron/sauvegarde-de-la-nuit/KEY/?status=ok".to_owned(),
        }),
        public: OnPublicPage { name: Some("Sauvegardes".to_owned()), url: None },
        facts: vec![("check-took", v.duration(&Duration::from_secs(93))), ("check-floors", "rows ≥ 100".to_owned())],
        pings: vec![
            ping(v, 4, ("ping-success", "good"), "<b>rows=3</b>\nbytes=1024\u{202e}"),
            ping(v, 3, ("ping-start", "busy"), ""),
            ping(v, 2, ("ping-exit", "bad"), "pg_dump: error"),
        ],
        outages: vec![outage],
        notice: None,
    };
    let mut drawn = vec![("checks-none", list(vec![])), ("checks", list(rows)), ("check", one.render().unwrap())];
    let names = ["check-form-heartbeat", "check-form-http", "check-form-tcp", "check-form-dns"];
    for (name, (kind, _, _)) in names.into_iter().zip(KINDS) {
        let form = typed::blank(kind, "Europe/Paris", v.language);
        let mut faults = Faults::default();
        faults.add("failures_max", v.t("check-bad-failures-max"));
        let preview = WhenPreview { said: "24 h".into(), next: vec!["…".into()], ..WhenPreview::default() };
        let v = &at(v, "/checks/new");
        drawn.push((name, CheckFormPage { v, slug: None, form, faults, preview }.render().unwrap()));
    }
    drawn.extend(public(v));
    drawn
}

fn public(v: &View) -> Vec<Drawn> {
    let row = |name: &str, state: PublicState| {
        let is_known = state != PublicState::Unknown;
        let tone = |x| {
            if !is_known || x < 20 {
                "still"
            } else if x == 41 {
                "bad"
            } else {
                "good"
            }
        };
        PublicRow {
            name: name.to_owned(),
            state,
            down_since: (state == PublicState::Down).then(|| before(v, 7_200)),
            uptime: is_known.then(|| v.percent(&99.87)),
            days: (0..90).map(|x| DayBar { x, tone: tone(x), label: format!("{x}") }).collect(),
        }
    };
    let page = |rows, works, past| {
        PublicPage { v, title: v.t("public-title"), is_secret: true, rows, works, past }.render().unwrap()
    };
    let well = vec![row("Site", PublicState::Up), row("Courriel", PublicState::Up)];
    let down = vec![
        row("Site", PublicState::Down),
        row("Courriel", PublicState::Maintenance),
        row("Paie", PublicState::Unknown),
        row("Export", PublicState::Paused),
    ];
    let hour = Duration::from_secs(3_600);
    let work = |names| PublicWork { from: v.now + hour, until: v.now + hour * 3, names };
    let works = vec![work(vec!["Courriel".to_owned()]), work(vec![])];
    let past =
        vec![PublicOutage { name: "Site".to_owned(), from: before(v, 49 * DAY), until: before(v, 49 * DAY) + hour }];
    let settings = |is_on: bool| PublicSettingsPage {
        v,
        is_on,
        is_secret: true,
        title: String::new(),
        url: is_on.then(|| "https://vigie.exemple.fr/status/00112233445566778899aabbccddeeff".to_owned()),
        checks: if is_on { vec![("Site".into(), "site".into(), "Site public".into())] } else { vec![] },
        notice: None,
    };
    vec![
        ("status-well", page(well, vec![], vec![])),
        ("status-down", page(down, works, past)),
        ("status-none", page(vec![], vec![], vec![])),
        ("status-page", settings(true).render().unwrap()),
        ("status-page-off", settings(false).render().unwrap()),
    ]
}
