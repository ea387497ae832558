//! The releases of a project, and one of them.

use crate::layout::{
    foreign::Foreign,
    parts::{Choice, Pager},
    view::View,
};
use askama::Template;
use language::Language;
use model::Timestamp;

#[derive(Template)]
#[template(path = "releases/list.html")]
pub(crate) struct ReleasesPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) projects: Vec<Choice>,
    pub(crate) periods: Vec<Choice>,
    pub(crate) environment: String,
    pub(crate) rows: Vec<ReleaseRow>,
    pub(crate) pager: Pager,
    pub(crate) is_partial: bool,
}

impl ReleasesPage<'_> {
    fn has_projects(&self) -> bool {
        !self.projects.is_empty()
    }
}

#[derive(Template)]
#[template(path = "releases/show.html")]
pub(crate) struct ReleasePage<'a> {
    pub(crate) v: &'a View,
    /// The name and the slug of its project.
    pub(crate) project: String,
    pub(crate) slug: String,
    pub(crate) row: ReleaseRow,
    /// Issues with an event of it.
    pub(crate) issues: String,
    pub(crate) deploys: Vec<DeployRow>,
    pub(crate) commits: Vec<CommitRow>,
    pub(crate) artifacts: u64,
    pub(crate) artifact_bytes: u64,
}

/// A release in a list.
#[derive(Clone, Debug)]
pub(crate) struct ReleaseRow {
    pub(crate) version: Foreign,
    /// For places that take no markup.
    pub(crate) label: String,
    /// Of its own page.
    pub(crate) address: String,
    pub(crate) first_seen: Timestamp,
    pub(crate) last_seen: Option<Timestamp>,
    pub(crate) date_released: Option<Timestamp>,
    pub(crate) events: u64,
    pub(crate) new_issues: u64,
    /// Where it went last.
    pub(crate) deploy: Option<DeployRow>,
    /// None where there were no sessions of it in the time.
    pub(crate) health: Option<HealthCells>,
}

/// What sessions came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HealthCells {
    pub(crate) sessions: u64,
    pub(crate) errored: u64,
    pub(crate) crashed: u64,
    pub(crate) users: u64,
    /// From 0 to 100, as are the others.
    pub(crate) crash_free_sessions: f64,
    pub(crate) crash_free_users: Option<f64>,
    pub(crate) adoption: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct DeployRow {
    pub(crate) environment: Foreign,
    pub(crate) name: Foreign,
    pub(crate) at: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) struct CommitRow {
    /// The beginning of its hash.
    pub(crate) id: Foreign,
    pub(crate) author: Foreign,
    pub(crate) message: Foreign,
    pub(crate) at: Option<Timestamp>,
}

/// Two digits, rounded down: nothing that crashed is 100 %.
pub(crate) fn crash_free(v: &View, percent: &f64) -> String {
    let text = format!("{:.2}", (percent * 100.0).floor() / 100.0);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match v.language {
        Language::French => format!("{}\u{202f}%", text.replace('.', ",")),
        Language::English => format!("{text}%"),
    }
}

/// How a share without a crash is coloured.
pub(crate) fn crash_free_tone(percent: &f64) -> &'static str {
    match percent {
        99.5.. => "good",
        95.0.. => "",
        _ => "bad",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::gallery::examples::view;

    #[test]
    fn what_crashed_is_never_whole() {
        let (english, french) = (view(Language::English), view(Language::French));
        for (percent, expected) in [(100.0, "100%"), (99.996, "99.99%"), (98.5, "98.5%"), (0.0, "0%"), (80.0, "80%")] {
            assert_eq!(crash_free(&english, &percent), expected);
        }
        assert_eq!(crash_free(&french, &99.95), "99,95\u{202f}%");
    }
}
