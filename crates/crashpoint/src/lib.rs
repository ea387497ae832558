//! Named places where a test may end the process as a crash would: no unwinding, no flushing, no goodbye.
//!
//! `VIGIE_CRASH_AT=after_claim:3` ends it the third time it passes the point `after_claim`. Only in builds with
//! debug assertions: in a release build [`reach`] is empty.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

/// The points that a mailing passes, in its order.
pub const OF_MAILINGS: &[&str] =
    &["migration", "enqueue", "after_claim", "before_intent", "before_dot", "after_dot", "before_record"];
/// The points that records pass on their way into segments.
pub const OF_LOGS: &[&str] = &["segment_put", "catalog_put"];

struct Armed {
    point: String,
    passes_left: AtomicU64,
}

/// Ends the process here, when a test has asked for it.
pub fn reach(point: &str) {
    debug_assert!(OF_MAILINGS.contains(&point) || OF_LOGS.contains(&point), "{point} is not listed");
    if cfg!(debug_assertions)
        && let Some(armed) = armed()
        && armed.point == point
        && armed.passes_left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        std::process::abort();
    }
}

fn armed() -> Option<&'static Armed> {
    static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
    let armed = ARMED.get_or_init(|| {
        let setting = std::env::var("VIGIE_CRASH_AT").ok()?;
        let (point, pass) = setting.split_once(':').unwrap_or((&setting, "1"));
        Some(Armed { point: point.to_owned(), passes_left: AtomicU64::new(pass.parse().unwrap_or(1).max(1)) })
    });
    armed.as_ref()
}
