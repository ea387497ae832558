//! Which job is meant: by its id, the beginning of its id, its name, or `last`.

use crate::{
    client::{Client, query},
    failure::{Failure, Result},
    render,
};
use serde_json::Value;

const PAGE: u32 = 1_000;
/// Pages of jobs that are looked through.
const PAGES_MAX: usize = 50;
/// Candidates that are listed when several are meant.
const SHOWN: usize = 10;

/// The id of the one job that `given` names.
pub(super) async fn job_id(client: &Client, given: &str) -> Result<String> {
    if given.parse::<model::JobId>().is_ok() {
        return Ok(given.to_owned());
    }
    let fitting = match given {
        "last" => jobs(client, None, 1, |_| true).await?,
        _ => named(client, given).await?,
    };
    match fitting.as_slice() {
        [job] => Ok(id(job).to_owned()),
        [] => Err(Failure::refused(format!("no job's id begins with `{given}`, and none is named so"))
            .help("see `vigie jobs`; `last` is the newest")),
        several => Err(Failure::refused(ambiguous(given, several)).help("give more of the id")),
    }
}

/// The same, where no job need be named.
pub(super) async fn if_given(client: &Client, given: Option<&str>) -> Result<Option<String>> {
    match given {
        Some(given) => job_id(client, given).await.map(Some),
        None => Ok(None),
    }
}

async fn named(client: &Client, given: &str) -> Result<Vec<Value>> {
    let is_hex = !given.is_empty() && given.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if is_hex {
        let start = given.to_ascii_lowercase();
        let fitting = jobs(client, None, SHOWN + 1, |job| id(job).starts_with(&start)).await?;
        if !fitting.is_empty() {
            return Ok(fitting);
        }
    }
    let mut namesakes = jobs(client, Some(given), SHOWN + 1, |job| job["name"].as_str() == Some(given)).await?;
    // Runs of one mailing follow each other: the newest is meant, unless several are open.
    let open = |job: &Value| !matches!(job["state"].as_str(), Some("completed" | "failed" | "cancelled"));
    if namesakes.iter().filter(|job| open(job)).count() < 2 {
        namesakes.truncate(1);
    } else {
        namesakes.retain(open);
    }
    Ok(namesakes)
}

/// The newest `limit` jobs that fit.
async fn jobs(client: &Client, name: Option<&str>, limit: usize, fits: impl Fn(&Value) -> bool) -> Result<Vec<Value>> {
    let (mut found, mut cursor) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let wanted = [("q", name.map(str::to_owned)), ("cursor", cursor), ("limit", Some(PAGE.to_string()))];
        let page = client.get(&format!("/api/v1/jobs{}", query(wanted))).await?;
        found.extend(page["rows"].as_array().into_iter().flatten().filter(|job| fits(job)).cloned());
        cursor = page["next"].as_str().map(str::to_owned);
        if found.len() >= limit || cursor.is_none() {
            break;
        }
    }
    found.truncate(limit);
    Ok(found)
}

fn ambiguous(given: &str, several: &[Value]) -> String {
    let mut text = format!("several jobs are meant by `{given}`:");
    for job in several.iter().take(SHOWN) {
        let of = |name: &str| job[name].as_str().unwrap_or_default();
        text += &format!("\n  {}  {}  {}", id(job), of("state"), render::plain(of("name"), 60));
    }
    if several.len() > SHOWN {
        text += "\n  …";
    }
    text
}

fn id(job: &Value) -> &str {
    job["id"].as_str().unwrap_or_default()
}
