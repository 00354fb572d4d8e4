//! The contract's versions. Each has a module with its generated bindings, which alone know its records; the rest of
//! the room speaks `latest`. A new version comes as a module beside the old one, which then turns its records into
//! the new one's, and into a choice made here from the version that a component exports.

pub(crate) mod v0_1;

pub(crate) use v0_1 as latest;

/// The interface that makes a component an analyzer.
pub(crate) const INTERFACE: &str = "rushes:analyzer/analysis";
/// What is spoken here, for people.
pub(crate) const SPOKEN: &str = "0.1";

/// An analyzer said no. Its own words, with what they mean to us.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// To its parameters.
    Params(String),
    /// To the recording.
    Input(String),
    /// To go on.
    Failed(String),
}
