//! Alerts: what is wrong now and what was, one of them, the rules, the channels.

use crate::layout::{
    foreign::Foreign,
    parts::{Choice, Faults, Notice, Pager},
    view::View,
};
use crate::maintenance::page::WorkNow;
use askama::Template;
use model::Timestamp;
use std::time::Duration;

#[derive(Template)]
#[template(path = "alerts/list.html")]
pub(crate) struct AlertsPage<'a> {
    pub(crate) v: &'a View,
    /// Firing, the worst first.
    pub(crate) firing: Vec<IncidentRow>,
    /// Of this page of the history.
    pub(crate) over: Vec<IncidentRow>,
    pub(crate) pager: Pager,
    pub(crate) has_channels: bool,
    pub(crate) silences: Vec<SilenceRow>,
    pub(crate) works: Vec<WorkNow>,
    pub(crate) notice: Option<Notice>,
}

#[derive(Template)]
#[template(path = "alerts/show.html")]
pub(crate) struct AlertPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) row: IncidentRow,
    /// What the rule looks at, in words; none where the rule was deleted.
    pub(crate) rule: Option<String>,
    pub(crate) messages: Vec<MessageRow>,
    pub(crate) silences: Vec<SilenceRow>,
    /// For how long it may be silenced: minutes and words.
    pub(crate) times: Vec<Choice>,
    pub(crate) notice: Option<Notice>,
}

/// An incident in a list.
#[derive(Clone, Debug)]
pub(crate) struct IncidentRow {
    pub(crate) id: String,
    /// What is wrong: the name of its rule.
    pub(crate) what: String,
    /// With what.
    pub(crate) name: Foreign,
    pub(crate) example: Foreign,
    /// Of the page that shows what it is about; empty where there is none.
    pub(crate) path: String,
    pub(crate) severity: SeverityWord,
    pub(crate) phase: PhaseWord,
    pub(crate) since: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) lasted: Duration,
    /// How often it happened, where that is more than once.
    pub(crate) count: Option<u64>,
    pub(crate) acknowledged: Option<(String, Timestamp)>,
}

/// How bad it is, as a badge says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SeverityWord(pub(crate) alerts::Severity);

impl SeverityWord {
    fn word(self) -> &'static str {
        match self.0 {
            alerts::Severity::Info => "severity-info",
            alerts::Severity::Warning => "severity-warning",
            alerts::Severity::Critical => "severity-critical",
        }
    }

    fn class(self) -> &'static str {
        match self.0 {
            alerts::Severity::Info => "busy",
            alerts::Severity::Warning => "doubt",
            alerts::Severity::Critical => "bad",
        }
    }

    fn icon(self) -> &'static str {
        match self.0 {
            alerts::Severity::Info => "info",
            alerts::Severity::Warning => "warn",
            alerts::Severity::Critical => "failed",
        }
    }
}

/// Where it stands, as a badge says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PhaseWord(pub(crate) alerts::Phase);

impl PhaseWord {
    fn word(self) -> &'static str {
        match self.0 {
            alerts::Phase::Pending => "alert-pending",
            alerts::Phase::Firing => "alert-firing",
            alerts::Phase::Resolved => "alert-resolved",
            alerts::Phase::Expired => "alert-expired",
        }
    }

    fn class(self) -> &'static str {
        match self.0 {
            alerts::Phase::Pending => "doubt",
            alerts::Phase::Firing => "bad",
            alerts::Phase::Resolved => "good",
            alerts::Phase::Expired => "still",
        }
    }

    fn icon(self) -> &'static str {
        match self.0 {
            alerts::Phase::Pending => "pending",
            alerts::Phase::Firing => "failed",
            alerts::Phase::Resolved => "succeeded",
            alerts::Phase::Expired => "minus",
        }
    }

    pub(crate) fn is_open(self) -> bool {
        self.0.is_open()
    }
}

/// A message about an incident, to one channel.
#[derive(Clone, Debug)]
pub(crate) struct MessageRow {
    pub(crate) channel: String,
    /// Identifier of what was said.
    pub(crate) said: &'static str,
    /// Identifier of how it went, the colour of that, and why not.
    pub(crate) state: &'static str,
    pub(crate) class: &'static str,
    pub(crate) error: String,
    pub(crate) at: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) struct SilenceRow {
    pub(crate) id: String,
    /// What it keeps quiet.
    pub(crate) what: String,
    pub(crate) until: Timestamp,
    pub(crate) by: String,
    pub(crate) reason: String,
}

#[derive(Template)]
#[template(path = "alerts/channels.html")]
pub(crate) struct ChannelsPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) rows: Vec<ChannelRow>,
    /// Types of channel that can be added.
    pub(crate) types: Vec<(&'static str, &'static str)>,
    pub(crate) notice: Option<Notice>,
}

#[derive(Clone, Debug)]
pub(crate) struct ChannelRow {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Identifier of its type.
    pub(crate) kind: &'static str,
    pub(crate) takes_all: bool,
    pub(crate) failing_since: Option<Timestamp>,
    pub(crate) last_error: String,
    pub(crate) last_sent_at: Option<Timestamp>,
}

#[derive(Template)]
#[template(path = "alerts/channel.html")]
pub(crate) struct ChannelPage<'a> {
    pub(crate) v: &'a View,
    /// `None`: a new one.
    pub(crate) id: Option<String>,
    pub(crate) form: ChannelForm,
    pub(crate) faults: Faults,
}

/// As typed. Field names are those of the form, too. Secrets are never shown again.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChannelForm {
    pub(crate) kind: String,
    /// Identifier of the type.
    pub(crate) word: &'static str,
    pub(crate) name: String,
    pub(crate) accounts: Vec<Choice>,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) chat: String,
    pub(crate) topic: String,
    pub(crate) languages: Vec<Choice>,
    pub(crate) fallbacks: Vec<Choice>,
    pub(crate) takes_all: bool,
    /// A secret is kept already: an empty field leaves it as it is.
    pub(crate) has_secret: bool,
}

impl ChannelForm {
    fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// Label, hint, and whether it may be left empty, of the field with the URL; none where there is none.
    fn url(&self) -> Option<(&'static str, &'static str, bool)> {
        Some(match self.kind.as_str() {
            "slack" => ("channel-url", "channel-url-slack", false),
            "discord" => ("channel-url", "channel-url-discord", false),
            "teams" => ("channel-url", "channel-url-teams", false),
            "webhook" => ("channel-url", "channel-url-webhook", false),
            "telegram" => ("channel-server", "channel-server-telegram", true),
            "ntfy" => ("channel-server", "channel-server-ntfy", true),
            _ => return None,
        })
    }

    /// The same of the field with the token.
    fn token(&self) -> Option<(&'static str, &'static str, bool)> {
        Some(match self.kind.as_str() {
            "telegram" => ("channel-token", "channel-token-telegram", false),
            "ntfy" => ("channel-token", "channel-token-ntfy", true),
            "webhook" => ("channel-key", "channel-key-hint", true),
            _ => return None,
        })
    }
}

#[derive(Template)]
#[template(path = "alerts/rules.html")]
pub(crate) struct RulesPage<'a> {
    pub(crate) v: &'a View,
    pub(crate) rows: Vec<RuleRow>,
    /// Kinds of rule that can be added, with their names.
    pub(crate) kinds: Vec<(&'static str, String)>,
    pub(crate) notice: Option<Notice>,
}

#[derive(Clone, Debug)]
pub(crate) struct RuleRow {
    pub(crate) id: String,
    pub(crate) name: String,
    /// What it looks at, in words.
    pub(crate) text: String,
    pub(crate) query: String,
    pub(crate) severity: SeverityWord,
    pub(crate) is_enabled: bool,
    /// Names of the channels that it tells; empty: all that take everything.
    pub(crate) channels: Vec<String>,
}

#[derive(Template)]
#[template(path = "alerts/rule.html")]
pub(crate) struct RulePage<'a> {
    pub(crate) v: &'a View,
    pub(crate) id: Option<String>,
    pub(crate) is_built_in: bool,
    pub(crate) form: RuleForm,
    pub(crate) faults: Faults,
    pub(crate) preview: Option<PreviewRow>,
}

/// What a rule would have done.
#[derive(Clone, Debug)]
pub(crate) struct PreviewRow {
    pub(crate) fired: u64,
    pub(crate) messages: u64,
    /// Names and beginnings of what would have fired.
    pub(crate) incidents: Vec<(String, Timestamp)>,
}

/// As typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleForm {
    pub(crate) kind: String,
    pub(crate) what: String,
    pub(crate) name: String,
    pub(crate) severities: Vec<Choice>,
    /// Field, label, value and unit of each limit that its kind has.
    pub(crate) limits: Vec<LimitField>,
    pub(crate) query: Option<String>,
    /// Whether it finds nothing as it is: sent again, it is meant so.
    pub(crate) is_doubted: bool,
    pub(crate) for_min: String,
    pub(crate) throttle_min: String,
    pub(crate) is_measured: bool,
    pub(crate) channels: Vec<Choice>,
    pub(crate) escalations: Vec<Choice>,
    pub(crate) escalate_min: String,
}

#[derive(Clone, Debug)]
pub(crate) struct LimitField {
    pub(crate) field: &'static str,
    pub(crate) label: String,
    pub(crate) value: String,
}
