//! Cyclic redundancy checks, most significant bit first, from zero and without a last change: both of FLAC (RFC 9639, 9.1.8 and
//! 9.3) and that of Ogg (RFC 3533, 6, field 7).

/// One check. Its remainder stands at the upper end of 32 bits, whatever its width.
pub(crate) struct Crc([u32; 256]);

/// x^8 + x^2 + x + 1.
pub(crate) static EIGHT: Crc = Crc::new(0x0700_0000);
/// x^16 + x^15 + x^2 + 1.
pub(crate) static SIXTEEN: Crc = Crc::new(0x8005_0000);
/// x^32 + x^26 + x^23 + x^22 + x^16 + x^12 + x^11 + x^10 + x^8 + x^7 + x^5 + x^4 + x^2 + x + 1.
pub(crate) static THIRTY_TWO: Crc = Crc::new(0x04c1_1db7);

impl Crc {
    const fn new(polynomial: u32) -> Self {
        let mut table = [0; 256];
        let mut byte = 0u8;
        loop {
            let (mut crc, mut bit) = ((byte as u32) << 24, 0);
            while bit < 8 {
                crc = if crc & 0x8000_0000 == 0 { crc << 1 } else { crc << 1 ^ polynomial };
                bit += 1;
            }
            #[expect(clippy::indexing_slicing, reason = "a byte is an index into 256 entries")]
            {
                table[byte as usize] = crc;
            }
            if byte == u8::MAX {
                break Self(table);
            }
            byte += 1;
        }
    }

    /// Goes on with one byte more; 0 over anything with its checksum behind it.
    pub(crate) fn next(&self, crc: u32, byte: u8) -> u32 {
        let [high, ..] = crc.to_be_bytes();
        crc << 8 ^ self.0.get(usize::from(high ^ byte)).copied().unwrap_or_default()
    }

    /// Over some bytes.
    pub(crate) fn of(&self, bytes: impl IntoIterator<Item = u8>) -> u32 {
        bytes.into_iter().fold(0, |crc, byte| self.next(crc, byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9639, appendix D.1: the header and the whole of its only frame.
    #[test]
    fn the_example_of_the_standard_has_its_checksums() {
        let frame = [0xff, 0xf8, 0x69, 0x18, 0x00, 0x00, 0xbf, 0x03, 0x58, 0xfd, 0x03, 0x12, 0x8b, 0xaa, 0x9a];
        assert_eq!(EIGHT.of(frame[..6].iter().copied()), 0xbf << 24);
        assert_eq!(SIXTEEN.of(frame), 0);
        assert_ne!(SIXTEEN.of(frame[..14].iter().copied()), 0);
    }
}
