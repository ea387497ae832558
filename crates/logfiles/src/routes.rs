//! Which line goes where: a pure table of levels by logger and of what each sink takes.

use crate::config::{Format, Plan};
use model::Level;

/// Bit `n` stands for sink `n`: the files in their order, then the console.
pub(crate) type Sinks = u64;

#[derive(Debug)]
pub(crate) struct Routes {
    root: Level,
    /// Longest first, so that the first match decides.
    levels: Vec<(String, Level)>,
    sinks: Vec<Sink>,
    json: Sinks,
    /// The journal's bit, or none.
    journal: Sinks,
    grave_only: Vec<String>,
}

#[derive(Debug)]
struct Sink {
    /// The path as configured; empty for the console.
    name: String,
    level: Level,
    loggers: Vec<String>,
}

impl Routes {
    pub(crate) fn new(plan: &Plan) -> Self {
        let config = &plan.config;
        let mut levels: Vec<_> = config.levels.iter().map(|(logger, level)| (canonical(logger), *level)).collect();
        levels.sort_by_key(|(logger, _)| std::cmp::Reverse(logger.len()));
        let loggers = |loggers: &[String]| loggers.iter().map(|logger| canonical(logger)).collect();
        let mut sinks: Vec<_> = config
            .files
            .iter()
            .map(|file| {
                let name = file.path.to_string_lossy().into_owned();
                (file.format, Sink { name, level: file.level, loggers: loggers(&file.loggers) })
            })
            .collect();
        if let Some(console) = &config.console {
            let sink = Sink { name: String::new(), level: console.level, loggers: loggers(&console.loggers) };
            sinks.push((console.format, sink));
        }
        let json = sinks.iter().enumerate().filter(|(_, (format, _))| *format == Format::Json);
        let json = json.map(|(bit, _)| 1 << bit).sum();
        let journal = plan.journal.as_ref().map_or(0, |_| 1 << config.files.len().saturating_sub(1));
        Self {
            root: config.level,
            levels,
            json,
            journal,
            grave_only: plan.journal.iter().flatten().map(|logger| canonical(logger)).collect(),
            sinks: sinks.into_iter().map(|(_, sink)| sink).collect(),
        }
    }

    /// The level at which a logger speaks: its own, or its nearest ancestor's.
    pub(crate) fn level(&self, logger: &str) -> Level {
        let own = self.levels.iter().find(|(prefix, _)| covers(prefix, logger));
        own.map_or(self.root, |(_, level)| *level)
    }

    /// Where what is traced goes.
    pub(crate) fn sinks(&self, logger: &str, level: Level) -> Sinks {
        let sinks = self.heard(logger, level);
        let is_grave = level >= Level::Warning;
        if is_grave || self.journal == 0 || self.grave_only.iter().all(|prefix| !covers(prefix, logger)) {
            return sinks;
        }
        sinks & !self.journal
    }

    /// Where a line goes that is told of something that is kept elsewhere.
    pub(crate) fn told(&self, logger: &str, level: Level) -> Sinks {
        self.heard(logger, level) & !self.journal
    }

    fn heard(&self, logger: &str, level: Level) -> Sinks {
        if level < self.level(logger) {
            return 0;
        }
        let takes = |sink: &Sink| {
            level >= sink.level && (sink.loggers.is_empty() || sink.loggers.iter().any(|prefix| covers(prefix, logger)))
        };
        self.sinks.iter().enumerate().filter(|(_, sink)| takes(sink)).map(|(bit, _)| 1 << bit).sum()
    }

    /// The file of that name, whatever its levels say, or else what takes that logger.
    pub(crate) fn by_file_or_logger(&self, name: &str, level: Level) -> Sinks {
        let file = self.sinks.iter().position(|sink| !sink.name.is_empty() && sink.name == name);
        file.map_or_else(|| self.told(name, level), |bit| 1 << bit)
    }

    /// The sinks that are written as JSON.
    pub(crate) const fn json(&self) -> Sinks {
        self.json
    }

    /// The least level that anything could want.
    pub(crate) fn lowest(&self) -> Level {
        let speaks = self.levels.iter().map(|(_, level)| *level).chain([self.root]).min();
        let taken = self.sinks.iter().map(|sink| sink.level).min().unwrap_or(Level::Critical);
        speaks.unwrap_or(self.root).max(taken)
    }
}

/// `jobs.*`, `jobs::` and `jobs` are the same; separators become dots.
fn canonical(logger: &str) -> String {
    let dotted = logger.trim().replace("::", ".");
    dotted.strip_suffix(".*").unwrap_or(&dotted).trim_end_matches('.').to_owned()
}

/// Whether `logger`, with either separator, is `prefix` (canonical) or below it.
fn covers(prefix: &str, logger: &str) -> bool {
    if prefix.is_empty() || prefix == "*" {
        return true;
    }
    let mut rest = logger.as_bytes();
    for byte in prefix.bytes() {
        rest = match rest {
            [b':', b':', after @ ..] if byte == b'.' => after,
            [first, after @ ..] if *first == byte => after,
            _ => return false,
        };
    }
    rest.is_empty() || rest.starts_with(b".") || rest.starts_with(b"::")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    #[test]
    fn levels_and_files_follow_the_hierarchy() {
        let config: Config = toml::from_str(
            r#"
            level = "warning"
            defaults = false
            levels = { "mail" = "info", "mail.smtp" = "debug", "mail::smtp::pool" = "error", "jobs.*" = "info" }
            files = [
              { path = "all.log", level = "trace" },
              { path = "mail.log", level = "debug", loggers = ["mail", "jobs.*"] },
              { path = "pool.log", level = "trace", loggers = ["mail.smtp.pool"], format = "json" },
            ]
            console = { level = "error" }
            "#,
        )
        .unwrap();
        let routes = Routes::new(&config.validate().unwrap());
        let (all, mail, pool, console) = (1, 2, 4, 8);
        for (logger, level, expected) in [
            ("web", Level::Info, 0),
            ("web", Level::Warning, all),
            ("web", Level::Error, all | console),
            ("mail", Level::Info, all | mail),
            ("mail", Level::Debug, 0),
            ("mail::gmail", Level::Info, all | mail),
            ("mail::smtp", Level::Debug, all | mail),
            ("mail.smtp.reply", Level::Debug, all | mail),
            ("mail::smtp::pool", Level::Warning, 0),
            ("mail::smtp::pool::slot", Level::Error, all | mail | pool | console),
            ("mailer", Level::Info, 0),
            ("mail:smtp", Level::Info, 0),
            ("jobs", Level::Info, all | mail),
            ("jobs::engine", Level::Info, all | mail),
            ("", Level::Warning, all),
        ] {
            assert_eq!(routes.sinks(logger, level), expected, "{logger} {level}");
        }
        assert_eq!(
            routes.by_file_or_logger("pool.log", Level::Debug),
            pool,
            "a file by name takes whatever it is given"
        );
        assert_eq!(routes.by_file_or_logger("mail", Level::Info), all | mail);
        assert_eq!((routes.json(), routes.lowest()), (pool, Level::Debug));
    }
}
