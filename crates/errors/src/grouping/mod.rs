//! Which events are the same bug: a pure function of the event, and the reasons for its answer.
//!
//! An event has up to two hashes: by the program's own frames, and by all of them. The first that an issue is known by
//! decides. What counts, in this order: the client's fingerprint; else exceptions with their stacks, the stack of a
//! thread, a security report, a message. Values of exceptions count only where there is no stack that says where they come
//! from (`docs/decisions/0018-grouping.md`).

mod components;
mod exceptions;
mod file;
mod fingerprint;
mod function;
mod hash;
mod message;
mod module;
mod part;
mod recursion;
mod title;

pub use hash::GroupHash;
pub use message::parameterised;
pub use part::{Basis, LeftOut, Part, What, Whose};

use crate::event::{Event, Platform, StackTrace};
use part::Parts;
use serde::Serialize;

/// Changes with the rules: hashes of different versions are not compared.
pub const GROUPING_VERSION: u32 = 1;

/// Where an event belongs, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grouping {
    pub version: u32,
    pub basis: Basis,
    /// One or two, the narrowest first.
    pub hashes: Vec<GroupHash>,
    /// What was looked at, in order, and what became of it.
    pub parts: Vec<Part>,
    /// What people call it: `KeyError: 'email'`.
    pub title: String,
    /// Where it happened: the transaction, or the innermost frame of the program's own.
    pub culprit: String,
}

/// Groups an event that was read by [`Event::read`], or [`Event::from_body`].
pub fn group(event: &Event) -> Grouping {
    let (mut basis, mut parts) = by_content(event);
    let mut hashes = parts.hashes();
    if let Some(fingerprint) = fingerprint::of(event, &hashes) {
        (basis, hashes) = (fingerprint.basis, fingerprint.hashes);
        parts.put_before(fingerprint.parts, basis);
    }
    Grouping {
        version: GROUPING_VERSION,
        basis,
        hashes,
        parts: parts.list,
        title: title::title(event),
        culprit: title::culprit(event),
    }
}

/// By what the event says, whatever the client's fingerprint.
fn by_content(event: &Event) -> (Basis, Parts) {
    let platform = Platform::of(event);
    if !event.exceptions.is_empty() {
        return (Basis::Exceptions, exceptions::parts(event, crashed_stack(event), platform));
    }
    if let Some(stack_trace) = thread_stack(event).or(event.stack_trace.as_ref()) {
        let mut parts = components::of_stack(stack_trace, None, platform);
        if parts.count_any() {
            // Without its lines a function may say many things.
            if !parts.list.iter().any(|part| part.in_system && part.what == What::ContextLine) {
                parts.list.splice(..0, message::parts(event).list);
            }
            return (Basis::StackTrace, parts);
        }
    }
    if let Some(report) = &event.csp {
        let mut parts = Parts::default();
        parts.count(Whose::Event, What::Directive, report.effective_directive.clone().unwrap_or_default());
        parts.count(Whose::Event, What::BlockedHost, report.blocked_host().to_owned());
        return (Basis::SecurityReport, parts);
    }
    (Basis::Message, message::parts(event))
}

/// The stack of the thread that crashed; else of the one that reported, or the only one.
fn thread_stack(event: &Event) -> Option<&StackTrace> {
    let current = event.threads.iter().find(|thread| thread.current == Some(true));
    let only = event.threads.first().filter(|_| event.threads.len() == 1);
    crashed_stack(event).or(current.or(only)?.stack_trace.as_ref())
}

fn crashed_stack(event: &Event) -> Option<&StackTrace> {
    event.threads.iter().filter(|thread| thread.crashed == Some(true)).find_map(|thread| thread.stack_trace.as_ref())
}
