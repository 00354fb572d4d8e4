//! IMA ADPCM (IMA, Recommended Practices for Enhancing Digital Audio Compatibility, 3.0; Microsoft, New Multimedia Data
//! Types, 3.0, "DVI ADPCM Wave Type"). The difference is rounded once and not in each of its parts, as FFmpeg has it.

use super::{clamped, scaled, too_short};

/// By how many places a code moves in the table of steps.
const MOVES: [i32; 8] = [-1, -1, -1, -1, 2, 4, 6, 8];

const STEPS: [i32; 89] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107,
    118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963,
    1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894,
    6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794,
    32767,
];

/// A header for each channel, then four bytes (eight samples) of each in turn.
pub(super) fn decode(block: &[u8], channels: usize, samples: &mut Vec<f32>) -> Result<(), String> {
    let (headers, coded) = block.split_at_checked(4 * channels).ok_or_else(|| too_short(block))?;
    let states = headers.as_chunks::<4>().0.iter().map(|&header| Channel::read(header));
    let states = states.collect::<Result<Vec<_>, _>>()?;
    samples.extend(states.iter().map(|channel| scaled(channel.sample)));
    let begin = samples.len();
    let groups = coded.chunks_exact(4 * channels);
    samples.resize(begin + groups.len() * 8 * channels, 0.0);
    for (place, mut channel) in states.into_iter().enumerate() {
        let bytes = groups.clone().flat_map(|group| group.iter().skip(4 * place).take(4));
        let codes = bytes.flat_map(|byte| [byte & 15, byte >> 4]);
        for (sample, code) in samples.iter_mut().skip(begin + place).step_by(channels).zip(codes) {
            *sample = scaled(channel.next(code));
        }
    }
    Ok(())
}

struct Channel {
    sample: i32,
    index: i32,
}

impl Channel {
    /// The last byte is reserved, and 0.
    fn read([low, high, index, reserved]: [u8; 4]) -> Result<Self, String> {
        if usize::from(index) >= STEPS.len() || reserved != 0 {
            return Err(format!("a step index of {}", u16::from_le_bytes([index, reserved])));
        }
        Ok(Self { sample: i32::from(i16::from_le_bytes([low, high])), index: i32::from(index) })
    }

    fn next(&mut self, code: u8) -> i32 {
        let step = usize::try_from(self.index).ok().and_then(|index| STEPS.get(index)).copied().unwrap_or(0);
        let size = code & 7;
        let difference = ((2 * i32::from(size) + 1) * step) >> 3;
        self.sample = clamped(if code & 8 == 0 { self.sample + difference } else { self.sample - difference });
        let moved = MOVES.get(usize::from(size)).copied().unwrap_or(0);
        self.index = (self.index + moved).clamp(0, STEPS.len() as i32 - 1);
        self.sample
    }
}
