//! What each packet does.

use std::cell::RefCell;
use std::hint::black_box;

use crate::bindings::exports::rushes::decoders::decoding as wit;

struct Component;

/// The exports' symbols.
#[expect(unsafe_code, reason = "generated")]
mod symbols {
    crate::bindings::export!(Component with_types_in crate::bindings);

    use super::Component;
}

impl wit::Guest for Component {
    type Audio = Audio;
    type Video = Video;
}

struct Audio;

struct Video(RefCell<Option<wit::Picture>>);

/// Does what the packet says.
fn obey(packet: &[u8]) {
    match packet.first() {
        Some(b'l') => loop {
            black_box(0);
        },
        Some(b'm') => {
            let mut kept = Vec::new();
            loop {
                kept.push(black_box(vec![1_u8; 1 << 20]));
            }
        }
        Some(b'p') => panic!("a packet that panics"),
        Some(b's') => drop(black_box(deep(black_box(1)))),
        _ => {}
    }
}

fn deep(level: u64) -> u64 {
    let room = black_box([level; 64]);
    if level == 0 { 0 } else { deep(level + 1) + black_box(room)[7] }
}

impl wit::GuestAudio for Audio {
    fn open(_: Vec<u8>) -> Result<wit::Audio, wit::Error> {
        Ok(wit::Audio::new(Self))
    }

    fn decode(&self, packet: Vec<u8>) -> Result<Vec<f32>, wit::Error> {
        obey(&packet);
        Ok(vec![0.0; if packet.first() == Some(&b'b') { 20 << 20 } else { 1 }])
    }

    fn restart(&self) {}
}

impl wit::GuestVideo for Video {
    fn open(_: Vec<u8>) -> Result<wit::Video, wit::Error> {
        Ok(wit::Video::new(Self(RefCell::new(None))))
    }

    fn decode(&self, number: u64, _: bool, packet: Vec<u8>) -> wit::Outcome {
        obey(&packet);
        let side = if packet.first() == Some(&b'i') { u32::MAX } else { 2 };
        let plane = |side| wit::Plane { samples: vec![128; 4], stride: side, first: 0, width: side, height: side };
        *self.0.borrow_mut() = Some(wit::Picture {
            number,
            width: side,
            height: side,
            pixel_aspect: (1, 1),
            full_range: false,
            matrix: 1,
            y: plane(side),
            u: plane(1),
            v: plane(1),
        });
        wit::Outcome { ready: if packet.first() == Some(&b'n') { u32::MAX } else { 1 }, failed: None }
    }

    fn flush(&self) -> wit::Outcome {
        wit::Outcome { ready: 0, failed: None }
    }

    fn take(&self) -> Option<wit::Picture> {
        self.0.borrow_mut().take()
    }

    fn is_disposable(&self, packet: Vec<u8>) -> bool {
        obey(&packet);
        false
    }

    fn skip(&self, packet: Vec<u8>) -> Result<(), wit::Error> {
        obey(&packet);
        Ok(())
    }

    fn restart(&self) {}
}
