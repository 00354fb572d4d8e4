//! MPEG audio: frames of silence.

/// Layer III at 128 kbit/s, 44.1 kHz, stereo: no side information but zeros.
fn frame() -> Vec<u8> {
    let mut frame = vec![0; 417];
    frame[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0x04]);
    frame
}

/// So many frames; the first counts the others.
pub(crate) fn counted(frames: u32) -> Vec<u8> {
    let mut first = frame();
    first[36..44].copy_from_slice(b"Info\0\0\0\x03");
    first[44..48].copy_from_slice(&frames.to_be_bytes());
    first[48..52].copy_from_slice(&((frames + 1) * 417).to_be_bytes());
    first[52..56].copy_from_slice(b"LAME");
    // 576 samples in front, 576 at the end.
    first[73..76].copy_from_slice(&[0x24, 0x02, 0x40]);
    [first, bare(frames)].concat()
}

/// So many frames.
pub(crate) fn bare(frames: u32) -> Vec<u8> {
    frame().repeat(frames as usize)
}

/// An empty ID3v2 tag of so many bytes.
pub(crate) fn tag(bytes: u32) -> Vec<u8> {
    let size = [21, 14, 7, 0].map(|shift| (((bytes - 10) >> shift) & 0x7f) as u8);
    let mut tag = [b"ID3\x04\0\0".as_slice(), &size].concat();
    tag.resize(bytes as usize, 0);
    tag
}
