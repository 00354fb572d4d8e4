//! rushes-picture
