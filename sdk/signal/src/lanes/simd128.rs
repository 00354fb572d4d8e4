//! In WebAssembly.

use std::arch::wasm32::{
    f32x4, f32x4_abs, f32x4_add, f32x4_convert_i32x4, f32x4_extract_lane, f32x4_mul, f32x4_pmax, f32x4_splat,
    f32x4_sqrt, f32x4_sub, f64x2, f64x2_add, f64x2_extract_lane, f64x2_mul, f64x2_splat, f64x2_sub, i16x8_abs,
    i16x8_add, i16x8_shuffle, i16x8_sub, i32x4_add, i32x4_dot_i16x8, i32x4_extadd_pairwise_i16x8, i32x4_extract_lane,
    i32x4_splat, i64x2_splat, u16x8_extend_low_u8x16, v128,
};

/// Eight whole numbers; sums wrap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct I16x8(v128);

/// Four whole numbers; sums wrap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct I32x4(v128);

/// Four floats.
#[derive(Clone, Copy, Debug)]
pub(crate) struct F32x4(v128);

/// Two doubles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct F64x2(v128);

impl I16x8 {
    /// Eight bytes, 0 to 255.
    #[inline(always)]
    pub(crate) fn widen(bytes: &[u8; 8]) -> Self {
        Self(u16x8_extend_low_u8x16(i64x2_splat(i64::from_le_bytes(*bytes))))
    }

    #[inline(always)]
    pub(crate) fn add(self, other: Self) -> Self {
        Self(i16x8_add(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn sub(self, other: Self) -> Self {
        Self(i16x8_sub(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn abs(self) -> Self {
        Self(i16x8_abs(self.0))
    }

    /// Sums of neighbours.
    #[inline(always)]
    pub(crate) fn pairs(self) -> I32x4 {
        I32x4(i32x4_extadd_pairwise_i16x8(self.0))
    }

    /// Sums of the squares of neighbours.
    #[inline(always)]
    pub(crate) fn squared_pairs(self) -> I32x4 {
        I32x4(i32x4_dot_i16x8(self.0, self.0))
    }

    /// Squares of these plus squares of others: lanes 0 to 3, and 4 to 7.
    #[inline(always)]
    pub(crate) fn squares_with(self, other: Self) -> [I32x4; 2] {
        let low = i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(self.0, other.0);
        let high = i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(self.0, other.0);
        [I32x4(i32x4_dot_i16x8(low, low)), I32x4(i32x4_dot_i16x8(high, high))]
    }
}

impl Default for I32x4 {
    fn default() -> Self {
        Self(i32x4_splat(0))
    }
}

impl I32x4 {
    #[inline(always)]
    pub(crate) fn add(self, other: Self) -> Self {
        Self(i32x4_add(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn to_f32(self) -> F32x4 {
        F32x4(f32x4_convert_i32x4(self.0))
    }

    /// Sum of all four.
    pub(crate) fn total(self) -> i64 {
        i64::from(i32x4_extract_lane::<0>(self.0))
            + i64::from(i32x4_extract_lane::<1>(self.0))
            + i64::from(i32x4_extract_lane::<2>(self.0))
            + i64::from(i32x4_extract_lane::<3>(self.0))
    }
}

impl Default for F32x4 {
    fn default() -> Self {
        Self::splat(0.0)
    }
}

impl F32x4 {
    #[inline(always)]
    pub(crate) fn new([a, b, c, d]: [f32; 4]) -> Self {
        Self(f32x4(a, b, c, d))
    }

    #[inline(always)]
    pub(crate) fn splat(value: f32) -> Self {
        Self(f32x4_splat(value))
    }

    #[inline(always)]
    pub(crate) fn add(self, other: Self) -> Self {
        Self(f32x4_add(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn sub(self, other: Self) -> Self {
        Self(f32x4_sub(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn mul(self, other: Self) -> Self {
        Self(f32x4_mul(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn abs(self) -> Self {
        Self(f32x4_abs(self.0))
    }

    #[inline(always)]
    pub(crate) fn sqrt(self) -> Self {
        Self(f32x4_sqrt(self.0))
    }

    /// The greater of each two; of these where the other isn't greater.
    #[inline(always)]
    pub(crate) fn greater(self, other: Self) -> Self {
        Self(f32x4_pmax(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn values(self) -> [f32; 4] {
        [
            f32x4_extract_lane::<0>(self.0),
            f32x4_extract_lane::<1>(self.0),
            f32x4_extract_lane::<2>(self.0),
            f32x4_extract_lane::<3>(self.0),
        ]
    }
}

impl Default for F64x2 {
    fn default() -> Self {
        Self::splat(0.0)
    }
}

impl F64x2 {
    #[inline(always)]
    pub(crate) fn new([a, b]: [f64; 2]) -> Self {
        Self(f64x2(a, b))
    }

    #[inline(always)]
    pub(crate) fn splat(value: f64) -> Self {
        Self(f64x2_splat(value))
    }

    #[inline(always)]
    pub(crate) fn add(self, other: Self) -> Self {
        Self(f64x2_add(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn sub(self, other: Self) -> Self {
        Self(f64x2_sub(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn mul(self, other: Self) -> Self {
        Self(f64x2_mul(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn values(self) -> [f64; 2] {
        [f64x2_extract_lane::<0>(self.0), f64x2_extract_lane::<1>(self.0)]
    }
}
