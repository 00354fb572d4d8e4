//! Vorbis under object type 0xdd, which no standard describes: its three headers, joined in either of two ways.

/// The headers, laced as in Matroska (RFC 9559, 5.1.4.1.22): FFmpeg writes them so; GPAC puts 16 bits of length before each.
pub(super) fn laced(headers: Vec<u8>) -> Option<Vec<u8>> {
    if headers.first() == Some(&2) {
        return Some(headers);
    }
    let mut rest = headers.as_slice();
    let mut parts = [[].as_slice(); 3];
    for part in &mut parts {
        let (length, after) = rest.split_first_chunk::<2>()?;
        (*part, rest) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    }
    let [identification, comment, setup] = parts;
    if !identification.starts_with(b"\x01vorbis") || !setup.starts_with(b"\x05vorbis") {
        return None;
    }
    let mut laced = vec![2];
    for header in [identification, comment] {
        // As many bytes of 255 as fit, and what is left (Xiph lacing).
        laced.extend(std::iter::repeat_n(255, header.len() / 255));
        laced.extend(u8::try_from(header.len() % 255));
    }
    laced.extend([identification, comment, setup].concat());
    Some(laced)
}
