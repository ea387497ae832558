//! What rules about Celery would have seen, by what is stored of it.

use crate::{
    Alerts,
    facts::shortened,
    measure::CELERY_SILENT,
    preview::{past, with_end},
};
use alerts::{Observed, Reading};
use model::Timestamp;
use std::{collections::BTreeMap, time::Duration};
use store::{CeleryQueueSample, CelerySilence, CeleryState, CeleryTask};

/// What one sample of a queue is about, and after how long without another nothing is known of it.
const SAMPLE: Duration = Duration::from_secs(300);
const UNKNOWN_AFTER: Duration = Duration::from_secs(900);
/// A silence that was noted so lately goes on.
const STILL: Duration = Duration::from_secs(150);

impl Alerts {
    pub(crate) async fn past_celery_queues(&self, since: Timestamp) -> Result<Vec<Reading>, String> {
        Ok(queues(&self.0.db.celery_queue_samples(since).await.map_err(|error| error.to_string())?))
    }

    pub(crate) async fn past_celery_workers(&self, since: Timestamp, now: Timestamp) -> Result<Vec<Reading>, String> {
        let noted = self.0.db.celery_silences(since).await.map_err(|error| error.to_string())?;
        Ok(noted.iter().flat_map(|one| silence(one, now)).collect())
    }

    pub(crate) async fn past_celery_failures(&self, within_s: u64, since: Timestamp) -> Result<Vec<Reading>, String> {
        let step = Duration::from_secs(within_s.max(1));
        let steps = self.0.db.celery_failure_steps(since, step).await.map_err(|error| error.to_string())?;
        let reading = |one: store::CeleryFailureStep| {
            with_end(past(one.name.clone(), &one.name, one.at + step, one.failures as f64), step)
        };
        Ok(steps.into_iter().flat_map(reading).collect())
    }

    pub(crate) async fn past_celery_stuck(
        &self,
        within_s: u64,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Reading>, String> {
        let within = Duration::from_secs(within_s);
        let long = self.0.db.celery_long_tasks(since, within).await.map_err(|error| error.to_string())?;
        let still = self.0.db.celery_stuck(now - within).await.map_err(|error| error.to_string())?;
        Ok(long
            .iter()
            .filter(|task| task.state.is_ended())
            .chain(&still)
            .flat_map(|task| stuck(task, within))
            .collect())
    }
}

/// Of samples queue by queue, in order.
fn queues(samples: &[CeleryQueueSample]) -> Vec<Reading> {
    let mut readings = Vec::new();
    for (place, sample) in samples.iter().enumerate() {
        let reading = past(
            format!("{} {}", sample.broker, sample.name),
            &sample.name,
            sample.at + SAMPLE,
            sample.messages as f64,
        );
        let same = |next: &&CeleryQueueSample| (&next.broker, &next.name) == (&sample.broker, &sample.name);
        let next = samples.get(place + 1).filter(same);
        let [begun, over] = with_end(reading, UNKNOWN_AFTER);
        // A gap, or the end of what is known.
        let is_followed = next.is_some_and(|next| next.at.since(sample.at) <= UNKNOWN_AFTER);
        readings.push(begun);
        if next.is_some() && !is_followed {
            readings.push(over);
        }
    }
    readings
}

fn silence(noted: &CelerySilence, now: Timestamp) -> Vec<Reading> {
    let subject = format!("{} {}", noted.broker, noted.name);
    let begun = past(subject, &noted.name, noted.began_at + CELERY_SILENT, 1.0);
    let over = Reading { at: noted.noted_at + Duration::from_secs(1), observed: Observed::Over, ..begun.clone() };
    let goes_on = now.since(noted.noted_at) < STILL;
    if goes_on { vec![begun] } else { vec![begun, over] }
}

/// One that ran for too long, by the clock of the worker that says when it began and when it ended.
fn stuck(task: &CeleryTask, within: Duration) -> Vec<Reading> {
    let times: &BTreeMap<String, f64> = &task.detail.times.0;
    let at = |word: &str| times.get(word).map(|seconds| Timestamp::from_micros((seconds * 1e6) as i64));
    let started = match task.state {
        CeleryState::Started => Some(at("started").unwrap_or(task.updated_at)),
        _ => at("started"),
    };
    let Some(started) = started else { return Vec::new() };
    let ended = ["succeeded", "failed", "revoked", "rejected"].into_iter().filter_map(at).max();
    let ended = ended.filter(|_| task.state.is_ended());
    if ended.is_some_and(|ended| ended.since(started) < within) {
        return Vec::new();
    }
    let begun = past(format!("{} {}", task.broker, task.id), &shortened(&task.name), started + within, 1.0);
    let over = ended.map(|at| Reading { at, observed: Observed::Over, ..begun.clone() });
    std::iter::once(begun).chain(over).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alerts::{Rule, RuleKind, replay};
    use store::CeleryDetail;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_micros(1_763_942_400_000_000 + minutes * 60_000_000)
    }

    fn fired(kind: RuleKind, mut readings: Vec<Reading>) -> (u64, Vec<bool>) {
        readings.sort_by_key(|reading| reading.at);
        let rule = Rule { kind, for_s: 0, ..Rule::built_in()[0].clone() };
        let found = replay(&rule, &readings);
        (found.fired, found.incidents.iter().map(|one| one.ended_at.is_some()).collect())
    }

    #[test]
    fn a_queue_that_grew_twice_fires_twice() {
        let sample = |minutes, messages| CeleryQueueSample {
            broker: "shop".into(),
            name: "celery".into(),
            at: at(minutes),
            messages,
        };
        let short = CeleryQueueSample { name: "mail".into(), ..sample(60, 2) };
        let samples = [
            sample(0, 10),
            sample(5, 2_000),
            sample(10, 3_000),
            sample(15, 4),
            sample(120, 9_000),
            sample(600, 7),
            short,
        ];
        let (count, ended) = fired(RuleKind::CeleryQueue { more_than: 1_000 }, queues(&samples));
        assert_eq!((count, ended), (2, vec![true, true]), "what followed the second is not known for hours");
    }

    #[test]
    fn a_worker_that_was_silent_fires_and_one_that_still_is_goes_on() {
        let noted = |minutes: i64, until: i64| CelerySilence {
            broker: "shop".into(),
            name: "celery@shop-1".into(),
            began_at: at(minutes),
            noted_at: at(until),
        };
        let readings = [noted(0, 10), noted(100, 120)].iter().flat_map(|one| silence(one, at(121))).collect();
        assert_eq!(fired(RuleKind::CeleryWorkerLost, readings), (2, vec![false, true]));
    }

    #[test]
    fn a_task_fires_where_it_ran_for_too_long() {
        let seconds = |minutes: i64| at(minutes).as_micros() as f64 / 1e6;
        let task = |id: &str, state, times: &[(&str, i64)]| {
            let times = times.iter().map(|(word, minutes)| ((*word).to_owned(), seconds(*minutes))).collect();
            let detail = CeleryDetail { times: store::StateTimes(times), ..CeleryDetail::default() };
            CeleryTask { id: id.into(), state, detail, ..CeleryTask::default() }
        };
        let hour = Duration::from_secs(3_600);
        let tasks = [
            task("long", CeleryState::Success, &[("started", 0), ("succeeded", 90)]),
            task("waited", CeleryState::Failure, &[("sent", 0), ("started", 100), ("failed", 110)]),
            task("still", CeleryState::Started, &[("started", 30)]),
            task("never", CeleryState::Revoked, &[("revoked", 300)]),
        ];
        let readings = tasks.iter().flat_map(|task| stuck(task, hour)).collect();
        assert_eq!(fired(RuleKind::CeleryStuck { within_s: 3_600 }, readings), (2, vec![false, true]));
    }
}
