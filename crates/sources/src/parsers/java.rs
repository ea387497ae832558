//! Log4j, logback and Spring Boot in their usual patterns, Tomcat's and java.util.logging's.

use crate::{
    cursor::Cursor,
    level,
    record::{Field, Parsed, Value},
};
use model::Level;

/// A time, then a level, a thread in brackets and a logger, in any of the usual orders, then ` - ` or ` : ` or spaces.
pub(super) fn usual(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    cursor.gap()?;
    let mut thread = "";
    if cursor.peek() == Some(b'[') {
        thread = cursor.bracketed()?.trim();
        cursor.gap()?;
    }
    let level = capitals(&mut cursor)?;
    cursor.gap()?;
    let mut process = "";
    // Spring Boot: `INFO 1234 --- [main] logger : message`.
    let mut next = cursor;
    if let Some(digits) = next.digits()
        && next.eat(" --- ").is_some()
    {
        process = digits;
        cursor = next;
    }
    // Newer ones name the application before the thread.
    while cursor.peek() == Some(b'[') {
        thread = cursor.bracketed()?.trim();
        cursor.gap()?;
    }
    let logger = cursor.name()?;
    let logger = if thread.is_empty() || !logger.ends_with(':') { logger } else { logger.trim_end_matches(':') };
    let parsed = |message, logger| {
        let parsed = Parsed::new("java", message).at(stamp).level(level).logger(logger);
        parsed.text("thread", thread).with("pid", process)
    };
    // `spark.SecurityManager: message` has nothing else to tell it from prose than its dot.
    if let Some(class) = logger.strip_suffix(':') {
        cursor.gap()?;
        return class.contains('.').then(|| parsed(cursor.rest(), class));
    }
    cursor.spaces();
    let dressed = cursor.eat("- ").or_else(|| cursor.eat(": ")).is_some();
    let told = dressed || (!thread.is_empty() && logger.contains('.'));
    told.then(|| parsed(cursor.rest(), logger))
}

/// Tomcat: `10-Jan-2025 14:32:15.123 INFO [main] org.apache.Class.method message`.
pub(super) fn tomcat(text: &str) -> Option<Parsed<'_>> {
    if text.as_bytes().get(2) != Some(&b'-') {
        return None;
    }
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    cursor.eat(" ")?;
    let level = capitals(&mut cursor)?;
    cursor.eat(" ")?;
    let thread = cursor.bracketed()?;
    cursor.eat(" ")?;
    let logger = cursor.word()?;
    Some(Parsed::new("tomcat", cursor.rest()).at(stamp).level(level).logger(logger).text("thread", thread))
}

/// The first of the two lines that java.util.logging writes unless told otherwise: `Dec 03, 2026 4:58:09 PM com.example.Class
/// method`; the second is `INFO: message`.
pub(super) fn two_lines(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.stamp()?;
    cursor.eat(" ")?;
    let class = cursor.word().filter(|class| class.contains('.'))?;
    let method = cursor.rest();
    let is_name = |text: &str, signs: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || signs.contains(&byte))
    };
    let is_head =
        is_name(class, b".$_") && is_name(method, b"<>$_") && !class.starts_with(|c: char| c.is_ascii_digit());
    is_head.then(|| Parsed::new(TWO_LINES, method).at(stamp).logger(class))
}

/// What [`two_lines`] is called.
pub(super) const TWO_LINES: &str = "java_util_logging";

/// Takes level and message from the second line: `SEVERE: text`, `AVERTISSEMENT: text`, `SCHWERWIEGEND: text`.
pub(super) fn take_second_line(parsed: &mut Parsed<'_>) {
    let Some((method, said)) = parsed.message.split_once('\n') else { return };
    let Some((word, said)) = said.split_once(':') else { return };
    let word = word.trim();
    let level = match word {
        "SCHWERWIEGEND" => Some(Level::Error),
        "FEIN" | "FEINER" | "PRÉCIS" | "PLUS PRÉCIS" => Some(Level::Debug),
        "KONFIGURATION" | "KONFIG" | "INFORMATION" | "INFORMATIONEN" => Some(Level::Info),
        _ => level::named(word),
    };
    if let Some(level) = level {
        let (method, said) = (method.to_owned(), said.trim_start().to_owned());
        parsed.level = Some(level);
        parsed.fields.push(Field { name: "method".into(), value: Value::Text(method.into()) });
        parsed.message = said.into();
    }
}

/// `14:32:15.123 [main] INFO  com.example.Class -- message`: logback without a configuration.
pub(super) fn logback(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let stamp = cursor.clock()?;
    cursor.eat(" [")?;
    let thread = cursor.until_byte(b']')?;
    cursor.gap()?;
    let level = capitals(&mut cursor)?;
    cursor.gap()?;
    let logger = cursor.name()?;
    cursor.spaces();
    cursor.eat("-- ").or_else(|| cursor.eat("- "))?;
    Some(Parsed::new("logback", cursor.rest()).at(stamp).level(level).logger(logger).text("thread", thread))
}

fn capitals(cursor: &mut Cursor<'_>) -> Option<model::Level> {
    level::named(cursor.take(|byte| byte.is_ascii_uppercase()))
}
