//! What is said to `vigie project` and `vigie issues`.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum ProjectCommand {
    /// Make a project, and show the DSN that its program is set up with
    Create {
        name: String,
        /// What the program is made with, where it is one of these
        #[arg(long, value_parser = ["python-django", "python-fastapi", "python-flask", "python-celery", "node", "javascript", "rust"])]
        platform: Option<String>,
        /// Where the program reaches Vigie [default: the first of `hosts`, or where the server answers]
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// The projects there are, and when the first event of each came
    List,
    /// Delete a project with its issues, events and files
    Remove {
        /// Its slug, as `vigie project list` shows it
        slug: String,
        /// Delete it without asking
        #[arg(long, short)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct IssuesArgs {
    #[command(subcommand)]
    pub(crate) command: Option<IssuesCommand>,
    #[command(flatten)]
    pub(crate) filter: IssuesFilter,
}

#[derive(Debug, Subcommand)]
pub(crate) enum IssuesCommand {
    /// The issues there are, the last seen first
    List(IssuesFilter),
    /// One issue
    Show { issue: String },
    /// It is mended: a later event reopens it
    Resolve {
        #[arg(required = true, value_name = "ISSUE")]
        issues: Vec<String>,
        /// Only an event of a release that is not there yet reopens it
        #[arg(long)]
        next_release: bool,
    },
    /// Do not show it among those that are open
    Ignore {
        #[arg(required = true, value_name = "ISSUE")]
        issues: Vec<String>,
        /// Until so many more events have come
        #[arg(long, value_name = "N")]
        events: Option<u64>,
    },
    /// It is not mended after all
    Reopen {
        #[arg(required = true, value_name = "ISSUE")]
        issues: Vec<String>,
    },
}

/// The states of issues that wait for somebody.
const OPEN: &str = "new,ongoing,regressed";

/// Which issues; of those that are open, unless states are named, all that are not left out.
#[derive(Debug, Args)]
pub(crate) struct IssuesFilter {
    /// Of the project of that slug
    #[arg(long, value_name = "SLUG")]
    project: Option<String>,
    /// In these states: new,ongoing,regressed,resolved,ignored; or all
    #[arg(long, value_name = "STATES", default_value = OPEN)]
    state: String,
    /// With an event of that environment
    #[arg(long)]
    environment: Option<String>,
    /// With an event of that release
    #[arg(long)]
    release: Option<String>,
    /// With these words in the title or the place
    text: Option<String>,
}

impl IssuesFilter {
    /// As the API is asked.
    pub(crate) fn query(&self) -> String {
        let state = Some(self.state.clone()).filter(|state| state != "all");
        let pairs = [
            ("project", &self.project),
            ("state", &state),
            ("environment", &self.environment),
            ("release", &self.release),
            ("text", &self.text),
        ];
        let set = pairs.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        set.map(|(name, value)| format!("{name}={}", crate::client::escaped(value))).collect::<Vec<_>>().join("&")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Said {
        #[command(flatten)]
        issues: IssuesArgs,
    }

    fn said(words: &[&str]) -> IssuesArgs {
        Said::try_parse_from([&["issues"], words].concat()).unwrap_or_else(|error| panic!("{words:?}: {error}")).issues
    }

    #[test]
    fn those_that_are_open_are_listed_unless_states_are_named() {
        let query = |words: &[&str]| said(words).filter.query();
        assert_eq!(query(&[]), "state=new%2Congoing%2Cregressed");
        assert_eq!(query(&["--project", "shop", "--state", "resolved"]), "project=shop&state=resolved");
        assert_eq!(query(&["--state", "all"]), "");
        let Some(IssuesCommand::List(filter)) = said(&["list", "basket"]).command else { panic!("it is a list") };
        assert_eq!(filter.query(), "state=new%2Congoing%2Cregressed&text=basket");
    }

    #[test]
    fn several_are_resolved_and_ignored_at_once() {
        let resolved = said(&["resolve", "SHOP-1", "SHOP-2", "--next-release"]).command;
        let Some(IssuesCommand::Resolve { issues, next_release: true }) = resolved else { panic!("{resolved:?}") };
        assert_eq!(issues, ["SHOP-1", "SHOP-2"]);
        let ignored = said(&["ignore", "--events", "9", "SHOP-1", "SHOP-2"]).command;
        let Some(IssuesCommand::Ignore { issues, events: Some(9) }) = ignored else { panic!("{ignored:?}") };
        assert_eq!(issues.len(), 2);
        assert!(Said::try_parse_from(["issues", "resolve"]).is_err(), "none is named");
    }
}
