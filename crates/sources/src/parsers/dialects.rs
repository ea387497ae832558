//! The dialects of logging libraries that write objects: which names they all have, and what is what in them.

use super::keys::{Set, key, mask};

/// Numbers that stand for levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// bunyan's: 10 is trace, 60 is fatal.
    Tens,
    /// Syslog's severities.
    Severities,
    /// Nextcloud's: 0 is debug, 4 is fatal.
    FromZero,
    /// By their size: one of the two.
    Either,
}

/// Whether the message is another program's line, to be recognised in its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    Words,
    Line,
    /// A line where nothing else told the level.
    LineWithoutLevel,
}

#[derive(Debug)]
pub(super) struct Dialect {
    pub(super) name: &'static str,
    /// It must have all of these…
    pub(super) marks: Set,
    /// …and one of these, unless empty.
    pub(super) one_of: Set,
    pub(super) time: &'static [u8],
    pub(super) level: &'static [u8],
    pub(super) logger: &'static [u8],
    pub(super) message: &'static [u8],
    pub(super) scale: Scale,
    pub(super) inside: Inside,
}

macro_rules! keys {
    ($($name:literal),*) => { &[$(key($name)),*] };
}

pub(super) const TIME: &[u8] = keys!(
    "time",
    "timestamp",
    "@timestamp",
    "ts",
    "@t",
    "at",
    "datetime",
    "asctime",
    "Timestamp",
    "Time",
    "_time",
    "eventTime",
    "event_time",
    "date",
    "created",
    "created_at",
    "started_at",
    "StartUTC",
    "EdgeStartTimestamp",
    "t",
    "t.$date",
    "time_iso8601",
    "time_local",
    "msec",
    "start_time",
    "timeMillis",
    "EventTime",
    "TimeCreated",
    "UtcTime",
    "TimeGenerated",
    "requestReceivedTimestamp",
    "stageTimestamp",
    "lastTimestamp",
    "T",
    "timeStamp",
    "log_time",
    "logged_at",
    "DateTime",
    "Date",
    "EventReceivedTime",
    "creationTimestamp",
    "timestamp_ns",
    "timestamp_ms",
    "@time",
    "dateTime",
    "createdAt",
    "logTime",
    "log_timestamp",
    "TimeStamp",
    "TIMESTAMP",
    "when",
    "time.repr",
    "published",
    "occurredAt",
    "occurred_at",
    "eventDate",
    "receivedAt",
    "loggedAt",
    "horodatage",
    "horodate",
    "date_heure",
    "dateHeure",
    "fecha",
    "fecha_hora",
    "fechaHora",
    "data_hora",
    "dataHora",
    "zeitstempel"
);
/// Names that have a level only where it is a word.
pub(super) const NAMED_LEVEL: &[u8] = keys!(
    "level.name",
    "priority",
    "sev",
    "l",
    "niveau",
    "gravite",
    "gravité",
    "criticite",
    "severite",
    "nivel",
    "nível",
    "gravedad",
    "stufe",
    "livello"
);
pub(super) const LEVEL: &[u8] = keys!(
    "level",
    "lvl",
    "severity",
    "levelname",
    "log.level",
    "level_name",
    "loglevel",
    "severity_text",
    "@l",
    "Level",
    "error_severity",
    "@fields.lvl",
    "PRIORITY",
    "s",
    "@level",
    "log_level",
    "LogLevel",
    "logLevel",
    "LEVEL",
    "SEVERITY",
    "levelName",
    "Severity",
    "SeverityText",
    "severityText",
    "LevelDisplayName",
    "EventType",
    "L",
    "jsonPayload.level",
    "jsonPayload.severity",
    "event.level",
    "event.severity",
    "status",
    "pri",
    "labels.level"
);
const LOGGER: &[u8] = keys!(
    "logger",
    "logger_name",
    "loggerName",
    "log.logger",
    "channel",
    "target",
    "SourceContext",
    "category",
    "module",
    "component",
    "service",
    "lg",
    "@module",
    "Category",
    "N",
    "ProviderName",
    "SourceName"
);
const NAMED: &[u8] = keys!("logger", "name", "module");
pub(super) const MESSAGE: &[u8] = keys!(
    "message",
    "msg",
    "@m",
    "@message",
    "MESSAGE",
    "Message",
    "RenderedMessage",
    "short_message",
    "fields.message",
    "@fields.msg",
    "log",
    "text",
    "body",
    "event",
    "@mt",
    "_msg",
    "textPayload",
    "jsonPayload.message",
    "jsonPayload.msg",
    "event.message",
    "M",
    "ResultDescription",
    "resultDescription",
    "displayMessage",
    "line",
    "mensaje",
    "mensagem",
    "nachricht",
    "messaggio"
);
pub(super) const STATUS: &[u8] = keys!(
    "status",
    "status_code",
    "response.status",
    "http.response.status_code",
    "DownstreamStatus",
    "OriginStatus",
    "EdgeResponseStatus",
    "StatusCode",
    "responseStatus.code",
    "response_code"
);

pub(super) const JSON: Dialect = Dialect {
    name: "json",
    marks: Set::NONE,
    one_of: Set::NONE,
    time: TIME,
    level: LEVEL,
    logger: LOGGER,
    message: MESSAGE,
    scale: Scale::Either,
    inside: Inside::LineWithoutLevel,
};

/// From the most particular to the one that takes everything.
pub(super) static DIALECTS: [Dialect; 28] = [
    Dialect {
        name: "journald",
        marks: mask(keys!("__REALTIME_TIMESTAMP")),
        time: keys!("__REALTIME_TIMESTAMP"),
        level: keys!("PRIORITY"),
        logger: keys!("SYSLOG_IDENTIFIER", "_SYSTEMD_UNIT", "UNIT", "_COMM"),
        message: keys!("MESSAGE"),
        scale: Scale::Severities,
        inside: Inside::Line,
        ..JSON
    },
    Dialect {
        name: "docker",
        marks: mask(keys!("log", "stream", "time")),
        message: keys!("log"),
        inside: Inside::Line,
        ..JSON
    },
    Dialect {
        name: "nextcloud",
        marks: mask(keys!("reqId", "level", "app", "message")),
        logger: keys!("app"),
        scale: Scale::FromZero,
        ..WORDS
    },
    Dialect {
        name: "kubernetes_audit",
        marks: mask(keys!("auditID", "verb")),
        one_of: mask(keys!("requestReceivedTimestamp", "stageTimestamp")),
        time: keys!("stageTimestamp", "requestReceivedTimestamp"),
        ..WORDS
    },
    Dialect {
        name: "kubernetes_event",
        marks: mask(keys!("involvedObject.name", "message", "type")),
        time: keys!("lastTimestamp", "eventTime", "creationTimestamp"),
        level: keys!("type"),
        logger: keys!("reason"),
        ..WORDS
    },
    Dialect {
        name: "google_cloud",
        marks: mask(keys!("logName")),
        one_of: mask(keys!("insertId", "severity", "textPayload")),
        message: keys!("jsonPayload.message", "jsonPayload.msg", "textPayload", "message"),
        inside: Inside::LineWithoutLevel,
        ..WORDS
    },
    Dialect {
        name: "otel",
        marks: mask(keys!("severityNumber", "timestamp", "body")),
        time: keys!("timestamp"),
        level: keys!("level"),
        logger: keys!("logger", "service.name"),
        message: keys!("body"),
        inside: Inside::LineWithoutLevel,
        ..WORDS
    },
    Dialect { name: "splunk", marks: mask(keys!("event", "sourcetype")), ..JSON },
    Dialect { name: "splunk", marks: mask(keys!("event.message", "time")), ..JSON },
    Dialect { name: "hclog", marks: mask(keys!("@level", "@message", "@timestamp")), ..WORDS },
    Dialect {
        name: "traefik",
        one_of: mask(keys!("RouterName", "ClientAddr", "OriginStatus")),
        marks: mask(keys!("DownstreamStatus")),
        ..WORDS
    },
    Dialect {
        name: "ecs",
        marks: mask(keys!("@timestamp")),
        one_of: mask(keys!("ecs.version", "log.level", "log.logger")),
        logger: keys!("log.logger", "service"),
        // Shippers put whole lines of files into it.
        inside: Inside::LineWithoutLevel,
        ..WORDS
    },
    Dialect {
        name: "serilog",
        marks: mask(keys!("@t")),
        one_of: mask(keys!("@mt", "@m")),
        message: keys!("@m", "@mt"),
        ..WORDS
    },
    Dialect {
        name: "serilog",
        marks: mask(keys!("Timestamp", "MessageTemplate")),
        logger: keys!("Properties.SourceContext", "SourceContext"),
        message: keys!("RenderedMessage", "Message", "MessageTemplate"),
        ..WORDS
    },
    Dialect {
        name: "logstash",
        marks: mask(keys!("@timestamp", "@version")),
        logger: keys!("logger_name", "logger"),
        ..WORDS
    },
    Dialect {
        name: "bunyan",
        marks: mask(keys!("v", "hostname", "pid", "name", "level", "time")),
        logger: NAMED,
        scale: Scale::Tens,
        ..WORDS
    },
    Dialect {
        name: "pino",
        marks: mask(keys!("level", "time", "pid", "hostname")),
        logger: NAMED,
        scale: Scale::Tens,
        ..WORDS
    },
    Dialect {
        name: "caddy",
        marks: mask(keys!("ts", "level", "logger", "msg")),
        one_of: mask(keys!("request.method", "request.remote_ip")),
        ..WORDS
    },
    Dialect {
        name: "tracing",
        marks: mask(keys!("timestamp", "level", "target")),
        one_of: mask(keys!("fields.message", "message")),
        ..WORDS
    },
    Dialect {
        name: "mongodb",
        marks: mask(keys!("t.$date", "s", "c", "msg")),
        logger: keys!("c"),
        level: keys!("s"),
        ..WORDS
    },
    Dialect {
        name: "postgres_json",
        marks: mask(keys!("timestamp", "error_severity")),
        level: keys!("error_severity"),
        logger: keys!("backend_type"),
        ..WORDS
    },
    Dialect { name: "gelf", marks: mask(keys!("version", "host", "short_message")), scale: Scale::Severities, ..WORDS },
    Dialect {
        name: "vigie_run",
        marks: mask(keys!("at", "level", "event", "message")),
        logger: keys!("event"),
        ..WORDS
    },
    Dialect { name: "vigie", marks: mask(keys!("at", "level", "logger", "message")), ..WORDS },
    Dialect { name: "structlog", marks: mask(keys!("event", "timestamp", "level")), message: keys!("event"), ..WORDS },
    Dialect { name: "python_json", marks: mask(keys!("levelname", "message")), logger: NAMED, ..WORDS },
    Dialect { name: "zap", marks: mask(keys!("ts", "level", "msg")), one_of: mask(keys!("caller", "logger")), ..WORDS },
    JSON,
];

const WORDS: Dialect = Dialect { inside: Inside::Words, ..JSON };

pub(super) const LOGFMT: Dialect = Dialect { name: "logfmt", ..WORDS };
