//! devs3
