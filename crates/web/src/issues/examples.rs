//! Issues of a small shop: the list, one that is new, one that is resolved and whose events are gone.

use crate::{
    feedback::examples::said,
    issues::{
        lookup::FoundEvent,
        pages::{
            activity::{ActivityRow, state_note},
            event::ShownEvent,
            list::{IssueListPage, IssueRow, IssuesForm, Projects, StateTab},
            show::{GroupRow, IssueHead, IssuePage, RaisedBy, ShownTag, ShownTagValue},
            trend::Trend,
        },
    },
    layout::{
        foreign::Foreign,
        gallery::{
            Drawn,
            examples::{at, before},
        },
        parts::{Choice, Chosen, Mood, Notice, Pager},
        view::View,
    },
    logs::{
        excerpt::{Excerpt, ExcerptOf},
        pages::explore::Sign,
    },
};
use askama::Template as _;
use errors::{Event, grouping, scrubbing::Scrubbing};
use model::Level;
use reports::StoredEvent;
use serde_json::json;
use std::time::Duration;
use store::{EventAttachment, IgnoreUntil, IssueActivity, IssueState, IssueStateKind, Resolution};
use telemetry::query::Cursor;
use uuid::Uuid;

fn foreign(text: &str) -> Foreign {
    Foreign::line(text.as_bytes())
}

fn trend(most: u64) -> Trend {
    Trend((0..24).map(|hour| if hour % 5 == 3 { 0 } else { (hour * hour * most) / 500 }).collect())
}

fn row(v: &View, number: i64, title: &str, culprit: &str, (level, state): (Level, IssueStateKind)) -> IssueRow {
    let n = number.unsigned_abs();
    IssueRow {
        id: number,
        short_id: format!("BOUTIQUE-{number}"),
        title: foreign(title),
        culprit: foreign(culprit),
        level: Sign(level),
        state,
        project: "Boutique".to_owned(),
        assignee: if number == 12 { "m.durand".to_owned() } else { String::new() },
        first_seen: before(v, 400_000 * n),
        last_seen: before(v, 71 * n),
        events: 20_417 / n,
        users: if number == 3 { format!("{}+", v.number(&10_000)) } else { v.number(&(1_204 / n)) },
        trend: trend(500 / n),
    }
}

fn rows(v: &View) -> Vec<IssueRow> {
    use IssueStateKind::{New, Ongoing, Regressed};
    vec![
        row(v, 3, "ConnectionError: la banque ne répond pas", "shop.payment in charge", (Level::Critical, Regressed)),
        row(v, 12, "KeyError: 'total'", "/panier", (Level::Error, New)),
        row(
            v,
            21,
            "TypeError: Cannot read properties of undefined (reading 'price')",
            "app.js",
            (Level::Error, Ongoing),
        ),
        row(v, 44, "<script>alert(\"x\")</script>\u{202e} disque presque plein", "", (Level::Warning, Ongoing)),
    ]
}

fn list(v: &View, rows: Vec<IssueRow>, q: &str, projects: Projects) -> String {
    let any = |word| [(String::new(), v.t(word))];
    let tab = |word, count, chosen| StateTab { word, count, address: "/issues".to_owned(), chosen };
    let pager =
        Pager { shown: rows.len() as u64, next: Some("/issues?cursor=x".to_owned()), reach: None, ..Pager::default() };
    let pager = if rows.is_empty() { Pager::default() } else { pager };
    let filter = IssuesForm {
        q: q.to_owned(),
        projects: Choice::of(any("issues-any-project"), ""),
        levels: Choice::of(any("issues-any-level"), ""),
        sorts: Choice::of(any("issues-sort-last-seen"), ""),
        ..IssuesForm::default()
    };
    let tabs = vec![tab("issues-open", 1_204, Chosen::Yes), tab("issues-resolved", 311, Chosen::No)];
    IssueListPage { v, tabs, filter, rows, pager, projects }.render().unwrap()
}

fn event() -> Event {
    let frame = |file: &str, function: &str, in_app: bool| {
        json!({"filename": file, "function": function, "lineno": 118, "in_app": in_app,
            "pre_context": ["def total(panier):", "    lignes = panier.lignes()"],
            "context_line": "    return sum(ligne['total'] for ligne in lignes)", "post_context": ["", ""],
            "vars": {"panier": "<Panier: 7 lignes>", "remise": 12.5, "password": "hunter2-hunter2"}})
    };
    let event = json!({
        "exception": {"values": [
            {"type": "ConnectionError", "value": "la banque ne répond pas", "stacktrace": {"frames": [
                frame("shop/payment.py", "charge", true), frame("requests/adapters.py", "send", false)]}},
            {"type": "KeyError", "value": "'total'", "mechanism": {"type": "django", "handled": false},
             "stacktrace": {"frames": [
                frame("django/core/handlers/base.py", "get_response", false),
                frame("django/views/generic.py", "dispatch", false),
                frame("shop/views.py", "panier", true), frame("shop/models.py", "total", true)]}},
        ]},
        "platform": "python", "release": "boutique@2.4.1", "environment": "production", "server_name": "web-1",
        "transaction": "/panier", "user": {"id": "42", "email": "lea@example.org", "ip_address": "198.51.100.7"},
        "tags": {"browser": "Firefox 128"}, "sdk": {"name": "sentry.python.django", "version": "2.19.0"},
        "request": {"url": "https://boutique.example/panier?id=7", "method": "POST", "data": {"quantite": 3},
                    "headers": {"Accept": "text/html", "Authorization": "Bearer abcdefghijklmnop"}, "cookies": {"session": "x"}},
        "breadcrumbs": {"values": [
            {"timestamp": 1_795_189_325.0, "category": "redis", "message": "GET panier:7"},
            {"timestamp": 1_795_189_329.0, "category": "httplib", "message": "POST https://banque.example/v1", "level": "error",
             "data": {"status_code": 503}}]},
        "contexts": {"trace": {"trace_id": "0123456789abcdef0123456789abcdef", "span_id": "0123456789abcdef"},
                     "runtime": {"name": "CPython", "version": "3.12.4"}, "os": {"name": "Linux"}},
        "extra": {"essai": 2}, "modules": {"django": "5.1", "requests": "2.32"},
    });
    Event::read(event.to_string().as_bytes(), &Scrubbing::default()).unwrap()
}

fn shown_event(v: &View) -> ShownEvent {
    let (event, at) = (event(), before(v, 71));
    let grouping = grouping::group(&event);
    let cursor = Cursor { time: at, seq: 1 };
    let event = StoredEvent {
        cursor,
        project: "boutique".to_owned(),
        at,
        event_id: Uuid::from_u128(7),
        title: String::new(),
        hashes: Vec::new(),
        event,
    };
    let attachments = vec![EventAttachment {
        no: 1,
        project: 3,
        event: Uuid::from_u128(7),
        name: "capture.png".to_owned(),
        content_type: "image/png".to_owned(),
        kind: "event.attachment".to_owned(),
        sha256: String::new(),
        bytes: 48_230,
        at,
    }];
    let found = FoundEvent { event, grouping, older: Some(Uuid::from_u128(6)), newer: None, attachments };
    ShownEvent::of(v, "/issues/BOUTIQUE-12", &found)
}

fn head(v: &View, state: &IssueState) -> IssueHead {
    let row = row(v, 12, "KeyError: 'total'", "/panier", (Level::Error, state.kind()));
    IssueHead {
        short_id: row.short_id,
        project: row.project,
        slug: "boutique".to_owned(),
        label: "KeyError: 'total'".to_owned(),
        title: row.title,
        culprit: row.culprit,
        level: row.level,
        state: row.state,
        state_note: state_note(v, state),
        assignee: row.assignee,
        first_seen: row.first_seen,
        last_seen: row.last_seen,
        first_release: Some(foreign("boutique@2.4.0")),
        last_release: Some(foreign("boutique@2.4.1")),
        events: row.events,
        users: row.users,
        trend: trend(90),
    }
}

fn tags() -> Vec<ShownTag> {
    let value = |value: &str, share| ShownTagValue { value: foreign(value), share, address: "/issues".to_owned() };
    let tag = |key: &str, values, others| ShownTag { key: foreign(key), values, others };
    vec![
        tag("browser", vec![value("Firefox 128", 61.0), value("Chrome 127", 31.5)], Some(7.5)),
        tag("environment", vec![value("production", 100.0)], None),
    ]
}

fn activity(v: &View) -> Vec<ActivityRow> {
    let done = |no: i64, who: &str, what: &str, detail| IssueActivity {
        no,
        issue: 12,
        at: before(v, 4_000 * (9 - no.unsigned_abs())),
        who: who.to_owned(),
        what: what.to_owned(),
        detail,
    };
    let to = |state: IssueState| json!({"to": state});
    let week = IgnoreUntil::Time(v.now + Duration::from_secs(604_800));
    let all = [
        done(8, "", "regressed", json!({})),
        done(7, "m.durand", "resolved", to(IssueState::Resolved(Resolution::NextRelease))),
        done(6, "m.durand", "comment", json!({"text": "La banque a changé de réponse.\nVoir <b>#311</b>."})),
        done(5, "m.durand", "assigned", json!({"to": "m.durand"})),
        done(4, "", "unignored", json!({})),
        done(3, "l.petit", "ignored", to(IssueState::Ignored(week))),
    ];
    all.iter().map(|done| ActivityRow::of(v, done)).collect()
}

fn group(v: &View, hash: &str) -> GroupRow {
    GroupRow { hash: hash.repeat(2), events: 1_204, last_seen: before(v, 71) }
}

fn issue(v: &View, state: &IssueState, event: Option<ShownEvent>) -> String {
    let people = [(String::new(), v.t("issue-nobody")), ("m.durand".to_owned(), "m.durand".to_owned())];
    let is_told = event.is_none();
    let raised_by = RaisedBy {
        job: "Synchronisation du soir".to_owned(),
        address: "/jobs/x".to_owned(),
        item: Some(("panier 7".to_owned(), "/jobs/x/items?q=panier+7".to_owned())),
    };
    let logs = Excerpt {
        of: ExcerptOf::MinuteAndHost,
        lines: crate::logs::examples::lines(v).into_iter().take(5).collect(),
        address: "/explore?q=x".to_owned(),
        has_more: true,
    };
    let page = IssuePage {
        v,
        head: head(v, state),
        raised_by: event.is_some().then_some(raised_by),
        logs: event.is_some().then_some(logs),
        event,
        tags: tags(),
        activity: activity(v),
        groups: ["9f3c2a7700b1e4d2", "01d4e2a77b17cc39"].map(|hash| group(v, hash)).to_vec(),
        feedback: vec![said(v, "Anne Martin <anne@example.org>", "Le panier reste vide après le paiement.")],
        people: Choice::of(people, "m.durand"),
        notice: is_told.then(|| Notice { mood: Mood::Ok, text: v.t("issue-said-resolved") }),
    };
    page.render().unwrap()
}

pub(crate) fn issues(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/issues");
    let below = &at(v, "/issues/BOUTIQUE-12");
    let resolved = IssueState::Resolved(Resolution::Release("boutique@2.4.2".to_owned()));
    vec![
        ("issues", list(v, rows(v), "", Projects::Some)),
        ("issues-none", list(v, vec![], "", Projects::Some)),
        ("issues-no-match", list(v, vec![], "avril", Projects::Some)),
        ("issues-begin", list(v, vec![], "", Projects::None)),
        ("issue", issue(below, &IssueState::New, Some(shown_event(v)))),
        ("issue-resolved", issue(below, &resolved, None)),
    ]
}
