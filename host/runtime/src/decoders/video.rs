//! `decode::VideoDecoder` over an instance.

use std::cell::{Cell, RefCell};

use rushes_decode::{Decoded, Error, Result, VideoConfig, VideoDecoder, VideoPacket};
use wasmtime::Store;
use wasmtime::component::ResourceAny;

use super::Sandboxed;
use super::generated::exports::rushes::decoders::decoding::{Guest, Outcome};
use super::picture::checked;
use super::wall::{Wall, fuel, said};
use crate::state::State;

/// A codec holds back sixteen pictures (ITU-T H.264, A.3.1; H.265, A.4.2), and each of them may cost a packet's fuel at the end.
const MOST_HELD_BACK: u64 = 17;

/// A video decoder behind a wall. After a packet that broke the instance it is made anew at the next keyframe.
pub(super) struct Video {
    maker: Sandboxed,
    codec: &'static str,
    config: Vec<u8>,
    /// Of the largest picture that was said or seen.
    pixels: u64,
    /// None: it is made with the next packet that it can begin with. A cell: whether a packet is disposable is asked of `&self`.
    wall: RefCell<Option<Wall>>,
    /// The instance broke, and what it knew is gone.
    is_lost: Cell<bool>,
}

impl Video {
    pub(super) fn open(maker: Sandboxed, config: &VideoConfig) -> Result<Self> {
        let codec = config.codec.name();
        let pixels = u64::from(config.width).saturating_mul(u64::from(config.height));
        let config = postcard::to_allocvec(config).map_err(|why| Error::Sandbox { codec, why: why.to_string() })?;
        let mut video = Self { maker, codec, config, pixels, wall: RefCell::new(None), is_lost: Cell::new(false) };
        video.wall()?;
        Ok(video)
    }

    fn wall(&mut self) -> Result<&mut Wall> {
        let Self { maker, codec, config, wall, .. } = self;
        let wall = wall.get_mut();
        let fresh = match wall.take() {
            Some(alive) => alive,
            None => Wall::open(maker, codec, maker.limits.video_memory, config, |guest, store, config| {
                guest.video().call_open(store, config)
            })?,
        };
        Ok(wall.insert(fresh))
    }

    fn fuel(&self, bytes: usize, pictures: u64) -> u64 {
        fuel(&self.maker.limits, bytes, self.pixels.saturating_mul(pictures))
    }

    /// Runs a call that may bring pictures, and takes them.
    fn run(
        &mut self,
        fuel: u64,
        pictures: &mut Vec<Decoded>,
        call: impl FnOnce(&Guest, &mut Store<State>, ResourceAny) -> wasmtime::Result<Outcome>,
    ) -> Result<()> {
        let codec = self.codec;
        let outcome = self.wall()?.call(fuel, call).and_then(|outcome| {
            self.take(outcome.ready, pictures)?;
            Ok(outcome.failed)
        });
        match outcome {
            Ok(None) => Ok(()),
            Ok(Some(why)) => Err(said(codec, why)),
            Err(broken) => {
                *self.wall.get_mut() = None;
                self.is_lost.set(true);
                Err(broken)
            }
        }
    }

    fn take(&mut self, ready: u32, pictures: &mut Vec<Decoded>) -> Result<()> {
        let (codec, fuel) = (self.codec, self.fuel(0, 0));
        // All of them lie in the instance's memory: more than that holds is a lie.
        let mut room = self.maker.limits.video_memory.as_bytes();
        for _ in 0..ready {
            let taken = self.wall()?.call(fuel, |guest, store, decoder| guest.video().call_take(store, decoder))?;
            let impossible = || Error::Panicked { codec, message: "it handed out an impossible picture".into() };
            let (decoded, bytes) = taken.and_then(checked).ok_or_else(impossible)?;
            room = room.checked_sub(bytes).ok_or_else(impossible)?;
            self.pixels = self.pixels.max((decoded.picture.width as u64).saturating_mul(decoded.picture.height as u64));
            pictures.push(decoded);
        }
        Ok(())
    }
}

impl VideoDecoder for Video {
    fn decode(&mut self, packet: VideoPacket<'_>, pictures: &mut Vec<Decoded>) -> Result<()> {
        let VideoPacket { number, bytes, keyframe } = packet;
        if self.is_lost.get() && !keyframe {
            return Err(Error::Damaged { codec: self.codec, what: "it refers to a picture that was lost".into() });
        }
        self.is_lost.set(false);
        self.run(self.fuel(bytes.len(), 1), pictures, |guest, store, decoder| {
            guest.video().call_decode(store, decoder, number, keyframe, bytes)
        })
    }

    fn flush(&mut self, pictures: &mut Vec<Decoded>) -> Result<()> {
        if self.wall.get_mut().is_none() {
            return Ok(());
        }
        self.run(self.fuel(0, MOST_HELD_BACK), pictures, |guest, store, decoder| {
            guest.video().call_flush(store, decoder)
        })
    }

    fn is_disposable(&self, packet: &[u8]) -> bool {
        let mut wall = self.wall.borrow_mut();
        let Some(alive) = wall.as_mut() else { return false };
        let asked = alive.call(self.fuel(packet.len(), 0), |guest, store, decoder| {
            guest.video().call_is_disposable(store, decoder, packet)
        });
        asked.unwrap_or_else(|_| {
            *wall = None;
            self.is_lost.set(true);
            false
        })
    }

    fn skip(&mut self, packet: &[u8]) -> Result<()> {
        let (codec, fuel) = (self.codec, self.fuel(packet.len(), 0));
        let Some(wall) = self.wall.get_mut() else { return Ok(()) };
        let skipped = wall.call(fuel, |guest, store, decoder| guest.video().call_skip(store, decoder, packet));
        match skipped {
            Ok(answer) => answer.map_err(|why| said(codec, why)),
            Err(broken) => {
                *self.wall.get_mut() = None;
                self.is_lost.set(true);
                Err(broken)
            }
        }
    }

    fn restart(&mut self) {
        let fuel = self.fuel(0, 1);
        let wall = self.wall.get_mut();
        let restarted = wall
            .as_mut()
            .map(|wall| wall.call(fuel, |guest, store, decoder| guest.video().call_restart(store, decoder)));
        if matches!(restarted, Some(Err(_))) {
            *wall = None;
        }
        self.is_lost.set(false);
    }
}
