//! What a packet tells of itself by its first bytes, for containers that don't say it, or say it wrongly: how many samples
//! it holds, whether decoding can begin at it, whether it is shown.

mod opus;
mod picture;
mod samples;
mod vorbis;

pub(crate) use picture::{Look, Pictures};
pub(crate) use samples::Samples;
