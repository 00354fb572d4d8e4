//! A frame's header (ISO/IEC 11172-3, 2.4.2.3; ISO/IEC 13818-3, 2.4.2.3; MPEG-2.5 as Fraunhofer's encoders write it).

/// Bytes of it.
pub(super) const LENGTH: usize = 4;

/// A frame of layer II at 384 kbit/s and 32 kHz has 1,728 bytes and one of slack, one of layer III fewer.
pub(super) const LARGEST_FRAME: usize = 2_881;

/// Kbit/s by index: MPEG-1 layers II and III, then both layers of MPEG-2 and 2.5.
const RATES_1_II: [u32; 16] = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0];
const RATES_1_III: [u32; 16] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
const RATES_2: [u32; 16] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    One,
    Two,
    Three,
}

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// MPEG-1, and not one with half its rates or fewer.
    pub(super) is_mpeg1: bool,
    pub(super) layer: Layer,
    pub(super) sample_rate: u32,
    pub(super) channels: u32,
    /// Kbit/s; 0 where the stream keeps it to itself (free format).
    pub(super) bitrate: u32,
    /// Of the whole frame; of no use in free format.
    pub(super) bytes: usize,
    /// That it decodes to.
    pub(super) samples: u32,
}

impl Header {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let &[0xff, second, third, fourth] = bytes.first_chunk::<LENGTH>()? else { return None };
        let halvings = match second >> 3 {
            0b11111 => 0,
            0b11110 => 1,
            0b11100 => 2,
            _ => return None,
        };
        let layer = match second >> 1 & 3 {
            1 => Layer::Three,
            2 => Layer::Two,
            3 => Layer::One,
            _ => return None,
        };
        let rate = [44_100u32, 48_000, 32_000].get(usize::from(third >> 2 & 3))? >> halvings;
        if third >> 4 == 15 {
            return None;
        }
        let is_mpeg1 = halvings == 0;
        let rates = match (is_mpeg1, layer) {
            (true, Layer::Three) => RATES_1_III,
            (true, Layer::One | Layer::Two) => RATES_1_II,
            (false, _) => RATES_2,
        };
        let bitrate = rates.get(usize::from(third >> 4)).copied()?;
        let samples = match (is_mpeg1, layer) {
            (_, Layer::One) => 384,
            (_, Layer::Two) | (true, Layer::Three) => 1_152,
            (false, Layer::Three) => 576,
        };
        let bytes = samples / 8 * bitrate * 1_000 / rate + u32::from(third >> 1 & 1);
        let channels = if fourth >> 6 == 3 { 1 } else { 2 };
        Some(Self {
            is_mpeg1,
            layer,
            sample_rate: rate,
            channels,
            bitrate,
            bytes: usize::try_from(bytes).ok()?,
            samples,
        })
    }

    /// Whether another is of the same stream: rate and layer don't change, all else may.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (self.is_mpeg1, self.layer, self.sample_rate) == (other.is_mpeg1, other.layer, other.sample_rate)
            && self.bitrate > 0
    }
}
