//! Exceptions: each with its type and its stack; without a stack, with its value.

use super::{
    GroupHash, components, message,
    part::{LeftOut, Part, Parts, What, Whose},
};
use crate::event::{Event, Exception, Platform, StackTrace};

/// The parts of all exceptions. The stack of the thread that crashed stands in for that of the main one where no exception
/// has any; that of the thread which only reported does not: errors of all kinds are reported at one place.
pub(super) fn parts(event: &Event, crashed_stack: Option<&StackTrace>, platform: Platform) -> Parts {
    let last = event.exceptions.len().saturating_sub(1);
    let has_stack = event.exceptions.iter().any(|exception| exception.stack_trace.is_some());
    let block = |(at, exception): (usize, &Exception)| {
        let stand_in = crashed_stack.filter(|_| !has_stack && at == last);
        of_exception(at, exception, exception.stack_trace.as_ref().or(stand_in), platform)
    };
    let blocks: Vec<Parts> = event.exceptions.iter().enumerate().map(block).collect();
    let mut blocks = if event.exceptions.iter().any(Exception::is_group) {
        without_groups(&event.exceptions, blocks)
    } else {
        blocks
    };
    leave_out_repeated(&mut blocks);
    settle_app(&mut blocks);
    Parts { list: blocks.into_iter().flat_map(|block| block.list).collect() }
}

fn of_exception(at: usize, exception: &Exception, stack: Option<&StackTrace>, platform: Platform) -> Parts {
    let whose = Whose::Exception(at);
    if platform == Platform::JavaScript && is_missing_chunk(exception) {
        return missing_chunk(at, exception);
    }
    let stack_parts =
        stack.map(|stack_trace| components::of_stack(stack_trace, Some(at), platform)).unwrap_or_default();
    let has_stack = stack_parts.count_any();
    let is_panic = platform == Platform::Native && stack.is_some_and(has_no_lines) && is_panic_of_std(exception);
    let is_reported = platform == Platform::Go && has_stack_of_reporting(exception);
    let value = exception.value.as_deref().map(message::parameterised).filter(|value| !value.is_empty());
    let is_by_kind = is_reported || (has_stack && is_panic);
    let value = if is_by_kind { value.map(|value| message::without_quoted(&value)) } else { value };
    let mut parts = Parts::default();
    if let Some(kind) = exception.kind.as_deref().map(type_name) {
        match exception.is_synthetic() && (has_stack || value.is_some()) {
            true => parts.leave_out(whose, What::Type, kind, LeftOut::Synthetic),
            false => parts.count(whose, What::Type, kind),
        }
    }
    if let Some(value) = value {
        match has_stack && !is_by_kind {
            true => parts.leave_out(whose, What::Value, value, LeftOut::StackKnown),
            false => parts.count(whose, What::Value, value),
        }
    }
    parts.list.extend(stack_parts.list);
    parts
}

/// Plain errors of Go have no stack: the client takes that of the place which reports them, of all kinds alike.
fn has_stack_of_reporting(exception: &Exception) -> bool {
    let kind = exception.kind.as_deref().unwrap_or_default();
    matches!(kind, "*errors.errorString" | "*errors.joinError" | "*fmt.wrapError" | "*fmt.wrapErrors")
}

/// Without debug information nobody knows at which of its lines a function panicked.
fn has_no_lines(stack: &StackTrace) -> bool {
    let own = stack.frames.iter().filter(|frame| frame.in_app == Some(true));
    own.filter_map(|frame| frame.lineno).all(|line| line == 0)
}

/// What the standard library of Rust says when it panics has no words of the program's but in quotes: it tells what failed, and
/// of an error which one it was.
fn is_panic_of_std(exception: &Exception) -> bool {
    let beginnings = ["called `", "index out of bounds: ", "attempt to "];
    let value = exception.value.as_deref().unwrap_or_default();
    exception.kind.as_deref() == Some("panic") && beginnings.iter().any(|beginning| value.starts_with(beginning))
}

/// A part of a program that is gone from its server: a deploy has replaced it under those who had the page open.
fn is_missing_chunk(exception: &Exception) -> bool {
    let beginnings = [
        "Loading chunk ",
        "Loading CSS chunk ",
        "Failed to fetch dynamically imported module",
        "error loading dynamically imported module",
    ];
    let value = exception.value.as_deref().unwrap_or_default();
    exception.kind.as_deref() == Some("ChunkLoadError")
        || beginnings.iter().any(|beginning| value.starts_with(beginning))
}

/// Which part it was, and what asked for it, is chance.
fn missing_chunk(at: usize, exception: &Exception) -> Parts {
    let mut parts = Parts::default();
    parts.count(Whose::Exception(at), What::Type, "ChunkLoadError".to_owned());
    let value = exception.value.as_deref().map(message::parameterised).unwrap_or_default();
    parts.leave_out(Whose::Exception(at), What::Value, value, LeftOut::TypeKnown);
    parts
}

/// A type without what is made up for one process: `class@anonymous` and its path.
fn type_name(kind: &str) -> String {
    let kind = kind.split('\0').next().unwrap_or(kind);
    match kind.split_once("@anonymous") {
        Some((class, _)) => format!("{class}@anonymous"),
        None => kind.to_owned(),
    }
}

/// Of exceptions that were thrown together: each bug once, whatever their order; the group itself only where it holds
/// several.
fn without_groups(exceptions: &[Exception], blocks: Vec<Parts>) -> Vec<Parts> {
    let (groups, mut members): (Vec<_>, Vec<_>) =
        blocks.into_iter().enumerate().partition(|(at, _)| exceptions[*at].is_group());
    members.sort_by_key(|(_, block)| hash(block));
    let distinct = {
        let mut hashes: Vec<GroupHash> = members.iter().map(|(_, block)| hash(block)).collect();
        hashes.dedup();
        hashes.len()
    };
    let mut groups: Vec<Parts> = groups.into_iter().map(|(_, block)| block).collect();
    if distinct == 1 {
        groups.iter_mut().for_each(|group| leave_out(group, LeftOut::Group));
    }
    members.into_iter().map(|(_, block)| block).chain(groups).collect()
}

/// Whoever tries again chains the same exception to itself.
fn leave_out_repeated(blocks: &mut [Parts]) {
    let mut before = None;
    for block in blocks.iter_mut().filter(|block| block.count_any()) {
        let hash = hash(block);
        if before.replace(hash) == Some(hash) {
            leave_out(block, LeftOut::Repeated);
        }
    }
}

/// Where some exception was thrown by the program's own code, those thrown elsewhere count there by their types alone.
fn settle_app(blocks: &mut [Parts]) {
    if !blocks.iter().any(Parts::has_app_frames) {
        return;
    }
    for block in blocks.iter_mut().filter(|block| !block.has_app_frames()) {
        let is_frame = |part: &&mut Part| matches!(part.whose, Whose::Frame { .. });
        block.list.iter_mut().filter(is_frame).for_each(|part| part.in_app = false);
    }
}

fn leave_out(block: &mut Parts, why: LeftOut) {
    for part in block.list.iter_mut().filter(|part| part.in_app || part.in_system) {
        (part.in_app, part.in_system, part.left_out) = (false, false, Some(why));
    }
}

fn hash(block: &Parts) -> GroupHash {
    block.hashes()[0]
}
