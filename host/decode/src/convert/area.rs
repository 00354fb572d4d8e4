//! Scaling down by area: each output sample is the mean of what it covers, exact to the rounding.
//!
//! Rows are summed first, because a sum over whole rows is one vector instruction for many samples; columns follow on the few
//! rows that are left. Weights are whole numbers (how many parts of an input sample an output covers), so nothing is rounded
//! before the one division at the end.

use crate::video::Plane;

/// From one size to another, neither side larger.
pub(super) struct Area {
    rows: Axis,
    columns: Axis,
    divide: Division,
    sums: Vec<u32>,
    narrow: Vec<u16>,
}

impl Area {
    pub(super) fn new(from: (usize, usize), to: (usize, usize)) -> Self {
        let (columns, rows) = (Axis::new(from.0, to.0), Axis::new(from.1, to.1));
        let divide = Division::by(columns.total * rows.total);
        Self { rows, columns, divide, sums: vec![0; from.0], narrow: vec![0; from.0] }
    }

    pub(super) fn fits(&self, plane: &Plane, width: usize, height: usize) -> bool {
        (self.columns.from, self.rows.from) == (plane.width, plane.height)
            && (self.columns.to, self.rows.to) == (width, height)
    }

    /// Appends the scaled plane.
    pub(super) fn scale(&mut self, plane: &Plane, out: &mut Vec<u8>) {
        if self.columns.from == self.columns.to && self.rows.from == self.rows.to {
            plane.rows().for_each(|row| out.extend_from_slice(row));
            return;
        }
        for y in 0..self.rows.to {
            let (first, weights) = self.rows.covered(y);
            // 16 bits hold 257 whole samples: twice as many in a vector.
            if self.rows.total <= 257 {
                sum_rows(plane, first, weights, &mut self.narrow);
                self.columns.divide_row(&self.narrow, &self.divide, out);
            } else {
                sum_rows(plane, first, weights, &mut self.sums);
                self.columns.divide_row(&self.sums, &self.divide, out);
            }
        }
    }
}

/// A sum's type.
trait Sum: Copy + Into<u64> + Into<u32> {
    fn of(sample: u8, weight: u32) -> Self;
    fn plus(self, other: Self) -> Self;
}

impl Sum for u16 {
    fn of(sample: u8, weight: u32) -> Self {
        u16::from(sample).wrapping_mul(weight as u16)
    }

    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
}

impl Sum for u32 {
    fn of(sample: u8, weight: u32) -> Self {
        u32::from(sample).wrapping_mul(weight)
    }

    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
}

fn sum_rows<S: Sum>(plane: &Plane, first: usize, weights: &[u32], sums: &mut [S]) {
    for (index, &weight) in weights.iter().enumerate() {
        let row = plane.row(first + index);
        if index == 0 {
            sums.iter_mut().zip(row).for_each(|(sum, &sample)| *sum = S::of(sample, weight));
        } else {
            sums.iter_mut().zip(row).for_each(|(sum, &sample)| *sum = sum.plus(S::of(sample, weight)));
        }
    }
}

/// One direction: which input samples each output covers, and how much of each.
struct Axis {
    from: usize,
    to: usize,
    /// Sum of the weights of one output.
    total: u64,
    /// Inputs to one output, where that is a whole number.
    whole: Option<usize>,
    first: Vec<usize>,
    /// One more than outputs: where each one's weights begin.
    starts: Vec<usize>,
    weights: Vec<u32>,
}

impl Axis {
    fn new(from: usize, to: usize) -> Self {
        let shared = gcd(from, to).max(1);
        // In a grid that both divide, an input is `input` long and an output `output`.
        let (input, output) = (to / shared, from / shared);
        let mut axis = Self {
            from,
            to,
            total: output as u64,
            whole: (input == 1).then_some(output),
            first: Vec::with_capacity(to),
            starts: vec![0],
            weights: Vec::new(),
        };
        for index in 0..to {
            let (begin, end) = (index * output, (index + 1) * output);
            axis.first.push(begin / input);
            let covered = begin / input..end.div_ceil(input);
            axis.weights.extend(covered.map(|sample| {
                let overlap = end.min((sample + 1) * input) - begin.max(sample * input);
                overlap as u32
            }));
            axis.starts.push(axis.weights.len());
        }
        axis
    }

    /// The first input that an output covers, and the weights from there on.
    fn covered(&self, index: usize) -> (usize, &[u32]) {
        let weights = self.starts[index]..self.starts[index + 1];
        (self.first[index], &self.weights[weights])
    }

    /// Appends a row of means made of a row of sums.
    fn divide_row<S: Sum>(&self, sums: &[S], divide: &Division, out: &mut Vec<u8>) {
        match (self.whole, divide) {
            (Some(1), Division::Small { .. }) => divide_chunks::<S, 1>(sums, divide, out),
            (Some(2), Division::Small { .. }) => divide_chunks::<S, 2>(sums, divide, out),
            (Some(3), Division::Small { .. }) => divide_chunks::<S, 3>(sums, divide, out),
            (Some(4), Division::Small { .. }) => divide_chunks::<S, 4>(sums, divide, out),
            _ => out.extend((0..self.to).map(|index| {
                let (first, weights) = self.covered(index);
                let samples = sums[first..first + weights.len()].iter();
                let sum = samples.zip(weights).map(|(&sum, &weight)| Into::<u64>::into(sum) * u64::from(weight)).sum();
                divide.mean(sum)
            })),
        }
    }
}

fn divide_chunks<S: Sum, const N: usize>(sums: &[S], divide: &Division, out: &mut Vec<u8>) {
    let Division::Small { half, factor } = *divide else { return };
    out.extend(sums.as_chunks::<N>().0.iter().map(|chunk| {
        let sum: u32 = chunk.iter().map(|&sum| Into::<u32>::into(sum)).sum();
        (((sum + half) * factor) >> SMALL_SHIFT) as u8
    }));
}

/// Division by one number, rounding to the nearest, by a multiplication where it fits.
///
/// For n < 256 d and f = floor(2^s / d) + 1, floor(n f / 2^s) = floor(n / d) as soon as 256 d² <= 2^s (Granlund and
/// Montgomery, Division by Invariant Integers, theorem 4.2).
#[derive(Clone, Copy)]
enum Division {
    /// All in 32 bits: d up to 256.
    Small { half: u32, factor: u32 },
    /// In 64 bits: d below 2^23.
    Medium { half: u64, factor: u64, shift: u32 },
    /// By the machine.
    Large(u64),
}

const SMALL_SHIFT: u32 = 24;

impl Division {
    fn by(divisor: u64) -> Self {
        let half = divisor / 2;
        if divisor <= 256 {
            return Self::Small { half: half as u32, factor: ((1 << SMALL_SHIFT) / divisor + 1) as u32 };
        }
        let bits = 64 - divisor.leading_zeros();
        if bits > 23 {
            return Self::Large(divisor);
        }
        let shift = 8 + 2 * bits;
        Self::Medium { half, factor: (1 << shift) / divisor + 1, shift }
    }

    fn mean(&self, sum: u64) -> u8 {
        match *self {
            Self::Small { half, factor } => (((sum + u64::from(half)) * u64::from(factor)) >> SMALL_SHIFT) as u8,
            Self::Medium { half, factor, shift } => (((sum + half) * factor) >> shift) as u8,
            Self::Large(divisor) => ((sum + divisor / 2) / divisor) as u8,
        }
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
