//! Files that the pipeline grants to the analyzer: models, lexica. Names are the pipeline's.

use crate::{Error, Result};

/// Bytes of a file; none where it isn't granted.
pub fn size(name: &str) -> Option<u64> {
    source::size(name)
}

/// Bytes from `offset`; fewer than `len` only at the end of the file.
pub fn read(name: &str, offset: u64, len: u32) -> Vec<u8> {
    source::read(name, offset, len)
}

/// A whole file.
///
/// # Errors
/// [`Error::Failed`] where it isn't granted or doesn't fit into the sandbox.
pub fn read_all(name: &str) -> Result<Vec<u8>> {
    let size = size(name).ok_or_else(|| Error::Failed(format!("the pipeline grants no asset `{name}`")))?;
    let len =
        u32::try_from(size).map_err(|_| Error::Failed(format!("asset `{name}` has {size} bytes, more than 4 GiB")))?;
    Ok(read(name, 0, len))
}

#[cfg(target_arch = "wasm32")]
use crate::bindings::rushes::analyzer::assets as source;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native as source;

/// What the harness grants on this thread.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod native {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    thread_local! {
        static GRANTED: RefCell<BTreeMap<String, Vec<u8>>> = const { RefCell::new(BTreeMap::new()) };
    }

    pub(crate) fn grant(assets: BTreeMap<String, Vec<u8>>) {
        GRANTED.set(assets);
    }

    pub(super) fn size(name: &str) -> Option<u64> {
        GRANTED.with_borrow(|granted| granted.get(name).map(|bytes| bytes.len() as u64))
    }

    pub(super) fn read(name: &str, offset: u64, len: u32) -> Vec<u8> {
        GRANTED.with_borrow(|granted| {
            let bytes = granted.get(name).map_or(&[][..], Vec::as_slice);
            let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
            bytes.iter().skip(from).take(len as usize).copied().collect()
        })
    }
}
