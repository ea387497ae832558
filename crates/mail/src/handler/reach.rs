//! Which files a letter may hold. What came over HTTP was looked at when it came; this is asked again of each item as it
//! is sent, whatever the store holds.

use crate::letter::Attachment;
use model::{Fault, Verdict};
use std::path::PathBuf;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FilesReach {
    /// Any that this process can read: somebody on the machine itself named them.
    Machine,
    /// Uploads of this data directory.
    UploadsOf(PathBuf),
    /// Uploads, wherever they are kept.
    Uploads,
}

impl FilesReach {
    /// Where the files of a letter are read. The verdict does not name the path that was given: it would tell who may not
    /// know what there is on this machine.
    pub(super) fn resolve(&self, attachments: &mut [Attachment]) -> Result<(), Verdict> {
        for attachment in attachments {
            match self.place(attachment) {
                Some(path) => attachment.path = path,
                None => {
                    let verdict = Verdict::permanent("attachment_not_uploaded", Fault::Content);
                    return Err(verdict.with_arg("name", attachment.name.as_str()));
                }
            }
        }
        Ok(())
    }

    fn place(&self, attachment: &Attachment) -> Option<PathBuf> {
        if *self == Self::Machine {
            return Some(attachment.path.clone());
        }
        let name = attachment.upload_name()?;
        match self {
            // Not where the item says: the directory may have been moved since, or be named by another way.
            Self::UploadsOf(blobs) => Some(blobs.join(name)),
            Self::Uploads | Self::Machine => attachment.is_upload().then(|| attachment.path.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_is_read_where_uploads_are() {
        let hash = "ab".repeat(32);
        let at = |path: &str, sha256: Option<&str>| Attachment {
            path: path.replace("HASH", &hash).into(),
            name: "facture.pdf".into(),
            mime: "application/pdf".into(),
            size: 1,
            mtime: model::Timestamp::EPOCH,
            sha256: sha256.map(str::to_owned),
        };
        let known = Some(hash.as_str());
        let read = |reach: &FilesReach, file: &Attachment| {
            let mut files = [file.clone()];
            let found = reach.resolve(&mut files).map(|()| files[0].path.display().to_string().replace(&hash, "HASH"));
            found.unwrap_or_else(|verdict| {
                assert!(!serde_json::to_string(&verdict).unwrap().contains("secret"), "{verdict:?}");
                verdict.code
            })
        };
        let (here, no) = ("/data/blobs/HASH", "attachment_not_uploaded");
        for (path, sha256, of_directory, anywhere) in [
            ("/data/blobs/HASH", known, here, "/data/blobs/HASH"),
            ("/moved/blobs/HASH", known, here, "/moved/blobs/HASH"),
            ("/data/blobs/../HASH", known, here, no),
            ("/data/blobs/sub/HASH", known, here, no),
            ("blobs/HASH", known, here, no),
            ("/data/blobs/HASH", None, no, no),
            ("/data/blobs/HASH", Some("HASH"), no, no),
            ("/data/blobs/HASH/..", known, no, no),
            ("/data/blobs/../secret.key", known, no, no),
            ("/data/secret.key", None, no, no),
            ("/data/secret.key", known, no, no),
            ("/data/blobs/secret.key", Some("secret.key"), no, no),
            ("", known, no, no),
        ] {
            let file = at(path, sha256);
            let found = (read(&FilesReach::UploadsOf("/data/blobs".into()), &file), read(&FilesReach::Uploads, &file));
            assert_eq!((found.0.as_str(), found.1.as_str()), (of_directory, anywhere), "{path}");
            assert_eq!(read(&FilesReach::Machine, &file), path);
        }
    }
}
