//! A recording's packets, as a container would hand them over.

use std::path::Path;
use std::process::Command;

use rushes_decode::{Decoded, Picture, VideoCodec, VideoConfig, VideoPacket, open_video};

/// One packet.
#[derive(Clone)]
pub(crate) struct Packet {
    pub(crate) bytes: Vec<u8>,
    pub(crate) keyframe: bool,
    pub(crate) pts: i64,
}

/// A track.
#[derive(Clone)]
pub(crate) struct Recording {
    pub(crate) config: VideoConfig,
    pub(crate) packets: Vec<Packet>,
}

pub(crate) fn config(codec: VideoCodec, extra: Vec<u8>) -> VideoConfig {
    let (width, height) = (0, 0);
    VideoConfig { codec, width, height, rotation: 0, pixel_aspect: None, full_range: None, matrix: None, extra }
}

impl Recording {
    /// A file whose samples lie in it as they are (MP4, MOV, IVF): where, `ffprobe` says.
    pub(crate) fn read(path: &Path, codec: VideoCodec) -> Self {
        let file = std::fs::read(path).unwrap();
        let entries = ["-select_streams", "v:0", "-show_entries", "packet=pts,size,pos,flags", "-of", "csv=p=0"];
        let said = Command::new("ffprobe").args(["-v", "error"]).args(entries).arg(path).output().unwrap().stdout;
        let packets = String::from_utf8(said).unwrap().lines().map(|line| packet(line, &file)).collect();
        let name: &[u8] = match codec {
            VideoCodec::H264 => b"avcC",
            VideoCodec::Hevc => b"hvcC",
            _ => b"",
        };
        let extra = if name.is_empty() { Vec::new() } else { atom(&file, name) };
        Self { config: config(codec, extra), packets }
    }

    /// The pictures in order of time.
    pub(crate) fn pictures(&self) -> Vec<Picture> {
        let (mut decoded, lost) = self.decode();
        assert!(lost.is_empty(), "{lost:?}");
        decoded.sort_by_key(|decoded| self.packets[decoded.number as usize].pts);
        decoded.into_iter().map(|decoded| decoded.picture).collect()
    }

    /// What came out, and the numbers of packets that failed.
    pub(crate) fn decode(&self) -> (Vec<Decoded>, Vec<(u64, String)>) {
        let mut decoder = open_video(&self.config).unwrap();
        let (mut decoded, mut lost) = (Vec::new(), Vec::new());
        for (number, packet) in (0..).zip(&self.packets) {
            let packet = VideoPacket { number, bytes: &packet.bytes, keyframe: packet.keyframe };
            if let Err(error) = decoder.decode(packet, &mut decoded) {
                lost.push((number, error.to_string()));
            }
        }
        decoder.flush(&mut decoded).unwrap();
        (decoded, lost)
    }
}

fn packet(line: &str, file: &[u8]) -> Packet {
    let fields: Vec<&str> = line.split(',').collect();
    let [size, place]: [usize; 2] = [1, 2].map(|field| fields[field].parse().unwrap());
    // IVF's own twelve bytes before a frame count as its place.
    let place = if file.starts_with(b"DKIF") { place + 12 } else { place };
    Packet {
        bytes: file[place..place + size].to_vec(),
        keyframe: fields[3].starts_with('K'),
        pts: fields[0].parse().unwrap(),
    }
}

/// What is inside the first atom of this name.
fn atom(file: &[u8], name: &[u8]) -> Vec<u8> {
    let place = file.windows(4).position(|window| window == name).expect("the atom is there");
    let size = u32::from_be_bytes(file[place - 4..place].try_into().unwrap()) as usize;
    file[place + 4..place - 4 + size].to_vec()
}
