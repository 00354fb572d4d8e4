//! rushes-bundled
