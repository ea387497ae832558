//! What this crate does again and again: outcomes are reported to webhooks, and uploads that nothing names are deleted.

use crate::{App, Ctx, webhooks::deliver};
use jobs::{Again, DoneBy, Work};
use std::time::Duration;

/// How often to look for news for webhooks.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const SWEEP_EVERY: Duration = Duration::from_secs(86_400);
/// The same, where somebody was sending something.
const SWEEP_AGAIN: Duration = Duration::from_secs(600);

/// Reports outcomes to webhooks. One process does it for all; where two take turns, a receiver may be told the same outcome
/// twice, and tells by its `id`.
///
/// # Errors
/// When no HTTP client can be set up: the machine's certificates cannot be read.
pub fn reporting(app: App) -> Result<Work, String> {
    let http = deliver::client()?;
    let ctx = Ctx::new(app);
    Ok(Work::new("webhooks", LOOK_EVERY, DoneBy::Leader, move || {
        let (ctx, http) = (ctx.clone(), http.clone());
        async move { deliver::deliver_due(&ctx, &http).await.map(|()| Again::AsUsual) }
    }))
}

/// Deletes what killed uploads have left and what nothing names any more.
pub fn sweeping(app: App) -> Work {
    Work::new("uploads", SWEEP_EVERY, DoneBy::Everyone, move || {
        let app = app.clone();
        async move {
            let swept = app.blobs.sweep(&app.db, app.clock.now()).await.map_err(|error| error.to_string())?;
            let blobs::Swept { parts, unused, waits } = swept;
            if parts + unused > 0 {
                tracing::info!(parts, unused, "deleted uploads that were cut off, and those that nothing names");
            }
            Ok(if waits { Again::After(SWEEP_AGAIN) } else { Again::AsUsual })
        }
    })
}
