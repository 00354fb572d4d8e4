//! Which process worked here last: its id lies in a file in RUSHES_DATA, locked as long as it lives.
//!
//! A host that died and starts again takes back what it left at once; otherwise its jobs would wait until their leases
//! have run out. The lock is the system's and goes with the process, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use rushes_model::HostId;

use crate::fault::Fault;

/// The place of this process, and who had it before.
#[derive(Debug)]
pub(crate) struct LastProcess {
    host: Option<HostId>,
    _locked: Option<File>,
}

impl LastProcess {
    /// Takes the place for this process. Where another that lives has it, there is no last process.
    pub(crate) fn take_over(data: &Path, own: HostId) -> Result<Self, Fault> {
        let path = data.join("host");
        let failed = |error: &std::io::Error| Fault::io(path.display(), error);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.map_err(|error| failed(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Self { host: None, _locked: None }),
            Err(TryLockError::Error(error)) => return Err(failed(&error)),
        }
        let mut text = String::new();
        // A file that was cut short names nobody: then the leases run out.
        let host = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{own}"))
            .map_err(|error| failed(&error))?;
        Ok(Self { host, _locked: Some(file) })
    }

    /// The process before, which is surely dead.
    pub(crate) const fn host(&self) -> Option<HostId> {
        self.host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_follows_the_one_before_only_when_that_is_dead() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second, third) = (HostId::new(), HostId::new(), HostId::new());
        let place = LastProcess::take_over(folder.path(), first).unwrap();
        assert_eq!(place.host(), None);
        // It lives: nothing is taken from it.
        assert_eq!(LastProcess::take_over(folder.path(), second).unwrap().host(), None);
        drop(place);
        assert_eq!(LastProcess::take_over(folder.path(), third).unwrap().host(), Some(first));
    }
}
