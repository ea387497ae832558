//! Files that come with events: their bytes are blobs, and stay as long as the database names them.

use crate::{Error, Reports};
use bytes::Bytes;
use errors::envelope::Item;
use std::convert::Infallible;
use store::{EventAttachment, ProjectId};
use uuid::Uuid;

/// What a file is where its sender does not say: browsers show nothing of it.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// A file on its way.
pub(crate) struct ReceivedFile {
    event: Uuid,
    name: String,
    content_type: String,
    kind: String,
    bytes: Bytes,
}

impl ReceivedFile {
    pub(crate) fn of(event: Uuid, item: &Item<'_>) -> Self {
        let text = |told: &Option<String>, else_: &str| told.clone().unwrap_or_else(|| else_.to_owned());
        Self {
            event,
            name: text(&item.filename, "attachment"),
            content_type: text(&item.content_type, UNKNOWN_TYPE),
            kind: text(&item.attachment_type, "event.attachment"),
            bytes: Bytes::copy_from_slice(item.payload),
        }
    }
}

impl Reports {
    pub(crate) async fn keep_files(&self, project: ProjectId, files: Vec<ReceivedFile>) -> Result<(), Error> {
        let _sending = self.0.blobs.begin().await;
        for file in files {
            let ReceivedFile { event, name, content_type, kind, bytes } = file;
            let mut bytes_left = bytes.len() as u64;
            let chunks = futures_util::stream::iter([Ok::<_, Infallible>(bytes)]);
            let blob =
                self.0.blobs.keep(chunks, &mut bytes_left).await.map_err(|error| Error::Blob(error.to_string()))?;
            let (sha256, bytes, at) = (blob.sha256, blob.size, self.0.clock.now());
            let kept = EventAttachment { no: 0, project, event, name, content_type, kind, sha256, bytes, at };
            self.0.db.add_attachment(kept).await?;
        }
        Ok(())
    }
}
