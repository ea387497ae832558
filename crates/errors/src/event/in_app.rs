//! Which frames are the program's own code, where the client does not say or cannot know.

use super::{
    Event, Frame, Platform,
    libraries::{
        DOT_NET_NAMESPACES, GO_STANDARD, JAVA_PACKAGES, JAVASCRIPT_BEGINNINGS, JAVASCRIPT_BUNDLES, JAVASCRIPT_PARTS,
        NATIVE_ENTRIES, NATIVE_PACKAGES, NATIVE_PARTS, NATIVE_RUNTIME, PYTHON_PARTS,
    },
};

/// Settles [`Frame::in_app`] of every frame.
pub fn mark(event: &mut Event) {
    let platform = Platform::of(event);
    for stack_trace in event.stack_traces_mut() {
        stack_trace.frames.iter_mut().for_each(|frame| frame.in_app = Some(is_in_app(frame, platform)));
    }
}

/// The client's word counts, except where it calls a library's code the program's own: some do of
/// everything.
pub fn is_in_app(frame: &Frame, platform: Platform) -> bool {
    frame.in_app != Some(false) && !is_library(frame, platform, frame.in_app == Some(true))
}

fn is_library(frame: &Frame, platform: Platform, is_said_to_be_own: bool) -> bool {
    is_library_for_certain(frame, platform) || !is_said_to_be_own && is_likely_a_library(frame, platform)
}

/// Whatever the client says: it says so of everything.
fn is_library_for_certain(frame: &Frame, platform: Platform) -> bool {
    match platform {
        Platform::JavaScript => {
            lies_in(frame, JAVASCRIPT_PARTS, JAVASCRIPT_BEGINNINGS)
                || is_bare_anonymous(frame)
                || is_bundle_of_libraries(frame)
        }
        Platform::Native => lies_in(frame, NATIVE_PARTS, &[]) || is_native_runtime(frame),
        Platform::Go => {
            lies_in(frame, &["/pkg/mod/", "/vendor/", "/usr/local/go/src/", "@v"], &[]) || is_go_standard(frame)
        }
        Platform::Php => lies_in(frame, &["/vendor/"], &["vendor/", "[internal]"]) || frame.path().is_none(),
        _ => false,
    }
}

fn is_likely_a_library(frame: &Frame, platform: Platform) -> bool {
    match platform {
        Platform::Python => lies_in(frame, PYTHON_PARTS, &["<frozen ", "<attrs ", "<__array_function__"]),
        Platform::Java => names_one_of(frame.module.as_deref(), JAVA_PACKAGES),
        Platform::DotNet => names_one_of(frame.module.as_deref().or(frame.package.as_deref()), DOT_NET_NAMESPACES),
        Platform::Ruby => lies_in(frame, &["/gems/", "/vendor/bundle/", "/lib/ruby/", "<internal:"], &[]),
        Platform::Other => lies_in(frame, &["/node_modules/", "/site-packages/", "/vendor/"], &[]),
        Platform::JavaScript | Platform::Native | Platform::Go | Platform::Php => false,
    }
}

/// Whether a frame's file has one of `parts` in its path, or begins with one of `beginnings`.
fn lies_in(frame: &Frame, parts: &[&str], beginnings: &[&str]) -> bool {
    let paths = [&frame.abs_path, &frame.filename];
    paths.into_iter().flatten().any(|path| {
        parts.iter().any(|part| path.contains(part)) || beginnings.iter().any(|beginning| path.starts_with(beginning))
    })
}

/// `<anonymous>` alone is where an engine calls back: it is nobody's file.
fn is_bare_anonymous(frame: &Frame) -> bool {
    matches!(frame.path(), Some("<anonymous>" | "native")) && frame.module.is_none()
}

fn is_bundle_of_libraries(frame: &Frame) -> bool {
    let is_loaded = frame.minified.is_none() && frame.path().is_some_and(|path| path.starts_with("http"));
    is_loaded && lies_in(frame, JAVASCRIPT_BUNDLES, &[])
}

/// Whether a dotted name is one of `packages`, or within one.
fn names_one_of(name: Option<&str>, packages: &[&str]) -> bool {
    name.is_some_and(|name| {
        packages.iter().any(|package| {
            name.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '$']))
        })
    })
}

/// A package of the standard library has no dot in its first element: `net/http`; `main` is the program.
fn is_go_standard(frame: &Frame) -> bool {
    let Some(module) = frame.module.as_deref() else { return false };
    let first = module.split('/').next().unwrap_or_default();
    GO_STANDARD.contains(&first)
}

/// What runs around a program of Rust, C++ or Swift.
fn is_native_runtime(frame: &Frame) -> bool {
    let function = frame.function.as_deref().unwrap_or_default();
    // What the linker calls, before the program's own `main`.
    let is_entry = function == "main" && frame.path().is_none() || NATIVE_ENTRIES.contains(&function);
    let is_of_system = |package: &String| NATIVE_PACKAGES.iter().any(|folder| package.starts_with(folder));
    let begins = |beginning: &&str| function.starts_with(beginning);
    is_entry || frame.package.as_ref().is_some_and(is_of_system) || NATIVE_RUNTIME.iter().any(begins)
}
