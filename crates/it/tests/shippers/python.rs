//! The clients for Python, each as its manual has it used.

use crate::{RECORDS, Vigie, harness::say, run, target};
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The Python into which `cargo xtask test` puts them, if it has that package.
pub(super) fn python(package: &str) -> Option<Command> {
    let program = target().join("recipes/python/bin/python");
    let has = Command::new(&program).args(["-c", &format!("import {package}")]).stderr(Stdio::null()).status();
    if has.is_ok_and(|status| status.success()) {
        return Some(Command::new(program));
    }
    say(&format!("skipped: no {package} in {}; `cargo xtask test` puts it there", program.display()));
    None
}

const OPENTELEMETRY: &str = r#"
import logging, sys
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

provider = LoggerProvider()
provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(), max_export_batch_size=64))
log = logging.getLogger("shop.orders")
log.addHandler(LoggingHandler(logger_provider=provider))
log.propagate = False
for number in range(int(sys.argv[1])):
    log.error("délai dépassé, commande %s", number, extra={"attempt": 3})
provider.shutdown()
"#;

#[test]
fn opentelemetry_sends_by_otlp() {
    let Some(mut python) = python("opentelemetry.exporter.otlp.proto.http") else { return };
    let vigie = Vigie::start();
    python.args(["-c", OPENTELEMETRY, &RECORDS.to_string()]);
    python.env("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", format!("{}/v1/logs", vigie.origin()));
    python.env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    python.env("OTEL_EXPORTER_OTLP_HEADERS", format!("Authorization=Bearer%20{}", vigie.token));
    python.env("OTEL_SERVICE_NAME", "otel-shop");
    run(&mut python);
    vigie.has_all("source:otel-shop logger:shop.orders level:error attempt:3");
    assert_eq!(vigie.found("*dépassé*").len(), RECORDS);
}

const LOKI: &str = r#"
import logging, sys
import logging_loki

count, url, token = sys.argv[1:]
handler = logging_loki.LokiHandler(
    url=url + "/loki/api/v1/push", tags={"app": "loki-shop"}, auth=("shipper", token), version="1")
log = logging.getLogger("shop.orders")
log.addHandler(handler)
for number in range(int(count)):
    log.error("délai dépassé, commande %s", number, extra={"tags": {"attempt": "3"}})
"#;

#[test]
fn a_client_of_loki_pushes() {
    let Some(mut python) = python("logging_loki") else { return };
    let vigie = Vigie::start();
    run(python.args(["-c", LOKI, &RECORDS.to_string(), &vigie.origin(), &vigie.token]));
    vigie.has_all("source:loki-shop level:error attempt:3");
    assert_eq!(vigie.found("*dépassé*").len(), RECORDS);
}

const ELASTICSEARCH: &str = r#"
import sys
from elasticsearch import Elasticsearch, helpers

count, url, token, how = sys.argv[1:]
shown = {"basic_auth": ("shipper", token)} if how == "basic" else {"api_key": ("shipper", token)}
client = Elasticsearch(url + "/elasticsearch", **shown)
assert client.info()["version"]["number"].startswith("8."), client.info()
documents = (
    {
        "_op_type": "create" if how == "basic" else "index",
        "_index": "shop-" + how,
        "@timestamp": "2025-01-10T14:32:15.250Z",
        "log": {"level": "error", "logger": "shop.orders"},
        "message": f"délai dépassé, commande {number}",
        "attempt": 3,
    }
    for number in range(int(count))
)
sent, errors = helpers.bulk(client, documents, chunk_size=64)
assert (sent, errors) == (int(count), []), (sent, errors)
"#;

#[test]
fn elasticsearchs_own_client_sends_by_bulk() {
    let Some(_) = python("elasticsearch") else { return };
    let vigie = Vigie::start();
    for how in ["basic", "key"] {
        let Some(mut python) = python("elasticsearch") else { return };
        run(python.args(["-c", ELASTICSEARCH, &RECORDS.to_string(), &vigie.origin(), &vigie.token, how]));
        vigie.has_all(&format!("index:shop-{how} level:error attempt:3"));
    }
    assert_eq!(vigie.found("*dépassé*").len(), RECORDS * 2);
}

const SPANS: &str = r#"
import sys
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind

provider = TracerProvider(resource=Resource({"service.name": "otel-shop", "service.version": "1.2"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(), max_export_batch_size=64))
tracer = provider.get_tracer("shop.orders")
for number in range(int(sys.argv[1])):
    with tracer.start_as_current_span("GET /orders", kind=SpanKind.SERVER, attributes={"http.request.method": "GET"}):
        for line in range(5):
            with tracer.start_as_current_span(
                "redis", kind=SpanKind.CLIENT, attributes={"db.system": "redis", "db.statement": f"GET order:'{line}'"}
            ):
                pass
        with tracer.start_as_current_span(f"paid {number}") as span:
            span.record_exception(KeyError("total"))
provider.shutdown()
"#;

#[test]
fn opentelemetry_sends_spans_by_otlp() {
    let Some(mut python) = python("opentelemetry.exporter.otlp.proto.http") else { return };
    let vigie = Vigie::start();
    python.args(["-c", SPANS, &RECORDS.to_string()]);
    python.env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", format!("{}/v1/traces", vigie.origin()));
    python.env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    python.env("OTEL_EXPORTER_OTLP_HEADERS", format!("Authorization=Bearer%20{}", vigie.token));
    run(&mut python);
    vigie.has_all("kind:span paid* project:otel-shop op:internal exception.type:KeyError");
    // Those that came with their request know it.
    assert!(vigie.found("kind:span paid* transaction:\"GET /orders\"").len() > RECORDS / 2);
    let segments = vigie.found("kind:span segment:true op:http.server release:1.2");
    assert_eq!((segments.len(), segments[0].as_str()), (RECORDS, "GET /orders"));
    assert_eq!(vigie.found("kind:span statement:\"GET order:?\"").len(), RECORDS * 5);
}

/// Every Python that is at hand, by its version; those of pyenv, too.
fn pythons() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let kept = std::fs::read_dir(home.join(".pyenv/versions")).into_iter().flatten().flatten();
    let pyenv = kept.map(|version| version.path().join("bin/python3"));
    let names = (6..=14).map(|minor| format!("/usr/bin/python3.{minor}").into());
    pyenv.chain(names).chain(["/usr/bin/python3".into()]).filter(|program| program.exists()).collect()
}

/// Runs a script with vigie.py beside it, in every Python that is at hand.
fn runs_everywhere(script: &str) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pythons = pythons();
    for program in &pythons {
        let mut python = Command::new(program);
        python.args(["-W", "error::DeprecationWarning"]).arg(here.join("tests/fixtures").join(script));
        python.env("PYTHONPATH", here.join("../web/src/static")).env("PYTHONDONTWRITEBYTECODE", "1");
        let output = python.output().expect("python starts");
        let said = String::from_utf8_lossy(&output.stderr);
        // The last line says it: of a long output no more may be seen.
        let reason = said.trim().lines().last().unwrap_or_default();
        assert!(output.status.success(), "{}: {}\n{said}\n{reason}", program.display(), output.status);
        say(String::from_utf8_lossy(&output.stdout).trim());
    }
    if pythons.is_empty() {
        say("skipped: no python3");
    }
}

#[test]
fn the_module_tells_each_line_once_and_waits_for_nobody() {
    runs_everywhere("vigie_module.py");
}

#[test]
fn the_module_waits_for_the_right_token_and_does_without_a_spool() {
    runs_everywhere("vigie_module_barred.py");
}

const MODULE: &str = r#"
import logging, sys
import vigie
vigie_log = logging.getLogger("shop.orders")
vigie_log.addHandler(vigie.Handler(source="module-shop"))
for number in range(int(sys.argv[1])):
    vigie_log.error("délai dépassé, commande %s", number, extra={"attempt": 3})
"#;

#[test]
fn the_module_sends_logs() {
    let Some(program) = pythons().into_iter().next() else { return say("skipped: no python3") };
    let vigie = Vigie::start();
    let mut python = Command::new(program);
    python.args(["-c", MODULE, &RECORDS.to_string()]).env("PYTHONDONTWRITEBYTECODE", "1");
    python.env("PYTHONPATH", Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src/static"));
    python.env("VIGIE_URL", vigie.origin()).env("VIGIE_TOKEN", &vigie.token);
    python.env("VIGIE_SPOOL", vigie.folder.path().join("spool"));
    run(&mut python);
    vigie.has_all("source:module-shop logger:shop.orders level:error attempt:3");
}
