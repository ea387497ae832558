//! What a resource or a stream tells of its records is kept with each of them: a body of a megabyte could so become
//! gigabytes. How much of it is copied is bounded for each body; records beyond are kept without.

use super::{Entry, Fields, Stream};
use crate::{Error, Intake, RecordMetadata};
use sources::{Reader, timestamps::Reference};
use std::sync::Arc;
use telemetry::OwnedValue;

/// Bytes of shared fields that are copied into the records of one body,
const COPIED_BYTES_MAX: usize = 16 << 20;
/// and beside them so many for each byte of the body.
const COPIED_PER_BYTE: usize = 4;
/// What a field takes beside its name and its value.
const FIELD_BYTES: usize = 16;

/// Fields that several records share, masked.
#[derive(Default)]
struct Shared {
    fields: Fields,
    /// Those beyond what a record can have.
    beyond: usize,
    bytes: usize,
}

impl Intake {
    /// Takes every entry as a record by itself. `body_bytes` is the length of what they were decoded from.
    ///
    /// # Errors
    /// When the store cannot be written to, is busy for long, or is closed.
    pub fn streams(&mut self, streams: Vec<Stream>, body_bytes: usize) -> Result<(), Error> {
        let mut reader = self.reader(Reference::Arrival);
        let mut copying = Copying { left: COPIED_BYTES_MAX + COPIED_PER_BYTE * body_bytes, without: 0 };
        let mut resource = (Arc::default(), Shared::default());
        for Stream { source, logger, resource: own, fields, entries } in streams {
            if !Arc::ptr_eq(&own, &resource.0) {
                resource = (Arc::clone(&own), self.shared(&own));
            }
            let stream = self.shared(&fields);
            let from = From { source: &source, logger: logger.as_deref(), shared: [&resource.1, &stream] };
            self.entries(&mut reader, &from, entries, &mut copying)?;
        }
        if copying.without > 0 {
            self.remark(format!(
                "{} records were kept without the attributes they share: send less of them, or smaller batches",
                copying.without
            ));
        }
        Ok(())
    }

    fn entries(
        &mut self,
        reader: &mut Reader,
        from: &From<'_>,
        entries: Vec<Entry>,
        copying: &mut Copying,
    ) -> Result<(), Error> {
        let bytes = from.bytes();
        for mut entry in entries {
            self.mask(&mut entry.fields);
            let told = RecordMetadata {
                source: entry.source.as_deref().unwrap_or(from.source).as_bytes(),
                time: entry.time,
                level: entry.level,
                fields: &entry.fields,
                ..RecordMetadata::default()
            };
            let [resource, stream] = from.shared;
            let told = match copying.has_room(bytes) {
                true => RecordMetadata {
                    logger: from.logger,
                    shared: [&resource.fields, &stream.fields],
                    left_out: resource.beyond + stream.beyond,
                    ..told
                },
                false => RecordMetadata { left_out: from.count(), ..told },
            };
            self.alone(reader, &entry.text, &told)?;
        }
        Ok(())
    }

    fn shared(&mut self, fields: &[(String, OwnedValue)]) -> Shared {
        let most = fields.len().min(telemetry::FIELDS_MAX);
        let (kept, beyond) = fields.split_at(most);
        let mut kept = kept.to_vec();
        self.mask(&mut kept);
        let bytes = kept.iter().map(|(name, value)| FIELD_BYTES + name.len() + text_bytes(value)).sum();
        Shared { fields: kept, beyond: beyond.len(), bytes }
    }
}

fn text_bytes(value: &OwnedValue) -> usize {
    if let OwnedValue::Str(text) = value { text.len() } else { 0 }
}

/// What is told of all entries of a stream.
struct From<'a> {
    source: &'a str,
    logger: Option<&'a str>,
    shared: [&'a Shared; 2],
}

impl From<'_> {
    /// What a copy takes.
    fn bytes(&self) -> usize {
        let shared: usize = self.shared.iter().map(|shared| shared.bytes).sum();
        shared + self.logger.map_or(0, |logger| FIELD_BYTES + logger.len())
    }

    fn count(&self) -> usize {
        let shared: usize = self.shared.iter().map(|shared| shared.fields.len() + shared.beyond).sum();
        shared + usize::from(self.logger.is_some())
    }
}

/// How much more is copied.
struct Copying {
    left: usize,
    /// Records that found no room.
    without: u64,
}

impl Copying {
    fn has_room(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes) {
            Some(left) => self.left = left,
            None => {
                // A smaller one behind a larger would fit, and nobody could tell which have theirs.
                (self.left, self.without) = (0, self.without + 1);
                return bytes == 0;
            }
        }
        true
    }
}
