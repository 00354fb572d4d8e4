//! What a component says about itself, in the host's words.

use std::num::NonZeroU32;

use rushes_model::media::{self, AudioRequest, Feed, Input, PixelFormat, Sampling, Segmentation, VideoRequest};

use super::types;

impl From<types::Descriptor> for media::Descriptor {
    fn from(wire: types::Descriptor) -> Self {
        Self {
            name: wire.name,
            version: wire.version,
            summary: wire.summary,
            inputs: wire.inputs.into_iter().map(input).collect(),
            segmentation: match wire.segmentation {
                types::Segmentation::Whole => Segmentation::Whole,
                types::Segmentation::Chained => Segmentation::Chained,
                types::Segmentation::Independent(lead_in_ms) => Segmentation::Independent { lead_in_ms },
            },
            params_schema: wire.params_schema,
            merge_params_schema: wire.merge_params_schema,
            summary_schema: wire.summary_schema,
            extra: wire.extra,
        }
    }
}

fn input(wire: types::Input) -> Input {
    let feed = match wire.feed {
        types::Feed::Audio(audio) => Feed::Audio(AudioRequest {
            // 0 samples a second can't be meant; it is the track's own then.
            sample_rate: audio.sample_rate.and_then(NonZeroU32::new),
            mono: audio.mono,
            block_ms: audio.block_ms,
        }),
        types::Feed::Video(video) => Feed::Video(VideoRequest {
            max_side: video.max_side,
            pixels: match video.pixels {
                types::PixelFormat::Gray8 => PixelFormat::Gray8,
                types::PixelFormat::Rgb8 => PixelFormat::Rgb8,
                types::PixelFormat::Yuv420p => PixelFormat::Yuv420p,
            },
            sampling: match video.sampling {
                types::Sampling::EveryFrame => Sampling::EveryFrame,
                types::Sampling::Interval(us) => Sampling::Interval(us),
                types::Sampling::Keyframes(us) => Sampling::Keyframes(us),
            },
        }),
        types::Feed::Transcript => Feed::Transcript,
        types::Feed::Bytes(size) => Feed::Bytes(size),
    };
    Input { feed, required: wire.required }
}
