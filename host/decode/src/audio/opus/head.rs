//! The identification header of an Opus stream (RFC 7845, 5.1).

use super::CODEC;
use crate::audio::channels::{Layout, VORBIS_LAYOUTS};
use crate::error::{Error, Result};

/// Stands for silence in a table of channels (RFC 7845, 5.1.1).
const SILENT: u8 = 255;

/// What the header says, checked.
pub(super) struct Head {
    /// Factor for each sample; 1 in nearly every file.
    pub(super) gain: f32,
    /// At least one.
    pub(super) streams: usize,
    /// How many of the streams, from the first on, are pairs.
    coupled: usize,
    /// For each channel, in the stream's order, which of the decoded ones it is.
    table: Vec<u8>,
    layout: Layout,
}

impl Head {
    pub(super) fn parse(extra: &[u8]) -> Result<Self> {
        let Some((fixed, rest)) = extra.split_first_chunk::<19>() else { return Err(broken("it is too short")) };
        let [
            b'O',
            b'p',
            b'u',
            b's',
            b'H',
            b'e',
            b'a',
            b'd',
            version,
            channels,
            _,
            _,
            _,
            _,
            _,
            _,
            gain_low,
            gain_high,
            family,
        ] = *fixed
        else {
            return Err(broken("it doesn't begin with OpusHead"));
        };
        if version >> 4 != 0 {
            return Err(Error::Unsupported { codec: CODEC, what: format!("version {version}") });
        }
        let channels = usize::from(channels);
        let (streams, coupled, table) = match (family, channels) {
            (0, 1) => (1, 0, vec![0]),
            (0, 2) => (1, 1, vec![0, 1]),
            (1, 1..=8) | (255, 1..) => explicit(rest, channels)?,
            (0 | 1 | 255, _) => return Err(broken(&format!("{channels} channels in mapping family {family}"))),
            _ => return Err(Error::Unsupported { codec: CODEC, what: format!("channel mapping family {family}") }),
        };
        let layout = match family {
            0 | 1 => VORBIS_LAYOUTS.get(channels.wrapping_sub(1)).copied().unwrap_or(Layout::UNKNOWN),
            _ => Layout::UNKNOWN,
        };
        Ok(Self { gain: factor(i16::from_le_bytes([gain_low, gain_high])), streams, coupled, table, layout })
    }

    /// Of one stream.
    pub(super) fn channels_of(&self, stream: usize) -> usize {
        if stream < self.coupled { 2 } else { 1 }
    }

    /// Names in the order of the output.
    pub(super) fn names(&self) -> Vec<String> {
        self.layout.names(self.table.len())
    }

    /// Where each channel of the output comes from: stream and channel of it, none for silence.
    pub(super) fn sources(&self) -> Vec<Option<(usize, usize)>> {
        let source = |decoded: u8| {
            let decoded = usize::from(decoded);
            match decoded.checked_sub(2 * self.coupled) {
                _ if decoded == usize::from(SILENT) => None,
                Some(single) => Some((self.coupled + single, 0)),
                None => Some((decoded / 2, decoded % 2)),
            }
        };
        let place = |place| source(self.table.get(self.layout.source(place)).copied().unwrap_or(SILENT));
        (0..self.table.len()).map(place).collect()
    }
}

/// Streams, pairs among them, and the table (RFC 7845, 5.1.1).
fn explicit(rest: &[u8], channels: usize) -> Result<(usize, usize, Vec<u8>)> {
    let [streams, coupled, table @ ..] = rest else { return Err(broken("it is too short for its channels")) };
    let table = table.get(..channels).ok_or_else(|| broken("it is too short for its channels"))?;
    let (streams, coupled) = (usize::from(*streams), usize::from(*coupled));
    let decoded = streams + coupled;
    if streams == 0 || coupled > streams || decoded > 255 {
        return Err(broken(&format!("{coupled} of {streams} streams are pairs")));
    }
    match table.iter().find(|&&channel| channel != SILENT && usize::from(channel) >= decoded) {
        Some(channel) => Err(broken(&format!("channel {channel} of {decoded}"))),
        None => Ok((streams, coupled, table.to_vec())),
    }
}

/// Of the output gain, in 1/256 dB.
fn factor(gain: i16) -> f32 {
    if gain == 0 { 1.0 } else { 10f64.powf(f64::from(gain) / (20.0 * 256.0)) as f32 }
}

fn broken(what: &str) -> Error {
    Error::Configuration { codec: CODEC, what: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(channels: u8, family: u8, table: &[u8]) -> Result<Head> {
        let mut extra = b"OpusHead\x01".to_vec();
        extra.extend([channels, 0, 0, 0, 0, 0, 0, 0, 0, family]);
        extra.extend(table);
        Head::parse(&extra)
    }

    #[test]
    fn channels_come_out_in_waves_order() {
        // RFC 7845, 5.1.1.2: front left, centre, front right, rear left, rear right, LFE.
        let surround = head(6, 1, &[4, 2, 0, 4, 1, 2, 3, 5]).unwrap();
        assert_eq!(surround.names(), ["FL", "FR", "FC", "LFE", "BL", "BR"]);
        let (pair, single) = (|stream, side| Some((stream, side)), |stream| Some((stream, 0)));
        assert_eq!(surround.sources(), [pair(0, 0), pair(0, 1), single(2), single(3), pair(1, 0), pair(1, 1)]);
    }

    #[test]
    fn a_channel_may_be_silent_and_a_stream_heard_twice() {
        let odd = head(3, 255, &[1, 0, 0, 255, 0]).unwrap();
        assert_eq!(odd.sources(), [Some((0, 0)), None, Some((0, 0))]);
        assert_eq!(odd.names(), ["", "", ""]);
    }

    #[test]
    fn tables_that_name_what_is_not_there_are_refused() {
        assert!(matches!(head(2, 1, &[1, 0, 0, 1]), Err(Error::Configuration { .. })));
        assert!(matches!(head(2, 1, &[1, 2, 0, 1]), Err(Error::Configuration { .. })));
        assert!(matches!(head(2, 1, &[0, 0, 255, 255]), Err(Error::Configuration { .. })));
        assert!(matches!(head(2, 1, &[2, 0, 0]), Err(Error::Configuration { .. })));
        assert!(matches!(head(9, 1, &[9, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]), Err(Error::Configuration { .. })));
        assert!(matches!(head(4, 3, &[2, 2, 0, 1, 2, 3]), Err(Error::Unsupported { .. })));
    }

    #[test]
    fn the_gain_is_in_parts_of_a_decibel() {
        assert_eq!(factor(0), 1.0);
        assert!((factor(-20 * 256) - 0.1).abs() < 1e-7);
    }
}
