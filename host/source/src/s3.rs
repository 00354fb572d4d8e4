//! Objects in S3, through the AWS SDK as a layer of single requests: its retries, checksums and stall rule are off for
//! reads, because they end where the body begins and the reader has its own.

mod client;
mod failure;
mod object;

pub(crate) use client::S3;
pub(crate) use object::S3Object;
