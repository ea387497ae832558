//! How tracebacks go on, language by language.

/// What an open record has come to, and so which lines can belong to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trace {
    /// No traceback yet; one may follow, if the record is an error.
    #[default]
    Quiet,
    QuietError,
    Python(Python),
    Java,
    /// Between the place of an uncaught exception and its name.
    NodeSource {
        lines: u8,
    },
    Node,
    /// Behind `panicked at file:line:`, before the message.
    RustMessage,
    Rust,
    Go,
    Php,
    Ruby,
    /// A key or certificate: kept whole, so that it can be masked whole.
    Pem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Python {
    Frames,
    /// The exception was named.
    Named,
    /// Behind the blank line before another traceback.
    Between,
}

const PYTHON_HEAD: &str = "Traceback (most recent call last):";
const PYTHON_HEADS: [&str; 2] = [PYTHON_HEAD, "Exception Group Traceback (most"];

/// Lines of source between the place of an uncaught exception in Node and its name.
const NODE_SOURCE_MAX: u8 = 8;

impl Trace {
    /// What a record has come to that begins with `line`.
    pub fn begun_by(line: &str) -> Self {
        let opened = Self::opened_by(line);
        if opened == Self::Quiet && matches!(crate::level::find(line), Some(level) if level >= model::Level::Error) {
            return Self::QuietError;
        }
        opened
    }

    fn opened_by(line: &str) -> Self {
        let bytes = line.as_bytes();
        // Nearly every line is passed over here.
        match bytes {
            _ if line.ends_with(PYTHON_HEAD) || has(line, "Exception Group Traceback (most") => {
                Self::Python(Python::Frames)
            }
            [b'p', ..] if line.starts_with("panic: ") => Self::Go,
            [b'f', ..] if line.starts_with("fatal error: ") => Self::Go,
            [b'g', ..] if line.starts_with("goroutine ") && line.ends_with("]:") => Self::Go,
            [b't', ..] if line.starts_with("thread '") && line.contains("panicked at") => {
                // Until 1.72 the message stood on the same line.
                if line.ends_with(':') { Self::RustMessage } else { Self::Rust }
            }
            [b'E', ..] if line.starts_with("Exception in thread ") => Self::Java,
            [b'P' | b'F', ..] if line.contains("Fatal error: ") && line.contains("Uncaught ") => Self::Php,
            _ if has(line, "-----BEGIN ") && !has(line, "-----END ") => Self::Pem,
            _ if is_node_place(line) => Self::NodeSource { lines: 0 },
            _ if is_ruby_frame(line) => Self::Ruby,
            _ if names_an_exception(line) => Self::Java,
            _ => Self::Quiet,
        }
    }

    /// Whether `line` is what a program says when it ends uncaught, and no part of the record before it; `after_words` that this
    /// one told no error.
    pub fn is_crash(line: &str, after_words: bool) -> bool {
        match Self::opened_by(line) {
            Self::Go | Self::RustMessage | Self::Rust | Self::NodeSource { .. } => true,
            Self::Java => after_words || line.starts_with("Exception in thread "),
            _ => false,
        }
    }

    /// Whether a traceback has begun.
    pub fn is_traceback(self) -> bool {
        !matches!(self, Self::Quiet | Self::QuietError | Self::Pem)
    }

    /// Whether `line` belongs to the record; if so, it has gone on by it.
    pub fn takes(&mut self, line: &str) -> bool {
        match self.next(line) {
            Some(next) => {
                *self = next;
                true
            }
            None => false,
        }
    }

    fn next(self, line: &str) -> Option<Self> {
        let indented = line.starts_with([' ', '\t']);
        let blank = line.trim().is_empty();
        match self {
            Self::Quiet | Self::QuietError => self.after_words(line, indented),
            Self::Python(at) => at.next(line, indented, blank).map(Self::Python),
            Self::Java => (is_java_frame(line) || indented && !blank || is_closing(line)).then_some(self),
            Self::NodeSource { lines } => {
                if line.starts_with("    at ") {
                    return Some(Self::Node);
                }
                (lines < NODE_SOURCE_MAX).then_some(Self::NodeSource { lines: lines + 1 })
            }
            Self::Node => (indented || blank || is_closing(line) || line.starts_with("Node.js v")).then_some(self),
            Self::RustMessage => Some(Self::Rust),
            Self::Rust => {
                let goes_on = indented && !blank || line.starts_with("note: ") || line == "stack backtrace:";
                goes_on.then_some(self)
            }
            Self::Go => (blank || indented || is_go_line(line)).then_some(self),
            Self::Php => (indented && !blank || is_php_frame(line) || line.starts_with("Next ")).then_some(self),
            Self::Ruby => (indented && !blank || is_ruby_frame(line)).then_some(self),
            Self::Pem => {
                let inside = !blank && line.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=-:, ".contains(&b));
                inside.then(|| if line.contains("-----END ") { Self::Quiet } else { Self::Pem })
            }
        }
    }

    /// What may follow an ordinary line.
    fn after_words(self, line: &str, indented: bool) -> Option<Self> {
        if indented && is_java_frame(line) || line.starts_with("Caused by: ") {
            return Some(Self::Java);
        }
        if indented && line.trim_start().starts_with("from ") && line.contains(".rb:") {
            return Some(Self::Ruby);
        }
        if line == "stack backtrace:" {
            return Some(Self::Rust);
        }
        if line.starts_with("Stack trace:") || line.starts_with("[stacktrace]") || is_php_frame(line) {
            return Some(Self::Php);
        }
        if self == Self::QuietError {
            return match Self::opened_by(line) {
                // With anything before it, it is the head of a record of its own.
                Self::Python(_) if !is_python_head(line) => None,
                opened @ (Self::Python(_) | Self::Java | Self::Ruby) => Some(opened),
                _ => None,
            };
        }
        None
    }
}

impl Python {
    fn next(self, line: &str, indented: bool, blank: bool) -> Option<Self> {
        let chained = line.starts_with("During handling of the above exception")
            || line.starts_with("The above exception was the direct cause");
        match self {
            Self::Frames if indented || blank || line.starts_with("File \"") => Some(Self::Frames),
            Self::Frames if is_dotted_name(line) || is_ruby_frame(line) => Some(Self::Named),
            Self::Frames => None,
            Self::Named | Self::Between if line.ends_with(PYTHON_HEAD) => Some(Self::Frames),
            Self::Named | Self::Between if blank || chained => Some(Self::Between),
            Self::Named if indented => Some(Self::Named),
            Self::Named | Self::Between => None,
        }
    }
}

/// The first line of a traceback, and nothing else on it.
fn is_python_head(line: &str) -> bool {
    let words = line.trim_start_matches([' ', '\t', '|', '+']);
    PYTHON_HEADS.iter().any(|head| words.starts_with(head))
}

/// `KeyError: 'x'`, `requests.exceptions.Timeout`, `builtins.RuntimeError: …`.
fn is_dotted_name(line: &str) -> bool {
    let end = line.bytes().position(|b| !(b.is_ascii_alphanumeric() || b == b'_' || b == b'.')).unwrap_or(line.len());
    let starts = line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    match line.as_bytes().get(end) {
        Some(b':') => starts,
        // A word alone is an exception's name only if it is written as one.
        None => starts && (line.contains('.') || line.starts_with(|c: char| c.is_ascii_uppercase())),
        _ => false,
    }
}

/// `com.example.BadThing: words`, `TypeError: words`: a name that ends as exceptions do, and nothing before it.
fn names_an_exception(line: &str) -> bool {
    let end = line.bytes().position(|b| !(b.is_ascii_alphanumeric() || b"_.$".contains(&b))).unwrap_or(line.len());
    let name = &line[..end];
    let kind = name.ends_with("Exception") || name.ends_with("Error") || name.ends_with("Throwable");
    kind && name.len() >= 5 && matches!(line.as_bytes().get(end), None | Some(b':'))
}

fn is_java_frame(line: &str) -> bool {
    let words = line.trim_start();
    let frame = words.starts_with("at ") && (words.ends_with(')') || words.contains(':'));
    let more = words.starts_with("... ") && (words.ends_with(" more") || words.contains("common frames"));
    line.len() > words.len() && (frame || more)
        || words.starts_with("Caused by: ")
        || words.starts_with("Suppressed: ")
        || words.starts_with("Wrapped by: ")
}

/// The brace that ends an error's own properties.
fn is_closing(line: &str) -> bool {
    matches!(line, "}" | "]" | "});" | "}]")
}

/// `/srv/app/server.js:12` alone on its line.
fn is_node_place(line: &str) -> bool {
    let Some((path, number)) = line.rsplit_once(':') else { return false };
    let script = [".js", ".ts", ".mjs", ".cjs"].iter().any(|end| path.ends_with(end)) || path.starts_with("node:");
    script && !path.contains(' ') && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// `app.rb:12:in 'run': words (RuntimeError)`.
fn is_ruby_frame(line: &str) -> bool {
    line.find(".rb:").is_some_and(|at| !line[..at].contains(' ') && line[at..].contains(":in "))
}

fn is_php_frame(line: &str) -> bool {
    let numbered = line.strip_prefix('#').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let frame = numbered.is_some_and(|rest| rest.len() + 1 < line.len() && rest.starts_with(' '));
    frame || line.starts_with("Stack trace:") || line == "\"}" || line.starts_with("\"} ") || line == "thrown"
}

/// `main.run(0x1)`, `created by …`, `goroutine 1 [running]:`, `[signal SIGSEGV …]`, `exit status 2`.
fn is_go_line(line: &str) -> bool {
    const STARTS: [&str; 8] =
        ["goroutine ", "created by ", "[signal ", "exit status ", "panic: ", "runtime.", "main.", "...additional"];
    let call =
        line.ends_with(')') && line.split('(').next().is_some_and(|name| name.contains('.') && !name.contains(' '));
    call || STARTS.iter().any(|start| line.starts_with(start))
}
/// Whether `line` has `text` in it: every line is asked, and this is faster than the standard library's way.
fn has(line: &str, text: &str) -> bool {
    memchr::memmem::find(line.as_bytes(), text.as_bytes()).is_some()
}
