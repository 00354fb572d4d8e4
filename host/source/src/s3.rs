//! Objects in S3, through the AWS SDK as a layer of single requests: its retries, checksums and stall rule are off for
//! reads, because they end where the body begins and the reader has its own.

mod client;
mod examine;
mod failure;
mod object;
mod uploads;

pub(crate) use client::{S3, find_server};
pub(crate) use object::S3Object;
