//! Nothing: the system tests are one test binary, `system/main.rs`.
