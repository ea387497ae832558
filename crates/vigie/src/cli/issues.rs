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
        issue: String,
        /// Only an event of a release that is not there yet reopens it
        #[arg(long)]
        next_release: bool,
    },
    /// Do not show it among those that are open
    Ignore {
        issue: String,
        /// Until so many more events have come
        #[arg(long, value_name = "N")]
        events: Option<u64>,
    },
    /// It is not mended after all
    Reopen { issue: String },
}

/// Which issues; all that are not left out.
#[derive(Debug, Args)]
pub(crate) struct IssuesFilter {
    /// Of the project of that slug
    #[arg(long, value_name = "SLUG")]
    project: Option<String>,
    /// In these states: new,ongoing,regressed,resolved,ignored
    #[arg(long, value_name = "STATES")]
    state: Option<String>,
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
        let pairs = [
            ("project", &self.project),
            ("state", &self.state),
            ("environment", &self.environment),
            ("release", &self.release),
            ("text", &self.text),
        ];
        let set = pairs.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        set.map(|(name, value)| format!("{name}={}", crate::client::escaped(value))).collect::<Vec<_>>().join("&")
    }
}
