//! The calls a host makes into a component.

use std::fmt;

/// Which call into a component this was; written as the contract writes it (decoders aren't of the contract).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// What it says about itself.
    Describe,
    /// A session is made.
    Open,
    /// A block of samples.
    PushAudio,
    /// A picture.
    PushVideo,
    /// Cues.
    PushTranscript,
    /// Undecoded bytes.
    PushBytes,
    /// A session ends.
    Finish,
    /// A merger is made.
    OpenMerger,
    /// A partial.
    Add,
    /// The report.
    Report,
    /// A decoder is made.
    OpenDecoder,
    /// A packet for a decoder.
    Decode,
}

impl Call {
    /// Its name in the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Describe => "describe",
            Self::Open => "session",
            Self::PushAudio => "session.push-audio",
            Self::PushVideo => "session.push-video",
            Self::PushTranscript => "session.push-transcript",
            Self::PushBytes => "session.push-bytes",
            Self::Finish => "session.finish",
            Self::OpenMerger => "merger",
            Self::Add => "merger.add",
            Self::Report => "merger.finish",
            Self::OpenDecoder => "decoder",
            Self::Decode => "decoder.decode",
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}
