//! What people call an issue, and where they look for it.

use super::{function, module};
use crate::{
    event::{Event, Exception, Frame, Platform},
    json,
};

const TITLE_CHARS_MAX: usize = 200;

/// `Type: the first line of the value`, or the first line of a message.
pub(super) fn title(event: &Event) -> String {
    let mut title = match (titular(event), &event.csp, &event.message) {
        (Some(exception), ..) => {
            let kind = exception.kind.as_deref().filter(|_| !exception.is_synthetic() || exception.value.is_none());
            let kind = kind.or_else(|| culprit_frame(event)?.function.as_deref().filter(|_| exception.value.is_none()));
            match (kind, exception.value.as_deref().map(first_line).filter(|value| !value.is_empty())) {
                (Some(kind), Some(value)) => format!("{kind}: {value}"),
                (Some(text), None) | (None, Some(text)) => text.to_owned(),
                (None, None) => String::new(),
            }
        }
        (None, Some(report), _) => {
            format!("{}: {}", report.effective_directive.as_deref().unwrap_or("csp"), report.blocked_host())
        }
        (None, None, Some(message)) => first_line(&message.text()).to_owned(),
        (None, None, None) => culprit(event),
    };
    json::cut(&mut title, TITLE_CHARS_MAX);
    title
}

/// The exception that gives its name: the main one; of a group whose members are of one type, the first of those.
fn titular(event: &Event) -> Option<&Exception> {
    let main = event.main_exception()?;
    let mut members = event.exceptions.iter().filter(|exception| !exception.is_group());
    match (main.is_group(), members.next()) {
        (true, Some(first)) if members.all(|member| member.kind == first.kind) => Some(first),
        _ => Some(main),
    }
}

/// The transaction; without one `function (module or file)` of the frame that people look at first.
pub(super) fn culprit(event: &Event) -> String {
    if let Some(transaction) = &event.transaction {
        return transaction.clone();
    }
    let Some(frame) = culprit_frame(event) else { return String::new() };
    // As people wrote them, where compilers and engines put something around.
    let platform = Platform::of(event);
    let trimmed = frame.module.as_deref().and_then(|module| module::trimmed(module, platform));
    let place = trimmed.or_else(|| frame.filename.clone());
    match (function::named(frame, platform), place) {
        (Some(function), Some(place)) => format!("{function} ({place})"),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => String::new(),
    }
}

/// The innermost frame of the program's own, of the main exception first; the innermost of all where there is none.
pub(super) fn culprit_frame(event: &Event) -> Option<&Frame> {
    let of_exceptions = event.exceptions.iter().rev().filter_map(|exception| exception.stack_trace.as_ref());
    let of_threads = super::thread_stack(event).into_iter().chain(&event.stack_trace);
    let mut stacks = of_exceptions.chain(of_threads).peekable();
    let first = *stacks.peek()?;
    let own = stacks.flat_map(|stack| stack.frames.iter().rev()).find(|frame| frame.in_app == Some(true));
    own.or(first.frames.last())
}

fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
}
