//! Elements: an id, a size, a body (RFC 8794).

/// The longest header: four bytes of id (RFC 9559, 4.1) and eight of size.
pub(super) const HEADER: usize = 12;

/// What an element begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// With its marker.
    pub(super) id: u32,
    /// Of the body; none where it is unknown: the element lasts until one that can't lie in it.
    pub(super) size: Option<u64>,
    /// Bytes of the header itself.
    pub(super) length: usize,
}

impl Header {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (id, id_length) = number(bytes, 4)?;
        let id = u32::try_from(id | 1 << (id_length * 7)).ok()?;
        let (size, size_length) = number(bytes.get(id_length..)?, 8)?;
        let is_unknown = size == (1 << (size_length * 7)) - 1;
        Some(Self { id, size: (!is_unknown).then_some(size), length: id_length + size_length })
    }
}

/// A number of variable length without its marker, and how many bytes it has (RFC 8794, 4).
pub(super) fn number(bytes: &[u8], most: usize) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    if length > most {
        return None;
    }
    let value = bytes.get(..length)?.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    Some((value & !(1 << (length * 7)), length))
}

/// An element in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) id: u32,
    pub(super) body: &'a [u8],
}

/// The elements of a body, up to the first that makes no sense; what reaches past its parent is cut to it.
pub(super) fn elements(body: &[u8]) -> impl Iterator<Item = Element<'_>> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let header = Header::read(rest)?;
        let inside = rest.get(header.length..)?;
        let size = header.size.and_then(|size| usize::try_from(size).ok()).unwrap_or(usize::MAX).min(inside.len());
        let (body, after) = inside.split_at_checked(size)?;
        rest = after;
        Some(Element { id: header.id, body })
    })
}

impl Element<'_> {
    /// As an unsigned integer; longer ones than eight bytes are none.
    pub(super) fn unsigned(&self) -> Option<u64> {
        (self.body.len() <= 8).then(|| self.body.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// As a signed integer.
    pub(super) fn signed(&self) -> Option<i64> {
        let unused = 64 - u32::try_from(self.body.len()).ok()?.checked_mul(8).filter(|bits| *bits <= 64)?;
        let value = self.unsigned()?.cast_signed();
        Some(if unused == 64 { 0 } else { value << unused >> unused })
    }

    /// As a floating-point number that is one.
    pub(super) fn float(&self) -> Option<f64> {
        let value = match *self.body {
            [] => 0.0,
            [a, b, c, d] => f64::from(f32::from_be_bytes([a, b, c, d])),
            [a, b, c, d, e, f, g, h] => f64::from_be_bytes([a, b, c, d, e, f, g, h]),
            _ => return None,
        };
        value.is_finite().then_some(value)
    }

    /// As text, which zeros may follow.
    pub(super) fn text(&self) -> String {
        let end = self.body.iter().position(|byte| *byte == 0).unwrap_or(self.body.len()).min(LONGEST_TEXT);
        String::from_utf8_lossy(self.body.get(..end).unwrap_or_default()).into_owned()
    }
}

/// Codec ids and languages have some ten letters.
const LONGEST_TEXT: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_bytes_as_their_first_says() {
        assert_eq!(number(&[0x81], 8), Some((1, 1)));
        assert_eq!(number(&[0x40, 0x7f, 9], 8), Some((127, 2)));
        assert_eq!(number(&[0x01, 0, 0, 0, 0, 0, 1, 0], 8), Some((256, 8)));
        assert_eq!(number(&[0x01, 0, 0], 8), None);
        assert_eq!(number(&[0x08, 0, 0, 0, 0], 4), None);
        assert_eq!(number(&[0; 9], 8), None);
    }

    #[test]
    fn a_size_of_ones_is_unknown() {
        let header = Header::read(&[0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(header, Some(Header { id: super::super::id::CLUSTER, size: None, length: 12 }));
        assert_eq!(Header::read(&[0xec, 0xff]).and_then(|header| header.size), None);
        assert_eq!(Header::read(&[0xec, 0xfe]).and_then(|header| header.size), Some(126));
    }

    #[test]
    fn integers_keep_their_sign() {
        let signed = |body: &[u8]| Element { id: 0, body }.signed();
        assert_eq!((signed(&[0xff]), signed(&[0x80, 0]), signed(&[0x7f])), (Some(-1), Some(-32_768), Some(127)));
        assert_eq!((signed(&[]), signed(&[0xff; 8]), signed(&[0; 9])), (Some(0), Some(-1), None));
    }
}
