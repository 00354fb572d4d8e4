//! One instance, what a call into it may use up, and what its end means to whoever decodes.

use rushes_decode::Error;
use rushes_model::pipeline::Limits;
use rushes_model::{ByteSize, StopToken};
use wasmtime::Store;
use wasmtime::component::ResourceAny;

use super::generated::Decoders;
use super::generated::exports::rushes::decoders::decoding::{self as wit, Guest};
use super::{DecoderLimits, Sandboxed};
use crate::call::Call;
use crate::error::Error as Ended;
use crate::limits::HOSTCALL_SIZE;
use crate::sandbox::Sandbox;
use crate::state::{Assets, State};

/// A decoder in an instance of its own, alive.
pub(super) struct Wall {
    codec: &'static str,
    sandbox: Sandbox,
    instance: Decoders,
    decoder: ResourceAny,
}

/// How a decoder is made: the one call in which audio and video differ.
pub(super) type Open = fn(&Guest, &mut Store<State>, &[u8]) -> wasmtime::Result<Result<ResourceAny, wit::Error>>;

impl Wall {
    /// Makes an instance and a decoder in it.
    pub(super) fn open(
        maker: &Sandboxed,
        codec: &'static str,
        memory: ByteSize,
        config: &[u8],
        open: Open,
    ) -> Result<Self, Error> {
        let Sandboxed { code, limits, stop } = maker;
        let mut sandbox = sandbox(maker, limits, memory, stop.clone()).map_err(|why| meaning(codec, why))?;
        let opened = sandbox.enter(Call::OpenDecoder, |store| {
            let instance = code.pre.instantiate(&mut *store)?;
            let decoder = open(instance.rushes_decoders_decoding(), store, config)?;
            Ok(Ok(decoder.map(|decoder| (instance, decoder))))
        });
        let opened = opened.map_err(|why| meaning(codec, why))?;
        let (instance, decoder) = opened.map_err(|why| said(codec, why))?;
        Ok(Self { codec, sandbox, instance, decoder })
    }

    /// Runs one call with so much fuel. After an error the instance is dead.
    pub(super) fn call<T>(
        &mut self,
        fuel: u64,
        run: impl FnOnce(&Guest, &mut Store<State>, ResourceAny) -> wasmtime::Result<T>,
    ) -> Result<T, Error> {
        let Self { codec, sandbox, instance, decoder } = self;
        let guest = instance.rushes_decoders_decoding();
        let granted = sandbox.grant(fuel);
        let returned = granted.and_then(|()| sandbox.enter(Call::Decode, |store| run(guest, store, *decoder).map(Ok)));
        returned.map_err(|why| match why {
            Ended::Fuel { .. } => Error::OutOfFuel { codec, allowed: fuel },
            other => meaning(codec, other),
        })
    }
}

fn sandbox(maker: &Sandboxed, limits: &DecoderLimits, memory: ByteSize, stop: StopToken) -> Result<Sandbox, Ended> {
    let limits =
        Limits { memory, fuel_base: limits.fuel_base, fuel_per_media_second: 0, call_timeout: limits.call_timeout };
    Sandbox::new(&maker.code.engine, &limits, maker.code.seed, Assets::default(), stop)
}

/// What the end of an instance means: this packet is lost, or there is no use in going on.
fn meaning(codec: &'static str, ended: Ended) -> Error {
    match ended {
        Ended::Fuel { allowed, .. } => Error::OutOfFuel { codec, allowed },
        Ended::Memory { asked, allowed, .. } => Error::OutOfMemory { codec, asked, allowed },
        Ended::Time { allowed, .. } => Error::TooSlow { codec, took: allowed },
        Ended::TooMuch { what, .. } => {
            Error::Limits { codec, what: what.to_owned(), limit: format!("{HOSTCALL_SIZE} at once") }
        }
        Ended::Stopped(stop) => Error::Stopped(stop),
        Ended::Trapped { why, .. } => Error::Panicked { codec, message: why },
        broken @ (Ended::Stack { .. } | Ended::Resources { .. }) => {
            Error::Panicked { codec, message: broken.to_string() }
        }
        other => Error::Sandbox { codec, why: other.to_string() },
    }
}

/// What the decoder itself says; the same words as in the host.
pub(super) fn said(codec: &'static str, error: wit::Error) -> Error {
    match error {
        wit::Error::Unsupported(what) => Error::Unsupported { codec, what },
        wit::Error::Configuration(what) => Error::Configuration { codec, what },
        wit::Error::Limits((what, limit)) => Error::Limits { codec, what, limit },
        wit::Error::Damaged(what) => Error::Damaged { codec, what },
        wit::Error::Failed(why) => Error::Sandbox { codec, why },
    }
}

/// Fuel for a packet of so many bytes of pictures with so many pixels.
pub(super) fn fuel(limits: &DecoderLimits, bytes: usize, pixels: u64) -> u64 {
    let bytes = limits.fuel_per_byte.saturating_mul(bytes as u64);
    let pixels = limits.fuel_per_pixel.saturating_mul(pixels);
    limits.fuel_base.saturating_add(bytes).saturating_add(pixels)
}
