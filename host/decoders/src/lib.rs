//! All decoders of `rushes-decode` as one component.
//!
//! ```text
//!  host: runtime::Sandboxed ─► packet ─┬─► this component ─► decode::open_video ─► decoder
//!        samples, pictures ◄───────────┘   (own memory, no files, no clock, metered)
//! ```
//! The same code as in the host, compiled for `wasm32-wasip2`: whatever codec the room `decode` learns is here as well. What crosses
//! the wall stands in `wit/decoders.wit`; the host's side is in `runtime`. A panic aborts the instance, and the host makes another.
//!
//! This room must not know containers, nor who is on the other side.

/// Generated from `wit/`; `tests/bindings.rs` says how.
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
#[rustfmt::skip]
#[expect(unreachable_pub, unsafe_code, unused_qualifications, reason = "generated")]
mod bindings;
#[cfg(target_arch = "wasm32")]
mod guest;
