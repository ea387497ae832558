//! Named places where a test may end the process as a crash would: no unwinding, no flushing, no goodbye.
//!
//! `VIGIE_CRASH_AT=after_claim:3` ends it the third time it passes the point `after_claim`, `VIGIE_STOP_AT=locked:3`
//! stops it there (SIGSTOP), until somebody lets it go on. Only in builds with debug assertions: in a release build
//! [`reach`] is empty.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

/// The points that a mailing passes, in its order.
pub const OF_MAILINGS: &[&str] =
    &["migration", "enqueue", "after_claim", "before_intent", "before_dot", "after_dot", "before_record"];
/// In a transaction that holds what others wait for.
pub const OF_WORKERS: &[&str] = &["locked"];
/// The points that records pass on their way into segments.
pub const OF_LOGS: &[&str] = &["segment_put", "catalog_put"];
/// The points that events pass on their way into the counters of issues.
pub const OF_EVENTS: &[&str] = &["projection"];
/// The points that a backup passes, in its order.
pub const OF_BACKUPS: &[&str] = &["backup_database", "backup_file", "backup_written", "backup_named"];
/// The point that messages of other programs pass on their way to disk.
pub const OF_SUBMISSIONS: &[&str] = &["submit"];

struct Armed {
    point: String,
    deed: Deed,
    passes_left: AtomicU64,
}

#[derive(Clone, Copy)]
enum Deed {
    End,
    Stop,
}

/// Ends or stops the process here, when a test has asked for it.
pub fn reach(point: &str) {
    debug_assert!(
        [OF_MAILINGS, OF_WORKERS, OF_LOGS, OF_EVENTS, OF_BACKUPS, OF_SUBMISSIONS]
            .iter()
            .any(|points| points.contains(&point)),
        "{point} is not listed"
    );
    if cfg!(debug_assertions)
        && let Some(armed) = armed()
        && armed.point == point
        && armed.passes_left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        match armed.deed {
            Deed::End => std::process::abort(),
            Deed::Stop => {
                let pid = std::process::id().to_string();
                let _ = std::process::Command::new("kill").args(["-STOP", &pid]).status();
            }
        }
    }
}

fn armed() -> Option<&'static Armed> {
    static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
    let armed = ARMED.get_or_init(|| {
        let asked = |name: &str, deed| std::env::var(name).ok().map(|setting| (setting, deed));
        let (setting, deed) = asked("VIGIE_CRASH_AT", Deed::End).or_else(|| asked("VIGIE_STOP_AT", Deed::Stop))?;
        let (point, pass) = setting.split_once(':').unwrap_or((&setting, "1"));
        Some(Armed { point: point.to_owned(), deed, passes_left: AtomicU64::new(pass.parse().unwrap_or(1).max(1)) })
    });
    armed.as_ref()
}
