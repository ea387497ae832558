//! Pages of lists: how many rows one has, and where it ended, as an opaque word: callers hand it back and build nothing on its form.

use crate::{
    Ctx,
    problem::{Problem, Result, worded},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{JobId, Timestamp};

/// How many rows to give: `asked`, or 100, within the limit.
pub(crate) fn page_size(ctx: &Ctx, asked: Option<u32>) -> Result<u32> {
    let most = ctx.app.limits.page_rows_max;
    match asked.unwrap_or(100.min(most)) {
        0 => {
            Err(Problem::invalid(worded("problem-limit", &[])).remedy(worded("problem-limit-help", &[("most", &most)])))
        }
        asked => Ok(asked.min(most)),
    }
}

pub(crate) fn of_job((at, id): (Timestamp, JobId)) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{id}", at.as_micros()))
}

pub(crate) fn job(cursor: &str) -> Result<(Timestamp, JobId)> {
    let text = text(cursor)?;
    let (at, id) = text.split_once('.').ok_or_else(bad)?;
    let at = at.parse().map_err(|_| bad())?;
    Ok((Timestamp::from_micros(at), id.parse().map_err(|_| bad())?))
}

pub(crate) fn of_log(cursor: telemetry::query::Cursor) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{}", cursor.time.as_micros(), cursor.seq))
}

pub(crate) fn log(cursor: &str) -> Result<telemetry::query::Cursor> {
    let text = text(cursor)?;
    let (at, seq) = text.split_once('.').ok_or_else(bad)?;
    let time = Timestamp::from_micros(at.parse().map_err(|_| bad())?);
    Ok(telemetry::query::Cursor { time, seq: seq.parse().map_err(|_| bad())? })
}

pub(crate) fn of_issue(place: store::IssueCursor) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{}", place.key, place.id))
}

pub(crate) fn issue(cursor: &str) -> Result<store::IssueCursor> {
    let text = text(cursor)?;
    let (key, id) = text.split_once('.').ok_or_else(bad)?;
    Ok(store::IssueCursor { key: key.parse().map_err(|_| bad())?, id: id.parse().map_err(|_| bad())? })
}

pub(crate) fn of_release((at, id): (Timestamp, i64)) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{id}", at.as_micros()))
}

pub(crate) fn release(cursor: &str) -> Result<(Timestamp, i64)> {
    let text = text(cursor)?;
    let (at, id) = text.split_once('.').ok_or_else(bad)?;
    let at = Timestamp::from_micros(at.parse().map_err(|_| bad())?);
    Ok((at, id.parse().map_err(|_| bad())?))
}

pub(crate) fn of_number(number: i64) -> String {
    URL_SAFE_NO_PAD.encode(number.to_string())
}

pub(crate) fn number(cursor: &str) -> Result<i64> {
    text(cursor)?.parse().map_err(|_| bad())
}

fn text(cursor: &str) -> Result<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
    String::from_utf8(bytes).map_err(|_| bad())
}

fn bad() -> Problem {
    Problem::malformed(worded("problem-cursor", &[])).remedy(worded("problem-cursor-help", &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn come_back_as_they_went() {
        let place = (Timestamp::from_micros(-5), uuid::Uuid::from_u128(9).into());
        assert_eq!(job(&of_job(place)).unwrap(), place);
        assert_eq!(number(&of_number(i64::MAX)).unwrap(), i64::MAX);
        let place = (Timestamp::from_micros(-5), 9);
        assert_eq!(release(&of_release(place)).unwrap(), place);
        let place = store::IssueCursor { key: -3, id: 9 };
        assert_eq!(issue(&of_issue(place)).unwrap(), place);
        for wrong in ["", "!", "e30", &of_number(3)] {
            assert!(job(wrong).is_err(), "{wrong}");
        }
        assert!(number("").is_err());
    }
}
