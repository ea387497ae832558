//! Which records were deleted but still lie somewhere. One object, replaced as a whole: a delete is durable once it is put.

use crate::{
    Damage, Error,
    disk::{self, ObjectStore},
    wire::checksum,
};
use roaring::RoaringTreemap;
use std::io;

pub(crate) const NAME: &str = "catalog/deleted.bin";
const SET_ASIDE: &str = "damaged/deleted.bin";
const DAMAGED: &str = "the list of deleted records is damaged: those whose bytes are still there are found again";

const GONE: &str = "the list of deleted records is gone: those whose bytes are still there are found again";

pub(crate) fn exists(objects: &dyn ObjectStore) -> io::Result<bool> {
    Ok(disk::size(objects, NAME)?.is_some())
}

/// Reads the list. `is_expected`: the catalogue says that there is one.
pub(crate) fn load(objects: &dyn ObjectStore, is_expected: bool) -> Result<RoaringTreemap, Error> {
    let bytes = match disk::whole(objects, NAME) {
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
pub(crate) fn set_aside(objects: &dyn ObjectStore) -> Result<Option<String>, Error> {
    if !matches!(load(objects, false), Err(Error::Damaged(_))) {
        return Ok(None);
    }
    let copied = disk::whole(objects, NAME).and_then(|bytes| objects.put(SET_ASIDE, &bytes));
    copied.map_err(|error| Error::io(format!("{NAME} cannot be set aside"), error))?;
    Ok(Some(SET_ASIDE.to_owned()))
}

pub(crate) fn save(objects: &dyn ObjectStore, deleted: &RoaringTreemap) -> io::Result<()> {
    let mut bytes = Vec::new();
    deleted.serialize_into(&mut bytes)?;
    let sum = checksum(&bytes).to_le_bytes();
    objects.put(NAME, &[&sum[..], &bytes].concat())
}
