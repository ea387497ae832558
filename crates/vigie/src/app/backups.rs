//! A backup every day, as the settings say.

use crate::{
    config::{BackupSettings, Config},
    words::Cause as _,
};
use backup::{Plan, SecretKey};
use jiff::tz::TimeZone;
use jobs::{Again, DoneBy, Work};
use model::{Clock, Timestamp};
use std::time::Duration;
use store::Db;

const DAY: Duration = Duration::from_secs(86_400);
/// How soon another try is made.
const AGAIN: Duration = Duration::from_secs(900);

/// The work, where there are settings for it. The first is made at once, so that one sees whether it can be.
pub(super) fn backing_up(config: &Config, db: &Db, clock: &Clock) -> Option<Work> {
    let set = config.backup.as_ref()?.value.clone();
    let plan = Plan {
        data: config.data.value.clone(),
        folder: set.folder.clone(),
        keep: Some(set.keep.into()),
        key_file: config.secret_key_file.value.clone(),
        secret_key: if set.with_key { SecretKey::Included } else { SecretKey::LeftOut },
        version: env!("CARGO_PKG_VERSION"),
        host: super::host(),
    };
    let (db, clock, zone) = (db.clone(), clock.clone(), config.zone.value.clone());
    Some(Work::new("backup", AGAIN, DoneBy::Everyone, move || {
        let (db, clock, zone, plan, set) = (db.clone(), clock.clone(), zone.clone(), plan.clone(), set.clone());
        async move {
            let written = backup::back_up(&db, &plan, &clock, &mut |_| {}).await.map_err(|error| error.say())?;
            let folder = written.kept.folder.display();
            tracing::info!(%folder, bytes = written.kept.manifest.bytes(), removed = written.removed.len(), "backed up");
            Ok(Again::After(until_next(&set, clock.now(), &zone)))
        }
    }))
}

/// Until the time of day comes next. On a day without it, or with it twice, as the zone's calendar has it.
fn until_next(set: &BackupSettings, now: Timestamp, zone: &TimeZone) -> Duration {
    let here = now.in_zone(zone);
    let at = |day: jiff::civil::Date| day.to_datetime(set.at).to_zoned(zone.clone()).ok();
    let days = [Some(here.date()), here.date().tomorrow().ok()];
    let next = days.into_iter().flatten().filter_map(at).find(|next| *next > here);
    next.and_then(|next| Duration::try_from(here.duration_until(&next)).ok()).unwrap_or(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_backup_is_at_its_time_of_day() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let set = BackupSettings { folder: "b".into(), at: "02:30".parse().unwrap(), keep: 7, with_key: false };
        let cases = [
            // In summer Paris is two hours ahead.
            ("2025-07-01T00:00:00Z", 30 * 60),
            ("2025-07-01T00:30:00Z", 86_400),
            ("2025-07-01T12:30:00Z", 12 * 3_600),
            // The night in which 02:30 is not there: at 03:30 then, the same moment.
            ("2025-03-29T23:00:00Z", 2 * 3_600 + 1_800),
            // The night that has it twice: the first.
            ("2025-10-25T22:00:00Z", 2 * 3_600 + 1_800),
        ];
        for (now, seconds) in cases {
            let now = Timestamp::from(now.parse::<jiff::Timestamp>().unwrap());
            assert_eq!(until_next(&set, now, &zone).as_secs(), seconds, "{now:?}");
        }
    }
}
