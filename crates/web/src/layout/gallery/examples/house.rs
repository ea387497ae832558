//! The pages of those who look after the house.

use super::{account, accounts, at, before, workers};
use crate::{
    accounts::page::{AccountForm, AccountPage, AccountsPage, NewAccountPage, TestResult},
    audit::page::{AuditAsked, AuditPage, AuditRow},
    help::{
        page::{GuidePage, HelpPage},
        topics,
    },
    layout::{
        gallery::Drawn,
        parts::{Choice, Chosen, Faults, Mood, Notice, Pager},
        view::View,
    },
    people::{
        me::page::{MePage, SessionRow},
        tokens::page::{EXPIRIES, TokenRow, TokensPage, scope_word},
        users::page::{PasswordLink, Standing, UserRow, UsersPage},
    },
    system::page::{CollectedRow, PeriodChoice, ReceivedSource, SourceFormat, SourcesPage, SystemFacts, SystemPage},
    workers::page::WorkersPage,
};
use askama::Template as _;
use model::{Fault, Verdict};
use std::time::Duration;
use store::Role;

pub(crate) fn house(v: &View) -> Vec<Drawn> {
    let mut pages = account_pages(&at(v, "/accounts"));
    let v = &at(v, "/workers");
    pages.extend([
        ("workers", WorkersPage { v, rows: workers(v) }.render().unwrap()),
        ("workers-none", WorkersPage { v, rows: vec![] }.render().unwrap()),
        ("users", users(&at(v, "/users"))),
        ("tokens", tokens(&at(v, "/tokens"))),
        ("audit", audit(&at(v, "/audit"))),
        ("me", me(&at(v, "/me"))),
        ("system", system(&at(v, "/system"))),
        ("sources", sources(&at(v, "/sources"))),
        ("help", help(&at(v, "/help"), "")),
        ("help-found", help(&at(v, "/help"), "csv")),
        ("help-none", help(&at(v, "/help"), "zzqq")),
        ("help-sending", guide(&at(v, "/help/sending"), "sending")),
        ("help-search", guide(&at(v, "/help/search"), "search")),
    ]);
    pages
}

fn account_pages(v: &View) -> Vec<Drawn> {
    let form = AccountForm {
        host: "smtp.example.org".to_owned(),
        user: "compta".to_owned(),
        port: "587".to_owned(),
        per_minute: "30".to_owned(),
        daily: "2000".to_owned(),
        has_secret: true,
        ..AccountForm::default()
    };
    let page = |test, row| {
        AccountPage { v, row, form: form.clone(), faults: Faults::default(), notice: None, test }.render().unwrap()
    };
    let works = TestResult::Works { took: Duration::from_millis(412), server: "220 smtp.example.org ESMTP".to_owned() };
    let refused = Verdict::permanent("auth_failed", Fault::Credentials);
    let reply = "535 5.7.8 Authentication credentials invalid".to_owned();
    let fails = TestResult::Fails { reason: v.verdict(&refused), reply };
    let mut faults = Faults::default();
    faults.add("host", v.t("field-required"));
    vec![
        ("accounts", AccountsPage { v, rows: accounts(v), notice: None }.render().unwrap()),
        ("accounts-none", AccountsPage { v, rows: vec![], notice: None }.render().unwrap()),
        ("account", page(Some(works), account("Comptabilité", 1_240, None))),
        ("account-fails", page(Some(fails), accounts(v).remove(1))),
        ("account-new", NewAccountPage { v, form: AccountForm::default(), faults }.render().unwrap()),
    ]
}

fn users(v: &View) -> String {
    let row = |name: &str, role, standing, seen: Option<u64>| UserRow {
        name: name.to_owned(),
        role,
        standing,
        seen_at: seen.map(|ago| before(v, ago)),
    };
    let rows = vec![
        row("Marion Durand", Role::Admin, Standing::Active, Some(3)),
        row("s.benali", Role::Operator, Standing::Active, Some(7_300)),
        row("stagiaire", Role::Viewer, Standing::Invited, None),
        row("j.martin", Role::Operator, Standing::Disabled, Some(8_000_000)),
    ];
    let link = PasswordLink {
        name: "stagiaire".to_owned(),
        url: "https://vigie.example.org/setup/9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d".to_owned(),
        expires_at: v.now + Duration::from_secs(86_400),
    };
    let faults = Faults::default();
    let page = UsersPage { v, rows, name: String::new(), role: Role::Operator, faults, notice: None, link: Some(link) };
    page.render().unwrap()
}

fn tokens(v: &View) -> String {
    let row = |name: &str, scope: &str, expires_at, used: Option<u64>| TokenRow {
        name: name.to_owned(),
        scope: v.t(scope_word(scope)),
        created_at: before(v, 3_000_000),
        expires_at,
        used_at: used.map(|ago| before(v, ago)),
    };
    let rows = vec![
        row("django-facturation", "write", Some(v.now + Duration::from_secs(86_400 * 200)), Some(12)),
        row("grafana", "read", None, Some(45)),
        row("jauge-intranet", "progress", Some(before(v, 86_400)), None),
    ];
    let scopes =
        Choice::of(["progress", "read", "write"].map(|scope| (scope.to_owned(), v.t(scope_word(scope)))), "read");
    let expiries = Choice::of(EXPIRIES.map(|(days, word)| (days.to_owned(), v.t(word))), "90");
    let made = Some(("grafana".to_owned(), "vigie_6a9f0c2e4b7d41d8a3f5e6c7b8d9e0f1a2b3c4d5".to_owned()));
    let faults = Faults::default();
    TokensPage { v, rows, name: String::new(), scopes, expiries, faults, notice: None, made }.render().unwrap()
}

fn audit(v: &View) -> String {
    let row = |ago, who: &str, what: &str, object: &str, detail: &str| AuditRow {
        at: before(v, ago),
        who: who.to_owned(),
        what: what.to_owned(),
        object: object.to_owned(),
        link: Some("/jobs/x".to_owned()),
        detail: detail.to_owned(),
    };
    let rows = vec![
        row(40, "m.durand", &v.t("deed-job-retry"), "Factures de novembre 2026", ""),
        row(900, "m.durand", &v.t("deed-mailing-send"), "Factures de novembre 2026", ""),
        row(86_000, "s.benali", &v.t("deed-account-change"), "Comptabilité", ""),
    ];
    let pager = Pager { shown: 3, ..Pager::default() };
    let deeds = Choice::of([(String::new(), v.t("audit-any"))], "");
    let asked = AuditAsked { deeds, people: vec!["m.durand".to_owned()], ..AuditAsked::default() };
    AuditPage { v, asked, rows, pager, csv: "/audit.csv".to_owned() }.render().unwrap()
}

fn system(v: &View) -> String {
    let facts = SystemFacts {
        version: "0.9.0".to_owned(),
        started_at: before(v, 520_000),
        database: "SQLite",
        data: "/var/lib/vigie".to_owned(),
        disk: Some((890_000_000, 40_000_000_000)),
        zone: "Europe/Paris".to_owned(),
        runs_jobs: true,
        users: 3,
        tokens: 5,
    };
    let problems = vec![v.with("today-disk", "free", v.bytes(&890_000_000))];
    SystemPage { v, problems, facts }.render().unwrap()
}

fn sources(v: &View) -> String {
    let collected = |kind, what: &str, labels: &[&str]| CollectedRow {
        kind,
        what: what.to_owned(),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
    };
    let received = |name: &str, format, lines| ReceivedSource {
        format,
        name: name.to_owned(),
        lines: v.number(&lines),
        address: "/explore".to_owned(),
    };
    SourcesPage {
        v,
        problems: vec![],
        collected: vec![
            collected("sources-files", "/var/log/nginx/*.log", &["app=boutique"]),
            collected("sources-journal", "", &[]),
            collected("sources-own", "/var/lib/vigie/logs/vigie.log", &[]),
        ],
        periods: [("sources-day", Chosen::Yes), ("sources-week", Chosen::No)]
            .map(|(word, chosen)| PeriodChoice { word, address: "/sources".to_owned(), chosen })
            .to_vec(),
        received: vec![
            received("/var/log/nginx/access.log", SourceFormat::Known("nginx".to_owned()), 84_211),
            received("/var/log/shop.log", SourceFormat::Unknown("/sources/format?source=%2Fvar".to_owned()), 2_310),
            received("vigie", SourceFormat::Structured, 1_204),
        ],
        is_cut: false,
    }
    .render()
    .unwrap()
}

fn help(v: &View, q: &str) -> String {
    HelpPage { v, q: q.to_owned(), hits: topics::search(q, v.language, 9) }.render().unwrap()
}

fn guide(v: &View, topic: &str) -> String {
    GuidePage { v, guide: topics::chosen(topic, v.language).unwrap() }.render().unwrap()
}

fn me(v: &View) -> String {
    let row = |id: &str, browser: &str, is_this| SessionRow {
        id: id.to_owned(),
        browser: browser.to_owned(),
        begun_at: before(v, 90_000),
        is_this,
    };
    let sessions = vec![row("1", "Firefox, Linux", true), row("2", "Safari, iPhone", false)];
    let notice = Some(Notice { mood: Mood::Ok, text: v.t("password-changed") });
    MePage { v, sessions, faults: Faults::default(), notice }.render().unwrap()
}
