//! Where the code of libraries lies, and what it is called, in each world.

/// What stands in paths of libraries, and of what bundlers add.
pub(super) const JAVASCRIPT_PARTS: &[&str] =
    &["node_modules/", "/webpack/bootstrap", "webpack/bootstrap", "/@vite/", "/.yarn/", "[native code]"];

/// Bundles of libraries that a page loads, before source maps take them apart.
pub(super) const JAVASCRIPT_BUNDLES: &[&str] = &[
    "/jquery",
    "/vendor.",
    "/vendor-",
    "/vendors.",
    "/vendors-",
    "/vendors~",
    "/polyfills",
    "/framework-",
    "/react-dom",
    "/zone.",
];

/// Paths of engines, and of what a visitor has installed.
pub(super) const JAVASCRIPT_BEGINNINGS: &[&str] = &[
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

/// Folders of installed packages and of the standard library.
pub(super) const PYTHON_PARTS: &[&str] = &[
    "/site-packages/",
    "/dist-packages/",
    "\\site-packages\\",
    "/lib/python",
    "/lib64/python",
    "\\lib\\python",
    "/eggs/",
];

/// Folders of the compiler, of downloaded crates and of the system.
pub(super) const NATIVE_PARTS: &[&str] = &[
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

/// Packages of the platform, of frameworks and of drivers.
pub(super) const JAVA_PACKAGES: &[&str] = &[
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

/// Namespaces of the platform, of frameworks and of drivers.
pub(super) const DOT_NET_NAMESPACES: &[&str] = &[
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

/// First elements of packages of Go's standard library: they have no dot.
pub(super) const GO_STANDARD: &[&str] = &[
    "runtime", "net", "reflect", "sync", "syscall", "os", "io", "bufio", "bytes", "context", "crypto", "database",
    "encoding", "errors", "fmt", "html", "log", "math", "mime", "path", "regexp", "sort", "strconv", "strings",
    "testing", "text", "time", "unicode", "internal", "slices", "maps", "iter",
];

/// Functions that run before and around a native program, by their whole names.
pub(super) const NATIVE_ENTRIES: &[&str] =
    &["_start", "clone", "clone3", "start_thread", "rust_begin_unwind", "rust_panic", "rust_eh_personality"];

/// Beginnings of functions of the standard library, of the runtime and of frameworks.
pub(super) const NATIVE_RUNTIME: &[&str] = &[
    "std::",
    "core::",
    "alloc::",
    "<std::",
    "<core::",
    "<alloc::",
    "<F as ",
    "<T as ",
    "<Fut as ",
    "__rust",
    "_Unwind",
    "__libc",
    "__cxa",
    "__GI",
    "at /rustc/",
    "_dyld",
    "swift_",
    "objc_",
    "tokio::",
    "<tokio::",
    "rayon::",
    "rayon_core::",
    "mio::",
    "h2::",
    "hyper::",
    "<hyper::",
    "hyper_util::",
    "<hyper_util::",
    "tower::",
    "<tower::",
    "tower_http::",
    "<tower_http::",
    "axum::",
    "<axum::",
    "actix_",
    "<actix_",
    "futures_",
    "<futures_",
    "anyhow::",
    "<anyhow::",
    "tracing::",
    "<tracing::",
    "tracing_",
    "<tracing_",
    "backtrace::",
    "sentry::",
    "sentry_",
    "<sentry_",
];

/// Folders of the libraries of a system, where a frame names its library.
pub(super) const NATIVE_PACKAGES: &[&str] = &["/System/", "/usr/lib/", "/lib/", "/lib64/", "/apex/", "C:\\Windows\\"];
