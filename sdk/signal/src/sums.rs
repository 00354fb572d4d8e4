//! Sums of samples and of their squares, channel by channel.

/// Sums over one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ChannelSum {
    /// Of the samples: divided by their number, the DC offset.
    pub sum: f64,
    /// Of their squares.
    pub squares: f64,
}

/// Sums over a few hundred interleaved frames.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    /// Each channel's.
    pub channels: Vec<ChannelSum>,
    /// Of left times right, with two channels.
    pub cross: f64,
    /// Whether left and right differ anywhere, with two channels.
    pub differ: bool,
}

/// Lanes of a turn: a multiple of 1, 2, 4 and 8 channels.
const LANES: usize = 8;

impl Sums {
    /// For so many channels.
    pub fn new(channels: usize) -> Self {
        Self { channels: vec![ChannelSum::default(); channels.max(1)], cross: 0.0, differ: false }
    }

    /// Measures interleaved frames, forgetting those before.
    pub fn measure(&mut self, interleaved: &[f32]) {
        self.channels.fill(ChannelSum::default());
        (self.cross, self.differ) = (0.0, false);
        if LANES.is_multiple_of(self.channels.len()) {
            let done = self.in_lanes(interleaved);
            self.one_by_one(&interleaved[done..]);
        } else {
            self.one_by_one(interleaved);
        }
    }

    /// Most of it, eight samples in a turn; returns how many. Lane n belongs to channel n modulo their number.
    fn in_lanes(&mut self, interleaved: &[f32]) -> usize {
        let is_stereo = self.channels.len() == 2;
        let (mut sums, mut squares) = ([0.0; LANES], [0.0; LANES]);
        let mut cross = [0.0; LANES / 2];
        let mut differ = false;
        for turn in interleaved.chunks_exact(LANES) {
            for lane in 0..LANES {
                let sample = f64::from(turn[lane]);
                sums[lane] += sample;
                squares[lane] += sample * sample;
            }
            if is_stereo {
                for lane in 0..LANES / 2 {
                    let (left, right) = (turn[2 * lane], turn[2 * lane + 1]);
                    cross[lane] += f64::from(left) * f64::from(right);
                    differ |= left != right;
                }
            }
        }
        let channels = self.channels.len();
        for lane in 0..LANES {
            let channel = &mut self.channels[lane % channels];
            channel.sum += sums[lane];
            channel.squares += squares[lane];
        }
        self.cross = cross.iter().sum();
        self.differ = differ;
        interleaved.len() / LANES * LANES
    }

    fn one_by_one(&mut self, interleaved: &[f32]) {
        for frame in interleaved.chunks_exact(self.channels.len()) {
            for (channel, &sample) in self.channels.iter_mut().zip(frame) {
                channel.sum += f64::from(sample);
                channel.squares += f64::from(sample) * f64::from(sample);
            }
            if let &[left, right] = frame {
                self.cross += f64::from(left) * f64::from(right);
                self.differ |= left != right;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_has_its_own_sums_whatever_their_number() {
        for channels in 1..=9 {
            let frames = 37;
            let interleaved: Vec<f32> = (0..frames * channels).map(|n| (n % channels) as f32 + 1.0).collect();
            let mut sums = Sums::new(channels);
            sums.measure(&interleaved);
            for (index, channel) in sums.channels.iter().enumerate() {
                let value = index as f64 + 1.0;
                assert_eq!(*channel, ChannelSum { sum: value * 37.0, squares: value * value * 37.0 }, "{channels}");
            }
        }
    }

    #[test]
    fn left_and_right_are_compared_sample_by_sample() {
        let mut sums = Sums::new(2);
        sums.measure(&[0.5; 20]);
        assert_eq!((sums.differ, sums.cross), (false, 2.5));
        let mut samples = [0.5; 20];
        samples[19] = 0.25;
        sums.measure(&samples);
        assert!(sums.differ);
        samples[19] = 0.5;
        samples[1] = 0.25;
        sums.measure(&samples);
        assert!(sums.differ);
    }
}
