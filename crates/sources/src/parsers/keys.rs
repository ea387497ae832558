//! The names that mean something in objects, each with a number: so that what an object holds is a set of bits.

/// Names that mean something in a dialect or in general.
pub(super) const KEYS: [&str; 97] = [
    "@fields.lvl",
    "@fields.msg",
    "@l",
    "@m",
    "@message",
    "@mt",
    "@t",
    "@timestamp",
    "@version",
    "ClientAddr",
    "DownstreamStatus",
    "EdgeResponseStatus",
    "EdgeStartTimestamp",
    "Level",
    "MESSAGE",
    "Message",
    "MessageTemplate",
    "OriginStatus",
    "PRIORITY",
    "Properties.SourceContext",
    "RenderedMessage",
    "RouterName",
    "SYSLOG_IDENTIFIER",
    "SourceContext",
    "StartUTC",
    "StatusCode",
    "Time",
    "Timestamp",
    "UNIT",
    "_COMM",
    "_SYSTEMD_UNIT",
    "_time",
    "__REALTIME_TIMESTAMP",
    "asctime",
    "at",
    "backend_type",
    "body",
    "c",
    "caller",
    "category",
    "channel",
    "component",
    "created",
    "created_at",
    "ctx",
    "datetime",
    "date",
    "ecs.version",
    "error_severity",
    "event",
    "event_time",
    "eventTime",
    "fields.message",
    "host",
    "hostname",
    "http.response.status_code",
    "instant.epochSecond",
    "instant.nanoOfSecond",
    "level",
    "level_name",
    "levelname",
    "lg",
    "log",
    "log.level",
    "log.logger",
    "logger",
    "loggerName",
    "logger_name",
    "loglevel",
    "lvl",
    "message",
    "module",
    "msg",
    "name",
    "pid",
    "request.method",
    "request.remote_ip",
    "response.status",
    "s",
    "service",
    "severity",
    "severity_text",
    "short_message",
    "started_at",
    "status",
    "status_code",
    "stream",
    "t",
    "t.$date",
    "target",
    "text",
    "thread_name",
    "time",
    "timestamp",
    "ts",
    "v",
    "version",
];

pub(super) const fn mask(keys: &[u8]) -> u128 {
    let mut mask = 0;
    let mut at = 0;
    while at < keys.len() {
        mask |= 1 << keys[at];
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
        assert!(KEYS.len() <= 128, "a set of keys is one u128");
    }
}
