//! `esds`: an elementary stream's descriptors (ISO/IEC 14496-1, 7.2.6; ISO/IEC 14496-14, 5.6).

use super::atom::Atom;
use super::fields::Fields;
use crate::error::Error;

/// What is needed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stream {
    /// ISO/IEC 14496-1, table 5.
    pub(super) object_type: u8,
    /// The decoder's own configuration; empty if there is none.
    pub(super) specific: Vec<u8>,
}

const ES: u8 = 3;
const DECODER_CONFIG: u8 = 4;
const DECODER_SPECIFIC: u8 = 5;

/// An AudioSpecificConfig has 2 to some 60 bytes, the headers of Vorbis have 3 to 8 kB.
const SPECIFIC: usize = 64 << 10;

impl Stream {
    pub(super) fn read(atom: &Atom) -> Result<Self, Error> {
        let mut fields = atom.fields();
        fields.full()?;
        let mut es = descriptor(atom, &mut fields, ES)?;
        es.skip(2)?;
        let flags = es.u8()?;
        if flags & 0x80 != 0 {
            es.skip(2)?;
        }
        if flags & 0x40 != 0 {
            let url = es.u8()?;
            es.skip(usize::from(url))?;
        }
        if flags & 0x20 != 0 {
            es.skip(2)?;
        }
        let mut config = descriptor(atom, &mut es, DECODER_CONFIG)?;
        let object_type = config.u8()?;
        config.skip(12)?;
        let specific = match descriptor(atom, &mut config, DECODER_SPECIFIC) {
            Ok(specific) if specific.rest().len() <= SPECIFIC => specific.rest().to_vec(),
            Ok(specific) => {
                return Err(Error::limits(atom.kind, format!("{} bytes", specific.rest().len()), SPECIFIC.to_string()));
            }
            Err(_) => Vec::new(),
        };
        Ok(Self { object_type, specific })
    }
}

/// The body of the next descriptor of a tag; others before it are stepped over.
fn descriptor<'a>(atom: &Atom, fields: &mut Fields<'a>, tag: u8) -> Result<Fields<'a>, Error> {
    loop {
        let found = fields.u8()?;
        let mut length = 0usize;
        // Seven bits a byte, four bytes at most (ISO/IEC 14496-1, 8.3.3).
        for _ in 0..4 {
            let byte = fields.u8()?;
            length = length << 7 | usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                break;
            }
        }
        // Writers give lengths that reach past the box; what is there counts.
        let body = fields.take(length.min(fields.rest().len()))?;
        if found == tag {
            return Ok(Fields::new(body, atom.kind, atom.at));
        }
    }
}
