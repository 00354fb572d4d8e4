//! What is fuzzed. Each target takes bytes of any kind and must come back: no panic, no loop without end, no memory that a few
//! bytes claimed. What is always true of a sound answer is asserted here too, so that a fuzzer finds where it isn't.
//!
//! ```text
//! bytes ─► demux ─► every segment planned, one of them fed          a file of any container
//! bytes ─► decode ─► configuration, then packets ─► pictures        a codec and its packets
//! bytes ─► plan ─► an index of any times, sizes and keyframes       what a container might claim
//! ```
//! `fuzz/run TARGET` fuzzes; `cargo test -p rushes-fuzz` replays `fuzz/corpus`.

mod decode;
mod demux;
mod memory;
mod plan;

/// Name, and what it does with some bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All targets. Containers share one function and differ by the seeds that lead into them.
pub const TARGETS: &[Target] = &[
    ("demux-mp4", demux::demux),
    ("demux-wav", demux::demux),
    ("demux-matroska", demux::demux),
    ("demux-ogg", demux::demux),
    ("demux-mp3", demux::demux),
    ("demux-adts", demux::demux),
    ("demux-flac", demux::demux),
    ("demux-aiff", demux::demux),
    ("demux-caf", demux::demux),
    ("decode-video", decode::video),
    ("decode-audio", decode::audio),
    ("plan", plan::plan),
];
