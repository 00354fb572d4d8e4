//! Packets that say where they end (RFC 6716, appendix B), made into plain ones.

/// Takes the first packet of `from`, writes it to `plain` without its own end, and gives what follows it.
pub(super) fn take<'a>(from: &'a [u8], plain: &mut Vec<u8>) -> Option<&'a [u8]> {
    plain.clear();
    let (&toc, mut rest) = from.split_first()?;
    plain.push(toc);
    // How many bytes of frames and padding follow.
    let bytes = match toc & 3 {
        0 => length(&mut rest)?,
        1 => 2 * length(&mut rest)?,
        2 => {
            let first = coded_length(&mut rest, plain)?;
            first + length(&mut rest)?
        }
        _ => {
            let (&counts, after) = rest.split_first()?;
            rest = after;
            plain.push(counts);
            let padding = if counts & 0x40 == 0 { 0 } else { padding(&mut rest, plain)? };
            let frames = usize::from(counts & 0x3f);
            if counts & 0x80 == 0 {
                frames * length(&mut rest)? + padding
            } else {
                let mut sum = padding;
                for _ in 1..frames {
                    sum += coded_length(&mut rest, plain)?;
                }
                sum + length(&mut rest)?
            }
        }
    };
    let (frames, after) = rest.split_at_checked(bytes)?;
    plain.extend_from_slice(frames);
    Some(after)
}

/// RFC 6716, 3.2.1.
fn length(from: &mut &[u8]) -> Option<usize> {
    match **from {
        [short @ 0..=251, ref rest @ ..] => {
            *from = rest;
            Some(usize::from(short))
        }
        [first, second, ref rest @ ..] => {
            *from = rest;
            Some(4 * usize::from(second) + usize::from(first))
        }
        _ => None,
    }
}

/// A length that stands in the plain packet, too.
fn coded_length(from: &mut &[u8], plain: &mut Vec<u8>) -> Option<usize> {
    let before = *from;
    let length = length(from)?;
    plain.extend_from_slice(before.get(..before.len() - from.len())?);
    Some(length)
}

/// RFC 6716, 3.2.5: each 255 says "254, and there is more".
fn padding(from: &mut &[u8], plain: &mut Vec<u8>) -> Option<usize> {
    let mut sum = 0;
    loop {
        let (&byte, rest) = from.split_first()?;
        *from = rest;
        plain.push(byte);
        if byte < 255 {
            return Some(sum + usize::from(byte));
        }
        sum += 254;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(from: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut plain = Vec::new();
        take(from, &mut plain).map(|rest| (plain.clone(), rest.to_vec()))
    }

    #[test]
    fn each_way_of_packing_frames_loses_its_last_length() {
        assert_eq!(taken(&[0xf8, 2, 7, 8, 9]), Some((vec![0xf8, 7, 8], vec![9])));
        assert_eq!(taken(&[0xf9, 1, 7, 8, 9]), Some((vec![0xf9, 7, 8], vec![9])));
        assert_eq!(taken(&[0xfa, 1, 2, 7, 8, 8, 9]), Some((vec![0xfa, 1, 7, 8, 8], vec![9])));
        assert_eq!(taken(&[0xfb, 3, 1, 6, 7, 8, 9]), Some((vec![0xfb, 3, 6, 7, 8], vec![9])));
        assert_eq!(taken(&[0xfb, 0x82, 1, 2, 7, 8, 8, 9]), Some((vec![0xfb, 0x82, 1, 7, 8, 8], vec![9])));
        // One byte of padding at the end.
        assert_eq!(taken(&[0xfb, 0x41, 1, 1, 7, 0, 9]), Some((vec![0xfb, 0x41, 1, 7, 0], vec![9])));
    }

    #[test]
    fn lengths_above_251_take_two_bytes() {
        let mut long = vec![0xf8, 252, 1];
        long.extend([5; 256]);
        assert_eq!(taken(&long).unwrap().0.len(), 257);
        assert_eq!(taken(long.get(..200).unwrap()), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused(from: Vec<u8>) {
            let mut plain = Vec::new();
            if let Some(rest) = take(&from, &mut plain) {
                proptest::prop_assert!(plain.len() + rest.len() <= from.len());
            }
        }
    }
}
