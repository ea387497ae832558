//! Which world a stack trace comes from.

use super::{Event, Frame};

/// Languages whose frames are told apart in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    Python,
    JavaScript,
    Java,
    Go,
    Php,
    Ruby,
    DotNet,
    Native,
    Other,
}

impl Platform {
    /// By the event's `platform`; where it says nothing, by the file of the last frame that has one.
    pub fn of(event: &Event) -> Self {
        let said = event.platform.as_deref().map_or(Self::Other, Self::of_name);
        if said != Self::Other {
            return said;
        }
        let stack_traces = event.exceptions.iter().rev().filter_map(|exception| exception.stack_trace.as_ref());
        let frames = stack_traces.chain(&event.stack_trace).flat_map(|stack_trace| stack_trace.frames.iter().rev());
        frames.filter_map(Frame::path).map(Self::of_file).find(|found| *found != Self::Other).unwrap_or(Self::Other)
    }

    fn of_name(name: &str) -> Self {
        match name {
            "python" => Self::Python,
            "javascript" | "node" | "react-native" | "deno" | "bun" => Self::JavaScript,
            "java" | "kotlin" | "scala" | "android" | "groovy" => Self::Java,
            "go" => Self::Go,
            "php" => Self::Php,
            "ruby" => Self::Ruby,
            "csharp" | "dotnet" | "fsharp" => Self::DotNet,
            "native" | "rust" | "c" | "cocoa" | "objc" | "swift" => Self::Native,
            _ => Self::Other,
        }
    }

    fn of_file(path: &str) -> Self {
        let path = path.split(['?', '#']).next().unwrap_or(path);
        match path.rsplit('.').next().unwrap_or_default() {
            "py" => Self::Python,
            "js" | "mjs" | "cjs" | "ts" | "tsx" | "jsx" | "vue" | "svelte" => Self::JavaScript,
            "java" | "kt" | "scala" => Self::Java,
            "go" => Self::Go,
            "php" => Self::Php,
            "rb" | "erb" => Self::Ruby,
            "cs" | "fs" | "vb" => Self::DotNet,
            "rs" | "c" | "cc" | "cpp" | "h" | "swift" | "m" => Self::Native,
            _ => Self::Other,
        }
    }
}
