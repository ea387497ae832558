//! The pages of releases with what they might show.

use super::{
    handlers::PERIODS,
    page::{CommitRow, DeployRow, HealthCells, ReleasePage, ReleaseRow, ReleasesPage},
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

fn line(text: &str) -> Foreign {
    Foreign::line(text.as_bytes())
}

fn row(v: &View, version: &str, age: u64, health: Option<HealthCells>) -> ReleaseRow {
    let deploy = DeployRow { environment: line("production"), name: line(""), at: before(v, age) };
    ReleaseRow {
        version: line(version),
        label: version.to_owned(),
        address: super::handlers::address("boutique", version),
        first_seen: before(v, age),
        last_seen: Some(before(v, 60)),
        date_released: (age > 100_000).then(|| before(v, age)),
        events: 1_204,
        new_issues: 3,
        deploy: health.map(|_| deploy),
        health,
    }
}

fn cells(sessions: u64, crashed: u64, adoption: f64) -> HealthCells {
    HealthCells {
        sessions,
        errored: crashed * 3,
        crashed,
        users: sessions / 4,
        crash_free_sessions: 100.0 - crashed as f64 * 100.0 / sessions as f64,
        crash_free_users: Some(99.4),
        adoption,
    }
}

pub(crate) fn releases(v: &View) -> Vec<Drawn> {
    let v = &at(v, "/releases");
    let page = |projects: Vec<Choice>, rows| ReleasesPage {
        v,
        projects,
        periods: Choice::of(PERIODS.iter().map(|(value, word, _)| ((*value).to_owned(), v.t(word))), "7d"),
        environment: String::new(),
        rows,
        pager: Pager { shown: 3, ..Pager::default() },
        is_partial: false,
    };
    let project = || Choice::of([("boutique".to_owned(), "Boutique".to_owned())], "boutique");
    let rows = vec![
        row(v, "boutique@2.4.0", 4_000, Some(cells(18_230, 4, 71.2))),
        row(v, "boutique@2.3.9", 400_000, Some(cells(7_380, 391, 28.8))),
        row(v, "boutique@2.3.8", 4_000_000, None),
    ];
    let commit = |id: &str, author: &str, message: &str| CommitRow {
        id: line(id),
        author: line(author),
        message: line(message),
        at: Some(before(v, 5_000)),
    };
    let below = &at(v, "/projects/boutique/releases/boutique%402%2E4%2E0");
    let one = ReleasePage {
        v: below,
        project: "Boutique".to_owned(),
        slug: "boutique".to_owned(),
        row: rows[0].clone(),
        issues: "/issues".to_owned(),
        deploys: vec![DeployRow { environment: line("production"), name: line("bleu"), at: before(v, 4_000) }],
        commits: vec![
            commit("988e32a2e6", "Marion Durand", "Compter les articles offerts"),
            commit("a4a64dee90", "Jean Petit", "Ne pas facturer deux fois"),
        ],
        artifacts: 24,
        artifact_bytes: 3_480_000,
    };
    vec![
        ("releases", page(project(), rows).render().unwrap()),
        ("releases-none", page(project(), vec![]).render().unwrap()),
        ("releases-no-project", page(vec![], vec![]).render().unwrap()),
        ("release", one.render().unwrap()),
    ]
}
