//! Opus's table of contents (RFC 6716, 3.1).

/// Samples of a packet at 48 kHz, by its first two bytes; none where they make no sense.
pub(super) fn samples(packet: &[u8]) -> Option<u32> {
    let toc = *packet.first()?;
    let configuration = u32::from(toc >> 3);
    let frame = match configuration {
        0..12 => [480, 960, 1_920, 2_880].get(configuration as usize & 3).copied()?,
        12..16 => 480 << (configuration & 1),
        _ => 120 << (configuration & 3),
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(packet.get(1)? & 0x3f),
    };
    // 120 ms at most (3.2.5, R5).
    Some(frame * frames).filter(|samples| (1..=5_760).contains(samples))
}

#[cfg(test)]
mod tests {
    use super::samples;

    #[test]
    fn a_packets_length_stands_in_its_first_bytes() {
        // Configurations 0 (10 ms), 3 (60 ms), 13 (20 ms), 16 (2.5 ms), 31 (20 ms).
        let one = |configuration: u8| samples(&[configuration << 3]);
        assert_eq!([0, 3, 12, 13, 16, 31].map(one), [480, 2_880, 480, 960, 120, 960].map(Some));
        assert_eq!((samples(&[31 << 3 | 1]), samples(&[31 << 3 | 3, 6])), (Some(1_920), Some(5_760)));
        assert_eq!(
            (samples(&[31 << 3 | 3, 7]), samples(&[3]), samples(&[]), samples(&[3, 0])),
            (None, None, None, None)
        );
    }
}
