//! Uncompressed sound: QuickTime's codings, and `ipcm`/`fpcm` of ISO/IEC 23003-5.

use rushes_decode::{AudioConfig, Pcm};

use super::atom::Atom;
use super::audio::{Entry, find_inside};

/// The coding, or why not; none where it is no uncompressed sound.
pub(super) fn coding(atom: &Atom, entry: &Entry) -> Option<Result<Pcm, String>> {
    let little = || find_inside(atom, entry, b"enda").is_some_and(|enda| enda.body.get(..2) == Some(&[0, 1]));
    Some(match &atom.kind.0 {
        b"raw " if entry.bits == 16 => integer(16, false),
        b"raw " => Ok(Pcm::U8),
        b"twos" => integer(entry.bits, little()),
        b"sowt" => integer(entry.bits, true),
        b"in24" => integer(24, little()),
        b"in32" => integer(32, little()),
        b"fl32" => float(32, little()),
        b"fl64" => float(64, little()),
        b"alaw" => Ok(Pcm::ALaw),
        b"ulaw" => Ok(Pcm::MuLaw),
        b"lpcm" => linear(entry),
        b"ipcm" | b"fpcm" => iso(atom, entry),
        _ => return None,
    })
}

/// Bytes of one sample of all channels.
pub(super) fn frame_bytes(coding: Pcm, config: &AudioConfig) -> u32 {
    config.channels.saturating_mul(u32::try_from(coding.sample_bytes()).unwrap_or(8))
}

/// QuickTime version 2 (Core Audio's flags): 1 floating point, 2 big-endian, 4 signed.
fn linear(entry: &Entry) -> Result<Pcm, String> {
    let little = entry.pcm_flags & 2 == 0;
    if entry.pcm_flags & 1 != 0 { float(entry.bits, little) } else { linear_integer(entry, little) }
}

fn linear_integer(entry: &Entry, little: bool) -> Result<Pcm, String> {
    if entry.bits == 8 && entry.pcm_flags & 4 == 0 { Ok(Pcm::U8) } else { integer(entry.bits, little) }
}

/// `pcmC`: bit 0 of the flags is little-endian, then the bits of a sample.
fn iso(atom: &Atom, entry: &Entry) -> Result<Pcm, String> {
    let config = find_inside(atom, entry, b"pcmC");
    let Some([_, _, _, _, flags, bits, ..]) = config.as_ref().map(|config| config.body.as_ref()) else {
        return Err("PCM without its configuration (`pcmC`)".to_owned());
    };
    let (little, bits) = (flags & 1 != 0, u32::from(*bits));
    if &atom.kind.0 == b"fpcm" { float(bits, little) } else { integer(bits, little) }
}

fn integer(bits: u32, little: bool) -> Result<Pcm, String> {
    match (bits, little) {
        (8, _) => Ok(Pcm::S8),
        (16, true) => Ok(Pcm::S16Le),
        (16, false) => Ok(Pcm::S16Be),
        (24, true) => Ok(Pcm::S24Le),
        (24, false) => Ok(Pcm::S24Be),
        (32, true) => Ok(Pcm::S32Le),
        (32, false) => Ok(Pcm::S32Be),
        _ => Err(format!("signed PCM of {bits} bits isn't supported")),
    }
}

fn float(bits: u32, little: bool) -> Result<Pcm, String> {
    match (bits, little) {
        (32, true) => Ok(Pcm::F32Le),
        (64, true) => Ok(Pcm::F64Le),
        (32, false) => Ok(Pcm::F32Be),
        (64, false) => Ok(Pcm::F64Be),
        _ => Err(format!("floating point PCM of {bits} bits isn't supported")),
    }
}
