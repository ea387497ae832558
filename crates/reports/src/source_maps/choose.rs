//! Which of several uploaded files is the map of a minified one.

use errors::{
    Event,
    event::Unmapped,
    source_map::{WantedMap, artifact_names},
};
use store::{Artifact, ArtifactKind};

/// Names under which a map is looked for: those of its file and of its map.
const NAMES_MAX: usize = 32;

/// What an event says of the build that it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Build {
    release: String,
    dist: String,
}

impl Build {
    pub(super) fn of(event: &Event) -> Self {
        Self { release: event.release.clone().unwrap_or_default(), dist: event.dist.clone().unwrap_or_default() }
    }

    /// Whether a file without an id was uploaded for it.
    fn is_of(&self, artifact: &Artifact) -> bool {
        !self.release.is_empty() && artifact.release == self.release && artifact.dist == self.dist
    }
}

/// Uploads of the file's name, or of its map's, the newest first.
pub(super) struct Candidates<'a> {
    pub(super) build: &'a Build,
    pub(super) wanted: &'a WantedMap,
    pub(super) found: Vec<Artifact>,
}

pub(super) fn is_map(artifact: &Artifact) -> bool {
    artifact.kind == ArtifactKind::SourceMap
}

/// The narrowest first, each with that of its map behind.
pub(super) fn names(file: &str) -> Vec<String> {
    artifact_names(file).into_iter().flat_map(|name| [format!("{name}.map"), name]).take(NAMES_MAX).collect()
}

impl Candidates<'_> {
    /// Where the file says that its map is, if that is none of `names`.
    pub(super) fn map_elsewhere(&self, names: &[String]) -> Option<String> {
        let scripts = self.found.iter().filter(|one| !is_map(one) && self.fits(one) && !one.source_map.is_empty());
        let named = scripts.map(|script| beside(&script.name, &script.source_map)).next()?;
        (!names.contains(&named)).then_some(named)
    }

    /// The map under the narrowest of `names`; or why none is.
    pub(super) fn chosen(&self, names: &[String]) -> Result<Artifact, Unmapped> {
        let fitting = |name: &String| self.found.iter().find(|one| is_map(one) && one.name == *name && self.fits(one));
        names.iter().find_map(fitting).cloned().ok_or_else(|| self.why_none())
    }

    /// A file of another build is another file, whatever it is called.
    fn fits(&self, artifact: &Artifact) -> bool {
        match (self.wanted.debug_id, artifact.debug_id) {
            (Some(wanted), Some(known)) => wanted == known,
            _ => self.build.is_of(artifact),
        }
    }

    fn why_none(&self) -> Unmapped {
        match self.wanted.debug_id {
            None => Unmapped::NoDebugId,
            Some(id) if self.found.iter().any(|one| one.debug_id.is_some_and(|known| known != id)) => {
                Unmapped::OtherDebugId
            }
            Some(_) => Unmapped::NoMap,
        }
    }
}

/// The name of what `reference` means, seen from the file `name`: `~/static/app.js` and `maps/app.js.map`. An address says its
/// own name.
fn beside(name: &str, reference: &str) -> String {
    if reference.contains("://") || reference.starts_with("~/") {
        return reference.to_owned();
    }
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in reference.trim_start_matches("./").split('/') {
        match part {
            "" | "." => {}
            ".." if parts.len() > 1 => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;
    use uuid::Uuid;

    fn artifact(name: &str, release: &str, build: Option<u128>, kind: ArtifactKind) -> Artifact {
        Artifact {
            project: 1,
            release: release.into(),
            dist: String::new(),
            name: name.into(),
            kind,
            debug_id: build.map(Uuid::from_u128),
            source_map: String::new(),
            sha256: name.into(),
            bytes: 1,
            at: Timestamp::EPOCH,
        }
    }

    fn chosen(build: Option<u128>, release: &str, found: Vec<Artifact>) -> Result<String, Unmapped> {
        let wanted = WantedMap { file: "https://shop.example/s/app.js".into(), debug_id: build.map(Uuid::from_u128) };
        let build = Build { release: release.into(), dist: String::new() };
        let candidates = Candidates { build: &build, wanted: &wanted, found };
        candidates.chosen(&names(&wanted.file)).map(|artifact| artifact.name)
    }

    #[test]
    fn a_map_is_of_the_release_and_never_of_another_build() {
        let map = |name: &str, release: &str, build| artifact(name, release, build, ArtifactKind::SourceMap);
        let here = || vec![map("~/app.js.map", "1", None), map("~/s/app.js.map", "1", None)];
        assert_eq!(chosen(None, "1", here()).as_deref(), Ok("~/s/app.js.map"), "the narrowest name");
        assert_eq!(chosen(None, "2", here()), Err(Unmapped::NoDebugId));
        assert_eq!(chosen(None, "", vec![map("~/app.js.map", "", None)]), Err(Unmapped::NoDebugId), "no release");
        assert_eq!(chosen(Some(1), "1", here()).as_deref(), Ok("~/s/app.js.map"), "a map without an id");
        assert_eq!(chosen(Some(1), "1", vec![map("~/app.js.map", "1", Some(2))]), Err(Unmapped::OtherDebugId));
        assert_eq!(chosen(Some(1), "1", vec![]), Err(Unmapped::NoMap));
        let script = artifact("~/app.js", "1", None, ArtifactKind::MinifiedSource);
        assert_eq!(chosen(None, "1", vec![script]), Err(Unmapped::NoDebugId), "the file alone is no map");
    }

    #[test]
    fn references_are_read_beside_their_file() {
        for (reference, name) in [
            ("app.js.map", "~/s/app.js.map"),
            ("./maps/app.map", "~/s/maps/app.map"),
            ("../app.map", "~/app.map"),
            ("../../../app.map", "~/app.map"),
            ("https://cdn.example/app.map", "https://cdn.example/app.map"),
        ] {
            assert_eq!(beside("~/s/app.js", reference), name);
        }
    }
}
