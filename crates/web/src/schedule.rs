//! What this crate does again and again: uploads that nothing names are deleted.

use crate::App;
use jobs::{Again, DoneBy, Work};
use std::time::Duration;

const SWEEP_EVERY: Duration = Duration::from_secs(86_400);
/// The same, where somebody was sending something.
const SWEEP_AGAIN: Duration = Duration::from_secs(600);

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
