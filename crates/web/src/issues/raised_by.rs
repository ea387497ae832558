//! The job and the item in which an error happened. A program that a job runs has their ids in its environment (`VIGIE_JOB_ID`,
//! `VIGIE_SEQ`), and tells them as the tags `job` and `item`, or by its trace: a run's trace has the id of its job.

use errors::Event;
use model::JobId;

/// Tags by which programs tell a job, and those by which they tell an item.
const JOB_TAGS: [&str; 4] = ["job", "job_id", "vigie.job", "VIGIE_JOB_ID"];
const ITEM_TAGS: [&str; 4] = ["item", "seq", "vigie.item", "VIGIE_SEQ"];

/// The id of a job, and the number of an item.
pub(crate) fn told(event: &Event) -> Option<(JobId, Option<i64>)> {
    let context = |of: &str| {
        let context = event.contexts.get(of)?;
        let value = context.get("id").or_else(|| context.get("seq")).unwrap_or(context);
        value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|number| number.to_string()))
    };
    let tag = |names: &[&str]| names.iter().find_map(|name| event.tags.get(*name)).cloned();
    let said = tag(&JOB_TAGS).or_else(|| context("job")).and_then(|id| id.parse().ok());
    if let Some(id) = said {
        let seq = tag(&ITEM_TAGS).or_else(|| context("item")).and_then(|seq| seq.parse().ok());
        return Some((JobId(id), seq));
    }
    // The run's own span has the number of the item as its id.
    let trace = event.trace();
    let id = trace.trace_id?.parse().ok()?;
    let seq = trace.parent_span_id.and_then(|span| i64::from_str_radix(&span, 16).ok());
    Some((JobId(id), seq))
}

#[cfg(test)]
mod tests {
    use super::*;
    use errors::scrubbing::Scrubbing;
    use serde_json::{Value, json};

    #[test]
    fn a_job_is_told_by_tags_by_contexts_or_by_the_trace() {
        let id = "01938f2a-77b1-7cc3-9f00-2b6f5f1f0a11";
        let read = |event: Value| {
            let event = Event::read(event.to_string().as_bytes(), &Scrubbing::default()).unwrap();
            told(&event).map(|(id, seq)| (id.to_string(), seq))
        };
        let job = |seq| Some((id.to_owned(), seq));
        assert_eq!(read(json!({"tags": {"job": id, "item": "7"}})), job(Some(7)));
        assert_eq!(read(json!({"tags": {"job_id": id, "item": "a name"}})), job(None));
        assert_eq!(read(json!({"contexts": {"job": {"id": id}, "item": {"seq": 8}}})), job(Some(8)));
        let trace = json!({"trace_id": id.replace('-', ""), "span_id": "b7ad6b7169203331", "parent_span_id": "000000000000000c"});
        assert_eq!(read(json!({"contexts": {"trace": trace}})), job(Some(12)));
        assert_eq!(read(json!({"tags": {"job": "nightly"}})), None);
    }
}
