//! What the analyzer promises, on pictures whose faults are known.

mod film;
mod media;
mod promises;
mod run;
