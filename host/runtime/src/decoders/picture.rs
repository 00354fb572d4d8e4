//! A picture as it comes through the wall, made sure of.

use rushes_decode::{Colour, Decoded, Picture, Plane};

use super::generated::exports::rushes::decoders::decoding as wit;

/// The picture, and the bytes that it holds; none if its planes don't hold what it says.
pub(super) fn checked(found: wit::Picture) -> Option<(Decoded, u64)> {
    let (width, height) = (found.width as usize, found.height as usize);
    let chroma = (width.div_ceil(2), height.div_ceil(2));
    let planes = [plane(found.y, (width, height))?, plane(found.u, chroma)?, plane(found.v, chroma)?];
    if width == 0 || height == 0 || found.pixel_aspect.0 == 0 || found.pixel_aspect.1 == 0 {
        return None;
    }
    let bytes = planes.iter().map(|plane| plane.samples.len() as u64).sum();
    let colour = Colour { full_range: found.full_range, matrix: found.matrix };
    let picture = Picture { width, height, pixel_aspect: found.pixel_aspect, colour, planes };
    Some((Decoded { number: found.number, picture }, bytes))
}

fn plane(found: wit::Plane, size: (usize, usize)) -> Option<Plane> {
    let plane = Plane {
        samples: found.samples,
        stride: found.stride as usize,
        first: found.first as usize,
        width: found.width as usize,
        height: found.height as usize,
    };
    let last_row = plane.stride.checked_mul(plane.height.checked_sub(1)?)?.checked_add(plane.first)?;
    let end = last_row.checked_add(plane.width)?;
    let holds = (plane.width, plane.height) == size && plane.width <= plane.stride && end <= plane.samples.len();
    holds.then_some(plane)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(y: wit::Plane) -> wit::Picture {
        let chroma = || wit::Plane { samples: vec![128; 4], stride: 2, first: 0, width: 2, height: 2 };
        wit::Picture {
            number: 7,
            width: 3,
            height: 3,
            pixel_aspect: (1, 1),
            full_range: false,
            matrix: 1,
            y,
            u: chroma(),
            v: chroma(),
        }
    }

    #[test]
    fn planes_hold_every_row_that_they_claim() {
        let y = |samples, stride, first| wit::Plane { samples: vec![0; samples], stride, first, width: 3, height: 3 };
        assert_eq!(checked(picture(y(13, 4, 2))).map(|(decoded, bytes)| (decoded.number, bytes)), Some((7, 21)));
        assert!(checked(picture(y(12, 4, 2))).is_none(), "the last row ends outside");
        assert!(checked(picture(y(9, 2, 0))).is_none(), "rows overlap");
        assert!(checked(picture(y(9, u32::MAX, u32::MAX))).is_none());
        assert!(checked(wit::Picture { width: 2, ..picture(y(9, 3, 0)) }).is_none(), "planes of another size");
        assert!(checked(wit::Picture { pixel_aspect: (0, 1), ..picture(y(9, 3, 0)) }).is_none());
    }
}
