//! Bytes that are no recording, or one that isn't read.

use std::ops::Range;

use bytes::Bytes;
use rushes_media::{ByteStream, ReadError, Reader};
use rushes_model::{Class, Code, Failure, Identity};

use crate::memory::refusal;

/// An object whose server doesn't answer.
struct Silent(Identity);

impl Silent {
    fn failure() -> Failure {
        Failure::new(Code::StorageUnavailable, Class::Transient, "no answer in 30 s").with_help("look at the server")
    }
}

impl Reader for Silent {
    fn identity(&self) -> &Identity {
        &self.0
    }

    fn read_at(&self, _: u64, _: usize) -> Result<Bytes, ReadError> {
        Err(ReadError(Self::failure()))
    }

    fn stream(&self, _: Vec<Range<u64>>) -> Result<Box<dyn ByteStream>, ReadError> {
        Err(ReadError(Self::failure()))
    }
}

#[test]
fn bytes_that_cannot_be_had_are_not_the_recordings_fault() {
    let identity = Identity { size: 9, etag: None, version: None, modified: None, place: "far away".to_owned() };
    let error = rushes_media::open(&Silent(identity)).expect_err("nothing can be read");
    assert_eq!(Failure::of(&error), Silent::failure());
}

#[test]
fn what_was_uploaded_instead_is_named() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice();
    let s3 =
        b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>".as_slice();
    for (bytes, word) in [
        (png, "PNG"),
        (b"\xff\xd8\xff\xe0 JFIF", "JPEG"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04 a document", "ZIP"),
        (s3, "error page of an S3 server"),
        (b"  <!DOCTYPE html><html>", "HTML"),
        (b"<?xml version=\"1.0\"?><rss/>", "XML"),
        (b"{\"error\": 404}", "JSON"),
        ("Das ist kein Film. Schöne Grüße.".as_bytes(), "text"),
        (&[0; 200_000], "zeros"),
        (b"\xff\xfb\x90\x64", "no two frames"),
        (b"ID3\x04\0\0\0\0\0\0And no frame", "no two frames"),
        (b"\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff", "without its beginning"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIF"),
        (b"\x93\x01\x02\xfe\xed", "none of the formats"),
    ] {
        let (code, text) = refusal(bytes.to_vec());
        assert_eq!(code, Code::MediaUnknown);
        assert!(text.contains(word), "{text}");
    }
    assert_eq!(refusal(Vec::new()).0, Code::MediaEmpty);
}

#[test]
fn recordings_that_are_not_read_yet_are_refused_by_name() {
    let transport = [&[0x47u8][..], &[0; 187]].concat().repeat(3);
    let loas = [0x56, 0xe0, 2, 0, 0].repeat(2);
    for (bytes, name) in [
        (b"\xff\xfb\x00\x64".as_slice(), "free format"),
        (&loas, "LATM"),
        (&transport, "transport stream"),
        (b"RIFF\0\0\0\x10AVI LIST", "AVI"),
    ] {
        let (code, text) = refusal(bytes.to_vec());
        assert_eq!(code, Code::MediaUnsupported, "{text}");
        assert!(text.contains(name), "{text}");
    }
}
