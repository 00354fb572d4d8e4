//! Objects at an https address, by ranges: presigned ones, those of a web server, those of a store without S3.
//!
//! [`Client`] sends single requests to addresses that may be spoken to, [`HttpsObject`] makes an object of them.

mod client;
mod guard;
mod object;

pub(crate) use client::Client;
pub(crate) use object::HttpsObject;
