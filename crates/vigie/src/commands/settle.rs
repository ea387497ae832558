//! `vigie jobs settle` and `vigie jobs retry-failed`: a person's word on rows, and what became of it.

use super::jobs::{Changing, rows, told};
use crate::{
    cli::{JobArg, SettleArgs},
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, count, counted},
};
use serde_json::{Value, json};

/// Rows in one call, as the API takes them.
const BATCH: usize = 1_000;
/// Rows in one command.
pub(crate) const ROWS_MAX: usize = 100_000;
/// Rows left as they were that are named one by one.
const SHOWN: usize = 10;

pub(super) async fn settle(config: &Config, args: &SettleArgs) -> Result<Exit> {
    let (ranges, verdict) = match (&args.sent, &args.not_sent) {
        (Some(ranges), _) => (ranges, "sent"),
        (None, Some(ranges)) => (ranges, "not_sent"),
        (None, None) => return Err(nothing_named()),
    };
    if ranges.is_empty() != args.all {
        return Err(nothing_named());
    }
    let seqs: Vec<i64> = ranges.iter().flat_map(|range| range.clone()).take(ROWS_MAX + 1).collect();
    if seqs.len() > ROWS_MAX {
        return Err(Failure::refused(format!("more than {} rows are named", count(ROWS_MAX as u64)))
            .help("settle them in several commands, or use --all"));
    }
    let changing = Changing::begin(config, &args.job).await?;
    let settled = settle_all(&changing, &seqs, verdict).await;
    let runs = changing.end(config).await;
    let Settled { job, settled, left } = settled?;
    if config.json {
        render::json(&json!({"job": job, "settled": settled, "left": left}))?;
    } else {
        render::say(&said(&settled, &left));
        told(&job, runs);
    }
    Ok(if settled.is_empty() || !left.is_empty() { Exit::Failed } else { Exit::Done })
}

fn nothing_named() -> Failure {
    Failure::refused("it is not said which rows").help("name rows (17 or 175-190), or give --all for every unknown one")
}

/// What became of the rows.
struct Settled {
    job: Value,
    settled: Vec<i64>,
    left: Vec<Value>,
}

/// The rows named, or, without any, every unknown one.
async fn settle_all(changing: &Changing, seqs: &[i64], verdict: &str) -> Result<Settled> {
    let (client, id) = (changing.client(), &changing.id);
    let by = std::env::var("USER").unwrap_or_else(|_| "command line".into());
    let mut all =
        Settled { job: client.get(&format!("/api/v1/jobs/{id}")).await?, settled: Vec::new(), left: Vec::new() };
    let mut batches = seqs.chunks(BATCH).map(<[i64]>::to_vec);
    loop {
        let batch = match seqs.is_empty() {
            false => batches.next().unwrap_or_default(),
            true => {
                let unknown = client.get(&format!("/api/v1/jobs/{id}/items?state=unknown&limit={BATCH}")).await?;
                rows(&unknown).iter().filter_map(|item| item["seq"].as_i64()).collect()
            }
        };
        if batch.is_empty() {
            return Ok(all);
        }
        let body = json!({"seqs": batch, "as": verdict, "by": by});
        let answer = client.post(&format!("/api/v1/jobs/{id}/settle"), &body).await?;
        let settled = answer["settled"].as_array().into_iter().flatten().filter_map(Value::as_i64);
        let before = all.settled.len();
        all.settled.extend(settled);
        all.left.extend(answer["left"].as_array().into_iter().flatten().cloned());
        all.job = answer["job"].clone();
        // Somebody else may be settling the same rows.
        if seqs.is_empty() && all.settled.len() == before {
            return Ok(all);
        }
    }
}

/// `2 settled; row 3 is failed, not unknown; there is no row 9999`
fn said(settled: &[i64], left: &[Value]) -> String {
    let mut parts = vec![format!("{} settled", count(settled.len() as u64))];
    if settled.is_empty() && left.is_empty() {
        parts.push("no row is unknown".into());
    }
    parts.extend(left.iter().take(SHOWN).map(|row| match row["state"].as_str() {
        Some(state) => format!("row {} is {state}, not unknown", row["seq"]),
        None => format!("there is no row {}", row["seq"]),
    }));
    if left.len() > SHOWN {
        parts.push(format!("{} more are not unknown either", count((left.len() - SHOWN) as u64)));
    }
    parts.join("; ")
}

pub(super) async fn retry_failed(config: &Config, job: &JobArg) -> Result<Exit> {
    let changing = Changing::begin(config, job).await?;
    let retried = changing.client().post(&format!("/api/v1/jobs/{}/retry-failed", changing.id), &json!({})).await;
    let runs = changing.end(config).await;
    let retried = retried?;
    if config.json {
        render::json(&retried)?;
        return Ok(Exit::Done);
    }
    let failed = retried["job"]["failed"].as_u64().unwrap_or(0);
    render::say(&match (retried["retried"].as_u64().unwrap_or(0), failed) {
        (0, 0) => "nothing to try again: no row has failed".to_owned(),
        (0, failed) => format!(
            "nothing to try again: {} refused before sending; correct the file and send it again under the same name",
            counted(failed, "failed row")
        ),
        (many, _) => format!("{} tried again", counted(many, "row")),
    });
    told(&retried["job"], runs);
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_settled_and_what_was_not_is_said() {
        let left = [json!({"seq": 3, "state": "failed"}), json!({"seq": 9999, "state": null})];
        assert_eq!(said(&[1, 2], &left), "2 settled; row 3 is failed, not unknown; there is no row 9999");
        assert_eq!(said(&[], &[]), "0 settled; no row is unknown");
    }
}
