//! Element ids, markers included (RFC 8794, 11; RFC 9559, 5).

pub(super) const EBML: u32 = 0x1a45_dfa3;
pub(super) const DOC_TYPE: u32 = 0x4282;
pub(super) const VOID: u32 = 0xec;
pub(super) const CRC_32: u32 = 0xbf;

pub(super) const SEGMENT: u32 = 0x1853_8067;
pub(super) const SEEK_HEAD: u32 = 0x114d_9b74;
pub(super) const SEEK: u32 = 0x4dbb;
pub(super) const SEEK_ID: u32 = 0x53ab;
pub(super) const SEEK_POSITION: u32 = 0x53ac;
pub(super) const CUES: u32 = 0x1c53_bb6b;
pub(super) const CHAPTERS: u32 = 0x1043_a770;
pub(super) const TAGS: u32 = 0x1254_c367;
pub(super) const ATTACHMENTS: u32 = 0x1941_a469;

pub(super) const INFO: u32 = 0x1549_a966;
pub(super) const TIMESTAMP_SCALE: u32 = 0x2a_d7b1;
pub(super) const DURATION: u32 = 0x4489;

pub(super) const TRACKS: u32 = 0x1654_ae6b;
pub(super) const TRACK_ENTRY: u32 = 0xae;
pub(super) const TRACK_NUMBER: u32 = 0xd7;
pub(super) const TRACK_TYPE: u32 = 0x83;
pub(super) const FLAG_ENABLED: u32 = 0xb9;
pub(super) const FLAG_DEFAULT: u32 = 0x88;
pub(super) const DEFAULT_DURATION: u32 = 0x23_e383;
pub(super) const LANGUAGE: u32 = 0x22_b59c;
pub(super) const LANGUAGE_BCP47: u32 = 0x22_b59d;
pub(super) const CODEC_ID: u32 = 0x86;
pub(super) const CODEC_PRIVATE: u32 = 0x63a2;
pub(super) const CODEC_DELAY: u32 = 0x56aa;

pub(super) const VIDEO: u32 = 0xe0;
pub(super) const PIXEL_WIDTH: u32 = 0xb0;
pub(super) const PIXEL_HEIGHT: u32 = 0xba;
pub(super) const PIXEL_CROP_BOTTOM: u32 = 0x54aa;
pub(super) const PIXEL_CROP_TOP: u32 = 0x54bb;
pub(super) const PIXEL_CROP_LEFT: u32 = 0x54cc;
pub(super) const PIXEL_CROP_RIGHT: u32 = 0x54dd;
pub(super) const DISPLAY_WIDTH: u32 = 0x54b0;
pub(super) const DISPLAY_HEIGHT: u32 = 0x54ba;
pub(super) const DISPLAY_UNIT: u32 = 0x54b2;
pub(super) const COLOUR: u32 = 0x55b0;
pub(super) const MATRIX_COEFFICIENTS: u32 = 0x55b1;
pub(super) const RANGE: u32 = 0x55b9;
pub(super) const PROJECTION: u32 = 0x7670;
pub(super) const PROJECTION_TYPE: u32 = 0x7671;
pub(super) const PROJECTION_POSE_ROLL: u32 = 0x7675;

pub(super) const AUDIO: u32 = 0xe1;
pub(super) const SAMPLING_FREQUENCY: u32 = 0xb5;
pub(super) const OUTPUT_SAMPLING_FREQUENCY: u32 = 0x78b5;
pub(super) const CHANNELS: u32 = 0x9f;
pub(super) const BIT_DEPTH: u32 = 0x6264;

pub(super) const CONTENT_ENCODINGS: u32 = 0x6d80;
pub(super) const CONTENT_ENCODING: u32 = 0x6240;
pub(super) const CONTENT_ENCODING_SCOPE: u32 = 0x5032;
pub(super) const CONTENT_ENCODING_TYPE: u32 = 0x5033;
pub(super) const CONTENT_COMPRESSION: u32 = 0x5034;
pub(super) const CONTENT_COMP_ALGO: u32 = 0x4254;
pub(super) const CONTENT_COMP_SETTINGS: u32 = 0x4255;

pub(super) const CLUSTER: u32 = 0x1f43_b675;
pub(super) const TIMESTAMP: u32 = 0xe7;
pub(super) const SILENT_TRACKS: u32 = 0x5854;
pub(super) const POSITION: u32 = 0xa7;
pub(super) const PREV_SIZE: u32 = 0xab;
pub(super) const SIMPLE_BLOCK: u32 = 0xa3;
pub(super) const ENCRYPTED_BLOCK: u32 = 0xaf;
pub(super) const BLOCK_GROUP: u32 = 0xa0;
pub(super) const BLOCK: u32 = 0xa1;
pub(super) const BLOCK_DURATION: u32 = 0x9b;
pub(super) const REFERENCE_BLOCK: u32 = 0xfb;
pub(super) const DISCARD_PADDING: u32 = 0x75a2;

/// Whether an element of this id lies directly in the Segment.
pub(super) const fn is_top_level(id: u32) -> bool {
    matches!(id, SEEK_HEAD | INFO | TRACKS | CLUSTER | CUES | CHAPTERS | TAGS | ATTACHMENTS | VOID | CRC_32)
}

/// Whether an element of this id lies directly in a Cluster.
pub(super) const fn is_of_cluster(id: u32) -> bool {
    matches!(
        id,
        TIMESTAMP | SILENT_TRACKS | POSITION | PREV_SIZE | SIMPLE_BLOCK | ENCRYPTED_BLOCK | BLOCK_GROUP | VOID | CRC_32
    )
}
