//! What sandboxed decoders promise: the host's own output, and walls that hold.

mod components;
mod equal;
mod hostile;
mod recordings;
