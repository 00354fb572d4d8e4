//! What can go wrong between a packet and what is in it.

use std::time::Duration;

use rushes_model::{ByteSize, Class, Classify, Code, Reason, Stop};

/// A result of this room.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something isn't decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A codec, profile or tool that isn't decoded; known before the first packet.
    #[error("{codec}: {what} is not supported")]
    Unsupported {
        /// Which codec.
        codec: &'static str,
        /// Which part of it.
        what: String,
    },
    /// The decoder's configuration makes no sense.
    #[error("{codec}: broken decoder configuration: {what}")]
    Configuration {
        /// Which codec.
        codec: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// The stream claims more than is accepted.
    #[error("{codec}: {what} is beyond the {limit} that are accepted")]
    Limits {
        /// Which codec.
        codec: &'static str,
        /// What it claims.
        what: String,
        /// What would do.
        limit: String,
    },
    /// One packet can't be decoded; later ones may.
    #[error("{codec}: damaged packet: {what}")]
    Damaged {
        /// Which codec.
        codec: &'static str,
        /// What the decoder says.
        what: String,
    },
    /// The decoder panicked on one packet; it was thrown away.
    #[error("{codec}: the decoder panicked: {message}")]
    Panicked {
        /// Which codec.
        codec: &'static str,
        /// The panic's text.
        message: String,
    },
    /// One call took so long that the decoder can't be trusted with more.
    #[error("{codec}: one packet took {took:?} to decode")]
    TooSlow {
        /// Which codec.
        codec: &'static str,
        /// How long.
        took: Duration,
    },
    /// A sandboxed decoder used up what one packet may use.
    #[error("{codec}: one packet used up the {allowed} fuel that a sandboxed decoder has for it")]
    OutOfFuel {
        /// Which codec.
        codec: &'static str,
        /// Instructions.
        allowed: u64,
    },
    /// A sandboxed decoder asked for more memory than it may have.
    #[error("{codec}: a sandboxed decoder asked for {asked}, {allowed} allowed")]
    OutOfMemory {
        /// Which codec.
        codec: &'static str,
        /// All that it would have held.
        asked: ByteSize,
        /// What it may hold.
        allowed: ByteSize,
    },
    /// A sandbox can't be had, or did what it can't do.
    #[error("{codec}: the decoders' sandbox failed: {why}")]
    Sandbox {
        /// Which codec.
        codec: &'static str,
        /// In its words.
        why: String,
    },
    /// It was told to stop.
    #[error(transparent)]
    Stopped(#[from] Stop),
}

impl Error {
    /// Whether only this packet is lost, and decoding may go on at the next place where it can begin.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Damaged { .. } | Self::Panicked { .. } => true,
            Self::Unsupported { .. }
            | Self::Configuration { .. }
            | Self::Limits { .. }
            | Self::TooSlow { .. }
            | Self::OutOfFuel { .. }
            | Self::OutOfMemory { .. }
            | Self::Sandbox { .. }
            | Self::Stopped(_) => false,
        }
    }
}

impl Classify for Error {
    fn class(&self) -> Class {
        match self {
            Self::TooSlow { .. } | Self::OutOfFuel { .. } | Self::OutOfMemory { .. } => {
                Class::Permanent(Reason::Limits)
            }
            Self::Sandbox { .. } => Class::Permanent(Reason::Internal),
            Self::Stopped(stop) => stop.class(),
            Self::Unsupported { .. }
            | Self::Configuration { .. }
            | Self::Limits { .. }
            | Self::Damaged { .. }
            | Self::Panicked { .. } => Class::Permanent(Reason::Media),
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Unsupported { .. } => Code::MediaUnsupported,
            Self::Configuration { .. } => Code::MediaMalformed,
            Self::Limits { .. } => Code::MediaLimits,
            Self::Damaged { .. } | Self::Panicked { .. } => Code::MediaUndecodable,
            Self::TooSlow { .. } => Code::LimitsTime,
            Self::OutOfFuel { .. } => Code::LimitsFuel,
            Self::OutOfMemory { .. } => Code::LimitsMemory,
            Self::Sandbox { .. } => Code::Internal,
            Self::Stopped(stop) => stop.code(),
        }
    }

    fn help(&self) -> Option<String> {
        let text = match self {
            Self::Unsupported { codec: "h264" | "hevc" | "vp8" | "vp9" | "av1" | "mjpeg", .. } => {
                "convert it, for example with `ffmpeg -i in.mp4 -c:v libx264 -pix_fmt yuv420p -c:a copy out.mp4`"
            }
            Self::Unsupported { .. } => "convert it, for example with `ffmpeg -i in.mp4 -c:v copy -c:a aac out.mp4`",
            Self::Configuration { .. } => "the file was written wrongly or changed afterwards; export it again",
            Self::Limits { .. } => "export it with fewer pixels or channels",
            Self::Damaged { .. } | Self::Panicked { .. } => {
                "look whether the recording plays elsewhere; if so, please report it"
            }
            Self::TooSlow { .. } | Self::OutOfFuel { .. } => {
                "the packet is most likely damaged on purpose; please report it"
            }
            Self::OutOfMemory { .. } => {
                "export it with fewer pixels, or use `decode = \"native\"` if you trust its maker"
            }
            Self::Sandbox { .. } => "please report it",
            Self::Stopped(stop) => return stop.help(),
        };
        Some(text.to_owned())
    }
}
