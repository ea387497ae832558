//! The kernel's ring buffer, strace, and a shell's history.

use super::Memory;
use crate::{
    cursor::Cursor,
    level,
    record::{Parsed, Value},
    timestamps::{self, Stamp},
};
use model::Level;

/// `[   12.345678] usb 1-1: new device`, maybe with `<6>` before it, and `dmesg -T`'s full time. Seconds since boot are
/// a field: only the boot knows the time.
pub(super) fn kernel(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let mut level = None;
    if cursor.eat("<").is_some() {
        level = level::of_severity(cursor.digits()?.parse::<i64>().ok()? & 7);
        cursor.eat(">")?;
    }
    cursor.eat("[")?;
    if let Some(stamp) = cursor.stamp() {
        // Apache and PHP put theirs in brackets too, but say more in further ones.
        let asctime = matches!(stamp, Stamp::Civil(_)) && text.as_bytes()[1].is_ascii_alphabetic();
        cursor.eat("] ")?;
        // The kernel names no level in words.
        let levelled = cursor.peek().is_some_and(|byte| byte.is_ascii_uppercase()) && { cursor }.level().is_some();
        let of_kernel = asctime && cursor.peek() != Some(b'[') && !levelled;
        return of_kernel.then(|| kernel_words(cursor).at(stamp).level(level));
    }
    cursor.spaces();
    let seconds = cursor.take(|byte| byte.is_ascii_digit() || byte == b'.');
    let (whole, fraction) = seconds.split_once('.')?;
    // Ten digits are a moment, not thirty years of uptime.
    if whole.len() >= 10 {
        return None;
    }
    let Value::Float(seconds) = Value::read(seconds) else { return None };
    // printk with its caller's id: `[    1.234567][    T1] `.
    cursor.eat("]")?;
    let mut next = cursor;
    if let Some(inside) = next.bracketed()
        && inside.trim_start().starts_with(['T', 'C'])
    {
        cursor = next;
    }
    cursor.eat(" ")?;
    (fraction.len() == 6).then(|| kernel_words(cursor).level(level).number("uptime", seconds))
}

fn kernel_words(cursor: Cursor<'_>) -> Parsed<'_> {
    Parsed::new("kernel", cursor.rest()).logger("kernel")
}

/// `12:21:46.284771 openat(AT_FDCWD, "x") = 3 <0.000015>`, maybe behind a process, and with a time in seconds.
pub(super) fn strace(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let mut process = "";
    let mut next = cursor;
    if next.eat("[pid ").is_some() {
        next.spaces();
        process = next.digits()?;
        next.eat("] ")?;
        cursor = next;
    } else if let Some(digits) = next.digits()
        && digits.len() <= 7
        && next.gap().is_some()
    {
        process = digits;
        cursor = next;
    }
    let stamp = match cursor.clock() {
        Some(stamp) => stamp,
        None => {
            let (stamp, length) = timestamps::epoch(cursor.rest()).filter(|(_, length)| *length > 10)?;
            cursor.eat(&cursor.rest()[..length])?;
            stamp
        }
    };
    cursor.eat(" ")?;
    let call = cursor;
    if ["+++ ", "--- ", "<... "].iter().any(|sign| cursor.rest().starts_with(sign)) {
        return Some(Parsed::new("strace", call.rest()).at(stamp).with("pid", process));
    }
    let name = cursor.take(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if name.is_empty() || cursor.peek() != Some(b'(') {
        return None;
    }
    let parsed = Parsed::new("strace", call.rest()).at(stamp).with("pid", process).text("syscall", name);
    let Some((_, result)) = cursor.rest().rsplit_once(" = ") else { return Some(parsed) };
    let (result, took) = match result.rsplit_once(" <") {
        Some((result, took)) => (result, took.trim_end_matches('>')),
        None => (result, ""),
    };
    let (value, error) = result.split_once(' ').unwrap_or((result, ""));
    Some(parsed.with("result", value).text("error", error).with("duration_s", took))
}

/// `#+1162490366`, the time of the command in the next line: tcsh and bash with `HISTTIMEFORMAT` write it.
pub(super) fn sniff_history(text: &str) -> bool {
    history_time(text).is_some()
}

fn history_time(text: &str) -> Option<Stamp> {
    let digits = text.strip_prefix("#+").or_else(|| text.strip_prefix('#'))?;
    timestamps::epoch(digits).filter(|(_, length)| *length == 10 && digits.len() == 10).map(|(stamp, _)| stamp)
}

pub(super) fn parse_history<'a>(text: &'a str, _: &mut Memory) -> Option<Parsed<'a>> {
    Some(Parsed::new("history", text).at(history_time(text)?))
}

/// auditd: `type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e …`, maybe with `node=…` before it.
pub(super) fn audit(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    let mut node = "";
    if cursor.eat("node=").is_some() {
        node = cursor.word()?;
    }
    cursor.eat("type=")?;
    let kind = cursor.word()?;
    cursor.eat("msg=audit(")?;
    let (stamp, length) = timestamps::epoch(cursor.rest())?;
    cursor.eat(&cursor.rest()[..length])?;
    cursor.eat(":")?;
    let serial = cursor.digits()?;
    cursor.eat("):")?;
    cursor.spaces();
    let failed = cursor.rest().contains("res=failed") || cursor.rest().contains("res=0") || kind.starts_with("ANOM_");
    let level = if failed || kind == "AVC" { model::Level::Warning } else { model::Level::Info };
    let parsed = Parsed::new("audit", cursor.rest()).at(stamp).level(level).logger(kind);
    Some(parsed.with("serial", serial).text("host", node))
}

/// The error log of CUPS: `E [20/Nov/2026:10:00:00 +0100] [Job 12] Unable to open device file`.
pub(super) fn cups(text: &str) -> Option<Parsed<'_>> {
    let [letter, b' ', b'[', ..] = text.as_bytes() else { return None };
    let level = match letter {
        b'X' | b'A' => Level::Critical,
        b'd' => Level::Trace,
        letter => level::lettered(*letter)?,
    };
    let mut cursor = Cursor::new(text.get(3..)?);
    let stamp = cursor.stamp()?;
    cursor.eat("] ")?;
    Some(Parsed::new("cups", cursor.rest()).at(stamp).level(level))
}

/// The history of apt, of which each run begins with `Start-Date: 2026-11-20  10:00:00`.
pub(super) fn apt_history(text: &str) -> Option<Parsed<'_>> {
    let mut cursor = Cursor::new(text);
    cursor.eat("Start-Date: ")?;
    let stamp = cursor.stamp()?;
    cursor.rest().trim().is_empty().then(|| Parsed::new("apt_history", "").at(stamp).level(Level::Info).logger("apt"))
}
