//! The `tracing` layer: gathers an event's fields and those of the spans it is in.

use crate::{
    Shared,
    line::{Dress, Line},
};
use model::Level;
use serde_json::Value;
use std::{fmt, sync::Arc};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    filter::{FilterFn, LevelFilter},
    layer::Context,
    registry::LookupSpan,
};

/// Fields that one line or span may have; more are left out.
const FIELDS_MAX: usize = 64;

pub(crate) fn layer<S>(shared: Arc<Shared>) -> impl Layer<S> + Send + Sync + use<S>
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    let routes = Arc::clone(&shared.routes);
    let lowest = hint(routes.lowest());
    // Asked once per place in the code, then remembered by tracing. Spans stay for the sake of what happens in them.
    let wanted = FilterFn::new(move |meta: &Metadata<'_>| {
        meta.is_span() || routes.sinks(meta.target(), level(*meta.level())) != 0
    });
    Files { shared }.with_filter(wanted.with_max_level_hint(lowest))
}

struct Files {
    shared: Arc<Shared>,
}

/// A span's fields, kept with it.
struct SpanFields(Vec<(&'static str, Value)>);

impl<S> Layer<S> for Files
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().replace(SpanFields(fields.named));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut extensions = span.extensions_mut();
        if let Some(SpanFields(named)) = extensions.get_mut() {
            let mut fields = Fields::default();
            values.record(&mut fields);
            fields.named.into_iter().for_each(|(name, value)| set(named, name, value));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let meta = event.metadata();
        let level = level(*meta.level());
        let sinks = self.shared.routes.sinks(meta.target(), level);
        if sinks == 0 {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        // The event's own fields first, then the innermost span's; the first of a name stands.
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(SpanFields(named)) = span.extensions().get() {
                for (name, value) in named {
                    if fields.named.iter().all(|(have, _)| have != name) {
                        fields.push(name, value.clone());
                    }
                }
            }
        }
        let at = self.shared.clock.now();
        let line = Line { at, level, logger: meta.target(), message: &fields.message, fields: &fields.named };
        self.shared.send(sinks, &line, Dress::Full);
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    named: Vec<(&'static str, Value)>,
}

impl Fields {
    fn push(&mut self, name: &'static str, value: Value) {
        if self.named.len() < FIELDS_MAX {
            self.named.push((name, value));
        }
    }

    fn text(&mut self, field: &Field, text: String) {
        match field.name() {
            "message" => self.message = text,
            name => self.push(name, Value::String(text)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, format!("{value:?}"));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value.to_owned());
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field.name(), value.into());
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field.name(), value.into());
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field.name(), value.into());
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field.name(), value.into());
    }
}

fn set(fields: &mut Vec<(&'static str, Value)>, name: &'static str, value: Value) {
    if let Some((_, old)) = fields.iter_mut().find(|(have, _)| *have == name) {
        *old = value;
    } else if fields.len() < FIELDS_MAX {
        fields.push((name, value));
    }
}

fn level(level: tracing::Level) -> Level {
    match level {
        tracing::Level::ERROR => Level::Error,
        tracing::Level::WARN => Level::Warning,
        tracing::Level::INFO => Level::Info,
        tracing::Level::DEBUG => Level::Debug,
        tracing::Level::TRACE => Level::Trace,
    }
}

const fn hint(lowest: Level) -> LevelFilter {
    match lowest {
        Level::Trace => LevelFilter::TRACE,
        Level::Debug => LevelFilter::DEBUG,
        Level::Info => LevelFilter::INFO,
        Level::Warning => LevelFilter::WARN,
        Level::Error => LevelFilter::ERROR,
        Level::Critical => LevelFilter::OFF,
    }
}
