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
        (None, None, None) => String::new(),
    };
    if title.trim().is_empty() {
        title = untitled(event);
    }
    json::cut(&mut title, TITLE_CHARS_MAX);
    title
}

/// Of an event that says nothing of what happened: where it happened, who said it, what was asked for; at least its level. Words
/// of ours would be in one language for all readers.
fn untitled(event: &Event) -> String {
    let asked = event.request.as_ref().and_then(|request| {
        let url = request.url.as_deref()?;
        Some(request.method.as_deref().map_or_else(|| url.to_owned(), |method| format!("{method} {url}")))
    });
    let candidates = [Some(culprit(event)), event.logger.clone(), asked].into_iter().flatten();
    let mut named = candidates.map(|text| first_line(&text).to_owned()).filter(|text| !text.is_empty());
    named.next().unwrap_or_else(|| event.level().as_str().to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scrubbing::Scrubbing;

    #[test]
    fn an_event_that_says_nothing_has_a_title() {
        for (text, expected) in [
            ("{}", "error"),
            (r#"{"level":"warning","message":" "}"#, "warning"),
            (r#"{"logger":"shop.cart"}"#, "shop.cart"),
            (r#"{"transaction":"/orders/{id}","logger":"x","exception":[{}]}"#, "/orders/{id}"),
            (r#"{"request":{"url":"https://a.example/x","method":"GET"}}"#, "GET https://a.example/x"),
            (r#"{"message":"m","logger":"x"}"#, "m"),
        ] {
            assert_eq!(title(&Event::read(text.as_bytes(), &Scrubbing::default()).unwrap()), expected, "{text}");
        }
    }
}
