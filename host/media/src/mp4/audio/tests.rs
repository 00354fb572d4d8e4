//! What is told to the decoders, whether they are there or not.

#![expect(clippy::cast_possible_truncation, reason = "lengths of boxes written here are small")]

use bytes::Bytes;
use rushes_decode::Pcm;

use super::*;

fn atom(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes(), kind.as_slice(), body].concat()
}

/// An entry of ISO's kind: stereo, 16 bits, 48 kHz.
fn config(kind: &[u8; 4], inside: &[u8]) -> Result<AudioConfig, String> {
    with_fields(kind, 0, inside)
}

fn with_fields(kind: &[u8; 4], version: u16, inside: &[u8]) -> Result<AudioConfig, String> {
    let mut body = vec![0; 28];
    body[8..10].copy_from_slice(&version.to_be_bytes());
    body[17] = 2;
    body[19] = 16;
    body[24..26].copy_from_slice(&48_000u16.to_be_bytes());
    body.extend_from_slice(inside);
    let atom = Atom { kind: FourCc(*kind), at: 100, body_at: 108, body: Bytes::from(body) };
    configuration(&atom, &Entry::read(&atom, 0).expect("fields")).expect("sound")
}

fn esds(object_type: u8, specific: &[u8]) -> Vec<u8> {
    let length = |count: usize| [0x80 | (count >> 7) as u8, (count & 0x7f) as u8];
    let specific = [&[5][..], &length(specific.len()), specific].concat();
    let config = [&[object_type, 0x15][..], &[0; 11], &specific].concat();
    let config = [&[4][..], &length(config.len()), &config].concat();
    let es = [&[0, 1, 0][..], &config].concat();
    atom(b"esds", &[&[0; 4][..], &[3], &length(es.len()), &es].concat())
}

#[test]
fn opus_gets_the_header_that_ogg_has() {
    // As FFmpeg writes them side by side: 312 samples of pre-skip, 44.1 kHz before, 5.1.
    let dops = [0, 6, 1, 0x38, 0, 0, 0xac, 0x44, 0xff, 0xfe, 1, 4, 2, 0, 4, 1, 2, 3, 5];
    let head = b"OpusHead\x01\x06\x38\x01\x44\xac\0\0\xfe\xff\x01\x04\x02\0\x04\x01\x02\x03\x05";
    let read = config(b"Opus", &atom(b"dOps", &dops)).expect("decodable");
    assert_eq!((read.codec, read.extra.as_slice()), (AudioCodec::Opus, head.as_slice()));
    let stereo = config(b"Opus", &atom(b"dOps", &[0, 2, 1, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 0])).expect("decodable");
    assert_eq!(stereo.extra, b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0");
    let same = config(b"mp4a", &esds(0xad, &stereo.extra)).expect("decodable");
    assert_eq!(same.extra, stereo.extra);
}

#[test]
fn flac_gets_its_stream_info() {
    let info: Vec<u8> = (0..34).collect();
    let block = [&[0, 0, 0, 0, 0x80, 0, 0, 34][..], &info].concat();
    let read = config(b"fLaC", &atom(b"dfLa", &block)).expect("decodable");
    assert_eq!((read.codec, read.extra), (AudioCodec::Flac, info));
}

#[test]
fn alac_gets_its_configuration_wherever_it_lies() {
    let cookie: Vec<u8> = (1..25).collect();
    let inner = atom(b"alac", &[&[0; 4][..], &cookie].concat());
    let quicktime = [vec![0; 16], atom(b"wave", &[atom(b"frma", b"alac"), inner.clone()].concat())].concat();
    for read in [config(b"alac", &inner), with_fields(b"alac", 1, &quicktime)] {
        let read = read.expect("decodable");
        assert_eq!((read.codec, read.extra), (AudioCodec::Alac, cookie.clone()));
    }
}

#[test]
fn vorbis_headers_are_laced_however_they_were_joined() {
    let headers = [
        b"\x01vorbis0123456789".to_vec(),
        [b"\x03vorbis".to_vec(), vec![7; 300]].concat(),
        b"\x05vorbisbooks".to_vec(),
    ];
    let laced = [&[2, 17, 255, 52][..], &headers.concat()].concat();
    let sized: Vec<u8> =
        headers.iter().flat_map(|header| [&(header.len() as u16).to_be_bytes(), header.as_slice()].concat()).collect();
    for joined in [&laced, &sized] {
        let read = config(b"mp4a", &esds(0xdd, joined)).expect("decodable");
        assert_eq!((read.codec, &read.extra), (AudioCodec::Vorbis, &laced));
    }
    assert!(config(b"mp4a", &esds(0xdd, &sized[..200])).is_err());
}

#[test]
fn aac_keeps_its_specific_config_whole() {
    for specific in [&[0x11, 0x90][..], &[0x2b, 0x11, 0x88], &[0xeb, 0x09, 0x88, 0]] {
        let read = config(b"mp4a", &esds(0x40, specific)).expect("decodable");
        assert_eq!((read.codec, read.extra.as_slice()), (AudioCodec::Aac, specific));
    }
}

#[test]
fn uncompressed_sound_is_known_in_each_of_its_forms() {
    let enda = |little: u8| atom(b"wave", &atom(b"enda", &[0, little]));
    let pcmc = |little: u8, bits: u8| atom(b"pcmC", &[0, 0, 0, 0, little, bits]);
    let quicktime = |inside: Vec<u8>| [vec![0; 16], inside].concat();
    for (kind, version, inside, expected) in [
        (b"sowt", 0, Vec::new(), Pcm::S16Le),
        (b"twos", 0, Vec::new(), Pcm::S16Be),
        (b"ulaw", 0, Vec::new(), Pcm::MuLaw),
        (b"alaw", 0, Vec::new(), Pcm::ALaw),
        (b"in24", 1, quicktime(enda(1)), Pcm::S24Le),
        (b"in24", 1, quicktime(enda(0)), Pcm::S24Be),
        (b"in32", 1, quicktime(enda(1)), Pcm::S32Le),
        (b"fl32", 1, quicktime(enda(1)), Pcm::F32Le),
        (b"ipcm", 0, pcmc(1, 24), Pcm::S24Le),
        (b"ipcm", 0, pcmc(0, 16), Pcm::S16Be),
        (b"fpcm", 0, pcmc(1, 64), Pcm::F64Le),
        (b"fl32", 1, quicktime(enda(0)), Pcm::F32Be),
        (b"fl64", 1, quicktime(enda(0)), Pcm::F64Be),
        (b"fpcm", 0, pcmc(0, 32), Pcm::F32Be),
        (b"ipcm", 0, pcmc(0, 8), Pcm::S8),
    ] {
        let read = with_fields(kind, version, &inside);
        assert_eq!(read.map(|read| read.codec), Ok(AudioCodec::Pcm(expected)), "{}", FourCc(*kind));
    }
}

#[test]
fn what_is_not_decoded_is_named() {
    for (kind, inside, word) in [
        (b"Opus", Vec::new(), "opus without its configuration (`dOps`)"),
        (b"mp4a", Vec::new(), "without its configuration (`esds`)"),
        (b"mp4a", esds(0xa5, &[]), "AC-3"),
        (b"mp4a", esds(0xad, b"Opus"), "opus without"),
        (b"ec-3", Vec::new(), "E-AC-3"),
        (b"samr", Vec::new(), "AMR"),
        (b"QDM2", Vec::new(), "QDesign Music"),
    ] {
        let why = config(kind, &inside).expect_err("no decoder");
        assert!(why.contains(word), "{why}");
    }
}
