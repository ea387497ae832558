//! The names that mean something in objects, each with a number: so that what an object holds is a set of bits.

/// Names that mean something in a dialect or in general.
pub(super) const KEYS: [&str; 223] = [
    "@fields.lvl",
    "@fields.msg",
    "@l",
    "@level",
    "@m",
    "@message",
    "@module",
    "@mt",
    "@t",
    "@timestamp",
    "@version",
    "Category",
    "ClientAddr",
    "Date",
    "DateTime",
    "DownstreamStatus",
    "EdgeResponseStatus",
    "EdgeStartTimestamp",
    "EventId",
    "EventReceivedTime",
    "EventTime",
    "EventType",
    "L",
    "Level",
    "LevelDisplayName",
    "Log",
    "LogLevel",
    "M",
    "MESSAGE",
    "Message",
    "MessageTemplate",
    "N",
    "OperationName",
    "OriginStatus",
    "PRIORITY",
    "Properties.SourceContext",
    "Provider",
    "ProviderName",
    "RenderedMessage",
    "ResultDescription",
    "RouterName",
    "SYSLOG_IDENTIFIER",
    "Severity",
    "SeverityText",
    "SourceContext",
    "SourceName",
    "StartUTC",
    "State",
    "StatusCode",
    "T",
    "Time",
    "TimeCreated",
    "TimeGenerated",
    "Timestamp",
    "UNIT",
    "UtcTime",
    "_COMM",
    "_SYSTEMD_UNIT",
    "__REALTIME_TIMESTAMP",
    "_msg",
    "_time",
    "app",
    "asctime",
    "at",
    "auditID",
    "backend_type",
    "body",
    "c",
    "caller",
    "category",
    "channel",
    "component",
    "created",
    "created_at",
    "creationTimestamp",
    "ctx",
    "date",
    "datetime",
    "ecs.version",
    "error_severity",
    "event",
    "event.level",
    "event.message",
    "event.severity",
    "eventTime",
    "event_time",
    "fields.message",
    "host",
    "hostname",
    "http.response.status_code",
    "insertId",
    "instant.epochSecond",
    "instant.nanoOfSecond",
    "involvedObject.name",
    "jsonPayload.level",
    "jsonPayload.message",
    "jsonPayload.msg",
    "jsonPayload.severity",
    "lastTimestamp",
    "level",
    "levelName",
    "level_name",
    "levelname",
    "lg",
    "log",
    "log.level",
    "log.logger",
    "logName",
    "log_level",
    "log_time",
    "logged_at",
    "logger",
    "loggerFqcn",
    "loggerName",
    "logger_name",
    "loglevel",
    "lvl",
    "message",
    "message.text",
    "module",
    "msec",
    "msg",
    "name",
    "operationName",
    "pid",
    "reason",
    "reqId",
    "request.method",
    "request.remote_ip",
    "requestReceivedTimestamp",
    "response.status",
    "response_code",
    "responseStatus.code",
    "resultDescription",
    "s",
    "service",
    "service.name",
    "severity",
    "severityNumber",
    "severityText",
    "severity_text",
    "short_message",
    "source",
    "sourcetype",
    "stageTimestamp",
    "start_time",
    "started_at",
    "status",
    "status_code",
    "stream",
    "t",
    "t.$date",
    "target",
    "text",
    "textPayload",
    "thread_name",
    "time",
    "time.repr",
    "timeMillis",
    "timeStamp",
    "time_iso8601",
    "time_local",
    "timestamp",
    "timestamp.nanos",
    "timestamp.seconds",
    "timestamp_ns",
    "ts",
    "tz",
    "pri",
    "type",
    "v",
    "verb",
    "version",
    "@time",
    "LEVEL",
    "SEVERITY",
    "TIMESTAMP",
    "TimeStamp",
    "createdAt",
    "dateTime",
    "l",
    "level.name",
    "logLevel",
    "logTime",
    "log_timestamp",
    "priority",
    "sev",
    "timestamp_ms",
    "when",
    "labels.level",
    "line",
    "timezone",
    "published",
    "occurredAt",
    "occurred_at",
    "eventDate",
    "receivedAt",
    "loggedAt",
    "displayMessage",
    "horodatage",
    "horodate",
    "date_heure",
    "dateHeure",
    "fecha",
    "fecha_hora",
    "fechaHora",
    "data_hora",
    "dataHora",
    "zeitstempel",
    "niveau",
    "gravite",
    "gravité",
    "criticite",
    "severite",
    "nivel",
    "nível",
    "gravedad",
    "stufe",
    "livello",
    "mensaje",
    "mensagem",
    "nachricht",
    "messaggio",
];

/// A set of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Set([u128; 2]);

impl Set {
    pub(super) const NONE: Self = Self([0; 2]);

    pub(super) const fn with(mut self, key: u8) -> Self {
        self.0[(key >> 7) as usize] |= 1 << (key & 127);
        self
    }

    pub(super) const fn has(self, key: u8) -> bool {
        self.0[(key >> 7) as usize] & (1 << (key & 127)) != 0
    }

    pub(super) fn has_all(self, of: Self) -> bool {
        self.0[0] & of.0[0] == of.0[0] && self.0[1] & of.0[1] == of.0[1]
    }

    pub(super) fn has_any(self, of: Self) -> bool {
        self.0[0] & of.0[0] != 0 || self.0[1] & of.0[1] != 0
    }
}

pub(super) const fn mask(keys: &[u8]) -> Set {
    let mut mask = Set::NONE;
    let mut at = 0;
    while at < keys.len() {
        mask = mask.with(keys[at]);
        at += 1;
    }
    mask
}

/// The place of a name in [`KEYS`]; a name that is not there does not compile.
pub(super) const fn key(name: &str) -> u8 {
    let mut at = 0;
    while at < KEYS.len() {
        if same(KEYS[at].as_bytes(), name.as_bytes()) {
            return at as u8;
        }
        at += 1;
    }
    panic!("add the name to KEYS")
}

const fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// An open-addressed table of the keys: place + 1, or 0 where it is free.
static SLOTS: [u8; 512] = slots();

const fn slots() -> [u8; 512] {
    let mut slots = [0; 512];
    let mut key = 0;
    while key < KEYS.len() {
        let mut at = slot(KEYS[key].as_bytes());
        while slots[at] != 0 {
            at = (at + 1) % 512;
        }
        slots[at] = key as u8 + 1;
        key += 1;
    }
    slots
}

const fn slot(name: &[u8]) -> usize {
    match name {
        [] => 0,
        [first, ..] => {
            let middle = name[name.len() / 2];
            let last = name[name.len() - 1];
            (*first as usize * 7 + middle as usize * 3 + last as usize * 31 + name.len() * 61) % 512
        }
    }
}

pub(super) fn find(name: &str) -> Option<usize> {
    let mut at = slot(name.as_bytes());
    loop {
        let key = usize::from(SLOTS[at]).checked_sub(1)?;
        if KEYS[key] == name {
            return Some(key);
        }
        at = (at + 1) % 512;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_once_and_nothing_else_is() {
        for (place, name) in KEYS.iter().enumerate() {
            assert_eq!(find(name), Some(place), "{name}");
        }
        for name in ["", "x", "Level2", "messag", "@"] {
            assert_eq!(find(name), None, "{name}");
        }
        assert!(KEYS.len() <= 256, "a key is a byte, and the table half full");
    }
}
