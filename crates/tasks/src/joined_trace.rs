//! How a program that an item runs, or calls, joins the trace of its run: the trace has the id of the job, and the span above
//! the program's the number of the item. So what it reports leads back to both.

use model::JobId;

/// For SDKs of Sentry: `sentry-trace`, or `SENTRY_TRACE`. Whether the trace is kept is left to the program.
pub(crate) fn sentry(job: JobId, seq: i64) -> String {
    format!("{}-{seq:016x}", job.0.simple())
}

/// For others: `traceparent` (<https://www.w3.org/TR/trace-context/>), which has to say that the trace is kept.
pub(crate) fn w3c(job: JobId, seq: i64) -> String {
    format!("00-{}-{seq:016x}-01", job.0.simple())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trace_is_the_job_and_the_span_the_item() {
        let job = JobId(uuid::Uuid::from_u128(0x0193_8f2a_77b1_7cc3_9f00_2b6f_5f1f_0a11));
        assert_eq!(sentry(job, 12), "01938f2a77b17cc39f002b6f5f1f0a11-000000000000000c");
        assert_eq!(w3c(job, 12), "00-01938f2a77b17cc39f002b6f5f1f0a11-000000000000000c-01");
    }
}
