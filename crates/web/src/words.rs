//! The words of the pages, from `locales/*.ftl` (Project Fluent), in the reader's language, with numbers and dates as
//! that language writes them.
//!
//! Every text that a page shows has an identifier there. Tests hold the files to each other and to the templates: a
//! text that is missing in one language, or that nobody uses, fails them.

#[cfg(test)]
pub(crate) mod tests;

use axum::http::{HeaderMap, header};
use jiff::tz::TimeZone;
use language::{FluentArgs, FluentValue, Language, Texts};
use model::{JobKind, Timestamp};
use std::time::Duration;

/// What pages say.
static TEXTS: Texts = Texts::new(
    &[
        include_str!("../locales/en.ftl"),
        include_str!("../locales/alerts.en.ftl"),
        include_str!("../locales/celery.en.ftl"),
        include_str!("../locales/checks.en.ftl"),
        include_str!("../locales/diagnoses.en.ftl"),
        include_str!("../locales/issues.en.ftl"),
        include_str!("../locales/logs.en.ftl"),
        include_str!("../locales/messages.en.ftl"),
        include_str!("../locales/overview.en.ftl"),
        include_str!("../locales/problems.en.ftl"),
        include_str!("../locales/performance.en.ftl"),
        include_str!("../locales/releases.en.ftl"),
        include_str!("../locales/report.en.ftl"),
        include_str!("../locales/schedules.en.ftl"),
        include_str!("../locales/syncs.en.ftl"),
    ],
    &[
        include_str!("../locales/fr.ftl"),
        include_str!("../locales/alerts.fr.ftl"),
        include_str!("../locales/celery.fr.ftl"),
        include_str!("../locales/checks.fr.ftl"),
        include_str!("../locales/diagnoses.fr.ftl"),
        include_str!("../locales/issues.fr.ftl"),
        include_str!("../locales/logs.fr.ftl"),
        include_str!("../locales/messages.fr.ftl"),
        include_str!("../locales/overview.fr.ftl"),
        include_str!("../locales/problems.fr.ftl"),
        include_str!("../locales/performance.fr.ftl"),
        include_str!("../locales/releases.fr.ftl"),
        include_str!("../locales/report.fr.ftl"),
        include_str!("../locales/schedules.fr.ftl"),
        include_str!("../locales/syncs.fr.ftl"),
    ],
);

/// Speaks one language, in one time zone.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub(crate) language: Language,
    pub(crate) zone: TimeZone,
}

/// The name of a kind of job, as it is said on pages and in the terminal.
pub fn kind_name(language: Language, kind: JobKind) -> String {
    TEXTS.find(language, &format!("kind-{kind}"), None).unwrap_or_else(|| kind.to_string())
}

/// The cookie that a reader's choice of language is kept in.
pub(crate) const LANGUAGE_COOKIE: &str = "vigie_language";

/// French is asked for before English, or the other way round (RFC 9110 §12.5.4); English where neither is.
pub(crate) fn preferred(headers: &HeaderMap) -> Language {
    let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let weighed = text.split(',').take(32).filter_map(|part| {
        let (tag, params) = part.split_once(';').unwrap_or((part, ""));
        let weight = params.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse::<f32>().ok())?;
        let language = match tag.trim().split('-').next()?.to_ascii_lowercase().as_str() {
            "fr" => Language::French,
            "en" => Language::English,
            _ => return None,
        };
        (weight > 0.0).then_some((language, weight))
    });
    weighed.reduce(|best, next| if next.1 > best.1 { next } else { best }).map_or(Language::English, |best| best.0)
}

impl Words {
    /// The text of that identifier. One that is missing is shown by its name.
    pub(crate) fn t(&self, id: &str) -> String {
        self.format(id, None)
    }

    /// With one value in the place of `{ $name }`.
    pub(crate) fn with(&self, id: &str, name: &str, value: impl std::fmt::Display) -> String {
        self.with_all(id, &[(name, value.to_string())])
    }

    pub(crate) fn with_all(&self, id: &str, values: &[(&str, String)]) -> String {
        let args: FluentArgs<'_> =
            values.iter().map(|(name, value)| (*name, FluentValue::from(value.as_str()))).collect();
        self.format(id, Some(&args))
    }

    /// With a number that decides singular or plural as `$n`, and is written as `{ $shown }`.
    pub(crate) fn count(&self, id: &str, number: &u64) -> String {
        let mut args = FluentArgs::new();
        args.set("n", *number as f64);
        args.set("shown", self.number(number));
        self.format(id, Some(&args))
    }

    /// The same with other values besides.
    pub(crate) fn count_with(&self, id: &str, number: &u64, values: &[(&str, &str)]) -> String {
        let mut args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, FluentValue::from(*value))).collect();
        args.set("n", *number as f64);
        args.set("shown", self.number(number));
        self.format(id, Some(&args))
    }

    fn format(&self, id: &str, args: Option<&FluentArgs<'_>>) -> String {
        TEXTS.find(self.language, id, args).unwrap_or_else(|| {
            tracing::error!(id, "a text of the pages is missing");
            id.to_owned()
        })
    }

    /// The language's code, for `lang=`.
    pub(crate) fn code(&self) -> &'static str {
        match self.language {
            Language::French => "fr",
            Language::English => "en",
        }
    }

    /// `12,345`, in French `12 345` with narrow spaces that do not break.
    pub(crate) fn number(&self, number: &u64) -> String {
        self.language.number(*number)
    }

    /// To one decimal where there is one: `98.7`, `98,7`.
    pub(crate) fn decimal(&self, number: &f64) -> String {
        self.language.decimal(*number)
    }

    /// `98.7%`, `98,7 %`. What is not nothing, or not all, is never written as if it were: `< 0.1%`, `> 99.9%`.
    pub(crate) fn percent(&self, number: &f64) -> String {
        let space = if self.language == Language::French { "\u{202f}" } else { "" };
        let (sign, number) = match *number {
            little if little > 0.0 && little < 0.05 => ("<\u{a0}", 0.1),
            most if (99.95..100.0).contains(&most) => (">\u{a0}", 99.9),
            number => ("", number),
        };
        format!("{sign}{}{space}%", self.decimal(&number))
    }

    /// `512 B`, `1.4 MB`, in French `1,4 Mo`. Powers of ten.
    pub(crate) fn bytes(&self, bytes: &u64) -> String {
        let unit = if self.language == Language::French { "o" } else { "B" };
        match *bytes {
            0..1_000 => format!("{bytes}\u{a0}{unit}"),
            1_000..1_000_000 => format!("{}\u{a0}k{unit}", self.decimal(&(*bytes as f64 / 1e3))),
            1_000_000..1_000_000_000 => format!("{}\u{a0}M{unit}", self.decimal(&(*bytes as f64 / 1e6))),
            _ => format!("{}\u{a0}G{unit}", self.decimal(&(*bytes as f64 / 1e9))),
        }
    }

    /// A rate such as `12.5 /s`, or per minute where that is easier to grasp.
    pub(crate) fn rate(&self, per_second: &f64) -> String {
        match *per_second {
            rate if rate <= 0.0 => "–".to_owned(),
            rate if rate < 1.0 => self.with("rate-minute", "n", self.decimal(&(rate * 60.0))),
            rate => self.with("rate-second", "n", self.decimal(&rate)),
        }
    }

    /// The two largest units: `8 min 20 s`.
    pub(crate) fn duration(&self, time: &Duration) -> String {
        self.language.duration(*time)
    }

    /// `21 Nov 2026`, `21 nov. 2026`.
    pub(crate) fn day(&self, at: &Timestamp) -> String {
        let at = at.in_zone(&self.zone);
        format!("{} {} {}", at.day(), self.month(at.month()), at.year())
    }

    /// `Nov`, `nov.`: of the eleventh.
    pub(crate) fn month(&self, month: i8) -> String {
        self.t(MONTHS[usize::from(month.unsigned_abs()).saturating_sub(1).min(11)])
    }

    /// `14:32:05`.
    pub(crate) fn time(&self, at: &Timestamp) -> String {
        at.in_zone(&self.zone).strftime("%H:%M:%S").to_string()
    }

    /// `21 Nov 2026, 14:32`.
    pub(crate) fn moment(&self, at: &Timestamp) -> String {
        format!("{}, {}", self.day(at), at.in_zone(&self.zone).strftime("%H:%M"))
    }

    /// For `datetime=`, in UTC.
    pub(crate) fn machine(&self, at: &Timestamp) -> String {
        at.to_string()
    }

    /// A verdict as a sentence or two: what happened, and what helps.
    pub(crate) fn verdict(&self, verdict: &model::Verdict) -> String {
        let sync = self.sync_verdict(verdict);
        sync.unwrap_or_else(|| self.spaced(mail::verdict_text::explain(verdict, self.language)))
    }

    /// Of codes that only DHIS2 syncs have.
    pub(crate) fn sync_verdict(&self, verdict: &model::Verdict) -> Option<String> {
        self.sync_problem(&verdict.code, |name| verdict.args.get(name).cloned().unwrap_or_default())
    }

    /// The same of a code and what goes with it, by name.
    pub(crate) fn sync_problem(&self, code: &str, arg: impl Fn(&str) -> String) -> Option<String> {
        let (_, id) = SYNC_VERDICTS.iter().find(|(known, _)| *known == code)?;
        Some(self.with_all(id, &["code", "uid", "property", "status"].map(|name| (name, arg(name)))))
    }

    /// The reply that goes with it, to the letter; of a row that was wrong, what is wrong with it.
    pub(crate) fn reply(&self, verdict: &model::Verdict) -> String {
        mail::enqueue::said_of(verdict, self.language).to_owned()
    }

    /// With the spaces before `:` `;` `!` `?` and within `«  »` that no line is broken at, as French is printed.
    pub(crate) fn spaced(&self, text: String) -> String {
        match self.language {
            Language::English => text,
            Language::French => FRENCH_SPACES.iter().fold(text, |text, (plain, fine)| text.replace(plain, fine)),
        }
    }
}

/// Codes of DHIS2 syncs, with their texts.
const SYNC_VERDICTS: [(&str, &str); 9] = [
    ("rejected", "sync-problem-rejected"),
    ("depends_on", "sync-problem-depends-on"),
    ("not_kept", "sync-problem-not-kept"),
    ("source_moved", "sync-problem-source-moved"),
    ("unauthorized", "sync-problem-unauthorized"),
    ("busy", "sync-problem-busy"),
    ("incomplete_answer", "sync-problem-incomplete-answer"),
    ("too_large", "sync-problem-too-large"),
    ("refused", "sync-problem-refused"),
];

const FRENCH_SPACES: [(&str, &str); 6] = [
    (" : ", "\u{a0}: "),
    (" ; ", "\u{202f}; "),
    (" ?", "\u{202f}?"),
    (" !", "\u{202f}!"),
    ("« ", "«\u{a0}"),
    (" »", "\u{a0}»"),
];

/// As it is compared: in small letters without accents, character by character.
pub(crate) fn folded(text: &str) -> String {
    let plain = |c: char| match c {
        'à' | 'â' | 'ä' | 'á' | 'ã' | 'å' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' | 'í' | 'ì' => 'i',
        'ñ' => 'n',
        'ô' | 'ö' | 'ó' | 'ò' | 'õ' => 'o',
        'ù' | 'û' | 'ü' | 'ú' => 'u',
        'ÿ' => 'y',
        '’' => '\'',
        c => c,
    };
    text.chars().map(|c| plain(c.to_lowercase().next().unwrap_or(c))).collect()
}

const MONTHS: [&str; 12] = [
    "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8", "month-9", "month-10",
    "month-11", "month-12",
];
