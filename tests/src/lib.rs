//! rushes-tests
