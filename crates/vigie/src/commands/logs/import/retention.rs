//! What an import brought in and retention removed at once: the log store keeps so many megabytes, the newest records first.

use super::{Became, Outcome, again};
use crate::{client::Client, config::Config, failure::Result, render, words::t};

const RETENTION: &str = "/api/v1/logs/retention";

/// Counts, for each file that was imported, the records of it that are not kept; and says so.
pub(super) async fn count_removed(config: &Config, client: &Client, outcomes: &mut [Outcome]) -> Result<()> {
    let imported = outcomes.iter_mut().filter_map(|outcome| match &mut outcome.became {
        Became::ImportTotals(taken) if taken.accepted > 0 => Some((&outcome.file, taken)),
        _ => None,
    });
    let mut is_applied = false;
    for (file, taken) in imported {
        // A server of a version before removes it later, and nothing is known of it yet.
        if !std::mem::replace(&mut is_applied, true) && client.post_empty::<()>(RETENTION).await.is_err() {
            return Ok(());
        }
        let Some(stored) = again::stored(config, client, taken.imported.as_slice()).await? else { continue };
        taken.removed = taken.accepted.saturating_sub(stored);
        if taken.removed > 0 && !config.json {
            let (name, most) = (render::plain(&file.display().to_string(), 200), config.log_store.value.keep_megabytes);
            render::say(&t!("import-removed", name, most = render::count(most); n = taken.removed));
        }
    }
    Ok(())
}
