//! Which frames are the program's own code, where the client does not say or cannot know.

use super::{Event, Frame, Platform};

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
        Platform::JavaScript => lies_in(frame, JAVASCRIPT_PARTS, JAVASCRIPT_BEGINNINGS) || is_bare_anonymous(frame),
        Platform::Native => lies_in(frame, NATIVE_PARTS, &[]) || is_native_runtime(frame),
        Platform::Go => lies_in(frame, &["/pkg/mod/", "/vendor/", "/go/src/", "@v"], &[]) || is_go_standard(frame),
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

const JAVASCRIPT_PARTS: &[&str] = &[
    "node_modules/",
    "/webpack/bootstrap",
    "webpack/bootstrap",
    "/@vite/",
    "/.yarn/",
    "[native code]",
    // Bundles of libraries, before source maps take them apart.
    "/jquery",
    "/vendor.",
    "/vendor-",
    "/vendors",
    "/polyfills",
    "/framework-",
    "/react-dom",
    "/zone.",
];

const JAVASCRIPT_BEGINNINGS: &[&str] = &[
    "node:",
    "internal/",
    "native",
    "chrome-extension:",
    "moz-extension:",
    "safari-extension:",
    "safari-web-extension:",
    "extensions::",
    "resource:",
    "chrome:",
    "webkit-masked-url:",
];

const PYTHON_PARTS: &[&str] = &[
    "/site-packages/",
    "/dist-packages/",
    "\\site-packages\\",
    "/lib/python",
    "/lib64/python",
    "\\lib\\python",
    "/eggs/",
];

const NATIVE_PARTS: &[&str] = &[
    "/rustc/",
    "/.cargo/registry/",
    "/.cargo/git/",
    "\\.cargo\\registry\\",
    "/usr/lib/",
    "/usr/include/",
    "/lib/x86_64",
    "/csu/",
    "/sysdeps/",
];

/// `<anonymous>` alone is where an engine calls back: it is nobody's file.
fn is_bare_anonymous(frame: &Frame) -> bool {
    matches!(frame.path(), Some("<anonymous>" | "native")) && frame.module.is_none()
}

/// Whether a dotted name is one of `packages`, or within one.
fn names_one_of(name: Option<&str>, packages: &[&str]) -> bool {
    name.is_some_and(|name| {
        packages.iter().any(|package| {
            name.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '$']))
        })
    })
}

const JAVA_PACKAGES: &[&str] = &[
    "java",
    "javax",
    "jakarta",
    "jdk",
    "sun",
    "com.sun",
    "oracle",
    "kotlin",
    "kotlinx",
    "scala",
    "akka",
    "groovy",
    "org.codehaus.groovy",
    "org.springframework",
    "org.apache",
    "org.hibernate",
    "org.eclipse",
    "org.jboss",
    "org.glassfish",
    "org.postgresql",
    "org.junit",
    "org.aspectj",
    "org.mariadb",
    "com.mysql",
    "com.zaxxer",
    "com.fasterxml",
    "com.google",
    "com.android",
    "android",
    "androidx",
    "dalvik",
    "io.netty",
    "io.undertow",
    "io.micrometer",
    "io.sentry",
    "io.opentelemetry",
    "io.quarkus",
    "io.vertx",
    "io.micronaut",
    "net.bytebuddy",
    "net.sf.cglib",
    "okhttp3",
    "okio",
    "retrofit2",
    "reactor",
    "rx",
    "io.reactivex",
    "feign",
    "ch.qos.logback",
    "org.slf4j",
];

const DOT_NET_NAMESPACES: &[&str] = &[
    "System",
    "Microsoft",
    "MS",
    "Newtonsoft",
    "FSharp",
    "Serilog",
    "NLog",
    "Giraffe",
    "NHibernate",
    "Npgsql",
    "Dapper",
    "Autofac",
    "MediatR",
    "Grpc",
    "Sentry",
    "Hangfire",
    "Polly",
    "AutoMapper",
    "Xunit",
    "Castle",
];

/// A package of the standard library has no dot in its first element: `net/http`; `main` is the program.
fn is_go_standard(frame: &Frame) -> bool {
    let Some(module) = frame.module.as_deref() else { return false };
    let first = module.split('/').next().unwrap_or_default();
    const STANDARD: &[&str] = &[
        "runtime", "net", "reflect", "sync", "syscall", "os", "io", "bufio", "bytes", "context", "crypto", "database",
        "encoding", "errors", "fmt", "html", "log", "math", "mime", "path", "regexp", "sort", "strconv", "strings",
        "testing", "text", "time", "unicode", "internal", "slices", "maps", "iter",
    ];
    STANDARD.contains(&first)
}

/// What runs around a program of Rust, C++ or Swift.
fn is_native_runtime(frame: &Frame) -> bool {
    let function = frame.function.as_deref().unwrap_or_default();
    const BEGINNINGS: &[&str] = &[
        "std::",
        "core::",
        "alloc::",
        "<core::",
        "<alloc::",
        "<std::",
        "__rust",
        "rust_",
        "_rust",
        "at /rustc/",
        "_Unwind",
        "__libc",
        "_start",
        "start_thread",
        "clone",
        "__cxa",
        "__GI",
        "_dyld",
        "tokio::",
        "<tokio::",
        "rayon",
        "hyper::",
        "<hyper",
        "tower::",
        "<tower",
        "axum::",
        "<axum",
        "actix_",
        "<actix_",
        "futures_",
        "<futures_",
        "sentry",
        "<sentry",
        "backtrace::",
        "anyhow::",
        "<anyhow",
        "tracing",
        "<tracing",
        "<F as ",
        "<T as ",
        "<Fut as ",
        "h2::",
        "mio::",
        "swift_",
        "objc_",
        "CF",
        "NS",
        "UIApplicationMain",
        "dispatch_",
    ];
    // What the linker calls, before the program's own `main`.
    let is_entry = function == "main" && frame.path().is_none();
    is_entry || BEGINNINGS.iter().any(|beginning| function.starts_with(beginning))
}
