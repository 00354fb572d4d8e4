//! From ranges that are wanted to pieces that are fetched: neighbours in one request, small gaps read through.

use std::collections::VecDeque;
use std::ops::Range;

/// What is still to be fetched, in order.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    runs: VecDeque<Run>,
}

/// Ranges that ascend with small gaps between them.
#[derive(Clone, Debug)]
struct Run {
    wanted: VecDeque<Range<u64>>,
}

/// One request: a span, and which of its bytes are handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// From the first wanted byte to the last.
    pub(crate) span: Range<u64>,
    /// Ascending, within the span, not empty.
    pub(crate) wanted: VecDeque<Range<u64>>,
}

impl Plan {
    /// Keeps the order of the ranges. What lies beyond `size` is left out, like an empty range. Ranges that overlap or
    /// go back are read again.
    pub(crate) fn new(ranges: Vec<Range<u64>>, size: u64, gap: u64) -> Self {
        let mut runs: VecDeque<Run> = VecDeque::new();
        for range in ranges {
            let range = range.start..range.end.min(size);
            if range.is_empty() {
                continue;
            }
            match runs.back_mut() {
                Some(run) if run.takes(&range, gap) => run.wanted.push_back(range),
                _ => runs.push_back(Run { wanted: VecDeque::from([range]) }),
            }
        }
        Self { runs }
    }

    /// The next piece, of at most `bytes` bytes (at least one), not across the byte `border`.
    pub(crate) fn take(&mut self, bytes: u64, border: u64) -> Option<Piece> {
        let run = self.runs.front_mut()?;
        let start = run.wanted.front()?.start;
        let mut limit = start.saturating_add(bytes.max(1));
        if start < border {
            limit = limit.min(border);
        }
        let wanted = run.take_until(limit);
        if run.wanted.is_empty() {
            self.runs.pop_front();
        }
        let end = wanted.back()?.end;
        Some(Piece { span: start..end, wanted })
    }
}

impl Run {
    fn takes(&self, range: &Range<u64>, gap: u64) -> bool {
        self.wanted.back().is_some_and(|last| range.start >= last.end && range.start - last.end <= gap)
    }

    fn take_until(&mut self, limit: u64) -> VecDeque<Range<u64>> {
        let mut taken = VecDeque::new();
        while let Some(range) = self.wanted.front_mut() {
            if range.start >= limit {
                break;
            }
            if range.end <= limit {
                taken.extend(self.wanted.pop_front());
            } else {
                taken.push_back(range.start..limit);
                range.start = limit;
                break;
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces(ranges: Vec<Range<u64>>, size: u64, gap: u64, part: u64, border: u64) -> Vec<Piece> {
        let mut plan = Plan::new(ranges, size, gap);
        std::iter::from_fn(|| plan.take(part, border)).collect()
    }

    #[test]
    fn a_small_gap_is_read_through_and_a_large_one_is_not() {
        let all = pieces(vec![0..10, 15..20, 100..110], 200, 5, 1000, 0);
        assert_eq!(all.iter().map(|piece| piece.span.clone()).collect::<Vec<_>>(), [0..20, 100..110]);
        assert_eq!(all.first().unwrap().wanted, [0..10, 15..20]);
    }

    #[test]
    fn a_piece_never_begins_or_ends_in_a_gap() {
        let all = pieces(vec![0..10, 20..30], 200, 10, 15, 0);
        assert_eq!(all.iter().map(|piece| piece.span.clone()).collect::<Vec<_>>(), [0..10, 20..30]);
    }

    #[test]
    fn what_lies_beyond_the_end_is_left_out() {
        assert_eq!(pieces(vec![5..50, 60..70], 10, 0, 100, 0).len(), 1);
        assert!(pieces(Vec::new(), 10, 0, 100, 0).is_empty());
    }

    /// Mostly neighbours with small gaps, sometimes a leap.
    fn ranges() -> impl Strategy<Value = Vec<Range<u64>>> {
        let steps = prop::collection::vec((0u64..24, 0u64..60, prop::bool::weighted(0.2)), 0..12);
        steps.prop_map(|steps| {
            let mut end = 0;
            let place = |(step, length, leaps): (u64, u64, bool)| {
                let start = if leaps { step * 20 } else { end + step };
                end = start + length;
                start..end
            };
            steps.into_iter().map(place).collect()
        })
    }

    proptest! {
        #[test]
        fn every_wanted_byte_is_handed_on_once_and_in_order(
            ranges in ranges(),
            size in 0u64..900, gap in 0u64..40, part in 1u64..70, border in 0u64..100,
        ) {
            let expected: Vec<u64> = ranges.iter().cloned().flatten().filter(|byte| *byte < size).collect();
            let pieces = pieces(ranges, size, gap, part, border);
            let got: Vec<u64> = pieces.iter().flat_map(|piece| piece.wanted.iter().cloned().flatten()).collect();
            prop_assert_eq!(got, expected);
            for piece in &pieces {
                prop_assert!(!piece.span.is_empty() && piece.span.end - piece.span.start <= part.max(1));
                prop_assert!(piece.wanted.iter().all(|range| !range.is_empty()));
                prop_assert!(piece.span.start >= border || piece.span.end <= border);
                prop_assert_eq!(piece.span.start, piece.wanted.front().unwrap().start);
                prop_assert_eq!(piece.span.end, piece.wanted.back().unwrap().end);
            }
        }
    }
}
