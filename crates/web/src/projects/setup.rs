//! What is pasted into a program, so that its errors come here.

use crate::projects::page::Snippet;

/// What programs are written with: the word of a platform, its name, and the name by which words of the pages know it.
pub(super) const PLATFORMS: [(&str, &str); 7] = [
    ("python-django", "Django"),
    ("python-fastapi", "FastAPI"),
    ("python-flask", "Flask"),
    ("python-celery", "Celery"),
    ("node", "Node.js"),
    ("javascript", "JavaScript"),
    ("rust", "Rust"),
];

/// What people call a platform; as it is, where it is none of ours.
pub(super) fn name_of(platform: &str) -> &str {
    PLATFORMS.iter().find(|(known, _)| *known == platform).map_or(platform, |(_, name)| name)
}

/// The lines for every platform, that of the project first.
pub(super) fn snippets(dsn: &str, platform: &str) -> Vec<Snippet> {
    let mut snippets: Vec<Snippet> = PLATFORMS.iter().map(|(known, name)| snippet(known, name, dsn)).collect();
    if let Some(own) = PLATFORMS.iter().position(|(known, _)| *known == platform) {
        let own = snippets.remove(own);
        snippets.insert(0, own);
    }
    snippets
}

fn snippet(platform: &'static str, name: &'static str, dsn: &str) -> Snippet {
    let (install, code) = match platform {
        "node" => (
            "npm install @sentry/node",
            format!(
                "const Sentry = require(\"@sentry/node\");\n\nSentry.init({{ dsn: \"{dsn}\", tracesSampleRate: 1.0 }});"
            ),
        ),
        "javascript" => (
            "npm install @sentry/browser",
            format!(
                "import * as Sentry from \"@sentry/browser\";\n\nSentry.init({{\n  dsn: \"{dsn}\",\n  integrations: [Sentry.browserTracingIntegration()],\n  tracesSampleRate: 1.0,\n}});"
            ),
        ),
        "rust" => (
            "cargo add sentry",
            format!(
                "let _guard = sentry::init((\n    \"{dsn}\",\n    sentry::ClientOptions {{ release: sentry::release_name!(), traces_sample_rate: 1.0, ..Default::default() }},\n));"
            ),
        ),
        _ => (install_of(platform), python(platform, dsn)),
    };
    Snippet { name, install, code }
}

fn install_of(platform: &str) -> &'static str {
    match platform {
        "python-django" => "pip install \"sentry-sdk[django]\"",
        "python-fastapi" => "pip install \"sentry-sdk[fastapi]\"",
        "python-flask" => "pip install \"sentry-sdk[flask]\"",
        "python-celery" => "pip install \"sentry-sdk[celery]\"",
        _ => "pip install sentry-sdk",
    }
}

fn python(platform: &str, dsn: &str) -> String {
    let init = format!("import sentry_sdk\n\nsentry_sdk.init(dsn=\"{dsn}\", traces_sample_rate=1.0)");
    match platform {
        "python-django" => format!("# settings.py\n{init}"),
        "python-fastapi" => format!("from fastapi import FastAPI\n{init}\n\napp = FastAPI()"),
        "python-flask" => format!("from flask import Flask\n{init}\n\napp = Flask(__name__)"),
        "python-celery" => format!("from celery import Celery, signals\n{}", celery(dsn)),
        _ => init,
    }
}

/// Each worker process sets itself up.
fn celery(dsn: &str) -> String {
    format!(
        "import sentry_sdk\n\n@signals.celeryd_init.connect\ndef init_sentry(**_kwargs):\n    sentry_sdk.init(dsn=\"{dsn}\", traces_sample_rate=1.0)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_each_platform_hold_the_dsn_once() {
        let dsn = "https://abababababababababababababababab@vigie.example/7";
        let all = snippets(dsn, "node");
        assert_eq!((all.len(), all[0].name), (PLATFORMS.len(), "Node.js"));
        let text = |one: &Snippet| format!("## {}\n$ {}\n{}\n", one.name, one.install, one.code);
        assert!(all.iter().all(|one| one.code.matches(dsn).count() == 1));
        insta::assert_snapshot!(all.iter().map(text).collect::<Vec<_>>().join("\n"));
    }
}
