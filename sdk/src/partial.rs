//! Partials and carries as bytes: a version, then postcard, with one bit pattern for NaN.

mod canonical;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// Version of this encoding. Another one means that partials of before can't be read; the host never mixes them, because the
/// component's digest is in their key.
const VERSION: u8 = 1;

pub(crate) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    let mut serializer = postcard::Serializer { output: postcard::ser_flavors::AllocVec::new() };
    canonical::serialize(&VERSION, &mut serializer)
        .and_then(|()| canonical::serialize(value, &mut serializer))
        .and_then(|()| postcard::ser_flavors::Flavor::finalize(serializer.output))
        .map_err(|error| Error::Failed(format!("a partial can't be serialised: {error}")))
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    match bytes.split_first() {
        Some((&VERSION, rest)) => match postcard::take_from_bytes(rest) {
            Ok((value, [])) => Ok(value),
            Ok((_, after)) => Err(Error::Failed(format!("a partial has {} bytes too many", after.len()))),
            Err(error) => Err(Error::Failed(format!("a partial can't be read: {error}"))),
        },
        Some((version, _)) => Err(Error::Failed(format!("a partial has version {version}, this SDK reads {VERSION}"))),
        None => Err(Error::Failed("a partial is empty".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Shape {
        Unit,
        Newtype(f32),
        Tuple(u8, f64),
        Struct { values: Vec<Option<f32>> },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Everything {
        shapes: Vec<Shape>,
        named: BTreeMap<String, (i64, char, bool)>,
        nothing: (),
        array: [u16; 3],
    }

    fn everything() -> Everything {
        let values = vec![Some(1.5), None];
        let shapes = vec![Shape::Unit, Shape::Newtype(-0.0), Shape::Tuple(7, 0.1), Shape::Struct { values }];
        let named = BTreeMap::from([("a".to_owned(), (-5, 'ä', true))]);
        Everything { shapes, named, nothing: (), array: [1, 2, 300] }
    }

    #[test]
    fn what_was_written_is_read() {
        let bytes = encode(&everything()).unwrap();
        assert_eq!(decode::<Everything>(&bytes).unwrap(), everything());
    }

    #[test]
    fn all_nans_have_the_same_bytes() {
        let other = [f32::from_bits(0xffc0_1234), f32::from_bits(0x7f80_0001)];
        assert_eq!(encode(&other.map(f64::from)).unwrap(), encode(&[f64::NAN, f64::NAN]).unwrap());
        assert_eq!(encode(&Some((other, 1))).unwrap(), encode(&Some(([f32::NAN, f32::NAN], 1))).unwrap());
    }

    #[test]
    fn cut_lengthened_or_foreign_bytes_are_refused() {
        let bytes = encode(&everything()).unwrap();
        for length in 0..bytes.len() {
            assert!(decode::<Everything>(&bytes[..length]).is_err(), "{length}");
        }
        assert!(decode::<Everything>(&[&bytes[..], &[0]].concat()).is_err());
        assert!(decode::<Everything>(&[&[2], &bytes[1..]].concat()).is_err());
    }
}
