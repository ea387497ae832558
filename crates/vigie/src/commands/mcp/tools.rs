//! What an assistant may ask. Each tool reads; its answer is JSON as the API gives it, masked once more and cut where it is long.

use crate::{
    app,
    client::{escaped, query},
    config::Config,
    failure::{Failure, Result},
    words,
};
use diagnosis::{Question, report};
use language::Language;
use model::Clock;
use serde_json::{Value, json};
use std::{path::Path, time::Duration};

/// Bytes of an answer.
const ANSWER_BYTES_MAX: usize = 48 << 10;
/// Rows of an answer, and how many there are where none are asked for.
const ROWS_MAX: u64 = 100;
const ROWS: u64 = 20;
/// Bytes of one argument.
const ARGUMENT_BYTES_MAX: usize = 4 << 10;
/// Characters of a message of a log.
const MESSAGE_MAX: &str = "500";

struct Tool {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    /// Name, type, what it means, whether it has to be given.
    arguments: &'static [(&'static str, &'static str, &'static str, bool)],
}

const LIMIT: (&str, &str, &str, bool) = ("limit", "integer", "Rows, 20 unless said otherwise, 100 at most", false);
const SINCE: (&str, &str, &str, bool) =
    ("since", "string", "Not before: RFC 3339, a day, or so long ago (15m, 1h, 7d)", false);
const UNTIL: (&str, &str, &str, bool) = ("until", "string", "Before: as since", false);
const JOB: (&str, &str, &str, bool) = ("job", "string", "Its id, the beginning of it, its name, or last", true);

const TOOLS: &[Tool] = &[
    Tool {
        name: "search_logs",
        title: "Search logs",
        description: "Log records that match a query, the newest first. Words, \"phrases\", field:value (level:error, \
            source:nginx, host:web1), NOT, OR and brackets; steps such as | stats count by source.",
        arguments: &[("query", "string", "As in docs/search.md", true), SINCE, UNTIL, LIMIT],
    },
    Tool {
        name: "list_jobs",
        title: "List jobs",
        description: "Mailings and other jobs, the newest first, with how many items succeeded, failed or are unconfirmed.",
        arguments: &[
            ("state", "string", "pending, running, paused, completed, failed, cancelled; several with commas", false),
            ("text", "string", "Part of the name", false),
            SINCE,
            UNTIL,
            LIMIT,
        ],
    },
    Tool {
        name: "show_job",
        title: "Show a job",
        description: "One job: its state, why it stands still, its counts.",
        arguments: &[JOB],
    },
    Tool {
        name: "job_log",
        title: "Log of a job",
        description: "The last lines of what a job did.",
        arguments: &[JOB, LIMIT],
    },
    Tool {
        name: "job_trouble",
        title: "What went wrong in a job",
        description: "Items of a job that failed or are unconfirmed, each with the reply of the other side.",
        arguments: &[JOB, LIMIT],
    },
    Tool {
        name: "list_issues",
        title: "List errors",
        description: "Errors that programs report, each once, with how often and when they occur.",
        arguments: &[
            ("project", "string", "The slug of a project", false),
            ("text", "string", "Part of the title", false),
            LIMIT,
        ],
    },
    Tool {
        name: "show_issue",
        title: "Show an error",
        description: "One error, with where it happens.",
        arguments: &[("issue", "string", "As SHOP-12", true)],
    },
    Tool {
        name: "diagnose",
        title: "Why a run stopped",
        description: "Reads the logs of this machine around a moment and names the cause that they prove, with the line that \
            decides, a timeline, and what was read; or says that the evidence does not suffice. Takes ten seconds at most.",
        arguments: &[
            ("what", "string", "What happened and when, in English or French: the mailing stopped at 22:20", true),
            ("path", "string", "Part of the path of the request that sends", false),
            ("unit", "string", "The systemd unit of the application", false),
            ("window_minutes", "integer", "Before and after, 15 unless said otherwise", false),
        ],
    },
    Tool {
        name: "diagnosis_of_job",
        title: "Why a job stopped",
        description: "The newest diagnosis of a job that is kept: Vigie begins one by itself when a job stops unasked.",
        arguments: &[JOB],
    },
];

/// As the protocol lists them.
pub(super) fn list() -> Value {
    let one = |tool: &Tool| {
        let properties: serde_json::Map<String, Value> = tool
            .arguments
            .iter()
            .map(|(name, kind, about, _)| ((*name).to_owned(), json!({"type": kind, "description": about})))
            .collect();
        let required: Vec<&str> =
            tool.arguments.iter().filter(|argument| argument.3).map(|argument| argument.0).collect();
        json!({
            "name": tool.name,
            "title": tool.title,
            "description": tool.description,
            "inputSchema": {"type": "object", "properties": properties, "required": required, "additionalProperties": false},
            "annotations": {"readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false},
        })
    };
    TOOLS.iter().map(one).collect()
}

/// Calls a tool; `None` where there is none of that name. What goes wrong is an answer, too: the assistant reads it.
pub(super) async fn call(config: &Config, params: &Value) -> Option<Value> {
    let name = params["name"].as_str()?;
    let tool = TOOLS.iter().find(|tool| tool.name == name)?;
    let arguments = Arguments(&params["arguments"]);
    let answered = match arguments.check(tool) {
        Ok(()) => answered(config, name, &arguments).await.map_err(|failure| failure.to_string()),
        Err(problem) => Err(problem),
    };
    let (text, is_error) = match answered {
        Ok(text) => (text, false),
        Err(problem) => (problem, true),
    };
    Some(json!({"content": [{"type": "text", "text": bounded(&text)}], "isError": is_error}))
}

struct Arguments<'a>(&'a Value);

impl Arguments<'_> {
    fn check(&self, tool: &Tool) -> Result<(), String> {
        let empty = serde_json::Map::new();
        let given = match self.0 {
            Value::Null => &empty,
            Value::Object(given) => given,
            _ => return Err("the arguments are no object".to_owned()),
        };
        for (name, value) in given {
            let Some((_, kind, ..)) = tool.arguments.iter().find(|argument| argument.0 == name) else {
                return Err(format!("{} takes no argument {name}", tool.name));
            };
            let fits = match *kind {
                "integer" => value.is_u64(),
                _ => value.as_str().is_some_and(|text| text.len() <= ARGUMENT_BYTES_MAX),
            };
            if !fits {
                return Err(format!("{name} has to be of type {kind}, and short"));
            }
        }
        match tool.arguments.iter().find(|argument| argument.3 && !given.contains_key(argument.0)) {
            Some((name, ..)) => Err(format!("{} needs the argument {name}", tool.name)),
            None => Ok(()),
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        self.0[name].as_str().map(str::to_owned)
    }

    fn limit(&self) -> Option<String> {
        Some(self.0["limit"].as_u64().unwrap_or(ROWS).clamp(1, ROWS_MAX).to_string())
    }
}

async fn answered(config: &Config, name: &str, arguments: &Arguments<'_>) -> Result<String> {
    if name == "diagnose" {
        return diagnosed(arguments).await;
    }
    let connected = app::reading_logs(config).await?;
    let client = connected.client();
    let job = arguments.text("job").map(|job| escaped(&job)).unwrap_or_default();
    let path = match name {
        "search_logs" => {
            let asked = [
                ("q", arguments.text("query")),
                ("since", arguments.text("since")),
                ("until", arguments.text("until")),
                ("limit", arguments.limit()),
                ("message_max", Some(MESSAGE_MAX.to_owned())),
            ];
            format!("/api/v1/logs/search{}", query(asked))
        }
        "list_jobs" => {
            let asked = [
                ("state", arguments.text("state")),
                ("q", arguments.text("text")),
                ("since", arguments.text("since")),
                ("until", arguments.text("until")),
                ("limit", arguments.limit()),
            ];
            format!("/api/v1/jobs{}", query(asked))
        }
        "show_job" => format!("/api/v1/jobs/{job}"),
        "list_issues" => {
            let asked = [
                ("project", arguments.text("project")),
                ("text", arguments.text("text")),
                ("limit", arguments.limit()),
            ];
            format!("/api/v1/issues{}", query(asked))
        }
        "show_issue" => format!("/api/v1/issues/{}", escaped(&arguments.text("issue").unwrap_or_default())),
        _ => {
            let id = super::super::which::job(client, &arguments.text("job").unwrap_or_default()).await?.id;
            match name {
                "job_log" => format!("/api/v1/jobs/{id}/log{}", query([("tail", arguments.limit())])),
                "job_trouble" => {
                    let trouble = ("state", Some("failed,unknown".to_owned()));
                    format!("/api/v1/jobs/{id}/items{}", query([trouble, ("limit", arguments.limit())]))
                }
                _ => return of_job(client, &id.to_string()).await,
            }
        }
    };
    let answer = client.get::<Value>(&path).await?;
    Ok(format!("{:#}", answer.json))
}

/// The newest diagnosis of a job, as text.
async fn of_job(client: &crate::client::Client, id: &str) -> Result<String> {
    let list = client.get::<Value>("/api/v1/diagnoses").await?;
    let is_of_job = |one: &&Value| one["question"]["job"] == id && !one["verdict"].is_null();
    let newest = list.json["rows"].as_array().and_then(|rows| rows.iter().find(is_of_job));
    let Some(newest) = newest.and_then(|one| one["id"].as_str()) else {
        return Err(Failure::new(format!("no diagnosis of this job is kept: vigie diagnose --job {id} makes one")));
    };
    client.text(&format!("/api/v1/diagnoses/{newest}.txt?lang={}", code())).await
}

/// Reads the machine's logs in this process: nothing is kept of it.
async fn diagnosed(arguments: &Arguments<'_>) -> Result<String> {
    let minutes = arguments.0["window_minutes"].as_u64();
    let question = Question {
        phrase: arguments.text("what").unwrap_or_default(),
        path: arguments.text("path"),
        unit: arguments.text("unit"),
        window: minutes.map(|minutes| Duration::from_secs(minutes.clamp(1, 24 * 60) * 60)),
        ..Question::default()
    };
    let found = tokio::task::spawn_blocking(move || {
        diagnosis::diagnose(Path::new("/"), &question, None, &Clock::System)
            .map(|found| report::text(&found, words::language()))
            .map_err(|error| super::super::diagnose::refused(&error, Path::new("/")))
    });
    found.await.map_err(|error| Failure::new(error.to_string()))?
}

fn code() -> &'static str {
    if words::language() == Language::French { "fr" } else { "en" }
}

/// Without secrets, and no longer than an assistant reads.
fn bounded(text: &str) -> String {
    let text = scrub::scrub(text);
    if text.len() <= ANSWER_BYTES_MAX {
        return text.into_owned();
    }
    let end = text.floor_char_boundary(ANSWER_BYTES_MAX);
    format!("{}\n[cut: {} bytes of {}; ask for fewer rows, or a narrower query]", &text[..end], end, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_those_of_the_tool() {
        let tool = &TOOLS[0];
        let check = |arguments: Value| Arguments(&arguments).check(tool);
        assert_eq!(check(json!({"query": "level:error", "limit": 5})), Ok(()));
        assert!(check(json!({})).unwrap_err().contains("query"));
        assert!(check(json!({"query": "x", "delete": true})).unwrap_err().contains("takes no argument delete"));
        assert!(check(json!({"query": 5})).is_err() && check(json!([])).is_err());
        assert!(check(json!({"query": "x".repeat(ARGUMENT_BYTES_MAX + 1)})).is_err());
    }

    #[test]
    fn what_is_long_is_cut_and_what_is_secret_is_masked() {
        assert!(!bounded("password=hunter2 x").contains("hunter2"));
        let long = bounded(&"é".repeat(ANSWER_BYTES_MAX));
        assert!(long.len() < ANSWER_BYTES_MAX + 200 && long.contains("[cut: "));
    }
}
