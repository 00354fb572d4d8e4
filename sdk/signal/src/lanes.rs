//! Vectors of 128 bits: the widest that a component has.
//!
//! Left to itself, the compiler makes poor use of them in a component, so the kernels say what they want: in WebAssembly each operation here
//! is one instruction, elsewhere it is plain arithmetic on arrays with the same results, bit for bit. No product is fused with a sum.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) use self::portable::{F32x4, F64x2, I16x8, I32x4};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use self::simd128::{F32x4, F64x2, I16x8, I32x4};
