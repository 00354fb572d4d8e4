//! `run::Partials` over a folder: for one-off analyses that may be interrupted and begun again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rushes_model::{Class, Code, Failure, Reason};
use rushes_run::{Key, Partials};

/// A file for each partial, complete or not there. Removed again once the report is written.
pub(crate) struct Folder {
    path: PathBuf,
    used: Mutex<BTreeSet<PathBuf>>,
}

impl Folder {
    pub(crate) fn open(path: PathBuf) -> Result<Self, Failure> {
        std::fs::create_dir_all(&path).map_err(|error| refused(&path, &error))?;
        Ok(Self { path, used: Mutex::default() })
    }

    fn place(&self, key: &Key) -> PathBuf {
        let place = self.path.join(key.as_str());
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(place.clone());
        place
    }

    /// Removes what this run put or found: its report stands, nobody needs them any more.
    pub(crate) fn remove_used(&self) {
        for place in self.used.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            if let Err(error) = std::fs::remove_file(place) {
                tracing::debug!(%error, "a partial could not be removed");
            }
        }
    }
}

impl Partials for Folder {
    fn get(&self, key: &Key) -> Result<Option<Vec<u8>>, Failure> {
        let place = self.place(key);
        match std::fs::read(&place) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refused(&place, &error)),
        }
    }

    fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), Failure> {
        let place = self.place(key);
        let part = self.path.join(format!("{}.{}", key.as_str(), std::process::id()));
        let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, &place));
        written.map_err(|error| refused(&place, &error))
    }
}

fn refused(path: &Path, error: &std::io::Error) -> Failure {
    let message = format!("{} can't be used: {error}", path.display());
    Failure::new(Code::SettingInvalid, Class::Permanent(Reason::Request), message)
        .with_help("RUSHES_DATA must be a folder that this user may write, with space left")
}
