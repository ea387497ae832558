//! A disk in memory that loses what was not synced, fills up, stops working and flips bits, all on demand.

use super::{Log, LogFiles, ObjectStore};
use std::{
    collections::BTreeMap,
    io,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard},
};

#[derive(Clone, Default)]
pub(crate) struct Simulated(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    files: BTreeMap<String, File>,
    /// Bytes that fit; `None`: any number.
    room: Option<usize>,
    /// Operations that still work; `None`: all.
    operations_left: Option<usize>,
    last: LastOperation,
    /// Operations that failed since.
    failed: usize,
    operations: usize,
}

/// What becomes of the first operation that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LastOperation {
    #[default]
    Undone,
    /// It is done, and only its answer is an error: so may an object be, when the folder around it cannot be synced.
    Done,
}

#[derive(Clone, Default)]
struct File {
    bytes: Vec<u8>,
    durable: Vec<u8>,
}

impl Simulated {
    /// From now on only `bytes` more fit.
    pub(crate) fn fill_up_to(&self, bytes: Option<usize>) {
        let mut state = self.state();
        let used: usize = state.files.values().map(|file| file.bytes.len()).sum();
        state.room = bytes.map(|bytes| used + bytes);
    }

    /// After `operations` more, every one fails, as if the process had been killed.
    pub(crate) fn stop_after(&self, operations: usize, last: LastOperation) {
        let mut state = self.state();
        state.operations_left = Some(operations);
        state.last = last;
    }

    /// How many operations that change something there have been.
    pub(crate) fn operations(&self) -> usize {
        self.state().operations
    }

    /// The power comes back: what was not synced is gone, or only part of it.
    pub(crate) fn after_power_cut(&self, kept_share: f64) -> Self {
        let state = self.state();
        let files = state.files.iter().map(|(name, file)| {
            let unsynced = file.bytes.len().saturating_sub(file.durable.len());
            let kept = file.durable.len() + (unsynced as f64 * kept_share) as usize;
            let mut bytes = file.durable.clone();
            bytes.extend_from_slice(&file.bytes[bytes.len().min(file.bytes.len())..kept.min(file.bytes.len())]);
            (name.clone(), File { durable: bytes.clone(), bytes })
        });
        Self(Arc::new(Mutex::new(State { files: files.collect(), ..State::default() })))
    }

    /// The bytes of a file, to be changed as a failing disk might.
    pub(crate) fn change(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        let file = state.files.get_mut(name).expect("the file is there");
        change(&mut file.bytes);
        file.durable = file.bytes.clone();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test panics while it holds the disk")
    }
}

impl State {
    fn operate(&mut self) -> io::Result<()> {
        self.operations += 1;
        match &mut self.operations_left {
            Some(0) => {
                self.failed += 1;
                Err(io::Error::other("the disk has stopped"))
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn take_room(&mut self, name: &str, len: usize) -> io::Result<()> {
        let others: usize =
            self.files.iter().filter(|(other, _)| *other != name).map(|(_, file)| file.bytes.len()).sum();
        match self.room {
            Some(room) if others + len > room => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }
}

impl ObjectStore for Simulated {
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let answer = state.operate();
        let done = answer.is_ok() || (state.last == LastOperation::Done && state.failed == 1);
        if done {
            state.take_room(name, bytes.len())?;
            state.files.insert(name.to_owned(), File { bytes: bytes.to_vec(), durable: bytes.to_vec() });
        }
        answer
    }

    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        let state = self.state();
        let file = state.files.get(name).ok_or(io::ErrorKind::NotFound)?;
        let bytes = file.bytes.get(range.start as usize..range.end as usize);
        Ok(bytes.ok_or(io::ErrorKind::UnexpectedEof)?.to_vec())
    }

    fn list(&self, folder: &str) -> io::Result<Vec<(String, u64)>> {
        let folder = format!("{folder}/");
        let state = self.state();
        let files = state.files.iter().filter(|(name, _)| name.starts_with(&folder));
        Ok(files.map(|(name, file)| (name.clone(), file.bytes.len() as u64)).collect())
    }

    fn delete(&self, name: &str) -> io::Result<()> {
        let mut state = self.state();
        state.operate()?;
        state.files.remove(name);
        Ok(())
    }
}

impl LogFiles for Simulated {
    fn create_log(&self, name: &str) -> io::Result<Box<dyn Log>> {
        let mut state = self.state();
        state.operate()?;
        state.files.insert(name.to_owned(), File::default());
        Ok(Box::new(SimulatedLog { disk: self.clone(), name: name.to_owned() }))
    }

    fn read_log(&self, name: &str) -> io::Result<Vec<u8>> {
        Ok(self.state().files.get(name).ok_or(io::ErrorKind::NotFound)?.bytes.clone())
    }

    fn list_logs(&self, folder: &str) -> io::Result<Vec<String>> {
        Ok(self.list(folder)?.into_iter().map(|(name, _)| name).collect())
    }

    fn delete_log(&self, name: &str) -> io::Result<()> {
        self.delete(name)
    }
}

struct SimulatedLog {
    disk: Simulated,
    name: String,
}

impl Log for SimulatedLog {
    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.state();
        state.operate()?;
        let end = at as usize + bytes.len();
        state.take_room(&self.name, end)?;
        let file = state.files.entry(self.name.clone()).or_default();
        file.bytes.resize(end.max(file.bytes.len()), 0);
        file.bytes[at as usize..end].copy_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.state();
        state.operate()?;
        if let Some(file) = state.files.get_mut(&self.name) {
            file.durable = file.bytes.clone();
        }
        Ok(())
    }
}
