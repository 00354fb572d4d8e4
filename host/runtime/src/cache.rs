//! Compiled code on disk. Loading it is running it, so its folder belongs to the host alone.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

use wasmtime::{Cache, CacheConfig};

use crate::error::{Error, Result};

/// Where compiled code is kept and found again, under the digest of the component and all settings of the engine.
///
/// The engine's own cache does the keeping: it writes beside and renames, compresses, drops the oldest, and throws
/// away what it can't read. What it doesn't look at is whose folder it is; that is done here.
pub(crate) fn open(folder: &Path) -> Result<Cache> {
    let refused = |why: String| Error::Cache { path: folder.to_owned(), why };
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|why| refused(format!("can't make it: {why}")))?;
    let folder = folder.canonicalize().map_err(|why| refused(why.to_string()))?;
    let found = fs::symlink_metadata(&folder).map_err(|why| refused(why.to_string()))?;
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(refused(format!("it belongs to user {}, not to the one that runs this", found.uid())));
    }
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o022 != 0 {
        return Err(refused(format!("others may write to it (mode {mode:o})")));
    }
    let mut config = CacheConfig::new();
    config.with_directory(&folder);
    Cache::new(config).map_err(|why| refused(format!("{why:#}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_others_may_write_to_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let refused = open(folder.path()).unwrap_err().to_string();
        assert!(refused.ends_with("others may write to it (mode 777)"), "{refused}");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        open(folder.path()).unwrap();
    }

    #[test]
    fn a_new_folder_is_the_hosts_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("compiled/code");
        open(&folder).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
