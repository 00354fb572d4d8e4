//! rushes-sdk
