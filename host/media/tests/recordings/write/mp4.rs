//! MP4 files: boxes from the inside out, and whole movies of them.

/// A box.
pub(crate) fn atom(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = body.len() as u32 + 8;
    [size.to_be_bytes().as_slice(), kind, body].concat()
}

/// A full box of version and flags.
pub(crate) fn full(kind: &[u8; 4], version: u8, flags: u32, fields: &[u8]) -> Vec<u8> {
    let head = (u32::from(version) << 24 | flags).to_be_bytes();
    atom(kind, &[head.as_slice(), fields].concat())
}

pub(crate) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A table: how many rows, and the rows.
pub(crate) fn table(kind: &[u8; 4], rows: &[&[u32]]) -> Vec<u8> {
    let mut fields = words(&[rows.len() as u32]);
    rows.iter().for_each(|row| fields.extend(words(row)));
    full(kind, 0, 0, &fields)
}

/// A sample: bytes, ticks, shift of presentation, whether decoding can begin there.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) size: u32,
    pub(crate) duration: u32,
    pub(crate) shift: i32,
    pub(crate) keyframe: bool,
}

/// A track.
#[derive(Clone)]
pub(crate) struct Track {
    pub(crate) id: u32,
    pub(crate) handler: [u8; 4],
    pub(crate) flags: u32,
    pub(crate) matrix: [i32; 2],
    pub(crate) timescale: u32,
    /// Length in the movie's ticks (1,000 a second), start in the track's, speed.
    pub(crate) edits: Vec<(u32, i32, u32)>,
    pub(crate) entry: Vec<u8>,
    pub(crate) samples: Vec<Sample>,
    /// Samples in a chunk.
    pub(crate) chunk: usize,
}

/// The configuration of an x264 stream of 640x360, with its parameter sets.
pub(crate) const AVCC: &str =
    "0164001effe1001b6764001eacd940a02ff9701294000003000400000300c83c58b65801000668ebe3cb22c0fdf8f800";

pub(crate) fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).expect("hex digits")).collect()
}

pub(crate) fn avc1(width: u16, height: u16, inside: &[u8]) -> Vec<u8> {
    let mut body = vec![0; 78];
    body[7] = 1;
    body[24..26].copy_from_slice(&width.to_be_bytes());
    body[26..28].copy_from_slice(&height.to_be_bytes());
    body.extend_from_slice(inside);
    atom(b"avc1", &body)
}

pub(crate) fn sound(kind: &[u8; 4], channels: u16, bits: u16, rate: u32, inside: &[u8]) -> Vec<u8> {
    let mut body = vec![0; 28];
    body[7] = 1;
    body[16..18].copy_from_slice(&channels.to_be_bytes());
    body[18..20].copy_from_slice(&bits.to_be_bytes());
    body[24..28].copy_from_slice(&(rate << 16).to_be_bytes());
    body.extend_from_slice(inside);
    atom(kind, &body)
}

/// Descriptors with an object type and a decoder's configuration.
pub(crate) fn esds(object_type: u8, specific: &[u8]) -> Vec<u8> {
    let specific = [&[5, specific.len() as u8], specific].concat();
    let config = [&[object_type, 0x15][..], &[0; 11], &specific].concat();
    let config = [&[4, config.len() as u8][..], &config].concat();
    let es = [&[0, 1, 0][..], &config].concat();
    full(b"esds", 0, 0, &[&[3, es.len() as u8][..], &es].concat())
}

/// AAC-LC, 48 kHz, stereo.
pub(crate) fn aac() -> Vec<u8> {
    sound(b"mp4a", 2, 16, 48_000, &esds(0x40, &[0x11, 0x90]))
}

impl Track {
    /// 25 pictures a second, a keyframe each `gop`.
    pub(crate) fn video(id: u32, count: usize, gop: usize) -> Self {
        let samples = (0..count)
            .map(|index| Sample { size: 100 + index as u32 % 7, duration: 512, shift: 0, keyframe: index % gop == 0 })
            .collect();
        let entry = avc1(640, 360, &atom(b"avcC", &hex(AVCC)));
        Self {
            id,
            handler: *b"vide",
            flags: 3,
            matrix: [1 << 16, 0],
            timescale: 12_800,
            edits: Vec::new(),
            entry,
            samples,
            chunk: 3,
        }
    }

    /// Packets of 1,024 samples.
    pub(crate) fn audio(id: u32, count: usize) -> Self {
        let samples = vec![Sample { size: 40, duration: 1_024, shift: 0, keyframe: true }; count];
        Self { handler: *b"soun", timescale: 48_000, entry: aac(), samples, chunk: 5, ..Self::video(id, 0, 1) }
    }

    pub(crate) fn edits(mut self, edits: &[(u32, i32, u32)]) -> Self {
        self.edits = edits.to_vec();
        self
    }

    fn bytes(&self) -> usize {
        self.samples.iter().map(|sample| sample.size as usize).sum()
    }

    fn tkhd(&self) -> Vec<u8> {
        let [a, b] = self.matrix.map(|element| element as u32);
        let head = words(&[0, 0, self.id, 0, 0, 0, 0, 0, 0]);
        full(
            b"tkhd",
            0,
            self.flags,
            &[head, words(&[a, b, 0, (b as i32).wrapping_neg() as u32, a, 0, 0, 0, 1 << 30, 0, 0])].concat(),
        )
    }

    fn edts(&self) -> Vec<u8> {
        if self.edits.is_empty() {
            return Vec::new();
        }
        let rows: Vec<[u32; 3]> =
            self.edits.iter().map(|(length, start, speed)| [*length, *start as u32, *speed]).collect();
        let rows: Vec<&[u32]> = rows.iter().map(|row| row.as_slice()).collect();
        atom(b"edts", &table(b"elst", &rows))
    }

    /// `trak`, its samples from `at` on.
    pub(crate) fn trak(&self, at: u32) -> Vec<u8> {
        self.trak_with(&self.stbl(at))
    }

    /// `trak` around tables of one's own.
    pub(crate) fn trak_with(&self, stbl: &[u8]) -> Vec<u8> {
        let mdhd = full(b"mdhd", 0, 0, &words(&[0, 0, self.timescale, 0, 0]));
        let hdlr = full(b"hdlr", 0, 0, &[&[0; 4], self.handler.as_slice(), &[0; 13]].concat());
        let minf = atom(b"minf", stbl);
        atom(b"trak", &[self.tkhd(), self.edts(), atom(b"mdia", &[mdhd, hdlr, minf].concat())].concat())
    }

    pub(crate) fn stsd(&self) -> Vec<u8> {
        full(b"stsd", 0, 0, &[words(&[1]), self.entry.clone()].concat())
    }

    fn stbl(&self, mut at: u32) -> Vec<u8> {
        let mut offsets = Vec::new();
        for chunk in self.samples.chunks(self.chunk) {
            offsets.push(at);
            at += chunk.iter().map(|sample| sample.size).sum::<u32>();
        }
        let durations: Vec<[u32; 2]> = self.samples.iter().map(|sample| [1, sample.duration]).collect();
        let shifts: Vec<[u32; 2]> = self.samples.iter().map(|sample| [1, sample.shift as u32]).collect();
        let keys: Vec<[u32; 1]> =
            (1..).zip(&self.samples).filter(|(_, sample)| sample.keyframe).map(|(number, _)| [number]).collect();
        let mut sizes = words(&[0, self.samples.len() as u32]);
        self.samples.iter().for_each(|sample| sizes.extend(words(&[sample.size])));
        let mut boxes = vec![
            self.stsd(),
            table(b"stts", &rows(&durations)),
            table(b"stsc", &[&[1, self.chunk as u32, 1]]),
            full(b"stsz", 0, 0, &sizes),
            table(b"stco", &rows(&offsets.iter().map(|at| [*at]).collect::<Vec<_>>())),
        ];
        if self.handler == *b"vide" {
            boxes.push(table(b"stss", &rows(&keys)));
        }
        if self.samples.iter().any(|sample| sample.shift != 0) {
            boxes.push(table(b"ctts", &rows(&shifts)));
        }
        atom(b"stbl", &boxes.concat())
    }

    /// `trak` without samples, as a fragmented file has it.
    pub(crate) fn empty_trak(&self) -> Vec<u8> {
        Self { samples: Vec::new(), ..self.clone() }.trak(0)
    }
}

fn rows<const N: usize>(rows: &[[u32; N]]) -> Vec<&[u32]> {
    rows.iter().map(|row| row.as_slice()).collect()
}

pub(crate) fn ftyp() -> Vec<u8> {
    atom(b"ftyp", b"isom\0\0\x02\0isomavc1")
}

pub(crate) fn mvhd() -> Vec<u8> {
    full(b"mvhd", 0, 0, &[words(&[0, 0, 1_000, 0]), vec![0; 80]].concat())
}

pub(crate) fn moov(inside: &[u8]) -> Vec<u8> {
    atom(b"moov", &[&mvhd(), inside].concat())
}

/// Where the index lies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Index {
    First,
    Last,
}

/// A whole movie; samples are zeros, track after track.
pub(crate) fn movie(tracks: &[Track], index: Index) -> Vec<u8> {
    let mdat = atom(b"mdat", &vec![0; tracks.iter().map(Track::bytes).sum()]);
    let moov_from = |mut at: usize| {
        let traks = tracks.iter().map(|track| {
            let trak = track.trak(at as u32);
            at += track.bytes();
            trak
        });
        moov(&traks.collect::<Vec<_>>().concat())
    };
    match index {
        Index::First => {
            let before = ftyp().len() + moov_from(0).len();
            [ftyp(), moov_from(before + 8), mdat].concat()
        }
        Index::Last => [ftyp(), mdat.clone(), moov_from(ftyp().len() + 8)].concat(),
    }
}

/// How a fragment says where its samples lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Base {
    /// `default-base-is-moof` and an offset.
    Moof,
    /// The first track counts from the `moof`, the next goes on where it ended.
    GoesOn,
    /// A place in the file.
    File,
}

/// A movie in fragments of so many samples of each track.
pub(crate) fn fragmented(tracks: &[Track], per_fragment: usize, base: Base) -> Vec<u8> {
    let trexes = tracks.iter().map(|track| full(b"trex", 0, 0, &words(&[track.id, 1, 0, 0, 0])));
    let traks: Vec<u8> = tracks.iter().flat_map(Track::empty_trak).collect();
    let mvex = atom(b"mvex", &trexes.collect::<Vec<_>>().concat());
    let mut file = [ftyp(), moov(&[traks, mvex].concat())].concat();
    let count = tracks.iter().map(|track| track.samples.len().div_ceil(per_fragment)).max().unwrap_or(0);
    for fragment in 0..count {
        let length = moof(tracks, fragment, per_fragment, base, 0, 0).len();
        let at = file.len();
        file.extend(moof(tracks, fragment, per_fragment, base, at, length));
        let bytes: usize = tracks
            .iter()
            .flat_map(|track| part(track, fragment, per_fragment))
            .map(|sample| sample.size as usize)
            .sum();
        file.extend(atom(b"mdat", &vec![0; bytes]));
    }
    file
}

fn part(track: &Track, fragment: usize, per_fragment: usize) -> impl Iterator<Item = &Sample> {
    track.samples.iter().skip(fragment * per_fragment).take(per_fragment)
}

fn moof(tracks: &[Track], fragment: usize, per_fragment: usize, base: Base, at: usize, length: usize) -> Vec<u8> {
    let mut next = length + 8;
    let mut trafs = full(b"mfhd", 0, 0, &words(&[fragment as u32 + 1]));
    for (index, track) in tracks.iter().enumerate() {
        let samples: Vec<&Sample> = part(track, fragment, per_fragment).collect();
        let (flags, head) = match base {
            Base::Moof => (0x02_0000, words(&[track.id])),
            Base::GoesOn => (0, words(&[track.id])),
            Base::File => (1, [words(&[track.id]), ((at + next) as u64).to_be_bytes().to_vec()].concat()),
        };
        let time: u64 =
            track.samples.iter().take(fragment * per_fragment).map(|sample| u64::from(sample.duration)).sum();
        let (has_offset, offset) = match base {
            Base::Moof => (1, words(&[next as u32])),
            Base::GoesOn if index == 0 => (1, words(&[next as u32])),
            Base::GoesOn | Base::File => (0, Vec::new()),
        };
        let mut run = [words(&[samples.len() as u32]), offset].concat();
        for sample in &samples {
            let flags = if sample.keyframe { 0x0200_0000 } else { 0x0101_0000 };
            run.extend(words(&[sample.duration, sample.size, flags, sample.shift as u32]));
        }
        let boxes = [
            full(b"tfhd", 0, flags, &head),
            full(b"tfdt", 1, 0, &time.to_be_bytes()),
            full(b"trun", 1, 0xf00 | has_offset, &run),
        ];
        trafs.extend(atom(b"traf", &boxes.concat()));
        next += samples.iter().map(|sample| sample.size as usize).sum::<usize>();
    }
    atom(b"moof", &trafs)
}

/// The same movie with a NAL unit in each of its pictures: `I` is an IDR picture, `i` another I picture, all else a P picture.
pub(crate) fn with_pictures(mut file: Vec<u8>, kind: impl Fn(usize) -> char) -> Vec<u8> {
    let index = crate::memory::index(file.clone());
    for (number, packet) in index.video().expect("pictures").packets.iter().enumerate() {
        let slice = match kind(number) {
            'I' => [0x65, 0x88],
            'i' => [0x41, 0x88],
            _ => [0x41, 0x9a],
        };
        let at = packet.offset as usize;
        file[at..at + 4].copy_from_slice(&(packet.size - 4).to_be_bytes());
        file[at + 4..at + 6].copy_from_slice(&slice);
    }
    file
}
