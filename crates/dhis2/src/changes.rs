//! Whether the source has changed since everything of it was seen.

use crate::{
    client::Error,
    metadata::{self, Sides},
    planning::has_values,
    settings::Settings,
    values::{self, Sets, Units},
};
use model::Timestamp;

/// What was found, and until when everything was seen by it: a moment of the source's own clock, before it was asked.
pub(crate) struct Changes {
    pub(crate) types: Vec<(String, u64)>,
    pub(crate) seen: Timestamp,
}

pub(crate) async fn since(sides: &Sides, settings: &Settings, seen: Timestamp) -> Result<Changes, Error> {
    let info = sides.source.info().await?;
    let mut types = metadata::changed(&sides.source, &settings.types(), seen, &info).await?;
    if has_values(settings) {
        let sets = Sets::of(&sides.source).await?;
        let units = match &settings.org_unit {
            Some(unit) => Units::below(unit),
            None => Units::of(&sides.source, None).await?,
        };
        if values::changed(&sides.source, (&sets, &units), seen, &info.zone).await? {
            types.push(("dataValues".to_owned(), 1));
        }
    }
    Ok(Changes { types, seen: info.now })
}
