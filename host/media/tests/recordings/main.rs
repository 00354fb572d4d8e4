//! What `open` makes of whole files: written here box by box, real ones, generated ones, broken ones.

#![expect(clippy::panic, reason = "helpers of tests stop a test where it goes wrong")]

mod facts;
mod files;
mod hostile;
mod keyframes;
mod made;
mod matroska;
mod memory;
mod movies;
mod property;
mod streams;
mod waves;
mod write;
