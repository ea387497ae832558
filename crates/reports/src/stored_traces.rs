//! Traces, found again in the store: all spans of one request or task, whichever projects they went through.

use crate::{Error, Reports, events::equals, records::read_span};
use errors::transaction::Span;
use logs::TIME_MAX;
use std::ops::ControlFlow;
use telemetry::{
    Kind,
    query::{Bounds, Page, Query, language::Order, search},
};

/// Spans of one trace that are read: those that began first.
pub const TRACE_SPANS_MAX: usize = 2_000;

/// The spans of a trace, the earliest first.
#[derive(Clone, Debug, Default)]
pub struct StoredTrace {
    /// Each with the slug of its project.
    pub spans: Vec<(String, Span)>,
    /// Whether there are more than [`TRACE_SPANS_MAX`], or not all of the store could be read.
    pub is_partial: bool,
}

impl Reports {
    /// The trace of that id, 32 hex digits in small letters; empty where no span of it is kept.
    ///
    /// # Errors
    /// When the store cannot be opened or asked.
    pub async fn trace(&self, id: &str) -> Result<StoredTrace, Error> {
        if !self.0.logs.exists() {
            return Ok(StoredTrace::default());
        }
        let query = Query { filter: equals("trace_id", id), pipes: Vec::new() };
        let question = self.0.logs.question(&query, None)?;
        let page = Page { order: Order::Ascending, after: None, limit: TRACE_SPANS_MAX + 1 };
        let asked = self.0.logs.ask_of(Kind::Span, TIME_MAX, move |snapshot, bounds: &Bounds| {
            let mut trace = StoredTrace::default();
            let answer = search(snapshot, &question, page, bounds, |hit| {
                if trace.spans.len() == TRACE_SPANS_MAX {
                    trace.is_partial = true;
                    return ControlFlow::Break(());
                }
                trace.spans.extend(read_span(hit.record));
                ControlFlow::Continue(())
            });
            trace.is_partial |= !answer.partial.is_empty();
            trace
        });
        Ok(asked.await?)
    }
}
