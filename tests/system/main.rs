//! The real program on real media: what a user does, and what must hold whatever happens.
//!
//! `tests/run` builds the binary before it runs these. They use ffmpeg and espeak-ng, and the recordings of
//! `../shared/media`; without that folder the tests that need it say SKIPPED aloud, and fail where CI is set.

mod architecture;
mod bad_input;
mod catalogs;
mod command;
mod deleting;
mod doctor;
mod documents;
mod ebu;
mod harness;
mod hosts;
mod interface;
mod latency;
mod limits;
mod media;
mod memory;
mod network;
mod poison;
mod postgres;
mod same;
mod sample;
mod semantics;
mod serve;
mod webhooks;
