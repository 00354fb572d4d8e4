//! Decoders that do what a packet's first byte says, and nothing good. Anything else gives a grey picture, or a silent sample.

#[cfg(target_arch = "wasm32")]
#[rustfmt::skip]
#[path = "../../../../host/decoders/src/bindings.rs"]
#[expect(unreachable_pub, unsafe_code, unused_qualifications, reason = "generated")]
mod bindings;
#[cfg(target_arch = "wasm32")]
mod guest;
