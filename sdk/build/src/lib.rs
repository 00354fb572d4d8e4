//! rushes-sdk-build
