//! A page (RFC 3533, 6): header, sizes of segments, bodies.

use crate::crc::THIRTY_TWO;

/// Bytes of a header without its segments' sizes.
pub(super) const HEADER: usize = 27;

/// Of a page with 255 segments of 255 bytes.
pub(super) const LARGEST: usize = HEADER + 255 + 255 * 255;

/// What a page's header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Its first bytes go on with a packet of the page before.
    pub(super) is_continued: bool,
    pub(super) is_first: bool,
    pub(super) is_last: bool,
    /// Samples up to the end of the last packet that ends in it; -1 where none does.
    pub(super) granule: i64,
    pub(super) serial: u32,
    pub(super) number: u32,
    /// Of the header with the sizes.
    pub(super) head: usize,
    sizes: Vec<u8>,
}

impl Page {
    /// The page at the beginning of some bytes; none where there isn't one, whole and undamaged.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
        let fields = header.strip_prefix(b"OggS\0")?;
        let (&[flags], fields) = fields.split_first_chunk::<1>()?;
        let (granule, fields) = fields.split_first_chunk::<8>()?;
        let (serial, fields) = fields.split_first_chunk::<4>()?;
        let (number, fields) = fields.split_first_chunk::<4>()?;
        let (checksum, count) = fields.split_first_chunk::<4>()?;
        let sizes = rest.get(..usize::from(*count.first()?))?.to_vec();
        let page = Self {
            is_continued: flags & 1 != 0,
            is_first: flags & 2 != 0,
            is_last: flags & 4 != 0,
            granule: i64::from_le_bytes(*granule),
            serial: u32::from_le_bytes(*serial),
            number: u32::from_le_bytes(*number),
            head: HEADER + sizes.len(),
            sizes,
        };
        let whole = bytes.get(..page.bytes())?;
        (checksum_of(whole) == u32::from_le_bytes(*checksum)).then_some(page)
    }

    /// Of the whole page.
    pub(super) fn bytes(&self) -> usize {
        self.head + self.sizes.iter().map(|size| usize::from(*size)).sum::<usize>()
    }

    /// Where each packet's part lies in the page, and whether it ends there.
    pub(super) fn parts(&self) -> Vec<(usize, usize, bool)> {
        let (mut parts, mut at, mut size) = (Vec::new(), self.head, 0);
        for segment in &self.sizes {
            size += usize::from(*segment);
            if *segment < 255 {
                parts.push((at, size, true));
                at += size;
                size = 0;
            }
        }
        if size > 0 {
            parts.push((at, size, false));
        }
        parts
    }
}

/// Over all of a page, with zeros in the checksum's own place.
fn checksum_of(page: &[u8]) -> u32 {
    THIRTY_TWO.of(page.iter().enumerate().map(|(at, byte)| if (22..26).contains(&at) { 0 } else { *byte }))
}
