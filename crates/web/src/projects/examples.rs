//! Projects: none, a new one, one that waits, one that reports.

use crate::{
    layout::{
        gallery::{
            Drawn,
            examples::{at, before},
        },
        parts::{Faults, Mood, Notice},
        view::View,
    },
    projects::{
        page::{DroppedRow, EndpointCard, KeyRow, NewProjectPage, ProjectPage, ProjectRow, ProjectsPage, SummaryCard},
        setup, typed,
    },
};
use askama::Template as _;
use model::Timestamp;
use reports::ProjectSettings;
use std::time::Duration;

const KEY: &str = "9f3c2a7700b1e4d29f3c2a7700b1e4d2";

fn row(v: &View, name: &str, platform: &str, first_event_at: Option<Timestamp>) -> ProjectRow {
    ProjectRow {
        slug: name.to_lowercase(),
        name: name.to_owned(),
        platform: setup::name_of(platform).to_owned(),
        created_at: before(v, 90_000),
        open_issues: if first_event_at.is_some() { 7 } else { 0 },
        first_event_at,
    }
}

fn page<'a>(v: &'a View, first_event_at: Option<Timestamp>) -> ProjectPage<'a> {
    let dsn = format!("https://{KEY}@vigie.example.org/3");
    let project = store::Project {
        id: 3,
        slug: "boutique".to_owned(),
        name: "Boutique".to_owned(),
        platform: "python-django".to_owned(),
        settings: String::new(),
        created_at: before(v, 90_000),
        first_event_at,
    };
    let key = |public_key: &str, disabled_at| KeyRow {
        public_key: public_key.to_owned(),
        created_at: before(v, 90_000),
        disabled_at,
    };
    let lost = |category: &str, by, why, count| DroppedRow { category: category.to_owned(), by, why, count };
    let dropped = [
        lost("transaction", "dropped-by-client", "dropped-sample-rate", 18_204),
        lost("error", "dropped-by-server", "dropped-quota", 1_204),
    ];
    let dropped = dropped.into_iter().filter(|_| first_event_at.is_some());
    ProjectPage {
        v,
        summary: first_event_at.map(|_| summary()),
        row: row(v, "Boutique", "python-django", first_event_at),
        snippets: setup::snippets(&dsn, "python-django"),
        dsn: Some(dsn),
        keys: vec![key(KEY, None), key("00000000000000000000000000000000", Some(before(v, 300)))],
        form: typed::of(v, &project, &ProjectSettings::default()),
        faults: Faults::default(),
        notice: first_event_at.map(|_| Notice { mood: Mood::Ok, text: v.t("said-saved") }),
        dropped: dropped.collect(),
    }
}

fn summary() -> SummaryCard {
    let card = |name: &str, count, millis| EndpointCard {
        name: name.to_owned(),
        address: "/performance/endpoint?project=boutique".to_owned(),
        count,
        p95: Duration::from_millis(millis),
    };
    SummaryCard {
        errors: 12,
        average: Some(Duration::from_millis(150)),
        hottest: Some(card("POST /commandes", 18_230, 84)),
        slowest: Some(card("GET /indicateurs", 311, 2_400)),
        active_users: 15,
        is_partial: false,
    }
}

pub(crate) fn projects(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/projects");
    let rows = vec![row(v, "Boutique", "python-django", Some(before(v, 86_000))), row(v, "Site", "javascript", None)];
    let mut faults = Faults::default();
    faults.add("name", v.with("project-name-bad", "n", 100));
    let (name, platforms) = (String::new(), typed::platforms(v, "node"));
    let below = &at(v, "/projects/boutique");
    vec![
        ("projects", ProjectsPage { v, rows }.render().unwrap()),
        ("projects-none", ProjectsPage { v, rows: vec![] }.render().unwrap()),
        ("project-new", NewProjectPage { v: below, name, platforms, faults }.render().unwrap()),
        ("project-waiting", page(below, None).render().unwrap()),
        ("project", page(below, Some(before(v, 86_000))).render().unwrap()),
    ]
}
