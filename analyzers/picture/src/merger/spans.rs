//! Spans in which all pictures are of a kind.

use super::moments::{Moment, Moments};

/// A span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// When its first picture is first shown, …
    pub(crate) start_us: u64,
    /// … and the first one after it.
    pub(crate) end_us: u64,
    /// How much earlier either may really lie: pictures between two samples weren't seen.
    pub(crate) uncertain_us: u64,
}

/// Spans of pictures in a state, of at least some length.
pub(crate) fn of_state(moments: &Moments, minimum_us: u64, is_in: impl Fn(&Moment) -> bool) -> Vec<Found> {
    find(moments, minimum_us, is_in, 0)
}

/// Spans of pictures that are the same as the one before: they begin with that one.
pub(crate) fn of_rest(moments: &Moments, minimum_us: u64, is_same: impl Fn(&Moment) -> bool) -> Vec<Found> {
    find(moments, minimum_us, is_same, 1)
}

fn find(moments: &Moments, minimum_us: u64, is_in: impl Fn(&Moment) -> bool, before: usize) -> Vec<Found> {
    let mut found = Vec::new();
    for stretch in moments.stretches() {
        let mut first = 0;
        for run in stretch.chunk_by(|a, b| is_in(a) == is_in(b)) {
            let after = first + run.len();
            if let (true, Some(start), Some(last)) =
                (run.first().is_some_and(&is_in), stretch.get(first.saturating_sub(before)), run.last())
            {
                let end_us = stretch.get(after).map_or_else(|| moments.end_us(last), |next| next.pts_us);
                let span = Found { start_us: start.pts_us, end_us, uncertain_us: moments.interval_us };
                if span.end_us.saturating_sub(span.start_us) >= minimum_us {
                    found.push(span);
                }
            }
            first = after;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partial::{Frame, Partial};

    fn moments(luma: &[u16], indexes: &[u64]) -> Moments {
        let frames =
            luma.iter().zip(indexes).map(|(&luma, &index)| Frame { index, luma, ..Frame::default() }).collect();
        let mut moments = Moments::new(100_000, 10_000_000);
        moments.add(&Partial { frames });
        moments
    }

    fn times(found: &[Found]) -> Vec<(u64, u64)> {
        found.iter().map(|span| (span.start_us / 1000, span.end_us / 1000)).collect()
    }

    #[test]
    fn a_span_lasts_until_the_first_picture_after_it() {
        let moments = moments(&[0, 1, 1, 1, 0, 1], &[0, 1, 2, 3, 4, 5]);
        assert_eq!(times(&of_state(&moments, 0, |moment| moment.frame.luma == 1)), [(100, 400), (500, 600)]);
        assert_eq!(times(&of_state(&moments, 200_000, |moment| moment.frame.luma == 1)), [(100, 400)]);
    }

    #[test]
    fn a_span_begins_and_ends_when_pictures_are_first_shown() {
        let frame = |index, luma, shown_us| Frame { index, luma, shown_us, ..Frame::default() };
        let mut moments = Moments::new(100_000, 10_000_000);
        moments
            .add(&Partial { frames: vec![frame(0, 0, 0), frame(1, 1, 30_000), frame(2, 1, 0), frame(3, 0, 20_000)] });
        assert_eq!(times(&of_state(&moments, 0, |moment| moment.frame.luma == 1)), [(70, 280)]);
    }

    #[test]
    fn rest_begins_with_the_picture_that_stays() {
        let moments = moments(&[0, 0, 1, 1, 0], &[0, 1, 2, 3, 4]);
        assert_eq!(times(&of_rest(&moments, 0, |moment| moment.frame.luma == 1)), [(100, 400)]);
    }

    #[test]
    fn a_gap_ends_a_span() {
        let moments = moments(&[1, 1, 1, 1], &[0, 1, 5, 6]);
        assert_eq!(times(&of_state(&moments, 0, |moment| moment.frame.luma == 1)), [(0, 200), (500, 700)]);
    }
}
