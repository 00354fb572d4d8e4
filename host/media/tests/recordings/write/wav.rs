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

/// RIFX: all numbers big-endian.
pub(crate) fn rifx(tag: u16, channels: u16, rate: u32, bits: u16, samples: &[u8]) -> Vec<u8> {
    let align = channels * (bits / 8);
    let words = |words: &[u16]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
    let format = [
        words(&[tag, channels]),
        rate.to_be_bytes().to_vec(),
        (rate * u32::from(align)).to_be_bytes().to_vec(),
        words(&[align, bits]),
    ]
    .concat();
    let chunk = |id: &[u8; 4], body: &[u8]| [id, &(body.len() as u32).to_be_bytes()[..], body].concat();
    let inside = [b"WAVE".to_vec(), chunk(b"fmt ", &format), chunk(b"data", samples)].concat();
    chunk(b"RIFX", &inside)
}

/// Wave64: a GUID for each chunk's letters, sizes with their headers, bodies padded to eight bytes.
pub(crate) fn wave64(format: &[u8], samples: &[u8], claimed: Option<u64>) -> Vec<u8> {
    let guid = |id: &[u8; 4]| [id, &[0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a][..]].concat();
    let chunk = |id: &[u8; 4], body: &[u8], size: Option<u64>| {
        let size = size.unwrap_or(body.len() as u64 + 24);
        let padding = vec![0; body.len().next_multiple_of(8) - body.len()];
        [guid(id), size.to_le_bytes().to_vec(), body.to_vec(), padding].concat()
    };
    let inside =
        [guid(b"wave"), chunk(b"junk", b"odd", None), chunk(b"fmt ", format, None), chunk(b"data", samples, claimed)];
    let inside = inside.concat();
    let riff = [b"riff", &[0x2e, 0x91, 0xcf, 0x11, 0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0, 0][..]].concat();
    [riff, (inside.len() as u64 + 24).to_le_bytes().to_vec(), inside].concat()
}
