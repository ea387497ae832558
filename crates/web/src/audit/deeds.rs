//! What can be done, and what it was done to, as the audit log keeps both: a method and a route, or a word, and a path.

/// A word for people, and the actions it stands for, without the prefix of the API.
const DEEDS: &[(&str, &[&str])] = &[
    ("deed-login", &["login"]),
    ("deed-logout", &["logout"]),
    ("audit-proxy-refused", &["login by proxy refused"]),
    ("deed-password", &["password"]),
    ("audit-sessions-end", &["POST /me/sessions/end"]),
    ("deed-user-new", &["POST /users", "user by proxy"]),
    ("deed-user-link", &["POST /users/{name}/link"]),
    ("deed-user-role", &["POST /users/{name}/role", "role by proxy"]),
    ("deed-user-disable", &["POST /users/{name}/disable"]),
    ("deed-user-enable", &["POST /users/{name}/enable"]),
    ("deed-token-new", &["POST /tokens"]),
    ("deed-token-revoke", &["POST /tokens/{name}/revoke", "DELETE /tokens/{name}"]),
    ("deed-account-new", &["POST /accounts"]),
    ("deed-account-change", &["POST /accounts/{name}", "PUT /accounts/{name}"]),
    ("deed-account-test", &["POST /accounts/{name}/test"]),
    ("deed-account-pause", &["POST /accounts/{name}/pause"]),
    ("deed-account-resume", &["POST /accounts/{name}/resume"]),
    ("deed-mailing-new", &["POST /mailings/new"]),
    ("deed-mailing-list", &["POST /mailings/{draft}/recipients"]),
    ("deed-mailing-files", &["POST /mailings/{draft}/files"]),
    ("deed-mailing-test", &["test of a mailing"]),
    ("deed-mailing-send", &["POST /mailings/{draft}/send", "POST /mailings"]),
    ("deed-mailing-delete", &["POST /mailings/{draft}/delete"]),
    ("audit-mailing-message", &["POST /mailings/{draft}/message"]),
    ("audit-mailing-files-remove", &["POST /mailings/{draft}/files/remove"]),
    ("audit-ledger", &["POST /ledger/{mailing}"]),
    ("audit-job-new", &["POST /jobs"]),
    ("audit-job-items", &["POST /jobs/{id}/items"]),
    ("audit-job-start", &["POST /jobs/{id}/ready", "POST /jobs/{id}/start"]),
    ("audit-job-complete", &["POST /jobs/{id}/complete"]),
    ("audit-job-fail", &["POST /jobs/{id}/fail"]),
    ("deed-job-pause", &["POST /jobs/{id}/pause"]),
    ("deed-job-resume", &["POST /jobs/{id}/resume"]),
    ("deed-job-cancel", &["POST /jobs/{id}/cancel"]),
    ("deed-job-retry", &["POST /jobs/{id}/retry", "POST /jobs/{id}/retry-failed"]),
    ("deed-job-settle", &["POST /jobs/{id}/settle"]),
    ("audit-job-correct", &["POST /jobs/{id}/correct", "POST /jobs/{id}/corrected-list/send"]),
    ("audit-job-reuse", &["POST /jobs/{id}/reuse"]),
    ("deed-log-clear", &["POST /logs/clear/{name}/", "POST /logs/clear/{name}"]),
    ("deed-log-format", &["POST /logs/format/{name}", "POST /sources/format"]),
    ("deed-logs-delete", &["DELETE /logs", "DELETE /logs/{seq}"]),
    ("deed-project-new", &["POST /projects"]),
    ("deed-project-change", &["POST /projects/{name}", "PUT /projects/{name}"]),
    ("deed-project-key-add", &["POST /projects/{name}/keys"]),
    ("deed-project-key-disable", &["POST /projects/{name}/keys/{code}/disable", "DELETE /projects/{name}/keys/{code}"]),
    ("deed-project-remove", &["POST /projects/{name}/remove", "DELETE /projects/{name}"]),
    ("deed-issue-change", &["POST /issues"]),
    ("deed-issue-resolve", &["POST /issues/{id}/resolve"]),
    ("deed-issue-ignore", &["POST /issues/{id}/ignore"]),
    ("deed-issue-reopen", &["POST /issues/{id}/reopen"]),
    ("deed-issue-assign", &["POST /issues/{id}/assign"]),
    ("deed-issue-comment", &["POST /issues/{id}/comment"]),
    ("deed-issue-merge", &["POST /issues/{id}/merge"]),
    ("deed-issue-split", &["POST /issues/{id}/unmerge", "POST /issues/{id}/split"]),
    ("deed-report-send", &["POST /report/send"]),
    ("deed-diagnosis", &["POST /diagnoses"]),
    (
        "deed-celery-order",
        &[
            "POST /celery/orders",
            "POST /celery/workers/{code}/order",
            "POST /celery/tasks/{code}/revoke",
            "POST /api/worker/pool/restart/{name}",
            "POST /api/worker/pool/grow/{name}",
            "POST /api/worker/pool/shrink/{name}",
            "POST /api/worker/pool/autoscale/{name}",
            "POST /api/worker/queue/add-consumer/{name}",
            "POST /api/worker/queue/cancel-consumer/{name}",
            "POST /api/task/revoke/{code}",
            "POST /api/task/timeout/{name}",
            "POST /api/task/rate-limit/{name}",
        ],
    ),
    (
        "deed-celery-shutdown",
        &[
            "POST /celery/workers/{name}/shutdown",
            "POST /celery/workers/{code}/shutdown",
            "POST /api/worker/shutdown/{name}",
        ],
    ),
    ("deed-celery-purge", &["POST /celery/queues/{name}/purge", "POST /celery/queues/{code}/purge"]),
    ("audit-message-resend", &["POST /messages/{code}/resend"]),
    ("audit-message-release", &["POST /messages/{code}/release"]),
    ("deed-alert-acknowledge", &["POST /alerts/{id}/acknowledge"]),
    ("deed-alert-silence", &["POST /alerts/{id}/silence"]),
    ("deed-alert-silence-end", &["POST /alerts/silences/{id}/end"]),
    ("deed-alert-rule-new", &["POST /alerts/rules", "POST /alert-rules"]),
    ("deed-alert-rule-change", &["POST /alerts/rules/{id}", "PUT /alert-rules/{id}"]),
    ("deed-alert-rule-switch", &["POST /alerts/rules/{id}/switch"]),
    ("deed-alert-rule-delete", &["POST /alerts/rules/{id}/delete", "DELETE /alert-rules/{id}"]),
    ("deed-alert-channel-new", &["POST /alerts/channels", "POST /alert-channels"]),
    ("deed-alert-channel-change", &["POST /alerts/channels/{id}"]),
    ("deed-alert-channel-delete", &["POST /alerts/channels/{id}/delete", "DELETE /alert-channels/{id}"]),
    ("deed-alert-channel-test", &["POST /alerts/channels/{id}/test", "POST /alert-channels/{id}/test"]),
    ("deed-maintenance-new", &["POST /alerts/maintenance", "POST /planned-maintenance"]),
    ("deed-maintenance-end", &["POST /alerts/maintenance/{id}/end", "DELETE /planned-maintenance/{id}"]),
    ("deed-status-page", &["POST /status-page", "PUT /status-page"]),
    ("deed-traces-import", &["POST /traces.csv"]),
    ("deed-check-new", &["POST /checks"]),
    ("deed-check-change", &["POST /checks/{name}", "PUT /checks/{name}"]),
    ("deed-check-pause", &["POST /checks/{name}/pause"]),
    ("deed-check-resume", &["POST /checks/{name}/resume"]),
    ("deed-check-test", &["POST /checks/{name}/test"]),
    ("deed-check-remove", &["POST /checks/{name}/remove", "DELETE /checks/{name}"]),
    ("deed-schedule-new", &["POST /schedules"]),
    ("deed-schedule-change", &["POST /schedules/{name}", "PUT /schedules/{name}"]),
    ("deed-schedule-pause", &["POST /schedules/{name}/pause"]),
    ("deed-schedule-resume", &["POST /schedules/{name}/resume"]),
    ("deed-schedule-run", &["POST /schedules/{name}/run"]),
    ("deed-schedule-remove", &["POST /schedules/{name}/remove", "DELETE /schedules/{name}"]),
    ("deed-run", &["POST /runs"]),
    ("deed-import-undo", &["DELETE /logs/imports/{id}"]),
    ("deed-import", &["POST /logs/imports/{id}"]),
    (
        "deed-release-new",
        &[
            "POST /projects/{name}/releases",
            "POST /api/0/organizations/{code}/releases/",
            "POST /api/0/projects/{code}/{name}/releases/",
        ],
    ),
    (
        "deed-release-change",
        &["PUT /api/0/organizations/{code}/releases/{row}/", "PUT /api/0/projects/{code}/{name}/releases/{row}/"],
    ),
    (
        "deed-release-deploy",
        &["POST /projects/{name}/releases/{code}/deploys", "POST /api/0/organizations/{code}/releases/{row}/deploys/"],
    ),
    (
        "deed-release-files",
        &[
            "POST /api/0/organizations/{code}/chunk-upload/",
            "POST /api/0/organizations/{code}/artifactbundle/assemble/",
        ],
    ),
    ("deed-sync-change", &["PUT /syncs/{name}"]),
    (
        "deed-sync-start",
        &[
            "POST /syncs/{name}/start",
            "POST /auto-sync/{number}/start",
            "POST /configurations/{number}/auto-sync/start/",
            "POST /configurations/{number}/auto-sync/restart/",
        ],
    ),
    (
        "deed-sync-stop",
        &["POST /syncs/{name}/stop", "POST /auto-sync/{number}/stop", "POST /configurations/{number}/auto-sync/stop/"],
    ),
    (
        "deed-sync-run",
        &[
            "POST /syncs/{name}/run",
            "POST /auto-sync/{number}/run",
            "POST /auto-sync/{number}/plans/{id}/run",
            "POST /configurations/{number}/auto-sync/trigger/",
        ],
    ),
    ("deed-sync-plan", &["POST /syncs/{name}/plan", "POST /auto-sync/{number}/plan"]),
    ("deed-sync-check", &["POST /syncs/{name}/check"]),
    ("deed-sync-compare", &["POST /syncs/{name}/reconcile"]),
    ("deed-sync-cleanup", &["POST /api/auto-sync/cleanup/"]),
    ("audit-webhook-new", &["POST /webhooks"]),
    ("audit-webhook-delete", &["DELETE /webhooks/{id}"]),
];

const API: &str = "/api/v1";

/// The identifiers of what can be asked for.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    DEEDS.iter().map(|(word, _)| *word)
}

/// The identifier of what was done, by a page or through the API.
pub(super) fn word(action: &str) -> Option<&'static str> {
    let action = action.replacen(API, "", 1);
    DEEDS.iter().find(|(_, actions)| actions.contains(&action.as_str())).map(|(word, _)| *word)
}

/// Every action that a word stands for.
pub(super) fn actions(word: &str) -> Vec<String> {
    let actions = DEEDS.iter().find(|(one, _)| *one == word).map_or(&[][..], |(_, actions)| actions);
    let through_api = |action: &str| action.replacen(" /", &format!(" {API}/"), 1);
    actions.iter().flat_map(|action| [(*action).to_owned(), through_api(action)]).collect()
}

/// What was acted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Object {
    /// By its id.
    Job(String),
    Draft(String),
    User(String),
    Token(String),
    Account(String),
    LogFile(String),
    /// By its slug.
    Project(String),
    /// By its name, as `SHOP-12`.
    Issue(String),
    /// What has a page of its own under a list: the list, the name.
    Under(&'static str, String),
    /// What the detail names, among things of a kind: its list.
    Of(&'static str),
    /// By their ids.
    Alert(String),
    Rule(String),
    Channel(String),
    /// Nothing in particular of a page, unless the detail names it: its address and the identifier of its name.
    Area(&'static str, &'static str),
    Other(String),
}

impl Object {
    /// From a path, with or without the prefix of the API, or a name.
    pub(super) fn read(subject: &str) -> Self {
        let Some(path) = subject.trim_start_matches(API).strip_prefix('/') else {
            return Self::Other(subject.to_owned());
        };
        let mut parts = path.split('/').filter(|part| !part.is_empty()).map(decoded);
        let first = parts.next().unwrap_or_default();
        match (first.as_str(), parts.next()) {
            ("users", Some(name)) => Self::User(name),
            ("tokens", Some(name)) => Self::Token(name),
            ("accounts", Some(name)) => Self::Account(name),
            ("projects", Some(slug)) => Self::Project(slug),
            ("issues", Some(name)) => Self::Issue(name),
            ("jobs", Some(id)) => Self::Job(id),
            ("checks", Some(name)) => Self::Under("/checks", name),
            ("schedules", Some(name)) => Self::Under("/schedules", name),
            ("syncs", Some(name)) => Self::Other(name),
            ("mailings", Some(id)) if uuid::Uuid::parse_str(&id).is_ok() => Self::Draft(id),
            ("auto-sync" | "configurations", Some(name)) => Self::Other(name),
            ("logs", Some(word)) if word == "clear" || word == "format" => {
                Self::LogFile(parts.next().unwrap_or_default())
            }
            ("users", None) => Self::Of("/users"),
            ("tokens", None) => Self::Of("/tokens"),
            ("accounts", None) => Self::Of("/accounts"),
            ("projects", None) => Self::Of("/projects"),
            ("checks", None) => Self::Of("/checks"),
            ("schedules", None) => Self::Of("/schedules"),
            ("alerts", Some(word)) if word == "rules" => parts.next().map_or(AREA_OF_RULES, Self::Rule),
            ("alerts", Some(word)) if word == "channels" => parts.next().map_or(AREA_OF_CHANNELS, Self::Channel),
            ("alerts", Some(word)) if word == "maintenance" => AREA_OF_WORK,
            ("alerts", Some(id)) if uuid::Uuid::parse_str(&id).is_ok() => Self::Alert(id),
            ("alert-rules", Some(id)) => Self::Rule(id),
            ("alert-channels", Some(id)) => Self::Channel(id),
            (area, _) => area_of(area).unwrap_or_else(|| Self::Other(subject.to_owned())),
        }
    }
}

const AREA_OF_RULES: Object = Object::Area("/alerts/rules", "audit-alert-rules");
const AREA_OF_CHANNELS: Object = Object::Area("/alerts/channels", "audit-alert-channels");
const AREA_OF_WORK: Object = Object::Area("/alerts/maintenance", "maintenances-title");

/// The page that the first part of a path is about.
fn area_of(first: &str) -> Option<Object> {
    Some(match first {
        "logs" => Object::Area("/explore", "menu-logs"),
        "mailings" => Object::Area("/mailings", "nav-mailings"),
        "jobs" | "runs" => Object::Area("/jobs", "menu-jobs"),
        "me" => Object::Area("/me", "me-title"),
        "webhooks" => Object::Area("", "audit-webhooks"),
        "issues" => Object::Area("/issues", "issues-title"),
        "alerts" => Object::Area("/alerts", "alerts-title"),
        "alert-rules" => AREA_OF_RULES,
        "alert-channels" => AREA_OF_CHANNELS,
        "diagnoses" => Object::Area("/diagnoses", "diagnoses-title"),
        "planned-maintenance" => AREA_OF_WORK,
        "status-page" => Object::Area("/status-page", "public-title"),
        "report" => Object::Area("/report", "report-title"),
        _ => return None,
    })
}

/// A name, as a path writes it.
fn decoded(name: &str) -> String {
    percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned()
}

/// As a path writes a name.
pub(super) fn encoded(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_acted_on_is_named() {
        let user = |name: &str| Object::User(name.to_owned());
        assert_eq!(Object::read("/users/bruno/role"), user("bruno"));
        assert_eq!(Object::read("/api/v1/accounts/compta%20%C3%A9t%C3%A9"), Object::Account("compta été".into()));
        assert_eq!(Object::read("/api/v1/users"), Object::Of("/users"));
        assert_eq!(Object::read("/logs/clear/jobs%3Arun%2Elog/"), Object::LogFile("jobs:run.log".into()));
        assert_eq!(Object::read("ana"), Object::Other("ana".into()));
        assert_eq!(Object::read("/mailings/new"), Object::Area("/mailings", "nav-mailings"));
        assert_eq!(Object::read("/alerts/rules"), AREA_OF_RULES);
        assert_eq!(Object::read("/api/v1/alert-rules/x"), Object::Rule("x".into()));
        assert_eq!(Object::read("/alerts/channels/x/test"), Object::Channel("x".into()));
        assert_eq!(Object::read("/report/send"), Object::Area("/report", "report-title"));
        assert_eq!(Object::read("/api/v1/checks/site/pause"), Object::Under("/checks", "site".into()));
        assert_eq!(Object::read("/api/v1/schedules"), Object::Of("/schedules"));
        assert_eq!(Object::read("/projects/shop/keys"), Object::Project("shop".into()));
        assert_eq!(Object::read("/api/v1/issues/SHOP-12/resolve"), Object::Issue("SHOP-12".into()));
        let id = "01938f2a-77b1-7cc3-9f00-2b6f5f1f0a11";
        assert_eq!(Object::read(&format!("/alerts/{id}/acknowledge")), Object::Alert(id.into()));
        assert_eq!(Object::read(&format!("/mailings/{id}/send")), Object::Draft(id.into()));
        assert_eq!(Object::read(&format!("/api/v1/jobs/{id}/pause")), Object::Job(id.into()));
    }

    #[test]
    fn a_deed_has_one_word_whichever_way_it_was_done() {
        assert_eq!(word("DELETE /api/v1/tokens/{name}"), Some("deed-token-revoke"));
        assert_eq!(word("POST /tokens/{name}/revoke"), Some("deed-token-revoke"));
        assert_eq!(word("POST /nothing"), None);
        for word_of in words() {
            assert!(actions(word_of).iter().all(|action| word(action) == Some(word_of)), "{word_of}");
        }
    }
}
