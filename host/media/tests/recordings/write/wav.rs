//! WAVE files.

/// Chunks of a file, in order.
pub(crate) struct Wav {
    outer: [u8; 4],
    chunks: Vec<u8>,
}

impl Wav {
    pub(crate) fn riff() -> Self {
        Self { outer: *b"RIFF", chunks: Vec::new() }
    }

    pub(crate) fn rf64() -> Self {
        Self { outer: *b"RF64", chunks: Vec::new() }
    }

    /// A chunk whose size is true, padded to an even length.
    pub(crate) fn chunk(self, id: &[u8; 4], body: &[u8]) -> Self {
        let size = body.len() as u32;
        self.claiming(id, size, body)
    }

    /// A chunk that claims some other size.
    pub(crate) fn claiming(mut self, id: &[u8; 4], size: u32, body: &[u8]) -> Self {
        self.chunks.extend_from_slice(id);
        self.chunks.extend_from_slice(&size.to_le_bytes());
        self.chunks.extend_from_slice(body);
        if body.len() % 2 == 1 {
            self.chunks.push(0);
        }
        self
    }

    pub(crate) fn pcm(self, channels: u16, rate: u32, bits: u16) -> Self {
        self.format(1, channels, rate, bits)
    }

    pub(crate) fn format(self, tag: u16, channels: u16, rate: u32, bits: u16) -> Self {
        let align = channels.saturating_mul(bits / 8);
        self.chunk(b"fmt ", &format(tag, channels, rate, align, bits))
    }

    /// The outer chunk's size is true.
    pub(crate) fn file(self) -> Vec<u8> {
        let size = self.chunks.len() as u32 + 4;
        self.file_claiming(size)
    }

    pub(crate) fn file_claiming(self, size: u32) -> Vec<u8> {
        [self.outer.as_slice(), &size.to_le_bytes(), b"WAVE", &self.chunks].concat()
    }
}

pub(crate) fn format(tag: u16, channels: u16, rate: u32, align: u16, bits: u16) -> Vec<u8> {
    let per_second = rate.wrapping_mul(u32::from(align));
    [
        tag.to_le_bytes().as_slice(),
        &channels.to_le_bytes(),
        &rate.to_le_bytes(),
        &per_second.to_le_bytes(),
        &align.to_le_bytes(),
        &bits.to_le_bytes(),
    ]
    .concat()
}

/// WAVEFORMATEXTENSIBLE.
pub(crate) fn extensible(tag: u16, channels: u16, rate: u32, bits: u16, mask: u32) -> Vec<u8> {
    let mut body = format(0xfffe, channels, rate, channels * (bits / 8), bits);
    body.extend_from_slice(&22u16.to_le_bytes());
    body.extend_from_slice(&bits.to_le_bytes());
    body.extend_from_slice(&mask.to_le_bytes());
    body.extend_from_slice(&tag.to_le_bytes());
    body.extend_from_slice(&[0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]);
    body
}

pub(crate) fn ds64(outer: u64, data: u64) -> Vec<u8> {
    [outer.to_le_bytes().as_slice(), &data.to_le_bytes(), &[0; 12]].concat()
}
