//! rushes-loudness
