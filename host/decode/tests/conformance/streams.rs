//! The streams that others made to test decoders, and the table of what becomes of each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use rushes_decode::{Error, Picture, VideoCodec, VideoPacket, open_video};

use crate::annex_b;
use crate::oracle;
use crate::recording::{Packet, Recording, config};

/// Why a stream's pictures aren't all equal to its list.
const REASONS: [(&str, &str); 10] = [
    ("BA_MW_D_P_LOST.264", "a picture was taken out on purpose; we conceal nothing"),
    ("Error_I_P.264", "slices were taken out on purpose; we conceal nothing"),
    ("HCAFR2_HHI.264", UNKNOWN),
    ("HCAFR3_HHI.264", UNKNOWN),
    ("QCIF_2P_I_allIPCM.264", PCM),
    (
        "MR1_BT_A.h264",
        "rusty_h264 0.17 loses a long-term reference, loudly; oxideav-h264 decodes it, but no parameter set tells",
    ),
    ("vp80-00-comprehensive-002.ivf", SEGMENTS),
    ("vp80-00-comprehensive-010.ivf", SEGMENTS),
    ("vp80-00-comprehensive-013.ivf", SEGMENTS),
    ("vp80-03-segmentation-1425.ivf", "the size changes, and the list has pictures scaled to the first size"),
];

const PCM: &str = "**silent**: both Rust decoders smooth the edges of uncompressed macroblocks (I_PCM), FFmpeg and openh264's published hash don't";
const UNKNOWN: &str = "**silent**: one or two levels in a few macroblocks; both Rust decoders give these bits, FFmpeg others; cause not found";
const SEGMENTS: &str = "oxideav-vp8 0.2 forgets the segments of the picture before; what needs them is refused";

/// What becomes of one stream.
struct Row {
    name: String,
    pictures: usize,
    outcome: String,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance")
}

fn streams() -> Vec<PathBuf> {
    let known = ["264", "h264", "jsv", "avc", "ivf"];
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("the conformance streams lie beside the checkout")
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| known.iter().any(|known| end == *known)))
        .collect();
    all.sort();
    all
}

/// The stream of this name.
pub(crate) fn named(name: &str) -> Recording {
    read(&folder().join(name))
}

fn read(path: &Path) -> Recording {
    let bytes = std::fs::read(path).unwrap();
    if path.extension().is_some_and(|end| end == "ivf") {
        return Recording { config: config(VideoCodec::Vp8, Vec::new()), packets: ivf(&bytes) };
    }
    annex_b::h264(&bytes)
}

/// 32 bytes, then each frame after its size and time.
fn ivf(bytes: &[u8]) -> Vec<Packet> {
    let (mut packets, mut rest) = (Vec::new(), &bytes[32..]);
    while let Some((head, after)) = rest.split_at_checked(12) {
        let size = u32::from_le_bytes(head[..4].try_into().unwrap()) as usize;
        let (frame, after) = after.split_at(size);
        packets.push(Packet { bytes: frame.to_vec(), keyframe: frame[0] & 1 == 0, pts: packets.len() as i64 });
        rest = after;
    }
    packets
}

fn hash(picture: &Picture) -> String {
    let mut md5 = Md5::new();
    picture.planes.iter().flat_map(|plane| plane.rows()).for_each(|row| md5.update(row));
    md5.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The lists are in order of display, which an elementary stream doesn't tell without its times: pictures are compared as a
/// set with repetitions.
fn row(path: &Path) -> Row {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let list = std::fs::read_to_string(path.with_file_name(format!("{name}.frames"))).unwrap();
    let wanted = counted(&list);
    let pictures = wanted.values().sum();
    let recording = read(path);
    let mut outcome = outcome(&recording, wanted);
    if outcome != EQUAL && self::outcome(&recording, counted(&oracle::hashes(path))) == EQUAL {
        outcome = "equal, as FFmpeg decodes it with `-flags unaligned` and `-autoscale 0`".to_owned();
    }
    Row { name, pictures, outcome }
}

const EQUAL: &str = "equal";

fn counted(list: &str) -> BTreeMap<&str, usize> {
    let mut wanted = BTreeMap::new();
    list.split_whitespace().for_each(|hash| *wanted.entry(hash).or_default() += 1);
    wanted
}

fn outcome(recording: &Recording, mut wanted: BTreeMap<&str, usize>) -> String {
    let mut decoder = match open_video(&recording.config) {
        Ok(decoder) => decoder,
        Err(error @ Error::Unsupported { .. }) => return format!("refused: {error}"),
        Err(error) => return format!("broken: {error}"),
    };
    let (mut equal, mut differ, mut failed) = (0, 0, 0);
    let mut decoded = Vec::new();
    for (number, packet) in (0..).zip(&recording.packets) {
        let packet = VideoPacket { number, bytes: &packet.bytes, keyframe: packet.keyframe };
        failed += usize::from(decoder.decode(packet, &mut decoded).is_err());
    }
    failed += usize::from(decoder.flush(&mut decoded).is_err());
    for picture in decoded {
        match wanted.get_mut(hash(&picture.picture).as_str()).filter(|left| **left > 0) {
            Some(left) => {
                *left -= 1;
                equal += 1;
            }
            None => differ += 1,
        }
    }
    let missing: usize = wanted.values().sum::<usize>().saturating_sub(differ);
    if differ + failed + missing == 0 {
        return EQUAL.to_owned();
    }
    format!("differs: {equal} equal, {differ} other, {missing} missing, {failed} packets failed")
}

fn table() -> String {
    let rows: Vec<Row> = streams().iter().map(|path| row(path)).collect();
    let equal = rows.iter().filter(|row| row.outcome.starts_with(EQUAL)).count();
    let mut table = format!(
        "{equal} of {} streams equal.\n\n| stream | pictures | outcome | why |\n|---|---|---|---|\n",
        rows.len()
    );
    for Row { name, pictures, outcome } in rows {
        let why = REASONS.iter().find(|(known, _)| *known == name).map_or("", |(_, why)| why);
        table += &format!("| {name} | {pictures} | {outcome} | {why} |\n");
    }
    table
}

const BEGIN: &str =
    "<!-- table: written by `RUSHES_WRITE_TABLE=1 cargo test -p rushes-decode --test conformance` -->\n";
const END: &str = "<!-- end of table -->";

fn page() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/conformance.md")
}

#[test]
fn the_table_in_the_docs_is_what_comes_out() {
    let text = std::fs::read_to_string(page()).unwrap();
    let (head, rest) = text.split_once(BEGIN).expect("the page has its table");
    let (written, tail) = rest.split_once(END).expect("the table ends");
    let found = table();
    if std::env::var_os("RUSHES_WRITE_TABLE").is_some() {
        return std::fs::write(page(), format!("{head}{BEGIN}{found}{END}{tail}")).unwrap();
    }
    let wrong: Vec<&str> = found.lines().filter(|line| !written.lines().any(|known| known == *line)).collect();
    assert!(wrong.is_empty(), "docs/conformance.md says otherwise:\n{}", wrong.join("\n"));
    assert_eq!(written.lines().count(), found.lines().count());
}
