//! The lines of a sync, as the application that Vigie replaces wrote them: in French, whatever the reader's language, and
//! in its files.

use jiff::tz::TimeZone;
use model::{Level, Timestamp};
use std::sync::Arc;

/// Where lines go: the file's name, the level, and the line.
#[derive(Clone)]
pub struct SyncLog(Arc<Write>, TimeZone);

type Write = dyn Fn(&'static str, Level, &str) + Send + Sync;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    Looking { source: &'a str },
    Changed { kind: &'a str },
    ChangedCount { count: u64, since: Timestamp },
    Started { name: &'a str },
    Metadata,
    Type { kind: &'a str, source: u64, created: u64, updated: u64, ignored: u64, errors: u64 },
    Succeeded,
    Failed { why: &'a str },
    Cooldown { until: Timestamp },
}

impl SyncLog {
    pub fn new(write: impl Fn(&'static str, Level, &str) + Send + Sync + 'static, zone: TimeZone) -> Self {
        Self(Arc::new(write), zone)
    }

    pub fn say(&self, at: Timestamp, line: &Line<'_>) {
        let text = line.render(at, &self.1);
        let (level, component) = (line.level(), line.component());
        let beside = match component {
            "change_detector" => Some("changes_detected.log"),
            "lifecycle_manager" => Some("sync_jobs.log"),
            _ => None,
        };
        let errors = (level == Level::Error).then_some("errors.log");
        for file in ["auto_sync.log", "dhis2_sync.log"].into_iter().chain(beside).chain(errors) {
            (self.0)(file, level, &text);
        }
    }
}

impl Line<'_> {
    /// As it stands in the files.
    pub fn render(&self, at: Timestamp, zone: &TimeZone) -> String {
        let level = match self.level() {
            Level::Debug => "DEBUG",
            Level::Error => "ERROR",
            _ => "INFO",
        };
        let at = wall(at, zone);
        format!("[AUTO-SYNC] [{level}] {at} [{}] - {}", self.component(), self.said(zone))
    }

    fn level(&self) -> Level {
        match self {
            Self::ChangedCount { .. } => Level::Debug,
            Self::Failed { .. } => Level::Error,
            _ => Level::Info,
        }
    }

    fn component(&self) -> &'static str {
        match self {
            Self::Looking { .. } | Self::Changed { .. } | Self::ChangedCount { .. } => "change_detector",
            Self::Failed { .. } => "scheduler",
            _ => "lifecycle_manager",
        }
    }

    fn said(&self, zone: &TimeZone) -> String {
        match self {
            Self::Looking { source } => format!("Détection de changements pour {}", one_line(source)),
            Self::Changed { kind } => format!("Changements détectés pour {kind}"),
            Self::ChangedCount { count, since } => format!("{count} éléments modifiés depuis {}", wall(*since, zone)),
            Self::Started { name } => format!("Démarrage de la synchronisation incrémentale pour {}", one_line(name)),
            Self::Metadata => "Synchronisation des métadonnées modifiées".to_owned(),
            Self::Type { kind, source, created, updated, ignored, errors } => format!(
                "✓ {kind}: Source={source} | Created={created}, Updated={updated} | Ignored={ignored} | Errors={errors}, Warnings=0"
            ),
            Self::Succeeded => "Synchronisation incrémentale réussie".to_owned(),
            Self::Failed { why } => format!("Erreur lors de la synchronisation: {}", one_line(why)),
            Self::Cooldown { until } => format!("Cooldown activé jusqu'à {}", wall(*until, zone)),
        }
    }
}

fn wall(at: Timestamp, zone: &TimeZone) -> String {
    at.in_zone(zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A name is not to end a line and begin another.
fn one_line(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the application that Vigie replaces, to the byte.
    #[test]
    fn lines_are_those_of_the_application_before() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let at = |text: &str| -> Timestamp {
            let civil: jiff::civil::DateTime = text.parse().unwrap();
            civil.to_zoned(zone.clone()).unwrap().timestamp().into()
        };
        let until = at("2025-10-10 15:00:02");
        let lines = [
            (
                "2025-10-10 14:23:01",
                Line::Looking { source: "Instance Source" },
                "[AUTO-SYNC] [INFO] 2025-10-10 14:23:01 [change_detector] - Détection de changements pour Instance Source",
            ),
            (
                "2025-10-10 14:23:02",
                Line::Changed { kind: "organisationUnits" },
                "[AUTO-SYNC] [INFO] 2025-10-10 14:23:02 [change_detector] - Changements détectés pour organisationUnits",
            ),
            (
                "2025-10-10 14:23:03",
                Line::ChangedCount { count: 5, since: at("2025-10-10 14:00:00") },
                "[AUTO-SYNC] [DEBUG] 2025-10-10 14:23:03 [change_detector] - 5 éléments modifiés depuis 2025-10-10 14:00:00",
            ),
            (
                "2025-10-10 14:23:05",
                Line::Started { name: "Config Test" },
                "[AUTO-SYNC] [INFO] 2025-10-10 14:23:05 [lifecycle_manager] - Démarrage de la synchronisation incrémentale pour Config Test",
            ),
            (
                "2025-10-10 14:23:06",
                Line::Metadata,
                "[AUTO-SYNC] [INFO] 2025-10-10 14:23:06 [lifecycle_manager] - Synchronisation des métadonnées modifiées",
            ),
            (
                "2025-10-10 14:25:30",
                Line::Succeeded,
                "[AUTO-SYNC] [INFO] 2025-10-10 14:25:30 [lifecycle_manager] - Synchronisation incrémentale réussie",
            ),
            (
                "2025-10-10 14:30:01",
                Line::Failed { why: "Connection timeout" },
                "[AUTO-SYNC] [ERROR] 2025-10-10 14:30:01 [scheduler] - Erreur lors de la synchronisation: Connection timeout",
            ),
            (
                "2025-10-10 14:30:02",
                Line::Cooldown { until },
                "[AUTO-SYNC] [INFO] 2025-10-10 14:30:02 [lifecycle_manager] - Cooldown activé jusqu'à 2025-10-10 15:00:02",
            ),
        ];
        for (moment, line, expected) in lines {
            assert_eq!(line.render(at(moment), &zone), expected);
        }
        let counts = Line::Type { kind: "dataElements", source: 5, created: 2, updated: 3, ignored: 0, errors: 0 };
        assert_eq!(
            counts.said(&zone),
            "✓ dataElements: Source=5 | Created=2, Updated=3 | Ignored=0 | Errors=0, Warnings=0"
        );
        let hostile = Line::Started { name: "a\n[AUTO-SYNC] [INFO] b" };
        assert!(!hostile.said(&zone).contains('\n'));
    }
}
