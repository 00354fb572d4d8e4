//! A few small blocks of an object, for indexes that are probed here and there.

use std::collections::HashMap;

use bytes::Bytes;

/// Bytes of a block. A probe of an index reads one box and then the next beside it; 256 KiB hold a typical one whole.
pub(crate) const BLOCK: u64 = 256 << 10;

/// Blocks kept: 8 MiB.
const MOST: usize = 32;

/// The blocks that were used last.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    kept: HashMap<u64, (Bytes, u64)>,
    uses: u64,
}

impl Blocks {
    pub(crate) fn get(&mut self, index: u64) -> Option<Bytes> {
        self.uses += 1;
        let (bytes, used) = self.kept.get_mut(&index)?;
        *used = self.uses;
        Some(bytes.clone())
    }

    pub(crate) fn put(&mut self, index: u64, bytes: Bytes) {
        if self.kept.len() >= MOST
            && let Some(oldest) = self.kept.iter().min_by_key(|(_, (_, used))| *used).map(|(index, _)| *index)
        {
            self.kept.remove(&oldest);
        }
        self.uses += 1;
        self.kept.insert(index, (bytes, self.uses));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let mut blocks = Blocks::default();
        for index in 0..32 {
            blocks.put(index, Bytes::from_static(b"x"));
        }
        assert!(blocks.get(0).is_some());
        blocks.put(32, Bytes::from_static(b"y"));
        assert!(blocks.get(0).is_some());
        assert!(blocks.get(1).is_none());
    }
}
