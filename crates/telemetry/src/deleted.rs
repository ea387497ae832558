//! Which records were deleted but still lie somewhere. One object, replaced as a whole: a delete is durable once it is put.

use crate::{Damage, Error, catalog, disk::ObjectStore, wire::checksum};
use roaring::RoaringTreemap;
use std::io;

const NAME: &str = "catalog/deleted.bin";
const DAMAGED: &str = "the list of deleted records is damaged: those whose bytes are still there are found again";

const GONE: &str = "the list of deleted records is gone: those whose bytes are still there are found again";

pub(crate) fn exists(disk: &dyn ObjectStore) -> io::Result<bool> {
    Ok(catalog::size(disk, NAME)?.is_some())
}

/// Reads the list. `is_expected`: the catalogue says that there is one.
pub(crate) fn load(disk: &dyn ObjectStore, is_expected: bool) -> Result<RoaringTreemap, Error> {
    let bytes = match catalog::whole(disk, NAME) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && is_expected => {
            return Err(Damage::new(NAME, GONE).into());
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(RoaringTreemap::new()),
        bytes => bytes.map_err(|error| Error::io("the list of deleted records cannot be read", error))?,
    };
    let damaged = || Damage::new(NAME, DAMAGED);
    let (sum, rest) = bytes.split_first_chunk::<4>().ok_or_else(damaged)?;
    if checksum(rest).to_le_bytes() != *sum {
        return Err(damaged().into());
    }
    RoaringTreemap::deserialize_from(rest).map_err(|error| Damage::new(NAME, format!("{DAMAGED}: {error}")).into())
}

/// Copies the list to `damaged/`, when it is damaged; where to.
pub(crate) fn set_aside(disk: &dyn ObjectStore) -> Result<Option<String>, Error> {
    if !matches!(load(disk, false), Err(Error::Damaged(_))) {
        return Ok(None);
    }
    let copy = NAME.replacen(catalog::FOLDER, "damaged", 1);
    let copied = catalog::whole(disk, NAME).and_then(|bytes| disk.put(&copy, &bytes));
    copied.map_err(|error| Error::io(format!("{NAME} cannot be set aside"), error))?;
    Ok(Some(copy))
}

pub(crate) fn save(disk: &dyn ObjectStore, deleted: &RoaringTreemap) -> io::Result<()> {
    let mut bytes = Vec::new();
    deleted.serialize_into(&mut bytes)?;
    let sum = checksum(&bytes).to_le_bytes();
    disk.put(NAME, &[&sum[..], &bytes].concat())
}
