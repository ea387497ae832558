//! Check-ins of Sentry's clients are signs of life of checks: a monitor that says what it is becomes one, by its name.

use super::keep;
use crate::Ctx;
use ::checks::{Check, Heartbeat, Ping, PingKind, Said, Watch};
use checking::{Heard, check_of};
use errors::check_ins::{CheckIn, CheckInStatus, IntervalUnit, MonitorConfig, MonitorSchedule};
use std::time::Duration;
use store::CheckName;

/// How late a monitor may be, and how long it may run, where it does not say so.
const MARGIN: Duration = Duration::from_secs(60);
const RUNTIME: Duration = Duration::from_secs(30 * 60);

/// What each says is kept. A monitor that is not known, and does not say when it is due, is left out.
pub(crate) async fn hear(ctx: &Ctx, project: &str, check_ins: &[CheckIn]) -> crate::problem::Result<()> {
    for check_in in check_ins {
        let name = CheckName::Slug(check_in.monitor_slug.clone());
        if let Some(check) = check_in.monitor.as_ref().and_then(|config| check(&check_in.monitor_slug, config)) {
            configure(ctx, &name, check, project).await?;
        }
        let (kind, now) = (kind(check_in.status), ctx.app.clock.now());
        let ping = Ping { at: now, kind, run: check_in.id, said: Said::default(), took: check_in.duration };
        let source = [Some(project), check_in.environment.as_deref()].into_iter().flatten().collect::<Vec<_>>();
        let heard = Heard { ping, body: String::new(), source: source.join(" ") };
        checking::hear(&ctx.app.db, name, heard, now).await?;
    }
    Ok(())
}

async fn configure(ctx: &Ctx, name: &CheckName, check: Check, project: &str) -> crate::problem::Result<()> {
    match ctx.app.db.check(name).await? {
        None => keep::create(ctx, &check, project).await.map(drop),
        Some(kept) => match check_of(&kept) {
            // What people have set beside stays.
            Some(known) => {
                let (Watch::Heartbeat(before), Watch::Heartbeat(said)) = (&known.watch, &check.watch) else {
                    return Ok(());
                };
                let beat = Heartbeat { floors: before.floors.clone(), ..said.clone() };
                let check = Check {
                    name: known.name.clone(),
                    is_public: known.is_public,
                    public_name: known.public_name.clone(),
                    watch: Watch::Heartbeat(beat),
                    ..check
                };
                if check == known { Ok(()) } else { keep::change(ctx, &kept, check).await.map(drop) }
            }
            None => Ok(()),
        },
    }
}

fn kind(status: CheckInStatus) -> PingKind {
    match status {
        CheckInStatus::InProgress => PingKind::Start,
        CheckInStatus::Ok => PingKind::Success,
        CheckInStatus::Error => PingKind::Fail,
    }
}

/// None where what it says cannot be.
fn check(slug: &str, config: &MonitorConfig) -> Option<Check> {
    const DAY: u64 = 86_400;
    let when = match &config.schedule {
        MonitorSchedule::Crontab(fields) => fields.clone(),
        MonitorSchedule::Every { count, unit } => {
            let seconds = match unit {
                IntervalUnit::Minute => 60,
                IntervalUnit::Hour => 3_600,
                IntervalUnit::Day => DAY,
                IntervalUnit::Week => 7 * DAY,
                IntervalUnit::Month => 30 * DAY,
                IntervalUnit::Year => 365 * DAY,
            };
            format!("every {} s", count.saturating_mul(seconds))
        }
    };
    let beat = Heartbeat {
        when,
        zone: config.timezone.clone().unwrap_or_else(|| "UTC".to_owned()),
        grace_s: config.checkin_margin.unwrap_or(MARGIN).as_secs().max(1),
        run_max_s: Some(config.max_runtime.unwrap_or(RUNTIME).as_secs().max(1)),
        floors: Vec::new(),
    };
    let failures_max = config.failure_issue_threshold.and_then(|n| u32::try_from(n).ok()).unwrap_or(1).clamp(1, 100);
    let check = Check {
        name: slug.to_owned(),
        watch: Watch::Heartbeat(beat),
        failures_max,
        is_public: false,
        public_name: None,
    };
    (check.check().is_ok() && ::checks::slug(slug).as_deref() == Some(slug)).then_some(check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_monitor_becomes_a_check() {
        let config = |schedule| MonitorConfig {
            schedule,
            checkin_margin: Some(Duration::from_secs(300)),
            max_runtime: None,
            failure_issue_threshold: Some(2),
            recovery_threshold: None,
            timezone: Some("Europe/Paris".into()),
        };
        let of = |schedule| check("nightly", &config(schedule)).map(|made| (made.watch, made.failures_max));
        let beat = |when: &str| {
            let (zone, run_max_s) = ("Europe/Paris".to_owned(), Some(1_800));
            Some((Watch::Heartbeat(Heartbeat { when: when.into(), zone, grace_s: 300, run_max_s, floors: vec![] }), 2))
        };
        assert_eq!(of(MonitorSchedule::Crontab("0 2 * * *".into())), beat("0 2 * * *"));
        assert_eq!(of(MonitorSchedule::Every { count: 2, unit: IntervalUnit::Hour }), beat("every 7200 s"));
        assert_eq!(of(MonitorSchedule::Crontab("each night".into())), None);
        assert_eq!(of(MonitorSchedule::Every { count: 9, unit: IntervalUnit::Year }), None);
    }
}
