//! rushes-signal
