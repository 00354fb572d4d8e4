//! Measuring kernels for analyzers: sound and pictures in, numbers out.
//!
//! Start from [`KWeighting`] for sound and from [`picture::Luma`] for pictures. Everything here is a plain function or a small struct
//! that is fed slices; nothing knows of sessions, reports or the host, and nothing but buffers is allocated.
//!
//! ```text
//!  samples ─► KWeighting ─► energies ─► loudness::integrated, loudness::range
//!          ├► TruePeak, Clipping, sums, Spectrum
//!  luma    ─► picture::Histogram, spatial, difference, Thumbnail, bars
//! ```
//!
//! The kernels are written for a metered sandbox, where each turn of a loop costs: they do 64 bytes of work or more in a turn, in arrays
//! of lanes that compilers turn into vector instructions. Sums of floats name their order (lane by lane), so the same input gives the same
//! bits, vectorised or not. Samples are interleaved and finite, nominally -1..1.

mod biquad;
mod channels;
mod clipping;
mod grid;
mod lanes;
pub mod level;
pub mod loudness;
pub mod picture;
mod spectrum;
mod sums;
mod true_peak;
mod weighting;

pub use crate::channels::channel_weights;
pub use crate::clipping::{Clipped, Clipping};
pub use crate::grid::SampleGrid;
pub use crate::spectrum::Spectrum;
pub use crate::sums::{ChannelSum, Sums};
pub use crate::true_peak::{Peaks, TruePeak};
pub use crate::weighting::KWeighting;
