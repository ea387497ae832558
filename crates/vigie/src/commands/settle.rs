//! `vigie jobs settle` and `vigie jobs retry-failed`: a person's word on rows, and what became of it.

use super::jobs::{Changing, told};
use crate::{
    cli::{JobArg, SettleArgs},
    config::Config,
    failure::{Exit, Failure, Result},
    render,
    words::{self, t},
};
use api::{
    items::{ItemsPage, Left, Settle, SettleAs, Settled},
    jobs::{Job, Retried},
};
use serde_json::json;

/// Rows in one call, as the API takes them.
const BATCH: usize = 1_000;
/// Rows in one command.
pub(crate) const ROWS_MAX: usize = 100_000;
/// Rows left as they were that are named one by one.
const SHOWN: usize = 10;

pub(super) async fn settle(config: &Config, args: &SettleArgs) -> Result<Exit> {
    let (ranges, verdict) = match (&args.sent, &args.not_sent) {
        (Some(ranges), _) => (ranges, SettleAs::Sent),
        (None, Some(ranges)) => (ranges, SettleAs::NotSent),
        (None, None) => return Err(nothing_named()),
    };
    if ranges.is_empty() != args.all {
        return Err(nothing_named());
    }
    let seqs: Vec<i64> = ranges.iter().flat_map(|range| range.clone()).take(ROWS_MAX + 1).collect();
    if seqs.len() > ROWS_MAX {
        return Err(Failure::refused(t!("rows-too-many"; n = ROWS_MAX as u64)).help(t!("rows-too-many-help")));
    }
    let changing = Changing::begin(config, &args.job).await?;
    let settled = settle_all(&changing, &seqs, verdict).await;
    let runs = changing.end(config).await;
    let Settlement { job, settled, left } = settled?;
    if config.json {
        render::json(&json!({"job": job, "settled": settled, "left": left}))?;
    } else {
        render::say(&said(&settled, &left));
        told(&job, None, runs);
    }
    Ok(if settled.is_empty() || !left.is_empty() { Exit::Failed } else { Exit::Done })
}

fn nothing_named() -> Failure {
    Failure::refused(t!("rows-not-named")).help(t!("rows-not-named-help"))
}

/// What became of the rows.
struct Settlement {
    job: Job,
    settled: Vec<i64>,
    left: Vec<Left>,
}

/// The rows named, or, without any, every unknown one.
async fn settle_all(changing: &Changing, seqs: &[i64], verdict: SettleAs) -> Result<Settlement> {
    let (client, id) = (changing.client(), &changing.id);
    let by = std::env::var("USER").unwrap_or_else(|_| "command line".into());
    let job = client.get::<Job>(&format!("/api/v1/jobs/{id}")).await?.into_inner();
    let mut all = Settlement { job, settled: Vec::new(), left: Vec::new() };
    let mut batches = seqs.chunks(BATCH).map(<[i64]>::to_vec);
    loop {
        let batch = match seqs.is_empty() {
            false => batches.next().unwrap_or_default(),
            true => {
                let path = format!("/api/v1/jobs/{id}/items?state=unknown&limit={BATCH}");
                client.get::<ItemsPage>(&path).await?.rows.iter().map(|item| item.seq).collect()
            }
        };
        if batch.is_empty() {
            return Ok(all);
        }
        let asked = Settle { seqs: batch, verdict, by: by.clone() };
        let Settled { job, settled, left } =
            client.post::<Settled>(&format!("/api/v1/jobs/{id}/settle"), &asked).await?.into_inner();
        let before = all.settled.len();
        all.settled.extend(settled);
        all.left.extend(left);
        all.job = job;
        // Somebody else may be settling the same rows.
        if seqs.is_empty() && all.settled.len() == before {
            return Ok(all);
        }
    }
}

/// `2 settled; row 3 is failed, not unknown; there is no row 9999`
fn said(settled: &[i64], left: &[Left]) -> String {
    let mut parts = vec![t!("settled"; n = settled.len() as u64)];
    if settled.is_empty() && left.is_empty() {
        parts.push(t!("settled-none"));
    }
    parts.extend(left.iter().take(SHOWN).map(|row| match row.state {
        Some(state) => t!("row-not-unknown", row = row.seq, state = words::word("item", state)),
        None => t!("no-row", row = row.seq),
    }));
    if left.len() > SHOWN {
        parts.push(t!("more-not-unknown"; n = (left.len() - SHOWN) as u64));
    }
    parts.join(&t!("semicolon"))
}

pub(super) async fn retry_failed(config: &Config, job: &JobArg) -> Result<Exit> {
    let changing = Changing::begin(config, job).await?;
    let retried = changing.client().post_empty::<Retried>(&format!("/api/v1/jobs/{}/retry-failed", changing.id)).await;
    let runs = changing.end(config).await;
    let retried = retried?;
    if config.json {
        render::json(&retried.json)?;
        return Ok(Exit::Done);
    }
    render::say(&match (retried.retried, retried.job.failed) {
        (0, 0) => t!("retry-none"),
        (0, failed) => t!("retry-refused"; n = failed),
        (many, _) => t!("retried"; n = many),
    });
    told(&retried.job, None, runs);
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::ItemState;

    #[test]
    fn what_was_settled_and_what_was_not_is_said() {
        let left = [Left { seq: 3, state: Some(ItemState::Failed) }, Left { seq: 9999, state: None }];
        assert_eq!(said(&[1, 2], &left), "2 settled; row 3 is failed, not unknown; there is no row 9999");
        assert_eq!(said(&[], &[]), "0 settled; no row is unknown");
    }
}
