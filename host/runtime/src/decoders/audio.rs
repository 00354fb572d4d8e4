//! `decode::AudioDecoder` over an instance.

use rushes_decode::{AudioConfig, AudioDecoder, Error, Result};

use super::Sandboxed;
use super::wall::{Wall, fuel, said};

/// An audio decoder behind a wall. After a packet that broke the instance it is made anew.
pub(super) struct Audio {
    maker: Sandboxed,
    codec: &'static str,
    config: Vec<u8>,
    wall: Option<Wall>,
}

impl Audio {
    pub(super) fn open(maker: Sandboxed, config: &AudioConfig) -> Result<Self> {
        let codec = config.codec.name();
        let config = postcard::to_allocvec(config).map_err(|why| Error::Sandbox { codec, why: why.to_string() })?;
        let mut audio = Self { maker, codec, config, wall: None };
        audio.wall()?;
        Ok(audio)
    }

    fn wall(&mut self) -> Result<&mut Wall> {
        let Self { maker, codec, config, wall } = self;
        let fresh = match wall.take() {
            Some(alive) => alive,
            None => Wall::open(maker, codec, maker.limits.audio_memory, config, |guest, store, config| {
                guest.audio().call_open(store, config)
            })?,
        };
        Ok(wall.insert(fresh))
    }
}

impl AudioDecoder for Audio {
    fn decode(&mut self, packet: &[u8], samples: &mut Vec<f32>) -> Result<()> {
        let (codec, fuel) = (self.codec, fuel(&self.maker.limits, packet.len(), 0));
        let returned =
            self.wall()?.call(fuel, |guest, store, decoder| guest.audio().call_decode(store, decoder, packet));
        match returned {
            Ok(Ok(decoded)) if samples.is_empty() => *samples = decoded,
            Ok(Ok(decoded)) => samples.extend_from_slice(&decoded),
            Ok(Err(why)) => return Err(said(codec, why)),
            Err(broken) => {
                self.wall = None;
                return Err(broken);
            }
        }
        Ok(())
    }

    fn restart(&mut self) {
        let fuel = fuel(&self.maker.limits, 0, 0);
        let restarted = self
            .wall
            .as_mut()
            .map(|wall| wall.call(fuel, |guest, store, decoder| guest.audio().call_restart(store, decoder)));
        if matches!(restarted, Some(Err(_))) {
            self.wall = None;
        }
    }
}
