//! The two checksums of FLAC (RFC 9639, 9.1.8 and 9.3).

/// x^8 + x^2 + x + 1.
const EIGHT: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0u8;
    loop {
        let (mut crc, mut bit) = (byte, 0);
        while bit < 8 {
            crc = if crc & 0x80 == 0 { crc << 1 } else { crc << 1 ^ 0x07 };
            bit += 1;
        }
        #[expect(clippy::indexing_slicing, reason = "a byte is an index into 256 entries")]
        {
            table[byte as usize] = crc;
        }
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// x^16 + x^15 + x^2 + 1.
const SIXTEEN: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0u8;
    loop {
        let (mut crc, mut bit) = ((byte as u16) << 8, 0);
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x8005 };
            bit += 1;
        }
        #[expect(clippy::indexing_slicing, reason = "a byte is an index into 256 entries")]
        {
            table[byte as usize] = crc;
        }
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// Of a header; 0 over a header with its checksum.
pub(super) fn eight(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| EIGHT.get(usize::from(crc ^ byte)).copied().unwrap_or_default())
}

/// Goes on with one byte more; 0 over a frame with its checksum.
pub(super) fn sixteen(crc: u16, byte: u8) -> u16 {
    let [high, low] = crc.to_be_bytes();
    let entry = SIXTEEN.get(usize::from(high ^ byte)).copied().unwrap_or_default();
    u16::from(low) << 8 ^ entry
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9639, appendix D.1: the header and the whole of its only frame.
    #[test]
    fn the_example_of_the_standard_has_its_checksums() {
        let frame = [0xff, 0xf8, 0x69, 0x18, 0x00, 0x00, 0xbf, 0x03, 0x58, 0xfd, 0x03, 0x12, 0x8b, 0xaa, 0x9a];
        assert_eq!(eight(&frame[..6]), 0xbf);
        assert_eq!(frame.iter().fold(0, |crc, byte| sixteen(crc, *byte)), 0);
    }
}
