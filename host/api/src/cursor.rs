//! Where a list goes on, as a word that callers hand back.

use rushes_store::Cursor;

/// `1769860800123.0198…`
pub(crate) fn written(cursor: Cursor) -> String {
    format!("{}.{}", cursor.created_at_ms, cursor.id)
}

/// The word read back; none if it isn't one of ours.
pub(crate) fn read(text: &str) -> Option<Cursor> {
    let (created_at, id) = text.split_once('.')?;
    Some(Cursor { created_at_ms: created_at.parse().ok()?, id: id.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use rushes_model::JobId;

    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        let cursor = Cursor { created_at_ms: 1_769_860_800_123, id: JobId::new() };
        assert_eq!(read(&written(cursor)), Some(cursor));
        assert_eq!(read("tomorrow"), None);
        assert_eq!(read("1.2"), None);
    }
}
