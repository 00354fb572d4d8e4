//! On arrays.

/// Eight whole numbers; sums wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct I16x8([i16; 8]);

/// Four whole numbers; sums wrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct I32x4([i32; 4]);

/// Four floats.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct F32x4([f32; 4]);

/// Two doubles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct F64x2([f64; 2]);

impl I16x8 {
    /// Eight bytes, 0 to 255.
    #[inline(always)]
    pub(crate) fn widen(bytes: &[u8; 8]) -> Self {
        Self(bytes.map(i16::from))
    }

    #[inline(always)]
    pub(crate) fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane].wrapping_add(other.0[lane])))
    }

    #[inline(always)]
    pub(crate) fn sub(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane].wrapping_sub(other.0[lane])))
    }

    #[inline(always)]
    pub(crate) fn abs(self) -> Self {
        Self(self.0.map(i16::wrapping_abs))
    }

    /// Sums of neighbours.
    #[inline(always)]
    pub(crate) fn pairs(self) -> I32x4 {
        I32x4(std::array::from_fn(|lane| i32::from(self.0[2 * lane]) + i32::from(self.0[2 * lane + 1])))
    }

    /// Sums of the squares of neighbours.
    #[inline(always)]
    pub(crate) fn squared_pairs(self) -> I32x4 {
        self.sum_of_squares([0, 2, 4, 6], self, [1, 3, 5, 7])
    }

    /// Squares of these plus squares of others: lanes 0 to 3, and 4 to 7.
    #[inline(always)]
    pub(crate) fn squares_with(self, other: Self) -> [I32x4; 2] {
        [self.sum_of_squares([0, 1, 2, 3], other, [0, 1, 2, 3]), self.sum_of_squares([4, 5, 6, 7], other, [4, 5, 6, 7])]
    }

    #[inline(always)]
    fn sum_of_squares(self, lanes: [usize; 4], other: Self, others: [usize; 4]) -> I32x4 {
        let square = |value: i16| i32::from(value) * i32::from(value);
        I32x4(std::array::from_fn(|lane| square(self.0[lanes[lane]]).wrapping_add(square(other.0[others[lane]]))))
    }
}

impl I32x4 {
    #[inline(always)]
    pub(crate) fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane].wrapping_add(other.0[lane])))
    }

    #[inline(always)]
    pub(crate) fn to_f32(self) -> F32x4 {
        F32x4(self.0.map(|value| value as f32))
    }

    /// Sum of all four.
    pub(crate) fn total(self) -> i64 {
        self.0.into_iter().map(i64::from).sum()
    }
}

impl F32x4 {
    #[inline(always)]
    pub(crate) fn new(values: [f32; 4]) -> Self {
        Self(values)
    }

    #[inline(always)]
    pub(crate) fn splat(value: f32) -> Self {
        Self([value; 4])
    }

    #[inline(always)]
    pub(crate) fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] + other.0[lane]))
    }

    #[inline(always)]
    pub(crate) fn sub(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] - other.0[lane]))
    }

    #[inline(always)]
    pub(crate) fn mul(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] * other.0[lane]))
    }

    #[inline(always)]
    pub(crate) fn abs(self) -> Self {
        Self(self.0.map(f32::abs))
    }

    #[inline(always)]
    pub(crate) fn sqrt(self) -> Self {
        Self(self.0.map(f32::sqrt))
    }

    /// The greater of each two; of these where the other isn't greater.
    #[inline(always)]
    pub(crate) fn greater(self, other: Self) -> Self {
        let greater = |lane: usize| if self.0[lane] < other.0[lane] { other.0[lane] } else { self.0[lane] };
        Self(std::array::from_fn(greater))
    }

    #[inline(always)]
    pub(crate) fn values(self) -> [f32; 4] {
        self.0
    }
}

impl F64x2 {
    #[inline(always)]
    pub(crate) fn new(values: [f64; 2]) -> Self {
        Self(values)
    }

    #[inline(always)]
    pub(crate) fn splat(value: f64) -> Self {
        Self([value; 2])
    }

    #[inline(always)]
    pub(crate) fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] + other.0[lane]))
    }

    #[inline(always)]
    pub(crate) fn sub(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] - other.0[lane]))
    }

    #[inline(always)]
    pub(crate) fn mul(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] * other.0[lane]))
    }

    #[inline(always)]
    pub(crate) fn values(self) -> [f64; 2] {
        self.0
    }
}
