//! Microsoft's ADPCM (New Multimedia Data Types and Data Techniques, 3.0, "ADPCM Wave Type").
//!
//! The seven predictors that every file must have are the only ones used: FFmpeg, too, knows no others.

use super::{clamped, scaled, too_short};

/// In 256ths: of the last sample, and of the one before it.
const PREDICTORS: [(i32, i32); 7] = [(256, 0), (512, -256), (0, 0), (192, 64), (240, 0), (460, -208), (392, -232)];

/// By how many 256ths a code makes the step grow.
const GROWTH: [i32; 16] = [230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230];

const LEAST_STEP: i32 = 16;

/// What FFmpeg cuts the step to. Samples of sixteen bits never ask for more than 60,000.
const MOST_STEP: i32 = i32::MAX / 768;

/// Each field of the header for all channels, the later sample first; then a code for each channel in turn.
pub(super) fn decode(block: &[u8], channels: usize, samples: &mut Vec<f32>) -> Result<(), String> {
    let (header, coded) = block.split_at_checked(7 * channels).ok_or_else(|| too_short(block))?;
    let mut states =
        (0..channels).map(|place| Channel::read(header, channels, place)).collect::<Result<Vec<_>, _>>()?;
    samples.extend(states.iter().map(|channel| scaled(channel.before)));
    samples.extend(states.iter().map(|channel| scaled(channel.last)));
    let whole = coded.len() * 2 / channels.max(1) * channels;
    let codes = coded.iter().flat_map(|byte| [byte >> 4, byte & 15]).take(whole);
    let mut place = 0;
    for code in codes {
        let Some(channel) = states.get_mut(place) else { break };
        samples.push(scaled(channel.next(code)?));
        place = (place + 1) % channels;
    }
    Ok(())
}

struct Channel {
    predictor: (i32, i32),
    step: i32,
    last: i32,
    before: i32,
}

impl Channel {
    fn read(header: &[u8], channels: usize, place: usize) -> Result<Self, String> {
        let (index, words) =
            (header.get(place).copied().unwrap_or(u8::MAX), header.get(channels..).unwrap_or_default());
        let word = |field: usize| {
            let word = words.as_chunks::<2>().0.get(field * channels + place).copied();
            i32::from(i16::from_le_bytes(word.unwrap_or_default()))
        };
        let predictor = PREDICTORS.get(usize::from(index)).copied().ok_or_else(|| format!("predictor {index}"))?;
        match word(0) {
            step @ ..0 => Err(format!("a step of {step}")),
            step => Ok(Self { predictor, step, last: word(1), before: word(2) }),
        }
    }

    fn next(&mut self, code: u8) -> Result<i32, String> {
        if self.step > MOST_STEP {
            return Err(format!("a step of {}", self.step));
        }
        let signed = i32::from(code) - if code & 8 == 0 { 0 } else { 16 };
        let predicted = (self.last * self.predictor.0 + self.before * self.predictor.1) / 256;
        let sample = clamped(predicted + signed * self.step);
        (self.before, self.last) = (self.last, sample);
        let growth = GROWTH.get(usize::from(code)).copied().unwrap_or(0);
        self.step = ((growth * self.step) >> 8).max(LEAST_STEP);
        Ok(sample)
    }
}
