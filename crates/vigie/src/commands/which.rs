//! Which job is meant: by its id, the beginning of its id, its name, or `last`. The server knows; here it is told what was
//! written.

use crate::{
    client::{Answer, Client, escaped, refusal},
    failure::{Exit, Failure, Result},
    render, words,
};
use api::jobs::{Candidate, Candidates, Job};
use model::JobId;

/// Candidates that are listed when several are meant.
const SHOWN: usize = 10;

/// The one job that `given` names.
pub(super) async fn job(client: &Client, given: &str) -> Result<Answer<Job>> {
    let problem = match client.get_or_problem(&format!("/api/v1/jobs/{}", escaped(given))).await? {
        Ok(job) => return Ok(job),
        Err(problem) => problem,
    };
    let failure = refusal(&problem);
    if let Some(Candidates { candidates }) = problem.besides() {
        return Err(Failure { what: several(&failure.what, &candidates), exit: Exit::Refused, ..failure });
    }
    let is_misnamed = problem.status == 404 && given.parse::<JobId>().is_err();
    Err(if is_misnamed { Failure { exit: Exit::Refused, ..failure } } else { failure })
}

/// The id of the one job that `given` names, where one need be named.
pub(super) async fn id_if_given(client: &Client, given: Option<&str>) -> Result<Option<JobId>> {
    match given {
        Some(given) => Ok(Some(job(client, given).await?.id)),
        None => Ok(None),
    }
}

fn several(what: &str, candidates: &[Candidate]) -> String {
    let mut text = format!("{what}:");
    for Candidate { id, state, name } in candidates.iter().take(SHOWN) {
        text += &format!("\n  {id}  {}  {}", words::word("state", state), render::plain(name, 60));
    }
    if candidates.len() > SHOWN {
        text += "\n  …";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Json, Router, extract::Path, http::StatusCode, routing::get};
    use serde_json::{Value, json};

    /// A server that knows no job, and many of one name.
    async fn answer(Path(called): Path<String>) -> (StatusCode, Json<Value>) {
        let candidate = |n: u32| {
            let id = format!("7f3b0c52-0000-4000-8000-0000000000{n:02}");
            json!({"id": id, "state": "running", "name": "Factures \u{1b}[2J"})
        };
        match called.as_str() {
            "Factures/1" => {
                let candidates: Vec<Value> = (0..11).map(candidate).collect();
                let detail = "`Factures/1` matches several jobs";
                let problem = json!({"status": 409, "detail": detail, "remedy": "enter more characters of the ID",
                                     "candidates": candidates});
                (StatusCode::CONFLICT, Json(problem))
            }
            _ => (StatusCode::NOT_FOUND, Json(json!({"status": 404, "detail": format!("there is no job {called}")}))),
        }
    }

    #[tokio::test]
    async fn candidates_are_listed_and_a_wrong_name_is_refused() {
        let client = Client::Here(Router::new().route("/api/v1/jobs/{called}", get(answer)));
        let failure = job(&client, "Factures/1").await.unwrap_err();
        let (said, exit) = (failure.to_string(), failure.exit);
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines[0], "error: `Factures/1` matches several jobs:");
        assert_eq!(lines[1], "  7f3b0c52-0000-4000-8000-000000000000  running  Factures  [2J");
        assert_eq!((lines.len(), lines[11], lines[12]), (13, "  …", "help: enter more characters of the ID"));
        assert_eq!(exit, Exit::Refused);
        assert_eq!(job(&client, "none").await.unwrap_err().exit, Exit::Refused);
        let gone = job(&client, "7f3b0c52-0000-4000-8000-000000000001").await.unwrap_err();
        assert_eq!(gone.exit, Exit::Failed, "it was named rightly");
    }
}
